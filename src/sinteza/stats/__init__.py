"""Meta-analysis as a library of its own: numpy and scipy, no review.

Numbers go in as plain sequences, named results come out. Statistical arguments are keyword-only and
measures and methods carry the codes of the field (RR OR MD SMD ...; DL REML PM ...).

The result classes (all frozen; ``.summary()`` as a person would print it, ``.rows()`` as dicts):

- :class:`EffectSizes` ``measure yi vi sei ni labels notes`` from :func:`effect_sizes`
- :class:`Pooled` from :func:`pool`, :func:`mantel_haenszel` and :func:`peto`: ``measure method test
  level k p_coef estimate se statistic p df ci_low ci_high pi_low pi_high tau2 tau2_se tau i2 h2 q
  q_df q_p loglik deviance aic bic aicc weights yi vi used zero notes``; every number a float
  (NaN where the method does not define it), ``weights`` (percent), ``yi`` and ``vi`` arrays
- :class:`Regression` from :func:`pool` with ``mods``: the same names, where ``names estimate se
  statistic p ci_low ci_high`` are arrays with one value a coefficient, and ``vb r2 qm qm_df1 qm_df2
  qm_p fitted`` besides

Names are loaded when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinteza.stats.measures import EffectSizes, effect_sizes
    from sinteza.stats.pooling import Pooled, Regression, pool
    from sinteza.stats.tables import mantel_haenszel, peto

__all__ = [
    "EffectSizes",
    "Pooled",
    "Regression",
    "effect_sizes",
    "mantel_haenszel",
    "peto",
    "pool",
]

_HOME = {
    "EffectSizes": "measures",
    "Pooled": "pooling",
    "Regression": "pooling",
    "effect_sizes": "measures",
    "mantel_haenszel": "tables",
    "peto": "tables",
    "pool": "pooling",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"sinteza.stats.{_HOME[name]}"), name)
    raise AttributeError(f"module 'sinteza.stats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
