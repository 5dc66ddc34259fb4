"""RevMan 5 review files (``.rm5``): the references of a review, and the numbers of its analyses.

Element and attribute names are those of RevMan 5's own files. Read only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sinteza.formats import xml
from sinteza.formats.decisions import REASON, VERDICT
from sinteza.formats.entry import Names, assemble
from sinteza.formats.fields import Fields, Identity, or_refuse, source_name
from sinteza.model.record import Record

name = "revman"
extensions = (".rm5",)

_HINT = "Export the review from RevMan again (File, Export, RevMan 5)."
_VERDICTS = {"INCLUDED_STUDIES": "include", "EXCLUDED_STUDIES": "exclude"}
_KINDS = {"JOURNAL_ARTICLE": "article-journal", "BOOK": "book", "BOOK_SECTION": "chapter",
          "CONFERENCE_PROC": "paper-conference", "COCHRANE_REVIEW": "article-journal"}  # fmt: skip
NAMES: Names = {
    "title": ("TI",), "vernacular_title": ("TO",), "authors": ("AU",), "journal": ("SO",),
    "year": ("YR",), "volume": ("VL",), "issue": ("NO",), "pages": ("PG",), "publisher": ("PB",),
    "place": ("CY",), "edition": ("EN",), "editors": ("ED",), "doi": ("DOI",), "pmid": ("PUBMED",),
    "accession": ("EMBASE",),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One study's line of an analysis; numbers as printed, ``None`` where there are none.

    ``outcome`` is RevMan's id (``CMP-001.01``, with the subgroup ``CMP-001.01.02``), ``measure``
    its code (RR, OR, RD, PETO_OR, MD, SMD, GIV ...), ``method`` MH, IV or PETO.
    """

    comparison: str
    outcome: str
    name: str
    subgroup: str
    kind: str
    measure: str
    method: str
    random: bool
    study: str
    events_1: float | None
    total_1: float | None
    mean_1: float | None
    sd_1: float | None
    events_2: float | None
    total_2: float | None
    mean_2: float | None
    sd_2: float | None
    estimate: float | None
    se: float | None


def sniff(head: bytes) -> bool:
    """True for XML whose root is ``COCHRANE_REVIEW``."""
    return head[:1] == b"<" and b"<COCHRANE_REVIEW" in head


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """The references of the included, excluded and other studies, with the decision on them.

    Raises :class:`~sinteza.errors.FormatError` with the line for damaged XML and for a review
    without references.
    """
    source = source_name(source, path, name)
    identity = Identity()
    found = xml.elements(stream, "STUDY", path=path, hint=_HINT)
    studies = or_refuse(found, path=path, what="There is no study in this review", hint=_HINT)
    for study in studies:
        parent = study.getparent()
        verdict = _VERDICTS.get(xml.local(parent) if parent is not None else "", "")
        for reference in xml.children(study, "REFERENCE"):
            yield _record(reference, study, verdict, source, identity)


def _record(reference: Any, study: Any, verdict: str, source: str, identity: Identity) -> Record:
    pairs = [(xml.local(child), xml.text(child)) for child in reference if xml.local(child)]
    for stated in xml.below(reference, "IDENTIFIERS", "IDENTIFIER"):
        pairs.append((stated.get("TYPE", ""), stated.get("VALUE", "")))
    pairs = [(tag, value) for tag, value in pairs if tag != "IDENTIFIERS" and value]
    extra: dict[str, tuple[str, ...]] = {"study": (study.get("ID", ""),)}
    if verdict:
        extra[VERDICT] = (verdict,)
    if why := study.get("REASON", ""):
        extra[REASON] = (why,)
    kind = _KINDS.get(reference.get("TYPE", ""), "document")
    return assemble(
        Fields(pairs), NAMES, form=name, source=source, identity=identity, kind=kind, extra=extra
    )


def analyses(stream: BinaryIO, *, path: str = "") -> Iterator[Row]:
    """Every study line of every analysis, in the order of the review.

    Raises :class:`~sinteza.errors.FormatError` with the line for damaged XML.
    """
    for comparison in xml.elements(stream, "COMPARISON", path=path, hint=_HINT):
        for outcome in comparison:
            kind = xml.local(outcome)
            if kind.endswith("_OUTCOME"):
                yield from _rows(comparison, outcome, kind.removesuffix("_OUTCOME"))


def _rows(comparison: Any, outcome: Any, kind: str) -> Iterator[Row]:
    for group in (outcome, *xml.children(outcome, f"{kind}_SUBGROUP")):
        inside = group is not outcome
        for line in xml.children(group, f"{kind}_DATA"):
            numbers = {
                key.lower(): _number(line.get(key))
                for key in ("EVENTS_1", "TOTAL_1", "MEAN_1", "SD_1", "EVENTS_2", "TOTAL_2",
                            "MEAN_2", "SD_2", "SE")
            }  # fmt: skip
            yield Row(
                comparison=xml.first(comparison, "NAME"),
                outcome=group.get("ID", ""),
                name=xml.first(outcome, "NAME"),
                subgroup=xml.first(group, "NAME") if inside else "",
                kind=kind,
                measure=outcome.get("EFFECT_MEASURE", ""),
                method=outcome.get("METHOD", ""),
                random=outcome.get("RANDOM", "NO") == "YES",
                study=line.get("STUDY_ID", ""),
                estimate=_number(line.get("EFFECT_SIZE") or line.get("ESTIMATE")),
                **numbers,
            )


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
