"""Component networks against netcomb and discomb."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sinteza.stats.network.components import ComponentNetwork, component_network
from tests.golden.network_cases import case, matrix, rows


def _check(found: ComponentNetwork, golden: dict[str, Any]) -> None:
    assert set(found.components) == set(golden["comps"])
    assert found.q_additive == pytest.approx(golden["Q.additive"], abs=1e-7)
    assert found.df_additive == golden["df.Q.additive"]
    assert found.p_additive == pytest.approx(golden["pval.Q.additive"], abs=1e-7)
    if golden["Q.diff"] is None:
        assert found.q_difference is None
    else:
        assert found.q_difference is not None
        wanted = (golden["Q.diff"], golden["df.Q.diff"], golden["pval.Q.diff"])
        assert found.q_difference == pytest.approx(wanted, abs=1e-7)
    assert found.tau2**0.5 == pytest.approx(golden["tau"] or 0.0, abs=1e-7)
    assert found.i2 == pytest.approx(golden["I2"], abs=1e-7)
    for model in ("common", "random"):
        mine = {row["component"]: row for row in found.rows(model)}
        for i, name in enumerate(golden["comps"]):
            for ours, theirs in [("estimate", "Comp"), ("se", "seComp")]:
                wanted = golden[f"{theirs}.{model}"][i]
                assert mine[name][ours] == (
                    None if wanted is None else pytest.approx(wanted, abs=1e-7)
                )
        names = found.evidence.treatments
        estimate, se = found.estimates(model)
        for values, theirs in [(estimate, "TE"), (se, "seTE")]:
            wanted = matrix(golden[f"{theirs}.{model}"], names)
            # the reference also prints figures for differences that the data cannot tell
            known = np.isfinite(wanted) & np.isfinite(values)
            assert known.sum() >= 0.6 * values.size
            np.testing.assert_allclose(values[known], wanted[known], rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("key", "inactive"), [("netcomb_inactive", "Placebo"), ("netcomb_noinactive", None)]
)
def test_additive(shared: Path, key: str, inactive: str | None) -> None:
    golden = case(shared, "linde2016_comb")
    _check(component_network(rows(golden), measure="OR", inactive=inactive), golden[key])


def test_part_of_the_studies(shared: Path) -> None:
    golden = case(shared, "linde2016_comb")
    table = rows({"contrasts": golden["discomb_contrasts"]})
    _check(component_network(table, measure="OR", inactive="Placebo"), golden["discomb"])


@pytest.mark.parametrize("name", ["discomb_help", "discomb_linde2016_split"])
def test_disconnected(shared: Path, name: str) -> None:
    golden = case(shared, name)
    inactive = golden["discomb"].get("inactive")
    found = component_network(rows(golden), measure="MD", inactive=inactive, multi_arm="accept")
    parts = int(found.evidence.components.max()) + 1
    assert parts == golden["netconnection"]["n_subnets"]
    _check(found, golden["discomb"])


def test_interaction_takes_what_the_sum_misses() -> None:
    table = [
        {"study": f"S{i}", "treat1": a, "treat2": b, "estimate": e, "se": 0.1}
        for i, (a, b, e) in enumerate(
            [("A", "P", 1.0), ("B", "P", 2.0), ("A + B", "P", 3.5), ("A + B", "A", 2.5)]
        )
    ]
    plain = component_network(table, measure="MD", inactive="P")
    assert plain.q_additive > 1
    found = component_network(table, measure="MD", inactive="P", interactions=[("A", "B")])
    assert found.q_additive == pytest.approx(0, abs=1e-9)
    effect = found.effects()["A * B"]
    assert effect is not None
    assert effect.estimate == pytest.approx(0.5)
