"""Pooled numbers against formulas worked out here, and what a group says besides."""

from __future__ import annotations

import math

import msgspec
import pytest

from sinteza.model.effect import EffectEstimate, Group, PooledEffect
from sinteza.model.protocol import FewStudies
from sinteza.model.study import Study
from sinteza.stats import mantel_haenszel, pool
from sinteza.synthesis.analyze import analyze, disagreement, effect_of, pool_effects, without_each
from sinteza.synthesis.select import Comparison, select

from .trials import PLAN, RESPONSE, ancestors, trial

replace = msgspec.structs.replace
Z = 1.959963984540054
CELLS = ((20, 50, 10, 50), (30, 60, 20, 62), (12, 40, 11, 41), (45, 90, 20, 88))
STUDIES = [trial(f"s{i}", ("lev", a, n), ("placebo", c, m)) for i, (a, n, c, m) in enumerate(CELLS)]


def comparisons(*studies: Study) -> list[Comparison]:
    included = {study.id for study in studies}
    got = select(studies, PLAN, RESPONSE, included=included, ancestors=ancestors)
    return list(got.comparisons)


def groups(*studies: Study, **changes: object) -> dict[str, Group]:
    included = {study.id for study in studies}
    chosen = select(studies, PLAN, RESPONSE, included=included, ancestors=ancestors)
    done = analyze(chosen, replace(PLAN, **changes))
    return {group.concept: group for group in done.groups}


def log_rr(a: int, n: int, c: int, m: int) -> tuple[float, float]:
    return math.log(a / n / (c / m)), 1 / a - 1 / n + 1 / c - 1 / m


def log_or(a: int, n: int, c: int, m: int) -> tuple[float, float]:
    return (
        math.log(a * (m - c) / (c * (n - a))),
        1 / a + 1 / (n - a) + 1 / c + 1 / (m - c),
    )


@pytest.mark.parametrize("cells", CELLS)
def test_one_studys_effect_is_the_closed_form(cells: tuple[int, int, int, int]) -> None:
    a, n, c, m = cells
    (row,) = comparisons(trial("x", ("lev", a, n), ("placebo", c, m)))
    for measure, formula in (("RR", log_rr), ("OR", log_or)):
        got = effect_of(row, measure, group="drug")
        assert got is not None
        y, v = formula(*cells)
        assert got.estimate == pytest.approx(math.exp(y), rel=1e-12)
        assert got.se == pytest.approx(math.sqrt(v), rel=1e-12)
        assert got.ci_low == pytest.approx(math.exp(y - Z * math.sqrt(v)), rel=1e-9)
        assert got.ci_high == pytest.approx(math.exp(y + Z * math.sqrt(v)), rel=1e-9)
    got = effect_of(row, "RD", group="drug")
    assert got is not None
    p, q = a / n, c / m
    assert got.estimate == pytest.approx(p - q, rel=1e-12)
    assert got.se == pytest.approx(math.sqrt(p * (1 - p) / n + q * (1 - q) / m), rel=1e-12)
    assert (got.events_1, got.total_1, got.events_2, got.total_2) == cells


def test_an_empty_cell_gets_a_half_and_an_empty_row_no_ratio() -> None:
    (row,) = comparisons(trial("x", ("lev", 7, 30), ("placebo", 0, 31)))
    got = effect_of(row, "RR", group="drug")
    assert got is not None
    assert got.estimate == pytest.approx((7.5 / 31) / (0.5 / 32), rel=1e-12)
    for a, c in ((0, 0), (30, 31)):
        (row,) = comparisons(trial("x", ("lev", a, 30), ("placebo", c, 31)))
        assert effect_of(row, "OR", group="drug") is None
    # with a difference nobody is lost; the half enters here too, as in metafor
    (row,) = comparisons(trial("x", ("lev", 0, 30), ("placebo", 0, 31)))
    got = effect_of(row, "RD", group="drug")
    assert got is not None
    assert got.estimate == pytest.approx(0.5 / 31 - 0.5 / 32, rel=1e-12)


def test_a_study_without_events_is_named_among_the_omitted() -> None:
    empty = trial("empty", ("lev", 0, 30), ("placebo", 0, 31))
    chosen = select(
        [*STUDIES, empty],
        PLAN,
        RESPONSE,
        included={"empty", *(s.id for s in STUDIES)},
        ancestors=ancestors,
    )
    done = analyze(chosen, PLAN)
    assert [(o.study, o.code) for o in done.omitted] == [("empty", "double_zero")]
    assert [e.study for e in done.groups[0].effects] == ["s0", "s1", "s2", "s3"]


def test_dersimonian_laird_is_the_published_formula() -> None:
    """DerSimonian and Laird, Control Clin Trials 1986;7:177, by hand."""
    y, v = zip(*(log_rr(*cells) for cells in CELLS), strict=True)
    w = [1 / x for x in v]
    fixed = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    q = sum(a * (b - fixed) ** 2 for a, b in zip(w, y, strict=True))
    tau2 = max(0.0, (q - 3) / (sum(w) - sum(x * x for x in w) / sum(w)))
    ws = [1 / (x + tau2) for x in v]
    mean, se = sum(a * b for a, b in zip(ws, y, strict=True)) / sum(ws), sum(ws) ** -0.5
    group = groups(*STUDIES)["drug"]
    got = group.pooled
    assert got is not None
    assert got.estimate == pytest.approx(math.exp(mean), rel=1e-9)
    assert got.ci_low == pytest.approx(math.exp(mean - Z * se), rel=1e-9)
    assert got.ci_high == pytest.approx(math.exp(mean + Z * se), rel=1e-9)
    assert got.q == pytest.approx(q, rel=1e-9)
    assert got.tau2 == pytest.approx(tau2, abs=1e-12)
    assert got.i2 == pytest.approx(max(0.0, (q - 3) / q), abs=1e-9)
    assert (got.k, got.n, got.q_df) == (4, sum(n + m for _, n, _, m in CELLS), 3)
    assert [e.weight for e in group.effects] == pytest.approx([100 * x / sum(ws) for x in ws])


def test_the_other_methods_are_those_of_stats() -> None:
    rows = list(groups(*STUDIES)["drug"].effects)
    for method, test in (("REML", "knha"), ("FE", "z")):
        got, weights = pool_effects(rows, "drug", method=method, test=test)
        y, v = zip(*(log_rr(*cells) for cells in CELLS), strict=True)
        fit = pool(list(y), list(v), method=method, test=test)
        assert got.estimate == pytest.approx(math.exp(fit.estimate), rel=1e-9)
        assert got.ci_high == pytest.approx(math.exp(fit.ci_high), rel=1e-9)
        assert sum(weights) == pytest.approx(100)
        assert (got.tau2 is None) == (method == "FE")
        assert (got.pi_low is None) == (method == "FE")
    got, _ = pool_effects(rows, "drug", method="MH", test="z")
    a, n, c, m = (list(column) for column in zip(*CELLS, strict=True))
    by_hand = sum(x * q / (p + q) for x, p, _, q in CELLS) / sum(
        z * p / (p + q) for _, p, z, q in CELLS
    )
    assert got.estimate == pytest.approx(by_hand, rel=1e-9)
    fit = mantel_haenszel("RR", ai=a, n1i=n, ci=c, n2i=m, zero="revman")
    assert got.ci_low == pytest.approx(math.exp(fit.ci_low), rel=1e-9)


def test_groups_are_not_pooled_with_each_other_and_one_study_is_not_pooled() -> None:
    device = trial("d", ("vns", 9, 30), ("sham", 3, 30))
    got = groups(*STUDIES, device)
    assert list(got) == ["drug", "device"]
    drug = got["drug"].pooled
    assert drug is not None
    assert drug.k == 4
    (only,) = got["device"].effects
    assert (got["device"].pooled, only.weight) == (None, 100.0)


def test_a_study_with_treatments_of_two_groups_enters_both() -> None:
    both = trial("b", ("lev", 9, 30), ("vns", 12, 40), ("placebo", 3, 30))
    got = groups(both, *STUDIES[:2])
    for name, cells in (("drug", (9, 30, 3, 30)), ("device", (12, 40, 3, 30))):
        (effect,) = (e for e in got[name].effects if e.study == "b")
        assert (effect.events_1, effect.total_1, effect.events_2, effect.total_2) == cells
        assert effect.estimate == pytest.approx(math.exp(log_rr(*cells)[0]), rel=1e-12)


def test_small_groups_follow_the_rule_for_few_studies() -> None:
    few = FewStudies(below=3, method="FE", test="z")
    two = groups(*STUDIES[:2], few=few)["drug"].pooled
    three = groups(*STUDIES[:3], few=few)["drug"].pooled
    assert two is not None
    assert three is not None
    assert (two.method, three.method) == ("FE", "DL")
    assert "few" in two.notes
    planned = [p.method for p in groups(*STUDIES[:2], few=few)["drug"].alternatives]
    assert "DL" in planned


def test_each_study_left_out_in_turn() -> None:
    rows = list(groups(*STUDIES)["drug"].effects)
    got = without_each(rows, "drug", method="DL", test="z")
    assert [w.study for w in got] == ["s0", "s1", "s2", "s3"]
    for number, item in enumerate(got):
        rest = [s for i, s in enumerate(STUDIES) if i != number]
        alone = groups(*rest)["drug"].pooled
        assert alone is not None
        assert item.estimate == pytest.approx(alone.estimate, rel=1e-12)
    assert groups(*STUDIES[:2])["drug"].without == ()


def test_asymmetry_is_not_tested_below_ten_studies() -> None:
    many = [trial(f"m{i}", ("lev", 10 + i, 60), ("placebo", 6 + i % 3, 60)) for i in range(10)]
    assert groups(*many[:9])["drug"].asymmetry is None
    found = groups(*many)["drug"].asymmetry
    assert found is not None
    assert found.k == 10
    assert 0 < found.p < 1


def effect(low: float, high: float) -> EffectEstimate:
    return EffectEstimate(
        study="s",
        label="S",
        group="g",
        intervention="i",
        comparator="c",
        measure="RR",
        estimate=math.sqrt(low * high),
        se=0.1,
        events_1=1,
        total_1=2,
        events_2=1,
        total_2=2,
        ci_low=low,
        ci_high=high,
    )


def whole(low: float, high: float, **more: float) -> PooledEffect:
    return PooledEffect(
        group="g",
        k=3,
        n=12,
        measure="RR",
        method="DL",
        test="z",
        estimate=math.sqrt(low * high),
        ci_low=low,
        ci_high=high,
        **more,
    )


def test_when_studies_do_not_tell_one_story() -> None:
    same = [effect(1.1, 2.0), effect(0.9, 2.0)]
    assert disagreement(whole(1.2, 1.8, i2=0.1, pi_low=1.05, pi_high=2.0), same) == ""
    assert disagreement(whole(1.2, 1.8), [effect(1.1, 2.0), effect(0.2, 0.9)]) == "opposed"
    assert disagreement(whole(1.2, 1.8, pi_low=0.8, pi_high=2.5), same) == "prediction"
    assert disagreement(whole(0.8, 1.8, i2=0.1, pi_low=0.5, pi_high=2.5), same) == ""
    assert disagreement(whole(0.8, 1.8, i2=0.5), same) == "spread"
    assert disagreement(whole(0.8, 1.8, i2=0.49), same) == ""


def test_an_arm_of_another_kind_of_treatment_does_not_enter_the_group() -> None:
    """A drug, a device and placebo in one trial: the drugs' group counts the drug alone."""
    mixed = trial("x", ("lev", 10, 50), ("vns", 25, 50), ("placebo", 5, 50))
    (row,) = groups(mixed)["drug"].effects
    assert (row.intervention, row.events_1, row.total_1) == ("lev", 10, 50)
