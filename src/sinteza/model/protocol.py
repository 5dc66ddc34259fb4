"""The protocol of a review, as its TOML file says it.

Unknown keys are refused when the file is read; what a type cannot express (references, dates,
duplicates) is checked by :mod:`sinteza.review.protocols`, all problems at once.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct


class Bilingual(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in both languages of the edition."""

    en: str
    ro: str

    def __getitem__(self, language: str) -> str:
        return self.ro if language == "ro" else self.en


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The question and its parts: population, intervention, comparator, outcome (PICO)."""

    text: Bilingual
    population: Bilingual
    intervention: Bilingual
    comparator: Bilingual
    outcome: Bilingual


class SourcePlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A database or catalogue to search.

    ``kind``: ``pubmed`` (E-utilities or a local archive), ``oai_pmh``, ``sru``, ``file`` (exports
    brought by hand). Without an ``endpoint`` a catalogue is reported as not searched.
    """

    id: str
    kind: Literal["pubmed", "oai_pmh", "sru", "file"]
    name: Bilingual
    endpoint: str = ""
    database: str = ""
    set: str = ""
    metadata_prefix: str = "oai_dc"
    mapping: str = "dublin-core"
    note: Bilingual | None = None


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named period of publication, both days included. An empty ``end`` is the run's date."""

    id: str
    label: Bilingual
    start: str
    end: str = ""
    note: Bilingual | None = None

    def bounds(self, today: date) -> tuple[date, date]:
        """First and last day."""
        last = date.fromisoformat(self.end) if self.end else today
        return date.fromisoformat(self.start), last


class Filter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A publication type that a search is limited to; several are alternatives (OR)."""

    publication_type: str
    ui: str
    query: str


class SearchPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One query to one source, as typed."""

    id: str
    source: str
    query: str
    language: Literal["en", "ro"] = "en"
    filtered: bool = True


class WindowRule(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule", tag="window"
):
    """Published within the window of the run."""


class PublicationTypeRule(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="rule",
    tag="publication_type",
):
    """Carries one of the filters' publication types, or one that NLM files below it.

    ``below`` lists those narrower types. A record without any publication type is admitted where a
    person read one of ``designs`` in the report.
    """

    below: tuple[str, ...] = ()
    designs: tuple[str, ...] = ()


class TermsRule(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule", tag="terms"
):
    """Holds, for every group, at least one of its terms in title, abstract, keywords or MeSH.

    Terms are words or phrases, matched whole, without regard to case or diacritics; a ``*`` stands
    for any ending. ``mesh`` lists headings that stand for the group of the same place. A person's
    reading of ``read`` (one of ``values``) stands for all groups.
    """

    groups: tuple[tuple[str, ...], ...]
    mesh: tuple[tuple[str, ...], ...] = ()
    read: Literal["", "domain", "drug_resistant"] = ""
    values: tuple[str, ...] = ()


class FactRule(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule", tag="fact"
):
    """Excludes what a person read in the report: ``field`` of the study is one of ``values``."""

    field: Literal["design", "drug_resistant", "domain"]
    values: tuple[str, ...]


class RetractionRule(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="rule",
    tag="retraction",
):
    """Excludes what was retracted."""


Rule = WindowRule | PublicationTypeRule | TermsRule | FactRule | RetractionRule


class Criterion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition of eligibility; ``reason`` is what an excluded record is told.

    ``label`` names it in a word or two. Criteria are tried in the order of the file: the first one
    that fails gives the reason.
    """

    id: str
    label: Bilingual
    text: Bilingual
    reason: Bilingual
    rule: Rule | None = None
    stage: Literal["title_abstract", "full_text"] = "title_abstract"


class Outcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is counted or measured.

    ``codes`` are the extraction codes that mean it; ``threshold`` is in percent of reduction.
    ``better`` says which direction helps the patient.
    """

    id: str
    label: Bilingual
    definition: Bilingual
    codes: tuple[str, ...]
    statistic: Literal["events", "mean", "median"] = "events"
    threshold: float | None = None
    better: Literal["more", "fewer"] = "more"
    population: str = "randomized"
    period: str = ""


class FewStudies(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with groups of fewer than ``below`` studies.

    With two studies the variance between them cannot be estimated and a Knapp-Hartung interval has
    one degree of freedom (Bender R et al. Res Synth Methods 2018;9:382).
    """

    below: int = 3
    method: str = "FE"
    test: Literal["z", "t", "knha", "adhoc"] = "z"


class Analysis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planned pooling.

    ``groups`` are concepts of the taxonomy: a study enters the first one its therapy is, or is
    filed below. ``designs`` are the designs that may enter. ``controls`` likewise.
    """

    id: str
    label: Bilingual
    outcome: str
    measure: Literal["RR", "OR", "RD"] = "RR"
    method: str = "REML"
    test: Literal["z", "t", "knha", "adhoc"] = "knha"
    few: FewStudies | None = None
    groups: tuple[str, ...] = ()
    designs: tuple[str, ...] = ("rct_parallel",)
    controls: tuple[str, ...] = ()
    reference: str = ""
    network: bool = False


class EvidenceMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of counts: concepts in rows against concepts in columns."""

    id: str
    label: Bilingual
    rows: tuple[str, ...]
    columns: tuple[str, ...]


class ScreeningPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people screen: recall to reach, with which confidence, by how many, blind or not."""

    target_recall: float = 0.95
    confidence: float = 0.95
    reviewers: int = 1
    blind: bool = True
    terms: tuple[str, ...] = ()


class UpdatePlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the review lives: days between runs, days of overlap, what is worth an alert."""

    every_days: int = 30
    overlap_days: int = 3
    alert_shift: float = 0.1


class Protocol(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a review decides beforehand."""

    schema: int
    id: str
    title: Bilingual
    version: str
    question: Question
    sources: tuple[SourcePlan, ...]
    searches: tuple[SearchPlan, ...]
    windows: tuple[Window, ...]
    criteria: tuple[Criterion, ...]
    outcomes: tuple[Outcome, ...]
    analyses: tuple[Analysis, ...]
    filters: tuple[Filter, ...] = ()
    window: str = ""
    compare: tuple[str, ...] = ()
    taxonomy: str = "taxonomy.toml"
    evidence: str = ""
    maps: tuple[EvidenceMap, ...] = ()
    screening: ScreeningPlan = ScreeningPlan()
    update: UpdatePlan = UpdatePlan()
    languages: tuple[Literal["en", "ro"], ...] = ("en", "ro")
    background: Bilingual | None = None
    registration: str = ""

    def window_named(self, name: str = "") -> Window:
        """A window by its id; the protocol's own choice, or the first, without one."""
        wanted = name or self.window or self.windows[0].id
        return next(window for window in self.windows if window.id == wanted)

    def outcome(self, name: str) -> Outcome:
        """An outcome by its id."""
        return next(outcome for outcome in self.outcomes if outcome.id == name)


def json_schema() -> dict[str, object]:
    """The JSON Schema of a protocol file, for editors that complete and check TOML."""
    schema = msgspec.json.schema(Protocol)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Sinteza protocol"
    return schema
