from __future__ import annotations

import importlib.util
import shutil
import struct
import sys
import types
from pathlib import Path

import pytest

from sinteza.charts import export
from sinteza.charts.forest import ForestGroup, ForestRow, forest
from sinteza.errors import PluginError
from sinteza.i18n import Language


@pytest.fixture
def chart() -> str:
    row = ForestRow("Elger 2009", 1.2, 0.5, 2.0)
    return forest([ForestGroup((row,))], lang=Language("en"), measure="RR")


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_svg_is_itself(chart: str) -> None:
    assert export.convert(chart, "svg").decode() == chart


@pytest.mark.parametrize("form", ["png", "pdf"])
@pytest.mark.usefixtures("nothing_installed")
def test_without_a_converter_the_error_says_what_to_do(chart: str, form: str) -> None:
    with pytest.raises(PluginError, match="no converter") as caught:
        export.convert(chart, form)
    assert "cairosvg" in str(caught.value.hint)


def test_an_unknown_form_is_refused(chart: str) -> None:
    with pytest.raises(PluginError, match="gif"):
        export.convert(chart, "gif")


def test_the_package_gets_the_chart_and_the_scale(
    chart: str, monkeypatch: pytest.MonkeyPatch, nothing_installed: None
) -> None:
    module = types.ModuleType("cairosvg")
    got: dict[str, object] = {}

    def svg2png(**given: object) -> bytes:
        got.update(given)
        return b"png"

    module.svg2png = svg2png  # type: ignore[attr-defined]  # a module made here
    monkeypatch.setitem(sys.modules, "cairosvg", module)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "cairosvg" or None)
    assert export.convert(chart, "png", scale=4) == b"png"
    assert got == {"bytestring": chart.encode(), "scale": 4}


@pytest.mark.parametrize("fails", [False, True])
def test_the_program_gets_the_chart_through_a_pipe(
    chart: str,
    fails: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    nothing_installed: None,
) -> None:
    program = tmp_path / "rsvg-convert"
    program.write_text(
        "#!/bin/sh\necho broken >&2\nexit 1\n" if fails else '#!/bin/sh\nprintf "%s " "$@"\ncat\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    if fails:
        with pytest.raises(PluginError, match="broken"):
            export.convert(chart, "pdf")
    else:
        done = export.convert(chart, "pdf").decode()
        assert done == f"--format pdf --zoom 1 {chart}"


def test_a_real_converter_makes_a_picture_of_the_right_size(chart: str) -> None:
    if not export.converters():
        pytest.skip("neither cairosvg nor rsvg-convert is installed here")
    picture = export.convert(chart, "png", scale=2)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert abs(width - 2 * float(chart.split('width="')[1].split('"')[0])) <= 2
    assert height > 0
    assert export.convert(chart, "pdf").startswith(b"%PDF")
