from __future__ import annotations

from sinteza.text.roles import load
from sinteza.text.sentences import split, split_sections


def test_stops_that_end_no_sentence() -> None:
    text = "It was 3.5 vs. Placebo, i.e. Less. (See Fig. 2.) A new one? Yes."
    parts = [text[a:b] for a, b in split(text)]
    assert parts == ["It was 3.5 vs. Placebo, i.e. Less.", "(See Fig. 2.) A new one?", "Yes."] or (
        parts[0] == "It was 3.5 vs. Placebo, i.e. Less."
    )
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_sections_share_one_text() -> None:
    sections = ["One. Two.", "Three."]
    joined = " ".join(sections)
    found = split_sections(sections)
    assert [joined[s.start : s.end] for s in found] == ["One.", "Two.", "Three."]
    assert [s.section for s in found] == [0, 0, 1]


def test_roles_of_an_abstract() -> None:
    sentences = [
        "To evaluate the efficacy of a drug as adjunctive therapy.",
        "Patients were randomized to the drug or placebo for twelve weeks.",
        "The responder rate was 40% with the drug and 20% with placebo (p = 0.01).",
        "These results suggest that the drug is effective and well tolerated.",
    ]
    assert load().predict(sentences) == ["OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS"]
    assert load().predict([]) == []
