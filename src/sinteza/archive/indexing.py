"""What of a batch's articles is searched where, as columns: texts, names and numbers.

Texts of one *kind* (title, abstract ...) may hold several values; positions never run on from one
value to the next. Names are *keys* such as ``pt:meta analysis``; words hold no colon, so that both
live in one dictionary. Field contents follow the PubMed User Guide, "Search field descriptions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sinteza.archive import content
from sinteza.archive.elements import Numbers
from sinteza.archive.reading import PATHS, Batch
from sinteza.archive.words import folded_all

_C, _A, _D = "MedlineCitation", "MedlineCitation/Article", "PubmedData"
_JOURNAL, _INFO = f"{_A}/Journal", f"{_C}/MedlineJournalInfo"
_AUTHOR = f"{_A}/AuthorList/Author"
_INVESTIGATOR = f"{_C}/InvestigatorList/Investigator"
_SUBJECT = f"{_C}/PersonalNameSubjectList/PersonalNameSubject"
_HEADING = f"{_C}/MeshHeadingList/MeshHeading"
_LINK = f"{_C}/CommentsCorrectionsList/CommentsCorrections"
_BANK = f"{_A}/DataBankList/DataBank"
_IDS = f"{_D}/ArticleIdList/ArticleId"
_ELSEWHERE = f"{_A}/ELocationID"
_SECTION, _OTHER = f"{_A}/Abstract/AbstractText", f"{_C}/OtherAbstract"

# path: kind of its texts (0: none), field of its keys (empty: none)
_PLACES: dict[str, tuple[int, str]] = {
    f"{_A}/ArticleTitle": (content.TI, ""),
    _SECTION: (content.AB, ""),
    f"{_OTHER}/AbstractText": (content.OAB, ""),
    f"{_C}/KeywordList/Keyword": (content.OT, ""),
    f"{_A}/VernacularTitle": (content.TT, ""),
    f"{_C}/CoiStatement": (content.COIS, ""),
    f"{_AUTHOR}/CollectiveName": (content.CN, ""),
    f"{_INVESTIGATOR}/CollectiveName": (content.CN, ""),
    f"{_AUTHOR}/AffiliationInfo/Affiliation": (content.AD, ""),
    f"{_INVESTIGATOR}/AffiliationInfo/Affiliation": (content.AD, ""),
    f"{_A}/PublicationTypeList/PublicationType": (content.PT, "pt"),
    f"{_C}/ChemicalList/Chemical/NameOfSubstance": (content.NM, "nm"),
    f"{_C}/SupplMeshList/SupplMeshName": (content.NM, "nm"),
    f"{_LINK}/RefSource": (content.CC, ""),
    f"{_LINK}/Note": (content.CC, ""),
    f"{_JOURNAL}/Title": (content.TA, "ta"),
    f"{_JOURNAL}/ISOAbbreviation": (content.TA, "ta"),
    f"{_JOURNAL}/ISSN": (content.TA, "ta"),
    f"{_INFO}/MedlineTA": (content.TA, "ta"),
    f"{_INFO}/ISSNLinking": (content.TA, "ta"),
    **{f"{_A}/GrantList/Grant/{part}": (content.GR, "gr")
       for part in ("GrantID", "Acronym", "Agency", "Country")},
    _IDS: (content.AID, "aid"),
    _ELSEWHERE: (content.AID, "aid"),
    f"{_A}/Language": (content.ETC, "la"),
    f"{_JOURNAL}/JournalIssue/Volume": (content.ETC, "vi"),
    f"{_JOURNAL}/JournalIssue/Issue": (content.ETC, "ip"),
    f"{_A}/Pagination/MedlinePgn": (content.ETC, ""),
    f"{_INFO}/NlmUniqueID": (content.ETC, "jid"),
    f"{_INFO}/Country": (0, "pl"),
    f"{_C}/ChemicalList/Chemical/RegistryNumber": (content.ETC, "rn"),
    f"{_C}/GeneSymbolList/GeneSymbol": (content.ETC, ""),
    f"{_C}/SpaceFlightMission": (content.ETC, ""),
}  # fmt: skip
_KIND = np.zeros(len(PATHS.names), np.int64)
_FIELDS = sorted({field for _, field in _PLACES.values() if field})
_FIELD = np.full(len(PATHS.names), -1, np.int64)
for _path, (_kind, _field) in _PLACES.items():
    _KIND[PATHS.number[_path]] = _kind
    _FIELD[PATHS.number[_path]] = _FIELDS.index(_field) if _field else -1

_SENTENCES = (content.TI, content.AB, content.OAB, content.TT, content.COIS, content.AD)
_NAMES = ~np.isin(_KIND, _SENTENCES)
"""Paths whose texts are compared whole."""

_SUBSETS = {"im": "jsubsetim", "aim": "jsubsetaim", "d": "jsubsetd", "n": "jsubsetn"}


class Rows(NamedTuple):
    """Values or keys and where they stand: each row the article, kind and number of the value.

    ``what`` is a number of a text or of a key, ``flags`` those of a key.
    """

    article: Numbers
    kind: Numbers
    number: Numbers
    what: Numbers
    flags: Numbers


class Contents(NamedTuple):
    """Everything that can be searched in a batch.

    Rows of ``values`` that agree in article, kind and number are one value, in parts.
    """

    texts: list[bytes]
    """Different texts: words with blanks between; one blank in names."""
    values: Rows
    keys: list[bytes]
    key_rows: Rows


def index(batch: Batch) -> Contents:
    """Find the texts, names and numbers of a batch."""
    return _Index(batch).contents()


def _rows(
    article: Numbers,
    kind: int | Numbers,
    number: int | Numbers,
    what: Numbers,
    flags: int | Numbers = 0,
) -> Rows:
    shape = article.shape
    return Rows(
        article,
        np.broadcast_to(kind, shape),
        np.broadcast_to(number, shape),
        what,
        np.broadcast_to(flags, shape),
    )


def _together(parts: Sequence[Rows]) -> Rows:
    return Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _numbered(group: Numbers) -> Numbers:
    """How many rows of the same group come before each; the groups are sorted."""
    return np.arange(len(group)) - np.searchsorted(group, group)


class _Index:
    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        named = np.zeros(len(batch.texts), bool)
        named[batch.text[_NAMES[batch.path]]] = True
        self.folded = folded_all(batch.texts, named)
        self.filled = np.fromiter(map(bool, self.folded), bool, len(self.folded))
        for number in np.flatnonzero(~self.filled).tolist():  # no words, but perhaps a dash
            self.filled[number] = bool(batch.texts[number].decode().strip())
        self.values: list[Rows] = []
        self.keys: list[bytes] = []
        self.key_rows: list[Rows] = []

    def contents(self) -> Contents:
        self.named()
        self.headings()
        self.people()
        self.banks()
        self.pages()
        self.marks()
        return Contents(self.folded, _together(self.values), self.keys, _together(self.key_rows))

    # ---- parts

    def add_keys(self, names: Iterable[bytes], article: Numbers, **places: int | Numbers) -> None:
        """One key for each row."""
        before = len(self.keys)
        self.keys += names
        self.add_known(np.arange(before, len(self.keys)), article, **places)

    def add_known(
        self,
        keys: Numbers,
        article: Numbers,
        kind: int | Numbers = content.KEY,
        number: int | Numbers = 0,
        flags: int | Numbers = 0,
    ) -> None:
        self.key_rows.append(_rows(article, kind, number, keys, flags))

    def different(self, field: Numbers, text: Numbers, fields: Sequence[str]) -> Numbers:
        """The number of the key ``field:text`` for each row."""
        pairs, each = np.unique(field * len(self.folded) + text, return_inverse=True)
        before = len(self.keys)
        prefixes = [f"{name}:".encode() for name in fields]
        size = len(self.folded)
        self.keys += [prefixes[pair // size] + self.folded[pair % size] for pair in pairs.tolist()]
        numbers: Numbers = before + each
        return numbers

    def tagged(self, name: str, default: str = "") -> list[str]:
        """The value of an attribute in each of the different tags."""
        return [tag.get(name, default) for tag in self.batch.tags]

    def rows(self, *paths: str) -> Numbers:
        """The rows of some paths that have a text."""
        rows = self.batch.rows(*paths)
        filled: Numbers = rows[self.filled[self.batch.text[rows]]]
        return filled

    # ---- what there is

    def named(self) -> None:
        """Values that follow from the path alone; equal ones of a record count once."""
        batch = self.batch
        kind, field = _KIND[batch.path], _FIELD[batch.path]
        kind[~self.filled[batch.text]] = 0
        field[~self.filled[batch.text]] = -1
        out = self._left_out()
        kind[out], field[out] = 0, -1

        keyed = np.flatnonzero(field >= 0)
        keys = self.different(field[keyed], batch.text[keyed], _FIELDS)
        self.add_known(keys, batch.article[keyed])

        rows = np.flatnonzero(kind)
        group = batch.article[rows] * 32 + kind[rows]
        _, once = np.unique(group * len(self.folded) + batch.text[rows], return_index=True)
        once.sort()
        rows, group = rows[once], group[once]
        order = np.argsort(group, kind="stable")
        rows = rows[order]
        self.values.append(
            _rows(batch.article[rows], kind[rows], _numbered(group[order]), batch.text[rows])
        )

    def _left_out(self) -> Numbers:
        """Rows that have no part in the search: foreign or invalid numbers, second names."""
        batch = self.batch
        own = [kind in ("pubmed", "pmid", "sinteza") for kind in self.tagged("IdType")]
        invalid = [
            valid != "Y" or kind in ("pmid", "sinteza")
            for valid, kind in zip(self.tagged("ValidYN", "Y"), self.tagged("EIdType"), strict=True)
        ]
        ids, elsewhere = batch.rows(_IDS), batch.rows(_ELSEWHERE)
        names = batch.rows(f"{_JOURNAL}/ISOAbbreviation")
        better = batch.article[self.rows(f"{_INFO}/MedlineTA")]
        return np.concatenate([
            ids[np.array(own)[batch.tag[ids]]],
            elsewhere[np.array(invalid)[batch.tag[elsewhere]]],
            names[np.isin(batch.article[names], better)],
        ])  # fmt: skip

    def headings(self) -> None:
        """A heading and its subheadings share one number: that they are attached to each other."""
        batch = self.batch
        headings = batch.rows(_HEADING)
        number = _numbered(batch.article[headings])
        starred = np.zeros(len(headings), bool)
        is_major = np.array([major == "Y" for major in self.tagged("MajorTopicYN")])
        parts = []
        for part in ("DescriptorName", "QualifierName"):
            rows = batch.rows(f"{_HEADING}/{part}")
            heading = np.searchsorted(headings, batch.parent[rows])
            major = is_major[batch.tag[rows]]
            starred[heading[major]] = True
            parts.append((rows, heading, major))
        (names, of_name, _), (qualifiers, of_qualifier, major) = parts
        for field, rows, heading, flags in (
            (0, names, of_name, starred[of_name]),
            (1, qualifiers, of_qualifier, major),
        ):
            keys = self.different(np.full(len(rows), field), batch.text[rows], ("mh", "sh"))
            self.add_known(
                keys, batch.article[rows], kind=content.MH, number=number[heading], flags=flags * 1
            )
        for rows, numbers in (
            (names, 1 + 2 * number[of_name]),
            (qualifiers, 2 + 2 * _numbered(batch.article[qualifiers])),
        ):
            self.values.append(_rows(batch.article[rows], content.MH, numbers, batch.text[rows]))

    def people(self) -> None:
        batch, folded = self.batch, self.folded
        everybody = batch.rows(_AUTHOR, _INVESTIGATOR)
        subjects = batch.rows(_SUBJECT)
        for rows, kind, order in (
            (everybody, content.AU, ("LastName", "Initials", "Suffix", "ForeName")),
            (subjects, content.PS, ("CollectiveName", "LastName", "Initials", "ForeName")),
        ):
            parts = np.column_stack([self._part(rows, name) for name in order])
            if kind == content.AU:
                parts[~self.filled[parts[:, 0]]] = 0
            else:  # a group's name, or a person's
                parts[self.filled[parts[:, 0]], 1:] = 0
            article = np.repeat(batch.article[rows], len(order))
            number = np.repeat(_numbered(batch.article[rows]), len(order))
            text = parts.ravel()
            given = text > 0
            self.values.append(_rows(article[given], kind, number[given], text[given]))

        for field, path in (("au", _AUTHOR), ("ir", _INVESTIGATOR), ("ps", _SUBJECT)):
            rows = batch.rows(path)
            number = _numbered(batch.article[rows])
            name = [self._part(rows, n) for n in ("LastName", "Initials", "Suffix", "ForeName")]
            named = self.filled[name[0]]
            article = batch.article[rows][named]
            flags: int | Numbers = 0
            if field == "au":  # numbered without the groups among them
                number = _numbered(article)
                last = np.append(article[1:] != article[:-1], True)[: len(article)]
                flags = content.FIRST * (number == 0) + content.LAST * last
            else:
                number = number[named]
            columns = [[folded[n] for n in part[named].tolist()] for part in name]
            names = (
                b"%b:%b|%b|%b|%b" % (field.encode(), *one) for one in zip(*columns, strict=True)
            )
            self.add_keys(names, article, number=number, flags=flags)
        self._orcids()

    def _part(self, persons: Numbers, name: str) -> Numbers:
        """The text of one part of each person's name; 0 if it is not given."""
        found = np.zeros(len(persons), np.int64)
        if len(persons):
            paths = {PATHS.names[path] for path in np.unique(self.batch.path[persons]).tolist()}
            rows = self.batch.rows(*(f"{path}/{name}" for path in paths))
            found[np.searchsorted(persons, self.batch.parent[rows])] = self.batch.text[rows]
        return found

    def _orcids(self) -> None:
        batch = self.batch
        source = self.tagged("Source")
        rows = batch.rows(f"{_AUTHOR}/Identifier", f"{_INVESTIGATOR}/Identifier").tolist()
        rows = [row for row in rows if source[batch.tag[row]] == "ORCID"]
        last = {int(batch.parent[row]): batch.texts[batch.text[row]] for row in rows}
        orcids = folded_all([text.strip().rsplit(b"/", 1)[-1] for text in last.values()])
        article = batch.article[list(last)] if last else np.zeros(0, np.int64)
        for before in (b"auid:", b"auid:orcid "):
            found = [
                (before + orcid, a)
                for orcid, a in zip(orcids, article.tolist(), strict=True)
                if orcid
            ]
            self.add_keys((key for key, _ in found), _array(a for _, a in found))

    def banks(self) -> None:
        """Registrations as ``bank/number``: whole, and each half by itself."""
        batch = self.batch
        names = batch.rows(f"{_BANK}/DataBankName")
        bank = dict(zip(batch.parent[names].tolist(), batch.text[names].tolist(), strict=True))
        rows = batch.rows(f"{_BANK}/AccessionNumberList/AccessionNumber")
        entries: dict[tuple[int, bytes], None] = {}
        for row in rows.tolist():
            name = batch.texts[bank.get(int(batch.parent[batch.parent[row]]), 0)].strip()
            number = batch.texts[batch.text[row]].strip()
            entries[int(batch.article[row]), name + b"/" + number] = None
        article = _array(a for a, _ in entries)
        whole = [entry for _, entry in entries]
        before = len(self.folded)
        self.folded += folded_all(whole)
        text = np.arange(before, len(self.folded))
        self.values.append(_rows(article, content.SI, _numbered(article), text))
        for parts in zip(*((entry, *entry.split(b"/", 1)) for entry in whole), strict=True):
            self.add_keys((b"si:" + part for part in folded_all(list(parts))), article)
        self.mark("hasdatabanklist", article)

    def pages(self) -> None:
        """The first page."""
        batch = self.batch
        rows = self.rows(f"{_A}/Pagination/MedlinePgn")
        first = [re.split(rb"[-,;]", batch.texts[n])[0] for n in batch.text[rows].tolist()]
        found = [
            (b"pg:" + page, article)
            for page, raw, article in zip(
                folded_all(first), first, batch.article[rows].tolist(), strict=True
            )
            if raw.strip()
        ]
        self.add_keys((key for key, _ in found), _array(article for _, article in found))

    # ---- the special words and subsets that select a record

    def mark(self, name: str, article: Numbers) -> None:
        self.add_known(np.full(len(article), len(self.keys)), article)
        self.keys.append(b"is:" + name.encode())

    def by_tag(self, path: str, marks: Callable[[dict[str, str]], list[str]]) -> None:
        """The marks that follow from the attributes of a path's rows."""
        batch = self.batch
        rows = batch.rows(path)
        for tag in np.unique(batch.tag[rows]).tolist():
            for name in marks(batch.tags[tag]):
                self.mark(name, batch.article[rows[batch.tag[rows] == tag]])

    def marks(self) -> None:
        batch = self.batch
        text, article = batch.text, batch.article
        for name, path in (
            ("sb hasmesh", _HEADING),
            ("hasabstract", _SECTION),
            ("hascois", f"{_C}/CoiStatement"),
            ("haskeyword", f"{_C}/KeywordList/Keyword"),
        ):
            self.mark(name, article[batch.rows(path) if path == _HEADING else self.rows(path)])
        sections = self.rows(_SECTION)
        labeled = np.array([bool(label) for label in self.tagged("Label")])
        self.mark("hasstructuredabstract", article[sections[labeled[batch.tag[sections]]]])
        status = self.rows(f"{_D}/PublicationStatus")
        ahead = [batch.texts[number] == b"aheadofprint" for number in text[status].tolist()]
        self.mark("pubstatusaheadofprint", article[status[np.array(ahead, bool)]])

        self.by_tag(_C, _of_citation)
        self.by_tag(_OTHER, _of_other_abstract)
        self.by_tag(_LINK, _of_link)
        subsets = batch.rows(f"{_C}/CitationSubset")
        for number in np.unique(text[subsets]).tolist():
            name = batch.texts[number].decode().strip().lower()
            name = "sb " + _SUBSETS.get(name, "jsubset" + name)
            self.mark(name, article[subsets[text[subsets] == number]])
        ids = self.rows(_IDS)
        for kind, name in (("pmc", "sb pubmed pmc"), ("mid", "hasnihmsid")):
            of_kind = np.array([given == kind for given in self.tagged("IdType")])
            rows = ids[of_kind[batch.tag[ids]]]
            if kind == "mid":  # the first of them counts
                rows = rows[_numbered(article[rows]) == 0]
                nihms = [batch.texts[n].strip().upper().startswith(b"NIHMS") for n in text[rows]]
                rows = rows[np.array(nihms, bool)]
            self.mark(name, article[rows])


def _array(numbers: Iterable[int]) -> Numbers:
    return np.fromiter(numbers, np.int64)


def _of_citation(tag: dict[str, str]) -> list[str]:
    status = folded_all([tag.get("Status", "").encode()])[0].decode()
    found = [f"owner{tag.get('Owner', '').lower()}", f"sb {status}"]
    if indexing := tag.get("IndexingMethod"):
        found.append(f"indexingmethod_{indexing.lower()}")
    return found


def _of_other_abstract(tag: dict[str, str]) -> list[str]:
    return ["hasnonenglishabstract"] if tag.get("Language", "") not in ("", "eng") else []


def _of_link(tag: dict[str, str]) -> list[str]:
    kind = tag.get("RefType", "").lower()
    return ["has" + kind.replace("correctedandrepublished", "correctedrepublished")]
