"""The studies of a review: what people and machines read of each, as the analyses use it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from sinteza.classification.match import Matcher
from sinteza.model.record import Record
from sinteza.model.study import Reading, Sharing, Study
from sinteza.review.overlapping import sharings, with_overlaps
from sinteza.store import projections
from sinteza.synthesis.readings import judged, reconcile

if TYPE_CHECKING:
    from sinteza.review.review import Review


def gather(review: Review) -> tuple[list[Reading], list[Sharing]]:
    """The readings put together, and the pairs of studies that tell of the same people or may.

    A study without a label is called by its report.
    """
    names = {study: entry for entry, studies in review.studies_of.items() for study in studies}
    found = []
    connection = review.store.connection
    readings = judged(projections.readings(connection), projections.verifications(connection))
    concept_of = _therapy_names(review)
    for reading in reconcile(readings):
        study = named_arms(reading.study, concept_of)
        if not any(r.label for r in reading.readings if not r.by_machine):
            entry = names.get(study.id)
            label = short_label(review.entries[entry]) if entry else study.id
            study = msgspec.structs.replace(study, label=label)
        found.append(msgspec.structs.replace(reading, study=study))
    shared = sharings(review, found)
    return with_overlaps(found, shared), shared


def _therapy_names(review: Review) -> Callable[[str], str]:
    """What concept an arm's name means: the most specific therapy that the matcher finds in it."""
    taxonomy = review.loaded.taxonomy
    matcher = Matcher(taxonomy)

    @functools.cache
    def concept_of(name: str) -> str:
        record = Record(id="arm", source="arm", source_id="arm", title=name)
        found = {
            item.concept
            for item in matcher.match(record)
            if taxonomy[item.concept].kind == "therapy"
        }
        return max(sorted(found), key=lambda c: len(taxonomy.ancestors(c)), default="")

    return concept_of


def named_arms(study: Study, concept_of: Callable[[str], str]) -> Study:
    """The study with a concept for each arm that got a treatment; its therapy is the first one."""
    if not study.by_machine:
        return study
    arms = tuple(
        msgspec.structs.replace(arm, concept=concept_of(arm.intervention))
        if arm.role == "intervention" and not arm.concept
        else arm
        for arm in study.arms
    )
    therapy = study.therapy or next((arm.concept for arm in arms if arm.concept), "")
    return msgspec.structs.replace(study, arms=arms, therapy=therapy)


def short_label(record: Record) -> str:
    """How a report is called in a table: ``Ben-Menachem 2010``."""
    who = record.authors[0].last or record.authors[0].collective if record.authors else record.title
    return f"{who} {record.year}" if record.year else who
