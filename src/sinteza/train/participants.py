"""Train the model of participants: ``python -m sinteza.train.participants RECORDS READ...``.

``RECORDS`` is a folder of PubMed files (``*.xml.gz``), each ``READ`` a file of reports read by
hand, one JSON object a line with ``pmid`` and ``population.n_randomised``. Reports of every design
are learned from: what speaks for a number in a trial does not in its extension, or in a review of
many. Scored by five folds of reports, then fitted to all; the optimum is unique and the order of
the folds fixed: the same data give the same file.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from sinteza.extraction.design import design
from sinteza.extraction.participants import (
    THRESHOLD,
    Candidate,
    candidates,
    held,
    none_cues,
    probabilities,
)
from sinteza.formats import pubmed_xml
from sinteza.model.record import Record

SEED = 20261124
FOLDS = 5
# of 0.3, 1 and 3 by cross-validation
PENALTY = 1.0
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its numbers, its design as told by the rules, and what was read by hand."""

    found: Sequence[Candidate]
    kind: str
    answer: int | None


def load(folder: Path, read: Sequence[Path]) -> list[Report]:
    """The reports in the order of the files, their designs as the rules tell them."""
    wanted: dict[str, dict[str, Any]] = {}
    for path in read:
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            wanted[item["pmid"]] = item
    records: dict[str, Record] = {}
    for path in sorted(folder.glob("*.xml.gz")):
        stream = io.BytesIO(gzip.decompress(path.read_bytes()))
        records |= {r.pmid: r for r in pubmed_xml.read(stream) if r.pmid in wanted}
    reports: list[Report] = []
    for pmid, item in wanted.items():
        record = records.get(pmid)
        if record is None:
            continue
        types = tuple(kind.name for kind in record.publication_types)
        kind = design(record.title, record.abstract_text, types).type
        answer = item["population"]["n_randomised"]
        reports.append(Report(candidates(record.abstract_text), kind, answer))
    return reports


def _table(reports: Sequence[Report], cues: Sequence[str]) -> tuple[Floats, Floats, NDArray[Any]]:
    """A row a choice: its cues, whether it is the right one, and the number of its report."""
    place = {cue: number for number, cue in enumerate(cues)}
    rows: list[Floats] = []
    right: list[bool] = []
    owner: list[int] = []
    for number, report in enumerate(reports):
        printed = any(item.n == report.answer for item in report.found)
        choices: list[tuple[int | None, set[str]]] = [(None, none_cues(report.found, report.kind))]
        choices += [(item.n, held(item, report.kind)) for item in report.found]
        for n, chosen in choices:
            row = np.zeros(len(cues))
            row[[place[cue] for cue in sorted(chosen)]] = 1
            rows.append(row)
            right.append(n == (report.answer if printed else None))
            owner.append(number)
    return np.array(rows), np.array(right, float), np.array(owner)


def fit(reports: Sequence[Report]) -> dict[str, float]:
    """Weight of each cue: penalized likelihood; the mentions of one number share its chance."""
    every = {cue for report in reports for item in report.found for cue in held(item, report.kind)}
    every |= {cue for report in reports for cue in none_cues(report.found, report.kind)}
    cues = sorted(every)
    rows, right, owner = _table(reports, cues)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = rows @ weights
        top = np.full(len(reports), -np.inf)
        np.maximum.at(top, owner, scores)
        chance = np.exp(scores - top[owner])
        whole = np.bincount(owner, chance)
        hit = np.bincount(owner, chance * right)
        slope = rows.T @ (chance / whole[owner] - chance * right / hit[owner])
        value = np.log(whole).sum() - np.log(hit).sum() + PENALTY / 2 * weights @ weights
        return float(value), slope + PENALTY * weights

    best = minimize(loss, np.zeros(len(cues)), jac=True, method="L-BFGS-B").x
    return {cue: round(float(weight), 3) for cue, weight in zip(cues, best, strict=True)}


def answer(report: Report, weights: Mapping[str, float]) -> int | None:
    """What the model gives for a report."""
    chances = probabilities(report.found, report.kind, weights)
    n = max(chances, key=lambda number: (number is not None, chances[number]))
    return n if chances[n] >= THRESHOLD else None


def scores(reports: Sequence[Report]) -> dict[str, float]:
    """By five folds: share of printed numbers given, precision where one is printed, and of all."""
    order = np.random.default_rng(SEED).permutation(len(reports))
    found = exact = answered = given = 0
    for fold in range(FOLDS):
        weights = fit([reports[i] for place, i in enumerate(order) if place % FOLDS != fold])
        for i in order[fold::FOLDS]:
            n, true = answer(reports[i], weights), reports[i].answer
            found += true is not None
            exact += true is not None and n == true
            answered += true is not None and n is not None
            given += n is not None
    return {
        "exact_of_printed": round(exact / found, 4),
        "precision_where_printed": round(exact / answered, 4),
        "precision_of_all_given": round(exact / given, 4),
    }


def main(arguments: Sequence[str]) -> None:
    """Score, fit, store."""
    reports = load(Path(arguments[0]), [Path(name) for name in arguments[1:]])
    out = Path(__file__).parent.parent / "extraction" / "models" / "participants.json"
    summary = {
        "reports": len(reports),
        "printed": sum(report.answer is not None for report in reports),
        "five_folds": scores(reports),
        "seed": SEED,
        "weights": fit(reports),
    }
    out.write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(summary["five_folds"]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
