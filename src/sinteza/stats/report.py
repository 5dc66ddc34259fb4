"""``summary()`` of pooled results: what was done, the numbers, the cautions, in a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinteza.stats.notes import translate

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.stats.pooling import Fit, Pooled, Regression

_TESTS = {
    "z": "normal test",
    "t": "t test",
    "knha": "Knapp-Hartung test",
    "adhoc": "Knapp-Hartung test, never narrowing",
    "kr": "Kenward-Roger test",
}
_MODELS = {
    "EE": "equal effects",
    "FE": "fixed effects",
    "MH": "Mantel-Haenszel",
    "PETO": "Peto",
}


def summary(result: Pooled | Regression, lang: Language | None = None) -> str:
    """Several lines of plain text; English when no language is given."""
    from sinteza.i18n import Language as Spoken
    from sinteza.stats.pooling import Pooled

    lang = lang or Spoken("en")
    lines = [_head(result, lang)]
    lines += _pooled(result, lang) if isinstance(result, Pooled) else _regression(result, lang)
    lines += _heterogeneity(result, lang)
    lines += [f"{lang.text('Note')}: {translate(note, lang)}" for note in result.notes]
    return "\n".join(lines)


def number(value: float, lang: Language, digits: int = 4) -> str:
    """Fixed decimals, scientific when far from one."""
    if (
        value == value
        and value != 0
        and not 1e-4 <= abs(value) < 1e6
        and abs(value) != float("inf")
    ):
        return f"{value:.{digits}g}".replace(".", lang.decimal_mark)
    return lang.number(value, digits)


def p_value(p: float, lang: Language) -> str:
    """With its sign: ``= 0.0123`` or ``< 0.0001``."""
    return f"< {lang.number(0.0001, 4)}" if p < 0.0001 else f"= {lang.number(p, 4)}"


def aligned(rows: list[list[str]]) -> str:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _head(result: Fit, lang: Language) -> str:
    if result.method in _MODELS:
        model = lang.text(_MODELS[result.method])
    else:
        model = lang.text("random effects, tau2 by {method}", method=result.method)
    test = lang.text(_TESTS[result.test])
    df = "" if result.df is None else lang.text(" ({df} df)", df=_degrees(result.df, lang))
    rule = "" if not result.zero else lang.text("; empty cells: {rule}", rule=result.zero)
    studies = lang.plural("{n} study", "{n} studies", result.k)
    return f"{result.measure}, {studies}; {model}; {test}{df}{rule}"


def _degrees(df: float, lang: Language) -> str:
    """Degrees of freedom: whole numbers as such, others (Kenward-Roger) with two decimals."""
    return f"{df:.0f}" if df == int(df) else lang.number(df, 2)


def _pooled(result: Pooled, lang: Language) -> list[str]:
    level = f"{100 * result.level:g}"
    values = [result.estimate, result.ci_low, result.ci_high]
    rows = [
        ["", lang.text("estimate"), lang.text("{level}% CI low", level=level), lang.text("high")]
    ]
    rows.append([lang.text("estimate"), *(number(v, lang) for v in values)])
    if result.is_log:
        shown = (number(result.display(v), lang) for v in values)
        rows.append([f"{result.measure} (exp)", *shown])
    lines = [aligned(rows)]
    lines.append(
        lang.text(
            "se {se}, statistic {statistic}, p {p}",
            se=number(result.se, lang),
            statistic=number(result.statistic, lang),
            p=p_value(result.p, lang),
        )
    )
    if result.pi_low == result.pi_low:
        low, high = (number(result.display(v), lang) for v in (result.pi_low, result.pi_high))
        lines.append(
            lang.text(
                "{level}% prediction interval {low} to {high}", level=level, low=low, high=high
            )
        )
    return lines


def _regression(result: Regression, lang: Language) -> list[str]:
    rows = [["", *(lang.text(h) for h in ("estimate", "se", "statistic", "p", "CI low", "high"))]]
    columns = (
        result.names,
        result.estimate,
        result.se,
        result.statistic,
        result.p,
        result.ci_low,
        result.ci_high,
    )
    for name, *found in zip(*columns, strict=True):
        cells = [number(float(v), lang) for v in found]
        cells[3] = p_value(float(found[3]), lang).removeprefix("= ")
        rows.append([name, *cells])
    second = "" if result.qm_df2 is None else f", {result.qm_df2}"
    test = "F" if result.qm_df2 is not None else lang.text("chi-square")
    moderators = lang.text(
        "moderators: {test}({df}) = {value}, p {p}; R2 {r2}%",
        test=test,
        df=f"{result.qm_df1}{second}",
        value=number(result.qm, lang),
        p=p_value(result.qm_p, lang),
        r2=lang.number(result.r2, 1),
    )
    return [aligned(rows), moderators]


def _heterogeneity(result: Fit, lang: Language) -> list[str]:
    lines = []
    if result.method not in _MODELS:
        lines.append(
            lang.text(
                "tau2 {tau2} (se {se}), tau {tau}",
                tau2=number(result.tau2, lang),
                se=number(result.tau2_se, lang),
                tau=number(result.tau, lang),
            )
        )
    lines.append(
        lang.text(
            "I2 {i2}%, H2 {h2}; Q({df}) = {q}, p {p}",
            i2=lang.number(result.i2, 1),
            h2=lang.number(result.h2, 2),
            df=result.q_df,
            q=number(result.q, lang),
            p=p_value(result.q_p, lang),
        )
    )
    return lines
