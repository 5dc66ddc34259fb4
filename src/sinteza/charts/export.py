"""From SVG to PNG or PDF, by whatever converter is at hand; none is required to install Sinteza.

Known are the Python package ``cairosvg`` and the program ``rsvg-convert``. The bytes go through
memory and pipes; no file is written. (``resvg_py`` is not used: where Helvetica and Arial are
absent it leaves out every word of a chart without saying so.)
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess

from sinteza.errors import PluginError

FORMATS = ("svg", "png", "pdf")


def converters() -> list[str]:
    """Names of the converters that can be used here, the best first."""
    found = []
    if importlib.util.find_spec("cairosvg") is not None:
        found.append("cairosvg")
    if shutil.which("rsvg-convert"):
        found.append("rsvg-convert")
    return found


def convert(svg: str, form: str, *, scale: float = 2.0) -> bytes:
    """A chart as ``svg`` (UTF-8), ``png`` or ``pdf``.

    ``scale`` is the number of PNG pixels a chart pixel: 2 is sharp on screen, 4 (about 384 dpi)
    for print. Raises :class:`PluginError` when no converter is at hand or the one there fails.
    """
    if form not in FORMATS:
        raise PluginError(
            f"a chart cannot be written as '{form}'", hint=f"Known: {', '.join(FORMATS)}."
        )
    if form == "svg":
        return svg.encode()
    names = converters()
    if not names:
        raise PluginError(
            f"no converter from SVG to {form.upper()} is at hand",
            hint="Install one of: the Python package cairosvg, the program rsvg-convert (Debian: "
            "librsvg2-bin). Or write .svg, which every browser and word processor reads.",
        )
    return _convert_with(names[0], svg, form, scale)


def _convert_with(name: str, svg: str, form: str, scale: float) -> bytes:
    if name == "rsvg-convert":
        command = ["rsvg-convert", "--format", form, "--zoom", f"{scale if form == 'png' else 1}"]
        done = subprocess.run(command, input=svg.encode(), capture_output=True, check=False)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise PluginError(f"rsvg-convert could not read the chart: {said}")
        return done.stdout
    module = importlib.import_module(name)
    if form == "pdf":
        return bytes(module.svg2pdf(bytestring=svg.encode()))
    return bytes(module.svg2png(bytestring=svg.encode(), scale=scale))
