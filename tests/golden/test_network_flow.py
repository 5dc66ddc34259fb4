"""Hat matrices, contributions, measures and net heat against netmeta."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.golden.network_cases import CASES, case, fitted, same_set

MODELS: list[Any] = ["common", "random"]


def by_pairs(golden: dict[str, Any], rows: Sequence[Any], columns: Sequence[Any]) -> Any:
    """A golden matrix of comparisons by comparisons in our order."""
    row = {same_set(label): i for i, label in enumerate(golden["rows"])}
    column = {same_set(label): i for i, label in enumerate(golden["cols"])}
    data = np.array(golden["data"], dtype=float)
    return data[np.ix_([row[frozenset(p)] for p in rows], [column[frozenset(e)] for e in columns])]


def names(net: Any, codes: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(net.treatments[i], net.treatments[j]) for i, j in codes]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("model", MODELS)
def test_hat_matrices(shared: Path, name: str, model: Any) -> None:
    golden, net = case(shared, name)["hatmatrix"], fitted(shared, name)
    flow = net.flow(model)
    pairs, edges = names(net, flow.pairs), names(net, flow.edges)
    theirs = by_pairs(golden["davies_full"][model], pairs, edges)
    # signs follow the direction of each comparison, which is a matter of naming
    np.testing.assert_allclose(np.abs(flow.hat), np.abs(theirs), atol=1e-9)
    if "ruecker" in golden:
        diagonal = np.diagonal(np.array(golden["ruecker"][model]["data"], dtype=float))
        np.testing.assert_allclose(
            np.sort(np.diagonal(flow.study_hat)), np.sort(diagonal), atol=1e-9
        )


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("method", ["shortest-path", "random-walk"])
def test_contributions(shared: Path, name: str, model: Any, method: Any) -> None:
    golden = case(shared, name).get("contribution") or {}
    theirs = golden.get(method.replace("-", ""))
    if not theirs:
        pytest.skip("the reference was not run on this network: it takes too long")
    found = fitted(shared, name).contributions(model, method)
    want = by_pairs(theirs[model], found.pairs, found.comparisons)
    np.testing.assert_allclose(found.by_comparison, want, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.by_study.sum(axis=1), 1)


@pytest.mark.parametrize("name", [n for n in CASES if not n.startswith("linde")])
@pytest.mark.parametrize("model", MODELS)
def test_study_contributions(shared: Path, name: str, model: Any) -> None:
    golden = case(shared, name)["contribution"]["study"][f"study.{model}"]
    found = fitted(shared, name).contributions(model)
    row = {frozenset(pair): i for i, pair in enumerate(found.pairs)}
    column = {study: i for i, study in enumerate(found.studies)}
    ours = [
        found.by_study[row[same_set(pair)], column[str(study)]]
        for pair, study in zip(golden["comparison"], golden["study"], strict=True)
    ]
    np.testing.assert_allclose(ours, golden["contribution"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_measures(shared: Path, name: str) -> None:
    golden = case(shared, name)["netmeasures_random"]
    for one in fitted(shared, name).measures():
        label = f"{one.a}:{one.b}"
        label = label if label in golden["proportion"] else f"{one.b}:{one.a}"
        assert one.proportion == pytest.approx(golden["proportion"][label], abs=1e-9)
        assert one.path_length == pytest.approx(golden["meanpath"][label], abs=1e-7)
        assert one.parallelism == pytest.approx(golden["minpar"][label], abs=1e-7)
        assert one.parallelism_studies == pytest.approx(golden["minpar.study"][label], abs=1e-7)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("model", MODELS)
def test_net_heat(shared: Path, name: str, model: Any) -> None:
    golden, heat = case(shared, name)["netheat"][model], fitted(shared, name).net_heat(model)
    mine = defaultdict(list)
    for i, label in enumerate(heat.labels):
        mine[same_set(label)].append(i)
    order = [mine[same_set(label)].pop(0) for label in golden["Q_diff"]["rows"]]
    grid = np.ix_(order, order)
    for ours, theirs in [
        (heat.difference[grid], "Q_diff"),
        (heat.covariance[grid], "V_design"),
        (np.abs(heat.residuals[grid]), "residuals_detach"),
    ]:
        want = np.array(golden[theirs]["data"], dtype=float)
        if theirs == "residuals_detach":
            want = np.abs(want)  # the sign is the direction of the contrast
        known = np.isfinite(want)  # the reference leaves out designs that cannot be detached
        assert known.any()
        np.testing.assert_allclose(ours[known], want[known], rtol=0, atol=1e-7)
    np.testing.assert_allclose(heat.q[order], golden["Q_inc_design"]["Q"], rtol=0, atol=1e-7)
    np.testing.assert_allclose(
        heat.q.sum(),
        fitted(shared, name).decomposition.between.q
        if model == "common"
        else fitted(shared, name).decomposition.between_random.q,
        atol=1e-7,
    )
