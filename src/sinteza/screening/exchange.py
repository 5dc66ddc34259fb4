"""Decisions out to other tools and back in: which entry a returning record is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from sinteza.formats import decisions
from sinteza.model.decision import Actor, Decision, Stage, Verdict
from sinteza.model.protocol import Criterion
from sinteza.model.record import Record
from sinteza.screening.reviewing import State
from sinteza.text.normalize import fold


@dataclass(frozen=True)
class Returned:
    """What came back: decisions to record, and the records they could not be matched for.

    ``unmatched`` are no entry of the review; ``undecided`` carry no decision; ``contradicting``
    are clusters that the file decides in two ways, left out.
    """

    decisions: tuple[Decision, ...]
    unmatched: tuple[str, ...]
    undecided: int
    contradicting: tuple[str, ...]


def outgoing(
    entries: Mapping[str, Record],
    verdicts: Mapping[str, Verdict],
    notes: Mapping[str, Decision],
) -> list[Record]:
    """The records with their verdict, reason and note in the fields that tools read."""
    found = []
    for cluster, record in sorted(entries.items()):
        verdict, said = verdicts.get(cluster), notes.get(cluster)
        found.append(
            decisions.decided(
                record, verdict, said.reason if said else "", said.note if said else ""
            )
            if verdict
            else record
        )
    return found


def incoming(
    records: Iterable[Record],
    entries: Mapping[str, Record],
    *,
    actor: Actor,
    stage: Stage,
    state: State,
    criteria: Iterable[Criterion] = (),
    home: Mapping[str, str] | None = None,
) -> Returned:
    """The decisions that a file brings for the entries of the review.

    A record is known by its id, PubMed number, DOI or title with year, in that order. What the
    person decided in just that way before is not decided again. A reason that is no criterion of
    the protocol goes into the note.
    """
    by_id: dict[str, str] = {**(home or {}), **{name: name for name in entries}}
    keys: dict[tuple[str, str], str] = {}
    for cluster, record in entries.items():
        by_id.setdefault(record.id, cluster)
        for key in _keys(record):
            keys.setdefault(key, cluster)
    known = {criterion.id for criterion in criteria}
    found: dict[str, Decision] = {}
    unmatched: list[str] = []
    contradicting: dict[str, None] = {}
    undecided = 0
    for record in records:
        verdict, reason, note = decisions.of(record)
        if not verdict:
            undecided += 1
            continue
        cluster = by_id.get(record.id) or next(
            (keys[key] for key in _keys(record) if key in keys), ""
        )
        if not cluster:
            unmatched.append(record.title or record.id)
            continue
        decision = Decision(
            cluster=cluster,
            stage=stage,
            verdict=cast(Verdict, verdict),
            actor=actor,
            reason=reason if verdict == "exclude" and reason in known else "",
            note="; ".join(text for text in (reason if reason not in known else "", note) if text),
        )
        if cluster in found and found[cluster].verdict != decision.verdict:
            contradicting[cluster] = None
        found.setdefault(cluster, decision)
    fresh = []
    for cluster, decision in found.items():
        held = state.people.get((cluster, stage), {}).get(actor.key)
        same = held is not None and held.verdict == decision.verdict
        if cluster not in contradicting and not same:
            fresh.append(decision)
    return Returned(
        decisions=tuple(fresh),
        unmatched=tuple(unmatched),
        undecided=undecided,
        contradicting=tuple(contradicting),
    )


def _keys(record: Record) -> list[tuple[str, str]]:
    found = [("pmid", record.pmid), ("doi", record.doi)]
    title = "".join(letter for letter in fold(record.title) if letter.isalnum())
    # a short title names too many records
    if len(title) >= 20 and record.year:
        found.append(("title", f"{title} {record.year}"))
    return [(kind, value) for kind, value in found if value]
