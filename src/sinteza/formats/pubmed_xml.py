"""PubMed XML (``PubmedArticleSet``): the full record, one article at a time.

Element and attribute names follow NLM's pubmed_250101.dtd. Memory stays flat: each article is
read and let go. Inline markup (``<i>``, ``<sup>``, MathML) becomes its text. Identifiers come from
the article's own ``ArticleIdList`` only: those of its references are other people's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from sinteza.errors import FormatError
from sinteza.model.record import (
    Author,
    Chemical,
    Dates,
    Grant,
    Identifier,
    Journal,
    Link,
    MeshHeading,
    MeshQualifier,
    OtherAbstract,
    PublicationType,
    Record,
    Section,
    SupplementaryConcept,
)

name = "pubmed-xml"
extensions = (".xml",)

_MONTHS = {
    month: f"{number:02d}"
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# NLM's rule for seasons in publication dates (PubMed User Guide, "Publication date").
_SEASONS = {"winter": "01", "spring": "04", "summer": "07", "fall": "10", "autumn": "10"}
_SPACE = re.compile(r"\s+")
_YEAR = re.compile(r"\b(1[5-9]|20|21)\d\d\b")
_HISTORY_FIELDS = {"entrez": "created", "pubmed": "entered", "medline": "indexed"}


def sniff(head: bytes) -> bool:
    """True if the first bytes look like PubMed XML."""
    return b"<PubmedArticleSet" in head or b"<PubmedArticle>" in head


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the records of an open, uncompressed file in the order they stand there.

    ``path`` names the file in errors; ``source`` (``pubmed``) is the first half of each id.
    Deleted citations and books are passed over. Raises :class:`~sinteza.errors.FormatError` with
    the line when the XML is broken or cut, after the records before it were given.
    """
    from lxml import etree

    events = etree.iterparse(
        stream,
        events=("end",),
        tag=("PubmedArticle", "PubmedArticleSet"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
    )
    seen_root = False
    try:
        for _, element in events:
            if element.tag == "PubmedArticleSet":
                seen_root = True
                continue
            yield _record(element, source or "pubmed", path)
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise FormatError(
            f"The XML breaks off or is damaged: {error.msg}",
            path=path,
            line=error.lineno,
            hint="Download the file again; if it came by mail or copy and paste, get the original.",
        ) from error
    if not seen_root:
        raise FormatError(
            "This is XML, but not a PubMed article set",
            path=path,
            line=1,
            hint="Export from PubMed with format XML, or EFetch with retmode=xml.",
        )


def _clean(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _text(element: Any) -> str:
    """All text below an element, markup removed, white space folded."""
    if element is None:
        return ""
    if len(element) == 0:
        return _clean(element.text or "")
    return _clean("".join(element.itertext()))


def _find(element: Any, path: str) -> str:
    return _text(element.find(path)) if element is not None else ""


def _day(element: Any) -> str:
    """An ISO date as precise as Year, Month, Day or Season allow."""
    if element is None:
        return ""
    year = _find(element, "Year")
    if not year:
        found = _YEAR.search(_find(element, "MedlineDate"))
        return found.group() if found else ""
    month = _find(element, "Month").lower()
    if not month:
        return year
    number = _MONTHS.get(month[:3]) or (f"{int(month):02d}" if month.isdigit() else "")
    day = _find(element, "Day")
    if not number or not day.isdigit():
        return f"{year}-{number}" if number else year
    return f"{year}-{number}-{int(day):02d}"


def first_month(words: str) -> str:
    """The month that NLM counts for a season or a range of months: Winter 01, Nov-Dec 11."""
    first = re.search(r"[a-z]+", words.lower())
    if not first:
        return ""
    return _MONTHS.get(first.group()[:3]) or _SEASONS.get(first.group(), "")


def _printed(element: Any) -> tuple[str, str]:
    """The issue's date and, word for word, a season or range."""
    if element is None:
        return "", ""
    as_printed = _find(element, "MedlineDate")
    season = _find(element, "Season")
    day = _day(element)
    words = season or as_printed.partition(day)[2] if day else ""
    if month := first_month(words):
        day = f"{day}-{month}"
    return day, season or as_printed


def _sections(parent: Any) -> tuple[Section, ...]:
    if parent is None:
        return ()
    found = (
        Section(text=_text(e), label=e.get("Label", ""), category=e.get("NlmCategory", ""))
        for e in parent.findall("AbstractText")
    )
    return tuple(section for section in found if section.text)


def _person(element: Any) -> Author:
    orcid = ""
    for identifier in element.findall("Identifier"):
        if identifier.get("Source") == "ORCID":
            orcid = _text(identifier).rsplit("/", 1)[-1]
    return Author(
        last=_find(element, "LastName"),
        fore=_find(element, "ForeName"),
        initials=_find(element, "Initials"),
        suffix=_find(element, "Suffix"),
        collective=_find(element, "CollectiveName"),
        orcid=orcid,
        affiliations=tuple(_text(a) for a in element.findall("AffiliationInfo/Affiliation")),
    )


def _people(element: Any, path: str) -> tuple[Author, ...]:
    return tuple(_person(e) for e in element.findall(path))


def _identifiers(article: Any, citation: Any, data: Any) -> tuple[Identifier, ...]:
    found: dict[tuple[str, str], None] = {("pmid", _find(citation, "PMID")): None}
    # "ArticleIdList" as a direct child: ReferenceList/Reference/ArticleIdList is not ours.
    for item in data.findall("ArticleIdList/ArticleId") if data is not None else ():
        kind = item.get("IdType", "")
        found[({"pubmed": "pmid"}.get(kind, kind), _text(item))] = None
    for item in article.findall("ELocationID"):
        if item.get("ValidYN", "Y") == "Y":
            found[(item.get("EIdType", ""), _text(item))] = None
    return tuple(Identifier(kind=kind, value=value) for kind, value in found if value)


def _mesh(citation: Any) -> tuple[MeshHeading, ...]:
    headings = []
    for item in citation.findall("MeshHeadingList/MeshHeading"):
        descriptor = item.find("DescriptorName")
        headings.append(
            MeshHeading(
                name=_text(descriptor),
                ui=descriptor.get("UI", ""),
                major=descriptor.get("MajorTopicYN") == "Y",
                qualifiers=tuple(
                    MeshQualifier(
                        name=_text(q), ui=q.get("UI", ""), major=q.get("MajorTopicYN") == "Y"
                    )
                    for q in item.findall("QualifierName")
                ),
            )
        )
    return tuple(headings)


def _dates(citation: Any, article: Any, data: Any) -> Dates:
    printed, medline = _printed(article.find("Journal/JournalIssue/PubDate"))
    named: dict[str, str] = {}
    history: list[tuple[str, str]] = []
    for item in data.findall("History/PubMedPubDate") if data is not None else ():
        status = item.get("PubStatus", "")
        if status in _HISTORY_FIELDS:
            named[_HISTORY_FIELDS[status]] = _day(item)
        else:
            history.append((status, _day(item)))
    return Dates(
        printed=printed,
        electronic=_day(article.find("ArticleDate")),
        completed=_day(citation.find("DateCompleted")),
        revised=_day(citation.find("DateRevised")),
        medline=medline,
        history=tuple(history),
        **named,
    )


def _journal(article: Any, citation: Any) -> Journal:
    info = citation.find("MedlineJournalInfo")
    return Journal(
        title=_find(article, "Journal/Title"),
        abbreviation=_find(info, "MedlineTA") or _find(article, "Journal/ISOAbbreviation"),
        nlm_id=_find(info, "NlmUniqueID"),
        issn=_find(article, "Journal/ISSN"),
        issn_linking=_find(info, "ISSNLinking"),
        volume=_find(article, "Journal/JournalIssue/Volume"),
        issue=_find(article, "Journal/JournalIssue/Issue"),
        pages=_find(article, "Pagination/MedlinePgn"),
        country=_find(info, "Country"),
    )


def _links(citation: Any) -> tuple[Link, ...]:
    return tuple(
        Link(
            kind=e.get("RefType", ""),
            citation=_find(e, "RefSource"),
            pmid=_find(e, "PMID"),
            note=_find(e, "Note"),
        )
        for e in citation.findall("CommentsCorrectionsList/CommentsCorrections")
    )


def _registry(article: Any) -> tuple[str, ...]:
    return tuple(
        f"{_find(bank, 'DataBankName')}/{_text(number)}"
        for bank in article.findall("DataBankList/DataBank")
        for number in bank.findall("AccessionNumberList/AccessionNumber")
    )


def _record(element: Any, source: str, path: str) -> Record:
    citation = element.find("MedlineCitation")
    article = citation.find("Article") if citation is not None else None
    pmid = _find(citation, "PMID")
    if article is None or not pmid:
        raise FormatError(
            "An article has no PMID or no Article element",
            path=path,
            line=element.sourceline,
            hint="The file is not as PubMed serves it; download it again.",
        )
    data = element.find("PubmedData")
    dates = _dates(citation, article, data)
    year = (dates.printed or dates.electronic)[:4]
    return Record(
        id=f"{source}:{pmid}",
        source=source,
        source_id=pmid,
        title=_find(article, "ArticleTitle"),
        abstract=_sections(article.find("Abstract")),
        other_abstracts=tuple(
            OtherAbstract(
                sections=_sections(e), kind=e.get("Type", ""), language=e.get("Language", "")
            )
            for e in citation.findall("OtherAbstract")
        ),
        vernacular_title=_find(article, "VernacularTitle"),
        authors=_people(article, "AuthorList/Author"),
        investigators=_people(citation, "InvestigatorList/Investigator"),
        year=int(year) if year.isdigit() else None,
        dates=dates,
        journal=_journal(article, citation),
        identifiers=_identifiers(article, citation, data),
        mesh=_mesh(citation),
        supplementary=tuple(
            SupplementaryConcept(name=_text(e), ui=e.get("UI", ""), kind=e.get("Type", ""))
            for e in citation.findall("SupplMeshList/SupplMeshName")
        ),
        publication_types=tuple(
            PublicationType(name=_text(e), ui=e.get("UI", ""))
            for e in article.findall("PublicationTypeList/PublicationType")
        ),
        chemicals=tuple(
            Chemical(
                name=_find(e, "NameOfSubstance"),
                ui=e.find("NameOfSubstance").get("UI", ""),
                registry_number=_find(e, "RegistryNumber"),
            )
            for e in citation.findall("ChemicalList/Chemical")
        ),
        genes=tuple(_text(e) for e in citation.findall("GeneSymbolList/GeneSymbol")),
        keywords=tuple(word for e in citation.findall("KeywordList/Keyword") if (word := _text(e))),
        languages=tuple(_text(e) for e in article.findall("Language")),
        grants=tuple(
            Grant(
                number=_find(e, "GrantID"),
                acronym=_find(e, "Acronym"),
                agency=_find(e, "Agency"),
                country=_find(e, "Country"),
            )
            for e in article.findall("GrantList/Grant")
        ),
        registry=_registry(article),
        links=_links(citation),
        subjects=_people(citation, "PersonalNameSubjectList/PersonalNameSubject"),
        conflict_of_interest=_find(citation, "CoiStatement"),
        status=citation.get("Status", ""),
        model=article.get("PubModel", ""),
        citation_subsets=tuple(_text(e) for e in citation.findall("CitationSubset")),
        space_flight=tuple(_text(e) for e in citation.findall("SpaceFlightMission")),
        notes=tuple(_text(e) for e in citation.findall("GeneralNote")),
    )
