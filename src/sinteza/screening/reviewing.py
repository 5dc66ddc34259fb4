"""Several people on one screening: what they decided, what each may see, what is in conflict.

Everything follows from the events in their order (:func:`replay`); nothing here is kept elsewhere.
A person's decision replaces only that person's earlier one; taking it back leaves the others' as
they are. Decisions of rules and models stand beside those of people and settle nothing for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sinteza.errors import SintezaError
from sinteza.model.decision import Actor, Decision, Stage, Verdict
from sinteza.model.event import (
    Payload,
    ScreeningDecided,
    ScreeningResolved,
    ScreeningWithdrawn,
)
from sinteza.model.protocol import Criterion, ScreeningPlan
from sinteza.screening.agreement import Agreement, agreement, pairwise

Standing = Literal["undecided", "waiting", "agreed", "conflict", "resolved"]
Place = tuple[str, Stage]


@dataclass
class State:
    """The decisions in force.

    ``people`` and ``machines``: by (cluster, stage), each actor's decision, in the order in which
    they were made; ``resolutions``: how conflicts were settled.
    """

    people: dict[Place, dict[str, Decision]] = field(default_factory=dict)
    machines: dict[Place, dict[str, Decision]] = field(default_factory=dict)
    resolutions: dict[Place, Decision] = field(default_factory=dict)


def replay(events: Iterable[Payload], *, home: Mapping[str, str] | None = None) -> State:
    """The state after the events; others than those of screening are passed over.

    ``home`` gives the cluster that a record, or an earlier cluster, is now a member of.
    """
    state = State()
    for event in events:
        apply(state, event, home=home)
    return state


def apply(state: State, event: Payload, *, home: Mapping[str, str] | None = None) -> None:
    """Change a state as one event says."""
    now = home or {}
    if isinstance(event, ScreeningDecided):
        decision = event.decision
        place: Place = (now.get(decision.cluster, decision.cluster), decision.stage)
        side = state.people if decision.actor.kind == "person" else state.machines
        given = side.setdefault(place, {})
        given.pop(decision.actor.key, None)
        given[decision.actor.key] = decision
    elif isinstance(event, ScreeningWithdrawn):
        place = (now.get(event.cluster, event.cluster), event.stage)
        side = state.people if event.actor.kind == "person" else state.machines
        given = side.get(place, {})
        given.pop(event.actor.key, None)
        if not given:
            side.pop(place, None)
    elif isinstance(event, ScreeningResolved):
        decision = event.decision
        place = (now.get(decision.cluster, decision.cluster), decision.stage)
        state.resolutions[place] = decision


def standing(state: State, cluster: str, stage: Stage, plan: ScreeningPlan) -> Standing:
    """Where a cluster stands among the people: ``plan.reviewers`` must decide."""
    place: Place = (cluster, stage)
    if place in state.resolutions:
        return "resolved"
    given = state.people.get(place, {})
    if not given:
        return "undecided"
    if len({decision.verdict for decision in given.values()}) > 1:
        return "conflict" if len(given) >= plan.reviewers else "waiting"
    return "agreed" if len(given) >= plan.reviewers else "waiting"


def settled(state: State, cluster: str, stage: Stage, plan: ScreeningPlan) -> Verdict | None:
    """The verdict the people came to, or ``None`` while they have not."""
    found = standing(state, cluster, stage, plan)
    if found == "resolved":
        return state.resolutions[cluster, stage].verdict
    if found == "agreed":
        return next(iter(state.people[cluster, stage].values())).verdict
    return None


def visible(
    state: State, cluster: str, stage: Stage, viewer: Actor, plan: ScreeningPlan
) -> list[Decision]:
    """The decisions that a person may see of a cluster.

    Blind: one's own, until as many as must have decided; then all, since nobody can be led anymore.
    """
    given = state.people.get((cluster, stage), {})
    if plan.blind and standing(state, cluster, stage, plan) in ("undecided", "waiting"):
        return [decision for key, decision in given.items() if key == viewer.key]
    return list(given.values())


def conflicts(state: State, stage: Stage, plan: ScreeningPlan) -> list[list[Decision]]:
    """The decisions of each cluster in conflict, by cluster."""
    return [
        list(given.values())
        for (cluster, at), given in sorted(state.people.items())
        if at == stage and standing(state, cluster, at, plan) == "conflict"
    ]


def consensus(reviewers: Iterable[Actor]) -> Actor:
    """The actor of a resolution that the reviewers found together."""
    return Actor(kind="person", name=" + ".join(sorted(actor.name for actor in reviewers)))


def resolve(state: State, decision: Decision, plan: ScreeningPlan) -> ScreeningResolved:
    """The event that settles a conflict, by somebody else or by all its reviewers together.

    Raises :class:`~sinteza.errors.SintezaError` if there is no conflict, or if one of its
    reviewers would settle it alone.
    """
    place: Place = (decision.cluster, decision.stage)
    if standing(state, decision.cluster, decision.stage, plan) not in ("conflict", "resolved"):
        raise SintezaError(
            f"There is no conflict on {decision.cluster} at {decision.stage}",
            hint="A conflict is there once all reviewers have decided and differ.",
        )
    given = state.people.get(place, {})
    if decision.actor.key in given:
        others = consensus(one.actor for one in given.values()).name
        raise SintezaError(
            f"{decision.actor.name} is one of those who differ",
            where=decision.cluster,
            hint=f"Let a third person settle it, or settle it together as '{others}'.",
        )
    return ScreeningResolved(decision=decision)


def check(decision: Decision, criteria: Sequence[Criterion]) -> None:
    """Refuse a decision that the protocol does not allow.

    An exclusion at full text needs a reason; a reason is the id of one of the criteria.
    Raises :class:`~sinteza.errors.SintezaError`.
    """
    known = [criterion.id for criterion in criteria]
    if decision.reason and known and decision.reason not in known:
        raise SintezaError(
            f"'{decision.reason}' is no criterion of the protocol",
            where=decision.cluster,
            hint=f"Criteria: {', '.join(known)}.",
        )
    if decision.verdict == "exclude" and decision.stage == "full_text" and not decision.reason:
        raise SintezaError(
            "An exclusion at full text needs a reason",
            where=decision.cluster,
            hint=f"Criteria: {', '.join(known)}." if known else None,
        )


def undo(
    events: Iterable[Payload], actor: Actor, *, stage: Stage | None = None
) -> ScreeningWithdrawn | None:
    """The event that takes back a person's latest decision still in force, to undecided.

    Asked again after it is applied, it takes back the one before, and so on; ``None`` when none
    is left. Nobody else's decision is touched.
    """
    mine: dict[Place, Decision] = {}
    for event in events:
        if isinstance(event, ScreeningDecided) and event.decision.actor.key == actor.key:
            place: Place = (event.decision.cluster, event.decision.stage)
            mine.pop(place, None)
            mine[place] = event.decision
        elif isinstance(event, ScreeningWithdrawn) and event.actor.key == actor.key:
            mine.pop((event.cluster, event.stage), None)
    for cluster, at in reversed(mine):
        if stage in (None, at):
            return ScreeningWithdrawn(cluster=cluster, stage=at, actor=actor)
    return None


def queue(
    state: State,
    clusters: Sequence[str],
    stage: Stage,
    viewer: Actor,
    plan: ScreeningPlan,
    *,
    ruled_out: bool = False,
) -> list[str]:
    """The clusters that a person has still to decide on, in the order given.

    Left out: what that person decided, what enough others did, what a rule or model excluded
    (unless ``ruled_out``) and, at full text, what title and abstract did not let through.
    """
    open_: list[str] = []
    for cluster in clusters:
        place: Place = (cluster, stage)
        given = state.people.get(place, {})
        if place in state.resolutions or viewer.key in given or len(given) >= plan.reviewers:
            continue
        machines = state.machines.get(place, {}).values()
        if not ruled_out and any(decision.verdict == "exclude" for decision in machines):
            continue
        if stage == "full_text" and not _passed(state, cluster, plan):
            continue
        open_.append(cluster)
    return open_


def _passed(state: State, cluster: str, plan: ScreeningPlan) -> bool:
    """True if title and abstract let a cluster through: people first, else the machines."""
    verdict = settled(state, cluster, "title_abstract", plan)
    if verdict is None and (cluster, "title_abstract") not in state.people:
        machines = state.machines.get((cluster, "title_abstract"), {}).values()
        return any(decision.verdict != "exclude" for decision in machines)
    return verdict in ("include", "maybe")


def labels(
    state: State, stage: Stage, plan: ScreeningPlan, *, viewer: Actor | None = None
) -> dict[str, Verdict]:
    """What a ranking learns from, in the order in which the clusters were first decided.

    The settled verdict, else the only one there is, else ``maybe``. For a blind ``viewer`` the
    unsettled decisions of others are left out, so that the order does not give them away.
    """
    found: dict[str, Verdict] = {}
    for (cluster, at), given in state.people.items():
        if at != stage:
            continue
        verdict = settled(state, cluster, at, plan)
        if verdict is None:
            shown = list(given.values())
            if viewer is not None:
                shown = visible(state, cluster, at, viewer, plan)
            said = {decision.verdict for decision in shown}
            verdict = said.pop() if len(said) == 1 else "maybe" if said else None
        if verdict is not None:
            found[cluster] = verdict
    return found


@dataclass(frozen=True)
class Progress:
    """How far a screening is: ``found`` in the order read (maybe counts as found)."""

    total: int
    found: tuple[bool, ...]

    @property
    def screened(self) -> int:
        """Clusters decided."""
        return len(self.found)

    @property
    def included(self) -> int:
        """Included, or not yet ruled out."""
        return sum(self.found)


def progress(
    state: State,
    clusters: Sequence[str],
    stage: Stage,
    plan: ScreeningPlan,
    *,
    viewer: Actor | None = None,
    ruled_out: bool = False,
) -> Progress:
    """Progress over the clusters that people are to decide on; input of the certificate.

    With a ``viewer``, what that person knows of, and what is left for that person.
    """
    decided = labels(state, stage, plan, viewer=viewer)
    wanted = set(clusters)
    who = viewer or Actor(kind="person", name="")
    left = queue(state, clusters, stage, who, plan, ruled_out=ruled_out)
    waiting = [cluster for cluster in left if cluster not in decided]
    read = [verdict != "exclude" for cluster, verdict in decided.items() if cluster in wanted]
    return Progress(total=len(read) + len(waiting), found=tuple(read))


def agreements(state: State, stage: Stage) -> tuple[Agreement | None, list[Agreement]]:
    """Agreement of all people at a stage, and of each pair; ``None`` while nothing is shared."""
    given: dict[str, dict[str, str]] = {}
    for (cluster, at), decisions in state.people.items():
        if at == stage and len(decisions) > 1:
            for decision in decisions.values():
                given.setdefault(decision.actor.name, {})[cluster] = decision.verdict
    if len(given) < 2:
        return None, []
    return agreement(given), pairwise(given)
