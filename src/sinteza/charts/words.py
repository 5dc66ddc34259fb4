"""The words charts share: measures by name, figures and p values as each language writes them."""

from __future__ import annotations

import math

from sinteza.i18n import Language

# metafor's codes of measures that are pooled as logarithms; they are shown on a logarithmic axis.
RATIOS = frozenset(
    {
        "RR",
        "OR",
        "PETO",
        "IRR",
        "HR",
        "ROM",
        "VR",
        "CVR",
        "ROMC",
        "VRC",
        "CVRC",
        "MPRR",
        "MPOR",
        "MPORC",
        "MPPETO",
        "D2OR",
        "D2ORN",
        "D2ORL",
        "PLN",
        "IRLN",
        "MNLN",
        "SDLN",
        "CVLN",
    }
)
_PROPORTIONS = frozenset({"PR", "PLN", "PLO", "PAS", "PFT", "IR", "IRLN", "IRS", "IRFT"})
_NAMES = {
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "PETO": "Peto odds ratio",
    "RD": "Risk difference",
    "IRR": "Incidence rate ratio",
    "IRD": "Incidence rate difference",
    "HR": "Hazard ratio",
    "MD": "Mean difference",
    "SMD": "Standardized mean difference",
    "ROM": "Ratio of means",
    "COR": "Correlation",
    "ZCOR": "Correlation (Fisher's z)",
    "PR": "Proportion",
    "PLO": "Proportion",
    "PFT": "Proportion",
    "PAS": "Proportion",
    "IR": "Rate",
    "GEN": "Estimate",
}


def is_ratio(measure: str) -> bool:
    """Whether a measure is pooled as a logarithm and shown on a logarithmic axis."""
    return measure in RATIOS


def null_value(measure: str) -> float | None:
    """The value that means no effect: 1 for ratios, 0 for differences, none for single arms."""
    if measure in _PROPORTIONS or measure.startswith(("MN", "SDLN", "CVLN")):
        return None
    return 1.0 if is_ratio(measure) else 0.0


def measure_name(lang: Language, measure: str) -> str:
    """A measure in full; an unknown code stays as it is."""
    return lang.text(_NAMES[measure]) if measure in _NAMES else measure


def figure(lang: Language, value: float | None, digits: int = 2) -> str:
    """A number that stays short and says something at any size.

    Fixed decimals between 0.01 and 10,000; two significant digits below; a power of ten above
    and under 0.0001.
    """
    if value is None or math.isnan(value) or math.isinf(value) or value == 0:
        return lang.number(value, digits)
    size = abs(value)
    if size >= 0.5 * 10.0**-digits:
        if size < 1000:
            return lang.number(value, digits)
        if size < 100_000:
            return lang.integer(round(value))
    elif size >= 1e-4:
        return lang.number(value, digits + 2)
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{lang.number(float(mantissa), 1)}×10{_raised(int(exponent))}"


def statistic(lang: Language, value: float) -> str:
    """A test statistic: two decimals, however small."""
    return figure(lang, value) if abs(value) >= 1000 else lang.number(value)


def tick_label(lang: Language, value: float) -> str:
    """A number on an axis: as short as it can be."""
    if value == 0 or not math.isfinite(value):
        return lang.number(value, 0)
    if 1e-4 <= abs(value) < 100_000:
        decimals = len(f"{value:.6g}".partition(".")[2])
        return lang.number(value, decimals) if decimals else lang.integer(round(value))
    mantissa, exponent = f"{value:.2e}".split("e")
    power = f"10{_raised(int(exponent))}"
    front = float(mantissa)
    if abs(front) == 1:
        return power if front > 0 else f"\N{MINUS SIGN}{power}"
    return f"{tick_label(lang, front)}×{power}"


def _raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def p_value(lang: Language, p: float) -> str:
    """``P = 0.034``, ``P < 0.001``."""
    if p < 0.001:
        return f"P < {lang.number(0.001, 3)}"
    return f"P = {lang.number(p, 2 if p >= 0.1 else 3)}"


def bracket(lang: Language, low: float | None, high: float | None, digits: int = 2) -> str:
    """Bounds in brackets: ``[1.20, 3.40]``, in Romanian ``[1,20; 3,40]``."""
    joint = "; " if lang.decimal_mark == "," else ", "
    return f"[{figure(lang, low, digits)}{joint}{figure(lang, high, digits)}]"


def with_interval(
    lang: Language, value: float | None, low: float | None, high: float | None, digits: int = 2
) -> str:
    """``1.80 (1.30 to 2.50)`` for running text."""
    joint = lang.text(
        "{low} to {high}", low=figure(lang, low, digits), high=figure(lang, high, digits)
    )
    return f"{figure(lang, value, digits)} ({joint})"


def studies(lang: Language, n: int) -> str:
    """``12 studies``."""
    return lang.plural("{n} study", "{n} studies", n)
