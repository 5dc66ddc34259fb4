"""The commands ``query``, ``mesh`` and ``pubmed`` as they are typed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sinteza.cli.main import cli
from sinteza.errors import QueryError


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=text)


def test_check_says_the_place() -> None:
    done = run("query", "check", "x[ti] OR y[ti] AND z[ti]")
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[1].index("AND") == lines[2].index("^")
    assert lines[-1] == "Not ready to send."
    assert run("query", "check", "x[ti] OR y[ti]").exit_code == 0


def test_check_in_json_and_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "query.txt"
    path.write_text("epilepsy[titel]\n", "utf-8")
    done = run("query", "check", f"@{path}", "--json")
    report = json.loads(done.output)
    assert report["error"]["code"] == "E-FIELD-UNKNOWN"
    assert report["error"]["start"] == 8
    assert not report["sendable"]
    assert run("query", "check", "-", text="epilepsy[ti]").exit_code == 0


def test_explain() -> None:
    assert run("query", "explain", "--notation", "a1[ti] b1[ti]").stdout == (
        "(W(ti,a1) AND W(ti,b1))\n"
    )
    refused = run("query", "explain", "--notation", "NOT a1[ti]")
    assert refused.stdout == "ERROR\n"
    assert refused.stderr == "E-LEADING-NOT\n"
    assert run("query", "explain", "(x[ti] OR y[ti]) NOT z[ti]").stdout.splitlines() == [
        "NOT",
        "  OR",
        "    x[Title]",
        "    y[Title]",
        "  z[Title]",
    ]
    assert isinstance(run("query", "explain", "x[zz]").exception, QueryError)


def test_translate() -> None:
    done = run("query", "translate", "drug-resistance in epilepsy", "--json")
    assert '"drug resistance"[MeSH Terms]' in json.loads(done.stdout)["text"]
    strategy = "1. exp Epilepsy/\n2. (drug adj2 resistant).ti,ab.\n3. 1 and 2"
    done = run("query", "translate", "--from", "ovid", "--to", "pubmed", strategy)
    assert done.stdout == '"Epilepsy"[mh] AND "drug resistant"[tiab:~1]\n'
    done = run("query", "translate", "--to", "ovid", '"Epilepsy"[mh]')
    assert done.stdout == 'exp "Epilepsy"/\n'


def test_mesh_build_and_show(tmp_path: Path) -> None:
    trees = tmp_path / "mtrees2030.bin"
    trees.write_text("Body Regions;A01\nHead;A01.456\nEar;A01.456.313\n", "utf-8")
    out = tmp_path / "mesh.xz"
    done = run("mesh", "build", str(trees), "--year", "2030", "--out", str(out))
    assert "3 descriptors" in done.output
    shown = json.loads(run("mesh", "show", "head", "--mesh", str(out), "--json").output)
    assert shown["explodes_to"] == ["Ear"]
    assert shown["year"] == 2030
    assert isinstance(run("mesh", "show", "nose", "--mesh", str(out)).exception, QueryError)


def test_dry_run_sends_nothing_and_hides_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "topsecret")
    done = run("pubmed", "search", "epilepsy[ti]", "--dry-run", "--from", "2015-01-01",
               "--to", "2021-01-06")  # fmt: skip
    assert done.exit_code == 0
    assert "term=(epilepsy[ti]) AND 2015/01/01:2021/01/06[dp]" in done.output
    assert "topsecret" not in done.output
    refused = run("pubmed", "search", "x[ti] or y[ti]", "--dry-run")
    assert isinstance(refused.exception, QueryError)


def test_help_loads_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys\nfrom sinteza.cli.main import cli\n"
        "cli(['query', '--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'scipy', 'lxml', 'tantivy', 'httpx2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
