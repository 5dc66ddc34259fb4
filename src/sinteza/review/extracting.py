"""The extractor's readings in a review's log, and a person's judgments on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from sinteza.errors import SintezaError
from sinteza.extraction.extractor import Extractor, Rules
from sinteza.extraction.study import study
from sinteza.model.decision import Actor
from sinteza.model.event import ExtractionRecorded, ExtractionVerified
from sinteza.model.study import ArmResult, Study
from sinteza.review.agreeing import judgments
from sinteza.store import projections

if TYPE_CHECKING:
    from sinteza.review.review import Review


@dataclass(frozen=True)
class Pending:
    """A value that a machine read and nobody has judged; ``quote`` is empty without the text."""

    study: Study
    result: ArmResult
    arm: str
    title: str
    quote: str


# readings that a killed process may lose
_AT_A_TIME = 200


def record_readings(review: Review, extractor: Extractor | None = None) -> int:
    """Read every entry that has an abstract or a body, by the rules unless told otherwise.

    Gives how many readings are new or changed. What was read before an extractor failed is kept.
    """
    extractor = Rules() if extractor is None else extractor
    actor = Actor(kind="model", name=extractor.name, version=extractor.version)
    held = {
        (reading.id, reading.read_by): reading
        for reading in projections.readings(review.store.connection)
    }
    drafts: list[tuple[str, ExtractionRecorded]] = []
    count = 0
    entries = review.entries
    try:
        for number, record in enumerate(entries.values(), 1):
            if record.abstract_text or record.body:
                found = study(extractor.read(record), record)
                if held.get((found.id, found.read_by)) != found:
                    drafts.append((found.id, ExtractionRecorded(study=found)))
                    count += 1
            if number % 200 == 0:
                review.progress("extract", number, len(entries))
            if len(drafts) >= _AT_A_TIME:
                review.store.append(actor, review.at, drafts)
                drafts = []
    finally:
        # an extractor that stops answering takes nothing of what it said with it
        if drafts:
            review.store.append(actor, review.at, drafts)
    return count


def pending(review: Review, *, second: str = "") -> list[Pending]:
    """Values that machines read and no person has judged, study by study.

    ``second`` is a person who verifies again what others have judged (double extraction): then all
    values that this person has not judged.
    """
    connection = review.store.connection
    if second:
        judged = set(judgments(review).get(second, {}))
    else:
        judged = {(item.study, item.result) for item in projections.verifications(connection)}
    by_report = {f"pmid:{r.pmid}" if r.pmid else r.id: r for r in review.entries.values()}
    found = []
    for reading in projections.readings(connection):
        arms = {arm.id: arm.intervention for arm in reading.arms}
        record = next((by_report[key] for key in reading.reports if key in by_report), None)
        for result in reading.results:
            if result.verified or (reading.id, result) in judged:
                continue
            place = result.quote
            text = record.passage(place.section) if record and place else ""
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
