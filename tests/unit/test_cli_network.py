"""The command: a table in, text or JSON out, errors with study and row."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from sinteza.cli.network import command
from sinteza.errors import SynthesisError

DATA = """study,treatment,event,n
A,placebo,5,100
A,x,15,100
B,placebo,6,100
B,y,20,100
C,x,14,100
C,y,21,100
"""


def test_json_holds_the_whole_analysis(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(DATA)
    result = CliRunner().invoke(
        command, [str(data), "--measure", "OR", "--reference", "placebo", "--json"]
    )
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["tau2"] == 0
    assert len(found["estimates"]["random"]) == 3
    assert {"se", "ci_low", "ci_high", "estimate_ratio"} <= set(found["estimates"]["random"][0])
    assert set(found["p_scores"]["random"]) == {"placebo", "x", "y"}
    assert len(found["splits"]["random"]) == 3
    assert found["decomposition"]["total"]["df"] == 1


def test_text_in_two_languages(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(DATA)
    arguments = [str(data), "--measure", "OR", "--reference", "placebo"]
    english = CliRunner().invoke(command, arguments)
    assert "OR: 3 studies, 3 treatments" in english.stdout
    romanian = CliRunner().invoke(command, [*arguments, "--language", "ro"])
    assert "3 tratamente" in romanian.stdout


def test_charts_are_written(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(DATA + "D,sham,3,20\nD,stim,7,20\n")
    folder = tmp_path / "charts"
    arguments = [str(data), "--measure", "OR", "--language", "ro", "--charts", str(folder)]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0
    assert {f.name for f in folder.iterdir()} == {
        "forest.svg",
        "funnel.svg",
        "graph.svg",
        "league.html",
        "league.svg",
        "ranks.svg",
    }
    graph = (folder / "graph.svg").read_text("utf-8")
    assert "stim" in graph  # the part that no study connects is drawn as well
    assert "placebo" in (folder / "league.html").read_text("utf-8")


def test_an_error_says_where(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(DATA.replace("C,y,21,100", "C,y,210,100"))
    result = CliRunner().invoke(command, [str(data), "--measure", "OR"])
    assert isinstance(result.exception, SynthesisError)
    assert result.exception.where == "study 'C', row 6"
