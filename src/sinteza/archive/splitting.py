"""Cut PubMed's files into records without parsing them."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from sinteza.errors import ArchiveError, FormatError

CHUNK = 4 << 20
ARTICLE, DELETION = "article", "deletion"

_ITEM = re.compile(rb"<(PubmedArticle|DeleteCitation)[\s>]")
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding=[\"']([A-Za-z0-9._-]+)[\"']")
_PMID = re.compile(rb"<PMID\b[^>]*>\s*(\d+)\s*</PMID>")
_GZIP = b"\x1f\x8b"


class Item(NamedTuple):
    """One article, or one list of deleted citations, as its bytes stand in the file."""

    kind: str
    raw: bytes

    @property
    def pmids(self) -> list[int]:
        """The PMIDs of a list of deletions."""
        return [int(number) for number in _PMID.findall(self.raw)]


def open_file(path: Path) -> BinaryIO:
    """The uncompressed bytes of a file, packed or not; ArchiveError if it is not there."""
    try:
        with path.open("rb") as head:
            packed = head.read(2) == _GZIP
        if not packed:
            return path.open("rb")
        from isal import igzip

        opened: Any = igzip
        return cast(BinaryIO, opened.open(path, "rb"))
    except OSError as error:
        raise ArchiveError(f"The file cannot be read: {error.strerror}", where=str(path)) from error


def check(path: Path) -> str:
    """SHA-256 of a file as it lies there; FormatError unless it is a whole PubMed article set.

    Nothing of a damaged file enters the archive: its end is looked at before its beginning.
    """
    head, tail = b"", b""
    try:
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(CHUNK):
                digest.update(block)
        with open_file(path) as stream:
            while block := stream.read(CHUNK):
                head = head or block
                tail = (tail + block[-256:])[-256:]
    except (gzip.BadGzipFile, EOFError, OSError) as error:
        raise FormatError(
            f"The file is cut or damaged: {error}", path=str(path), hint="Download it again."
        ) from error
    encoding = _ENCODING.search(head[:200])
    if encoding and encoding.group(1).lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise FormatError(
            f"The file is in {encoding.group(1).decode()}; PubMed's files are in UTF-8",
            path=str(path),
            hint='Convert it: iconv, and the first line to encoding="UTF-8".',
        )
    if b"<PubmedArticle" not in head:
        raise FormatError(
            "This is not a PubMed article set",
            path=str(path),
            hint="Baseline and update files come from NLM; single records: EFetch, retmode=xml.",
        )
    if not tail.rstrip().endswith(b"</PubmedArticleSet>"):
        raise FormatError(
            "The file breaks off before its end", path=str(path), hint="Download it again."
        )
    return digest.hexdigest()


def items(stream: BinaryIO, *, path: str = "") -> Iterator[Item]:
    """Articles and deletions in file order; FormatError where one does not end.

    Books are passed over. Memory: one chunk and the longest record.
    """
    buffer = b""
    at = 0
    while True:
        found = _ITEM.search(buffer, at)
        if found:
            name = found.group(1)
            closing = b"</" + name + b">"
            end = buffer.find(closing, found.end())
            if end >= 0:
                at = end + len(closing)
                kind = ARTICLE if name == b"PubmedArticle" else DELETION
                yield Item(kind, buffer[found.start() : at])
                continue
        keep = found.start() if found else max(at, len(buffer) - 32)
        block = stream.read(CHUNK)
        if not block:
            if found:
                raise FormatError("A record has no end", path=path, hint="Download the file again.")
            return
        buffer = buffer[keep:] + block
        at = 0
