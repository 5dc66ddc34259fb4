"""The screening pages: their examples print what they say, every option stands in them."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
from pathlib import Path

import pytest

from sinteza.cli.screen import SUBCOMMANDS

PAGES = Path(__file__).resolve().parents[2] / "docs" / "screening"


@pytest.mark.parametrize("page", ["index.md", "ranking.md", "stopping.md"])
def test_examples_of_screening(page: str) -> None:
    blocks = re.findall(
        r"```python\n(.*?)```\n\n```text\n(.*?)```", (PAGES / page).read_text("utf-8"), flags=re.S
    )
    assert blocks
    for code, expected in blocks:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, page, "exec"), {})
        assert out.getvalue().strip() == expected.strip()


def test_every_command_and_option_of_screening_is_documented() -> None:
    text = "\n".join(path.read_text("utf-8") for path in PAGES.glob("*.md"))
    for name, (module, _) in SUBCOMMANDS.items():
        assert f"sinteza screen {name}" in text or name == "cards"
        for parameter in importlib.import_module(module).command.params:
            if parameter.param_type_name == "option":
                assert parameter.opts[0] in text, f"{name} {parameter.opts[0]}"
