"""Records: title/abstract entries as one source holds them, and clusters of the same one.

Dates are ISO strings as precise as the source gives them: ``2015``, ``2015-03``, ``2015-03-09``.
"""

from __future__ import annotations

from msgspec import Struct


class Identifier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name given to a record by somebody: ``Identifier(kind="doi", value="10.1/x")``.

    Kinds: pmid, doi, pmc, pii, mid, nct (and other registries in lower case), issn, accession.
    """

    kind: str
    value: str


class Author(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A person (last, fore, initials, suffix) or a group (collective)."""

    last: str = ""
    fore: str = ""
    initials: str = ""
    suffix: str = ""
    collective: str = ""
    orcid: str = ""
    affiliations: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """``Kwan P``, or the group's name."""
        return self.collective or f"{self.last} {self.initials or self.fore[:1]}".strip()


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of an abstract or body: its printed label, NLM's category and the text, no markup."""

    text: str
    label: str = ""
    category: str = ""


class OtherAbstract(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A second abstract: another language, or plain-language."""

    sections: tuple[Section, ...]
    kind: str = ""
    language: str = ""


class MeshQualifier(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A subheading attached to a heading; ``major`` is the asterisk."""

    name: str
    ui: str = ""
    major: bool = False


class MeshHeading(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A MeSH descriptor with its subheadings; ``ui`` like ``D004827``."""

    name: str
    ui: str = ""
    major: bool = False
    qualifiers: tuple[MeshQualifier, ...] = ()


class PublicationType(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A publication type; ``ui`` like ``D016449``."""

    name: str
    ui: str = ""


class Chemical(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A substance with its registry number (CAS, EC or UNII; ``0`` where there is none)."""

    name: str
    ui: str = ""
    registry_number: str = ""


class SupplementaryConcept(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A MeSH supplementary concept (``kind``: Disease, Protocol, Organism ...)."""

    name: str
    ui: str = ""
    kind: str = ""


class Grant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who paid."""

    number: str = ""
    acronym: str = ""
    agency: str = ""
    country: str = ""


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A comment, correction or retraction: PubMed's RefType (``RetractionIn`` ...)."""

    kind: str
    citation: str = ""
    pmid: str = ""
    note: str = ""


class Journal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where it appeared."""

    title: str = ""
    abbreviation: str = ""
    nlm_id: str = ""
    issn: str = ""
    issn_linking: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    country: str = ""


class Dates(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The days of a record (ISO, as precise as known).

    ``printed`` (the issue), ``electronic`` (ahead of print), ``entered`` (PubMed's edat),
    ``created`` (crdt), ``indexed`` (mhda), ``completed`` (dcom), ``revised`` (lr), and the rest of
    PubMed's history (received, accepted ...) in ``history``; ``medline`` is a season or range as
    printed.
    """

    printed: str = ""
    electronic: str = ""
    entered: str = ""
    created: str = ""
    indexed: str = ""
    completed: str = ""
    revised: str = ""
    medline: str = ""
    history: tuple[tuple[str, str], ...] = ()


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A title/abstract entry from one source.

    ``id`` is ``source:source_id`` and never changes. ``identifiers`` name this record only, never
    its references. ``registry`` holds trial registrations and data banks as ``bank/accession``.
    ``body`` is the full text where the source gives it: sections whose labels are unique, tables
    among them (category ``TABLE``).
    ``extra`` keeps what has no place here, word for word, for the way back out.
    """

    id: str
    source: str
    source_id: str
    title: str = ""
    abstract: tuple[Section, ...] = ()
    body: tuple[Section, ...] = ()
    other_abstracts: tuple[OtherAbstract, ...] = ()
    vernacular_title: str = ""
    authors: tuple[Author, ...] = ()
    investigators: tuple[Author, ...] = ()
    year: int | None = None
    dates: Dates = Dates()
    journal: Journal = Journal()
    identifiers: tuple[Identifier, ...] = ()
    mesh: tuple[MeshHeading, ...] = ()
    supplementary: tuple[SupplementaryConcept, ...] = ()
    publication_types: tuple[PublicationType, ...] = ()
    chemicals: tuple[Chemical, ...] = ()
    genes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    registry: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    subjects: tuple[Author, ...] = ()
    conflict_of_interest: str = ""
    status: str = ""
    model: str = ""
    citation_subsets: tuple[str, ...] = ()
    space_flight: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = {}

    def identifier(self, kind: str) -> str:
        """The first identifier of a kind, or the empty string."""
        return next((item.value for item in self.identifiers if item.kind == kind), "")

    @property
    def pmid(self) -> str:
        """The PubMed number, or the empty string."""
        return self.identifier("pmid")

    @property
    def doi(self) -> str:
        """The DOI in lower case, or the empty string."""
        return self.identifier("doi").lower()

    @property
    def abstract_text(self) -> str:
        """The abstract as one text: sections joined by one space, labels left out.

        Offsets of quotes count characters of this text.
        """
        return " ".join(section.text for section in self.abstract)

    def passage(self, section: str) -> str:
        """The text that offsets of a quote count in: ``abstract`` (or nothing) or a body's label.

        Empty for a section that the record does not hold.
        """
        if section in ("", "abstract"):
            return self.abstract_text
        return next((part.text for part in self.body if part.label == section), "")

    @property
    def is_retracted(self) -> bool:
        """True if the record itself says it was retracted."""
        return any(link.kind == "RetractionIn" for link in self.links) or any(
            kind.ui == "D016441" or kind.name == "Retracted Publication"
            for kind in self.publication_types
        )


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Why two records are one: the fields that agree and those that do not."""

    left: str
    right: str
    rule: str
    agree: tuple[str, ...] = ()
    disagree: tuple[str, ...] = ()
    score: float | None = None


class Cluster(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Records that are one entry. ``id`` is a member's and stays; ``members`` are sorted."""

    id: str
    members: tuple[str, ...]
    representative: str
    evidence: tuple[Evidence, ...] = ()
