from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sinteza.text.normalize import fold, fold_with_offsets


def test_cedilla_comma_and_none_are_equal() -> None:
    assert fold("\u0218tiin\u021b\u0103") == fold("\u015etiin\u0163\u0103") == "stiinta"
    assert fold("12\u00b75 \u2013 3\u00a0mg") == "12.5 - 3 mg"


@given(st.text(max_size=80))
def test_every_span_leads_back(text: str) -> None:
    folded = fold_with_offsets(text)
    assert len(folded.text) == len(fold(text))
    for start in range(len(folded.text)):
        low, high = folded.span(start, start + 1)
        assert 0 <= low < high <= len(text)
        assert folded.text[start] in fold(text[low:high]).replace("\n", " ").replace("\t", " ") or (
            text[low:high].isspace()
        )
