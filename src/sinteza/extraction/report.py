"""What is read from one report: the shape of `sinteza extract --json`."""

from __future__ import annotations

from msgspec import Struct


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where it stands: number of the sentence (from 0) and characters of the abstract's text.

    The text is :attr:`sinteza.model.record.Record.abstract_text`: sections joined by one space,
    labels left out. The title is sentence -1; its offsets count its own characters. ``section`` is
    empty for the abstract, else the label of the section of the body that is counted instead; in a
    table a sentence is a row.
    """

    sentence: int
    start: int
    end: int
    section: str = ""


class ReportValue(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A printed result of one arm.

    ``percent`` as printed, 0 to 100; for changes of seizure frequency positive means fewer
    seizures. ``derived_events`` is the only whole number of the arm's size that rounds to the
    printed percentage, where there is one: it was not printed. ``confidence`` runs from 0 to 1;
    below the threshold, or with a flag, the value ``needs_look``.
    """

    arm: str
    events: int | None = None
    total: int | None = None
    percent: float | None = None
    percent_min: float | None = None
    percent_max: float | None = None
    derived_events: int | None = None
    confidence: float
    needs_look: bool
    flags: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


class ReportOutcome(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Results of one outcome in one sentence; ``subset`` and ``period`` say of whom and when."""

    code: str
    values: tuple[ReportValue, ...]
    evidence: Evidence
    subset: str | None = None
    period: str | None = None


class Effect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A printed comparison: measure (OR, RR, HR, MD), estimate, interval, p."""

    measure: str
    estimate: float
    evidence: Evidence
    ci_low: float | None = None
    ci_high: float | None = None
    level: float | None = None
    p: str = ""
    code: str = ""
    flags: tuple[str, ...] = ()


class ReportArm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An arm; sizes as printed."""

    id: str
    role: str
    name: str
    drug: str = ""
    dose: str = ""
    n_randomised: int | None = None
    n_analysed: int | None = None


class Design(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the report's study was made. ``type`` decides what may enter an analysis."""

    type: str
    randomised: bool
    blinding: str | None = None
    control: str | None = None
    confidence: float = 0.5


class Population(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who took part. ``n_randomised`` only where it is printed."""

    drug_resistant: str | None = None
    age_group: str | None = None
    n_randomised: int | None = None


class Report(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything read from one record."""

    id: str
    pmid: str
    extractor: str
    domain: str
    design: Design
    population: Population
    year: int | None = None
    arms: tuple[ReportArm, ...] = ()
    outcomes: tuple[ReportOutcome, ...] = ()
    effects: tuple[Effect, ...] = ()
    registry: tuple[str, ...] = ()
    acronym: str = ""
    flags: tuple[str, ...] = ()
