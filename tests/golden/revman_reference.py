"""Cochrane analyses as RevMan computed them, beside ours."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sinteza.errors import SintezaError
from sinteza.stats.revman import pool_revman
from tests.golden.stats_reference import Check

TOLERANCE = 1e-6


def _read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def revman_checks(folder: Path) -> Iterator[Check]:
    """Every MD, SMD, RR and OR analysis (and subgroup) with a pooled number."""
    outcomes = _read(folder / "rm5_outcomes.csv.gz")
    studies: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in _read(folder / "rm5_study_data.csv.gz"):
        studies[row["review"], row["outcome_id"]].append(row)
    by_id = {(o["review"], o["id"]): o for o in outcomes}
    children: dict[tuple[str, str], list[str]] = defaultdict(list)
    for o in outcomes:
        children[o["review"], o["parent"]].append(o["id"])
    for o in outcomes:
        parent = by_id.get((o["review"], o["parent"]), {})
        measure = o["effect_measure"] or parent.get("effect_measure", "")
        if measure not in ("MD", "SMD", "RR", "OR") or not o["effect_size"]:
            continue
        key = (o["review"], o["id"])
        rows = studies[key] or [r for c in children[key] for r in studies[o["review"], c]]
        # without an overall total RevMan keeps a stale number; it shows none
        if not rows or o["totals"] in ("NO", "SUB") or parent.get("totals") == "NO":
            continue
        method = o["method"] or parent.get("method", "")
        random = (parent if not o["effect_measure"] and parent else o)["random"] == "YES"
        yield from _compare(measure, method or "IV", random, o, rows)


def _compare(
    measure: str, method: str, random: bool, o: dict[str, str], rows: list[dict[str, str]]
) -> Iterator[Check]:
    names = (
        {
            "m1i": "mean_1",
            "sd1i": "sd_1",
            "n1i": "total_1",
            "m2i": "mean_2",
            "sd2i": "sd_2",
            "n2i": "total_2",
        }
        if measure in ("MD", "SMD")
        else {"ai": "events_1", "n1i": "total_1", "ci": "events_2", "n2i": "total_2"}
    )
    data: dict[str, Any] = {
        ours: [float(r[theirs]) if r[theirs] else np.nan for r in rows]
        for ours, theirs in names.items()
    }
    what = f"{o['review']} {o['id']} {measure} {method} {'random' if random else 'fixed'}"
    family = f"RevMan {measure}"
    # RevMan writes "not estimable" as zeros; we refuse
    estimable = any(float(o[name]) for name in ("effect_size", "ci_start", "ci_end"))
    try:
        found = pool_revman(measure, method=method, random=random, **data)
    except SintezaError as error:
        yield Check(family, what, repr(error) if estimable else "")
        return
    if not estimable:
        yield Check(family, what, f"{found.estimate}, RevMan: not estimable")
        return
    for ours, theirs in (
        ("estimate", "effect_size"),
        ("ci_low", "ci_start"),
        ("ci_high", "ci_end"),
    ):
        mine, reference = found.display(getattr(found, ours)), float(o[theirs])
        good = abs(mine - reference) <= TOLERANCE * max(1.0, abs(reference))
        yield Check(family, f"{what} {ours}", "" if good else f"{mine}, RevMan {reference}")
    if o["tau2"] and random:
        good = abs(found.tau2 - float(o["tau2"])) <= TOLERANCE * max(1.0, float(o["tau2"]))
        yield Check(family, f"{what} tau2", "" if good else f"{found.tau2}, RevMan {o['tau2']}")
