"""Whatever the numbers: an answer, numbers named as lacking, or a refusal in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.errors import SintezaError
from sinteza.stats import (
    bias,
    conversions,
    effect_sizes,
    excess,
    heterogeneity_interval,
    location_scale,
    mantel_haenszel,
    permutation_test,
    peto,
    pool,
    pool_beta_binomial,
    pool_glmm,
    pool_many,
    pool_meta,
    pool_multilevel,
    pool_penalized,
    pool_revman,
    predict,
    vif,
)
from sinteza.stats.influence import baujat, cumulative, influence, leave_one_out, subgroups
from sinteza.stats.measures import MEASURES
from sinteza.stats.random_effects import nested
from sinteza.stats.tau2 import METHODS
from sinteza.stats.trim_fill import trim_and_fill

TESTS = ("z", "t", "knha", "adhoc", "kr")
NUMBERS = ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "q")
awkward_y = st.one_of(
    st.sampled_from([0.0, 0.3, 1.0, -1e-150, 1e150, 1e12, math.nan, math.inf, None]),
    st.floats(-3, 3),
)
awkward_v = st.one_of(
    st.sampled_from([0.1, 0.0, -1.0, 1e-300, 1e-12, 1e9, 1e300, math.nan, math.inf, None]),
    st.floats(0.01, 2),
)
count = st.one_of(st.sampled_from([0, 0, 1, None, -1, 2.5, math.nan]), st.integers(0, 60))


@st.composite
def studies(draw: Any) -> tuple[list[Any], list[Any]]:
    """Estimates and variances of 0 to 5 studies, sometimes of unequal length."""
    k = draw(st.integers(0, 5))
    y = draw(st.lists(awkward_y, min_size=k, max_size=k))
    v = draw(st.lists(awkward_v, min_size=k, max_size=k))
    return y, v[: k - draw(st.sampled_from([0] * 12 + [1]))] if k else v


@st.composite
def tables(draw: Any) -> dict[str, list[Any]]:
    k = draw(st.integers(0, 4))
    row = st.lists(count, min_size=k, max_size=k)
    a, c = draw(row), draw(row)
    more = st.lists(st.integers(0, 40), min_size=k, max_size=k)
    n1, n2 = (
        [(x or 0) + m if x == x else m for x, m in zip(events, draw(more), strict=True)]
        for events in (a, c)
    )
    return {"ai": a, "n1i": n1, "ci": c, "n2i": n2}


@st.composite
def moderators(draw: Any, k: int) -> Any:
    factor = draw(st.lists(st.sampled_from("ab"), min_size=k, max_size=k))
    number = draw(
        st.lists(st.sampled_from([0.0, 1.0, 2.0, 2010.0, math.nan]), min_size=k, max_size=k)
    )
    return draw(
        st.sampled_from(
            [{"f": factor}, {"x": number}, {"x": number, "z": number}, {"x": [1.0] * k}, {}]
        )
    )


def answer(call: Callable[[], Any]) -> Any:
    """What the call gives; None for a refusal, whose words must say something."""
    said = ""
    found = None
    try:
        found = call()
    except SintezaError as error:
        said = error.what
    if found is None:
        assert len(said) > 10
        return None
    values = {name: getattr(found, name, None) for name in NUMBERS}
    lacking = [
        name
        for name, value in values.items()
        if isinstance(value, float | np.ndarray) and np.isnan(value).any()
    ]
    notes = " ".join(getattr(found, "notes", ()))
    assert not lacking or "do not define" in notes, (lacking, notes)
    if hasattr(found, "summary"):
        assert found.summary()
    return found


@settings(max_examples=70)
@given(studies(), st.sampled_from(METHODS), st.sampled_from(TESTS), st.booleans())
def test_pooling(data: Any, method: str, test: str, weighted: bool) -> None:
    y, v = data
    weights = [1.0] * len(y) if weighted else None
    answer(lambda: pool(y, v, method=method, test=test, weights=weights))
    answer(lambda: pool_many(y, v, ["a"] * len(y), method=method, test=test))


@settings(max_examples=50)
@given(st.data(), studies(), st.sampled_from(METHODS), st.sampled_from(TESTS))
def test_regression(draw: Any, data: Any, method: str, test: str) -> None:
    y, v = data
    mods = draw.draw(moderators(len(y)))
    fit = answer(lambda: pool(y, v, method=method, test=test, mods=mods))
    if fit is not None:
        answer(lambda: vif(fit))
        answer(lambda: predict(fit))
    scale = draw.draw(moderators(len(y)))
    answer(lambda: location_scale(y, v, scale=scale, mods=mods))


@settings(max_examples=30)
@given(
    studies(),
    st.sampled_from(["QP", "PL", "GENQ", "HT"]),
    st.sampled_from(["DL", "REML", "ML", "PM"]),
)
def test_intervals_and_diagnostics(data: Any, kind: str, method: str) -> None:
    y, v = data
    answer(lambda: heterogeneity_interval(y, v, kind=kind, method=method))
    for made in (leave_one_out, cumulative, influence):
        answer(lambda made=made: made(y, v, method=method, test="knha"))
    answer(lambda: baujat(y, v, method=method))
    groups = ["a", "b", "b", "a", "b"][: len(y)]
    for common in (False, True):
        answer(lambda common=common: subgroups(y, v, groups, method=method, common_tau2=common))
    answer(lambda: permutation_test(y, v, method=method, draws=20))
    answer(lambda: pool_multilevel(y, v, random=nested(groups, list(range(len(groups))))))


@settings(max_examples=30)
@given(studies(), st.sampled_from(bias.PREDICTORS), st.sampled_from(["multiplicative", "REML"]))
def test_bias(data: Any, predictor: str, model: str) -> None:
    y, v = data
    ni = [10.0, 0.0, 30.0, 40.0, 50.0][: len(y)]
    answer(lambda: bias.small_study_regression(y, v, predictor=predictor, model=model, ni=ni))
    for made in (
        bias.egger, bias.thompson_sharp, bias.begg, bias.pet_peese, bias.limit, trim_and_fill,
        excess.fail_safe_n, excess.excess_significance, excess.p_curve,
    ):  # fmt: skip
        answer(lambda made=made: made(y, v))


@settings(max_examples=60)
@given(tables(), st.sampled_from(["RR", "OR", "RD"]), st.sampled_from(["none", "only0", "revman"]))
def test_tables(data: Any, measure: str, zero: str) -> None:
    answer(lambda: mantel_haenszel(measure, zero=zero, **data))
    answer(lambda: peto(**data))
    answer(lambda: pool_penalized(**data))
    for random in (False, True):
        answer(lambda r=random: pool_revman(measure, random=r, **data))
        for method in ("MH", "IV", "SSW"):
            answer(
                lambda r=random, m=method: pool_meta(measure, method=m, random=r, tau2="DL", **data)
            )
    answer(lambda: bias.harbord(**data))
    answer(lambda: bias.schwarzer(**data))


@settings(max_examples=12)
@given(tables(), st.sampled_from(["UM.FS", "CM.EL", "CM.AL", "UM.RS"]))
def test_models_of_counts(data: Any, model: str) -> None:
    answer(lambda: pool_glmm("OR", model=model, **data))
    answer(lambda: pool_beta_binomial(**data))


COLUMNS = (
    ("ai", "n1i", "ci", "n2i"), ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"), ("xi", "ni"),
    ("xi", "ti"), ("ri", "ni"), ("x1i", "t1i", "x2i", "t2i"), ("m1i", "m2i", "sd1i", "sd2i", "ri",
    "ni"), ("mi", "sdi", "ni"), ("ai", "mi", "ni"), ("yi", "sei"), ("ai", "bi", "ci", "di"),
)  # fmt: skip


@settings(max_examples=100)
@given(st.data(), st.sampled_from(sorted(MEASURES)), st.sampled_from(COLUMNS))
def test_effect_sizes(draw: Any, measure: str, names: tuple[str, ...]) -> None:
    k = draw.draw(st.integers(0, 3))
    values = st.lists(st.one_of(count, st.sampled_from([0.5, 1e300])), min_size=k, max_size=k)
    columns = {name: draw.draw(values) for name in names}
    found = answer(lambda: effect_sizes(measure, **columns))
    if found is not None:
        missing = ~(np.isfinite(found.yi) & np.isfinite(found.vi))
        assert not missing.any() or found.notes


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, -1.0])
def test_conversions_refuse(value: float) -> None:
    for call in (
        lambda: conversions.sd_from_se(value, value),
        lambda: conversions.se_from_interval(value, value),
        lambda: conversions.se_from_p(0.5, value),
        lambda: conversions.combine_groups(value, 1.0, 1.0, value, 2.0, 1.0),
        lambda: conversions.mean_sd_from_quantiles(n=value, median=1.0, q1=2.0, q3=0.0),
    ):
        try:
            made = call()
        except SintezaError:
            continue
        assert np.isfinite(np.asarray(made, dtype=float)).all()


def test_equal_estimates_and_a_factor_are_refused_in_words() -> None:
    fit = pool([0.3] * 6, [0.1, 0.2, 0.3] * 2, mods={"g": ["a", "b"] * 3}, test="knha")
    assert np.isnan(fit.qm)
    assert any("nothing can be tested" in note for note in fit.notes)


def test_variances_of_very_different_size_with_moderators() -> None:
    y = np.array([0.1, -0.2, 0.3, 0.5, 0.2, 0.9])
    v = np.array([1e-12, 1e9, 0.1, 1e-6, 1e3, 0.2])
    for method in METHODS:
        answer(lambda m=method: pool(y, v, method=m, mods={"x": [1.0, 2, 3, 4, 5, 7]}))
