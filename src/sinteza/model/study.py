"""Studies, their arms, and the results printed for them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["intervention", "comparator", "pooled", "single_arm"]


class Quote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The place of a source that supports a value: characters ``start`` to ``end`` of a section.

    ``document`` is a record's id or an address; ``digest`` (SHA-256, hexadecimal) is of the quoted
    words, so that the place can be verified without holding them.
    """

    document: str
    section: str = ""
    start: int | None = None
    end: int | None = None
    digest: str = ""


class Arm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A group of participants. Numbers are people; ``None`` where the source prints none.

    ``concept`` is the taxonomy's name of the intervention; ``control`` what kind of comparator the
    arm is (placebo, sham, low_dose, usual_care, none).
    """

    id: str
    role: Role
    intervention: str
    concept: str = ""
    control: str = ""
    dose: str = ""
    n_randomized: int | None = None
    n_analyzed: int | None = None


class ArmResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One printed result of one arm.

    ``outcome`` is an outcome's id out of the protocol (or an extraction code where the protocol has
    none). ``events``/``total`` are people; ``percent`` 0 to 100 as printed; ``derived`` says how
    ``events`` came to be when it was not printed (``percent`` = the only integer that rounds to the
    printed percentage); ``basis`` says whose reading it is.
    """

    arm: str
    outcome: str
    events: int | None = None
    total: int | None = None
    percent: float | None = None
    percent_max: float | None = None
    mean: float | None = None
    sd: float | None = None
    derived: str = ""
    subset: str = ""
    period: str = ""
    quote: Quote | None = None
    reason_missing: str = ""
    actor: str = ""
    confidence: float | None = None
    verified: bool = False
    flags: tuple[str, ...] = ()


class Study(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One trial or cohort, with the reports that describe it.

    ``design`` is one of: rct_parallel, rct_crossover, nonrandomized, open_label_extension,
    posthoc_pooled_rct, posthoc_rct, single_arm, single_arm_escalation, observational, protocol,
    review, meta_analysis, methodology, unknown. ``domain`` is epilepsy, status_epilepticus,
    febrile_seizures, prophylaxis, healthy, veterinary or other. ``drug_resistant`` is explicit,
    implied, no, or empty where nobody read it. ``by_machine`` marks a reading that no person made.
    ``overlaps`` names studies whose participants are the same people, in whole or in part.
    """

    id: str
    label: str
    reports: tuple[str, ...] = ()
    design: str = "unknown"
    year: int | None = None
    registry_ids: tuple[str, ...] = ()
    therapy: str = ""
    population: str = ""
    domain: str = ""
    drug_resistant: str = ""
    age_group: str = ""
    blinding: str = ""
    control: str = ""
    n_randomized: int | None = None
    arms: tuple[Arm, ...] = ()
    results: tuple[ArmResult, ...] = ()
    overlaps: tuple[str, ...] = ()
    source: str = ""
    place: str = ""
    read_by: str = ""
    by_machine: bool = False
    notes: str = ""


class Sharing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Two studies (ids, in order) of the same people, or a question of it.

    ``same`` is None where nobody said so and no registration shows it. ``grounds``: told (by the
    evidence base), judged (by a person, with a ``note``), registration, signs. ``signs`` are kinds
    (registration, name, sizes, randomized, authors) and what the two have in common.
    """

    left: str
    right: str
    same: bool | None
    grounds: Literal["told", "judged", "registration", "signs"]
    signs: tuple[tuple[str, str], ...] = ()
    note: str = ""
    score: float = 1.0


class ValueComparison(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value as two readers read it. ``agree`` is true where nothing printed differs."""

    study: str
    outcome: str
    subset: str
    arm: str
    first: str
    second: str
    first_reader: str
    second_reader: str
    agree: bool


class Reading(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A study as the analyses use it, the readings behind it and how they compare."""

    study: Study
    readings: tuple[Study, ...]
    comparisons: tuple[ValueComparison, ...] = ()
