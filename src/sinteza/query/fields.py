"""PubMed's search fields: every accepted tag, the name PubMed prints, and how its text is read.

Source: the PubMed User Guide (pubmed.ncbi.nlm.nih.gov/help) and EInfo of db=pubmed,
Build-2025.11.27.
"""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",  # words at positions: word, phrase, wildcard, proximity in some
    "mesh",  # headings, exploded by tree number
    "concept",  # other controlled names: subheading, publication type, substance, action
    "author",
    "journal",
    "language",
    "date",
    "value",  # matched whole: numbers, identifiers, countries
    "pmid",
    "filter",
]


@dataclass(frozen=True)
class Field:
    """One search field. ``key`` is its short canonical tag, ``name`` the tag PubMed prints."""

    key: str
    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    einfo: str = ""


FIELDS: tuple[Field, ...] = (
    Field("all", "All Fields", "text", ("all field",), "ALL"),
    Field("ti", "Title", "text", (), "TITL"),
    Field("tiab", "Title/Abstract", "text", ("title / abstract", "title and abstract"), "TIAB"),
    Field("tw", "Text Word", "text", ("text words", "word", "text"), "WORD"),
    Field("ad", "Affiliation", "text", (), "AFFL"),
    Field("ot", "Other Term", "text", ("other terms",), "OTRM"),
    Field("tt", "Transliterated Title", "text", (), "TT"),
    Field(
        "cois",
        "Conflict of Interest Statements",
        "text",
        ("conflict of interest statement", "conflict of interest"),
        "COIS",
    ),
    Field("cn", "Author - Corporate", "text", ("corporate author",), "COLN"),
    Field("book", "Book", "text", (), "BOOK"),
    Field("ed", "Editor", "author", (), "ED"),
    Field("pubn", "Publisher", "text", (), "PUBN"),
    Field("mh", "MeSH Terms", "mesh", ("mesh", "mesh term"), "MESH"),
    Field("majr", "MeSH Major Topic", "mesh", ("mj", "mesh major"), "MAJR"),
    Field(
        "sh",
        "MeSH Subheading",
        "concept",
        ("subheading", "subheadings", "mesh subheadings"),
        "SUBH",
    ),
    Field("pt", "Publication Type", "concept", ("ptyp",), "PTYP"),
    Field("nm", "Supplementary Concept", "concept", ("substance name",), "SUBS"),
    Field("pa", "Pharmacological Action", "concept", (), "PAPX"),
    Field("au", "Author", "author", ("author name",), "AUTH"),
    Field("1au", "Author - First", "author", ("first author name", "first author"), "FAUT"),
    Field("lastau", "Author - Last", "author", ("last author name", "last author"), "LAUT"),
    Field("fau", "Author - Full", "author", ("full author name",), "FULL"),
    Field("ir", "Investigator", "author", (), "INVR"),
    Field("fir", "Investigator - Full", "author", ("full investigator name",), "FINV"),
    Field("ps", "Subject - Personal Name", "author", ("personal name as subject",), "PS"),
    Field("ta", "Journal", "journal", ("jour", "journal title", "so"), "JOUR"),
    Field("la", "Language", "language", ("lang",), "LANG"),
    Field("dp", "Date - Publication", "date", ("pdat", "publication date"), "PDAT"),
    Field(
        "epdat", "Date - Electronic Publication", "date", ("electronic publication date",), "EPDT"
    ),
    Field("ppdat", "Date - Print Publication", "date", ("print publication date",), "PPDT"),
    Field("edat", "Date - Entry", "date", ("entry date", "entrez date", "date - entrez"), "EDAT"),
    Field("crdt", "Date - Create", "date", ("create date", "creation date"), "CRDT"),
    Field("mhda", "Date - MeSH", "date", ("mesh date",), "MHDA"),
    Field("lr", "Date - Modification", "date", ("mdat", "modification date"), "MDAT"),
    Field("dcom", "Date - Completion", "date", ("completion date",), "CDAT"),
    Field("jid", "NLM Unique ID", "value", ("nlmuniqueid",), ""),
    Field("rn", "EC/RN Number", "value", ("ecno", "registry number"), "ECNO"),
    Field("auid", "Author - Identifier", "value", ("author identifier",), "AUID"),
    Field("vi", "Volume", "value", ("vol",), "VOL"),
    Field("ip", "Issue", "value", ("iss",), "ISS"),
    Field("pg", "Pagination", "value", ("page",), "PAGE"),
    Field("pl", "Place of Publication", "value", ("cnty", "country"), "CNTY"),
    Field("gr", "Grants and Funding", "value", ("grant number", "grant", "grants"), "GRNT"),
    Field("si", "Secondary Source ID", "value", ("secondary source identifier",), "SI"),
    Field("aid", "Article Identifier", "value", ("doi", "pid"), "PID"),
    Field("lid", "Location ID", "value", ("location identifier",), "LID"),
    Field("isbn", "ISBN", "value", (), "ISBN"),
    Field("pmid", "UID", "pmid", ("uid",), "UID"),
    Field("sb", "Filter", "filter", ("subset", "filt"), "FILT"),
)

LOCAL_FIELDS: tuple[Field, ...] = (Field("ab", "Abstract", "text"),)
"""Fields only the local archive has; PubMed refuses them."""

PROXIMITY_FIELDS = frozenset({"ti", "tiab", "ad"})
MAX_PROXIMITY = 1000
"""Largest N of ``[ad:~N]`` that stays in one affiliation (User Guide)."""

ISSN_TAGS = frozenset({"is", "issn"})

BY_KEY: dict[str, Field] = {field.key: field for field in (*FIELDS, *LOCAL_FIELDS)}


def _normal(tag: str) -> str:
    return " ".join(tag.casefold().split())


@functools.cache
def _tags() -> dict[str, Field]:
    table: dict[str, Field] = {}
    for field in FIELDS:
        for tag in (field.key, field.name, *field.aliases):
            table[_normal(tag)] = field
    return table


@functools.cache
def _einfo_names() -> dict[str, Field]:
    return {field.einfo.casefold(): field for field in FIELDS if field.einfo}


def find(tag: str, *, local: bool = False) -> Field | None:
    """The field of a tag (case and spaces do not matter), or None.

    ``local`` also accepts the fields that only the archive has.
    """
    wanted = _normal(tag)
    if wanted in ISSN_TAGS:
        return BY_KEY["ta"]
    if local and wanted in {"ab", "abstract"}:
        return BY_KEY["ab"]
    return _tags().get(wanted) or _einfo_names().get(wanted)


def nearest(tag: str) -> str | None:
    """The accepted tag most like a mistyped one, or None."""
    near = difflib.get_close_matches(_normal(tag), _tags(), n=1, cutoff=0.6)
    return near[0] if near else None


_STOPWORDS = """
    a about again all almost also although always among an and another any are as at be because
    been before being between both but by can could did do does done due during each either enough
    especially etc for found from further had has have having here how however i if in into is it
    its itself just kg km made mainly make may mg might ml mm most mostly must nearly neither no nor
    obtained of often on our overall perhaps pmid quite rather really regarding seem seen several
    should show showed shown shows significantly since so some such than that the their theirs them
    then there therefore these they this those through thus to upon various very was we were what
    when which while with within without would
"""
STOPWORDS = frozenset(_STOPWORDS.split())
"""The words PubMed does not search alone (User Guide)."""

_SPECIAL_WORDS = """
    hasabstract hasstructuredabstract hasnonenglishabstract hascois haskeyword hasnihmsid
    hasdatabanklist hascommentin hascommenton haserratumin haserratumfor hasretractionin
    hasretractionof hasexpressionofconcernin hasexpressionofconcernfor hasrepublishedin
    hasrepublishedfrom hasretractedandrepublishedin hasretractedandrepublishedfrom
    hascorrectedrepublishedin hascorrectedrepublishedfrom hasupdatein hasupdateof
    hassummaryforpatientsin hasoriginalreportin hasassociatedpublication hasassociateddataset
    pubstatusaheadofprint pubstatusnihms pubstatuspmcsd pmcbook pmcbooktitle pmcbookchapter
    indexingmethod_automated indexingmethod_curated
"""
SPECIAL_WORDS = frozenset(_SPECIAL_WORDS.split())
"""Untagged words that select by a property of the record; also ``owner`` + acronym."""

OWNERS = frozenset({"ownernlm", "ownernasa", "ownerpip", "ownerkie", "ownerhsr", "ownerhmd"})

LANGUAGE_CODES: dict[str, str] = {
    "afrikaans": "afr", "albanian": "alb", "amharic": "amh", "arabic": "ara", "armenian": "arm",
    "azerbaijani": "aze", "bengali": "ben", "bosnian": "bos", "bulgarian": "bul", "catalan": "cat",
    "chinese": "chi", "croatian": "hrv", "czech": "cze", "danish": "dan", "dutch": "dut",
    "english": "eng", "esperanto": "epo", "estonian": "est", "finnish": "fin", "french": "fre",
    "georgian": "geo", "german": "ger", "greek": "gre", "hebrew": "heb", "hindi": "hin",
    "hungarian": "hun", "icelandic": "ice", "indonesian": "ind", "italian": "ita",
    "japanese": "jpn", "kinyarwanda": "kin", "korean": "kor", "latin": "lat", "latvian": "lav",
    "lithuanian": "lit", "macedonian": "mac", "malay": "may", "malayalam": "mal", "maori": "mao",
    "multiple languages": "mul", "norwegian": "nor", "persian": "per", "polish": "pol",
    "portuguese": "por", "pushto": "pus", "romanian": "rum", "rumanian": "rum", "moldavian": "rum",
    "russian": "rus", "sanskrit": "san", "scottish gaelic": "gla", "serbian": "srp",
    "serbo-croatian": "scr", "slovak": "slo", "slovenian": "slv", "spanish": "spa",
    "swedish": "swe", "thai": "tha", "turkish": "tur", "ukrainian": "ukr", "undetermined": "und",
    "vietnamese": "vie", "welsh": "wel",
}  # fmt: skip
"""MEDLINE's three-letter codes by language name (NLM, Language Table)."""


def language_code(text: str) -> str:
    """MEDLINE's code of a language given by name, code or the first letters of its name."""
    wanted = _normal(text)
    if wanted in LANGUAGE_CODES:
        return LANGUAGE_CODES[wanted]
    return wanted


SUBHEADINGS: dict[str, str] = {
    "AB": "abnormalities", "AD": "administration & dosage", "AE": "adverse effects",
    "AG": "agonists", "AA": "analogs & derivatives", "AN": "analysis",
    "AH": "anatomy & histology", "AI": "antagonists & inhibitors", "BI": "biosynthesis",
    "BS": "blood supply", "BL": "blood", "CF": "cerebrospinal fluid", "CS": "chemical synthesis",
    "CI": "chemically induced", "CH": "chemistry", "CL": "classification", "CO": "complications",
    "CN": "congenital", "CY": "cytology", "DF": "deficiency", "DI": "diagnosis",
    "DU": "diagnostic use",
    "DG": "diagnostic imaging", "DH": "diet therapy", "DE": "drug effects", "DT": "drug therapy",
    "EC": "economics", "ED": "education", "EM": "embryology", "EN": "enzymology",
    "EP": "epidemiology", "EH": "ethnology", "ES": "ethics", "ET": "etiology",
    "GE": "genetics", "GD": "growth & development", "HI": "history", "IM": "immunology",
    "IN": "injuries", "IR": "innervation", "IS": "instrumentation",
    "IP": "isolation & purification", "LJ": "legislation & jurisprudence", "ME": "metabolism",
    "MT": "methods", "MI": "microbiology", "MO": "mortality", "NU": "nursing",
    "OG": "organization & administration", "PS": "parasitology", "PY": "pathogenicity",
    "PA": "pathology", "PK": "pharmacokinetics", "PD": "pharmacology", "PO": "poisoning",
    "PH": "physiology", "PP": "physiopathology", "PC": "prevention & control",
    "PX": "psychology", "RE": "radiation effects", "RT": "radiotherapy", "RH": "rehabilitation",
    "SN": "statistics & numerical data", "ST": "standards", "SD": "supply & distribution",
    "SU": "surgery", "TU": "therapeutic use", "TH": "therapy", "TO": "toxicity",
    "TM": "transmission", "TR": "transplantation", "TD": "trends", "UL": "ultrastructure",
    "UR": "urine", "UT": "utilization", "VE": "veterinary", "VI": "virology",
    "SE": "secretion", "RI": "radionuclide imaging", "SC": "secondary",
    "RA": "radiography", "US": "ultrasonography", "CT": "contraindications",
    "MA": "manpower",
}  # fmt: skip
"""Two-letter codes of the MeSH qualifiers, retired ones included (old records keep them)."""


@functools.cache
def _subheading_names() -> dict[str, str]:
    names = {}
    for code, name in SUBHEADINGS.items():
        names[code.casefold()] = name
        names[name] = name
        names[name.replace(" & ", " and ")] = name
        names[name.replace(" & ", " ")] = name
    return names


def subheading(text: str) -> str | None:
    """The full name of a subheading given by name (``&`` or ``and``) or two-letter code."""
    return _subheading_names().get(_normal(text))
