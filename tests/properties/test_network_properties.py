"""What must not move an estimate: names, order, the choice of reference."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.stats.network import Network, network

TREATMENTS = ("a", "b", "c", "d", "e")


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A connected network of two to four arms a study."""
    rows = []
    for s in range(draw(st.integers(4, 9))):
        some = draw(st.permutations(TREATMENTS))[: draw(st.integers(2, 4))]
        if s < len(TREATMENTS) - 1:
            some = [TREATMENTS[s], TREATMENTS[s + 1], *[t for t in some if t not in TREATMENTS]]
        for treatment in some:
            n = draw(st.integers(20, 200))
            events = draw(st.integers(1, n - 1))
            rows.append({"study": f"S{s}", "treatment": treatment, "events": events, "n": n})
    return rows


def effects(net: Network, names: dict[str, str] | None = None) -> dict[tuple[str, str], Any]:
    back = {v: k for k, v in (names or {t: t for t in TREATMENTS}).items()}
    found = {}
    for one in net.estimates():
        found[back[one.a], back[one.b]] = (one.estimate, one.se)
        found[back[one.b], back[one.a]] = (-one.estimate, one.se)
    return found


def same(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    assert set(one) == set(other)
    for pair, value in one.items():
        np.testing.assert_allclose(value, other[pair], rtol=1e-8, atol=1e-9)


@settings(max_examples=25)
@given(tables(), st.permutations(TREATMENTS), st.randoms(use_true_random=False))
def test_names_order_and_reference_do_not_matter(
    rows: list[dict[str, Any]], names: list[str], random: Any
) -> None:
    for method in ("DL", "REML"):
        plain = effects(network(rows, measure="OR", method=method))
        shuffled = random.sample(rows, len(rows))
        same(plain, effects(network(shuffled, measure="OR", method=method, reference="c")))
        renamed = dict(zip(TREATMENTS, names, strict=True))
        relabeled = [row | {"treatment": renamed[row["treatment"]]} for row in rows]
        same(plain, effects(network(relabeled, measure="OR", method=method), renamed))


@settings(max_examples=25)
@given(tables())
def test_arms_and_their_contrasts_give_the_same(rows: list[dict[str, Any]]) -> None:
    net = network(rows, measure="OR", method="REML")
    data = net.evidence
    contrasts = [
        {
            "study": data.studies[data.study[i]],
            "treat1": data.treatments[data.treat2[i]],
            "treat2": data.treatments[data.treat1[i]],
            "estimate": -data.estimate[i],
            "se": data.variance[i] ** 0.5,
        }
        for i in range(data.m)
    ]
    same(effects(net), effects(network(contrasts, measure="OR", method="REML")))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 49), st.integers(1, 49)), min_size=1, max_size=8))
def test_two_treatments_are_a_pairwise_meta_analysis(events: list[tuple[int, int]]) -> None:
    rows = [
        {"study": f"S{s}", "treatment": t, "events": e, "n": 50}
        for s, pair in enumerate(events)
        for t, e in zip("ab", pair, strict=True)
    ]
    net = network(rows, measure="OR")
    x, y = np.array(events).T
    effect = np.log(x / (50 - x)) - np.log(y / (50 - y))
    variance = 1 / x + 1 / (50 - x) + 1 / y + 1 / (50 - y)
    w = 1 / variance
    q = w @ (effect - w @ effect / w.sum()) ** 2
    tau2 = 0.0
    if len(events) > 1:
        tau2 = max(0.0, (q - len(events) + 1) / (w.sum() - w @ w / w.sum()))
    w = 1 / (variance + tau2)
    one = net.estimate("a", "b")
    np.testing.assert_allclose(
        [one.estimate, one.se, net.tau2, net.q],
        [w @ effect / w.sum(), w.sum() ** -0.5, tau2, q],
        rtol=1e-9,
        atol=1e-10,
    )


@settings(max_examples=15)
@given(tables())
def test_q_is_the_sum_of_its_parts(rows: list[dict[str, Any]]) -> None:
    found = network(rows, measure="OR").decomposition
    np.testing.assert_allclose(found.total.q, found.within.q + found.between.q, atol=1e-8)
    assert found.total.df == found.within.df + found.between.df
    np.testing.assert_allclose(found.within.q, sum(d.q for d in found.designs), atol=1e-8)
