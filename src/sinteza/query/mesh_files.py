"""Read NLM's MeSH files, and the tables made from them, into one :class:`~.mesh.Thesaurus`.

Understood, told apart by their content (gzip or plain): descriptor, qualifier and supplementary
XML (``desc2026.xml``, ``qual2026.xml``, ``supp2026.xml``), ``mtrees2026.bin``, and tab-separated
tables with a header that names DescriptorUI and DescriptorName.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from sinteza.errors import FormatError
from sinteza.query.fields import SUBHEADINGS
from sinteza.query.mesh import Descriptor, Qualifier, Supplement, Thesaurus
from sinteza.query.tree import tokenize

# The tree of subheadings as NLM arranges it, retired ones where they stood; only used when no
# qualifier file (qualYYYY.xml) is given, and then under numbers of our own.
SUBHEADING_TREE: dict[str, tuple[str, ...]] = {
    "adverse effects": ("poisoning", "toxicity"),
    "analysis": ("blood", "cerebrospinal fluid", "isolation & purification", "urine"),
    "anatomy & histology": ("blood supply", "cytology", "embryology", "innervation"),
    "chemistry": (
        "agonists", "analogs & derivatives", "antagonists & inhibitors", "chemical synthesis",
    ),
    "complications": ("secondary",),
    "cytology": ("pathology", "ultrastructure"),
    "diagnosis": ("diagnostic imaging", "pathology"),
    "diagnostic imaging": ("radiography", "radionuclide imaging", "ultrasonography"),
    "embryology": ("abnormalities",),
    "epidemiology": ("ethnology", "mortality"),
    "etiology": (
        "chemically induced", "complications", "congenital", "embryology", "genetics", "immunology",
        "microbiology", "parasitology", "transmission",
    ),
    "metabolism": (
        "biosynthesis", "blood", "cerebrospinal fluid", "deficiency", "enzymology",
        "pharmacokinetics", "urine",
    ),
    "microbiology": ("virology",),
    "organization & administration": (
        "economics", "legislation & jurisprudence", "manpower", "standards",
        "statistics & numerical data", "supply & distribution", "trends", "utilization",
    ),
    "pharmacology": (
        "administration & dosage", "adverse effects", "agonists", "antagonists & inhibitors",
        "pharmacokinetics",
    ),
    "physiology": (
        "genetics", "growth & development", "immunology", "metabolism", "physiopathology",
        "secretion",
    ),
    "statistics & numerical data": ("epidemiology", "supply & distribution", "utilization"),
    "surgery": ("transplantation",),
    "therapeutic use": ("administration & dosage", "adverse effects", "contraindications"),
    "therapy": (
        "diet therapy", "drug therapy", "nursing", "prevention & control", "radiotherapy",
        "rehabilitation", "surgery",
    ),
}  # fmt: skip


def known_qualifiers() -> dict[str, Qualifier]:
    """The subheadings with tree numbers of our own that carry :data:`SUBHEADING_TREE`."""
    codes = {name: code for code, name in SUBHEADINGS.items()}
    children = {child for below in SUBHEADING_TREE.values() for child in below}
    trees: dict[str, list[str]] = {name: [] for name in codes}

    def place(name: str, tree: str, above: tuple[str, ...]) -> None:
        trees[name].append(tree)
        for at, child in enumerate(SUBHEADING_TREE.get(name, ()), 1):
            if child not in above:
                place(child, f"{tree}.{at}", (*above, name))

    roots = [name for name in codes if name not in children]
    for at, name in enumerate(sorted(roots), 1):
        place(name, f"Y{at:02d}", (name,))
    return {name: Qualifier(name, codes[name], tuple(found)) for name, found in trees.items()}


@dataclass
class _Entry:
    name: str
    ui: str = ""
    trees: set[str] = field(default_factory=set)
    terms: dict[str, None] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)
    mapped: set[str] = field(default_factory=set)


class _Gathered:
    def __init__(self) -> None:
        self.descriptors: dict[str, _Entry] = {}
        self.supplements: dict[str, _Entry] = {}
        self.qualifiers: dict[str, Qualifier] = {}

    def descriptor(self, name: str, ui: str = "") -> _Entry:
        entry = self.descriptors.setdefault(name, _Entry(name))
        entry.ui = entry.ui or ui
        return entry


def build(named: Iterable[tuple[str, IO[bytes]]], *, year: int) -> Thesaurus:
    """One thesaurus of everything in the files (their names are for messages).

    Raises FormatError for a file of another kind.
    """
    gathered = _Gathered()
    for name, stream in named:
        _read(gathered, name, stream)
    if not gathered.descriptors:
        raise FormatError("no MeSH descriptor in these files", hint="Give desc20XX.xml at least.")
    return Thesaurus(
        year,
        {name: _descriptor(entry) for name, entry in sorted(gathered.descriptors.items())},
        gathered.qualifiers or known_qualifiers(),
        {
            name: Supplement(
                name,
                tuple(sorted(entry.terms)),
                tuple(sorted(entry.mapped)),
                tuple(sorted(entry.actions)),
                entry.ui,
            )
            for name, entry in sorted(gathered.supplements.items())
        },
    )


def _descriptor(entry: _Entry) -> Descriptor:
    """Entry terms that fold to the same words as an earlier one are left out."""
    seen = {tokenize(entry.name)}
    terms = []
    for term in sorted(entry.terms):
        words = tokenize(term)
        if words and words not in seen:
            seen.add(words)
            terms.append(term)
    by_place = tuple(sorted(entry.trees, key=lambda tree: tree.split(".")))
    return Descriptor(entry.name, by_place, tuple(terms), tuple(sorted(entry.actions)), entry.ui)


def _read(gathered: _Gathered, name: str, stream: IO[bytes]) -> None:
    head = stream.read(2)
    stream.seek(-len(head), io.SEEK_CUR)
    opened = cast(IO[bytes], gzip.GzipFile(fileobj=stream)) if head == b"\x1f\x8b" else stream
    buffered = io.BufferedReader(cast(io.RawIOBase, opened))
    try:
        _read_kind(gathered, name, buffered)
    finally:
        buffered.detach()  # the stream is the caller's to close


def _read_kind(gathered: _Gathered, name: str, buffered: io.BufferedReader[Any]) -> None:
    start = buffered.peek(400)[:400]
    if b"<" in start and (b"<?xml" in start or b"RecordSet" in start):
        _read_xml(gathered, name, buffered)
        return
    first = start.split(b"\n", 1)[0].decode("utf-8", "replace")
    text = io.TextIOWrapper(buffered, encoding="utf-8")
    try:
        if first.startswith("DescriptorUI\t"):
            _read_table(gathered, name, text)
        elif re.fullmatch(r".+;[A-Z]\d[\d.]*\s*", first):
            for line in text:
                heading, _, tree = line.strip().rpartition(";")
                gathered.descriptor(heading).trees.add(tree)
        else:
            raise FormatError(
                "not a MeSH file that Sinteza knows",
                path=name,
                hint="Known: desc, qual and supp XML, mtrees .bin, tables with DescriptorUI.",
            )
    finally:
        text.detach()


def _read_table(gathered: _Gathered, name: str, text: IO[str]) -> None:
    rows = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        label, ui = row["DescriptorName"], row["DescriptorUI"]
        if ui.startswith("C"):  # the table of actions lists supplementary concepts too
            entry = gathered.supplements.setdefault(label, _Entry(label, ui))
        else:
            entry = gathered.descriptor(label, ui)
        if "tree_location" in row:
            entry.trees.add(row["tree_location"])
        elif "TermName" in row:
            if row["TermName"] != entry.name:
                entry.terms[row["TermName"]] = None
        elif "PharmActionName" in row:
            entry.actions.add(row["PharmActionName"])
        else:
            raise FormatError("this table has no column of MeSH that is known", path=name)


def _read_xml(gathered: _Gathered, name: str, stream: IO[bytes]) -> None:
    from lxml import etree

    tags = ("DescriptorRecord", "SupplementalRecord", "QualifierRecord")
    try:
        for _, record in etree.iterparse(stream, tag=tags, no_network=True, resolve_entities=False):
            _record(gathered, record)
            record.clear()
            while record.getprevious() is not None:
                del record.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise FormatError(
            f"this MeSH file is broken or cut off ({error.msg})", path=name, line=error.lineno
        ) from error


def _texts(record: Any, path: str) -> Iterator[str]:
    for found in record.iterfind(path):
        text = (found.text or "").strip()
        if text:
            yield text


def _record(gathered: _Gathered, record: Any) -> None:
    kind = record.tag.removesuffix("Record")
    prefix = "SupplementalRecord" if kind == "Supplemental" else kind
    name = next(_texts(record, f"{prefix}Name/String"))
    ui = next(_texts(record, f"{prefix}UI"), "")
    trees = tuple(_texts(record, "TreeNumberList/TreeNumber"))
    if kind == "Qualifier":
        code = next(_texts(record, ".//Abbreviation"), "")
        gathered.qualifiers[name] = Qualifier(name, code, trees)
        return
    if kind == "Descriptor":
        entry = gathered.descriptor(name, ui)
    else:
        entry = gathered.supplements.setdefault(name, _Entry(name, ui))
    entry.trees.update(trees)
    for term in _texts(record, "ConceptList/Concept/TermList/Term/String"):
        if term != name:
            entry.terms[term] = None
    action = "PharmacologicalActionList/PharmacologicalAction/DescriptorReferredTo/DescriptorName"
    entry.actions.update(_texts(record, f"{action}/String"))
    mapped = "HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorName/String"
    entry.mapped.update(_texts(record, mapped))
