"""An edition: a published, numbered state of a review as one data object.

Both languages, every table and every download are made from it and from nothing else.
"""

from __future__ import annotations

from msgspec import Struct

from sinteza.model.effect import AnalysisResult, NetworkResult, PooledEffect
from sinteza.model.flow import Flow
from sinteza.model.protocol import Bilingual, Protocol
from sinteza.model.record import Evidence
from sinteza.model.study import Sharing, Study, ValueComparison


class EditionSearch(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One row of the search table. ``hits`` is ``None`` where the source was not searched."""

    search: str
    source: str
    typed: str
    sent: str
    start: str
    end: str
    hits: int | None
    outcome: str
    at: str
    translation: str = ""
    version: str = ""
    warnings: tuple[str, ...] = ()
    lines: tuple[tuple[int, str, int | None], ...] = ()


class EditionImport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records that entered by an import; ``digest`` is SHA-256 of the file as it came."""

    source: str
    name: str
    format: str
    read: int
    known: int
    digest: str
    at: str


class EditionCertificate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stopping rule of the screening that was tested, with the numbers it found."""

    stage: str
    rule: str
    at: str
    values: dict[str, float]


class EditionAgreement(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """How far those who read or verified the same agree: share, its 95% interval, kappa.

    ``what``: verdicts and figures of people, designs, outcomes and values of readers. No kappa
    where everybody gave one and the same answer.
    """

    what: str
    compared: int
    percent: float
    low: float
    high: float
    kappa: float | None = None


class ConceptFound(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A concept on an entry and where it stands."""

    concept: str
    field: str
    count: int = 1
    start: int | None = None
    end: int | None = None
    polarity: str = "present"
    about: bool = False
    found_by: str = ""


class EditionRecord(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One entry of the review with its decision and where it came from."""

    id: str
    members: tuple[str, ...]
    title: str
    verdict: str
    decided_by: str
    reason: str = ""
    note: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    date: str = ""
    journal: str = ""
    volume: str = ""
    pages: str = ""
    pmid: str = ""
    doi: str = ""
    registry: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    has_abstract: bool = False
    retracted: bool = False
    concepts: tuple[ConceptFound, ...] = ()
    studies: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class EditionStudy(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A study as the analyses use it, with the readings behind it and the reports that tell it."""

    study: Study
    readings: tuple[Study, ...]
    comparisons: tuple[ValueComparison, ...] = ()
    records: tuple[str, ...] = ()


class WindowResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one window includes, and what its analyses give."""

    id: str
    start: str
    end: str
    included: tuple[str, ...]
    pooled: dict[str, tuple[PooledEffect, ...]]


class WindowDifference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Entries that one of two windows includes and the other does not."""

    first: str
    second: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    both: int


class Cell(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cell of an evidence map: the entries that hold both concepts."""

    row: str
    column: str
    records: tuple[str, ...]
    about: int = 0


class MapResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An evidence map: every pair of a row and a column has a cell, empty ones too."""

    id: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]


class PublishedEstimate(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An estimate that others published. Ratios as printed; ``i2`` in percent."""

    id: str
    kind: str
    citation: str
    population: str
    comparison: str
    outcome: str
    measure: str
    estimate: float
    ci_low: float | None = None
    ci_high: float | None = None
    k: int | None = None
    n: int | None = None
    i2: float | None = None
    concepts: tuple[str, ...] = ()
    source: str = ""


class Edition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything an edition says. ``head`` is the digest of the last event it stands on.

    ``unverified`` are the planned analyses with values that only a machine read let in.
    """

    schema: int
    number: int
    at: str
    sinteza: str
    window: str
    head: str
    events: int
    protocol: Protocol
    protocol_digest: str
    searches: tuple[EditionSearch, ...]
    imports: tuple[EditionImport, ...]
    flow: Flow
    windows: tuple[WindowResult, ...]
    differences: tuple[WindowDifference, ...]
    records: tuple[EditionRecord, ...]
    studies: tuple[EditionStudy, ...]
    maps: tuple[MapResult, ...]
    analyses: tuple[AnalysisResult, ...]
    labels: dict[str, Bilingual]
    unverified: tuple[AnalysisResult, ...] = ()
    networks: tuple[NetworkResult, ...] = ()
    certificates: tuple[EditionCertificate, ...] = ()
    agreement: tuple[EditionAgreement, ...] = ()
    sharings: tuple[Sharing, ...] = ()
    published: tuple[PublishedEstimate, ...] = ()
    taxonomy_digest: str = ""
