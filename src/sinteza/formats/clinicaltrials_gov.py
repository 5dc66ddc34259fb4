"""Study records of ClinicalTrials.gov in JSON: the present service (v2), the older one, and lines.

A study becomes a record with its registry number; the modules without a place in a record are kept
whole, as JSON. Names follow the service's "Study Data Structure".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from sinteza.errors import FormatError
from sinteza.formats import abstracts, dates
from sinteza.formats.encoding import lines
from sinteza.formats.fields import KIND, identifiers, own
from sinteza.model.record import Author, Dates, PublicationType, Record, Section

name = "clinicaltrials-gov"
extensions = (".json", ".jsonl")

_SNIFF = re.compile(
    rb'"(?:protocolSection|ProtocolSection|FullStudiesResponse|NCTId|nctId)"|"nct" ?: ?"NCT\d{8}"'
)
_REGISTRY = "ClinicalTrials.gov"
_HINT = "Download the studies again as JSON."


def sniff(head: bytes) -> bool:
    """True for JSON with the sections of a study, or lines with ``nct``."""
    return head[:1] in b"[{" and _SNIFF.search(head) is not None


def read(stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
    """Read the studies of an open, uncompressed file: one object, a list, or one object a line.

    Ids are the NCT numbers under ``ctgov`` unless ``source`` says otherwise. Raises
    :class:`~sinteza.errors.FormatError` with the line for broken JSON and for an object that is
    no study, after those before it were given.
    """
    for line, study in _studies(stream, path):
        reader = _flat if "nct" in study else _record
        try:
            record = reader(study, source or "ctgov")
        except (AttributeError, TypeError, ValueError, KeyError) as error:
            raise FormatError(
                f"A module of this study has an unknown shape: {error}",
                path=path,
                line=line,
                hint=_HINT,
            ) from error
        if record is None:
            raise FormatError("This object is not a study", path=path, line=line, hint=_HINT)
        yield record


def _studies(stream: BinaryIO, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects with the line they begin in: first as one a line, then the whole as one value."""
    held: list[str] = []
    for number, line in enumerate(lines(stream, path=path), 1):
        if not held and line.startswith("{") and line.rstrip().endswith("}"):
            try:
                yield number, msgspec.json.decode(line)
                continue
            except msgspec.DecodeError as error:
                raise FormatError(
                    f"The JSON is broken: {error}", path=path, line=number, hint=_HINT
                ) from error
        if line.strip() or held:
            held.append(line)
    if not held:
        return
    try:
        value = msgspec.json.decode("\n".join(held))
    except msgspec.DecodeError as error:
        raise FormatError(f"The JSON is broken: {error}", path=path, line=1, hint=_HINT) from error
    if isinstance(value, dict):
        value = value.get("FullStudiesResponse", value)
        value = value.get("studies") or value.get("FullStudies") or [value]
    for study in value if isinstance(value, list) else ():
        yield 1, study if isinstance(study, dict) else {}


def _lower(value: Any) -> Any:
    """The older service's names (``NCTId``, lists inside ``...List``) as the present ones."""
    if isinstance(value, list):
        return [_lower(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, item in value.items():
        if key.endswith("List") and isinstance(item, dict) and len(item) == 1:
            inner = _lower(next(iter(item.values())))
            short = key.removesuffix("List")
            found[short[:1].lower() + short[1:] + "s"] = inner
        else:
            found["nctId" if key == "NCTId" else key[:1].lower() + key[1:]] = _lower(item)
    return found


def _take(module: dict[str, Any], *path: str) -> str:
    """Remove and give a text at the end of a path of names."""
    node: Any = module
    for step in path[:-1]:
        node = node.get(step) if isinstance(node, dict) else None
    if not isinstance(node, dict) or not isinstance(node.get(path[-1]), str):
        return ""
    return str(node.pop(path[-1])).strip()


def _take_list(module: dict[str, Any], name_: str) -> tuple[str, ...]:
    value = module.get(name_)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        del module[name_]
        return tuple(value)
    return ()


def _record(study: dict[str, Any], source: str) -> Record | None:
    study = study.get("Study", study)
    if "ProtocolSection" in study:
        study = _lower(study)
    protocol = study.get("protocolSection")
    if not isinstance(protocol, dict):
        return None
    named = protocol.get("identificationModule") or {}
    nct = _take(named, "nctId")
    if not nct:
        return None
    status = protocol.get("statusModule") or {}
    told = protocol.get("descriptionModule") or {}
    design = protocol.get("designModule") or {}
    conditions = protocol.get("conditionsModule") or {}
    sponsor = _take(protocol.get("sponsorCollaboratorsModule") or {}, "leadSponsor", "name")
    official, brief = _take(named, "officialTitle"), _take(named, "briefTitle")
    parts = (("BRIEF SUMMARY", "briefSummary"), ("DETAILED DESCRIPTION", "detailedDescription"))
    started = dates.parse(_take(status, "startDateStruct", "date"))
    types = (
        _take(design, "studyType"),
        *_take_list(design, "phases"),
        *_take_list(design, "phase"),
    )
    acronym = _take(named, "acronym")
    extra: dict[str, tuple[str, ...]] = {KIND: ("clinical-trial",)}
    if official and brief:
        extra["short_title"] = (brief,)
    if acronym:
        extra["acronym"] = (acronym,)
    record = Record(
        id=f"{source}:{nct}",
        source=source,
        source_id=nct,
        title=official or brief,
        abstract=tuple(
            Section(text=" ".join(text.split()), label=label)
            for label, key in parts
            if (text := _take(told, key))
        ),
        authors=(Author(collective=sponsor),) if sponsor else (),
        year=dates.year(started),
        dates=Dates(
            printed=started,
            revised=dates.parse(_take(status, "lastUpdatePostDateStruct", "date")),
            created=dates.parse(_take(status, "studyFirstPostDateStruct", "date")),
        ),
        identifiers=identifiers(("nct", nct)),
        publication_types=tuple(PublicationType(name=kind) for kind in types if kind),
        keywords=(*_take_list(conditions, "conditions"), *_take_list(conditions, "keywords")),
        registry=(f"{_REGISTRY}/{nct}",),
        status=_take(status, "overallStatus"),
        extra=extra,
    )
    for key, module in _left(study).items():
        record.extra[f"{name}:{key}"] = (msgspec.json.encode(module).decode(),)
    return record


def _left(study: dict[str, Any]) -> dict[str, Any]:
    """The modules that still hold something."""
    modules = dict(study.get("protocolSection") or {})
    modules |= {key: value for key, value in study.items() if key != "protocolSection"}
    return {key: module for key, module in modules.items() if module not in ({}, [], None, "")}


def _flat(study: dict[str, Any], source: str) -> Record | None:
    """A line with ``nct``, ``title`` and texts, as extracts of the registry are passed around."""
    nct = str(study.get("nct", ""))
    if not re.fullmatch(r"NCT\d{8}", nct):
        return None
    texts = {key: str(study[key]) for key in ("brief_summary", "detailed_description", "text")
             if study.get(key)}  # fmt: skip
    found: list[Section] = []
    for key, text in texts.items():
        if key == "text":
            found += abstracts.sections(text)
        else:
            found.append(Section(text=" ".join(text.split()), label=key.replace("_", " ").upper()))
    extra: dict[str, tuple[str, ...]] = {KIND: ("clinical-trial",)}
    for key, value in study.items():
        if key not in ("nct", "title", *texts):
            extra[f"{name}:{key}"] = (msgspec.json.encode(value).decode(),)
    return Record(
        id=f"{source}:{nct}",
        source=source,
        source_id=nct,
        title=str(study.get("title", "")),
        abstract=tuple(found),
        identifiers=identifiers(("nct", nct)),
        registry=(f"{_REGISTRY}/{nct}",),
        extra=extra,
    )


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """Write the registry records among these as a list of studies (v2); others have no place here.

    Raises :class:`~sinteza.errors.FormatError` for a record without an NCT number.
    """
    stream.write(b'{"studies": [')
    for count, record in enumerate(records):
        nct = record.identifier("nct")
        if not nct:
            raise FormatError(
                f"The record {record.id} is not of {_REGISTRY}: it has no NCT number",
                hint="Write it in another format (ris, csv, csl-json).",
            )
        stream.write((b",\n" if count else b"\n") + msgspec.json.encode(_study(record, nct)))
    stream.write(b"\n]}\n")


def _study(record: Record, nct: str) -> dict[str, Any]:
    kept = {key: msgspec.json.decode(value) for key, value in own(record, name)}
    brief = next(iter(record.extra.get("short_title", ())), "")
    words = {section.label: section.text for section in record.abstract}
    known = ("BRIEF SUMMARY", "DETAILED DESCRIPTION")
    protocol: dict[str, dict[str, Any]] = {
        "identificationModule": {
            "nctId": nct,
            "officialTitle": record.title if brief else "",
            "briefTitle": brief or record.title,
            "acronym": next(iter(record.extra.get("acronym", ())), ""),
        },
        "statusModule": {
            "overallStatus": record.status,
            **{
                key: {"date": day} if day else ""
                for key, day in (
                    ("startDateStruct", record.dates.printed or str(record.year or "")),
                    ("studyFirstPostDateStruct", record.dates.created),
                    ("lastUpdatePostDateStruct", record.dates.revised),
                )
            },
        },
        "sponsorCollaboratorsModule": {
            "leadSponsor": {"name": record.authors[0].collective} if record.authors else ""
        },
        "descriptionModule": {
            "briefSummary": words.get(known[0])
            or abstracts.printed([s for s in record.abstract if s.label not in known]),
            "detailedDescription": words.get(known[1], ""),
        },
        "conditionsModule": {"keywords": list(record.keywords)},
        "designModule": {
            "studyType": record.publication_types[0].name if record.publication_types else "",
            "phases": [kind.name for kind in record.publication_types[1:]],
        },
    }
    for key in [key for key in kept if key.endswith("Module")]:
        protocol[key] = _merged(protocol.get(key, {}), kept.pop(key))
    filled = {key: {k: v for k, v in module.items() if v not in ("", [], {})}
              for key, module in protocol.items()}  # fmt: skip
    return {"protocolSection": {key: module for key, module in filled.items() if module}, **kept}


def _merged(made: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """What was kept of a module, with what the record itself says put back in."""
    joined = dict(kept)
    for key, value in made.items():
        if value in ("", [], {}):
            continue
        old = joined.get(key)
        joined[key] = (
            {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return joined
