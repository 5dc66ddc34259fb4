"""The examples of the documentation run, and its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

DOCS = Path(__file__).resolve().parents[3] / "docs" / "stats"
PAGES = ("effect-sizes", "pooling", "tables", "meta-regression", "many")


@pytest.mark.parametrize("page", PAGES)
def test_examples_run(page, capsys):
    text = (DOCS / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    assert blocks
    space: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), space)
    assert "nan" not in capsys.readouterr().out


def test_every_measure_is_documented():
    from sinteza.stats.measures import MEASURES

    text = (DOCS / "effect-sizes.md").read_text("utf-8")
    assert [m for m in MEASURES if not re.search(rf"\b{m}\b", text)] == []


def test_the_commands(tmp_path):
    from sinteza.cli.effect import command as effect
    from sinteza.cli.pool import command as pool

    table = tmp_path / "trials.csv"
    table.write_text(
        "author;tpos;n1i;cpos;n2i;latitude;allocation\n"
        "A;4;123;11;139;44;random\nB;6;306;29;303;55;random\n"
        "C;3;231;11;220;42;alternate\nD;62;13598;248;12867;52;alternate\n",
        "utf-8",
    )
    runner = CliRunner()
    for command, options in (
        (effect, ["--measure", "RR"]),
        (effect, ["--measure", "RR", "--json"]),
        (pool, ["--measure", "RR"]),
        (pool, ["--measure", "RR", "--method", "MH", "--zero", "revman"]),
        (pool, ["--measure", "RR", "--method", "PETO", "--json"]),
        (pool, ["--measure", "OR", "--mods", "latitude", "--mods", "allocation", "--json"]),
        (pool, ["--measure", "RR", "--interval", "QP"]),
    ):
        done = runner.invoke(command, [str(table), *options])
        assert done.exit_code == 0, done.output
        assert "Columns guessed: ai = tpos" in done.stderr
    wrong = runner.invoke(pool, [str(table), "--measure", "RR", "--ai", "nothing"])
    assert wrong.exit_code == 1
    assert "no column 'nothing'" in str(wrong.exception)
