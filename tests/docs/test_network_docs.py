"""The examples of the network pages run, and print what the pages say."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "network"


@pytest.mark.parametrize("page", ["index.md", "methods.md"])
def test_examples(page: str) -> None:
    text = (PAGES / page).read_text("utf-8")
    blocks = re.findall(r"```(python|text)\n(.*?)```", text, flags=re.S)
    assert any(kind == "python" for kind, _ in blocks)
    names: dict[str, object] = {}
    printed = ""
    for kind, block in blocks:
        if kind == "text":
            assert printed.strip() == block.strip()
            continue
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block, page, "exec"), names)
        printed = out.getvalue()


def test_every_option_of_the_command_is_documented() -> None:
    from sinteza.cli.network import command

    text = (PAGES / "index.md").read_text("utf-8")
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert f"`{parameter.opts[0]}`" in text
