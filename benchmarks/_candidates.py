"""Settings of our ranking that were tried, and how each did on each set.

The candidates are drawn at random by a fixed seed from ranges that a coarser search, on all the
sets, had left standing; which is best is then read off the figures, leaving out the set it is
judged on. Run as a program to fill in what is missing under ``build/bench-screening`` (minutes of
CPU).
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np

from benchmarks._asreview import KEPT, SETS, rows, simulate
from benchmarks._questions import TERMS
from sinteza.model.record import Record, Section
from sinteza.screening.features import Singles, Weights, extract
from sinteza.screening.kernel import Kernel
from sinteza.screening.ranking import LinearRanker, LinearRanking
from sinteza.screening.simulate import Curve
from sinteza.screening.simulate import simulate as replay

SEEDS = (1, 2, 3)
COUNT = 40
BLOCKS = tuple(asdict(Weights()))

Figures = dict[str, tuple[float, float]]
"""By seed ("cold": without priors): loss and recall at 10 %."""


def candidates() -> list[LinearRanker]:
    """The settings tried."""
    draw = random.Random(5)
    found = []
    for number in range(COUNT):
        weights = Weights(
            pairs=draw.choice([0.25, 0.5]),
            words=draw.choice([0.5, 0.75]),
            titles=draw.choice([0.3, 0.4, 0.5]),
            headings=draw.choice([0.2, 0.3]),
            themes=draw.choice([0.2, 0.3]),
            bare=draw.choice([0.2, 0.3]),
            protocol=draw.choice([0.1, 0.2]),
        )
        found.append(
            LinearRanker(
                name=f"candidate {number}",
                weights=weights,
                cost=draw.choice([0.2, 0.4, 0.8]),
                ratio=draw.choice([40.0, 80.0, 160.0, 320.0]),
                protocol=draw.choice([4.0, 8.0]),
                fade=draw.choice([5.0, 10.0, 20.0]),
                negatives=draw.choice([50, 100]),
                negative=draw.choice([0.1, 0.2]),
            )
        )
    return found


def records_of(name: str) -> tuple[list[Record], dict[str, bool]]:
    """A set as records, their ids in the order of the file, and the labels."""
    found, labels = [], {}
    for number, row in enumerate(rows(name)):
        one = Record(
            id=f"row:{number:06d}",
            source="row",
            source_id=str(number),
            title=row["title"] or "",
            abstract=(Section(text=row["abstract"]),) if row["abstract"] else (),
            keywords=tuple(word for word in (row.get("keywords") or "").split("; ") if word),
        )
        found.append(one)
        labels[one.id] = bool(int(row["label_included"]))
    return found, labels


def names_of(numbers: Sequence[int]) -> list[str]:
    return [f"row:{number:06d}" for number in numbers]


def peer_curve(name: str, seed: int, labels: dict[str, bool]) -> Curve:
    """The peer's curve: what it left unread after the last find is irrelevant."""
    run = simulate(name, seed)
    found = [labels[one] for one in names_of(run.order)]
    left = len(labels) - len(run.priors) - len(found)
    return Curve((*found, *[False] * left))


class _Given(LinearRanker):
    """A ranker over a kernel that is made already."""

    def prepare(self, records, *, terms=(), seed=0):  # type: ignore[no-untyped-def]
        ranking: LinearRanking = self.__dict__["given"]
        ranking.ranker = self
        ranking._drawn = np.random.default_rng(seed).permutation(len(records))
        return ranking


def _kernel_of(gram: Singles) -> Kernel:
    """A kernel whose products are known: making them anew for each candidate would take hours."""
    kernel = Kernel.__new__(Kernel)
    kernel._gram = gram
    kernel._rows = np.zeros(0, dtype=np.int64)
    kernel._among = np.zeros((64, 64), dtype=np.float32)
    kernel._wide = np.zeros((64, len(gram)), dtype=np.float32)
    return kernel


def evaluate(name: str, tried: Sequence[LinearRanker]) -> list[Figures]:
    """Every candidate on one set; what was measured before is read back."""
    records, labels = records_of(name)
    grams: dict[str, Singles] = {}
    ranking: LinearRanking | None = None
    found: list[Figures] = []
    for ranker in tried:
        kept = KEPT / f"candidate-{_key(ranker)}-{name}.json"
        if kept.exists():
            found.append({seed: tuple(pair) for seed, pair in json.loads(kept.read_text()).items()})
            continue
        if ranking is None:
            ranking = replace(ranker, weights=Weights(words=1.0)).prepare(
                records, terms=TERMS[name]
            )
            ordered = sorted(records, key=lambda one: one.id)
            for block in BLOCKS:
                features = extract(ordered, terms=TERMS[name], weights=Weights(**{block: 1.0}))
                gram = Kernel(features, dense=10**9)._gram
                assert gram is not None
                grams[block] = gram - 1
        weights = asdict(ranker.weights)
        together = np.ones_like(grams["words"])
        for block in BLOCKS:
            together += np.float32(weights[block]) * grams[block]
        ranking.kernel = _kernel_of(together)
        given = _Given(**{**asdict(ranker), "weights": ranker.weights})
        given.__dict__["given"] = ranking
        figures: Figures = {}
        for seed in SEEDS:
            priors = names_of(simulate(name, seed).priors)
            curve = replay(records, labels, given, priors=priors, seed=seed).curve
            figures[str(seed)] = (curve.loss, curve.recall(0.1))
        curve = replay(records, labels, given, seed=1).curve
        figures["cold"] = (curve.loss, curve.recall(0.1))
        kept.write_text(json.dumps(figures), "utf-8")
        found.append(figures)
    return found


def _key(ranker: LinearRanker) -> str:
    import hashlib

    text = json.dumps({**asdict(ranker), "name": ""}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    for each in sys.argv[1:] or SETS:
        evaluate(each, candidates())
        print(each, flush=True)
