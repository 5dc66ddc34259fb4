"""Leaving studies out, adding them, thresholds, covariates and orders."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sinteza.errors import SynthesisError
from sinteza.stats.network import Network, network
from sinteza.stats.network.living import cumulative, leave_one_out, thresholds
from sinteza.stats.network.loops import loops
from sinteza.stats.network.metaregression import regress
from sinteza.stats.network.order import groups, partial_order

Rows = list[dict[str, Any]]


def made(seed: int = 1, studies: int = 14) -> Rows:
    rng = np.random.default_rng(seed)
    rows: Rows = []
    for s in range(studies):
        arms = rng.choice(list("abcde"), size=3 if s % 4 == 0 else 2, replace=False)
        if s < 4:
            arms = np.array(["abcde"[s], "abcde"[s + 1]])
        for t in arms:
            n = int(rng.integers(40, 200))
            p = 0.15 + 0.06 * "abcde".index(str(t))
            events = int(rng.binomial(n, p))
            rows.append({"study": f"S{s}", "treatment": str(t), "events": events, "n": n})
    return rows


@pytest.fixture(scope="module")
def net() -> Network:
    return network(made(), measure="OR", small_values="undesirable", reference="a")


@pytest.mark.parametrize("method", ["DL", "REML"])
@pytest.mark.parametrize("model", ["common", "random"])
def test_leaving_one_out_is_a_fit_without_it(method: str, model: Any) -> None:
    rows = made()
    whole = network(rows, measure="OR", method=method)
    for one in leave_one_out(whole, model):
        again = network([r for r in rows if r["study"] != one.study], measure="OR", method=method)
        if again.treatments != whole.treatments or again.others:
            assert np.isnan(one.estimate).any()
            continue
        np.testing.assert_allclose(one.estimate, again.fit(model).estimate, atol=1e-8)
        np.testing.assert_allclose(one.se, again.fit(model).se, atol=1e-8)
        assert one.q == pytest.approx(again.q, abs=1e-8)
        assert one.df == again.df
        if model == "random":
            assert one.tau2 == pytest.approx(again.tau2, abs=1e-9)


def test_a_lost_comparison_is_all_impact() -> None:
    rows = [*made(), {"study": "L", "treatment": "z", "events": 3, "n": 30}]
    rows.append({"study": "L", "treatment": "a", "events": 2, "n": 30})
    whole = network(rows, measure="OR")
    last = leave_one_out(whole)[-1]
    z = whole.evidence.code("z")
    assert np.isnan(last.estimate[z, 0])
    assert last.impact[z, 0] == 1.0
    assert last.impact[0, 1] < 1


def test_the_last_step_is_the_whole(net: Network) -> None:
    steps = cumulative(net)
    assert [s.study for s in steps] == list(net.studies)
    assert steps[0].k == 1
    assert steps[-1].against == tuple(net.against())
    assert steps[-1].tau2 == net.tau2
    assert cumulative(net, list(reversed(net.studies)))[-1].q == pytest.approx(net.q)
    with pytest.raises(SynthesisError, match="every study of the network once"):
        cumulative(net, ["S1"])


def test_at_the_threshold_two_treatments_are_equally_good() -> None:
    rows = [
        {"study": s, "treat1": a, "treat2": b, "estimate": e, "se": se}
        for s, a, b, e, se in [
            ("1", "a", "b", 0.5, 0.2),
            ("2", "b", "c", -0.2, 0.3),
            ("3", "a", "c", 0.1, 0.25),
            ("4", "c", "d", 0.6, 0.2),
            ("5", "a", "d", 0.4, 0.4),
        ]
    ]
    base = network(rows, measure="MD", small_values="undesirable")
    best = base.ranking().best[0]
    checked = 0
    for one in thresholds(base):
        for change, winner in ((one.up, one.best_up), (-(one.down or 0), one.best_down)):
            if winner is None or change is None:
                continue
            moved = [dict(r) for r in rows]
            row = moved[int(one.study) - 1]
            row["estimate"] += change if row["treat1"] == one.treatment else -change
            again = network(moved, measure="MD", tau2=base.tau2)
            assert again.estimate(winner, best).estimate == pytest.approx(0, abs=1e-9)
            values = again.random.theta
            assert values.max() == pytest.approx(values[again.evidence.code(best)], abs=1e-9)
            checked += 1
    assert checked >= 8


def test_regression_of_a_star_is_a_weighted_regression() -> None:
    rng = np.random.default_rng(5)
    z = rng.normal(size=9)
    y = 0.4 + 0.7 * z + rng.normal(scale=0.3, size=9)
    v = rng.uniform(0.02, 0.2, size=9)
    rows = [
        {"study": str(i), "treat1": "x", "treat2": "p", "estimate": y[i], "se": v[i] ** 0.5}
        for i in range(9)
    ]
    net = network(rows, measure="MD", reference="p")
    found = regress(net, {str(i): z[i] for i in range(9)}, center=0.0)
    X = np.column_stack([np.ones(9), z])
    w = 1 / v
    hat = np.linalg.inv(X.T @ (w[:, None] * X))
    q = w @ (y - X @ (hat @ (X.T @ (w * y)))) ** 2
    scale = w.sum() - np.trace(hat @ (X.T @ (w[:, None] ** 2 * X)))
    tau2 = max(0.0, (q - 7) / scale)
    w = 1 / (v + tau2)
    covariance = np.linalg.inv(X.T @ (w[:, None] * X))
    beta = covariance @ (X.T @ (w * y))
    effect, slope = found.effects["x"], found.slopes["all"]
    assert effect is not None
    assert slope is not None
    assert (effect.estimate, slope.estimate) == pytest.approx(tuple(beta), abs=1e-10)
    assert slope.se == pytest.approx(covariance[1, 1] ** 0.5)
    assert (found.tau2, found.q, found.df) == pytest.approx((tau2, q, 7))
    assert found.q_moderator == pytest.approx((slope.estimate / slope.se) ** 2)


def test_regression_tells_what_it_cannot(net: Network) -> None:
    year = {study: 2000.0 + i for i, study in enumerate(net.studies)}
    common = regress(net, year)
    each = regress(net, year, slopes="independent")
    assert set(each.slopes) == {"b", "c", "d", "e"}
    assert common.df_moderator == 1
    assert each.df < common.df
    # the center moves effects, not slopes
    moved = regress(net, year, center=2000.0)
    assert moved.slopes["all"] is not None
    assert common.slopes["all"] is not None
    assert moved.slopes["all"].estimate == pytest.approx(common.slopes["all"].estimate)
    with pytest.raises(SynthesisError, match="the covariate is not given"):
        regress(net, {"S0": 1.0})
    with pytest.raises(SynthesisError, match="and vary"):
        regress(net, dict.fromkeys(net.studies, 1.0))


def test_partial_order_keeps_only_the_nearest() -> None:
    order = partial_order(
        [{"a": 0.9, "b": 0.6, "c": 0.3, "d": 0.5}, {"a": 0.8, "b": 0.7, "c": 0.1, "d": 0.9}]
    )
    assert order.covers == (("a", "b"), ("b", "c"), ("d", "c"))
    assert ("a", "c") in order.above
    assert ("a", "d") not in order.above
    with pytest.raises(SynthesisError, match="share no treatment"):
        partial_order([{"a": 1.0}, {"b": 1.0}])


def test_groups_by_what_is_sure() -> None:
    rows = [
        {"study": t, "treat1": t, "treat2": "p", "estimate": e, "se": 0.1}
        for t, e in [("good", 1.0), ("better", 2.0), ("same", 0.1), ("bad", -1.0)]
    ]
    net = network(rows, measure="MD", small_values="undesirable", reference="p")
    assert [g.treatments for g in groups(net)] == [
        ("better",),
        ("good",),
        ("p", "same"),
        ("bad",),
    ]
    assert [g.treatments for g in groups(net, threshold=1.5)] == [
        ("better",),
        ("bad", "good", "p", "same"),
    ]


def test_loops_that_only_one_study_closes_are_not_listed() -> None:
    rows = [
        {"study": s, "treat1": a, "treat2": b, "estimate": e, "se": 0.2}
        for s, a, b, e in [
            ("1", "a", "b", 1.0),
            ("2", "b", "c", 1.0),
            ("3", "a", "c", 1.5),
            ("4", "a", "d", 0.3),
            ("4", "a", "e", 0.5),
            ("4", "d", "e", 0.2),
        ]
    ]
    (loop,) = loops(network(rows, measure="MD"), "common")
    assert loop.treatments == ("a", "b", "c")
    assert loop.inconsistency.estimate == pytest.approx(0.5)
    assert loop.inconsistency.se == pytest.approx(0.2 * 3**0.5)


def test_two_hundred_treatments_need_no_pair_by_pair_matrix() -> None:
    import tracemalloc

    rng = np.random.default_rng(11)
    rows = []
    for s in range(2000):
        a, b = (s % 200, (s + 1) % 200) if s < 200 else rng.choice(200, 2, replace=False)
        y = (b - a) / 100 + rng.normal(scale=0.3)
        rows.append({"study": s, "treat1": f"T{a}", "treat2": f"T{b}", "estimate": y, "se": 0.2})
    tracemalloc.start()
    net = network(rows, measure="MD")
    ranking = net.ranking()
    net.league()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (net.n, net.k) == (200, 2000)
    # the covariance of all 19,900 pairs alone would take 3,168 MB
    assert peak < 150e6
    np.testing.assert_allclose(ranking.probability.sum(axis=1), 1, atol=1e-9)
    assert ranking.best[:3] != ranking.best[-3:]
