"""Every test and adjustment for small-study effects that the data allow, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SintezaError
from sinteza.stats import bias, excess, selection
from sinteza.stats.arrays import plain, vector
from sinteza.stats.trim_fill import trim_and_fill

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

    def summary(self) -> str:
        """All results as a person would print them."""
        parts = [result.summary() for result in self.results.values()]
        # the caution on few studies is said once, below
        lines = [line for line in "\n".join(parts).split("\n") if "with fewer than 10" not in line]
        lines += [f"not possible: {name} ({why})" for name, why in self.failed.items()]
        return "\n".join([*lines, *(f"Note: {n}" for n in self.notes)])


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
    used = np.isfinite(y) & np.isfinite(v)
    k = int(used.sum())
    counts = None if tables is None else {c: tables[c] for c in ("ai", "n1i", "ci", "n2i")}
    if ni is None and counts is not None:
        ni = np.asarray(counts["n1i"], float) + np.asarray(counts["n2i"], float)
    sizes = None if ni is None else vector(ni, "ni")
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
        notes = (f"only {k} studies: with fewer than {MINIMUM} the tests miss most asymmetry",)
    return BiasReport(k, k >= MINIMUM, results, failed, notes)
