"""Three-level models against metafor's rma.mv with sparse matrices."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.measure import median_cpu, stamp
from benchmarks.measure import run as run_process

R_START = "suppressMessages(library(metafor)); "
R_FIT = (
    R_START + "d <- read.csv(commandArgs(TRUE)[1]); "
    "r <- rma.mv(yi, vi, random=~1|study/row, data=d, sparse=TRUE); "
    "cat(sprintf('%.10f %.10f %.10f %.10f', coef(r), r$se, r$sigma2[1], r$sigma2[2]))"
)
OURS_START = "import sinteza.stats.multilevel"
OURS_FIT = """
import csv, sys
from sinteza.stats.multilevel import pool_multilevel
from sinteza.stats.random_effects import nested
rows = list(csv.DictReader(open(sys.argv[1])))
fit = pool_multilevel([float(r["yi"]) for r in rows], [float(r["vi"]) for r in rows],
                      random=nested([r["study"] for r in rows], [r["row"] for r in rows]))
print(fit.estimate, fit.se, *fit.variances.values())
"""


def table(path: Path, studies: int, rows: int) -> None:
    """Simulated three-level data: 1 to 9 estimates a study, seed 20261123."""
    rng = np.random.default_rng(20261123)
    study = np.sort(np.concatenate([np.arange(studies), rng.integers(0, studies, rows - studies)]))
    vi = rng.uniform(0.01, 0.2, rows)
    yi = (
        0.3 + rng.normal(0, 0.4, studies)[study] + rng.normal(0, 0.25, rows)
        + rng.normal(0, np.sqrt(vi))
    )  # fmt: skip
    lines = ["study,row,yi,vi"]
    lines += [
        f"{s},{i},{y:.12f},{v:.12f}" for i, (s, y, v) in enumerate(zip(study, yi, vi, strict=True))
    ]
    path.write_text("\n".join(lines), "utf-8")


def has_metafor() -> bool:
    try:
        done = subprocess.run(["Rscript", "-e", R_START], capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def run() -> str:
    parts = []
    peer = has_metafor()
    with tempfile.TemporaryDirectory() as folder:
        ours_idle = median_cpu([sys.executable, "-c", OURS_START])
        theirs_idle = median_cpu(["Rscript", "-e", R_START]) if peer else float("nan")
        for studies, rows in ((200, 1_000), (800, 4_000)):
            path = Path(folder) / f"{rows}.csv"
            table(path, studies, rows)
            times = 3 if rows == 1_000 else 1
            mine = [sys.executable, "-c", OURS_FIT, str(path)]
            ours = median_cpu(mine, times)
            found = np.array(run_process(mine).stdout.split(), float)
            if not peer:
                parts.append(f"| {rows:,} | {ours:.2f} | {ours - ours_idle:.2f} | - | - | - | - |")
                continue
            theirs_command = ["Rscript", "-e", R_FIT, str(path)]
            theirs = median_cpu(theirs_command, times)
            reference = np.array(run_process(theirs_command).stdout.split(), float)
            gap = float(np.max(np.abs(found - reference) / np.abs(reference)))
            parts.append(
                f"| {rows:,} | {ours:.2f} | {ours - ours_idle:.2f} | {theirs:.2f} | "
                f"{theirs - theirs_idle:.2f} | "
                f"{(theirs - theirs_idle) / max(ours - ours_idle, 1e-3):.0f} | {gap:.0e} |"
            )
    version = ""
    if peer:
        said = run_process(["Rscript", "-e", "cat(as.character(packageVersion('metafor')))"]).stdout
        version = f", metafor {said.strip()}"
    return "\n".join([
        "## Three-level models",
        "",
        "Simulated data (5 estimates a study on average), REML, random intercepts of study, row;",
        "metafor with `sparse=TRUE`. CPU seconds of whole processes (median of 3; 1 for 4,000),",
        "reading the table included; *fit*: less the time the process needs to start and import.",
        "",
        "| rows | Sinteza | fit | metafor | fit | ratio of fits | largest relative difference |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        *parts,
        "",
        f"{stamp('numpy', 'scipy')}{version}. Differences are metafor's stopping rule.",
        "",
    ])  # fmt: skip
