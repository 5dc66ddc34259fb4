"""Effects of studies and their poolings, as the edition shows them."""

from __future__ import annotations

from msgspec import Struct


class EffectEstimate(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One contrast of one study.

    ``estimate`` and the bounds are on the scale people read (a ratio for RR and OR); ``se`` is of
    the logarithm there. ``events_*``/``total_*``: 1 the intervention, 2 the comparator. ``weight``
    is in percent of its group.
    """

    study: str
    label: str
    group: str
    intervention: str
    comparator: str
    measure: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    events_1: int
    total_1: int
    events_2: int
    total_2: int
    weight: float | None = None
    derived: bool = False
    verified: bool = True
    arms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class PooledEffect(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Several studies as one.

    Ratios on the scale people read; ``tau2`` on the logarithm's. ``i2`` is a fraction of one.
    ``pi_low``/``pi_high`` bound the effect expected in a new study. ``None`` where the method
    gives nothing.
    """

    group: str
    k: int
    n: int
    measure: str
    method: str
    test: str
    estimate: float
    ci_low: float
    ci_high: float
    p: float | None = None
    tau2: float | None = None
    i2: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    notes: tuple[str, ...] = ()


class Omitted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A study that could have entered an analysis and did not, and why (a stable code)."""

    study: str
    label: str
    code: str
    detail: str = ""


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One group of an analysis. ``disagree`` marks studies that do not tell one story."""

    concept: str
    effects: tuple[EffectEstimate, ...]
    pooled: PooledEffect | None
    alternatives: tuple[PooledEffect, ...] = ()
    disagree: str = ""


class AnalysisResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An analysis done. Groups are not pooled with each other: they are different treatments."""

    id: str
    groups: tuple[Group, ...]
    omitted: tuple[Omitted, ...]
