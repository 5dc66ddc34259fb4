"""``summary()`` of pooled results: what was done, the numbers, the cautions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinteza.stats.tabulate import number, p_value, table

if TYPE_CHECKING:
    from sinteza.stats.pooling import Fit, Pooled, Regression

_TEST = {
    "z": "normal test",
    "t": "t test",
    "knha": "Knapp-Hartung test",
    "adhoc": "Knapp-Hartung test, never narrowing",
}


def summary(result: Pooled | Regression) -> str:
    """Several lines of plain text."""
    from sinteza.stats.pooling import Pooled

    lines = [_head(result)]
    lines += _pooled(result) if isinstance(result, Pooled) else _regression(result)
    lines += _heterogeneity(result)
    lines += [f"Note: {note}" for note in result.notes]
    return "\n".join(lines)


def _head(result: Fit) -> str:
    model = {
        "EE": "equal effects",
        "FE": "fixed effects",
        "MH": "Mantel-Haenszel",
        "PETO": "Peto",
    }.get(result.method, f"random effects, tau2 by {result.method}")
    df = "" if result.df is None else f" ({result.df} df)"
    rule = f"; empty cells: {result.zero}" if result.zero else ""
    return f"{result.measure}, {result.k} studies; {model}; {_TEST[result.test]}{df}{rule}"


def _pooled(result: Pooled) -> list[str]:
    percent = f"{100 * result.level:g}%"
    values = [result.estimate, result.ci_low, result.ci_high]
    rows: list[list[object]] = [["estimate", *values]]
    if result.is_log:
        rows.append([f"{result.measure} (exp)", *(result.display(v) for v in values)])
    lines = [table(["", "estimate", f"{percent} CI low", "high"], rows)]
    lines.append(
        f"se {number(result.se)}, statistic {number(result.statistic)}, p {p_value(result.p)}"
    )
    if result.pi_low == result.pi_low:
        low, high = result.display(result.pi_low), result.display(result.pi_high)
        lines.append(f"{percent} prediction interval {number(low)} to {number(high)}")
    return lines


def _regression(result: Regression) -> list[str]:
    rows: list[list[object]] = [
        [n, e, s, t, p_value(float(p)), low, high]
        for n, e, s, t, p, low, high in zip(
            result.names,
            result.estimate,
            result.se,
            result.statistic,
            result.p,
            result.ci_low,
            result.ci_high,
            strict=True,
        )
    ]
    lines = [table(["", "estimate", "se", "statistic", "p", "CI low", "CI high"], rows)]
    second = "" if result.qm_df2 is None else f", {result.qm_df2}"
    kind = "chi-square" if result.qm_df2 is None else "F"
    lines.append(
        f"moderators: {kind}({result.qm_df1}{second}) = {number(result.qm)}, "
        f"p {p_value(result.qm_p)}; R2 {number(result.r2, 1)}%"
    )
    return lines


def _heterogeneity(result: Fit) -> list[str]:
    return [
        f"tau2 {number(result.tau2)} (se {number(result.tau2_se)}), tau {number(result.tau)}, "
        f"I2 {number(result.i2, 1)}%, H2 {number(result.h2, 2)}",
        f"Q({result.q_df}) = {number(result.q)}, p {p_value(result.q_p)}",
    ]
