"""Raw answers and files, kept word for word, compressed, named by their SHA-256."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from sinteza.errors import StoreError

CHUNK = 4 * 1024 * 1024


def digest_of(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 (hexadecimal) and size in bytes of a stream, read from where it stands."""
    found = hashlib.sha256()
    size = 0
    while block := stream.read(CHUNK):
        found.update(block)
        size += len(block)
    return found.hexdigest(), size


def put(connection: sqlite3.Connection, data: bytes, *, name: str) -> str:
    """Keep bytes; gives their digest. The same bytes are kept once."""
    import io

    return put_stream(connection, io.BytesIO(data), name=name)


def put_stream(connection: sqlite3.Connection, stream: BinaryIO, *, name: str) -> str:
    """Keep a seekable stream without holding it in memory; gives its digest."""
    start = stream.tell()
    digest, size = digest_of(stream)
    known = connection.execute("SELECT 1 FROM artifact WHERE digest = ?", (digest,)).fetchone()
    if known:
        return digest
    connection.execute("INSERT INTO artifact VALUES (?, ?, ?)", (digest, name, size))
    stream.seek(start)
    n = 0
    while block := stream.read(CHUNK):
        packed = zlib.compress(block, 6)
        connection.execute("INSERT INTO artifact_chunk VALUES (?, ?, ?)", (digest, n, packed))
        n += 1
    return digest


def chunks(connection: sqlite3.Connection, digest: str) -> Iterator[bytes]:
    """The bytes of an artifact, block by block."""
    rows = connection.execute(
        "SELECT data FROM artifact_chunk WHERE digest = ? ORDER BY n", (digest,)
    )
    for (data,) in rows:
        yield zlib.decompress(data)


def get(connection: sqlite3.Connection, digest: str) -> bytes:
    """An artifact whole. Raises :class:`~sinteza.errors.StoreError` when it is missing."""
    if not connection.execute("SELECT 1 FROM artifact WHERE digest = ?", (digest,)).fetchone():
        raise StoreError(
            f"The artifact {digest[:12]} is missing",
            hint="The file was changed by hand; restore it from a copy.",
        )
    return b"".join(chunks(connection, digest))


def damaged(connection: sqlite3.Connection) -> list[str]:
    """Digests of artifacts whose bytes are not what they were."""
    wrong = []
    for digest, size in connection.execute("SELECT digest, size FROM artifact").fetchall():
        found = hashlib.sha256()
        length = 0
        try:
            for block in chunks(connection, digest):
                found.update(block)
                length += len(block)
        except zlib.error:
            length = -1
        if found.hexdigest() != digest or length != size:
            wrong.append(digest)
    return wrong
