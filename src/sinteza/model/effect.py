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


class Without(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pooled effect when one study is left out."""

    study: str
    label: str
    estimate: float
    ci_low: float
    ci_high: float


class Asymmetry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test of small-study effects. ``p`` is two-sided."""

    test: str
    k: int
    p: float


class Specified(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to analyze a group, ratios as people read them; ``zero``: rule for empty cells."""

    measure: str
    method: str
    test: str
    zero: str
    estimate: float
    ci_low: float
    ci_high: float
    p: float


class Specifications(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All reasonable ways to analyze a group at once (measure, method, interval, empty cells).

    ``n`` were done, ``failed`` could not be; the shares are of those done: of one direction, and
    significant in it. ``ranges``: measure, lowest, median and highest estimate as people read them.
    ``done``: each of them, by measure and estimate.
    """

    n: int
    failed: int
    same_direction: float
    significant: float
    opposite: float
    ranges: tuple[tuple[str, float, float, float], ...]
    done: tuple[Specified, ...] = ()


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One group of an analysis. ``disagree`` marks studies that do not tell one story."""

    concept: str
    effects: tuple[EffectEstimate, ...]
    pooled: PooledEffect | None
    alternatives: tuple[PooledEffect, ...] = ()
    disagree: str = ""
    without: tuple[Without, ...] = ()
    asymmetry: Asymmetry | None = None
    specifications: Specifications | None = None


class GroupTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the groups of an analysis differ: Q between them, chi-square with ``df``."""

    q: float
    df: int
    p: float


class AnalysisResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An analysis done. Groups are not pooled with each other: they are different treatments."""

    id: str
    groups: tuple[Group, ...]
    omitted: tuple[Omitted, ...]
    between: GroupTest | None = None


class NetworkTreatment(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A node of a network and its effect against the reference, ratios as people read them.

    ``p_score`` is the mean chance of being better than another treatment (1 is best);
    ``rank_low``/``rank_high`` hold its rank with probability 0.95.
    """

    concept: str
    studies: int
    people: int
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    p_score: float | None = None
    mean_rank: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    direct: bool = False


class NetworkPair(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Two treatments compared: through the network, directly, and how well the two agree."""

    a: str
    b: str
    estimate: float
    ci_low: float
    ci_high: float
    k: int = 0
    direct: float | None = None
    direct_low: float | None = None
    direct_high: float | None = None
    indirect: float | None = None
    disagree_p: float | None = None


class NetworkResult(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A network of treatments compared.

    ``parts`` are the treatments that no study connects with the reference. ``between_*`` test the
    consistency of designs; ``None`` where no loop allows it. ``cautions`` are codes: kinds (drugs
    and devices or surgery), ages (children and adults), thin (single-study comparisons), loops (no
    loop, so consistency cannot be tested).
    """

    id: str
    measure: str
    method: str
    reference: str
    k: int
    people: int
    treatments: tuple[NetworkTreatment, ...]
    pairs: tuple[NetworkPair, ...]
    tau2: float
    i2: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    between_q: float | None = None
    between_df: int | None = None
    between_p: float | None = None
    multi_arm: tuple[tuple[str, ...], ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    dropped: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
