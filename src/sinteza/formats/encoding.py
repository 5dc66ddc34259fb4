"""Bytes to lines: UTF-8 and UTF-16 by their marks, then what fits, block by block.

Exports glued together from several databases hold several encodings, so the choice is made for
the lines of a block that are not UTF-8: Windows-1250 (Central European) where its letters stand
inside words, else Windows-1252, or Mac Roman where that has no such letters. Letters are kept as
found; a cedilla stays a cedilla.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from sinteza.errors import FormatError

_BLOCK = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes that are letters in Windows-1250 (s and t with a cedilla, ł ą ż Ľ ľ) and signs, or letters
# of Icelandic and the masculine ordinal, in Windows-1252: beside a letter only the first reading
# makes a word.
_CENTRAL_EUROPEAN = re.compile(
    rb"[A-Za-z\x80-\xff][\xba\xfe\xaa\xde\xb3\xb9\xbf\xbe\xa3\xa5]|"
    rb"[\xba\xfe\xaa\xde\xb3\xb9\xbf\xbe\xa3\xa5][a-z]"
)


def bom(head: bytes) -> tuple[str, int]:
    """The encoding that the first bytes state, and how many bytes say so; ``("", 0)`` if none.

    UTF-16 without a mark is recognized by the zero bytes of its ASCII letters.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    sample = head[:512]
    if len(sample) >= 4:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > 0.7 * half and even < 0.1 * half:
            return "utf-16-le", 0
        if even > 0.7 * half and odd < 0.1 * half:
            return "utf-16-be", 0
    return "", 0


def plain_head(head: bytes) -> bytes:
    """The first bytes as UTF-8 without mark and leading white space, for the sniffers."""
    encoding, length = bom(head)
    body = head[length:]
    if encoding and encoding != "utf-8":
        body = body.decode(encoding, "ignore").encode("utf-8")
    return body.lstrip()


def central_european(data: bytes) -> bool:
    """True if bytes that are not UTF-8 make words only in Windows-1250."""
    return _CENTRAL_EUROPEAN.search(data) is not None


def page_of(data: bytes) -> str:
    """The code page in which bytes that are not UTF-8 are letters: 1250, 1252, else Mac Roman."""
    order = ("cp1250", "cp1252") if central_european(data) else ("cp1252", "cp1250")
    for page in order:
        try:
            data.decode(page)
        except UnicodeDecodeError:
            continue
        return page
    return "mac_roman"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Blocks that end at a line end; a file of one long line comes whole."""
    rest: list[bytes] = []
    while block := stream.read(_BLOCK):
        cut = block.rfind(b"\n") + 1
        if not cut:
            rest.append(block)
            continue
        yield b"".join((*rest, block[:cut]))
        rest = [block[cut:]]
    if any(rest):
        yield b"".join(rest)


def lines(stream: BinaryIO, *, path: str = "") -> Iterator[str]:
    """The lines of a file without their ends (``\\n``, ``\\r\\n`` or ``\\r``), memory flat.

    Raises :class:`~sinteza.errors.FormatError` with the line for zero bytes (not a text) and with
    the byte for text that is not in the encoding its first bytes name.
    """
    head = stream.read(1024)
    encoding, length = bom(head)
    whole = io.BufferedReader(Rejoined(head[length:], stream))
    if encoding and encoding != "utf-8":
        try:
            for text in io.TextIOWrapper(whole, encoding=encoding):
                yield text.rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"The file says it is {encoding.upper()}, but is not",
                path=path,
                byte=error.start,
                hint="Save the file again as UTF-8.",
            ) from error
        return
    number = 0
    for block in _blocks(whole):
        if b"\0" in block:
            raise FormatError(
                "This is not a text: it holds zero bytes",
                path=path,
                line=number + 1 + block[: block.index(b"\0")].count(b"\n"),
                hint="Export the references again as text (RIS, NBIB, CSV).",
            )
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            found = block.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            parts = block.split(b"\n")
            page = page_of(b"\n".join(part for part in parts if not _is_utf8(part)))
            found = [part.decode("utf-8" if _is_utf8(part) else page) for part in parts]
        if not found[-1]:
            found.pop()
        number += len(found)
        yield from found


def text(stream: BinaryIO, *, path: str = "") -> str:
    """The whole file as one text, lines ended by ``\\n``."""
    return "\n".join(lines(stream, path=path))


class Rejoined(io.RawIOBase):
    """A stream whose first bytes were already read: they are given again, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # no mmap
        """Fill the buffer from the head, then from the rest."""
        size = len(buffer)
        part = self._head[:size] if self._head else self._rest.read(size)
        self._head = self._head[size:]
        buffer[: len(part)] = part
        return len(part)
