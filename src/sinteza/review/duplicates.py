"""Duplicates in files, without a review: ``sinteza dedupe FILES``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sinteza.dedupe.cluster import Deduplication, deduplicate
from sinteza.model.record import Record
from sinteza.sources import files


@dataclass(frozen=True)
class FoundInFiles:
    """The records of some files by id, the file that each came from, and what was found."""

    records: dict[str, Record]
    origin: dict[str, str]
    found: Deduplication


def in_files(paths: Sequence[Path]) -> FoundInFiles:
    """Find the records of files that are one.

    Ids begin with the file's stem, numbered where two files share it; of records that bear one id
    within a file, the later ones get ``#2``, ``#3`` ... Raises
    :class:`~sinteza.errors.FormatError` for a file that cannot be read.
    """
    records: dict[str, Record] = {}
    origin: dict[str, str] = {}
    stems: Counter[str] = Counter()
    for path in paths:
        stem = path.name.partition(".")[0] or path.name
        stems[stem] += 1
        source = stem if stems[stem] == 1 else f"{stem}-{stems[stem]}"
        seen: Counter[str] = Counter()
        for record in files.open_records(path, source=source):
            seen[record.id] += 1
            if (times := seen[record.id]) > 1:
                record = msgspec.structs.replace(record, id=f"{record.id}#{times}")
            records[record.id] = record
            origin[record.id] = str(path)
    return FoundInFiles(records, origin, deduplicate(records.values()))
