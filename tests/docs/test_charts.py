"""The examples of the charts page run, and draw the pictures that stand beside them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.unit.charts.geometry import check

PAGE = Path(__file__).resolve().parents[2] / "docs" / "charts" / "index.md"
PIECES = re.compile(
    r"```python\n(?P<code>.*?)```|!\[[^\]]+\]\((?P<picture>[^)]+\.svg)\)", re.DOTALL
)


def drawn() -> dict[str, str]:
    """Run the page from top to bottom: the figure of each picture by its file."""
    names: dict[str, object] = {}
    out = {}
    for piece in PIECES.finditer(PAGE.read_text("utf-8")):
        if piece["code"]:
            exec(compile(piece["code"], str(PAGE), "exec"), names)
        else:
            out[piece["picture"]] = str(names["figure"])
    return out


@pytest.fixture(scope="module")
def figures() -> dict[str, str]:
    found = drawn()
    if os.environ.get("SINTEZA_WRITE_PICTURES"):
        for file, svg in found.items():
            (PAGE.parent / file).write_text(svg + "\n", "utf-8")
    return found


def test_every_picture_of_the_page_is_what_its_example_draws(figures: dict[str, str]) -> None:
    assert len(figures) == 8
    for file, svg in figures.items():
        check(svg)
        kept = (PAGE.parent / file).read_text("utf-8")
        assert kept == svg + "\n", f"{file} is out of date: SINTEZA_WRITE_PICTURES=1 writes it anew"


def test_no_picture_lies_there_unused(figures: dict[str, str]) -> None:
    assert {p.name for p in PAGE.parent.glob("*.svg")} == set(figures)
