"""Reads the golden cases of networks: rows as ``network`` takes them, matrices as arrays."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sinteza.stats.network import Network, network

CASES = (
    "depression_or",
    "diabetes_rr",
    "dietaryfat_irr",
    "dogliotti2014_or",
    "dong2013_or",
    "franchini2012_md",
    "franchini2012_smd",
    "gurusamy2011_or",
    "gurusamy2011_or_dropzero",
    "linde2015_or",
    "linde2016_comb",
    "senn2013_md",
    "smoking_or",
    "smoking_rr",
    "thrombolytic_or",
    "woods2010_or",
)
#: the cases made with double-zero studies kept
KEEPS_DOUBLE_ZEROS = ("dong2013_or", "gurusamy2011_or")


@cache
def case(shared: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared / "network_golden" / f"{name}.json").read_text())
    return loaded


def _wide(arms: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """One line a study with numbered columns, as some sources have it, to one row an arm."""
    treat = next(c for c in ("treat", "treatment", "Treatment") if f"{c}1" in arms)
    events = next((c for c in ("event", "resp", "d") if f"{c}1" in arms), "")
    columns = {"events": events, "n": "n", "time": "years", "mean": "y", "sd": "sd"}
    labels = arms.get("ID") or arms.get("Study") or arms.get("id")
    rows = []
    for i in range(len(arms[f"{treat}1"])):
        for j in (1, 2, 3):
            treatment = arms.get(f"{treat}{j}", [""] * (i + 1))[i]
            if treatment in (None, ""):
                continue
            row = {"study": str(labels[i] if labels else i + 1), "treatment": str(treatment)}
            for ours, theirs in columns.items():
                if f"{theirs}{j}" in arms:
                    row[ours] = arms[f"{theirs}{j}"][i]
            rows.append(row)
    return rows


def rows(golden: dict[str, Any]) -> list[dict[str, Any]]:
    meta = golden.get("meta", golden)
    table = meta.get("contrasts") or meta["arms"]
    if "studlab" in table or "study" in table:
        return [dict(zip(table, line, strict=True)) for line in zip(*table.values(), strict=True)]
    return _wide(table)


@cache
def fitted(
    shared: Path, name: str, method: str = "DL", test: Any = "z", covariance: Any = "full"
) -> Network:
    golden = case(shared, name)
    return network(
        rows(golden),
        measure=golden["settings"]["sm"],
        method=method,
        test=test,
        reference=golden["settings"]["reference"],
        small_values=golden["settings"]["small_values"],
        contrast_covariance=covariance,
        keep_double_zeros=name in KEEPS_DOUBLE_ZEROS,
    )


def matrix(golden: dict[str, Any], names: tuple[str, ...]) -> Any:
    """A golden matrix in the order of ``names``; null as NaN."""
    data = np.array(
        [[np.nan if v is None else v for v in line] for line in golden["data"]], dtype=float
    )
    row = [golden["rows"].index(name) for name in names]
    column = [golden["cols"].index(name) for name in names]
    return data[np.ix_(row, column)]


def same_set(label: str) -> frozenset[str]:
    """A comparison or design regardless of the order of its treatments."""
    return frozenset(label.split(":"))
