"""Every test and adjustment for small-study effects that the data allow, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SintezaError
from sinteza.stats import bias, excess, selection
from sinteza.stats.arrays import plain, same_length, vector
from sinteza.stats.guard import guarded
from sinteza.stats.pooling import Pooled
from sinteza.stats.report import aligned, number, p_value
from sinteza.stats.trim_fill import TrimFill, trim_and_fill

if TYPE_CHECKING:
    from sinteza.i18n import Language

MINIMUM = bias.FEW


@dataclass(frozen=True)
class BiasReport:
    """``results``: name -> result (each with ``.summary()`` and ``.rows()``), in the order they are
    read; ``failed``: name -> why it was not possible. ``k`` studies; ``tested``: whether there are
    the 10 studies Cochrane asks for before testing (results are given anyway, with a note).
    """

    k: int
    tested: bool
    results: dict[str, Any]
    failed: dict[str, str]
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """The rows of all results, each with its ``method``."""
        return [
            {"method": name, **{key: plain(v) for key, v in row.items()}}
            for name, result in self.results.items()
            for row in result.rows()
        ]

    def summary(self, lang: Language | None = None) -> str:
        """Tests, adjusted estimates and counts as a person would print them (English by default).

        Every result's own ``.summary()`` says more.
        """
        from sinteza.i18n import Language as Spoken

        lang = lang or Spoken("en")
        parts = [self._tests(lang), self._adjusted(lang), *self._counts(lang)]
        parts += [
            lang.text("not possible: {name} ({why})", name=lang.text(name), why=why)
            for name, why in self.failed.items()
        ]
        if not self.tested:
            parts.append(lang.text(FEW_STUDIES, minimum=MINIMUM, k=self.k))
        return "\n".join(part for part in parts if part)

    def _tests(self, lang: Language) -> str:
        rows = [[lang.text(h) for h in ("asymmetry", "statistic", "df", "p")]]
        for name, found in self.results.items():
            if isinstance(found, bias.AsymmetryTest):
                df = "" if found.df is None else str(found.df)
                rows.append([name, number(found.statistic, lang), df, _p(found.p, lang)])
        return aligned(rows) if len(rows) > 1 else ""

    def _adjusted(self, lang: Language) -> str:
        rows = [[lang.text(h) for h in ("adjusted estimate", "estimate", "CI low", "high")]]
        for name, found in self.results.items():
            line = found.adjusted if isinstance(found, TrimFill) else found
            if isinstance(line, bias.PetPeese | bias.LimitResult | selection.SelectionResult):
                line = line.estimate
            elif not isinstance(line, Pooled | excess.HenmiCopas):
                continue
            values = (line.estimate, line.ci_low, line.ci_high)
            rows.append([lang.text(name), *(number(v, lang) for v in values)])
        return aligned(rows) if len(rows) > 1 else ""

    def _counts(self, lang: Language) -> list[str]:
        lines = []
        for found in self.results.values():
            if isinstance(found, TrimFill):
                side = lang.text("left") if found.side == "left" else lang.text("right")
                lines.append(
                    lang.text(
                        "Trim and fill, studies missing on the {side}: {n}",
                        side=side,
                        n=found.missing,
                    )
                )
            elif isinstance(found, excess.FailSafe):
                lines.append(
                    lang.text("Fail-safe N ({kind}), studies: {n}", kind=found.kind, n=found.n)
                )
            elif isinstance(found, excess.ExcessSignificance):
                lines.append(
                    lang.text(
                        "Significant studies: observed {observed}, expected {expected}, p {p}",
                        observed=found.observed,
                        expected=lang.number(found.expected, 1),
                        p=_p(found.p, lang),
                    )
                )
            elif isinstance(found, excess.PCurve):
                lines.append(
                    lang.text(
                        "p-curve, significant studies: {k}; right skew p {skew}, "
                        "flatter than 33% power p {flat}",
                        k=found.k,
                        skew=_p(found.p_skew, lang),
                        flat=_p(found.p_flat, lang),
                    )
                )
        return lines


FEW_STUDIES = "Fewer than {minimum} studies ({k}): the tests miss most asymmetry."


def _p(p: float, lang: Language) -> str:
    return p_value(p, lang).removeprefix("= ")


@guarded
def assess_bias(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    ni: ArrayLike | None = None,
    tables: Mapping[str, ArrayLike] | None = None,
    method: str = "REML",
    test: str = "knha",
    alternative: str | None = None,
    level: float = 0.95,
) -> BiasReport:
    """Run the regression and rank tests, trim and fill, and the adjusted estimates.

    ``tables``: ``ai n1i ci n2i`` for Harbord and Peters, which a log odds ratio needs (``yi`` must
    be of the same rows); ``ni``: sample sizes for Macaskill (n1i + n2i of the tables when not
    given). ``alternative``: direction that selection favors (that of the pooled estimate when not
    given). Raises SynthesisError for columns that do not fit; a method that cannot be computed is
    listed in ``failed`` with its reason.
    """
    y, v = vector(yi, "yi"), vector(vi, "vi")
    same_length({"yi": y, "vi": v})
    used = np.isfinite(y) & np.isfinite(v)
    k = int(used.sum())
    counts = None if tables is None else {c: tables[c] for c in ("ai", "n1i", "ci", "n2i")}
    if ni is None and counts is not None:
        ni = np.asarray(counts["n1i"], float) + np.asarray(counts["n2i"], float)
    sizes = None if ni is None else vector(ni, "ni")
    if sizes is not None:
        same_length({"yi": y, "ni": sizes})
    if sizes is not None and not np.isfinite(sizes[used]).all():
        sizes = None
    if alternative is None:
        w = 1 / np.where(used & (v > 0), v, np.inf)
        alternative = "less" if float((w * np.where(used, y, 0.0)).sum()) < 0 else "greater"
    side = alternative
    plan: dict[str, Callable[[], Any]] = {
        "Egger": lambda: bias.egger(y, v, level=level),
        "Thompson-Sharp": lambda: bias.thompson_sharp(y, v, method=method, level=level),
        "Begg": lambda: bias.begg(y, v),
    }
    if counts is not None:
        plan["Harbord"] = lambda: bias.harbord(**counts, level=level)
        plan["Peters"] = lambda: bias.peters(y, **counts, level=level)
    if sizes is not None:
        plan["Macaskill"] = lambda: bias.macaskill(y, v, sizes, level=level)
    plan |= {
        "Trim and fill": lambda: trim_and_fill(y, v, method=method, test=test, level=level),
        "PET-PEESE": lambda: bias.pet_peese(y, v, level=level),
        "Limit": lambda: bias.limit(y, v, method=method, level=level),
        "Henmi-Copas": lambda: excess.henmi_copas(y, v, level=level),
        "Selection (step)": lambda: selection.selection_model(y, v, alternative=side, level=level),
        "Selection (moderate)": lambda: selection.vevea_woods(y, v, alternative=side, level=level),
        "Fail-safe N (Rosenthal)": lambda: excess.fail_safe_n(y, v),
        "Fail-safe N (Orwin)": lambda: excess.fail_safe_n(y, v, kind="Orwin"),
        "Fail-safe N (Rosenberg)": lambda: excess.fail_safe_n(y, v, kind="Rosenberg"),
        "Excess significance": lambda: excess.excess_significance(y, v, method=method),
        "p-curve": lambda: excess.p_curve(y, v),
    }
    results: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for name, run in plan.items():
        try:
            results[name] = run()
        except SintezaError as error:
            failed[name] = error.what
    notes: tuple[str, ...] = ()
    if k < MINIMUM:
        notes = (FEW_STUDIES.format(minimum=MINIMUM, k=k),)
    return BiasReport(k, k >= MINIMUM, results, failed, notes)
