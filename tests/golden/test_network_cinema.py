"""CINeMA's rules against vectors of its inputs and outputs."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

import pytest

from sinteza.errors import SynthesisError
from sinteza.stats.network import cinema
from tests.golden.network_cases import case, fitted


def test_imprecision_and_heterogeneity(shared: Path) -> None:
    vectors = case(shared, "cinema_rules_vectors")
    for v in vectors["imprecision"]:
        assert cinema.crossings(v["ci"], v["zone"], v["null"]) == v["crossings"]
        assert cinema.imprecision(v["ci"], v["zone"], v["null"]) == v["level"]
    for v in vectors["heterogeneity"]:
        found = cinema.heterogeneity(v["ci"], v["pi"], v["zone"], v["null"])
        assert found == v["level"]


def test_incoherence(shared: Path) -> None:
    vectors = case(shared, "cinema_rules_vectors")
    for v in vectors["incoherence_mixed"]:
        found = cinema.incoherence(v["side_p"], v["direct"], v["indirect"], v["zone"])
        assert found == v["level"]
    for v in vectors["incoherence_single"]:
        assert cinema.incoherence_one_sided(v["design_by_treatment_p"]) == v["level"]


@pytest.mark.parametrize("rule", ["majority", "average", "highest"])
def test_risk_of_bias(shared: Path, rule: Any) -> None:
    for v in case(shared, "cinema_rules_vectors")["rob"]:
        assert cinema.summarize(v["contribution_pct"], v["study_level"], rule) == v[rule]


def test_proposals(shared: Path) -> None:
    net = fitted(shared, "senn2013_md")
    bias = {study: 1 + i % 3 for i, study in enumerate(net.studies)}
    zone = (-0.5, 0.5)
    proposals = cinema.propose(net, zone=zone, risk_of_bias=bias)
    assert len(proposals) == 45
    shares = net.contributions().by_study
    levels = [bias[s] for s in net.studies]
    for row, (proposal, one) in enumerate(zip(proposals, net.estimates(), strict=True)):
        assert (proposal.a, proposal.b) == (one.a, one.b)
        assert proposal.within_study_bias == math.floor(shares[row] @ levels + 0.5)
        assert proposal.imprecision == cinema.imprecision((one.ci_low, one.ci_high), zone)
        assert proposal.indirectness is proposal.reporting_bias is None
    assert {p.imprecision for p in proposals} == {1, 2, 3}
    # heterogeneity explains the disagreement in this network: p of the test is 0.95
    assert {p.incoherence for p in proposals} == {1}


def test_what_is_missing_is_said(shared: Path) -> None:
    net = fitted(shared, "senn2013_md")
    with pytest.raises(SynthesisError, match="does not hold no effect"):
        cinema.propose(net, zone=(0.8, 1.25))
    with pytest.raises(SynthesisError, match="no risk of bias is given"):
        cinema.propose(net, zone=(-0.5, 0.5), risk_of_bias={})
    with pytest.raises(SynthesisError, match="must be 1, 2 or 3"):
        cinema.propose(net, zone=(-0.5, 0.5), indirectness=dict.fromkeys(net.studies, 4))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("smoking_or", ["study", "id", "t", "r", "n"]),
        ("franchini2012_md", ["study", "id", "t", "y", "sd", "n"]),
        ("senn2013_md", ["study", "id", "t1", "t2", "effect", "se"]),
    ],
)
def test_table_for_the_web_application(shared: Path, name: str, columns: list[str]) -> None:
    net = fitted(shared, name)
    levels = dict.fromkeys(net.studies, 2)
    table = cinema.data_table(net, risk_of_bias=levels, indirectness=levels)
    rows = list(csv.DictReader(io.StringIO(table)))
    assert list(rows[0]) == [*columns, "rob", "indirectness"]
    assert {row["study"] for row in rows} == set(net.studies)
    expected = net.m if "se" in columns else int(net.evidence.narms.sum())
    assert len(rows) == expected
