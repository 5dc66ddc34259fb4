"""Short records for the tests of deduplication."""

from __future__ import annotations

from sinteza.formats import people
from sinteza.model.record import Identifier, Journal, Record, Section

TITLE = "Levetiracetam in drug-resistant focal epilepsy: a randomized trial"


def made(
    name: str,
    title: str = TITLE,
    *,
    authors: str = "Kwan P; Brodie MJ",
    year: int | None = 2015,
    journal: str = "Epilepsia",
    volume: str = "56",
    issue: str = "3",
    pages: str = "101-110",
    doi: str = "",
    pmid: str = "",
    abstract: str = "",
    registry: tuple[str, ...] = (),
    vernacular: str = "",
) -> Record:
    """A record with the fields of an article; empty text leaves a field out."""
    given = (("doi", doi), ("pmid", pmid))
    return Record(
        id=name,
        source="test",
        source_id=name,
        title=title,
        vernacular_title=vernacular,
        authors=tuple(people.author(text.strip()) for text in authors.split(";") if text.strip()),
        year=year,
        journal=Journal(title=journal, volume=volume, issue=issue, pages=pages),
        identifiers=tuple(Identifier(kind=kind, value=value) for kind, value in given if value),
        abstract=(Section(text=abstract),) if abstract else (),
        registry=registry,
    )
