"""The commands bias and multiverse on a small table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.main import cli
from sinteza.errors import SynthesisError

# invented trials: the smaller, the larger the effect
TABLE = """study,event.e,n.e,event.c,n.c
A,12,50,5,48
B,8,40,6,41
C,30,120,14,118
D,9,33,2,30
E,55,300,41,305
F,20,90,11,88
G,14,35,4,36
H,70,410,60,402
I,17,61,8,60
J,6,20,1,19
K,26,140,19,138
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    path.write_text(TABLE, "utf-8")
    return path


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_bias_prints_every_method(table: Path) -> None:
    text = run("bias", str(table), "--measure", "OR")
    for name in ("Egger", "Begg", "Harbord", "Peters", "Macaskill", "Trim and fill", "PET-PEESE",
                 "Limit", "Henmi-Copas", "Selection (step)", "Fail-safe N",
                 "Significant studies", "p-curve"):  # fmt: skip
        assert name in text, name


def test_bias_json_equals_the_library(table: Path) -> None:
    from sinteza.stats import effect_sizes
    from sinteza.stats.bias import egger

    body = json.loads(run("bias", str(table), "--measure", "RR", "--json"))
    assert body["k"] == 11
    assert body["tested"]
    rows = [line.split(",") for line in TABLE.split("\n")[1:-1]]
    a, n1, c, n2 = ([float(r[i]) for r in rows] for i in (1, 2, 3, 4))
    sizes = effect_sizes("RR", ai=a, n1i=n1, ci=c, n2i=n2)
    found = next(r for r in body["rows"] if r["method"] == "Egger")
    assert found["p"] == egger(sizes.yi, sizes.vi).p


def test_few_studies_are_said(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("\n".join(TABLE.split("\n")[:4]), "utf-8")
    text = run("bias", str(path), "--measure", "OR")
    assert text.count("Fewer than 10 studies (3)") == 1
    assert "not possible: p-curve" in text


def test_multiverse(table: Path) -> None:
    text = run("multiverse", str(table), "--measure", "RR", "--measure", "OR")
    assert "Pointing the same way: 100%" in text
    body = json.loads(run("multiverse", str(table), "--measure", "RR", "--json"))
    assert {r["method"] for r in body["rows"]} >= {"REML", "MH"}
    assert 0 <= body["share_significant"] <= 1


def test_romanian(table: Path) -> None:
    text = run("bias", str(table), "--measure", "OR", "--language", "ro")
    assert "estimare ajustată" in text
    assert "studii lipsă în stânga" in text
    assert "5,2103" in text
    text = run("multiverse", str(table), "--measure", "OR", "--language", "ro")
    assert "Concluzia este robustă" in text


def test_columns_that_are_not_there(table: Path) -> None:
    done = CliRunner().invoke(cli, ["bias", str(table), "--measure", "MD"])
    assert isinstance(done.exception, SynthesisError)
