"""Rare events against netmetabin: Mantel-Haenszel, penalized logistic, hypergeometric."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import special
from scipy.optimize import brentq

from sinteza.errors import DisconnectedNetwork, SynthesisError
from sinteza.stats.network.rare import RareMethod, hypergeometric_moments, rare_network, split_rare
from tests.golden.network_cases import case, matrix, rows

COUNTED = (
    "dogliotti2014_or",
    "dong2013_or",
    "gurusamy2011_or",
    "smoking_or",
    "thrombolytic_or",
    "woods2010_or",
)


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize(
    # the reference stops its likelihood searches early: penalized ones within 4e-7 of the
    # optimum, hypergeometric ones within 3e-5; ours are checked against the definition below
    ("method", "theirs", "near"),
    [("MH", "MH", 1e-9), ("LRP", "LRP", 1e-6), ("NCH-rare", "NCH", 1e-4)],
)
def test_against_the_reference(
    shared: Path, name: str, method: RareMethod, theirs: str, near: float
) -> None:
    golden = case(shared, name).get(f"netmetabin_{theirs}")
    if not golden:
        pytest.skip("the reference was not run with this method")
    found = rare_network(rows(case(shared, name)), method=method)
    assert (found.k, len(found.treatments)) == (golden["k"], golden["n"])
    for ours, label in [(found.estimate, "TE"), (found.se, "seTE")]:
        wanted = matrix(golden[f"{label}.common"], found.treatments)
        np.testing.assert_allclose(ours, wanted, rtol=0, atol=near)
    if method == "MH":
        assert found.q_inconsistency == pytest.approx(golden["Q.inconsistency"], abs=1e-9)
        assert found.df_inconsistency == golden["df.Q.inconsistency"]
        assert found.p_inconsistency == pytest.approx(golden["pval.Q.inconsistency"], abs=1e-9)


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize(("method", "near"), [("MH", 1e-7), ("LRP", 1e-5)])
def test_splits(shared: Path, name: str, method: RareMethod, near: float) -> None:
    golden = case(shared, name)[f"netmetabin_{method}"]["netsplit"]
    mine = {(one.a, one.b): one for one in split_rare(rows(case(shared, name)), method=method)}
    checked = 0
    for i, label in enumerate(golden["comparison"]):
        a, b = label.split(":")
        one, sign = (mine[a, b], 1) if (a, b) in mine else (mine[b, a], -1)
        for kind in ("direct", "indirect"):
            estimate, se = (golden[f"{kind}.common"][c][i] for c in ("TE", "seTE"))
            found = getattr(one, kind)
            if estimate is None or found is None:
                continue
            assert sign * found.estimate == pytest.approx(estimate, abs=near)
            assert found.se == pytest.approx(se, abs=near)
            checked += 1
    assert checked >= len(golden["comparison"])


TABLE = [
    {"study": s, "treatment": t, "events": e, "n": n}
    for s, t, e, n in [
        ("1", "a", 0, 50),
        ("1", "b", 4, 60),
        ("2", "a", 1, 40),
        ("2", "c", 3, 45),
        ("3", "a", 2, 70),
        ("3", "b", 3, 80),
        ("3", "c", 5, 75),
        ("4", "b", 0, 20),
        ("4", "c", 0, 25),
    ]
]


def test_exact_law_against_enumeration() -> None:
    theta = np.array([0.0, 0.4, -0.3])
    events, others = np.array([2.0, 3, 1]), np.array([5.0, 4, 9])
    n, total = events + others, int(events.sum())
    points = [
        (i, j, total - i - j)
        for i in range(total + 1)
        for j in range(total + 1 - i)
        if i <= n[0] and j <= n[1] and total - i - j <= n[2]
    ]
    law = np.array([np.prod(special.binom(n, x)) * np.exp(np.dot(x, theta)) for x in points])
    law /= law.sum()
    x = np.array(points, dtype=float)
    mean, covariance = hypergeometric_moments(events, others, theta)
    np.testing.assert_allclose(mean, law @ x, atol=1e-12)
    centered = x - law @ x
    np.testing.assert_allclose(covariance, (centered.T * law) @ centered, atol=1e-12)


def test_penalized_estimate_maximizes_the_penalized_likelihood() -> None:
    found = rare_network(TABLE, method="LRP")
    arms = np.array([ord(r["treatment"]) - ord("a") for r in TABLE])
    study = np.array([int(r["study"]) - 1 for r in TABLE])
    y, n = (np.array([r[c] for r in TABLE], dtype=float) for c in ("events", "n"))
    design = np.zeros((9, 6))
    design[np.arange(9), study] = 1
    for arm in (1, 2):
        design[arms == arm, 3 + arm] = 1

    def score(beta: np.ndarray) -> np.ndarray:
        # the gradient of loglik + log det(X'WX) / 2 by differences
        def value(b: np.ndarray) -> float:
            p = special.expit(design @ b)
            information = design.T @ (design * (n * p * (1 - p))[:, None])
            penalty = np.linalg.slogdet(information)[1] / 2
            return float(y @ np.log(p) + (n - y) @ np.log1p(-p) + penalty)

        steps = np.eye(6) * 1e-5
        return np.array([(value(beta + s) - value(beta - s)) / 2e-5 for s in steps])

    effects = [found.estimate[1, 0], found.estimate[2, 0]]
    beta = np.array([*np.full(4, -3.0), *effects])
    for _ in range(60):  # each study's intercept in turn, effects held
        for s in range(4):

            def at(value: float, s: int = s) -> float:
                trial = beta.copy()
                trial[s] = value
                return float(score(trial)[s])

            beta[s] = brentq(at, -12, 6, xtol=1e-12)
    np.testing.assert_allclose(score(beta), 0, atol=2e-6)


def test_what_cannot_be_used_is_named_or_refused() -> None:
    found = rare_network(TABLE, method="MH")
    # nobody had an event in study 4; with a alone against b nobody had one with a
    assert [d.study for d in found.dropped] == ["4", "1"]
    assert rare_network(TABLE, method="NCH").k == 3
    assert rare_network(TABLE, method="LRP").k == 4
    contrasts = [{"study": "S", "treat1": "a", "treat2": "b", "estimate": 1, "se": 1}]
    with pytest.raises(SynthesisError, match="numbers of each arm"):
        rare_network(contrasts)
    silent = [{"study": "5", "treatment": t, "events": 0, "n": 9} for t in ("c", "d")]
    with_d = rare_network([*TABLE, *silent], method="MH")
    assert "d" not in with_d.treatments
    apart = [{"study": "5", "treatment": t, "events": e, "n": 9} for t, e in (("d", 1), ("e", 2))]
    with pytest.raises(DisconnectedNetwork):
        rare_network([*TABLE, *apart], method="MH")


def test_methods_agree_when_events_are_many() -> None:
    rng = np.random.default_rng(3)
    table = [
        {"study": str(s), "treatment": t, "events": int(rng.binomial(5000, p)), "n": 5000}
        for s in range(3)
        for t, p in zip("abc", (0.2, 0.25, 0.3), strict=True)
    ]
    values = [rare_network(table, method=m).estimate for m in ("MH", "NCH", "LRP")]
    np.testing.assert_allclose(values[0], values[1], atol=2e-3)
    np.testing.assert_allclose(values[1], values[2], atol=2e-3)
