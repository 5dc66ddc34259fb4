"""The examples of the statistical chapters run and print what the pages show."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "stats"
NAMES = ("accuracy-and-dose", "diagnostics", "glmm", "multilevel", "small-study-effects")


@pytest.mark.parametrize("name", NAMES)
def test_examples(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text("utf-8")
    blocks = re.findall(r"```(python|text)\n(.*?)```", text, flags=re.DOTALL)
    scope: dict[str, object] = {}
    printed, compared = "", 0
    for kind, body in blocks:
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(body, scope)
            printed = out.getvalue()
        else:
            shown = [line.rstrip() for line in body.strip().split("\n")]
            assert [line.rstrip() for line in printed.strip().split("\n")] == shown
            compared += 1
    assert compared
