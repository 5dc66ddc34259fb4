"""Which studies enter an analysis, with which numbers; what stays out, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec import Struct

from sinteza.model.effect import Omitted
from sinteza.model.protocol import Analysis, Outcome
from sinteza.model.study import Arm, ArmResult, Study


class Counts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events and totals of one arm, its dose arms added up.

    ``concept`` names the treatment, ``group`` the group of the analysis it belongs to, if any.
    """

    concept: str
    group: str
    label: str
    arms: tuple[str, ...]
    events: int
    total: int
    derived: bool
    verified: bool


class Comparison(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A study ready to be pooled: every treatment against one comparator.

    A study with treatments of several groups enters each of them; treatments of no group enter a
    network only.
    """

    study: str
    label: str
    year: int | None
    control: str
    treated: tuple[Counts, ...]
    comparator: Counts
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the analysis that its treatments belong to."""
        return tuple(dict.fromkeys(side.group for side in self.treated if side.group))


class Selection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What enters an analysis, and what does not with its reason."""

    comparisons: tuple[Comparison, ...]
    omitted: tuple[Omitted, ...]


class _Out(Exception):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def select(
    studies: Iterable[Study],
    analysis: Analysis,
    outcome: Outcome,
    *,
    included: Collection[str],
    ancestors: Callable[[str], Sequence[str]],
    verified_only: bool = True,
) -> Selection:
    """Choose the studies of an analysis and add up their dose arms.

    ``included`` are the ids of studies whose report the review includes; ``ancestors`` gives the
    concepts above a concept. Of studies with the same participants the one with more people
    enters. Codes of omission: not_included, design, therapy, control, outcome, counts, impossible,
    unverified, overlap.
    """
    found: list[Comparison] = []
    omitted: list[Omitted] = []
    overlaps: dict[str, tuple[str, ...]] = {}
    for study in sorted(studies, key=lambda s: s.id):
        overlaps[study.id] = study.overlaps
        try:
            if study.id not in included:
                raise _Out("not_included")
            found.append(_comparison(study, analysis, outcome, ancestors, verified_only))
        except _Out as out:
            omitted.append(
                Omitted(study=study.id, label=study.label, code=out.code, detail=out.detail)
            )
    kept, doubled = _without_overlaps(found, overlaps)
    return Selection(
        comparisons=tuple(kept),
        omitted=tuple(sorted([*omitted, *doubled], key=lambda o: o.study)),
    )


def _comparison(
    study: Study,
    analysis: Analysis,
    outcome: Outcome,
    ancestors: Callable[[str], Sequence[str]],
    verified_only: bool,
) -> Comparison:
    if study.design not in analysis.designs:
        raise _Out("design", study.design)
    comparators = [arm for arm in study.arms if arm.role == "comparator"]
    if len(comparators) != 1:
        raise _Out("control", "none" if not comparators else f"{len(comparators)} comparators")
    comparator = comparators[0]
    if analysis.controls and comparator.control not in analysis.controls:
        raise _Out("control", comparator.control or "active")
    treated = [arm for arm in study.arms if arm.role == "intervention"]
    if not treated:
        raise _Out("therapy", "no arm of one treatment")
    concepts = list(dict.fromkeys(arm.concept or study.therapy for arm in treated))
    group_of = {concept: _group(concept, analysis.groups, ancestors) for concept in concepts}
    if not any(group_of.values()):
        raise _Out("therapy", concepts[0])
    results = {r.arm: r for r in _results(study, outcome, verified_only)}
    if not results:
        raise _Out("outcome")
    notes = sorted({r.subset for r in results.values() if r.subset})
    control = _add([comparator], results, study, verified_only)
    sides = tuple(
        _add(
            [arm for arm in treated if (arm.concept or study.therapy) == concept],
            results,
            study,
            verified_only,
            concept=concept,
            group=group_of[concept],
        )
        for concept in concepts
    )
    return Comparison(
        study=study.id,
        label=study.label,
        year=study.year,
        control=comparator.control,
        treated=sides,
        comparator=control,
        notes=tuple(notes),
    )


def _group(concept: str, groups: Sequence[str], ancestors: Callable[[str], Sequence[str]]) -> str:
    above = {concept, *ancestors(concept)} if concept else set()
    return next((group for group in groups if group in above), "")


def _results(study: Study, outcome: Outcome, verified_only: bool) -> list[ArmResult]:
    """The results of an outcome for one subset: that of everybody, else the only other one.

    What a person verified stands before what only a machine read.
    """
    all_of_it = [r for r in study.results if r.outcome in outcome.codes]
    verified = [r for r in all_of_it if r.verified]
    if verified:
        all_of_it = verified
    elif verified_only and all_of_it:
        raise _Out("unverified", all_of_it[0].actor)
    everybody = [r for r in all_of_it if not r.subset]
    if everybody:
        return everybody
    subsets = {r.subset for r in all_of_it}
    if len(subsets) > 1:
        raise _Out("outcome", f"only for subsets: {', '.join(sorted(subsets))}")
    return all_of_it


def _add(
    arms: Sequence[Arm],
    results: dict[str, ArmResult],
    study: Study,
    verified_only: bool,
    *,
    concept: str = "",
    group: str = "",
) -> Counts:
    events = total = 0
    derived = verified = False
    for arm in arms:
        result = results.get(arm.id)
        n = result and (result.total or arm.n_analyzed or arm.n_randomized)
        if result is None or result.events is None or not n:
            raise _Out("counts", arm.intervention)
        if result.events > n:
            raise _Out("impossible", f"{arm.intervention}: {result.events} of {n}")
        if verified_only and not result.verified:
            raise _Out("unverified", result.actor)
        events += result.events
        total += n
        derived = derived or bool(result.derived)
        verified = verified or result.verified
    return Counts(
        concept=concept,
        group=group,
        label=" + ".join(arm.intervention for arm in arms),
        arms=tuple(arm.id for arm in arms),
        events=events,
        total=total,
        derived=derived,
        verified=verified,
    )


def _without_overlaps(
    found: list[Comparison], overlaps: dict[str, tuple[str, ...]]
) -> tuple[list[Comparison], list[Omitted]]:
    """Of studies with the same participants only the one with most people stays."""

    def people(comparison: Comparison) -> int:
        return sum(side.total for side in comparison.treated) + comparison.comparator.total

    kept: list[Comparison] = []
    doubled: list[Omitted] = []
    for comparison in sorted(found, key=lambda c: (-people(c), c.study)):
        # one of the two saying so is enough
        same = [
            k
            for k in kept
            if k.study in overlaps[comparison.study] or comparison.study in overlaps[k.study]
        ]
        if same:
            doubled.append(
                Omitted(
                    study=comparison.study,
                    label=comparison.label,
                    code="overlap",
                    detail=same[0].study,
                )
            )
        else:
            kept.append(comparison)
    return sorted(kept, key=lambda c: (c.groups, c.year or 0, c.study)), doubled
