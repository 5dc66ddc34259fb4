"""PubMed XML (``PubmedArticleSet``): the full record, one article at a time.

Element and attribute names follow NLM's pubmed_250101.dtd. Memory stays flat: each article is
read and let go. Inline markup (``<i>``, ``<sup>``, MathML) becomes its text. Identifiers come from
the article's own ``ArticleIdList`` only: those of its references are other people's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from sinteza.errors import FormatError
from sinteza.formats.dates import MONTHS, first_month
from sinteza.formats.decisions import lift, notes_for_tools
from sinteza.formats.fields import carried, carry, is_carried
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

_YEAR = re.compile(r"\b(1[5-9]|20|21)\d\d\b")
_HISTORY_FIELDS = {"entrez": "created", "pubmed": "entered", "medline": "indexed"}
_OWN_ID = "PubmedData/ArticleIdList/ArticleId[@IdType='sinteza']"
_forbidden = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def sniff(head: bytes) -> bool:
    """True if the first bytes look like PubMed XML."""
    return head[:1] == b"<" and (b"<PubmedArticleSet" in head or b"<PubmedArticle>" in head)


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
            seen_root = True
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
    return " ".join(text.split())


def _text(element: Any) -> str:
    """All text below an element, markup removed, white space folded."""
    if element is None:
        return ""
    if len(element) == 0:
        return _clean(element.text or "")
    return _clean("".join(element.itertext()))


def _find(element: Any, path: str) -> str:
    return _text(element.find(path)) if element is not None else ""


def _children(element: Any) -> dict[str, str]:
    """The text of each child, by its name; of several with one name the first."""
    found: dict[str, str] = {}
    for child in element:
        if child.tag not in found:
            found[child.tag] = _text(child)
    return found


def _day(element: Any) -> str:
    """An ISO date as precise as Year, Month, Day or Season allow."""
    if element is None:
        return ""
    fields = _children(element)
    year = fields.get("Year", "")
    if not year:
        found = _YEAR.search(fields.get("MedlineDate", ""))
        return found.group() if found else ""
    month = fields.get("Month", "").lower()
    if not month:
        return year
    number = MONTHS.get(month[:3]) or (f"{int(month):02d}" if month.isdigit() else "")
    day = fields.get("Day", "")
    if not number or not day.isdigit():
        return f"{year}-{number}" if number else year
    return f"{year}-{number}-{int(day):02d}"


def _printed(element: Any) -> tuple[str, str]:
    """The issue's date and, word for word, a season or range."""
    if element is None:
        return "", ""
    as_printed = _find(element, "MedlineDate")
    season = _find(element, "Season")
    day = _day(element)
    if day and (month := first_month(season or as_printed)):
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
    fields: dict[str, str] = {}
    affiliations: list[str] = []
    orcid = ""
    # one walk over the children: a search for each name would cost most of the reading
    for child in element:
        tag = child.tag
        if tag == "AffiliationInfo":
            affiliations += [_text(item) for item in child.findall("Affiliation")]
        elif tag == "Identifier":
            if child.get("Source") == "ORCID":
                orcid = _text(child).rsplit("/", 1)[-1]
        elif tag not in fields:
            fields[tag] = _text(child)
    return Author(
        last=fields.get("LastName", ""),
        fore=fields.get("ForeName", ""),
        initials=fields.get("Initials", ""),
        suffix=fields.get("Suffix", ""),
        collective=fields.get("CollectiveName", ""),
        orcid=orcid,
        affiliations=tuple(affiliations),
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
    return tuple(
        Identifier(kind=kind, value=value) for kind, value in found if value and kind != "sinteza"
    )


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


def _notes(citation: Any) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """General notes, and what our writer put among them: leftovers and a decision."""
    found = [_text(e) for e in citation.findall("GeneralNote")]
    notes, extra = lift(note for note in found if not is_carried(note))
    return notes, carried(found) | extra


def _record(element: Any, source: str, path: str) -> Record:
    citation = element.find("MedlineCitation")
    article = citation.find("Article") if citation is not None else None
    pmid = _find(citation, "PMID") or _find(
        element, "PubmedData/ArticleIdList/ArticleId[@IdType='sinteza']"
    )
    if article is None or not pmid:
        raise FormatError(
            "An article has no PMID or no Article element",
            path=path,
            line=element.sourceline,
            hint="The file is not as PubMed serves it; download it again.",
        )
    data = element.find("PubmedData")
    notes, extra = _notes(citation)
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
        notes=tuple(notes),
        extra=extra,
    )


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write a ``PubmedArticleSet`` that this module, PubMed's readers and reference managers read.

    What the DTD has no element for goes into ``GeneralNote`` as ``key=value``. A record without a
    PubMed number gets none; its own id is in ``ArticleIdList`` as ``sinteza``.
    """
    from lxml import etree

    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n')
    for record in records:
        stream.write(etree.tostring(_article(record), encoding="UTF-8", xml_declaration=False))
        stream.write(b"\n")
    stream.write(b"</PubmedArticleSet>\n")


def _add(parent: Any, tag: str, text: str = "", **attributes: str) -> Any:
    from lxml import etree

    element = etree.SubElement(parent, tag, {k: v for k, v in attributes.items() if v})
    element.text = _forbidden.sub("", text) or None
    return element


def _add_date(parent: Any, tag: str, day: str, **attributes: str) -> None:
    if day:
        element = _add(parent, tag, **attributes)
        for part, value in zip(("Year", "Month", "Day"), day.split("-"), strict=False):
            _add(element, part, value)


def _add_people(parent: Any, group: str, tag: str, people: Iterable[Author]) -> None:
    people = tuple(people)
    if not people:
        return
    box = _add(parent, group)
    for person in people:
        one = _add(box, tag)
        for part, value in (
            ("CollectiveName", person.collective),
            ("LastName", person.last),
            ("ForeName", person.fore),
            ("Initials", person.initials),
            ("Suffix", person.suffix),
        ):
            if value:
                _add(one, part, value)
        if person.orcid:
            _add(one, "Identifier", person.orcid, Source="ORCID")
        for place in person.affiliations:
            _add(_add(one, "AffiliationInfo"), "Affiliation", place)


def _add_sections(parent: Any, tag: str, sections: Iterable[Section], **attributes: str) -> None:
    sections = tuple(sections)
    if sections:
        box = _add(parent, tag, **attributes)
        for section in sections:
            _add(
                box, "AbstractText", section.text, Label=section.label, NlmCategory=section.category
            )


def _add_list(parent: Any, group: str, tag: str, values: Iterable[str]) -> None:
    values = tuple(values)
    if values:
        box = _add(parent, group)
        for value in values:
            _add(box, tag, value)


def _article(record: Record) -> Any:
    from lxml import etree

    root = etree.Element("PubmedArticle")
    citation = _add(root, "MedlineCitation", Status=record.status)
    if record.pmid:
        _add(citation, "PMID", record.pmid)
    _add_date(citation, "DateCompleted", record.dates.completed)
    _add_date(citation, "DateRevised", record.dates.revised)
    _write_article(_add(citation, "Article", PubModel=record.model), record)
    journal = record.journal
    info = _add(citation, "MedlineJournalInfo")
    for tag, value in (
        ("Country", journal.country),
        ("MedlineTA", journal.abbreviation),
        ("NlmUniqueID", journal.nlm_id),
        ("ISSNLinking", journal.issn_linking),
    ):
        if value:
            _add(info, tag, value)
    _write_indexing(citation, record)
    data = _add(root, "PubmedData")
    history = [(status, getattr(record.dates, f)) for status, f in _HISTORY_FIELDS.items()]
    if days := [(status, day) for status, day in (*history, *record.dates.history) if day]:
        box = _add(data, "History")
        for status, day in days:
            _add_date(box, "PubMedPubDate", day, PubStatus=status)
    box = _add(data, "ArticleIdList")
    for item in record.identifiers:
        _add(box, "ArticleId", item.value, IdType="pubmed" if item.kind == "pmid" else item.kind)
    if not record.pmid:
        _add(box, "ArticleId", record.source_id, IdType="sinteza")
    return root


def _write_article(article: Any, record: Record) -> None:
    journal = record.journal
    box = _add(article, "Journal")
    if journal.issn:
        _add(box, "ISSN", journal.issn)
    issue = _add(box, "JournalIssue")
    for tag, value in (("Volume", journal.volume), ("Issue", journal.issue)):
        if value:
            _add(issue, tag, value)
    printed, words = record.dates.printed or str(record.year or ""), record.dates.medline
    if words and re.search(r"\d{4}", words):
        _add(_add(issue, "PubDate"), "MedlineDate", words)
    elif printed:
        day = _add(issue, "PubDate")
        for part, value in zip(("Year", "Month", "Day"), printed.split("-"), strict=False):
            if not words or part == "Year":
                _add(day, part, value)
        if words:
            _add(day, "Season", words)
    if journal.title:
        _add(box, "Title", journal.title)
    _add(article, "ArticleTitle", record.title)
    if journal.pages:
        _add(_add(article, "Pagination"), "MedlinePgn", journal.pages)
    _add_sections(article, "Abstract", record.abstract)
    _add_people(article, "AuthorList", "Author", record.authors)
    for language in record.languages:
        _add(article, "Language", language)
    if record.registry:
        banks: dict[str, Any] = {}
        box = _add(article, "DataBankList")
        for number in record.registry:
            bank, _, accession = number.partition("/")
            if bank not in banks:
                one = _add(box, "DataBank")
                _add(one, "DataBankName", bank)
                banks[bank] = _add(one, "AccessionNumberList")
            _add(banks[bank], "AccessionNumber", accession)
    if record.grants:
        box = _add(article, "GrantList")
        for grant in record.grants:
            one = _add(box, "Grant")
            for tag, value in (
                ("GrantID", grant.number),
                ("Acronym", grant.acronym),
                ("Agency", grant.agency),
                ("Country", grant.country),
            ):
                if value:
                    _add(one, tag, value)
    if record.publication_types:
        box = _add(article, "PublicationTypeList")
        for kind in record.publication_types:
            _add(box, "PublicationType", kind.name, UI=kind.ui)
    if record.vernacular_title:
        _add(article, "VernacularTitle", record.vernacular_title)
    _add_date(article, "ArticleDate", record.dates.electronic)


def _write_indexing(citation: Any, record: Record) -> None:
    if record.chemicals:
        box = _add(citation, "ChemicalList")
        for chemical in record.chemicals:
            one = _add(box, "Chemical")
            _add(one, "RegistryNumber", chemical.registry_number)
            _add(one, "NameOfSubstance", chemical.name, UI=chemical.ui)
    if record.supplementary:
        box = _add(citation, "SupplMeshList")
        for concept in record.supplementary:
            _add(box, "SupplMeshName", concept.name, Type=concept.kind, UI=concept.ui)
    for subset in record.citation_subsets:
        _add(citation, "CitationSubset", subset)
    if record.links:
        box = _add(citation, "CommentsCorrectionsList")
        for link in record.links:
            one = _add(box, "CommentsCorrections", RefType=link.kind)
            for tag, value in (
                ("RefSource", link.citation),
                ("PMID", link.pmid),
                ("Note", link.note),
            ):
                if value:
                    _add(one, tag, value)
    _add_list(citation, "GeneSymbolList", "GeneSymbol", record.genes)
    if record.mesh:
        box = _add(citation, "MeshHeadingList")
        for heading in record.mesh:
            one = _add(box, "MeshHeading")
            major = "Y" if heading.major else "N"
            _add(one, "DescriptorName", heading.name, UI=heading.ui, MajorTopicYN=major)
            for q in heading.qualifiers:
                major = "Y" if q.major else "N"
                _add(one, "QualifierName", q.name, UI=q.ui, MajorTopicYN=major)
    _add_people(citation, "PersonalNameSubjectList", "PersonalNameSubject", record.subjects)
    for other in record.other_abstracts:
        _add_sections(
            citation, "OtherAbstract", other.sections, Type=other.kind, Language=other.language
        )
    _add_list(citation, "KeywordList", "Keyword", record.keywords)
    if record.conflict_of_interest:
        _add(citation, "CoiStatement", record.conflict_of_interest)
    for mission in record.space_flight:
        _add(citation, "SpaceFlightMission", mission)
    _add_people(citation, "InvestigatorList", "Investigator", record.investigators)
    for note in (*record.notes, *notes_for_tools(record), *carry(record, name)):
        _add(citation, "GeneralNote", note)
