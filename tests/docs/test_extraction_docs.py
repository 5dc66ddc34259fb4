"""The page on extraction: its examples run, every command and option stands in it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from sinteza.cli.extract import SUBCOMMANDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extraction" / "extraction.md"


def test_examples_of_extraction() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S)
    assert len(blocks) >= 2
    for code in blocks:
        exec(compile(code, PAGE.name, "exec"), {})


def test_every_command_and_option_of_extraction_is_documented() -> None:
    text = PAGE.read_text("utf-8")
    for name, (module, _) in SUBCOMMANDS.items():
        assert f"sinteza extract {name}" in text
        for parameter in importlib.import_module(module).command.params:
            if parameter.param_type_name == "option" and parameter.opts[0] != "--at":
                assert parameter.opts[0] in text, f"{name} {parameter.opts[0]}"
