"""Agreement: against published figures and brute force."""

import math

import numpy as np
import pytest

from sinteza.errors import SintezaError
from sinteza.screening.agreement import agreement, pairwise


def pair(table: list[list[int]]) -> dict[str, dict[str, str]]:
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    for i, row in enumerate(table):
        for j, count in enumerate(row):
            for _ in range(count):
                name = f"r{len(first)}"
                first[name], second[name] = str(i), str(j)
    return {"A": first, "B": second}


def test_the_textbook_table_of_two_psychologists() -> None:
    # Fleiss, Statistical Methods for Rates and Proportions, 2nd ed., 13.1: kappa .68, error .088
    found = agreement(pair([[75, 1, 4], [5, 4, 1], [0, 0, 10]]), categories="012")
    assert found.cohen is not None
    assert found.cohen.value == pytest.approx(0.6765, abs=5e-5)
    assert found.cohen.se == pytest.approx(0.088, abs=5e-4)
    assert found.percent.value == pytest.approx(0.89)
    assert found.pabak.value == pytest.approx((3 * 0.89 - 1) / 2)
    assert found.records == 100


def test_the_paradox_that_ac1_was_made_for() -> None:
    # 118 + 2 agree, 5 + 0 do not: Cohen's kappa is near zero, AC1 near the percentage
    found = agreement(pair([[118, 5], [2, 0]]), categories="01")
    assert found.cohen is not None
    assert found.cohen.value == pytest.approx(-0.0234, abs=5e-4)
    assert found.ac1.value == pytest.approx(0.941, abs=5e-4)
    assert found.pabak.value == pytest.approx(2 * 118 / 125 - 1)


def test_fleiss_kappa_of_many_raters() -> None:
    # Fleiss 1971 as worked in many texts: 10 subjects, 14 raters, 5 categories, kappa .210
    rows = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    given: dict[str, dict[str, str]] = {f"rater{i:02d}": {} for i in range(14)}
    for subject, row in enumerate(rows):
        said = [str(category) for category, count in enumerate(row) for _ in range(count)]
        for rater, verdict in zip(given, said, strict=True):
            given[rater][f"s{subject}"] = verdict
    found = agreement(given, categories="01234")
    assert found.fleiss.value == pytest.approx(0.210, abs=5e-4)
    assert found.percent.value == pytest.approx(0.378, abs=5e-4)
    assert found.cohen is None


def test_the_errors_are_those_of_repeated_sampling() -> None:
    draw = np.random.default_rng(5)
    shares = np.array([[0.30, 0.05, 0.02], [0.04, 0.20, 0.06], [0.01, 0.07, 0.25]])
    values = {"cohen": [], "fleiss": [], "ac1": [], "pabak": []}  # type: ignore[var-annotated]
    errors = {name: [] for name in values}  # type: ignore[var-annotated]
    for _ in range(400):
        table = draw.multinomial(150, shares.ravel()).reshape(3, 3)
        found = agreement(pair(table.tolist()), categories="012")
        for name in values:
            one = getattr(found, name)
            values[name].append(one.value)
            errors[name].append(one.se)
    for name in values:
        assert np.mean(errors[name]) == pytest.approx(np.std(values[name]), rel=0.12), name


def test_all_alike_leaves_kappa_undefined_and_says_so() -> None:
    found = agreement(
        {"A": {"1": "exclude", "2": "exclude"}, "B": {"1": "exclude", "2": "exclude"}}
    )
    assert found.percent.value == 1
    assert found.cohen is not None
    assert math.isnan(found.cohen.value)
    assert math.isnan(found.fleiss.value)
    assert found.ac1.value == 1
    assert found.pabak.value == 1


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(SintezaError, match="two reviewers"):
        agreement({"A": {"1": "include"}})
    with pytest.raises(SintezaError, match="No record was decided by two"):
        agreement({"A": {"1": "include"}, "B": {"2": "include"}})
    with pytest.raises(SintezaError, match="'perhaps' is no verdict"):
        agreement({"A": {"1": "include"}, "B": {"1": "perhaps"}})


def test_pairs_that_share_records_are_compared() -> None:
    given = {"A": {"1": "include"}, "B": {"1": "include", "2": "exclude"}, "C": {"2": "exclude"}}
    assert [one.reviewers for one in pairwise(given)] == [("A", "B"), ("B", "C")]
