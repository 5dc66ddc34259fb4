"""Two records side by side: the cases that librarians complain about."""

from __future__ import annotations

import pytest

from sinteza.dedupe.card import card, spelled, words
from sinteza.dedupe.compare import Band, compare
from tests.unit.dedupe.records import TITLE, made

NOWHERE = {"journal": "", "volume": "", "issue": "", "pages": ""}

CASES: list[tuple[str, dict[str, object], dict[str, object], Band]] = [
    ("identical", {}, {}, "merge"),
    ("authors missing", {}, {"authors": ""}, "merge"),
    ("year missing", {}, {"year": None}, "merge"),
    ("only title, authors and year", {}, NOWHERE, "merge"),
    ("journal abbreviated", {"journal": "Journal of Neurology, Neurosurgery and Psychiatry"},
     {"journal": "J. Neurol. Neurosurg. Psychiatr."}, "merge"),
    ("journal as initials", {"journal": "Journal of the American Medical Association"},
     {"journal": "JAMA"}, "merge"),
    ("last page shortened", {"pages": "1101-1110"}, {"pages": "1101-10"}, "merge"),
    ("supplement's letter left out", {"pages": "S101-S110"}, {"pages": "101-10"}, "merge"),
    ("rest of a range of pages", {"pages": "S409-S417"}, {"pages": "Suppl-17"}, "merge"),
    ("article number and pages of the PDF", {"pages": "e12724"}, {"pages": "1-6"}, "merge"),
    ("online first", {"volume": "", "issue": "", "pages": "1-10", "year": 2014}, {}, "merge"),
    ("what databases add", {}, {"title": f"{TITLE}. [Review] [45 refs]"}, "merge"),
    ("erratum announced", {}, {"title": f"{TITLE}.[Erratum appears in Epilepsia. 2015;56(7):9]"},
     "merge"),
    ("retracted since", {}, {"title": f"RETRACTED: {TITLE}"}, "merge"),
    ("Greek letters", {"title": "TNF-α in status epilepticus of adult patients"},
     {"title": "TNF-alpha in status epilepticus of adult patients"}, "merge"),
    ("marks", {"authors": "Müller H; Țepeș V"}, {"authors": "Mueller H; Ţepeş V"}, "merge"),
    ("Cyrillic names", {"authors": "Иванов П; Петрова М"}, {"authors": "Ivanov P; Petrova M"},
     "merge"),
    ("title translated", {"title": "[Epilepsia focală la copil și tratamentul ei]"}, {}, "merge"),
    ("original title known", {"title": "[Focal epilepsy in children]", "vernacular": TITLE}, {},
     "merge"),
    ("subtitle left out", {}, {"title": "Levetiracetam in drug-resistant focal epilepsy"}, "merge"),
    ("DOI wrong in one source", {"doi": "10.1111/epi.1"}, {"doi": "10.1111/epi.77"}, "merge"),
    ("DOI written in another way", {"doi": "10.1016/S1567-5688(09)70810-4"},
     {"doi": "10.1016/s1567-5688%2809%2970810-4"}, "merge"),
    ("same DOI, other paper", {"doi": "10.1/same"}, {"doi": "10.1/same", "title":
     "Misperceptions of information systems", "authors": "Annabi H", "year": 2019, **NOWHERE},
     "distinct"),
    ("two PubMed numbers", {"pmid": "1"}, {"pmid": "2"}, "queue"),
    ("editorials on other pages", {"title": "Editorial"}, {"title": "Editorial", "pages": "3-4"},
     "distinct"),
    ("editorials somewhere", {"title": "Editorial", **NOWHERE}, {"title": "Editorial"}, "distinct"),
    ("part one and part two", {"title": f"{TITLE}. Part 1", "pages": "1-9"},
     {"title": f"{TITLE}. Part 2", "pages": "10-19"}, "queue"),
    ("erratum", {}, {"title": f"Erratum to: {TITLE}"}, "queue"),
    ("two journals", {}, {"journal": "Workshop on Seizures", "volume": "", "issue": "",
     "pages": ""}, "queue"),
    ("years apart", {"volume": "", "pages": ""}, {"volume": "", "pages": "", "year": 2010},
     "queue"),
    ("no title in one", {}, {"title": ""}, "queue"),
    ("other papers of the same authors", {}, {"title": "Lamotrigine and the risk of rash",
     "pages": "300-310"}, "distinct"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "band"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_band(left: dict[str, object], right: dict[str, object], band: Band) -> None:
    a, b = card(made("a", **left)), card(made("b", **right))  # type: ignore[arg-type]  # by name
    found = compare(a, b)
    assert found.band == band, (found, a, b)
    assert compare(b, a) == found


def test_fields_that_agree_and_disagree_are_named() -> None:
    found = compare(card(made("a", pmid="7")), card(made("b", pmid="7", volume="57")))
    assert found.rule == "pmid"
    assert "title" in found.agree
    assert found.disagree == ("volume",)


def test_spelling() -> None:
    assert spelled("Țesătură & œdème") == "tesatura  and  oedeme"
    assert words("β-Blockers: «Ștefan»") == "beta blockers stefan"


def test_pages_of_a_book_are_no_place() -> None:
    assert card(made("a", pages="215 p")).page == ""
    assert card(made("a", pages="No Pagination Specified")).page == ""
