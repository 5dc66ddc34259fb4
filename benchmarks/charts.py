"""Forest and funnel plots, from a table to an SVG file: whole processes, against R's metafor."""

from __future__ import annotations

import csv
import random
import re
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import median_cpu, stamp
from benchmarks.measure import run as run_process

SIZES = (2, 40, 200)

METAFOR = """
suppressMessages(library(metafor))
given <- commandArgs(TRUE)
dat <- read.csv(given[1])
dat <- escalc("RR", ai=ai, n1i=n1i, ci=ci, n2i=n2i, data=dat, slab=study)
res <- rma(yi, vi, data=dat, test="knha")
svg(given[2], width=9, height=2 + nrow(dat) / 4)
if (given[3] == "forest") forest(res, atransf=exp, addpred=TRUE, header=TRUE,
  ilab=cbind(ai, n1i, ci, n2i), ilab.xpos=c(-9.5, -8, -6, -4.5), xlim=c(-16, 6))
if (given[3] == "funnel") funnel(res, level=c(90, 95, 99), refline=0)
invisible(dev.off())
"""


def made(k: int) -> list[dict[str, object]]:
    """Made-up trials of two arms."""
    rng = random.Random(k)
    rows = []
    for i in range(k):
        n1, n2 = rng.randint(40, 300), rng.randint(40, 300)
        events = [sum(rng.random() < p for _ in range(n)) for p, n in ((0.4, n1), (0.2, n2))]
        rows.append(
            {"study": f"Study {i + 1}", "ai": events[0], "n1i": n1, "ci": events[1], "n2i": n2}
        )
    return rows


def run() -> str:
    rscript = shutil.which("Rscript")
    lines = [
        "| chart | studies | Sinteza, CPU s | KB | words as text | metafor, CPU s | KB |"
        " words as text | metafor / Sinteza |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "draw.R"
        program.write_text(METAFOR)
        for chart in ("forest", "funnel"):
            for k in SIZES:
                data = Path(folder) / f"{k}.csv"
                rows = made(k)
                with data.open("w", newline="") as file:
                    writer = csv.DictWriter(file, list(rows[0]))
                    writer.writeheader()
                    writer.writerows(rows)
                ours, theirs = Path(folder) / "ours.svg", Path(folder) / "theirs.svg"
                own = median_cpu(
                    [sys.executable, "-m", "sinteza", "plot", chart, str(data), "--measure", "RR",
                     "-o", str(ours)]
                )  # fmt: skip
                cells = [chart, str(k), f"{own:.2f}", *_about(ours)]
                if rscript:
                    peer = median_cpu([rscript, str(program), str(data), str(theirs), chart])
                    cells += [f"{peer:.2f}", *_about(theirs), f"{peer / own:.1f}"]
                else:
                    cells += ["R is not here", "", "", ""]
                lines.append(f"| {' | '.join(cells)} |")
    peer_version = "metafor not measured"
    if rscript:
        asked = run_process([rscript, "-e", "cat(as.character(packageVersion('metafor')))"])
        peer_version = f"metafor {asked.stdout}"
    return "\n".join(
        [
            "## Charts",
            "",
            "From a table of 2x2 counts to an SVG file: reading, pooling (REML, Knapp-Hartung) and "
            "drawing, the whole process with its start, median of 3. Words as text: how many "
            "`<text>` elements the file holds; R's `svg()` draws letters as outlines, which cannot "
            "be searched, translated or read aloud.",
            "",
            *lines,
            "",
            f"{stamp('sinteza', 'numpy', 'scipy')}, {peer_version}",
            "",
        ]
    )


def _about(path: Path) -> list[str]:
    """Size and number of texts."""
    svg = path.read_text("utf-8")
    return [f"{len(svg.encode()) / 1024:.0f}", str(len(re.findall(r"<text\b", svg)))]
