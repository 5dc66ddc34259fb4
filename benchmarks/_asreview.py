"""The peer of the screening benchmark: ASReview, run as a program in an environment of its own.

``SINTEZA_PEER_ASREVIEW`` names that environment's folder (default: ``peers-screening`` beside the
repository). Each run is kept under ``build/bench-screening``, so that a stopped benchmark goes on.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import sqlite3
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, SHARED, run

PEER = Path(os.environ.get("SINTEZA_PEER_ASREVIEW", ROOT.parent / "peers-screening")) / "bin"
KEPT = ROOT / "build" / "bench-screening"

SETS = (
    "Cohen_2006_Antihistamines",
    "Cohen_2006_NSAIDS",
    "Cohen_2006_Estrogens",
    "Cohen_2006_OralHypoglycemics",
    "Cohen_2006_ProtonPumpInhibitors",
    "Kitchenham_2010",
    "Ferdinands_sim_nudging",
    "Cohen_2006_SkeletalMuscleRelaxants",
    "Ferdinands_sim_ace",
    "Ferdinands_sim_virus",
    "Cohen_2006_BetaBlockers",
    "Cohen_2006_ACEInhibitors",
    "Wallace_2010_proton_beam",
)


@dataclass(frozen=True)
class PeerRun:
    """One simulation: row numbers of the priors and of the order read; CPU seconds, steps."""

    priors: tuple[int, ...]
    order: tuple[int, ...]
    cpu: float


def rows(name: str) -> list[dict[str, Any]]:
    """The lines of a labelled set."""
    with gzip.open(SHARED / "screening" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def simulate(name: str, seed: int) -> PeerRun:
    """ELAS u4 on a set with one included and one excluded prior, drawn by ``seed``."""
    kept = KEPT / f"asreview-{name}-{seed}.json"
    if kept.exists():
        found = json.loads(kept.read_text("utf-8"))
        return PeerRun(tuple(found["priors"]), tuple(found["order"]), found["cpu"])
    with tempfile.TemporaryDirectory() as folder:
        table, project = Path(folder) / "set.csv", Path(folder) / "out.asreview"
        with table.open("w", encoding="utf-8", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(["title", "abstract", "included"])
            for row in rows(name):
                out.writerow(
                    [row["title"] or "", row["abstract"] or "", int(row["label_included"])]
                )
        command = [str(PEER / "asreview"), "simulate", str(table), "-o", str(project)]
        command += ["--ai", "elas_u4", "--n-prior-included", "1", "--n-prior-excluded", "1"]
        command += ["--prior-seed", str(seed), "--seed", "42"]
        cost = run(command, {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
        priors, order = _read(project, Path(folder))
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"priors": priors, "order": order, "cpu": cost.cpu}), "utf-8")
    return PeerRun(tuple(priors), tuple(order), cost.cpu)


def _read(project: Path, folder: Path) -> tuple[list[int], list[int]]:
    """Row numbers of priors and of the records read, in their order, out of a project file."""
    with zipfile.ZipFile(project) as archive:
        names = [n for n in archive.namelist() if n.endswith((".db", ".sql", ".sqlite"))]
        archive.extractall(folder)
    # record ids are the row numbers, in both versions 2 and 3 of the project file
    for name in names:
        with sqlite3.connect(folder / name) as base:
            tables = {row[0] for row in base.execute("select name from sqlite_master")}
            if "results" not in tables:
                continue
            read = base.execute("select record_id, querier from results order by rowid").fetchall()
        priors = [int(record) for record, querier in read if not querier]
        return priors, [int(record) for record, querier in read if querier]
    raise RuntimeError(f"{project.name}: no table of results in {names}")


if __name__ == "__main__":
    for number in map(int, sys.argv[1:] or ["1"]):
        for each in SETS:
            got = simulate(each, number)
            print(each, number, len(got.order), f"{got.cpu:.1f}", flush=True)
