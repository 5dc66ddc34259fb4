"""Stopping: the certificate against exact counting, hints, audits, capture and recapture."""

import math
from fractions import Fraction

import pytest

from sinteza.errors import SintezaError
from sinteza.screening.stopping import (
    audit,
    audit_size,
    capture_recapture,
    certify,
    consecutive,
    draw_audit,
    first_stop,
    hypergeometric_cdf,
    missing_for,
    safe,
    would_stop,
)


def exact_cdf(k: int, total: int, marked: int, drawn: int) -> Fraction:
    ways = sum(
        math.comb(marked, x) * math.comb(total - marked, drawn - x)
        for x in range(k + 1)
        if drawn - x >= 0
    )
    return Fraction(ways, math.comb(total, drawn))


@pytest.mark.parametrize(
    ("k", "total", "marked", "drawn"),
    [(0, 100, 3, 40), (2, 50, 10, 20), (5, 30, 12, 15), (9, 9, 9, 9)],
)
def test_the_distribution_is_exact(k: int, total: int, marked: int, drawn: int) -> None:
    expected = float(exact_cdf(k, total, marked, drawn))
    assert hypergeometric_cdf(k, total, marked, drawn) == pytest.approx(expected, rel=1e-9)


def brute(found: list[bool], total: int, missing: int) -> float:
    """The p-value by trying every start."""
    read = len(found)
    if missing > total - read:
        return 0.0
    best = 1.0
    for start in range(read):
        k = sum(found[start:])
        best = min(best, float(exact_cdf(k, total - start, k + missing, read - start)))
    return best


@pytest.mark.parametrize(
    "shape", ["1110100100000000000", "0000000", "1", "10101010100000000000000"]
)
def test_the_certificate_tries_every_start(shape: str) -> None:
    found = [letter == "1" for letter in shape]
    for total in (len(found), len(found) + 5, 3 * len(found)):
        got = certify(found, total)
        missing = missing_for(sum(found), 0.95)
        assert got.p == pytest.approx(brute(found, total, missing), rel=1e-9)
        assert got.met == (got.p <= 0.05)
        # the limit is the most that is not refuted
        high = got.missing_high
        if high:
            assert brute(found, total, high) > 0.05
        if high < total - len(found):
            assert brute(found, total, high + 1) <= 0.05


def test_the_fewest_missing_that_spoil_the_recall() -> None:
    assert missing_for(19, 0.95) == 2  # 19 of 20 is 95 %: that still reaches it
    assert missing_for(18, 0.95) == 1
    assert missing_for(0, 0.95) == 1
    assert missing_for(100, 0.95) == 6


def test_reading_everything_is_certain() -> None:
    got = certify([True, False, False], 3)
    assert (got.p, got.met, got.missing_high, got.recall_low) == (0.0, True, 0, 1.0)


def test_the_first_stop_is_where_the_certificate_is_first_met() -> None:
    found = [(i % 7 == 0 and i < 70) or i == 180 for i in range(400)]
    expected = next(n for n in range(1, 401) if certify(found[:n], 400).met)
    assert first_stop(found) == expected
    assert would_stop(found)["certificate"] == expected
    assert would_stop(found)["consecutive_50"] == 64 + 50


def test_hints_say_how_far_they_are() -> None:
    found = [True] * 3 + [False] * 49
    assert not consecutive(found).stop
    assert consecutive([*found, False]).stop
    assert [hint.stop for hint in safe([*found, False], 400, expected=30)] == [True, False, True]


def test_an_audit_is_an_exact_test() -> None:
    done = audit(before=50, rest=1000, sample=700, found=0)
    assert done.p == pytest.approx(float(exact_cdf(0, 1000, 3, 700)), rel=1e-9)
    assert done.met
    size = audit_size(before=50, rest=1000)
    assert audit(before=50, rest=1000, sample=size, found=0).met
    assert not audit(before=50, rest=1000, sample=size - 1, found=0).met
    with pytest.raises(SintezaError, match="cannot be"):
        audit(before=1, rest=10, sample=11, found=0)


def test_audit_samples_repeat_and_do_not_depend_on_the_order() -> None:
    unread = [f"r{i}" for i in range(50)]
    drawn = draw_audit(unread, 10, seed=2)
    assert drawn == draw_audit(unread[::-1], 10, seed=2)
    assert len(set(drawn)) == 10
    with pytest.raises(SintezaError):
        draw_audit(unread, 51, seed=2)


def test_capture_and_recapture_by_hand() -> None:
    first, second = {str(i) for i in range(8)}, {str(i) for i in range(4, 11)}
    got = capture_recapture(first, second)
    assert got.estimate == pytest.approx(9 * 8 / 5 - 1)
    assert 11 <= got.low < got.estimate < got.high
    same = capture_recapture(first, first)
    assert (same.low, same.high) == (8, 8)


@pytest.mark.parametrize("bad", [0.0, 1.0, 1.5, -0.1])
def test_impossible_targets_are_refused(bad: float) -> None:
    with pytest.raises(SintezaError, match="between 0 and 1"):
        certify([True], 10, target=bad)
    with pytest.raises(SintezaError, match="only 3"):
        certify([True] * 4, 3)
