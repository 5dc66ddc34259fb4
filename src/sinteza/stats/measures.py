"""Effect sizes: one estimate and its sampling variance from what a study reports.

``effect_sizes(measure, ...)`` takes the columns the measure needs and returns
:class:`EffectSizes` (``measure yi vi sei ni labels notes``, one value a study; NaN where a study
does not give enough). The formulas stand beside the measures: ``measures_binary`` (2x2 tables and
matched pairs), ``measures_continuous`` (means, changes, reliability, correlations) and
``measures_single`` (rates, proportions, single arms).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sinteza.errors import SynthesisError
from sinteza.stats import measures_binary, measures_continuous, measures_single
from sinteza.stats import notes as say
from sinteza.stats.arrays import FloatArray, label, plain, vector
from sinteza.stats.guard import guarded
from sinteza.stats.measures_binary import Columns, Options, Pair

#: code -> (name, kind of data, function, add to empty cells?)
MEASURES = {
    **measures_binary.MEASURES,
    **measures_continuous.MEASURES,
    **measures_single.MEASURES,
}

#: measures whose estimates are logarithms: exp() gives the ratio
LOG_MEASURES = frozenset(
    (
        "RR",
        "OR",
        "PETO",
        "IRR",
        "ROM",
        "VR",
        "CVR",
        "PLN",
        "IRLN",
        "MNLN",
        "SDLN",
        "CVLN",
        "MPRR",
        "MPOR",
        "MPORC",
        "MPPETO",
        "D2OR",
        "D2ORN",
        "D2ORL",
        "ROMC",
        "VRC",
        "CVRC",
        "HR",
    )
)

_COLUMNS = frozenset(
    (
        "ai",
        "bi",
        "ci",
        "di",
        "n1i",
        "n2i",
        "x1i",
        "x2i",
        "t1i",
        "t2i",
        "m1i",
        "m2i",
        "sd1i",
        "sd2i",
        "xi",
        "mi",
        "ni",
        "ti",
        "sdi",
        "ri",
        "r2i",
        "pi",
        "yi",
        "vi",
        "sei",
    )
)


@dataclass(frozen=True)
class EffectSizes:
    """One estimate a study, on the scale it is pooled on.

    ``measure``: the code. ``yi``: estimates (log ratios for ratio measures). ``vi``: sampling
    variances. ``ni``: participants where the data says (NaN otherwise). ``labels``: study names.
    ``notes``: what was corrected, dropped or could not be computed.
    """

    measure: str
    yi: FloatArray
    vi: FloatArray
    ni: FloatArray
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def sei(self) -> FloatArray:
        """Standard errors (NaN where a variance given is negative)."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(self.vi))

    @property
    def k(self) -> int:
        """Studies, those without an estimate included."""
        return len(self.yi)

    def rows(self) -> list[dict[str, Any]]:
        """One dict a study: ``study yi vi sei ni``, None where not defined."""
        return [
            {"study": s, "yi": plain(y), "vi": plain(v), "sei": plain(e), "ni": plain(n)}
            for s, y, v, e, n in zip(self.labels, self.yi, self.vi, self.sei, self.ni, strict=True)
        ]

    def summary(self) -> str:
        """The table as a person would print it, notes under it."""
        from sinteza.stats.tabulate import table

        body = table(
            ["study", "estimate", "variance", "se"],
            [list(r) for r in zip(self.labels, self.yi, self.vi, self.sei, strict=True)],
        )
        return "\n".join([f"{self.measure}: {MEASURES[self.measure].name}", body, *self.notes])


@guarded
def effect_sizes(
    measure: str,
    *,
    add: float = 0.5,
    to: str = "only0",
    drop00: bool = False,
    vtype: str | Sequence[str] = "LS",
    correct: bool = True,
    labels: Sequence[str] | None = None,
    **columns: ArrayLike | None,
) -> EffectSizes:
    """The effect sizes of studies.

    ``measure``: a code of :data:`MEASURES`. The columns are keyword arguments named as in the
    field: ``ai bi ci di n1i n2i`` for 2x2 tables (events, non-events, group sizes; sizes or
    non-events), ``x1i t1i x2i t2i`` for events and person-time, ``m1i sd1i n1i m2i sd2i n2i`` for
    means, ``xi ni`` (``mi``) for proportions, ``xi ti`` for rates, ``ri ni`` for correlations,
    ``yi`` with ``vi`` or ``sei`` for GEN.

    ``add`` is added to the cells of: studies with an empty cell (``to="only0"``), all studies
    (``"all"``), all studies if any has an empty cell (``"if0all"``), none (``"none"``).
    ``drop00`` leaves out studies with no or only events in both arms. ``vtype``: the variance
    estimator (``LS`` large sample, ``UB`` unbiased, ``AV`` averaged, ``HO`` homoscedastic, ...; one
    for all or one a study). ``correct``: apply the small-sample correction of the measure.

    Raises SynthesisError for an unknown measure, missing columns or impossible counts.
    """
    measure_kind(measure)
    if to not in ("only0", "all", "if0all", "none"):
        raise SynthesisError(
            f"to={to!r} is not a rule for empty cells", hint="use only0, all, if0all or none"
        )
    spec = MEASURES[measure]
    given = {name: vector(v, name) for name, v in columns.items() if v is not None}
    stray = sorted(set(given) - set(_COLUMNS))
    if stray:
        raise SynthesisError(f"no measure has a column {stray[0]!r}")
    data = Columns(measure, given)
    options = Options(add=add, to=to, drop00=drop00, vtype=vtype, correct=correct)
    with np.errstate(all="ignore"):  # impossible rows become NaN and are noted below
        pair: Pair = spec.function(data, options)
        total = data.total()
    yi, vi = np.asarray(pair.yi, float).copy(), np.asarray(pair.vi, float).copy()
    unusable = ~(np.isfinite(yi) & np.isfinite(vi))
    notes = list(pair.notes)
    if unusable.any():
        count = int(unusable.sum())
        notes.append(say.NO_ESTIMATE.format(count=count, k=len(yi)))
        bad = ~np.isfinite(yi)
        yi[bad] = np.nan
        vi[bad | ~np.isfinite(vi)] = np.nan
    return EffectSizes(
        measure=measure,
        yi=yi,
        vi=vi,
        ni=total,
        labels=label(labels, len(yi)),
        notes=tuple(notes),
    )


def measure_kind(measure: str) -> str:
    """The kind of data a measure needs: ``table``, ``means``, ``rates`` ... Raises SynthesisError
    for an unknown measure."""
    if measure not in MEASURES:
        raise _unknown(measure)
    return MEASURES[measure].kind


def _unknown(measure: str) -> SynthesisError:
    import difflib

    near = difflib.get_close_matches(str(measure).upper(), MEASURES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"one of: {' '.join(MEASURES)}"
    return SynthesisError(f"there is no measure {measure!r}", hint=hint)
