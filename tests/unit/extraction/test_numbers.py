from __future__ import annotations

import re

import pytest

from sinteza.extraction import numbers
from sinteza.extraction.numbers import covered, decimal, integer, values
from sinteza.extraction.validate import derived_events


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,240", 1240),
        ("forty-one", 41),
        ("Three hundred fifty-seven", 357),
        ("one hundred and five", 105),
        ("none", 0),
        ("placebo", None),
    ],
)
def test_words_and_digits(text: str, number: int | None) -> None:
    assert integer(text) == number


def test_decimals() -> None:
    assert decimal("-17.5") == -17.5
    assert decimal(".7") == 0.7
    assert decimal("Forty-one") == 41.0


@pytest.mark.parametrize(
    "text",
    [
        "p = 0.0132",
        "95% CI, 1.22-8.26",
        "OR 3.11",
        "≥50%",
        "50% responder rate",
        "> or =50% reduction",
        "12-week",
        "600 mg/day",
        "20, 50, and 100 mg/day",
        "aged 16-70 years",
        "n = 91",
        "1:1:1",
        "NCT00490035",
        "36 months",
    ],
)
def test_figures_that_are_no_results_are_covered(text: str) -> None:
    assert values(covered(f"word ({text}) word")) == []


@pytest.mark.parametrize(
    ("text", "events", "total", "percent"),
    [
        ("34 (43%) patients", 34, None, 43.0),
        ("74 (86%) of 86 patients", 74, 86, 86.0),
        ("twenty-five of the 31 patients (81%)", 25, 31, 81.0),
        ("56/99, 56.6%", 56, 99, 56.6),
        ("25% (26 of 102 patients)", 26, 102, 25.0),
        ("Forty-one percent", None, None, 41.0),
    ],
)
def test_forms(text: str, events: int | None, total: int | None, percent: float) -> None:
    (value,) = values(covered(f"There were {text} in all"))
    assert (value.events, value.total, value.percent) == (events, total, percent)


def test_derived_events() -> None:
    assert derived_events(43.1, 58, 1) == 25
    assert derived_events(43.1, 580, 1) == 250
    # none fits, or more than one does
    assert derived_events(54.0, 43, 0) is None
    assert derived_events(50.0, 1000, 0) is None


def test_numbers_in_words_up_to_the_hundreds() -> None:
    small = [*numbers._UNITS, *numbers._TEENS, *numbers._TENS]
    small += [f"{ten}-{unit}" for ten in numbers._TENS for unit in numbers._UNITS]
    for word in (*small, "none", "zero"):
        assert re.fullmatch(numbers.WORD, word)
        assert re.match(numbers.WORD, f"{word} patients")[0] == word
    for word in small:
        for whole in (f"{word} hundred", f"a hundred and {word}", f"Three hundred {word}"):
            assert re.match(numbers.WORD, whole, re.I)[0] == whole
    for word in ("a", "no", "and", "hundred", "twoty", "fiveteen", "twelveteen"):
        assert not re.fullmatch(numbers.WORD, word)
