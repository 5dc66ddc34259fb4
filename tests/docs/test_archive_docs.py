"""Every example of the archive's page runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.main import cli
from tests.unit.archive.test_versions import article, deleted, write

PAGE = (Path(__file__).parents[2] / "docs" / "archive" / "index.md").read_text()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder in ("baseline", "updatefiles"):
        (tmp_path / folder).mkdir()
    dates = {"created": "2001-01-01", "revised": "2010-01-01"}
    base = [article(pmid, f"alpha {pmid}", **dates) for pmid in (193359, 381616, 5)]
    write(tmp_path / "baseline" / "a.xml.gz", *base)
    write(tmp_path / "updatefiles" / "b.xml.gz", article(6, "beta", **dates), deleted(5))
    return tmp_path


def run(command: str, text: str | None) -> str:
    words = shlex.split(command)
    arguments: list[str] = []
    for word in words[1:]:
        found = sorted(str(path) for path in Path().glob(word)) if word.endswith(".gz") else [word]
        arguments += found
    done = CliRunner().invoke(cli, arguments, input=text)
    assert done.exit_code == 0, (command, done.output, done.exception)
    return done.stdout


def test_commands_and_python(here: Path) -> None:
    commands = re.findall(r"^\$ (.+?)(?:\s+#.*)?$", PAGE, re.MULTILINE)
    assert len(commands) >= 12
    for line in commands:
        line = line.replace("QUERY", "'alpha[ti]'").split(" > ")[0]
        output: str | None = None
        for command in line.split(" | "):
            output = run(command, output)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "docs/archive/index.md", "exec"), {})


def test_every_note_and_subcommand_is_described() -> None:
    from sinteza.cli.archive import command

    for name in command.commands:
        assert f"archive {name}" in PAGE
    source = Path(__file__).parents[2] / "src" / "sinteza" / "archive"
    codes = set()
    for path in source.glob("*.py"):
        codes |= set(re.findall(r'"([WIE]-[A-Z-]+)"', path.read_text()))
    assert len(codes) >= 5
    assert {code for code in codes if code not in PAGE} == set()
