"""Charts are quick to load: drawing needs no numerical library."""

from __future__ import annotations

import subprocess
import sys


def test_charts_load_no_heavy_library() -> None:
    code = (
        "import importlib, pkgutil, sys, sinteza.charts as charts\n"
        "for m in pkgutil.iter_modules(charts.__path__):\n"
        "    importlib.import_module(f'sinteza.charts.{m.name}')\n"
        "print([m for m in ('numpy', 'scipy', 'lxml', 'babel') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
