"""The shared gold of 81 hand-read reports, scored by the shared scorer.

The rules were written with these reports in sight, so the numbers guard against decline; what the
rules do elsewhere is for other gold to say.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from sinteza.extraction.read import read
from sinteza.formats import pubmed_xml
from sinteza.text.roles import load


@pytest.fixture(scope="module")
def gold(shared: Path) -> list[dict[str, Any]]:
    lines = (shared / "extraction_gold" / "gold.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def predictions(shared: Path, gold: list[dict[str, Any]]) -> dict[str, Any]:
    wanted = {item["pmid"] for item in gold}
    out = {}
    roles = load().predict
    for path in sorted((shared / "asm_trials").glob("*.xml.gz")):
        with gzip.open(path) as stream:
            for record in pubmed_xml.read(stream):
                if record.pmid in wanted:
                    out[record.pmid] = json.loads(msgspec.json.encode(read(record, roles)))
    return out


@pytest.fixture(scope="module")
def scorer(shared: Path) -> ModuleType:
    path = shared.parent / "tools" / "score_extraction.py"
    spec = importlib.util.spec_from_file_location("score_extraction", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_responders_and_seizure_freedom_of_primary_trials(
    scorer: ModuleType, gold: list[dict[str, Any]], predictions: dict[str, Any]
) -> None:
    found = scorer.score(gold, predictions, {"RR50", "SF"}, {"rct_parallel"})
    assert found["value"]["f1"] >= 0.95
    assert found["role"]["f1"] >= 0.92
    assert found["arm"]["f1"] >= 0.88


def test_all_outcomes(
    scorer: ModuleType, gold: list[dict[str, Any]], predictions: dict[str, Any]
) -> None:
    found = scorer.score(gold, predictions)
    assert found["value"]["f1"] >= 0.90
    assert found["role"]["f1"] >= 0.85
    assert found["arm"]["f1"] >= 0.80
    accepted = scorer.score(gold, predictions, accepted=True)
    assert accepted["value"]["precision"] >= 0.97


def test_labels(
    scorer: ModuleType, gold: list[dict[str, Any]], predictions: dict[str, Any]
) -> None:
    found = scorer.labels(gold, predictions)
    assert found["design"]["accuracy"] >= 0.90
    assert found["drug_resistant"]["accuracy"] >= 0.95
    assert found["n_randomised"]["accuracy"] >= 0.85
    assert found["n_randomised"]["precision_when_given"] >= 0.95
