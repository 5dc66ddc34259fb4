"""Train the model of designs: ``python -m sinteza.train.designs RECORDS READ...``.

``RECORDS`` is a folder of PubMed files (``*.xml.gz``), each ``READ`` a file of reports read by
hand, one JSON object a line with ``pmid`` and ``design.type``. Multinomial logistic regression with
an L2 penalty over the cues of :mod:`sinteza.extraction.kinds`, scored by ten folds of reports and
then fitted to all; the optimum is unique and the order of the folds fixed: the same data give the
same file.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from sinteza.extraction.kinds import choose, cues, plain, probabilities, weighed
from sinteza.formats import pubmed_xml
from sinteza.model.record import Record
from sinteza.text.normalize import fold_with_offsets

SEED = 20261124
FOLDS = 10
# of 0.5, 1, 2 and 5 by cross-validation
PENALTY = 2.0
LIKELY = 0.7
# a cue of fewer reports is none
FEWEST = 3
#: Names in the files read for what has another name here.
SAME = {"retrospective": "observational", "open_label": "single_arm"}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its cues, its design as read by hand, and the file it was read in."""

    held: frozenset[str]
    kind: str
    source: str


def load(folder: Path, read: Sequence[Path]) -> list[Report]:
    """The reports whose text is in the folder, in the order of the files."""
    wanted: dict[str, tuple[str, str]] = {}
    for path in read:
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            kind = item["design"]["type"]
            wanted[item["pmid"]] = SAME.get(kind, kind), path.stem
    records: dict[str, Record] = {}
    for path in sorted(folder.glob("*.xml.gz")):
        stream = io.BytesIO(gzip.decompress(path.read_bytes()))
        records |= {r.pmid: r for r in pubmed_xml.read(stream) if r.pmid in wanted}
    reports: list[Report] = []
    for pmid, (kind, source) in wanted.items():
        if pmid in records:
            record = records[pmid]
            title = fold_with_offsets(record.title, lower=False).text
            text = fold_with_offsets(record.abstract_text, lower=False).text
            held = cues(title, text, (item.name for item in record.publication_types))
            reports.append(Report(frozenset(held), kind, source))
    return reports


def fit(reports: Sequence[Report], penalty: float = PENALTY) -> dict[str, dict[str, float]]:
    """Weight of each cue for each design: penalized likelihood; the constant is not penalized."""
    often = Counter(cue for report in reports for cue in report.held)
    names = sorted(cue for cue, n in often.items() if n >= FEWEST and weighed(cue))
    kinds = sorted({report.kind for report in reports})
    x = np.array([[cue in report.held for cue in names] for report in reports], float)
    y = np.array([[report.kind == kind for kind in kinds] for report in reports], float)
    strength = np.where(np.array(names) == "always", 0.0, penalty)[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(len(names), len(kinds))
        scores = x @ weights
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        whole = chances.sum(axis=1, keepdims=True)
        value = np.log(whole).sum() - (scores * y).sum() + (strength * weights**2).sum() / 2
        slope = x.T @ (chances / whole - y) + strength * weights
        return float(value), slope.ravel()

    start = np.zeros(len(names) * len(kinds))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    table = best.reshape(len(names), len(kinds))
    return {
        cue: {kind: round(float(weight), 3) for kind, weight in zip(kinds, row, strict=True)}
        for cue, row in zip(names, table, strict=True)
    }


def scores(reports: Sequence[Report], penalty: float = PENALTY) -> dict[str, float]:
    """By ten folds: accuracy, that of each file, of what is said plainly, and of likely answers.

    Likely answers are those with a probability of at least 0.7; ``share`` says how many there are.
    ``log_loss`` is the mean of the model alone.
    """
    order = np.random.default_rng(SEED).permutation(len(reports))
    right: dict[str, list[bool]] = {}
    lost = 0.0
    for fold in range(FOLDS):
        weights = fit([reports[i] for n, i in enumerate(order) if n % FOLDS != fold], penalty)
        for i in order[fold::FOLDS]:
            report = reports[i]
            told, sure = choose(report.held, weights)
            groups = ["all", report.source]
            groups += ["plain"] if plain(report.held) else []
            groups += ["likely"] if sure >= LIKELY else []
            for name in groups:
                right.setdefault(name, []).append(told == report.kind)
            lost -= float(np.log(probabilities(report.held, weights).get(report.kind, 1e-3)))
    found = {f"accuracy_{name}": round(sum(hits) / len(hits), 4) for name, hits in right.items()}
    shares = {name: len(right.get(name, ())) / len(reports) for name in ("plain", "likely")}
    return {
        **dict(sorted(found.items())),
        **{f"share_{name}": round(share, 4) for name, share in shares.items()},
        "log_loss": round(lost / len(reports), 4),
    }


def main(arguments: Sequence[str]) -> None:
    """Score, fit, store."""
    reports = load(Path(arguments[0]), [Path(name) for name in arguments[1:]])
    out = Path(__file__).parent.parent / "extraction" / "models" / "designs.json"
    summary = {
        "reports": len(reports),
        "designs": dict(Counter(report.kind for report in reports).most_common()),
        "ten_folds": scores(reports),
        "seed": SEED,
        "penalty": PENALTY,
        "weights": fit(reports),
    }
    out.write_text(json.dumps(summary, indent=0) + "\n", "utf-8")
    sys.stdout.write(json.dumps(summary["ten_folds"]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
