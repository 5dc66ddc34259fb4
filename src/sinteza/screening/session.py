"""One person's sitting: which record comes next, and what each decision changes.

A sitting holds no truth of its own: it is made from the events, writes each judgment through
``append`` before it goes on, and takes in what others wrote meanwhile with :meth:`Session.receive`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sinteza.model.decision import Actor, Decision, Stage, Verdict
from sinteza.model.event import Payload, ScreeningDecided
from sinteza.model.protocol import Criterion, ScreeningPlan
from sinteza.model.record import Record
from sinteza.screening import reviewing
from sinteza.screening.ranking import Ranker, Ranking, Term, last_training
from sinteza.screening.stopping import Certificate, certify, since_last


class Session:
    """Cards in the likeliest order for one person at one stage.

    ``records``: the best record of every entry, by cluster id; ``events``: the log so far;
    ``append``: writes one event and gives all that is new in the log, that one among it; ``home``:
    the entry a record is now a member of. The order is learned anew when the decisions have grown
    as the ranker wants it.
    """

    def __init__(
        self,
        records: Mapping[str, Record],
        events: Iterable[Payload],
        *,
        actor: Actor,
        stage: Stage,
        plan: ScreeningPlan,
        criteria: Sequence[Criterion],
        ranker: Ranker,
        append: Callable[[Payload], Iterable[Payload]],
        home: Mapping[str, str] | None = None,
        ruled_out: bool = False,
    ) -> None:
        self.records = records
        self.actor, self.stage, self.plan = actor, stage, plan
        self.criteria = tuple(criteria)
        self._append, self._ranker = append, ranker
        self._home, self._ruled_out = dict(home or {}), ruled_out
        self._log: list[Payload] = []
        self.state = reviewing.State()
        self._ranking: Ranking | None = None
        self._order: list[str] = []
        self._trained = -1
        self._first: str | None = None
        self.receive(events)

    def receive(self, events: Iterable[Payload]) -> None:
        """Take in events in the order of the log, one's own or others'."""
        for event in events:
            self._log.append(event)
            reviewing.apply(self.state, event, home=self._home)

    def current(self) -> str | None:
        """The cluster on the table, or ``None`` when nothing is left to decide."""
        queue = reviewing.queue(
            self.state,
            list(self.records),
            self.stage,
            self.actor,
            self.plan,
            ruled_out=self._ruled_out,
        )
        left = set(queue)
        if self._first in left:
            return self._first
        self._first = None
        if not left:
            return None
        self._learn(queue)
        return next((name for name in self._order if name in left), queue[0])

    def _learn(self, queue: Sequence[str]) -> None:
        known = reviewing.labels(self.state, self.stage, self.plan, viewer=self.actor)
        due = last_training(len(known), self._ranker.growth)
        if due == self._trained and set(queue) <= set(self._order):
            return
        if self._ranking is None:
            # whoever looks, whenever: the same records, so that the log alone makes the order
            rules = reviewing.State(machines=self.state.machines)
            asked = reviewing.queue(
                rules,
                list(self.records),
                "title_abstract",
                self.actor,
                self.plan,
                ruled_out=self._ruled_out,
            )
            asked += [name for name in (*queue, *known) if name in self.records]
            # the ranker knows records by id, the review by cluster
            import msgspec

            self._ranking = self._ranker.prepare(
                [msgspec.structs.replace(self.records[name], id=name) for name in sorted({*asked})],
                terms=self.plan.terms,
            )
        self._order = self._ranking.order(dict(list(known.items())[:due]))
        self._trained = due

    def explain(self, cluster: str) -> list[Term]:
        """Why a cluster stands where it does."""
        return self._ranking.explain(cluster) if self._ranking is not None else []

    def decide(self, verdict: Verdict, *, reason: str = "", note: str = "") -> Decision:
        """Decide on the current cluster.

        Raises :class:`~sinteza.errors.SintezaError` for a reason that is none of the protocol's,
        or for an exclusion at full text without one.
        """
        cluster = self.current()
        assert cluster is not None, "there is nothing to decide"
        decision = Decision(
            cluster=cluster,
            stage=self.stage,
            verdict=verdict,
            actor=self.actor,
            reason=reason if verdict == "exclude" else "",
            note=note,
        )
        reviewing.check(decision, self.criteria)
        event = ScreeningDecided(decision=decision)
        self.receive(self._append(event))
        return decision

    def undo(self) -> str | None:
        """Take back one's own latest decision and put its card on the table again."""
        event = reviewing.undo(self._log, self.actor, stage=self.stage)
        if event is None:
            return None
        self.receive(self._append(event))
        self._first = self._home.get(event.cluster, event.cluster)
        return self._first

    def progress(self) -> reviewing.Progress:
        """How far the screening is, as far as this person may know."""
        return reviewing.progress(
            self.state,
            list(self.records),
            self.stage,
            self.plan,
            viewer=self.actor,
            ruled_out=self._ruled_out,
        )

    def certificate(self) -> Certificate:
        """The certificate of the protocol's target as it stands."""
        found = self.progress()
        return certify(
            found.found,
            found.total,
            target=self.plan.target_recall,
            confidence=self.plan.confidence,
        )

    @property
    def since_last(self) -> int:
        """Records decided since the last inclusion."""
        return since_last(self.progress().found)
