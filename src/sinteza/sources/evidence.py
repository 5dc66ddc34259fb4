"""The evidence base that a protocol may bring along: records and hand-read facts as tables.

``records.jsonl`` holds bibliographic facts, one record a line. ``studies.csv``, ``arms.csv`` and
``results.csv`` hold what people read in the reports, each row with its reading; ``overlaps.csv``
pairs of studies whose participants are the same people; ``published.csv`` estimates of others, to
compare with. ``concepts.csv`` and ``criteria.csv`` hold what machines found in abstracts, which are
not shipped, and ``machine.jsonl`` the arms and values an extractor read in them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from typing import TypeVar, cast

import msgspec
from msgspec import Struct

from sinteza.errors import FormatError
from sinteza.model.decision import Actor, Assignment
from sinteza.model.edition import PublishedEstimate
from sinteza.model.record import Record
from sinteza.model.study import Arm, ArmResult, Quote, Role, Study

T = TypeVar("T")


class Overlap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two studies with the same participants, in whole or in part."""

    study: str
    other: str
    reason: str


def read_records(folder: Traversable) -> Iterator[Record]:
    """The records, in the order of the file."""
    return _lines(folder, "records", Record)


@contextmanager
def _told(table: str) -> Iterator[None]:
    """A missing column or a number that is none becomes an error that names the table."""
    try:
        yield
    except KeyError as error:
        raise FormatError(
            f"A column or a row is missing: {error}",
            path=f"evidence/{table}",
            hint="Compare the tables with those of a shipped protocol.",
        ) from error
    except ValueError as error:
        raise FormatError(
            f"A cell does not hold what its column says: {error}",
            path=f"evidence/{table}",
            hint="Numbers are plain digits with a decimal point; an unknown one is left empty.",
        ) from error


@_told("studies.csv, arms.csv, results.csv")
def read_studies(folder: Traversable) -> list[Study]:
    """The readings: one :class:`Study` for each study and reader."""
    overlaps: dict[str, set[str]] = {}
    for pair in read_overlaps(folder):
        overlaps.setdefault(pair.study, set()).add(pair.other)
        overlaps.setdefault(pair.other, set()).add(pair.study)
    arms: dict[tuple[str, str], list[Arm]] = {}
    for row in _rows(folder, "arms"):
        arms.setdefault((row["reading"], row["study"]), []).append(
            Arm(
                id=row["arm"],
                role=cast(Role, row["role"]),
                intervention=row["intervention"],
                concept=row["concept"],
                control=row["control"],
                n_randomized=_int(row["n_randomized"]),
                n_analyzed=_int(row["n_analyzed"]),
            )
        )
    results: dict[tuple[str, str], list[ArmResult]] = {}
    sources = {(row["reading"], row["study"]): row for row in _rows(folder, "studies")}
    for row in _rows(folder, "results"):
        key = (row["reading"], row["study"])
        results.setdefault(key, []).append(_result(row, sources[key]))
    return [
        Study(
            id=row["study"],
            label=row["label"],
            reports=(f"pmid:{row['pmid']}",) if row["pmid"] else (),
            design=row["design"],
            year=_int(row["year"]),
            registry_ids=(row["registry"],) if row["registry"] else (),
            therapy=row["therapy"],
            population=row["population"],
            domain=row["domain"],
            drug_resistant=row["drug_resistant"],
            age_group=row["age_group"],
            blinding=row["blinding"],
            control=row["control"],
            n_randomized=_int(row["n_randomized"]),
            arms=tuple(arms.get(key, ())),
            results=tuple(results.get(key, ())),
            overlaps=tuple(sorted(overlaps.get(row["study"], ()))),
            source=row["source"],
            place=row["place"],
            read_by=row["read_by"],
            notes=row["notes"],
        )
        for key, row in sources.items()
    ]


def read_machine(folder: Traversable) -> list[Study]:
    """What the extractor read in abstracts that are not shipped; nobody verified it."""
    if not (folder / "machine.jsonl").is_file():
        return []
    return [
        msgspec.structs.replace(study, by_machine=True)
        for study in _lines(folder, "machine", Study)
    ]


def _result(row: dict[str, str], study: dict[str, str]) -> ArmResult:
    document = f"pmid:{study['pmid']}" if study["pmid"] else study["source"]
    return ArmResult(
        arm=row["arm"],
        outcome=row["outcome"],
        events=_int(row["events"]),
        total=_int(row["total"]),
        percent=_float(row["percent"]),
        percent_max=_float(row["percent_max"]),
        derived=row["derived"],
        subset=row["subset"],
        quote=Quote(
            document=document, section=row["place"], start=_int(row["start"]), end=_int(row["end"])
        ),
        actor=study["read_by"],
        verified=True,
    )


@_told("overlaps.csv")
def read_overlaps(folder: Traversable) -> list[Overlap]:
    """Pairs of studies that must not be pooled together."""
    return [Overlap(**row) for row in _rows(folder, "overlaps")]


@_told("published.csv")
def read_published(folder: Traversable) -> list[PublishedEstimate]:
    """Estimates of others."""
    found = []
    for row in _rows(folder, "published"):
        found.append(
            PublishedEstimate(
                id=row["id"],
                kind=row["kind"],
                citation=row["citation"],
                population=row["population"],
                comparison=row["comparison"],
                outcome=row["outcome"],
                measure=row["measure"],
                estimate=float(row["estimate"]),
                ci_low=_float(row["ci_low"]),
                ci_high=_float(row["ci_high"]),
                k=_int(row["k"]),
                n=_int(row["n"]),
                i2=_float(row["i2"]),
                concepts=tuple(row["concepts"].split()),
                source=row["source"],
            )
        )
    return found


@_told("concepts.csv")
def read_concepts(folder: Traversable) -> dict[str, list[Assignment]]:
    """Concepts that a machine found in abstracts that are not shipped, by PubMed number."""
    found: dict[str, list[Assignment]] = {}
    for row in _rows(folder, "concepts"):
        name, _, version = row["found_by"].partition(":")[2].partition("/")
        found.setdefault(row["pmid"], []).append(
            Assignment(
                cluster="",
                concept=row["concept"],
                actor=Actor(kind="rule", name=name, version=version),
                field="abstract",
                start=_int(row["start"]),
                end=_int(row["end"]),
                count=int(row["count"]),
                polarity="absent" if row["polarity"] == "absent" else "present",
                weight=float(row["weight"]),
                about=row["about"] == "1",
            )
        )
    return found


@_told("criteria.csv")
def read_criteria(folder: Traversable) -> dict[str, dict[str, str]]:
    """Criteria that abstracts not shipped were found to meet: PubMed number, criterion, words."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows(folder, "criteria"):
        found.setdefault(row["pmid"], {})[row["criterion"]] = row["met_by"]
    return found


def _lines(folder: Traversable, name: str, kind: type[T]) -> Iterator[T]:
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate((folder / f"{name}.jsonl").read_bytes().splitlines(), 1):
        try:
            yield decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise FormatError(
                f"This line is no {kind.__name__.lower()}: {error}",
                path=f"evidence/{name}.jsonl",
                line=number,
                hint="Each line is one JSON object as Sinteza writes it; mend or delete this one.",
            ) from error


def _rows(folder: Traversable, name: str) -> list[dict[str, str]]:
    file = folder / f"{name}.csv"
    if not file.is_file():
        return []
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))


def _int(text: str) -> int | None:
    return int(text) if text else None


def _float(text: str) -> float | None:
    return float(text) if text else None
