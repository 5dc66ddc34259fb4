"""The extractor's readings in a review's log, and a person's judgments on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from sinteza.errors import SintezaError
from sinteza.extraction.read import NAME, VERSION, read
from sinteza.extraction.study import study
from sinteza.model.decision import Actor
from sinteza.model.event import ExtractionRecorded, ExtractionVerified
from sinteza.model.study import ArmResult, Study
from sinteza.store import projections
from sinteza.text.roles import load

if TYPE_CHECKING:
    from sinteza.review.review import Review

EXTRACTOR = Actor(kind="model", name=NAME, version=VERSION)


@dataclass(frozen=True)
class Pending:
    """A value that a machine read and nobody has judged; ``quote`` is empty without the text."""

    study: Study
    result: ArmResult
    arm: str
    title: str
    quote: str


def record_readings(review: Review) -> int:
    """Read every entry that has an abstract; gives how many readings are new or changed."""
    held = {
        (reading.id, reading.read_by): reading
        for reading in projections.readings(review.store.connection)
    }
    roles = load().predict
    drafts = []
    entries = review.entries
    for number, record in enumerate(entries.values(), 1):
        if record.abstract_text:
            found = study(read(record, roles), record)
            if held.get((found.id, found.read_by)) != found:
                drafts.append((found.id, ExtractionRecorded(study=found)))
        if number % 200 == 0:
            review.progress("extract", number, len(entries))
    if drafts:
        review.store.append(EXTRACTOR, review.at, drafts)
    return len(drafts)


def pending(review: Review) -> list[Pending]:
    """Values that machines read and no person has judged, study by study."""
    connection = review.store.connection
    judged = {(item.study, item.result) for item in projections.verifications(connection)}
    by_report = {f"pmid:{r.pmid}" if r.pmid else r.id: r for r in review.entries.values()}
    found = []
    for reading in projections.readings(connection):
        arms = {arm.id: arm.intervention for arm in reading.arms}
        record = next((by_report[key] for key in reading.reports if key in by_report), None)
        for result in reading.results:
            if result.verified or (reading.id, result) in judged:
                continue
            text = record.abstract_text if record else ""
            place = result.quote
            quote = text[place.start : place.end] if place and place.start is not None else ""
            title = record.title if record else ""
            found.append(Pending(reading, result, arms.get(result.arm, ""), title, quote))
    return found


def judge(
    review: Review,
    item: Pending,
    person: str,
    verdict: str,
    corrected: ArmResult | None = None,
) -> None:
    """Record a person's ``accept``, ``correct`` (with the right figures) or ``reject``."""
    if verdict not in ("accept", "correct", "reject"):
        raise SintezaError(
            f"'{verdict}' is no verdict", hint="A value is accepted, corrected or rejected."
        )
    if (verdict == "correct") != (corrected is not None):
        raise SintezaError("A correction needs the right figures, and only a correction has them")
    if corrected is not None:
        corrected = msgspec.structs.replace(corrected, verified=True, actor=f"person:{person}")
    payload = ExtractionVerified(
        study=item.study.id, result=item.result, verdict=verdict, corrected=corrected
    )
    actor = Actor(kind="person", name=person)
    review.store.append(actor, review.at, [(item.study.id, payload)])
