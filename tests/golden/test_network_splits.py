"""Node splits against netmeta: back-calculation and SIDDE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sinteza.stats.network.splitting import Evidenced
from tests.golden.network_cases import CASES, case, fitted


def _same(ours: Evidenced | None, golden: dict[str, Any], i: int, sign: int) -> None:
    if golden["TE"][i] is None:
        assert ours is None
        return
    assert ours is not None
    assert sign * ours.estimate == pytest.approx(golden["TE"][i], abs=1e-7)
    assert ours.se == pytest.approx(golden["seTE"][i], abs=1e-7)
    assert ours.p == pytest.approx(golden["p"][i], abs=1e-7)
    low, high = (ours.ci_low, ours.ci_high) if sign == 1 else (-ours.ci_high, -ours.ci_low)
    assert low == pytest.approx(golden["lower"][i], abs=1e-7)
    assert high == pytest.approx(golden["upper"][i], abs=1e-7)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("method", ["back-calculation", "SIDDE"])
@pytest.mark.parametrize("model", ["common", "random"])
def test_splits(shared: Path, name: str, method: Any, model: Any) -> None:
    golden = case(shared, name)["netsplit_SIDDE" if method == "SIDDE" else "netsplit_backcalc"]
    if "comparison" not in golden:
        pytest.skip("the reference was not run on this network: it takes too long")
    net = fitted(shared, name)
    mine = {(one.a, one.b): one for one in net.split(model, method)}
    assert len(mine) == len(golden["comparison"])
    for i, label in enumerate(golden["comparison"]):
        a, b = label.split(":")
        one, sign = (mine[a, b], 1) if (a, b) in mine else (mine[b, a], -1)
        assert one.k == golden["k"][i]
        _same(one.direct, golden[f"direct.{model}"], i, sign)
        _same(one.indirect, golden[f"indirect.{model}"], i, sign)
        _same(one.difference, golden[f"compare.{model}"], i, sign)
