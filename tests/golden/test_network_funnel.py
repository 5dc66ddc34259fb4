"""The comparison-adjusted funnel against netmeta's."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinteza.errors import SynthesisError, TooFewStudies
from sinteza.stats.network import network
from sinteza.stats.network.small_study import comparison_adjusted_funnel
from tests.golden.network_cases import CASES, case, fitted


@pytest.mark.parametrize("name", CASES)
def test_egger(shared: Path, name: str) -> None:
    golden = case(shared, name)["comparison_adjusted_egger"]
    if "estimate" not in golden:
        pytest.skip("the reference gives no test for so few contrasts")
    found = comparison_adjusted_funnel(fitted(shared, name))
    assert found.bias == pytest.approx(golden["estimate"]["bias"], abs=1e-9)
    assert found.bias_se == pytest.approx(golden["estimate"]["se.bias"], abs=1e-9)
    assert found.statistic == pytest.approx(golden["statistic"]["t"], abs=1e-9)
    assert found.df == golden["df"]
    assert found.p == pytest.approx(golden["pval"], abs=1e-9)
    assert found.intercept == pytest.approx(golden["intercept"], abs=1e-9)
    assert found.intercept_se == pytest.approx(golden["se.intercept"], abs=1e-9)


def test_what_it_refuses(shared: Path) -> None:
    with pytest.raises(SynthesisError, match="every treatment of the network once"):
        comparison_adjusted_funnel(fitted(shared, "smoking_or"), ["A", "B"])
    rows = [{"study": "1", "treat1": "a", "treat2": "b", "estimate": 1, "se": 1}]
    with pytest.raises(TooFewStudies):
        comparison_adjusted_funnel(network(rows, measure="MD"))
