"""Meta-analysis as a library of its own: numpy and scipy, no review.

Numbers go in as plain sequences, named results come out. Statistical arguments are keyword-only and
measures and methods carry the codes of the field (RR OR MD SMD ...; DL REML PM ...).

The result classes (all frozen; ``.summary()`` as a person would print it, ``.rows()`` as dicts):

- :class:`EffectSizes` ``measure yi vi sei ni labels notes`` from :func:`effect_sizes`
- :class:`Pooled` from :func:`pool`, :func:`mantel_haenszel`, :func:`peto`, :func:`pool_revman`,
  :func:`pool_meta` and :func:`pool_penalized`:
  ``measure method test level k p_coef estimate se statistic p df ci_low ci_high pi_low pi_high tau2
  tau2_se tau i2 h2 q q_df q_p loglik deviance aic bic aicc weights yi vi labels used zero extra
  notes``; every number a float (NaN where the method does not define it), ``weights`` (percent),
  ``yi`` and ``vi`` arrays over the studies used
- :class:`Regression` from :func:`pool` with ``mods``: the same names, where ``names estimate se
  statistic p ci_low ci_high`` have one value a coefficient, and ``vb x r2 qm qm_df1 qm_df2 qm_p
  tested fitted`` besides
- :class:`HeterogeneityInterval` ``tau2 tau i2 h2`` as (estimate, low, high)
- :class:`PooledMany`, :class:`Subsets`: arrays with one value an analysis, or a subset

Methods whose results are described where they live: ``glmm`` ``beta_binomial`` (counts),
``multilevel`` ``random_effects`` ``robust`` (dependent estimates), ``bias`` ``trim_fill``
``excess``
``selection`` ``copas`` ``bias_report`` (small-study effects), ``influence`` (diagnostics),
``sensitivity`` (the multiverse), ``accuracy`` ``dose_response``.

Names are loaded when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinteza.stats.accuracy import pool_accuracy
    from sinteza.stats.beta_binomial import pool_beta_binomial
    from sinteza.stats.bias import begg, egger, pet_peese
    from sinteza.stats.bias_report import assess_bias
    from sinteza.stats.glmm import pool_glmm
    from sinteza.stats.heterogeneity import HeterogeneityInterval, heterogeneity_interval
    from sinteza.stats.influence import blups, cumulative, leave_one_out, subgroups
    from sinteza.stats.many import PooledMany, pool_many
    from sinteza.stats.measures import EffectSizes, effect_sizes
    from sinteza.stats.meta_package import pool_meta
    from sinteza.stats.multilevel import pool_multilevel
    from sinteza.stats.penalized import pool_penalized
    from sinteza.stats.permutation import PermutationTest, permutation_test
    from sinteza.stats.pooling import Pooled, Regression, pool
    from sinteza.stats.regression import Factor, contrast, predict, vif
    from sinteza.stats.revman import pool_revman
    from sinteza.stats.scale_models import LocationScale, location_scale
    from sinteza.stats.selection import selection_model
    from sinteza.stats.sensitivity import multiverse
    from sinteza.stats.subsets import Subsets, gosh
    from sinteza.stats.tables import mantel_haenszel, peto
    from sinteza.stats.trim_fill import trim_and_fill

__all__ = [
    "EffectSizes",
    "Factor",
    "HeterogeneityInterval",
    "LocationScale",
    "PermutationTest",
    "Pooled",
    "PooledMany",
    "Regression",
    "Subsets",
    "assess_bias",
    "begg",
    "blups",
    "contrast",
    "cumulative",
    "effect_sizes",
    "egger",
    "gosh",
    "heterogeneity_interval",
    "leave_one_out",
    "location_scale",
    "mantel_haenszel",
    "multiverse",
    "permutation_test",
    "pet_peese",
    "peto",
    "pool",
    "pool_accuracy",
    "pool_beta_binomial",
    "pool_glmm",
    "pool_many",
    "pool_meta",
    "pool_multilevel",
    "pool_penalized",
    "pool_revman",
    "predict",
    "selection_model",
    "subgroups",
    "trim_and_fill",
    "vif",
]

#: module -> the names it gives
_HOMES = {
    "accuracy": ("pool_accuracy",),
    "beta_binomial": ("pool_beta_binomial",),
    "bias": ("begg", "egger", "pet_peese"),
    "bias_report": ("assess_bias",),
    "glmm": ("pool_glmm",),
    "influence": ("blups", "cumulative", "leave_one_out", "subgroups"),
    "multilevel": ("pool_multilevel",),
    "selection": ("selection_model",),
    "sensitivity": ("multiverse",),
    "trim_fill": ("trim_and_fill",),
    "heterogeneity": ("HeterogeneityInterval", "heterogeneity_interval"),
    "scale_models": ("LocationScale", "location_scale"),
    "many": ("PooledMany", "pool_many"),
    "measures": ("EffectSizes", "effect_sizes"),
    "meta_package": ("pool_meta",),
    "penalized": ("pool_penalized",),
    "permutation": ("PermutationTest", "permutation_test"),
    "pooling": ("Pooled", "Regression", "pool"),
    "regression": ("Factor", "contrast", "predict", "vif"),
    "revman": ("pool_revman",),
    "subsets": ("Subsets", "gosh"),
    "tables": ("mantel_haenszel", "peto"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"sinteza.stats.{_HOME[name]}"), name)
    raise AttributeError(f"module 'sinteza.stats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
