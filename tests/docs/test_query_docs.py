"""The pages of the query language and of the live PubMed: each example runs, each code is told."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.main import cli

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [*sorted((ROOT / "docs" / "query").glob("*.md")), ROOT / "docs" / "sources" / "pubmed.md"]
CODE = re.compile(r"\b[EWI]-[A-Z]+(?:-[A-Z]+)*\b")
# these ask the network, or files of NLM's that are not here
ELSEWHERE = ("pubmed search", "pubmed fetch", "pubmed info", "mesh build")


def examples() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for part in re.split(r"(?m)^\$ ", block)[1:]:
                command, _, output = part.partition("\n")
                if command.startswith("sinteza ") and not any(w in command for w in ELSEWHERE):
                    found.append((command, output))
    return found


@pytest.mark.parametrize(("command", "output"), examples(), ids=[c for c, _ in examples()])
def test_commands_print_what_the_page_says(
    command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "query" / "ovid.md").read_text("utf-8")
    texts = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SINTEZA_MESH", raising=False)
    Path("strategy.txt").write_text(texts[0], "utf-8")
    done = CliRunner().invoke(cli, shlex.split(command)[1:])
    if "@strategy.txt" in command:
        output = texts[1]
    assert done.exception is None or isinstance(done.exception, SystemExit)
    if output.endswith("...\n"):
        assert done.stdout.startswith(output.removesuffix("...\n"))
    else:
        assert done.stdout == output


def test_there_are_examples() -> None:
    assert len(examples()) >= 6


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_python_runs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        exec(compile(block, page.name, "exec"), {})


def test_every_code_is_documented() -> None:
    source = "".join(
        path.read_text("utf-8") for path in (ROOT / "src" / "sinteza" / "query").glob("*.py")
    )
    told = "".join(page.read_text("utf-8") for page in PAGES)
    codes = set(re.findall(r'"([EWI]-[A-Z]+(?:-[A-Z]+)*)"', source))
    assert len(codes) > 30
    assert codes - set(CODE.findall(told)) == set()
