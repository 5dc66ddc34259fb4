"""Records whose decisions are known, from a file: JSON lines, CSV, or any bibliographic format.

A label is 1/0, true/false, yes/no, include(d)/exclude(d) or relevant/irrelevant.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import msgspec

from sinteza.errors import FormatError
from sinteza.formats import decisions, registry
from sinteza.formats.encoding import plain_head
from sinteza.model.record import MeshHeading, PublicationType, Record, Section

_TRUE = {"1", "1.0", "true", "yes", "y", "include", "included", "relevant"}
_FALSE = {"0", "0.0", "false", "no", "n", "exclude", "excluded", "irrelevant"}


def read_labeled(
    stream: BinaryIO, *, labels: str = "label_included", path: str = ""
) -> tuple[list[Record], dict[str, bool]]:
    """Records and their labels, by record id, out of an open, uncompressed file.

    JSON lines and CSV: ``labels`` names the column; ``id``, ``title``, ``abstract``, ``keywords``,
    ``mesh`` and ``publication_types`` (lists, or text divided by semicolons) and ``year`` are
    read. Other formats: the decision that the file carries. A row that repeats an id is one
    record. Raises :class:`~sinteza.errors.FormatError` for a missing column, a value that is no
    label, a record without one, or two labels that contradict each other.
    """
    head = stream.read(registry.HEAD)
    plain = plain_head(head).lstrip(b"\xef\xbb\xbf")
    body = head + stream.read()
    if not plain.strip():
        raise FormatError("The file is empty", path=path, line=1)
    if plain.startswith(b"{"):
        rows = _json_rows(body, path)
    elif path.lower().removesuffix(".gz").endswith((".csv", ".tsv")) or _is_table(plain, labels):
        rows = _table_rows(body, path)
    else:
        return _from_decisions(body, path)
    records: dict[str, Record] = {}
    found: dict[str, bool] = {}
    for line, row in rows:
        record = _record(row, line)
        label = _label(row, labels, line, path)
        if found.setdefault(record.id, label) is not label:
            raise FormatError(
                f"The record {record.source_id} is labeled both included and excluded",
                path=path,
                line=line,
                hint="Keep one row of it, or give the rows ids of their own.",
            )
        records.setdefault(record.id, record)
    return list(records.values()), found


def _is_table(head: bytes, labels: str) -> bool:
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace").lower()
    return labels.lower() in first and any(mark in first for mark in ",;\t")


def _json_rows(body: bytes, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    for line, text in enumerate(body.splitlines(), 1):
        if not text.strip():
            continue
        try:
            yield line, decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FormatError(
                f"This line is no JSON object: {error}", path=path, line=line
            ) from error


def _table_rows(body: bytes, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(
            "The table is not in UTF-8", path=path, byte=error.start, hint="Export it as UTF-8."
        ) from error
    first = text.split("\n", 1)[0]
    divider = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=divider)
    for row in reader:
        yield reader.line_num, {(key or "").strip(): value for key, value in row.items()}


def _names(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    parts = value if isinstance(value, list) else str(value).split(";")
    return tuple(name for part in parts if (name := str(part).strip()))


def _record(row: Mapping[str, Any], line: int) -> Record:
    low = {key.lower(): value for key, value in row.items()}
    given = next((low[key] for key in ("id", "record_id", "pmid") if low.get(key)), None)
    if given is None:
        given = low.get("id") if low.get("id") == 0 else line
    name = str(given)
    # ids that are numbers sort as numbers do
    name = name.zfill(8) if name.isdigit() else name
    abstract = str(low.get("abstract") or "").strip()
    year = str(low.get("year") or "")[:4]
    return Record(
        id=f"file:{name}",
        source="file",
        source_id=str(given),
        title=str(low.get("title") or low.get("primary_title") or "").strip(),
        abstract=(Section(text=abstract),) if abstract else (),
        keywords=_names(low.get("keywords")),
        mesh=tuple(MeshHeading(name=name) for name in _names(low.get("mesh"))),
        publication_types=tuple(
            PublicationType(name=name) for name in _names(low.get("publication_types"))
        ),
        year=int(year) if year.isdigit() else None,
    )


def _label(row: Mapping[str, Any], column: str, line: int, path: str) -> bool:
    if column not in row:
        known = ", ".join(key for key in row if key)
        raise FormatError(
            f"There is no column '{column}'", path=path, line=line, hint=f"Columns: {known}."
        )
    value = row[column]
    text = "" if value is None else str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    said = f"'{value}' is no label" if text else "A record has no label"
    raise FormatError(
        said,
        path=path,
        line=line,
        hint="A label is 1 or 0, true or false, yes or no, included or excluded.",
    )


def _from_decisions(body: bytes, path: str) -> tuple[list[Record], dict[str, bool]]:
    records = list(registry.read(io.BytesIO(body), path=path, source="file"))
    found: dict[str, bool] = {}
    for record in records:
        verdict = decisions.of(record)[0]
        if verdict not in ("include", "exclude"):
            raise FormatError(
                f"The record {record.source_id} carries no decision to include or exclude",
                path=path,
                hint="Export it with its decisions, or give a table with a column of labels.",
            )
        if found.setdefault(record.id, verdict == "include") is not (verdict == "include"):
            raise FormatError(f"The record {record.source_id} is decided both ways", path=path)
    return list({record.id: record for record in records}.values()), found
