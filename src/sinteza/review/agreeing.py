"""How far those who extract and verify the same reports agree, and where they do not.

Two comparisons. *People* who judged the same values of a reading: their verdicts and the figures
each leaves standing. *Readers* of the same study (persons or machines): design, which outcomes are
there, and the figures of the outcomes both have. Figures agree only where nothing printed differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from sinteza.errors import SintezaError
from sinteza.model.event import ExtractionVerified
from sinteza.model.study import ArmResult, Study
from sinteza.screening.agreement import Agreement, agreement
from sinteza.store import projections
from sinteza.synthesis.readings import reconcile, shown

if TYPE_CHECKING:
    from sinteza.review.review import Review

REJECTED = "-"


class Difference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing on which two or more differ: ``said`` is by person or reader."""

    what: str
    study: str
    subject: str
    said: dict[str, str]


class ExtractionAgreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agreement of double extraction; None where no two did the same.

    ``verdicts`` and ``figures`` are of people on the values of one reading; ``designs``,
    ``outcomes`` (is there a result of this code or not) and ``values`` of readers of one study. The
    percentage of figures and values is exact agreement, with Wilson's interval.
    """

    verdicts: Agreement | None = None
    figures: Agreement | None = None
    designs: Agreement | None = None
    outcomes: Agreement | None = None
    values: Agreement | None = None
    differences: tuple[Difference, ...] = ()


def judgments(review: Review) -> dict[str, dict[tuple[str, ArmResult], ExtractionVerified]]:
    """The last judgment of each person on each value."""
    found: dict[str, dict[tuple[str, ArmResult], ExtractionVerified]] = defaultdict(dict)
    for event in review.store.events(kinds=("extraction.verified",)):
        payload = event.payload
        if isinstance(payload, ExtractionVerified) and event.actor.kind == "person":
            found[event.actor.name][payload.study, payload.result] = payload
    return found


def extraction_agreement(review: Review) -> ExtractionAgreement:
    """Compare the people, then the readers, of a review."""
    people = judgments(review)
    names = sorted({key for given in people.values() for key in given}, key=_order)
    verdicts: dict[str, dict[str, str]] = {}
    figures: dict[str, dict[str, str]] = {}
    for person, given in people.items():
        verdicts[person] = {_cell(*key): item.verdict for key, item in given.items()}
        figures[person] = {_cell(*key): _left(item) for key, item in given.items()}
    told = {_cell(*key): key for key in names}
    differences = [
        Difference(what="figures", study=told[cell][0], subject=_subject(told[cell][1]), said=said)
        for cell, said in _differing(figures)
    ]
    readings = list(projections.readings(review.store.connection))
    designs: dict[str, dict[str, str]] = defaultdict(dict)
    codes: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for reading in readings:
        if reading.design != "unknown":
            designs[reading.read_by][_report(reading)] = reading.design
        codes[reading.read_by][_report(reading)] = {item.outcome for item in reading.results}
    known = sorted({code for held in codes.values() for found in held.values() for code in found})
    outcomes = {
        reader: {
            f"{report} {code}": "yes" if code in found else "no"
            for report, found in held.items()
            for code in known
        }
        for reader, held in codes.items()
    }
    values: dict[str, dict[str, str]] = defaultdict(dict)
    for study in reconcile(readings):
        for number, item in enumerate(study.comparisons):
            said = {item.first_reader: item.first, item.second_reader: item.second}
            for reader, value in said.items():
                # what agrees may be written differently
                values[reader][f"{item.study} {number}"] = item.first if item.agree else value
            if not item.agree:
                subject = " ".join(filter(None, (item.outcome, item.subset, item.arm)))
                differences.append(
                    Difference(what="values", study=item.study, subject=subject, said=said)
                )
    for report, said in _differing(designs):
        differences.append(Difference(what="design", study=report, subject="", said=said))
    return ExtractionAgreement(
        verdicts=_agreement(verdicts),
        figures=_agreement(figures),
        designs=_agreement(designs),
        outcomes=_agreement(outcomes),
        values=_agreement(values),
        differences=tuple(differences),
    )


def _cell(study: str, result: ArmResult) -> str:
    place = result.quote
    where = f"{place.document} {place.start}" if place else ""
    return " ".join((study, result.outcome, result.arm, result.subset, shown(result), where))


def _order(key: tuple[str, ArmResult]) -> tuple[str, str, str]:
    return key[0], key[1].outcome, key[1].arm


def _subject(result: ArmResult) -> str:
    return " ".join(filter(None, (result.outcome, result.subset, result.arm)))


def _left(item: ExtractionVerified) -> str:
    """The figures that a judgment leaves standing."""
    if item.verdict == "reject":
        return REJECTED
    return shown(item.corrected or item.result)


def _report(reading: Study) -> str:
    return reading.reports[0] if reading.reports else reading.id


def _differing(said: Mapping[str, Mapping[str, str]]) -> list[tuple[str, dict[str, str]]]:
    cells = sorted({cell for given in said.values() for cell in given})
    found = []
    for cell in cells:
        here = {name: given[cell] for name, given in sorted(said.items()) if cell in given}
        if len(set(here.values())) > 1:
            found.append((cell, here))
    return found


def _agreement(said: Mapping[str, Mapping[str, str]]) -> Agreement | None:
    categories = sorted({value for given in said.values() for value in given.values()})
    if len(said) < 2 or not categories:
        return None
    # with one category everybody agrees and kappa is not defined; the rest stays as it is
    padded = categories if len(categories) > 1 else [*categories, ""]
    try:
        return agreement(said, categories=padded)
    except SintezaError:
        return None  # nothing was done twice
