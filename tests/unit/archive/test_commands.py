"""``sinteza archive`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sinteza.cli.main import cli
from sinteza.errors import ArchiveError, QueryError
from tests.unit.archive.test_versions import article, write


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["archive", *arguments], input=text)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    base = write(
        tmp_path / "base.xml",
        article(1, "alpha one", created="2001-01-01", revised="2010-01-01"),
        article(2, "alpha two", created="2002-01-01", revised="2010-01-02"),
    )
    done = run("build", str(tmp_path / "a"), str(base))
    assert done.exit_code == 0
    assert "2 records, 0 deletions" in done.output
    return str(tmp_path / "a")


def test_search(folder: str) -> None:
    done = run("search", folder, "alpha[ti]")
    assert done.stdout == "1\n2\n"
    assert "2 records as of 2010-01-02" in done.stderr
    assert run("search", folder, "alpha[ti]", "--count").stdout == "2\n"
    assert run("search", folder, "alpha[ti]", "--as-of", "2001-02-01").stdout == "1\n"
    window = ("--from", "2010-01-01", "--to", "2010-01-31")
    assert run("search", folder, "two[ti]", "--ids", *window).stdout == "2\n"


def test_explain_counts_every_part(folder: str) -> None:
    lines = run("search", folder, "alpha[ti] NOT two[ti]", "--explain").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["1", "NOT"],
        ["2", "alpha[Title]"],
        ["1", "two[Title]"],
    ]


def test_json(folder: str) -> None:
    answer = json.loads(run("search", folder, "alpha[ti]", "--json").stdout)
    info = json.loads(run("info", folder, "--json").stdout)
    assert (answer["count"], answer["ids"]) == (2, ["1", "2"])
    assert answer["archive"] == info["digest"]
    assert (info["records"], info["date"]) == (2, "2010-01-02")
    assert json.loads(run("verify", folder, "--json").stdout) == {"sound": True, "problems": []}


def test_fetch_from_arguments_and_standard_input(folder: str) -> None:
    given = run("fetch", folder, "2").stdout
    assert "alpha two" in given
    assert "alpha one" not in given
    assert run("fetch", folder, text="2\n").stdout == given
    assert isinstance(run("fetch", folder, "77").exception, ArchiveError)
    assert run("fetch", folder, "x").exit_code == 2


def test_info_and_verify(folder: str) -> None:
    assert "records     2" in run("info", folder).stdout
    assert run("verify", folder).exit_code == 0


def test_contradictions_are_usage_errors(folder: str) -> None:
    assert run("search", folder, "x", "--count", "--json").exit_code == 2
    assert run("search", folder, "x", "--from", "2010-01-01").exit_code == 2


def test_query_explain_counts_the_parts_as_typed(folder: str) -> None:
    def explained(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["query", "explain", "--archive", folder, *arguments])

    lines = explained("(alpha one OR beta) NOT two[ti]").stdout.splitlines()
    assert [(line[:9].strip(), line[11:]) for line in lines] == [
        ("1", "NOT"),
        ("1", "  OR"),
        ("1", "    alpha one"),
        ("0", "    beta"),
        ("1", "  two[Title]"),
    ]
    hits = {line["text"]: line["hits"] for line in json.loads(explained("--json", "alpha").stdout)}
    assert hits == {"alpha": 2}
    mapped = explained("--translated", "alpha one").stdout.splitlines()
    assert [line.split()[0] for line in mapped] == ["1", "2", "1"]
    assert isinstance(explained("systematic[sb]").exception, QueryError)
    assert explained("--notation", "alpha").exit_code == 2
