"""Every command and every error stands in the documentation."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sinteza import errors
from sinteza.cli.main import COMMANDS, LazyGroup

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = "\n".join(path.read_text("utf-8") for path in sorted(DOCS.rglob("*.md")))


def below(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, f"{path} {name}"
            yield from below(found, f"{path} {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_and_has_help(name: str) -> None:
    module, overview = COMMANDS[name]
    assert overview
    assert re.search(rf"\bsinteza {re.escape(name)}\b", TEXT), f"docs say nothing of {name}"
    for path, command in below(importlib.import_module(module).command, f"sinteza {name}"):
        assert command.help or isinstance(command, LazyGroup), f"{path} has no help"


def test_the_documentation_names_no_command_that_is_not() -> None:
    blocks = re.findall(r"```(?:sh|bash|console|shell)\n(.*?)```", TEXT, flags=re.S)
    named = re.findall(
        r"^\s*(?:\$ )?(?:\.venv/bin/)?sinteza ([a-z][a-z-]*)", "\n".join(blocks), flags=re.M
    )
    assert len(named) > 10
    assert set(named) <= set(COMMANDS)


def test_every_error_is_documented() -> None:
    """The page takes all members of the module, so each has words of its own."""
    page = (DOCS / "errors.md").read_text("utf-8")
    assert ".. automodule:: sinteza.errors" in page
    assert ":members:" in page
    classes = [
        item
        for _, item in inspect.getmembers(errors, inspect.isclass)
        if item.__module__ == errors.__name__
    ]
    assert 1 < len(classes) <= 16, "fifteen besides the base"
    tree = inspect.getdoc(errors) or ""
    for item in classes:
        assert issubclass(item, errors.SintezaError)
        assert item.__doc__, item
        assert item.__name__ in tree, f"{item.__name__} is missing from the tree of errors"
        assert f"| {item.exit_code} |" in page, f"exit code {item.exit_code} is not explained"


def test_no_other_module_makes_errors_of_its_own() -> None:
    """What leaves the library is one of those errors; private signals begin with an underscore."""
    source = Path(errors.__file__).parent
    made = []
    for path in sorted(source.rglob("*.py")):
        if path.name != "errors.py":
            made += re.findall(
                r"^class ([A-Z]\w*)\((?:\w*Error|Exception)\b", path.read_text(), flags=re.M
            )
    assert made == []
