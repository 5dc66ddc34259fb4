"""All reasonable analyses at once: a multiverse and its specification curve.

A result that depends on one arbitrary choice (measure, estimator of tau2, test, rule for empty
cells) is not robust. ``multiverse`` runs every combination and says in how many the direction and
the significance stay (Steegen et al., Perspect Psychol Sci 2016;11:702; Simonsohn, Simmons and
Nelson, Nat Hum Behav 2020;4:1208; Voracek, Kossmeier and Tran, Z Psychol 2019;227:64).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SintezaError, SynthesisError, TooFewStudies
from sinteza.stats.arrays import plain
from sinteza.stats.guard import guarded
from sinteza.stats.measures import LOG_MEASURES, effect_sizes
from sinteza.stats.pooling import FIXED, pool
from sinteza.stats.report import aligned, number
from sinteza.stats.tables import mantel_haenszel, peto

if TYPE_CHECKING:
    from sinteza.i18n import Language

METHODS = ("EE", "DL", "PM", "SJ", "ML", "REML")
TESTS = ("z", "knha", "adhoc")

#: rules for empty cells of 2x2 tables by name: (what effect_sizes does, Mantel-Haenszel's rule)
ZERO_RULES: dict[str, tuple[dict[str, Any], str]] = {
    "only0": ({"add": 0.5, "to": "only0"}, "only0"),
    "only0, drop double zeros": ({"add": 0.5, "to": "only0", "drop00": True}, "none"),
    "all": ({"add": 0.5, "to": "all"}, "none"),
    "if0all": ({"add": 0.5, "to": "if0all"}, "none"),
}

#: measures worth comparing with each other, by the columns that are given
_BINARY = ("RR", "OR", "RD")


@dataclass(frozen=True)
class Specification:
    """One analysis: the choices, and its ``estimate ci_low ci_high`` (scale of the measure; logs
    for ratios), ``p``, ``tau2``, ``k``. ``favors``: 1 above no effect, -1 below, 0 at it.
    """

    measure: str
    method: str
    test: str
    zero: str
    k: int
    estimate: float
    ci_low: float
    ci_high: float
    p: float
    tau2: float
    favors: int

    @property
    def is_log(self) -> bool:
        """Whether exp() of the estimate is the ratio people read."""
        return self.measure in LOG_MEASURES

    def row(self) -> dict[str, Any]:
        """The analysis as a dict, with the ratio where the scale is a logarithm."""
        shown = np.exp if self.is_log else (lambda x: x)
        return {
            "measure": self.measure, "method": self.method, "test": self.test, "zero": self.zero,
            "k": self.k, "estimate": plain(self.estimate), "ci_low": plain(self.ci_low),
            "ci_high": plain(self.ci_high), "p": plain(self.p), "tau2": plain(self.tau2),
            "shown": plain(float(shown(self.estimate))),
            "shown_low": plain(float(shown(self.ci_low))),
            "shown_high": plain(float(shown(self.ci_high))),
        }  # fmt: skip


@dataclass(frozen=True)
class Multiverse:
    """``specifications`` sorted by measure and estimate (the specification curve); ``failed``: the
    choices that could not be analyzed with why. Shares are of the specifications that could:
    ``share_same_direction`` (as the majority), ``share_significant`` (p < alpha in that direction),
    ``share_opposite_significant``. ``ranges``: measure -> (lowest, median, highest estimate, lowest
    ci_low, highest ci_high) on its pooling scale. ``robust``: all point one way and all are (or
    none is) significant.
    """

    specifications: tuple[Specification, ...]
    failed: tuple[tuple[str, str], ...]
    direction: int
    share_same_direction: float
    share_significant: float
    share_opposite_significant: float
    ranges: dict[str, tuple[float, float, float, float, float]]
    robust: bool
    alpha: float
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """One dict a specification, in the order of the curve."""
        return [s.row() for s in self.specifications]

    def summary(self, lang: Language | None = None) -> str:
        """The verdict and the ranges as a person would print them (English by default)."""
        from sinteza.i18n import Language as Spoken

        lang = lang or Spoken("en")
        shares = (
            self.share_same_direction, self.share_significant, self.share_opposite_significant
        )  # fmt: skip
        same, significant, opposite = (lang.percent(s) for s in shares)
        lines = [
            lang.text(
                "Analyses: {n}. Pointing the same way: {same}; significant in that direction: "
                "{significant}, in the other: {opposite}.",
                n=len(self.specifications),
                same=same,
                significant=significant,
                opposite=opposite,
            )
        ]
        header = ("measure", "lowest", "median", "highest", "CI low", "high")
        rows = [[lang.text(h) for h in header]]
        for measure, values in self.ranges.items():
            with np.errstate(over="ignore"):
                shown = [float(np.exp(v)) if measure in LOG_MEASURES else v for v in values]
            rows.append([measure, *(number(v, lang) for v in shown)])
        lines.append(aligned(rows))
        lines += [
            lang.text("not possible: {name} ({why})", name=what, why=why)
            for what, why in self.failed
        ]
        alpha = lang.number(self.alpha, 2)
        lines.append(
            lang.text("The conclusion is robust (alpha {alpha}).", alpha=alpha)
            if self.robust
            else lang.text("The conclusion depends on the choices (alpha {alpha}).", alpha=alpha)
        )
        return "\n".join(lines)


Run = tuple[str, str, str, str, Callable[[], Any]]


def _null(measure: str) -> float:
    """The value of no effect on the pooling scale (0, for logs and differences alike)."""
    if measure in ("PR", "PLN", "PLO", "PAS", "PFT", "IR", "IRLN", "MN", "MNLN"):
        raise SynthesisError(
            f"{measure} describes one group: it has no value of no effect",
            hint="run pool() with the methods you want to compare",
        )
    return 0.0


@guarded
def multiverse(
    *,
    measures: Sequence[str] | None = None,
    methods: Sequence[str] = METHODS,
    tests: Sequence[str] = TESTS,
    zero: Sequence[str] | None = None,
    glmm: bool = True,
    alpha: float = 0.05,
    **columns: ArrayLike | None,
) -> Multiverse:
    """Run every combination of measure, method, test and rule for empty cells.

    ``columns``: those of :func:`effect_sizes` (2x2 tables, means, rates, ``yi vi``). ``measures``:
    RR OR RD for 2x2 tables unless said, MD SMD for means, IRR for rates, GEN for ``yi``. For 2x2
    tables Mantel-Haenszel, Peto and (``glmm``) the conditional exact model come on top;
    combinations that give the same analysis (no empty cell, EE with a Knapp-Hartung test) are run
    once.

    Raises SynthesisError for unknown choices or columns no measure fits, TooFewStudies where not
    one combination can be analyzed.
    """
    given: dict[str, Any] = {name: values for name, values in columns.items() if values is not None}
    table2x2 = "ai" in given
    if measures is None:
        measures = (
            _BINARY if table2x2 else ("MD", "SMD") if "m1i" in given
            else ("IRR",) if "x1i" in given else ("GEN",)
        )  # fmt: skip
    for measure in measures:
        _null(measure)
    rules = tuple(zero) if zero is not None else tuple(ZERO_RULES)
    for rule in rules:
        if rule not in ZERO_RULES:
            raise SynthesisError(f"no rule {rule!r}", hint=", ".join(ZERO_RULES))
    made: list[Specification] = []
    failed: list[tuple[str, str]] = []
    seen: set[tuple[Any, ...]] = set()
    notes: list[str] = []
    for measure, method, test, rule, run in _plan(
        measures, methods, tests, rules, given, table2x2, glmm
    ):
        try:
            fit = run()
        except SintezaError as error:
            failed.append((" ".join(x for x in (measure, method, test, rule) if x), error.what))
            continue
        same = (measure, method, test, round(fit.estimate, 10), round(fit.ci_low, 10), fit.k)
        if same in seen:
            continue
        seen.add(same)
        made.append(
            Specification(
                measure, method, test, rule, fit.k, fit.estimate, fit.ci_low, fit.ci_high,
                fit.p, fit.tau2, int(np.sign(fit.estimate)),
            )
        )  # fmt: skip
    if not made:
        why = failed[0][1] if failed else "no combination was asked for"
        raise TooFewStudies(f"not one analysis is possible: {why}")
    if failed:
        notes.append(f"{len(failed)} combinations could not be analyzed")
    return _collect(made, failed, measures, alpha, notes)


def _plan(
    measures: Sequence[str], methods: Sequence[str], tests: Sequence[str], rules: Sequence[str],
    given: dict[str, Any], table2x2: bool, glmm: bool,
) -> list[Run]:  # fmt: skip
    """Every analysis as (measure, method, test, rule, function)."""
    runs: list[Run] = []
    for measure in measures:
        for rule in rules if table2x2 else ("",):
            options = ZERO_RULES[rule][0] if rule else {}

            def sizes(measure: str = measure, options: dict[str, Any] = options) -> Any:
                return effect_sizes(measure, **options, **given)

            for method in methods:
                for test in ("z",) if method in FIXED else tests:

                    def run(
                        sizes: Callable[[], Any] = sizes, method: str = method, test: str = test,
                        measure: str = measure,
                    ) -> Any:  # fmt: skip
                        s = sizes()
                        return pool(s.yi, s.vi, method=method, test=test, measure=measure)

                    runs.append((measure, method, test, rule, run))
        if table2x2 and measure in _BINARY:
            for rule in dict.fromkeys(ZERO_RULES[r][1] for r in rules):
                runs.append((measure, "MH", "z", rule, _mantel_haenszel(measure, rule, given)))
    if table2x2 and "OR" in measures:
        runs.append(("OR", "PETO", "z", "none", lambda: peto(**given)))
        if glmm:
            from sinteza.stats.glmm import pool_glmm

            runs.append(("OR", "CM.EL", "z", "none", lambda: _exact(pool_glmm, given)))
    return runs


def _mantel_haenszel(measure: str, rule: str, given: dict[str, Any]) -> Callable[[], Any]:
    return lambda: mantel_haenszel(measure, zero=rule, **given)


def _exact(fit: Callable[..., Any], given: dict[str, Any]) -> Any:
    names = ("ai", "bi", "ci", "di", "n1i", "n2i")
    return fit("OR", model="CM.EL", **{n: given[n] for n in names if n in given})


def _collect(
    made: list[Specification], failed: list[tuple[str, str]], measures: Sequence[str],
    alpha: float, notes: list[str],
) -> Multiverse:  # fmt: skip
    order = {m: i for i, m in enumerate(measures)}
    made = sorted(made, key=lambda s: (order[s.measure], s.estimate))
    signs = np.array([s.favors for s in made])
    direction = 1 if (signs > 0).sum() >= (signs < 0).sum() else -1
    significant = np.array([s.p < alpha for s in made])
    ranges = {}
    for measure in measures:
        mine = [s for s in made if s.measure == measure]
        if mine:
            values = [s.estimate for s in mine]
            ranges[measure] = (
                min(values), float(np.median(values)), max(values),
                min(s.ci_low for s in mine), max(s.ci_high for s in mine),
            )  # fmt: skip
    same = signs == direction
    return Multiverse(
        specifications=tuple(made), failed=tuple(failed), direction=direction,
        share_same_direction=float(same.mean()),
        share_significant=float((same & significant).mean()),
        share_opposite_significant=float((~same & significant).mean()),
        ranges=ranges,
        robust=bool(same.all() and (significant.all() or not significant.any())),
        alpha=alpha, notes=tuple(notes),
    )  # fmt: skip
