"""The figures of an edition: its data handed to the charts, wide and narrow."""

from __future__ import annotations

import math

from sinteza.charts.evidence_map import MapAxis, MapCell, evidence_map
from sinteza.charts.forest import ArmData, ForestGroup, ForestRow, Heterogeneity, Summary, forest
from sinteza.charts.funnel import FunnelPoint, funnel
from sinteza.charts.league import LeagueCell, league_html
from sinteza.charts.network import Edge, Node, network_forest, network_graph
from sinteza.charts.prisma import Assessment, Count, PrismaFlow, prisma
from sinteza.charts.sequence import Specification, leave_one_out, specification_curve
from sinteza.model.edition import Edition, MapResult
from sinteza.model.effect import AnalysisResult, Group, NetworkResult, PooledEffect
from sinteza.model.protocol import Analysis
from sinteza.publishing.addresses import cell_anchor, record_list, study_anchor
from sinteza.publishing.words import METHOD, TEST, ZERO, Words

LAYOUTS = ("wide", "narrow")
AS_PLANNED = ("", "only0", "none")
"""Rules for empty cells that the planned analyses use: only where needed, or none needed."""
SAME = {"FE": "EE"}
"""Methods that give the same numbers under another name."""


def flow_figure(edition: Edition, words: Words, layout: str) -> str:
    """The PRISMA flow; every box leads to its records."""
    flow, lang = edition.flow, words.lang
    machine = lang.text("by a rule of the protocol")
    excluded_by = [Count(machine, flow.excluded_by_rule, record_list("exclude"))]
    if flow.excluded_by_person:
        excluded_by.append(
            Count(lang.text("by a person"), flow.excluded_by_person, record_list("exclude"))
        )
    return prisma(
        PrismaFlow(
            databases=tuple(
                Count(source.name, source.read, record_list("all")) for source in flow.sources
            ),
            duplicates=Count(lang.text("Duplicates"), flow.duplicates, record_list("duplicates")),
            screened=Count(lang.text("Records screened"), flow.screened.count, record_list("all")),
            excluded=Count(
                lang.text("Records excluded"), flow.excluded.count, record_list("exclude")
            ),
            excluded_by=tuple(excluded_by),
            excluded_reasons=tuple(
                Count(words.reason(reason), box.count, record_list(f"reason-{reason}"))
                for reason, box in flow.reasons.items()
            ),
            reports=_assessment(edition, words),
            studies=Count(lang.text("Studies with numbers read"), flow.studies, "studies.html"),
            included_reports=Count(
                lang.text("Reports included"), flow.included.count, record_list("include")
            ),
        ),
        lang=lang,
        layout=layout,
        name=f"flow-{layout}",
    )


def _assessment(edition: Edition, words: Words) -> Assessment:
    """The boxes of full reports, once people judge them."""
    flow, lang = edition.flow, words.lang
    if flow.assessed is None or flow.excluded_full is None:
        return Assessment()
    return Assessment(
        assessed=Count(
            lang.text("Reports assessed in full"), flow.assessed.count, record_list("all")
        ),
        excluded=Count(
            lang.text("Reports excluded in full"), flow.excluded_full.count, record_list("all")
        ),
        reasons=tuple(
            Count(words.reason(reason), box.count, record_list(f"full-{reason}"))
            for reason, box in flow.full_reasons.items()
        ),
    )


def map_figure(table: MapResult, edition: Edition, words: Words, layout: str) -> str:
    """An evidence map; every cell leads to its records."""
    plan = next(plan for plan in edition.protocol.maps if plan.id == table.id)
    return evidence_map(
        [MapAxis(name, words.concept(name)) for name in table.rows],
        [MapAxis(name, words.concept(name)) for name in table.columns],
        [
            MapCell(
                row=cell.row,
                column=cell.column,
                reports=len(cell.records),
                href=f"maps.html#{cell_anchor(table.id, cell.row, cell.column)}",
            )
            for cell in table.cells
            if cell.records
        ],
        lang=words.lang,
        title=plan.label[words.lang.code],
        style="heat" if len(table.rows) > 12 else "bubble",
        layout=layout,
        name=f"map-{table.id}-{layout}",
    )


def forest_figure(
    result: AnalysisResult, edition: Edition, words: Words, layout: str, name: str = "forest"
) -> str:
    """The forest plot of an analysis, group by group; every row leads to its study.

    ``name`` tells the identifiers of one page's figures apart; a study with a value that nobody
    verified is marked with a star.
    """
    plan = next(plan for plan in edition.protocol.analyses if plan.id == result.id)
    lang = words.lang
    methods = {group.pooled.method for group in result.groups if group.pooled}
    return forest(
        [_forest_group(group, words) for group in result.groups],
        lang=lang,
        measure=plan.measure,
        title=plan.label[lang.code],
        favors=_favors(plan, edition, words),
        model=words.of(METHOD, methods.pop()) if len(methods) == 1 else "",
        layout=layout,
        name=f"{name}-{result.id}-{layout}",
    )


def without_figure(plan: Analysis, group: Group, words: Words, layout: str) -> str:
    """The pooled effect without each study in turn; every row leads to the study left out."""
    return leave_one_out(
        [
            ForestRow(
                label=row.label,
                estimate=row.estimate,
                ci_low=row.ci_low,
                ci_high=row.ci_high,
                href=f"studies.html#{study_anchor(row.study)}",
            )
            for row in group.without
        ],
        lang=words.lang,
        measure=plan.measure,
        overall=_summary(group.pooled) if group.pooled else None,
        layout=layout,
        name=f"without-{plan.id}-{group.concept}-{layout}",
    )


def specification_figure(plan: Analysis, group: Group, words: Words) -> str:
    """All reasonable analyses of a group in the planned measure, the planned one marked."""
    lang, pooled = words.lang, group.pooled
    done = group.specifications.done if group.specifications else ()
    return specification_curve(
        [
            Specification(
                one.estimate,
                one.ci_low,
                one.ci_high,
                {
                    question: answer
                    for question, answer in (
                        (lang.text("Method"), words.of(METHOD, one.method)),
                        (lang.text("Interval"), words.of(TEST, one.test)),
                        (lang.text("Empty cells"), words.of(ZERO, one.zero)),
                    )
                    if answer
                },
                main=pooled is not None
                and (one.method, one.test) == (SAME.get(pooled.method, pooled.method), pooled.test)
                and one.zero in AS_PLANNED,
            )
            for one in done
            if one.measure == plan.measure
        ],
        lang=lang,
        measure=plan.measure,
        name=f"specifications-{plan.id}-{group.concept}",
    )


def funnel_figure(group: Group, words: Words) -> str:
    """Standard errors against effects; every mark leads to its study."""
    measure = group.effects[0].measure
    scale = math.log if measure in ("RR", "OR") else float
    return funnel(
        [
            FunnelPoint(
                effect.label,
                scale(effect.estimate),
                effect.se,
                href=f"studies.html#{study_anchor(effect.study)}",
            )
            for effect in group.effects
        ],
        lang=words.lang,
        measure=measure,
        center=scale(group.pooled.estimate) if group.pooled else None,
        name=f"funnel-{group.concept}",
    )


def network_graph_figure(result: NetworkResult, words: Words) -> str:
    """The network: treatments by people, comparisons by studies."""
    names = {t.concept: words.node(t.concept) for t in result.treatments}
    return network_graph(
        [Node(names[t.concept], t.people) for t in result.treatments],
        [Edge(names[p.a], names[p.b], p.k) for p in result.pairs if p.k],
        lang=words.lang,
        multi_arm=[[names[name] for name in arms] for arms in result.multi_arm],
        title=words.lang.text("The network of treatments"),
        name=f"network-{result.id}",
    )


def network_forest_figure(
    result: NetworkResult, edition: Edition, words: Words, layout: str
) -> str:
    """Every treatment against the reference, best first."""
    plan = next(plan for plan in edition.protocol.analyses if plan.id == result.id)
    reference = words.node(result.reference)
    return network_forest(
        [
            ForestRow(
                label=words.node(t.concept),
                estimate=t.estimate,
                ci_low=t.ci_low,
                ci_high=t.ci_high,
            )
            for t in result.treatments
            if t.concept != result.reference
        ],
        lang=words.lang,
        measure=result.measure,
        reference=reference,
        favors=_favors(plan, edition, words),
        model=words.of(METHOD, result.method),
        layout=layout,
        name=f"network-forest-{result.id}-{layout}",
    )


def league_table(result: NetworkResult, words: Words) -> str:
    """The league table as HTML: through the network below, directly above."""
    order = [t.concept for t in result.treatments]
    names = {name: words.node(name) for name in order}
    cells: dict[tuple[str, str], LeagueCell] = {}
    direct: dict[tuple[str, str], LeagueCell] = {}
    ratio = result.measure in ("RR", "OR")

    def turned(low: float, high: float) -> tuple[float, float]:
        return (1 / high, 1 / low) if ratio else (-high, -low)

    for pair in result.pairs:
        for one, other, flip in ((pair.a, pair.b, False), (pair.b, pair.a, True)):
            below = order.index(one) > order.index(other)
            value, low, high = (
                (pair.estimate, pair.ci_low, pair.ci_high)
                if below
                else (pair.direct, pair.direct_low, pair.direct_high)
            )
            if value is None or low is None or high is None:
                continue
            if flip:
                low, high = turned(low, high)
                value = 1 / value if ratio else -value
            target = cells if below else direct
            target[names[one], names[other]] = LeagueCell(value, low, high)
    return league_html(
        [names[name] for name in order],
        cells,
        lang=words.lang,
        measure=result.measure,
        direct=direct,
        title=words.lang.text("League table"),
    )


def _favors(plan: Analysis, edition: Edition, words: Words) -> tuple[str, str]:
    """What lies left and right of no effect."""
    treatment = words.lang.text("favors treatment")
    control = words.lang.text("favors control")
    fewer = edition.protocol.outcome(plan.outcome).better == "fewer"
    return (treatment, control) if fewer else (control, treatment)


def _forest_group(group: Group, words: Words) -> ForestGroup:
    rows = tuple(
        ForestRow(
            label=effect.label if effect.verified else f"{effect.label} *",
            estimate=effect.estimate,
            ci_low=effect.ci_low,
            ci_high=effect.ci_high,
            weight=(effect.weight or 0) / 100,
            treated=ArmData(total=effect.total_1, events=effect.events_1),
            control=ArmData(total=effect.total_2, events=effect.events_2),
            href=f"studies.html#{study_anchor(effect.study)}",
        )
        for effect in group.effects
    )
    summary = _summary(group.pooled) if group.pooled else None
    return ForestGroup(rows=rows, label=words.concept(group.concept), summary=summary)


def _summary(pooled: PooledEffect) -> Summary:
    return Summary(
        estimate=pooled.estimate,
        ci_low=pooled.ci_low,
        ci_high=pooled.ci_high,
        prediction_low=pooled.pi_low,
        prediction_high=pooled.pi_high,
        heterogeneity=Heterogeneity(
            tau2=pooled.tau2,
            q=pooled.q,
            df=pooled.q_df,
            p=pooled.q_p,
            i2=100 * pooled.i2 if pooled.i2 is not None else None,
        ),
    )
