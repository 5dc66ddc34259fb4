"""Several readings of one study as one, compared and never doubled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from sinteza.model.event import ExtractionVerified
from sinteza.model.study import Arm, ArmResult, Reading, Study, ValueComparison

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def reconcile(readings: Iterable[Study]) -> list[Reading]:
    """Put together the readings of each study, sorted by study id.

    The first reading (hand before machine, then by reader's name) gives the arms; values it lacks
    are filled from the others where their arms can be matched. Comparators match comparators; of
    several active arms those match whose names hold the same doses.
    """
    by_study: dict[str, list[Study]] = {}
    for reading in readings:
        by_study.setdefault(reading.id, []).append(reading)
    return [_reconcile(by_study[name]) for name in sorted(by_study)]


def judged(readings: Iterable[Study], verifications: Iterable[ExtractionVerified]) -> list[Study]:
    """The readings after people's judgments: accepted, corrected, or left out where rejected."""
    said: dict[tuple[str, ArmResult], ExtractionVerified] = {
        (item.study, item.result): item for item in verifications
    }
    found = []
    for reading in readings:
        results = []
        for result in reading.results:
            item = said.get((reading.id, result))
            if item is None:
                results.append(result)
            elif item.corrected is not None:
                results.append(item.corrected)
            elif item.verdict == "accept":
                results.append(msgspec.structs.replace(result, verified=True))
        found.append(msgspec.structs.replace(reading, results=tuple(results)))
    return found


def _standing(reading: Study) -> tuple[bool, bool, bool, str]:
    """People before machines, the built-in extractor before plugged-in ones."""
    plugged = not reading.read_by.startswith("sinteza-")
    return reading.by_machine, not reading.label, plugged, reading.read_by


def _reconcile(readings: list[Study]) -> Reading:
    ordered = sorted(readings, key=_standing)
    first, others = ordered[0], ordered[1:]
    results = list(first.results)
    comparisons: list[ValueComparison] = []
    for other in others:
        arms = match_arms(first.arms, other.arms)
        for result in other.results:
            arm = arms.get(result.arm)
            if arm is None:
                continue
            mine = [r for r in results if r.arm == arm and r.outcome == result.outcome]
            same = [r for r in mine if r.subset == result.subset] or mine
            if not same:
                results.append(msgspec.structs.replace(result, arm=arm))
            elif len(same) == 1:
                compared = _compare(first, other, arm, same[0], result)
                if not compared.agree and _one_of_several(first, other, arms, same[0], result):
                    continue
                # another subset or period is another quantity, not a disagreement
                if compared.agree or same[0].subset == result.subset:
                    comparisons.append(compared)
                # a machine's count never takes the place of what a person read
                if same[0].events is None and result.events is not None and result.verified:
                    counted = msgspec.structs.replace(result, arm=arm)
                    if same[0].subset == result.subset:
                        results[results.index(same[0])] = counted
                    else:
                        results.append(counted)
    study = msgspec.structs.replace(
        first,
        results=tuple(results),
        **{
            field: next((value for r in ordered if (value := getattr(r, field))), "")
            for field in (
                "label",
                "therapy",
                "population",
                "drug_resistant",
                "age_group",
                "blinding",
            )
        },
    )
    return Reading(study=study, readings=tuple(ordered), comparisons=tuple(comparisons))


def _one_of_several(
    first: Study, other: Study, arms: dict[str, str], mine: ArmResult, theirs: ArmResult
) -> bool:
    """True if the other reader gives several values here, and another of them answers to mine."""
    several = [
        r
        for r in other.results
        if arms.get(r.arm) == mine.arm and (r.outcome, r.subset) == (theirs.outcome, theirs.subset)
    ]
    agreeing = [r for r in several if _compare(first, other, mine.arm, mine, r).agree]
    return (agreeing or several)[0] is not theirs


def match_arms(mine: Sequence[Arm], theirs: Sequence[Arm]) -> dict[str, str]:
    """Their arms that are one of mine: their id to my id."""
    matched: dict[str, str] = {}
    for is_comparator in (True, False):
        left = [a for a in mine if (a.role == "comparator") == is_comparator]
        right = [
            a for a in theirs if (a.role == "comparator") == is_comparator and a.role != "pooled"
        ]
        if len(left) == len(right) == 1:
            matched[right[0].id] = left[0].id
            continue
        for arm in right:
            same = [a for a in left if _doses(a) == _doses(arm) and _doses(arm)]
            if len(same) == 1:
                matched[arm.id] = same[0].id
    return matched


def _doses(arm: Arm) -> frozenset[str]:
    text = f"{arm.intervention} {arm.dose}"
    return frozenset(f"{float(number):g}" for number in _NUMBER.findall(text))


def shown(result: ArmResult) -> str:
    """A value as one would write it down: ``57/113 (50.4%)``."""
    parts = []
    if result.events is not None and not result.derived:
        parts.append(f"{result.events}/{result.total}" if result.total else f"{result.events}")
    if result.percent is not None:
        parts.append(f"{result.percent:g}%")
    if result.mean is not None:
        parts.append(f"{result.mean:g}")
    return ", ".join(parts)


def _compare(
    first: Study, second: Study, arm: str, mine: ArmResult, theirs: ArmResult
) -> ValueComparison:
    agree = True
    for field in ("events", "percent", "mean"):
        a, b = getattr(mine, field), getattr(theirs, field)
        printed = not (field == "events" and (mine.derived or theirs.derived))
        if printed and a is not None and b is not None and abs(a - b) > 0.05:
            agree = False
    return ValueComparison(
        study=first.id,
        outcome=mine.outcome,
        subset=theirs.subset,
        arm=arm,
        first=shown(mine),
        second=shown(theirs),
        first_reader=first.read_by,
        second_reader=second.read_by,
        agree=agree,
    )
