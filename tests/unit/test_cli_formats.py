"""The commands convert and source probe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.main import cli
from sinteza.errors import FormatError, SourceError
from sinteza.sources.files import open_records
from tests.fake_oai import Repository, serve


def test_a_file_is_converted(tmp_path: Path) -> None:
    source, target = tmp_path / "a.ris", tmp_path / "b.csv.gz"
    source.write_text("TY  - JOUR\nTI  - Șocul\nAU  - Pop, A\nZZ  - x\nER  - \n", "utf-8")
    done = CliRunner().invoke(cli, ["convert", str(source), str(target)])
    assert done.exit_code == 0
    assert "1 records written" in done.stderr
    (record,) = open_records(target)
    assert (record.title, record.extra["ris:ZZ"]) == ("Șocul", ("x",))


def test_a_format_that_is_not_written_says_which_are(tmp_path: Path) -> None:
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - T\nER  - \n")
    words = ["convert", str(tmp_path / "a.ris"), str(tmp_path / "b"), "--to", "oai-dc"]
    with pytest.raises(FormatError, match="only read"):
        CliRunner().invoke(cli, words, catch_exceptions=False)


def test_an_endpoint_is_probed() -> None:
    with serve(Repository()) as endpoint:
        words = ["source", "probe", endpoint, "--protocol", "oai-pmh", "--json"]
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0
        told = json.loads(done.stdout)
    assert told["formats"] == ["oai_dc", "marcxml", "xoai"]
    assert told["sets"] == ["a (Medicină)", "b (B)"]


def test_an_endpoint_that_is_none_says_so() -> None:
    with serve(Repository(faults=["gone"])) as endpoint:
        words = ["source", "probe", endpoint, "--protocol", "oai-pmh"]
        with pytest.raises(SourceError):
            CliRunner().invoke(cli, words, catch_exceptions=False)
