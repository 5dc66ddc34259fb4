"""Networks against netmeta 3.3-1: estimates, heterogeneity, decomposition, ranking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sinteza.stats.network import network
from sinteza.stats.network.model import likelihood
from tests.golden.network_cases import CASES, case, fitted, matrix, rows, same_set

CLOSE: dict[str, Any] = {"rtol": 0, "atol": 1e-9}


@pytest.mark.parametrize("name", CASES)
def test_size_and_dropped(shared: Path, name: str) -> None:
    golden, net = case(shared, name)["network"], fitted(shared, name)
    assert (net.k, net.m, net.n) == (golden["k"], golden["m"], golden["n"])
    assert len(net.evidence.designs) == golden["d"]
    assert set(net.treatments) == set(golden["trts"])
    assert net.df == golden["df.Q"]


def test_dropped_studies_are_named(shared: Path) -> None:
    net = fitted(shared, "gurusamy2011_or_dropzero")
    assert sorted(d.study for d in net.dropped) == [
        "Himmelreich 1992",
        "Pugliese 2007",
        "Williamson 1999",
    ]
    assert len(fitted(shared, "linde2015_or").dropped) == 7


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("model", ["common", "random"])
def test_estimates(shared: Path, name: str, model: Any) -> None:
    golden, net = case(shared, name)["model_DL"][model], fitted(shared, name)
    fit = net.fit(model)
    for ours, theirs in [
        (fit.estimate, "TE"),
        (fit.se, "seTE"),
        (fit.ci_low, "lower"),
        (fit.ci_high, "upper"),
        (fit.statistic, "statistic"),
        (fit.p_value, "pval"),
    ]:
        want = matrix(golden[f"{theirs}.{model}"], net.treatments)
        off = ~np.eye(net.n, dtype=bool)
        np.testing.assert_allclose(ours[off], want[off], err_msg=theirs, **CLOSE)


@pytest.mark.parametrize("name", CASES)
def test_prediction_intervals(shared: Path, name: str) -> None:
    golden, net = case(shared, name)["model_DL"]["predict"], fitted(shared, name)
    low = matrix(golden["lower.predict"], net.treatments)
    high = matrix(golden["upper.predict"], net.treatments)
    for one in net.estimates():
        i, j = net.evidence.code(one.a), net.evidence.code(one.b)
        assert one.pi_low == pytest.approx(low[i, j], abs=1e-9)
        assert one.pi_high == pytest.approx(high[i, j], abs=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_heterogeneity(shared: Path, name: str) -> None:
    golden, net = case(shared, name)["model_DL"]["heterogeneity"], fitted(shared, name)
    assert net.tau2 == pytest.approx(golden["tau2"], abs=1e-9)
    assert net.q == pytest.approx(golden["Q"], abs=1e-9)
    assert net.p_q == pytest.approx(golden["pval.Q"], abs=1e-9)
    assert net.i2 == pytest.approx(golden["I2"], abs=1e-9)
    low, high = net.i2_interval
    assert low == pytest.approx(golden["lower.I2"], abs=1e-9)
    assert high == pytest.approx(golden["upper.I2"], abs=1e-9)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_likelihood_methods(shared: Path, name: str, method: str) -> None:
    golden = case(shared, name)["tau_methods"][method]
    # without arms the reference ignores how contrasts of one study covary
    net = fitted(shared, name, method, "z", "ignored")
    wanted = matrix(golden["TE.random"], net.treatments)
    restricted = method == "REML"
    if np.abs(net.random.estimate - wanted).max() > 1e-7:
        # the reference stopped its search early: ours must be the better maximum, next to it
        regression = net.blocks.regression
        design = regression.design[:, :-1]
        ours = likelihood(design, regression, net.tau2, restricted=restricted)
        theirs = likelihood(design, regression, golden["tau2"], restricted=restricted)
        assert ours.value > theirs.value
        assert abs(ours.slope) < abs(theirs.slope) or net.tau2 == 0
        assert net.tau2 == pytest.approx(golden["tau2"], abs=1e-6)
    else:
        assert net.tau2 == pytest.approx(golden["tau2"], abs=1e-7)
        wanted = matrix(golden["seTE.random"], net.treatments)
        np.testing.assert_allclose(net.random.se, wanted, rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", ["linde2016_comb", "senn2013_md"])
def test_full_covariance_does_not_depend_on_the_reference(shared: Path, name: str) -> None:
    golden = case(shared, name)
    found = {
        covariance: {
            network(
                rows(golden),
                measure="MD",
                method="REML",
                reference=reference,
                contrast_covariance=covariance,
            ).tau2
            for reference in golden["network"]["trts"][:3]
        }
        for covariance in ("full", "ignored")
    }
    assert max(found["full"]) - min(found["full"]) < 1e-12
    # which is why it is the default
    assert max(found["ignored"]) - min(found["ignored"]) > 1e-5


@pytest.mark.parametrize("name", CASES)
def test_decomposition(shared: Path, name: str) -> None:
    golden, found = case(shared, name)["decomp_design"], fitted(shared, name).decomposition
    for i, part in enumerate((found.total, found.within, found.between)):
        assert part.q == pytest.approx(golden["Q.decomp"]["Q"][i], abs=1e-9)
        assert part.df == golden["Q.decomp"]["df"][i]
        assert part.p == pytest.approx(golden["Q.decomp"]["pval"][i], abs=1e-9)
    for ours, theirs in [
        (found.designs, golden["Q.het.design"]),
        (found.detached, golden["Q.inc.detach"]),
    ]:
        mine = {same_set(d.label): d for d in ours}
        for design, q, df in zip(theirs["design"], theirs["Q"], theirs["df"], strict=True):
            assert mine[same_set(design)].q == pytest.approx(q, abs=1e-9)
            assert mine[same_set(design)].df == df
    assert len(found.designs) == len(golden["Q.het.design"]["design"])
    random = golden["Q.inc.random"]
    assert found.between_random.q == pytest.approx(random["Q"][0], abs=1e-9)
    assert found.tau2_within**0.5 == pytest.approx(random["tau.within"][0], abs=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_p_scores(shared: Path, name: str) -> None:
    golden, net = case(shared, name)["ranking"], fitted(shared, name)
    for model in ("common", "random"):
        ours = net.p_scores(model)
        theirs = [golden[f"pscore_{model}"][t] for t in net.treatments]
        np.testing.assert_allclose(ours, theirs, **CLOSE)


@pytest.mark.parametrize("name", CASES)
def test_rank_probabilities(shared: Path, name: str) -> None:
    golden, net = case(shared, "rank_mvn")[name], fitted(shared, name)
    ranking = net.ranking()
    order = [golden["treatments"].index(t) for t in net.treatments]
    theirs = np.array(golden["rank_probability_random"])[order]
    # the reference drew 400,000 times: four standard errors of its largest share, and ours
    np.testing.assert_allclose(
        ranking.probability, theirs, rtol=0, atol=4 * np.sqrt(0.25 / 400_000) + 2 * ranking.error
    )
    assert ranking.error < 0.002
    np.testing.assert_allclose(ranking.probability.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(ranking.probability.sum(axis=0), 1, atol=1e-4)
    sucra = np.cumsum(ranking.probability, axis=1)[:, :-1].mean(axis=1)
    np.testing.assert_allclose(sucra, ranking.p_scores, atol=5e-4)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("model", ["common", "random"])
def test_direct_evidence(shared: Path, name: str, model: Any) -> None:
    golden, net = case(shared, name)["model_DL"], fitted(shared, name)
    estimate = matrix(golden["direct"][f"TE.direct.{model}"], net.treatments)
    se = matrix(golden["direct"][f"seTE.direct.{model}"], net.treatments)
    proportion = {
        same_set(pair): p for pair, p in golden["prop_direct"][f"prop.direct.{model}"].items()
    }
    found = net.direct(model)
    for (i, j), one in found.items():
        assert one.estimate == pytest.approx(estimate[i, j], abs=1e-9)
        assert one.se == pytest.approx(se[i, j], abs=1e-9)
        assert one.proportion == pytest.approx(proportion[frozenset((one.a, one.b))], abs=1e-9)
    assert len(found) == np.isfinite(np.triu(se, 1)[np.triu_indices(net.n, 1)]).sum()


@pytest.mark.parametrize("name", ["smoking_or", "franchini2012_md"])
def test_t_intervals(shared: Path, name: str) -> None:
    golden = case(shared, "netmeta_dev_tci")["cases"][name]
    net = fitted(shared, name, "DL", "t")
    for ours, theirs in [
        (net.random.ci_low, "lower_random"),
        (net.random.ci_high, "upper_random"),
        (net.random.se, "seTE_random"),
        (net.random.p_value, "pval_random"),
    ]:
        np.testing.assert_allclose(ours, matrix(golden[theirs], net.treatments), **CLOSE)
