"""One article's bytes to the record the archive indexes, several times as fast as by parsing.

NLM's files are machine-written: elements do not nest in themselves, attributes stand in double
quotes. So an article can be cut with string searches instead of being parsed, its reference list
thrown away unread, and what recurs (headings, dates, journals) read once. Whatever looks
unusual - comments, CDATA, empty-element tags where a value is read, notes - goes to the full reader
:mod:`sinteza.formats.pubmed_xml`; both give equal records, which a test shows on every real one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from io import BytesIO

from sinteza.archive.content import Reading, reading
from sinteza.formats import pubmed_xml
from sinteza.formats.dates import MONTHS, first_month
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

REMEMBERED = 20_000
"""Headings, substances, dates ... kept as read; each at most some hundred bytes."""

_tags = re.compile(r"<[^>]*>").sub
_entities = re.compile(r"&(#x?[0-9A-Fa-f]+|\w+);").sub
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_year = re.compile(r"\b(1[5-9]|20|21)\d\d\b").search
_HISTORY = {"entrez": "created", "pubmed": "entered", "medline": "indexed"}


class _Unusual(Exception):
    pass


def read(raw: bytes, *, path: str = "") -> Reading:
    """Read one ``PubmedArticle`` element of a file that is well-formed."""
    try:
        return _fast(raw)
    except (_Unusual, ValueError, OverflowError):  # not what was expected where it was expected
        return read_fully(raw, path=path)


def read_fully(raw: bytes, *, path: str = "") -> Reading:
    """The same with a parser; FormatError if the element is not well-formed."""
    stream = BytesIO(b"<PubmedArticleSet>" + raw + b"</PubmedArticleSet>")
    return reading(raw, next(pubmed_xml.read(stream, path=path, source="pubmed")))


def _fast(raw: bytes) -> Reading:
    at = raw.find(b"<ReferenceList")
    if at >= 0:
        last = raw.rfind(b"</ReferenceList>")
        raw = raw[:at] + raw[last + 16 :] if last > at else raw
    if (
        b"/>" in raw
        or b"<!" in raw
        or b"<?" in raw
        or b"='" in raw
        or b' ="' in raw
        or b'= "' in raw
    ):
        raise _Unusual
    whole = raw.decode()
    end = whole.find("</MedlineCitation>")
    begin = whole.find("<MedlineCitation")
    first = whole.find("<Article ", begin, end)
    last = whole.find("</Article>", first, end)
    if begin < 0 or first < 0 or last < 0 or "<GeneralNote" in whole:
        raise _Unusual
    head = whole[begin : whole.find(">", begin)]
    article = whole[first:last]
    # the citation without its article
    citation = whole[begin:first] + whole[last:end]
    return Reading(
        _record(head, article, citation, whole[end:]),
        _attribute(head, "Owner"),
        _attribute(head, "IndexingMethod"),
        _inner(whole[end:], "PublicationStatus"),
    )


# ---- small parts


def _entity(found: re.Match[str]) -> str:
    name = found.group(1)
    if name[0] != "#":
        if name not in _NAMED:
            raise _Unusual
        return _NAMED[name]
    return chr(int(name[2:], 16) if name[1] == "x" else int(name[1:]))


def _clean(text: str) -> str:
    """Markup and entities to text, white space folded."""
    if "<" in text:
        text = _tags("", text)
    if "&" in text:
        text = _entities(_entity, text)
    return " ".join(text.split())


def _attribute(tag: str, name: str) -> str:
    start = tag.find(f' {name}="')
    if start < 0:
        return ""
    start += len(name) + 3
    value = tag[start : tag.index('"', start)]
    return _entities(_entity, value) if "&" in value else value


def _elements(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Opening tag and content of every element of a name, in order."""
    opening = "<" + name
    after = len(opening)
    for part in text.split(f"</{name}>")[:-1]:
        # the last opening that is the whole name: <Author> and not <AuthorList>
        at = part.rfind(opening)
        while part[at + after] not in "> \t\r\n":
            at = part.rfind(opening, 0, at)
            if at < 0:
                raise _Unusual
        inside = part.index(">", at)
        yield part[at:inside], part[inside + 1 :]


def _one(text: str, name: str) -> tuple[str, str]:
    for found in _elements(text, name):
        return found
    raise _Unusual


def _block(text: str, name: str) -> str:
    """The content of the first element of a name, empty if there is none."""
    opening = "<" + name
    at = text.find(opening)
    while at >= 0:
        after = at + len(opening)
        if text[after] in "> \t\r\n":
            inside = text.index(">", after) + 1
            return text[inside : text.index(f"</{name}>", inside)]
        at = text.find(opening, after)
    return ""


def _inner(text: str, name: str) -> str:
    """The text of the first element of a name that has no attributes."""
    start = text.find(f"<{name}>")
    if start < 0:
        if text.find(f"<{name} ") >= 0:
            return _clean(_block(text, name))
        return ""
    start += len(name) + 2
    return _clean(text[start : text.index(f"</{name}>", start)])


def _all(text: str, name: str) -> tuple[str, ...]:
    return tuple(_clean(content) for _, content in _elements(text, name))


# ---- what recurs


@functools.lru_cache(REMEMBERED)
def _day(block: str) -> str:
    year = _inner(block, "Year")
    if not year:
        found = _year(_inner(block, "MedlineDate"))
        return found.group() if found else ""
    month = _inner(block, "Month").lower()
    if not month:
        return year
    number = MONTHS.get(month[:3]) or (f"{int(month):02d}" if month.isdigit() else "")
    day = _inner(block, "Day")
    if not number or not day.isdigit():
        return f"{year}-{number}" if number else year
    return f"{year}-{number}-{int(day):02d}"


@functools.lru_cache(REMEMBERED)
def _printed(block: str) -> tuple[str, str]:
    as_printed, season = _inner(block, "MedlineDate"), _inner(block, "Season")
    day = _day(block)
    words = season or as_printed.partition(day)[2] if day else ""
    if month := first_month(words):
        day = f"{day}-{month}"
    return day, season or as_printed


@functools.lru_cache(REMEMBERED)
def _heading(block: str) -> MeshHeading:
    tag, name = _one(block, "DescriptorName")
    return MeshHeading(
        name=_clean(name),
        ui=_attribute(tag, "UI"),
        major=_attribute(tag, "MajorTopicYN") == "Y",
        qualifiers=tuple(
            MeshQualifier(
                name=_clean(text),
                ui=_attribute(q, "UI"),
                major=_attribute(q, "MajorTopicYN") == "Y",
            )
            for q, text in _elements(block, "QualifierName")
        ),
    )


@functools.lru_cache(REMEMBERED)
def _chemical(block: str) -> Chemical:
    tag, name = _one(block, "NameOfSubstance")
    return Chemical(
        name=_clean(name),
        ui=_attribute(tag, "UI"),
        registry_number=_inner(block, "RegistryNumber"),
    )


@functools.lru_cache(REMEMBERED)
def _type(tag: str, name: str) -> PublicationType:
    return PublicationType(name=_clean(name), ui=_attribute(tag, "UI"))


# ---- the record


def _sections(block: str) -> tuple[Section, ...]:
    found = (
        Section(
            text=_clean(text),
            label=_attribute(tag, "Label"),
            category=_attribute(tag, "NlmCategory"),
        )
        for tag, text in _elements(block, "AbstractText")
    )
    return tuple(section for section in found if section.text)


def _person(block: str) -> Author:
    places: tuple[str, ...] = ()
    at = block.find("<AffiliationInfo")
    if at >= 0:
        end = block.rindex("</AffiliationInfo>")
        places = _all(block[at:end], "Affiliation")
        block = block[:at] + block[end:]
    orcid = ""
    if "<Identifier" in block:
        for tag, value in _elements(block, "Identifier"):
            if _attribute(tag, "Source") == "ORCID":
                orcid = _clean(value).rsplit("/", 1)[-1]
    return Author(
        last=_inner(block, "LastName"),
        fore=_inner(block, "ForeName"),
        initials=_inner(block, "Initials"),
        suffix=_inner(block, "Suffix"),
        collective=_inner(block, "CollectiveName"),
        orcid=orcid,
        affiliations=places,
    )


def _people(text: str, group: str, name: str) -> tuple[Author, ...]:
    return tuple(
        _person(person)
        for _, people in _elements(text, group)
        for _, person in _elements(people, name)
    )


def _identifiers(pmid: str, article: str, data: str) -> tuple[Identifier, ...]:
    found: dict[tuple[str, str], None] = {("pmid", pmid): None}
    for _, ids in _elements(data, "ArticleIdList"):
        for tag, value in _elements(ids, "ArticleId"):
            kind = _attribute(tag, "IdType")
            found[("pmid" if kind == "pubmed" else kind, _clean(value))] = None
    for tag, value in _elements(article, "ELocationID"):
        if _attribute(tag, "ValidYN") in ("Y", ""):
            found[(_attribute(tag, "EIdType"), _clean(value))] = None
    return tuple(
        Identifier(kind=kind, value=value) for kind, value in found if value and kind != "sinteza"
    )


def _dates(citation: str, article: str, journal: str, data: str) -> Dates:
    printed, medline = _printed(_block(journal, "PubDate"))
    named: dict[str, str] = {}
    history: list[tuple[str, str]] = []
    for tag, block in _elements(_block(data, "History"), "PubMedPubDate"):
        status = _attribute(tag, "PubStatus")
        if status in _HISTORY:
            named[_HISTORY[status]] = _day(block)
        else:
            history.append((status, _day(block)))
    return Dates(
        printed=printed,
        electronic=_day(_block(article, "ArticleDate")),
        completed=_day(_block(citation, "DateCompleted")),
        revised=_day(_block(citation, "DateRevised")),
        medline=medline,
        history=tuple(history),
        **named,
    )


def _journal(journal: str, article: str, citation: str) -> Journal:
    info = _block(citation, "MedlineJournalInfo")
    return Journal(
        title=_inner(journal, "Title"),
        abbreviation=_inner(info, "MedlineTA") or _inner(journal, "ISOAbbreviation"),
        nlm_id=_inner(info, "NlmUniqueID"),
        issn=_inner(journal, "ISSN"),
        issn_linking=_inner(info, "ISSNLinking"),
        volume=_inner(journal, "Volume"),
        issue=_inner(journal, "Issue"),
        pages=_inner(_block(article, "Pagination"), "MedlinePgn"),
        country=_inner(info, "Country"),
    )


def _links(citation: str) -> tuple[Link, ...]:
    return tuple(
        Link(
            kind=_attribute(tag, "RefType"),
            citation=_inner(block, "RefSource"),
            pmid=_inner(block, "PMID"),
            note=_inner(block, "Note"),
        )
        for tag, block in _elements(
            _block(citation, "CommentsCorrectionsList"), "CommentsCorrections"
        )
    )


def _registry(article: str) -> tuple[str, ...]:
    return tuple(
        f"{_inner(bank, 'DataBankName')}/{number}"
        for _, bank in _elements(_block(article, "DataBankList"), "DataBank")
        for number in _all(_block(bank, "AccessionNumberList"), "AccessionNumber")
    )


def _record(head: str, article: str, citation: str, data: str) -> Record:
    pmid = _clean(_block(citation, "PMID"))
    if not pmid:
        raise _Unusual
    # names such as Title and PMID recur deeper down: each is looked for in its own part
    journal = _block(article, "Journal")
    dates = _dates(citation, article, journal, data)
    year = (dates.printed or dates.electronic)[:4]
    others = [] if "<OtherAbstract" not in citation else list(_elements(citation, "OtherAbstract"))
    return Record(
        id=f"pubmed:{pmid}",
        source="pubmed",
        source_id=pmid,
        title=_inner(article, "ArticleTitle"),
        abstract=_sections(_block(article, "Abstract")),
        other_abstracts=tuple(
            OtherAbstract(
                sections=_sections(block),
                kind=_attribute(tag, "Type"),
                language=_attribute(tag, "Language"),
            )
            for tag, block in others
        ),
        vernacular_title=_inner(article, "VernacularTitle"),
        authors=_people(article, "AuthorList", "Author"),
        investigators=_people(citation, "InvestigatorList", "Investigator"),
        year=int(year) if year.isdigit() else None,
        dates=dates,
        journal=_journal(journal, article, citation),
        identifiers=_identifiers(pmid, article, data),
        mesh=tuple(map(_heading, _block(citation, "MeshHeadingList").split("</MeshHeading>")[:-1])),
        supplementary=tuple(
            SupplementaryConcept(
                name=_clean(name), ui=_attribute(tag, "UI"), kind=_attribute(tag, "Type")
            )
            for tag, name in _elements(_block(citation, "SupplMeshList"), "SupplMeshName")
        ),
        publication_types=tuple(
            _type(tag, name)
            for tag, name in _elements(_block(article, "PublicationTypeList"), "PublicationType")
        ),
        chemicals=tuple(map(_chemical, _block(citation, "ChemicalList").split("</Chemical>")[:-1])),
        genes=_all(_block(citation, "GeneSymbolList"), "GeneSymbol"),
        keywords=tuple(
            word
            for _, block in _elements(citation, "KeywordList")
            for word in _all(block, "Keyword")
            if word
        ),
        languages=_all(article, "Language"),
        grants=tuple(
            Grant(
                number=_inner(block, "GrantID"),
                acronym=_inner(block, "Acronym"),
                agency=_inner(block, "Agency"),
                country=_inner(block, "Country"),
            )
            for _, block in _elements(_block(article, "GrantList"), "Grant")
        ),
        registry=_registry(article),
        links=_links(citation),
        subjects=_people(citation, "PersonalNameSubjectList", "PersonalNameSubject"),
        conflict_of_interest=_inner(citation, "CoiStatement"),
        status=_attribute(head, "Status"),
        model=_attribute(article[: article.index(">")], "PubModel"),
        citation_subsets=_all(citation, "CitationSubset"),
        space_flight=_all(citation, "SpaceFlightMission"),
    )
