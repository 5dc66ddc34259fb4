"""A screening replayed on records whose decisions are known: how soon would all be found?

Figures are taken on the records read after the priors, as the field does (Ferdinands G et al.
Syst Rev 2023;12:100): priors count neither as read nor as found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sinteza.errors import SintezaError
from sinteza.model.decision import Verdict
from sinteza.model.record import Record
from sinteza.screening.ranking import Ranker, last_training


@dataclass(frozen=True)
class Curve:
    """The labels of the records in the order they were read (all of them, priors left out)."""

    found: tuple[bool, ...]

    @property
    def records(self) -> int:
        """Records read, N."""
        return len(self.found)

    @property
    def relevant(self) -> int:
        """Relevant ones among them, R."""
        return len(self.ranks)

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """When each relevant record was read, from 1."""
        return tuple(rank for rank, hit in enumerate(self.found, 1) if hit)

    @property
    def loss(self) -> float:
        """Area between the perfect and this recall curve over that between perfect and worst.

        0 when all relevant records come first, 1 when they come last (asreview's ``loss``).
        """
        n, r = self.records, self.relevant
        worst = r * (n - r)
        if not worst:
            return 0.0
        return (sum(self.ranks) - r * (r + 1) / 2) / worst

    @property
    def atd(self) -> float:
        """Average time to discovery: mean rank of the relevant records over N, in 0 to 1."""
        return sum(self.ranks) / self.relevant / self.records if self.relevant else math.nan

    def recall(self, share: float) -> float:
        """Part of the relevant found within the first ``floor(share * N)`` records read."""
        return self.recall_at(math.floor(share * self.records + 1e-9))

    def recall_at(self, read: int) -> float:
        """Part of the relevant found within the first ``read`` records."""
        if not self.relevant:
            return math.nan
        return sum(rank <= read for rank in self.ranks) / self.relevant

    def wss(self, recall: float) -> float:
        """Work saved over sampling at a recall: ``recall - k/N``, k read when it is reached.

        (Cohen AM et al. J Am Med Inform Assoc 2006;13:206-219.)
        """
        if not self.relevant:
            return math.nan
        return recall - self.read_for(recall) / self.records

    def read_for(self, recall: float) -> int:
        """How many records are read when a recall is reached."""
        needed = math.ceil(recall * self.relevant - 1e-9)
        return self.ranks[needed - 1] if needed else 0

    def summary(self) -> dict[str, float | int]:
        """The figures the field prints."""
        return {
            "records": self.records,
            "relevant": self.relevant,
            "loss": self.loss,
            "atd": self.atd,
            **{f"recall_{share}": self.recall(share / 100) for share in (5, 10, 20, 50)},
            "wss_95": self.wss(0.95),
            "wss_100": self.wss(1.0),
        }


@dataclass(frozen=True)
class Simulation:
    """One replay: the priors, the order read after them, its curve, how often it learned."""

    priors: tuple[str, ...]
    order: tuple[str, ...]
    curve: Curve
    trainings: int


def draw_priors(
    labels: Mapping[str, bool], *, included: int, excluded: int, seed: int
) -> tuple[str, ...]:
    """Known records to begin with, drawn at random within each class, included first.

    Raises :class:`~sinteza.errors.SintezaError` if there are not as many.
    """
    generator = np.random.default_rng(seed)
    drawn: list[str] = []
    for wanted, count, word in ((True, included, "included"), (False, excluded, "excluded")):
        pool = sorted(name for name, label in labels.items() if label is wanted)
        if count > len(pool):
            raise SintezaError(
                f"{count} {word} priors are asked for, but only {len(pool)} records are {word}",
                hint=f"Ask for at most {len(pool)}.",
            )
        drawn += [pool[i] for i in generator.choice(len(pool), size=count, replace=False)]
    return tuple(drawn)


def simulate(
    records: Sequence[Record],
    labels: Mapping[str, bool],
    ranker: Ranker,
    *,
    priors: Sequence[str] = (),
    terms: Sequence[str] = (),
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Simulation:
    """Read the records in the ranker's order, revealing each label as it is read.

    The ranker learns at its schedule until the last relevant record is found; what is left then
    keeps the last order (no figure depends on it).
    Raises :class:`~sinteza.errors.SintezaError` without a relevant record, with a missing label,
    or when the priors are all there is to find.
    """
    check_labels(records, labels)
    verdicts: dict[str, Verdict] = {}
    for name in priors:
        verdicts[name] = "include" if labels[name] else "exclude"
    hidden = sum(labels[record.id] for record in records) - sum(labels[name] for name in priors)
    if not hidden:
        raise SintezaError(
            "Nothing is left to find: every included record is a prior",
            hint="Ask for fewer included priors.",
        )
    ranking = ranker.prepare(records, terms=terms, seed=seed)
    order: list[str] = []
    queue: list[str] = []
    trainings, trained = 0, -1
    while len(verdicts) < len(records):
        if (hidden and last_training(len(verdicts), ranker.growth) != trained) or not queue:
            trained = len(verdicts)
            queue = ranking.order(verdicts)[::-1]
            trainings += 1
            progress(len(verdicts), len(records))
        name = queue.pop()
        verdicts[name] = "include" if labels[name] else "exclude"
        hidden -= labels[name]
        order.append(name)
    found = Curve(found=tuple(labels[name] for name in order))
    return Simulation(priors=tuple(priors), order=tuple(order), curve=found, trainings=trainings)


def check_labels(records: Sequence[Record], labels: Mapping[str, bool]) -> None:
    """Refuse labels nothing can be learned from, saying why."""
    missing = [record.id for record in records if record.id not in labels]
    if missing:
        raise SintezaError(
            f"{len(missing)} of {len(records)} records have no label (first: {missing[0]})",
            hint="Give each record a label, or leave the unlabeled ones out.",
        )
    if not any(labels[record.id] for record in records):
        raise SintezaError(
            "No record is labeled as included: there is nothing to find",
            hint="Check the name of the label column and its values (1 is included, 0 excluded).",
        )
