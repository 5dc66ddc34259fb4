"""Files of records on disk: opened, unpacked, their format told, read one record at a time."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile

from sinteza.errors import FormatError
from sinteza.formats import registry
from sinteza.formats.encoding import Rejoined
from sinteza.model.record import Record

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def open_records(path: str | Path, *, source: str = "", form: str = "") -> Iterator[Record]:
    """Read a file of records, plain, ``.gz`` or ``.zip``, whatever its format and encoding.

    ``form`` names the format instead of detecting it by content and ending; ``source`` becomes the
    first half of each id (by default ``pubmed`` for PubMed's formats, else the file's stem).
    Memory stays flat for formats that allow it. A file that is cut gives the records before the
    cut, then raises. Raises :class:`~sinteza.errors.FormatError` naming the file, the line or
    byte, and what to do.
    """
    path = Path(path)
    name = str(path)
    with _opened(path) as stream:
        for inner, member in _unpacked(stream, name):
            yield from registry.read(inner, path=member, source=source, form=form)


def open_many(paths: Iterable[str | Path], *, source: str = "", form: str = "") -> Iterator[Record]:
    """Read several files one after the other; see :func:`open_records`."""
    for path in paths:
        yield from open_records(path, source=source, form=form)


def write_records(records: Iterable[Record], path: str | Path, *, form: str = "") -> None:
    """Write records to a file, packed if it ends in ``.gz``; whole or not at all.

    The format is ``form`` or told by the ending. Raises :class:`~sinteza.errors.FormatError` for a
    format that cannot be written and for a place that cannot be written to.
    """
    path = Path(path)
    writer = registry.named(form) if form else registry.for_extension(path.name)
    if not isinstance(writer, registry.Writable):
        raise FormatError(
            f"The format '{writer.name}' is only read here",
            path=str(path),
            hint=f"Write one of: {', '.join(registry.writers())}.",
        )
    partial = path.with_name(path.name + ".part")
    try:
        with open(partial, "wb") as plain:
            if path.suffix == ".gz":
                # no name and no time in the head: the same records give the same bytes
                with gzip.GzipFile(filename="", fileobj=plain, mode="wb", mtime=0) as packed:
                    writer.write(records, cast(BinaryIO, packed))
            else:
                writer.write(records, plain)
        partial.replace(path)
    except OSError as error:
        raise FormatError(
            f"The file cannot be written: {error.strerror}",
            path=str(path),
            hint="Choose a folder that exists and that you may write to.",
        ) from error
    finally:
        # where nothing can be written there is nothing to take away
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    hints = {
        "IsADirectoryError": "Name the files in it, for example with a star: folder/*.ris",
        "FileNotFoundError": "Check the spelling and the folder you are in.",
        "PermissionError": "Ask its owner for the right to read it.",
    }
    try:
        stream = path.open("rb")
    except OSError as error:
        raise FormatError(
            f"The file cannot be read: {error.strerror}",
            path=str(path),
            hint=hints.get(type(error).__name__, "Copy it to this machine and try again."),
        ) from error
    with stream:
        yield stream


def _unpacked(stream: BinaryIO, name: str) -> Iterator[tuple[BinaryIO, str]]:
    """The plain streams in a file, each with its name; packing is told by content."""
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(_GZIP):
        yield cast(BinaryIO, io.BufferedReader(_Gunzip(stream, name), 1 << 18)), name
        return
    if head != _ZIP or _is_spreadsheet(stream):
        yield stream, name
        return
    try:
        with ZipFile(stream) as packed:
            members = [item for item in packed.infolist() if not item.is_dir()]
            for item in members:
                if not Path(item.filename).name.startswith(("._", ".DS_Store")):
                    with packed.open(item) as inner:
                        yield from _unpacked_member(cast(BinaryIO, inner), name, item.filename)
    except (BadZipFile, zlib.error, RuntimeError) as error:
        raise FormatError(
            f"The zip file is damaged or locked: {error}",
            path=name,
            hint="Unpack it yourself and name the files in it.",
        ) from error


def _unpacked_member(inner: BinaryIO, name: str, member: str) -> Iterator[tuple[BinaryIO, str]]:
    head = inner.read(4)
    whole = cast(BinaryIO, io.BufferedReader(Rejoined(head, inner), 1 << 18))
    place = f"{name}/{member}"
    if head.startswith(_GZIP):
        yield cast(BinaryIO, io.BufferedReader(_Gunzip(whole, place), 1 << 18)), place
    else:
        yield whole, place


def _is_spreadsheet(stream: BinaryIO) -> bool:
    """True for XLSX, which is a zip too."""
    try:
        with ZipFile(stream) as packed:
            return "[Content_Types].xml" in packed.namelist()
    except BadZipFile:
        return False
    finally:
        stream.seek(0)


class _Gunzip(io.RawIOBase):
    """Unpacked gzip whose errors say the byte of the file where it breaks off."""

    def __init__(self, packed: BinaryIO, path: str) -> None:
        from isal import igzip

        super().__init__()
        self._packed = packed
        self._path = path
        self._plain: Any = igzip.GzipFile(fileobj=packed, mode="rb")  # type: ignore[no-untyped-call]  # isal

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # no mmap
        """Unpack into the buffer; a cut or damaged file raises FormatError."""
        try:
            return int(self._plain.readinto(buffer) or 0)
        except (EOFError, OSError, zlib.error) as error:
            raise FormatError(
                f"The gzip file breaks off or is damaged: {error}",
                path=self._path,
                byte=self._packed.tell(),
                hint="Download or copy it again; compare its size or checksum with the original.",
            ) from error
