"""A network as text for people and as plain values for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from sinteza.stats.network.effects import RATIOS

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.stats.network.result import Estimate, Network


def figure(measure: str, value: float) -> float:
    """A value as it is read: ratios back from the log scale."""
    return float(np.exp(value)) if measure in RATIOS else value


def _effect(network: Network, one: Estimate, lang: Language) -> str:
    low, high = figure(network.measure, one.ci_low), figure(network.measure, one.ci_high)
    return f"{lang.number(figure(network.measure, one.estimate))} ({lang.interval(low, high)})"


def summary(network: Network, language: Language | None = None) -> str:
    """Size, heterogeneity, inconsistency, effects against the reference and ranking."""
    from sinteza.i18n import Language as Languages

    lang = language or Languages("en")
    reference = network.reference or network.treatments[0]
    counts = (
        lang.plural("{n} study", "{n} studies", network.k),
        lang.plural("{n} treatment", "{n} treatments", network.n),
        lang.plural("{n} pairwise comparison", "{n} pairwise comparisons", network.m),
        lang.plural("{n} design", "{n} designs", len(network.evidence.designs)),
    )
    lines = [f"{network.measure}: {', '.join(counts)}"]
    if network.df:
        low, high = network.i2_interval
        i2 = lang.percent(network.i2)
        if low is not None and high is not None:
            i2 += f" ({lang.interval(100 * low, 100 * high, 0)})"
        lines.append(
            f"tau² = {lang.number(network.tau2, 4)} ({network.method}); I² = {i2}; "
            f"Q = {lang.number(network.q)}, df = {network.df}, p = {lang.number(network.p_q, 4)}"
        )
        between = network.decomposition.between
        if between.df:
            lines.append(
                lang.text("Disagreement between designs")
                + f": Q = {lang.number(between.q)}, df = {between.df}, "
                f"p = {lang.number(between.p, 4)}"
            )
    lines.append("")
    lines.append(
        lang.text(
            "Against {reference} ({level} intervals, random effects):",
            reference=reference,
            level=lang.percent(network.level),
        )
    )
    width = max(len(t) for t in network.treatments)
    scores = dict(zip(network.treatments, network.p_scores().tolist(), strict=True))
    listed = sorted(network.against(reference), key=lambda one: (-scores[one.a], one.a))
    for one in listed:
        lines.append(
            f"  {one.a:<{width}}  {_effect(network, one, lang)}"
            f"  {lang.text('P-score')} {lang.number(scores[one.a], 3)}"
        )
    lines.append(
        f"  {reference:<{width}}  {lang.text('reference')}"
        f"  {lang.text('P-score')} {lang.number(scores[reference], 3)}"
    )
    lines += [lang.text(note) for note in network.notes]
    for one_dropped in network.dropped:
        lines.append(
            lang.text(
                "Left out: {study} ({reason})",
                study=one_dropped.study,
                reason=lang.text(one_dropped.reason),
            )
        )
    if network.evidence.lost:
        lines.append(
            lang.text("Left without studies: {names}", names=", ".join(network.evidence.lost))
        )
    for other in network.others:
        lines += [
            "",
            lang.text("A part that no study connects with the above:"),
            summary(other, lang),
        ]
    return "\n".join(lines)


def as_dict(network: Network) -> dict[str, Any]:
    """Plain values; the keys are those of the documentation, NaN is None."""
    low, high = network.i2_interval
    decomposition = network.decomposition
    return {
        "measure": network.measure,
        "method": network.method,
        "test": network.test,
        "level": network.level,
        "reference": network.reference,
        "small_values": network.small_values,
        "k": network.k,
        "n": network.n,
        "m": network.m,
        "treatments": list(network.treatments),
        "studies": list(network.studies),
        "designs": [
            {"design": network.evidence.name(d), "k": s.size} for d, s in network.evidence.designs
        ],
        "tau2": network.tau2,
        "tau": network.tau,
        "q": network.q,
        "df": network.df,
        "p_q": network.p_q,
        "i2": network.i2,
        "i2_low": low,
        "i2_high": high,
        "decomposition": {
            "total": dataclasses.asdict(decomposition.total),
            "within": dataclasses.asdict(decomposition.within),
            "between": dataclasses.asdict(decomposition.between),
            "designs": [dataclasses.asdict(d) for d in decomposition.designs],
            "detached": [dataclasses.asdict(d) for d in decomposition.detached],
            "between_random": dataclasses.asdict(decomposition.between_random),
            "tau2_within": decomposition.tau2_within,
        },
        "estimates": {
            model: [row for row in network.rows(model) if row["a"] in network.treatments]
            for model in ("common", "random")
        },
        "direct": {
            model: [dataclasses.asdict(one) for one in network.direct(model).values()]
            for model in ("common", "random")
        },
        "splits": {
            model: [dataclasses.asdict(one) for one in network.split(model) if one.k]
            for model in ("common", "random")
        },
        "ranking": {model: network.ranking(model).rows() for model in ("common", "random")},
        "p_scores": {
            model: dict(zip(network.treatments, network.p_scores(model).tolist(), strict=True))
            for model in ("common", "random")
        },
        "dropped": [dataclasses.asdict(one) for one in network.dropped],
        "lost_treatments": list(network.evidence.lost),
        "notes": list(network.notes),
        "others": [as_dict(other) for other in network.others],
    }
