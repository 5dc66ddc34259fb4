"""Which record to read next: a ranking that starts from the protocol and learns from decisions.

A *ranker* (plugin group ``sinteza.rankers``) prepares the records once and gives a *ranking*, which
turns decisions into an order. The order depends on the records, the decisions in the order they
were made, the terms and the seed alone: not on the order of the
file, nor on what was asked before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sinteza.model.decision import Verdict
from sinteza.model.record import Record
from sinteza.screening import svm
from sinteza.screening.features import Floats, Integers, Singles, Weights, extract
from sinteza.screening.kernel import Kernel

# A record somebody could not decide on speaks for inclusion, but half as loudly.
_SIDE: dict[Verdict, tuple[float, float]] = {
    "include": (1.0, 1.0),
    "maybe": (1.0, 0.5),
    "exclude": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Term:
    """Why a record ranks where it does: a term, the block it is from, what it adds to the score."""

    term: str
    block: str
    weight: float


class Ranking(Protocol):
    """Records made ready; decisions in, order out."""

    def order(self, verdicts: Mapping[str, Verdict]) -> list[str]:
        """Ids of the undecided records, best first, after learning from all ``verdicts``."""

    def explain(self, record: str, most: int = 8) -> list[Term]:
        """The heaviest terms of a record under the last order, heaviest first."""


class Ranker(Protocol):
    """The contract of the plugin group ``sinteza.rankers``."""

    @property
    def name(self) -> str:
        """What decisions and events call it."""

    @property
    def growth(self) -> float:
        """By what part the decisions grow until it learns again (0: after each)."""

    def prepare(
        self, records: Sequence[Record], *, terms: Sequence[str] = (), seed: int = 0
    ) -> Ranking:
        """Make records ready; ``terms`` are the protocol's words."""


@dataclass(frozen=True)
class LinearRanker:
    """A support vector machine over words, pairs, headings, protocol and weak negatives.

    ``cost``: the machine's C, mean over the training rows; ``ratio``: how much more the included
    weigh together than the excluded; ``protocol``: the weight of the protocol's row as if it were
    an included record, divided by ``1 + included / fade``; ``negatives`` undecided records, drawn
    by the seed, count as excluded with weight ``negative``; ``growth``: see :class:`Ranker`.
    """

    name: str
    weights: Weights
    cost: float
    ratio: float
    protocol: float = 0.0
    fade: float = 1.0
    negatives: int = 0
    negative: float = 0.2
    growth: float = 0.05

    def prepare(
        self, records: Sequence[Record], *, terms: Sequence[str] = (), seed: int = 0
    ) -> LinearRanking:
        """Features and kernel of the records (the costly part, done once)."""
        return LinearRanking(self, records, terms=terms, seed=seed)


class LinearRanking:
    """The ranking of a :class:`LinearRanker`; keeps its kernel and its last solution."""

    def __init__(
        self, ranker: LinearRanker, records: Sequence[Record], *, terms: Sequence[str], seed: int
    ) -> None:
        self.ranker = ranker
        # sums of floats depend on their order: the records are put into one of their own first
        ordered = sorted(records, key=lambda record: record.id)
        self.ids = [record.id for record in ordered]
        self._names = np.array(self.ids, dtype=object)
        self.rows = {name: row for row, name in enumerate(self.ids)}
        self.features = extract(ordered, terms=terms, weights=ranker.weights)
        self.kernel = Kernel(self.features)
        self._drawn = np.random.default_rng(seed).permutation(len(ordered))
        self._weights: tuple[Singles, Singles] | None = None
        self._fitted: Floats | None = None

    def order(self, verdicts: Mapping[str, Verdict]) -> list[str]:
        """See :meth:`Ranking.order`; verdicts on other records are passed over."""
        held = [
            (self.rows[name], verdict) for name, verdict in verdicts.items() if name in self.rows
        ]
        rows = np.fromiter((row for row, _ in held), dtype=np.int64, count=len(held))
        y = np.fromiter((_SIDE[v][0] for _, v in held), dtype=np.float64, count=len(held))
        weight = np.fromiter((_SIDE[v][1] for _, v in held), dtype=np.float64, count=len(held))
        scores = self.scores(rows, y, weight)
        open_ = np.ones(len(self.ids), dtype=bool)
        open_[rows] = False
        left = np.flatnonzero(open_)
        # equal up to the kernel's precision is equal: then the id decides
        best = left[np.argsort(-np.round(scores[left], 6), kind="stable")]
        found: list[str] = self._names[best].tolist()
        return found

    def scores(self, rows: Integers, y: Floats, weight: Floats) -> Floats:
        """Decision value of every record after learning from ``rows`` labeled ``y``."""
        rows, y, cost = self._training(rows, y, weight)
        if len(set(y.tolist())) < 2:
            # one class alone says nothing: all are equal
            self._fitted = self._weights = None
            return np.zeros(len(self.ids))
        beta, _ = svm.fit(self.kernel.choose(rows), y, cost)
        self._fitted, self._weights = beta, None
        return self.kernel.scores(beta)[:-1]

    def _training(
        self, rows: Integers, y: Floats, weight: Floats
    ) -> tuple[Integers, Floats, Floats]:
        """Rows, sides and costs: decisions, weak negatives, the protocol; classes in balance."""
        ranker = self.ranker
        if ranker.negatives:
            undecided = np.ones(len(self.ids), dtype=bool)
            undecided[rows] = False
            weak = np.sort(self._drawn[undecided[self._drawn]][: ranker.negatives])
            rows = np.concatenate([rows, weak])
            y = np.concatenate([y, -np.ones(len(weak))])
            weight = np.concatenate([weight, np.full(len(weak), ranker.negative)])
        if self.features.ruled and ranker.protocol:
            included = float(weight[y > 0].sum())
            rows = np.concatenate([[len(self.ids)], rows])
            y = np.concatenate([[1.0], y])
            weight = np.concatenate([[ranker.protocol / (1 + included / ranker.fade)], weight])
        cost = weight.copy()
        for side, share in ((1.0, ranker.ratio), (-1.0, 1.0)):
            together = float(weight[y == side].sum())
            if together:
                part = share / (1 + ranker.ratio)
                cost[y == side] *= ranker.cost * part * float(weight.sum()) / together
        return rows, y, cost

    def explain(self, record: str, most: int = 8) -> list[Term]:
        """See :meth:`Ranking.explain`; empty before the first order, and for one class alone."""
        if self._fitted is None:
            return []
        if self._weights is None:
            self._weights = self.kernel.columns(self._fitted)
        shares = self.features.explain(self.rows[record], *self._weights)
        heaviest = sorted(shares.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
        return [Term(term=term, block=block, weight=share) for (block, term), share in heaviest]


def last_training(decisions: int, growth: float) -> int:
    """After how many of the decisions the ranking last learned: 0, 1, 2 ... then +``growth``."""
    point = 0
    while True:
        following = max(point + 1, math.ceil(point * (1 + growth)))
        if following > decisions:
            return point
        point = following


# The peer's model (ASReview 3, "ELAS u4"), for comparison: the parameters its settings print.
elas_u4 = LinearRanker(
    name="elas_u4",
    weights=Weights(pairs=1.0),
    cost=0.11,
    ratio=9.8,
    growth=0.0,
)

# Chosen on twelve published screenings, see benchmarks/results/screening.md.
sinteza = LinearRanker(
    name="sinteza",
    weights=Weights(
        pairs=0.25,
        words=0.5,
        titles=0.3,
        headings=0.2,
        themes=0.2,
        bare=0.2,
        protocol=0.1,
    ),
    cost=0.4,
    ratio=160.0,
    protocol=4.0,
    fade=20.0,
    negatives=50,
    negative=0.1,
)

BUILT_IN: dict[str, LinearRanker] = {"sinteza": sinteza, "elas_u4": elas_u4}


def ranker(name: str) -> Ranker:
    """A ranker by name: a built-in one, or an extension's.

    Raises :class:`~sinteza.errors.PluginError` for an unknown name.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    from sinteza.plugins import load

    found: Ranker = load("sinteza.rankers", name)
    return found
