"""Many articles' bytes to the values the archive keeps of them, as columns.

A batch is read at once: :mod:`sinteza.archive.elements` finds the elements, their contents are cut
out, and what recurs within the batch (headings, affiliations, days ...) is looked at once. Every
element that can be searched is read, so that nothing else needs the XML again. A test shows on
every real record that each value is the one a parser gives.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
import numpy.typing as npt

from sinteza.archive.elements import Markup, Numbers, Paths, canonical
from sinteza.archive.words import APART
from sinteza.errors import FormatError

_C, _A, _D = "MedlineCitation", "MedlineCitation/Article", "PubmedData"
_PERSON = ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
_PLACE = ("Identifier", "AffiliationInfo/Affiliation")

TEXTS = (
    f"{_C}/PMID",
    f"{_A}/ArticleTitle",
    f"{_A}/VernacularTitle",
    f"{_A}/Abstract/AbstractText",
    f"{_A}/Language",
    f"{_A}/ELocationID",
    f"{_A}/Journal/ISSN",
    f"{_A}/Journal/Title",
    f"{_A}/Journal/ISOAbbreviation",
    f"{_A}/Journal/JournalIssue/Volume",
    f"{_A}/Journal/JournalIssue/Issue",
    f"{_A}/Pagination/MedlinePgn",
    *(f"{_A}/AuthorList/Author/{part}" for part in (*_PERSON, *_PLACE)),
    f"{_A}/DataBankList/DataBank/DataBankName",
    f"{_A}/DataBankList/DataBank/AccessionNumberList/AccessionNumber",
    *(f"{_A}/GrantList/Grant/{part}" for part in ("GrantID", "Acronym", "Agency", "Country")),
    f"{_A}/PublicationTypeList/PublicationType",
    *(
        f"{_C}/MedlineJournalInfo/{part}"
        for part in ("Country", "MedlineTA", "NlmUniqueID", "ISSNLinking")
    ),
    f"{_C}/ChemicalList/Chemical/RegistryNumber",
    f"{_C}/ChemicalList/Chemical/NameOfSubstance",
    f"{_C}/SupplMeshList/SupplMeshName",
    f"{_C}/CitationSubset",
    f"{_C}/CommentsCorrectionsList/CommentsCorrections/RefSource",
    f"{_C}/CommentsCorrectionsList/CommentsCorrections/Note",
    f"{_C}/GeneSymbolList/GeneSymbol",
    f"{_C}/MeshHeadingList/MeshHeading/DescriptorName",
    f"{_C}/MeshHeadingList/MeshHeading/QualifierName",
    *(f"{_C}/PersonalNameSubjectList/PersonalNameSubject/{part}" for part in _PERSON),
    f"{_C}/OtherAbstract/AbstractText",
    f"{_C}/KeywordList/Keyword",
    f"{_C}/CoiStatement",
    f"{_C}/SpaceFlightMission",
    *(f"{_C}/InvestigatorList/Investigator/{part}" for part in (*_PERSON, *_PLACE)),
    f"{_D}/PublicationStatus",
    f"{_D}/ArticleIdList/ArticleId",
)
"""Elements of which the text is kept."""

DAYS = (
    f"{_A}/Journal/JournalIssue/PubDate",
    f"{_A}/ArticleDate",
    f"{_C}/DateCompleted",
    f"{_C}/DateRevised",
    f"{_D}/History/PubMedPubDate",
)
"""Elements of which the parts (Year, Month ...) are kept."""

ATTRIBUTES = (
    _C,
    f"{_A}/Abstract/AbstractText",
    f"{_A}/ELocationID",
    f"{_A}/AuthorList/Author/Identifier",
    f"{_C}/CommentsCorrectionsList/CommentsCorrections",
    f"{_C}/MeshHeadingList/MeshHeading/DescriptorName",
    f"{_C}/MeshHeadingList/MeshHeading/QualifierName",
    f"{_C}/OtherAbstract",
    f"{_C}/InvestigatorList/Investigator/Identifier",
    f"{_D}/History/PubMedPubDate",
    f"{_D}/ArticleIdList/ArticleId",
)
"""Elements of which the attributes are kept."""

PATHS = Paths((*TEXTS, *DAYS, *ATTRIBUTES))

_REFERENCES, _END_OF_REFERENCES = b"<ReferenceList", b"</ReferenceList>"
_markup = re.compile(r"<[^>]*>").sub
_entities = re.compile(r"&(?:#(x?)([0-9A-Fa-f]+)|(\w+));").sub
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_tag = re.compile(r'\w+(?:\s+[\w:]+="[^"]*")*\s*/?').fullmatch
_attributes = re.compile(r'\s([\w:]+)="([^"]*)"').findall
_parts = re.compile(r"<(\w+)[^>]*?(?:/>|>([^<]*)</)").findall


def _chosen(paths: Sequence[str]) -> npt.NDArray[np.bool_]:
    table = np.zeros(len(PATHS.names), bool)
    table[[PATHS.number[path] for path in paths]] = True
    return table


_IS_TEXT, _IS_DAY, _HAS_ATTRIBUTES = _chosen(TEXTS), _chosen(DAYS), _chosen(ATTRIBUTES)


@dataclass(frozen=True)
class Batch:
    """What was read of some articles: a row for each element, in their order.

    ``path`` is a number of :data:`PATHS`, ``article`` and ``parent`` (a row) count from 0;
    ``text``, ``day`` and ``tag`` say which entry of ``texts``, ``days`` and ``tags`` is the row's,
    0 (an empty one) if it has none.
    """

    articles: int
    path: Numbers
    article: Numbers
    parent: Numbers
    text: Numbers
    day: Numbers
    tag: Numbers
    texts: list[bytes]
    """Different texts in UTF-8, without markup; white space may be as it was."""
    days: list[bytes]
    """Different days as they stand in the XML; :func:`day` takes one apart."""
    tags: list[dict[str, str]]
    """Different attributes."""

    @cached_property
    def _by_path(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.path.astype(np.int16), kind="stable")
        return order, np.searchsorted(self.path[order], np.arange(len(PATHS.names) + 1))

    def rows(self, *paths: str) -> Numbers:
        """The rows of some paths, in order."""
        order, bounds = self._by_path
        numbers = [PATHS.number[path] for path in paths]
        found = [order[bounds[number] : bounds[number + 1]] for number in numbers]
        return found[0] if len(found) == 1 else np.sort(np.concatenate(found))


def read(articles: Sequence[bytes], *, path: str = "") -> Batch:
    """Read ``PubmedArticle`` elements; FormatError for one that is damaged."""
    plain = [_without_references(article) for article in articles]
    markup = Markup(plain)
    odd = markup.odd().tolist()
    if odd:
        for number in odd:
            plain[number] = canonical(plain[number], path=path)
        markup = Markup(plain)
    try:
        return _read(markup)
    except ValueError:  # something strange, or damaged, in one of them
        markup = Markup([canonical(article, path=path) for article in plain])
    try:
        return _read(markup)
    except ValueError as error:
        raise FormatError(
            f"The XML of a record is damaged: {error}", path=path, hint="Download the file again."
        ) from error


def pmids(batch: Batch, *, path: str = "") -> Numbers:
    """The PMID of each article; FormatError if one has none."""
    found = np.zeros(batch.articles, np.int64)
    rows = batch.rows(f"{_C}/PMID")
    for article, text in zip(batch.article[rows].tolist(), batch.text[rows].tolist(), strict=True):
        digits = batch.texts[text].strip()
        found[article] = int(digits) if digits.isdigit() and len(digits) < 10 else 0
    if not found.all():
        raise FormatError(
            "An article has no PMID",
            path=path,
            hint="The file is not as PubMed serves it; download it again.",
        )
    return found


def _without_references(article: bytes) -> bytes:
    """A third of all bytes, and nothing that is searched."""
    at = article.find(_REFERENCES)
    last = article.rfind(_END_OF_REFERENCES, at) if at >= 0 else -1
    return article[:at] + article[last + len(_END_OF_REFERENCES) :] if last >= 0 else article


def _read(markup: Markup) -> Batch:
    found = markup.elements(PATHS)
    data, articles = markup.data, len(markup.starts)
    if APART in data:
        raise ValueError("a character that XML has not")
    if np.bincount(found.article, minlength=articles).min() == 0 or found.article[-1] >= articles:
        raise ValueError("a record within a record")
    text, raw_texts = _different(data, found.start, found.end, _IS_TEXT[found.path])
    day, raw_days = _different(data, found.start, found.end, _IS_DAY[found.path])
    tag, raw_tags = _different(data, found.tag, found.start - 1, _HAS_ATTRIBUTES[found.path])
    return Batch(
        articles, found.path, found.article, found.parent, text, day, tag,
        _cleaned(raw_texts),
        raw_days,
        [_attributes_of(raw) for raw in raw_tags],
    )  # fmt: skip


def _different(
    data: bytes, start: Numbers, end: Numbers, chosen: npt.NDArray[np.bool_]
) -> tuple[Numbers, list[bytes]]:
    """The different contents of the rows chosen, and for each row which is its own (0: none)."""
    number: defaultdict[bytes, int] = defaultdict(count(1).__next__)
    number[b""] = 0
    rows = np.flatnonzero(chosen)
    pieces = [data[a:b] for a, b in zip(start[rows].tolist(), end[rows].tolist(), strict=True)]
    of_row = np.zeros(len(start), np.int64)
    of_row[rows] = np.fromiter(map(number.__getitem__, pieces), np.int64, len(pieces))
    return of_row, list(number)


def _cleaned(texts: list[bytes]) -> list[bytes]:
    """Markup taken out and entities resolved in the few texts that hold any."""
    byte = np.frombuffer(b"".join(texts), np.uint8)
    special = np.flatnonzero((byte == ord("<")) | (byte == ord("&")) | (byte >= 128))
    ends = np.cumsum([len(text) for text in texts])
    for number in np.unique(np.searchsorted(ends, special, "right")).tolist():
        text = texts[number].decode()  # ValueError if this is not UTF-8
        if "<" in text:
            text = _markup("", text)
        if "&" in text:
            text = _entities(_entity, text)
        texts[number] = text.encode()
    return texts


def day(raw: bytes) -> dict[str, str]:
    """The parts of a day by their names; of equal ones the first."""
    return dict(reversed(_parts(raw.decode())))


def _entity(found: re.Match[str]) -> str:
    hexadecimal, digits, name = found.groups()
    if name is None:
        return chr(int(digits, 16 if hexadecimal else 10))
    if name not in _NAMED:
        raise ValueError(f"unknown entity {name}")
    return _NAMED[name]


@functools.lru_cache(maxsize=20_000)
def _attributes_of(raw: bytes) -> dict[str, str]:
    tag = raw.decode()
    if tag and not _tag(tag):
        raise ValueError(f"attributes of {tag[:60]}")
    return {
        name: _entities(_entity, value) if "&" in value else value
        for name, value in _attributes(tag)
    }
