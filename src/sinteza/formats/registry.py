"""The table of formats: the built-in ones and those of extensions, through one door.

A format is a module of the entry-point group ``sinteza.formats`` with ``name``, ``extensions``,
``sniff(head)``, ``read(stream, *, path, source)`` and, if it can, ``write(records, stream)``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import PurePath
from typing import BinaryIO, Protocol, cast, runtime_checkable

from sinteza.errors import FormatError
from sinteza.formats.encoding import Rejoined, plain_head
from sinteza.model.record import Record
from sinteza.plugins import available, load

GROUP = "sinteza.formats"
HEAD = 1 << 16
"""How many bytes the detection sees."""


@runtime_checkable
class Format(Protocol):
    """What a format offers; a module serves."""

    name: str
    extensions: tuple[str, ...]

    def sniff(self, head: bytes, /) -> bool:
        """True if the first bytes (UTF-8, mark and leading white space removed) are of it."""

    def read(self, stream: BinaryIO, *, path: str = "", source: str = "") -> Iterator[Record]:
        """The records in the order of the file, one at a time."""


@runtime_checkable
class Writable(Format, Protocol):
    """A format that can be written, too."""

    def write(self, records: Iterable[Record], stream: BinaryIO, /) -> None:
        """Write the records to an open binary stream."""


@functools.cache
def formats() -> dict[str, Format]:
    """Every format by name, sorted."""
    return {name: cast(Format, load(GROUP, name)) for name in available(GROUP)}


def named(name: str) -> Format:
    """A format by its name.

    Raises :class:`~sinteza.errors.PluginError` with the nearest name for an unknown one.
    """
    return cast(Format, load(GROUP, name))


def writers() -> dict[str, Writable]:
    """The formats that can be written, by name."""
    return {name: form for name, form in formats().items() if isinstance(form, Writable)}


def for_extension(path: str) -> Writable:
    """The format to write a file of this name in.

    Raises :class:`~sinteza.errors.FormatError` if no format has the ending.
    """
    suffix = PurePath(path.removesuffix(".gz")).suffix.lower()
    for form in writers().values():
        if suffix in form.extensions:
            return form
    known = sorted({ending for form in writers().values() for ending in form.extensions})
    raise FormatError(
        f"No format is written with the ending '{suffix}'",
        path=path,
        hint=f"Name the format, or use one of: {', '.join(known)}.",
    )


def detect(head: bytes, path: str = "") -> Format:
    """The format of a file by its first bytes; among several that fit, by its ending.

    Raises :class:`~sinteza.errors.FormatError` for an empty or unknown file.
    """
    plain = plain_head(head)
    if not plain:
        raise FormatError(
            "The file is empty", path=path, byte=0, hint="Export it again, with at least a record."
        )
    suffix = PurePath(path.removesuffix(".gz")).suffix.lower()
    fitting = [form for form in formats().values() if form.sniff(plain)]
    ranked = sorted(fitting, key=lambda form: suffix not in form.extensions)
    if ranked:
        return ranked[0]
    raise FormatError(
        "The file is in no format known here",
        path=path,
        line=1,
        hint=f"Known: {', '.join(formats())}. Export it again in one of them, or name its format.",
    )


def read(stream: BinaryIO, *, path: str = "", source: str = "", form: str = "") -> Iterator[Record]:
    """Read an open, uncompressed file of any known format, one record at a time.

    ``form`` names the format instead of detecting it; ``source`` becomes the first half of the
    ids. Raises :class:`~sinteza.errors.FormatError` with the line or byte.
    """
    head = stream.read(HEAD)
    chosen = named(form) if form else detect(head, path)
    whole = BufferedReader(Rejoined(head, stream), HEAD)
    yield from chosen.read(cast(BinaryIO, whole), path=path, source=source)
