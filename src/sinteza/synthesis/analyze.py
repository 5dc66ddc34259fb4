"""Planned analyses: effects of studies, their pooling by group, and the same by other methods."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from typing import Any

from sinteza.errors import SynthesisError
from sinteza.model.effect import (
    AnalysisResult,
    Asymmetry,
    EffectEstimate,
    Group,
    GroupTest,
    Omitted,
    PooledEffect,
    Specifications,
    Specified,
    Without,
)
from sinteza.model.protocol import Analysis
from sinteza.synthesis.select import Comparison, Selection

# The ways that a reader may ask for beside the planned one: measure (none: the planned), method of
# tau2 or of pooling, test.
ALTERNATIVES = (
    ("", "FE", "z"),
    ("", "DL", "z"),
    ("", "REML", "z"),
    ("", "REML", "knha"),
    ("", "MH", "z"),
    ("OR", "REML", "adhoc"),
    ("OR", "PETO", "z"),
)


def analyze(selection: Selection, analysis: Analysis) -> AnalysisResult:
    """Pool the chosen studies group by group, as the protocol plans.

    Several treatments of one study are added up within a group, against its one comparator, so
    that nobody is counted twice (Cochrane Handbook, version 6.5, section 23.3.4).
    """
    groups: dict[str, list[Comparison]] = {name: [] for name in analysis.groups}
    for comparison in selection.comparisons:
        for name in comparison.groups:
            groups.setdefault(name, []).append(comparison)
    done: list[Group] = []
    omitted = list(selection.omitted)
    for name, members in groups.items():
        rows = []
        for member in members:
            row = effect_of(member, analysis.measure, group=name)
            if row is None:
                omitted.append(Omitted(study=member.study, label=member.label, code="double_zero"))
            else:
                rows.append(row)
        if rows:
            done.append(_group(name, rows, analysis))
    return AnalysisResult(
        id=analysis.id,
        groups=tuple(done),
        omitted=tuple(sorted(omitted, key=lambda item: item.study)),
        between=between(done),
    )


def between(groups: Sequence[Group]) -> GroupTest | None:
    """Test whether the groups differ (Borenstein et al. 2009, chapter 19); ``None`` for one."""
    from sinteza.stats import subgroups

    rows = [effect for group in groups for effect in group.effects]
    if len(groups) < 2 or len(rows) < 3:
        return None
    measure = rows[0].measure
    logs = [math.log(r.estimate) if measure in ("RR", "OR") else r.estimate for r in rows]
    names = [group.concept for group in groups for _ in group.effects]
    with contextlib.suppress(SynthesisError):
        found = subgroups(logs, [row.se**2 for row in rows], names, test="z")
        return GroupTest(q=found.q, df=found.q_df, p=found.p)
    return None


def effect_of(comparison: Comparison, measure: str, *, group: str) -> EffectEstimate | None:
    """The effect of a study's treatments of one group.

    ``None`` where nobody, or everybody, had the event in both arms.
    """
    from sinteza.stats import effect_sizes

    treated = [side for side in comparison.treated if side.group == group]
    events = sum(side.events for side in treated)
    total = sum(side.total for side in treated)
    control = comparison.comparator
    # RevMan's and metafor's default: 0.5 is added only where a cell is empty.
    sizes = effect_sizes(
        measure,
        ai=[events],
        n1i=[total],
        ci=[control.events],
        n2i=[control.total],
        add=0.5,
        to="only0",
        drop00=measure != "RD",
    )
    yi, vi = float(sizes.yi[0]), float(sizes.vi[0])
    if math.isnan(yi):
        return None
    half = 1.959963984540054 * math.sqrt(vi)
    back = _scale(measure)
    return EffectEstimate(
        study=comparison.study,
        label=comparison.label,
        group=group,
        intervention=" + ".join(side.label for side in treated),
        comparator=control.label,
        measure=measure,
        estimate=back(yi),
        se=math.sqrt(vi),
        ci_low=back(yi - half),
        ci_high=back(yi + half),
        events_1=events,
        total_1=total,
        events_2=control.events,
        total_2=control.total,
        derived=control.derived or any(side.derived for side in treated),
        verified=control.verified and all(side.verified for side in treated),
        notes=comparison.notes,
    )


def _scale(measure: str) -> Any:
    return math.exp if measure in ("RR", "OR") else float


def _group(name: str, rows: Sequence[EffectEstimate], analysis: Analysis) -> Group:
    if len(rows) == 1:
        return Group(concept=name, effects=(_weighed(rows[0], 100.0),), pooled=None)
    few = analysis.few
    planned = ("", analysis.method, analysis.test)
    used = ("", few.method, few.test) if few and len(rows) < few.below else planned
    pooled, weights = pool_effects(rows, name, method=used[1], test=used[2])
    alternatives = []
    for measure, method, test in dict.fromkeys((planned, *ALTERNATIVES)):
        if (measure, method, test) == used:
            continue
        other = _in_measure(rows, measure) if measure and measure != analysis.measure else rows
        # a method may not exist for a group, as Mantel-Haenszel without any event
        with contextlib.suppress(SynthesisError):
            alternatives.append(pool_effects(other, name, method=method, test=test)[0])
    effects = tuple(_weighed(row, weight) for row, weight in zip(rows, weights, strict=True))
    return Group(
        concept=name,
        effects=effects,
        pooled=pooled,
        alternatives=tuple(alternatives),
        disagree=disagreement(pooled, rows),
        without=without_each(rows, name, method=used[1], test=used[2]) if len(rows) > 2 else (),
        asymmetry=asymmetry(rows),
        specifications=specifications(rows),
    )


def _in_measure(rows: Sequence[EffectEstimate], measure: str) -> list[EffectEstimate]:
    """The same studies in another measure, out of their counts."""
    import msgspec

    from sinteza.stats import effect_sizes

    sizes = effect_sizes(measure, **_counts(rows), add=0.5, to="only0", drop00=measure != "RD")
    back = _scale(measure)
    return [
        msgspec.structs.replace(
            row, measure=measure, estimate=back(float(yi)), se=math.sqrt(float(vi))
        )
        for row, yi, vi in zip(rows, sizes.yi, sizes.vi, strict=True)
        if not math.isnan(yi)
    ]


def _weighed(row: EffectEstimate, weight: float) -> EffectEstimate:
    import msgspec

    return msgspec.structs.replace(row, weight=weight)


def pool_effects(
    rows: Sequence[EffectEstimate], group: str, *, method: str, test: str
) -> tuple[PooledEffect, list[float]]:
    """Pool effects of two or more studies; gives the result and the weights in percent.

    ``method`` MH is Mantel-Haenszel with RevMan's rule for empty cells, PETO Peto's odds ratio (the
    rows must be in OR); the others are inverse
    variance with that estimator of tau2. Notes are codes: ``few`` (fewer than five studies),
    ``tau2_zero``.
    """
    from sinteza.stats import mantel_haenszel, peto, pool

    measure = rows[0].measure
    back = _scale(measure)
    if method == "PETO":
        fit = peto(**_counts(rows))
    elif method == "MH":
        fit = mantel_haenszel(measure, **_counts(rows), zero="revman")
    else:
        logs = [math.log(r.estimate) if measure in ("RR", "OR") else r.estimate for r in rows]
        fit = pool(logs, [row.se**2 for row in rows], method=method, test=test)
    notes = [
        code for code, holds in (("few", len(rows) < 5), ("tau2_zero", fit.tau2 == 0)) if holds
    ]
    random = method not in ("FE", "EE", "MH", "PETO")
    has_interval = random and len(rows) > 2 and not math.isnan(fit.pi_low)
    result = PooledEffect(
        group=group,
        k=len(rows),
        n=sum(row.total_1 + row.total_2 for row in rows),
        measure=measure,
        method=method,
        test=test,
        estimate=back(fit.estimate),
        ci_low=back(fit.ci_low),
        ci_high=back(fit.ci_high),
        p=fit.p,
        tau2=fit.tau2 if random else None,
        i2=fit.i2 / 100,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        pi_low=back(fit.pi_low) if has_interval else None,
        pi_high=back(fit.pi_high) if has_interval else None,
        notes=tuple(notes),
    )
    return result, [float(weight) for weight in fit.weights]


def without_each(
    rows: Sequence[EffectEstimate], group: str, *, method: str, test: str
) -> tuple[Without, ...]:
    """The pooled effect without each study in turn."""
    found = []
    for number, row in enumerate(rows):
        rest = [*rows[:number], *rows[number + 1 :]]
        pooled, _ = pool_effects(rest, group, method=method, test=test)
        found.append(
            Without(
                study=row.study,
                label=row.label,
                estimate=pooled.estimate,
                ci_low=pooled.ci_low,
                ci_high=pooled.ci_high,
            )
        )
    return tuple(found)


def asymmetry(rows: Sequence[EffectEstimate]) -> Asymmetry | None:
    """Harbord's test of small-study effects; with fewer than ten studies it has no power.

    Harbord RM et al. Stat Med 2006;25:3443; the limit: Cochrane Handbook 6.5, section 13.3.5.
    """
    if len(rows) < 10:
        return None
    from sinteza.stats.bias import harbord

    found = harbord(**_counts(rows))
    return Asymmetry(test="harbord", k=len(rows), p=found.p)


def _counts(rows: Sequence[EffectEstimate]) -> dict[str, Any]:
    return {
        "ai": [row.events_1 for row in rows],
        "n1i": [row.total_1 for row in rows],
        "ci": [row.events_2 for row in rows],
        "n2i": [row.total_2 for row in rows],
    }


def specifications(rows: Sequence[EffectEstimate]) -> Specifications:
    """The multiverse of a group: every reasonable measure, method, interval and zero rule."""
    from sinteza.stats import multiverse

    found = multiverse(measures=("RR", "OR", "RD"), glmm=False, **_counts(rows))
    return Specifications(
        n=len(found.specifications),
        failed=len(found.failed),
        same_direction=found.share_same_direction,
        significant=found.share_significant,
        opposite=found.share_opposite_significant,
        ranges=tuple(
            (measure, *(_scale(measure)(value) for value in values[:3]))
            for measure, values in found.ranges.items()
        ),
        done=tuple(
            Specified(
                measure=one.measure,
                method=one.method,
                test=one.test,
                zero=one.zero,
                estimate=_scale(one.measure)(one.estimate),
                ci_low=_scale(one.measure)(one.ci_low),
                ci_high=_scale(one.measure)(one.ci_high),
                p=one.p,
            )
            for one in found.specifications
        ),
    )


def disagreement(pooled: PooledEffect, rows: Sequence[EffectEstimate]) -> str:
    """Why the studies of a group do not tell one story; empty where they do.

    ``opposed``: intervals of two studies exclude the null on different sides. ``prediction``: the
    pooled interval excludes the null, the prediction interval does not. ``spread``: I2 of one half
    or more (Higgins and Thompson 2002 call 50 % moderate).
    """
    null = 1.0 if pooled.measure in ("RR", "OR") else 0.0
    if any(row.ci_low > null for row in rows) and any(row.ci_high < null for row in rows):
        return "opposed"
    clear = pooled.ci_low > null or pooled.ci_high < null
    if (
        clear
        and pooled.pi_low is not None
        and pooled.pi_high is not None
        and pooled.pi_low < null < pooled.pi_high
    ):
        return "prediction"
    if pooled.i2 is not None and pooled.i2 >= 0.5:
        return "spread"
    return ""
