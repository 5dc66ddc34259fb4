"""From the results of :mod:`sinteza.stats` to charts: what one meta-analysis needs, in one call.

Results stand on the scale they were pooled on; forest plots want the scale people read, so ratios
are taken out of their logarithms here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sinteza.charts.accuracy import AccuracyPoint, sroc
from sinteza.charts.diagnostics import StudyEstimate, StudyPoint, baujat, drapery, gosh, radial
from sinteza.charts.forest import (
    ArmData,
    EffectTest,
    ForestGroup,
    ForestRow,
    Heterogeneity,
    Summary,
    forest,
)
from sinteza.charts.funnel import FunnelPoint, funnel
from sinteza.charts.sequence import (
    Specification,
    cumulative,
    leave_one_out,
    specification_curve,
)
from sinteza.i18n import Language

if TYPE_CHECKING:
    from sinteza.stats.accuracy import AccuracyResult
    from sinteza.stats.influence import Baujat, Series
    from sinteza.stats.pooling import Pooled
    from sinteza.stats.sensitivity import Multiverse

_NAMES = {
    "EE": "common effect",
    "FE": "fixed effects",
    "MH": "Mantel-Haenszel",
    "PETO": "Peto",
    "DL": "random effects, DerSimonian-Laird",
    "PM": "random effects, Paule-Mandel",
    "HE": "random effects, Hedges",
}


def model_name(pooled: Pooled, lang: Language) -> str:
    """``random effects, REML, Knapp-Hartung``."""
    known = _NAMES.get(pooled.method)
    said = lang.text(known) if known else f"{lang.text('random effects')}, {pooled.method}"
    return f"{said}, Knapp-Hartung" if pooled.test == "knha" else said


def forest_rows(
    pooled: Pooled,
    *,
    treated: Sequence[ArmData | None] = (),
    control: Sequence[ArmData | None] = (),
    hrefs: Sequence[str | None] = (),
    share: float = 1.0,
) -> tuple[ForestRow, ...]:
    """The studies of a result. Arms and links, where given, are those of ``pooled.labels``.

    ``share`` of one is what all rows together weigh.
    """
    out = []
    for i, row in enumerate(pooled.rows()):
        out.append(
            ForestRow(
                label=row["study"],
                estimate=pooled.display(row["yi"]),
                ci_low=pooled.display(row["ci_low"]),
                ci_high=pooled.display(row["ci_high"]),
                weight=share * row["weight"] / 100,
                treated=treated[i] if treated else None,
                control=control[i] if control else None,
                href=hrefs[i] if hrefs else None,
            )
        )
    return tuple(out)


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def summary_of(pooled: Pooled, *, label: str = "", weight: float | None = 1.0) -> Summary:
    """The diamond, prediction interval, heterogeneity and test of a result."""
    low, high = _known(pooled.pi_low), _known(pooled.pi_high)
    if pooled.k < 2:  # one study says nothing about how studies differ
        low = high = None
    has_tau = pooled.method not in {"EE", "FE", "MH", "PETO"}
    return Summary(
        estimate=pooled.display(pooled.estimate),
        ci_low=pooled.display(pooled.ci_low),
        ci_high=pooled.display(pooled.ci_high),
        prediction_low=None if low is None else pooled.display(low),
        prediction_high=None if high is None else pooled.display(high),
        label=label,
        weight=weight,
        heterogeneity=Heterogeneity(
            tau2=_known(pooled.tau2) if has_tau else None,
            q=_known(pooled.q),
            df=pooled.q_df,
            p=_known(pooled.q_p),
            i2=_known(pooled.i2),
        )
        if pooled.k > 1
        else None,
        test=None
        if math.isnan(pooled.p)
        else EffectTest("z" if pooled.df is None else "t", pooled.statistic, pooled.p, pooled.df),
    )


def forest_of(
    pooled: Pooled,
    *,
    lang: Language,
    groups: Mapping[str, Pooled] | None = None,
    treated: Sequence[ArmData | None] = (),
    control: Sequence[ArmData | None] = (),
    hrefs: Sequence[str | None] = (),
    subgroup_test: EffectTest | None = None,
    title: str = "",
    arms: tuple[str, str] | None = None,
    favors: tuple[str, str] | None = None,
    layout: str = "wide",
    name: str | None = None,
) -> str:
    """The forest plot of a result; ``groups`` are the results of its subgroups by name.

    Arms and links are in the order of the rows drawn: of ``pooled.labels``, or of the groups' one
    after the other.
    """
    drawn: list[ForestGroup] = []
    at = 0
    weights = dict(zip(pooled.labels, pooled.weights, strict=True))
    for label, part in (groups or {"": pooled}).items():
        end = at + part.k
        # In subgroups a study weighs what it weighs in its group, the group what it has of all.
        share = sum(float(weights.get(s, 0.0)) for s in part.labels) / 100 if groups else 1.0
        rows = forest_rows(
            part,
            treated=treated[at:end],
            control=control[at:end],
            hrefs=hrefs[at:end],
            share=share,
        )
        summary = summary_of(part, weight=share) if groups else None
        drawn.append(ForestGroup(rows, label, summary))
        at = end
    return forest(
        drawn,
        lang=lang,
        measure=pooled.measure,
        ratio=pooled.is_log,
        overall=summary_of(pooled),
        title=title,
        arms=arms,
        favors=favors,
        level=pooled.level,
        model=model_name(pooled, lang),
        subgroup_test=subgroup_test,
        layout=layout,
        name=name,
    )


def funnel_of(
    pooled: Pooled,
    *,
    lang: Language,
    added: Sequence[tuple[float, float]] = (),
    hrefs: Sequence[str | None] = (),
    title: str = "",
    name: str | None = None,
) -> str:
    """The funnel plot of a result; ``added`` are (yi, vi) of the studies trim-and-fill put in."""
    points = [FunnelPoint(s.label, s.estimate, s.se, s.href) for s in _estimates(pooled, hrefs)]
    points += [FunnelPoint("", float(y), math.sqrt(v), added=True) for y, v in added]
    return funnel(
        points,
        lang=lang,
        measure=pooled.measure,
        center=pooled.estimate,
        level=pooled.level,
        title=title,
        name=name,
    )


def radial_of(
    pooled: Pooled,
    *,
    lang: Language,
    hrefs: Sequence[str | None] = (),
    title: str = "",
    name: str | None = None,
) -> str:
    """The radial plot of a result."""
    return radial(
        _estimates(pooled, hrefs),
        lang=lang,
        measure=pooled.measure,
        center=pooled.estimate,
        tau2=pooled.tau2,
        level=pooled.level,
        title=title,
        name=name,
    )


def drapery_of(pooled: Pooled, *, lang: Language, title: str = "", name: str | None = None) -> str:
    """The drapery plot of a result, all p values those of the normal distribution."""
    return drapery(
        _estimates(pooled),
        lang=lang,
        measure=pooled.measure,
        pooled=StudyEstimate("", pooled.estimate, pooled.se),
        prediction=(pooled.estimate, math.hypot(pooled.se, math.sqrt(pooled.tau2)), 1.0)
        if pooled.tau2 > 0
        else None,
        title=title,
        name=name,
    )


def gosh_of(
    pooled: Pooled,
    estimates: Iterable[float],
    i2: Iterable[float],
    *,
    lang: Language,
    title: str = "",
    name: str | None = None,
) -> str:
    """The GOSH plot of a result: ``estimates`` and ``i2`` (percent) of its subsets."""
    return gosh(
        [(float(y), float(share)) for y, share in zip(estimates, i2, strict=True)],
        lang=lang,
        measure=pooled.measure,
        full=(pooled.estimate, pooled.i2),
        title=title,
        name=name,
    )


def baujat_of(
    result: Baujat,
    *,
    lang: Language,
    hrefs: Sequence[str | None] = (),
    title: str = "",
    name: str | None = None,
) -> str:
    """The Baujat plot of :func:`sinteza.stats.influence.baujat`."""
    points = [
        StudyPoint(
            row["study"], row["heterogeneity"], row["influence"], href=hrefs[i] if hrefs else None
        )
        for i, row in enumerate(result.rows())
    ]
    return baujat(points, lang=lang, title=title, name=name)


def series_of(
    series: Series,
    pooled: Pooled,
    *,
    lang: Language,
    hrefs: Mapping[str, str | None] | None = None,
    layout: str = "wide",
    title: str = "",
    name: str | None = None,
) -> str:
    """The forest of a leave-one-out or cumulative analysis over the result of all studies."""
    rows = [
        ForestRow(
            label,
            pooled.display(fit.estimate),
            pooled.display(fit.ci_low),
            pooled.display(fit.ci_high),
            href=(hrefs or {}).get(label),
        )
        for label, fit in zip(series.labels, series.fits, strict=True)
    ]
    draw = cumulative if series.kind == "cumulative" else leave_one_out
    return draw(
        rows,
        lang=lang,
        measure=pooled.measure,
        overall=summary_of(pooled),
        layout=layout,
        title=title,
        name=name,
    )


def specification_curve_of(
    multiverse: Multiverse,
    *,
    lang: Language,
    measures: Sequence[str] = (),
    main: Mapping[str, str] | None = None,
    title: str = "",
    name: str | None = None,
) -> str:
    """The specification curve of a multiverse; ``main`` holds the choices of the main analysis.

    Ratios and differences do not share an axis: without ``measures`` the ratios are drawn or,
    where there are none, everything.
    """
    every = multiverse.specifications
    wanted = [s for s in every if s.measure in measures] if measures else []
    wanted = wanted or [s for s in every if s.is_log] or list(every)
    asked = main or {}
    drawn = []
    for one in wanted:
        row = one.row()
        choices = {
            lang.text("Measure"): one.measure,
            lang.text("Method"): one.method,
            lang.text("Test"): one.test,
            lang.text("Empty cells"): one.zero,
        }
        is_main = bool(asked) and all(row.get(key) == value for key, value in asked.items())
        drawn.append(
            Specification(
                row["shown"],
                row["shown_low"],
                row["shown_high"],
                {question: answer for question, answer in choices.items() if answer},
                main=is_main,
            )
        )
    kinds = list(dict.fromkeys(s.measure for s in wanted))
    return specification_curve(
        drawn,
        lang=lang,
        measure=kinds[0] if len(kinds) == 1 else ", ".join(kinds),
        ratio=all(s.is_log for s in wanted),
        title=title,
        name=name,
    )


def sroc_of(
    result: AccuracyResult,
    *,
    lang: Language,
    labels: Sequence[str] = (),
    sizes: Sequence[float] = (),
    hrefs: Sequence[str | None] = (),
    title: str = "",
    name: str | None = None,
) -> str:
    """The summary ROC plot of a bivariate model; names, participants and links by study."""
    points = [
        AccuracyPoint(
            labels[i] if labels else lang.text("Study {n}", n=lang.integer(i + 1)),
            float(sensitivity),
            1 - float(fpr),
            float(sizes[i]) if sizes else 1.0,
            hrefs[i] if hrefs else None,
        )
        for i, (sensitivity, fpr) in enumerate(
            zip(result.study_sens, result.study_fpr, strict=True)
        )
    ]
    return sroc(
        points,
        lang=lang,
        summary=AccuracyPoint("", result.sensitivity[0], result.specificity[0]),
        curve=_pairs(zip(result.curve_fpr, result.curve_sens, strict=True)),
        confidence=_pairs(result.confidence),
        prediction=_pairs(result.prediction),
        level=result.level,
        title=title,
        name=name,
    )


def _pairs(points: Iterable[Iterable[float]]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]


def _estimates(pooled: Pooled, hrefs: Sequence[str | None] = ()) -> list[StudyEstimate]:
    return [
        StudyEstimate(row["study"], row["yi"], row["sei"], hrefs[i] if hrefs else None)
        for i, row in enumerate(pooled.rows())
    ]
