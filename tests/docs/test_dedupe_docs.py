"""The page on deduplication: its example prints what it says, weights and options stand in it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from sinteza.cli.dedupe import command
from sinteza.dedupe.compare import MERGE, QUEUE, WEIGHTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "dedupe" / "index.md").read_text("utf-8")


def test_the_example_prints_what_it_says() -> None:
    blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, flags=re.S)
    assert blocks
    for code, expected in blocks:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, "index.md", "exec"), {})
        assert out.getvalue().strip() == expected.strip()


def test_the_weights_are_those_of_the_page() -> None:
    names = {"pmid": "PubMed number", "doi": "DOI"}
    for field, levels in WEIGHTS.items():
        cells = [
            f"{levels[level]:g}" if level in levels else ""
            for level in ("same", "near", "part", "differ")
        ]
        row = f"| {names.get(field, field)} | {' | '.join(cells)} |"
        assert re.sub(r" +", " ", row) in re.sub(r" +", " ", PAGE)
    assert f"at least {MERGE:g}" in PAGE
    assert f"at least {QUEUE:g}" in PAGE


def test_every_option_is_documented() -> None:
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.opts[0] != "--at":
            assert parameter.opts[0] in PAGE, parameter.opts[0]
