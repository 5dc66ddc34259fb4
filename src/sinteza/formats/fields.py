"""What all formats of tags and values share: nothing read is lost, everything has an id.

A reader takes from :class:`Fields` what it has a place for; what is left goes, word for word, into
``Record.extra`` under ``format:TAG`` and is written back by the writer of that format. A format
without free fields carries the others' as ``format:TAG=value`` in one field of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import TypeVar

from sinteza.errors import FormatError
from sinteza.model.record import Identifier, Record

T = TypeVar("T")

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ISSN = re.compile(r"\b\d{4}-?\d{3}[\dXx]\b")
_CARRIED = re.compile(r"([a-z][a-z0-9-]*:[^=\n]+)=(.*)", re.S)
_NOT_SLUG = re.compile(r"[^\w.-]+")

KIND = "kind"
"""Key of ``extra`` for the type of the entry, in the words of CSL (``article-journal`` ...)."""


class Fields:
    """The tags of one entry, given away one by one; ``pairs`` has them in their order."""

    def __init__(self, pairs: Iterable[tuple[str, str]], *, line: int | None = None) -> None:
        self.line = line
        self.pairs = [(tag, value.strip()) for tag, value in pairs]
        self._values: dict[str, list[str]] = {}
        for tag, value in self.pairs:
            self._values.setdefault(tag, []).append(value)

    def __contains__(self, tag: str) -> bool:
        return tag in self._values

    def peek(self, tag: str) -> list[str]:
        """The values of a tag, left where they are."""
        return self._values.get(tag, [])

    def all(self, *tags: str) -> list[str]:
        """Take every value of these tags, white space around trimmed, empty ones dropped."""
        if self._values.keys().isdisjoint(tags):
            return []
        taken = (value.strip() for tag in tags for value in self._values.pop(tag, ()))
        return [value for value in taken if value]

    def one(self, *tags: str) -> str:
        """Take the first value of the first of these tags that has one.

        Further values of that tag, and other tags unless they repeat it, stay and end in extra.
        """
        chosen = ""
        if self._values.keys().isdisjoint(tags):
            return chosen
        for tag in tags:
            values = self._values.get(tag)
            if values is None:
                continue
            if not chosen and (found := next((v for v in values if v.strip()), "")):
                chosen = found.strip()
                values.remove(found)
            kept = [value for value in values if value.strip() and value.strip() != chosen]
            if kept:
                self._values[tag] = kept
            else:
                del self._values[tag]
        return chosen

    def put_back(self, tag: str, value: str) -> None:
        """Return a value that turned out to have no place."""
        self._values.setdefault(tag, []).append(value)

    def rest(self, form: str) -> dict[str, tuple[str, ...]]:
        """What nobody took, as it goes into ``Record.extra``."""
        return {
            f"{form}:{tag}": tuple(values)
            for tag, values in self._values.items()
            if any(value.strip() for value in values)
        }


def own(record: Record, form: str) -> Iterator[tuple[str, str]]:
    """The leftovers of this format in a record: ``(tag, value)``, to be written as they were."""
    prefix = f"{form}:"
    for key, values in record.extra.items():
        if key.startswith(prefix):
            for value in values:
                yield key[len(prefix) :], value


def carry(record: Record, form: str, *known: str) -> Iterator[str]:
    """The leftovers of other formats as ``key=value``, save the ``known`` keys."""
    prefix = f"{form}:"
    for key, values in record.extra.items():
        if not key.startswith((prefix, "decision:")) and key not in known:
            for value in values:
                yield f"{key if ':' in key else f'sinteza:{key}'}={escaped(value)}"


def unescaped(value: str) -> str:
    """Undo :func:`escaped`."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)


def escaped(value: str) -> str:
    """A value on one line, as :func:`carried` undoes it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def carried(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What :func:`carry` wrote, as it stood in ``extra``; other words are passed over."""
    found: dict[str, tuple[str, ...]] = {}
    for value in values:
        if match := _CARRIED.fullmatch(value):
            key = match[1].removeprefix("sinteza:")
            found[key] = (*found.get(key, ()), unescaped(match[2]))
    return found


def is_carried(value: str) -> bool:
    """True if :func:`carry` wrote this."""
    return _CARRIED.fullmatch(value) is not None


def or_refuse(items: Iterable[T], *, path: str, what: str, hint: str) -> Iterator[T]:
    """The items; :class:`~sinteza.errors.FormatError` with this text if there is none."""
    found = False
    for item in items:
        found = True
        yield item
    if not found:
        raise FormatError(what, path=path, line=1, hint=hint)


def doi(text: str) -> str:
    """The DOI in a text, without the resolver's address; empty if there is none."""
    found = _DOI.search(text.replace("%2F", "/").replace("%2f", "/"))
    return found.group().rstrip(".,;") if found else ""


def issns(text: str) -> list[str]:
    """The ISSNs in a text as ``1234-567X``, each once."""
    found = (match.replace("-", "").upper() for match in _ISSN.findall(text))
    return list(dict.fromkeys(f"{digits[:4]}-{digits[4:]}" for digits in found))


def identifiers(*pairs: tuple[str, str]) -> tuple[Identifier, ...]:
    """Identifiers in order, empty ones and repetitions dropped."""
    kept = dict.fromkeys((kind, value.strip()) for kind, value in pairs if value.strip())
    return tuple(Identifier(kind=kind, value=value) for kind, value in kept)


def source_name(source: str, path: str, default: str) -> str:
    """The caller's name for the source, else the file's stem as a word, else the default."""
    stem = PurePath(path).name.split(".")[0] if path else ""
    return source or _NOT_SLUG.sub("-", stem).strip("-") or default


class Identity:
    """Gives each entry of one file an id that is the same the next time the file is read.

    The accession number, else the DOI, else a digest of the entry's words; an id that the file
    uses again gets ``#2``, ``#3`` ... in the order of the file.
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, *candidates: str, content: Iterable[str]) -> str:
        """The first candidate that is not empty, or the digest of the content."""
        name = next((c.strip() for c in candidates if c.strip()), "")
        if not name:
            name = hashlib.sha256("\x1f".join(content).encode()).hexdigest()[:16]
        name = re.sub(r"\s+", "_", name)
        count = self._seen[name] = self._seen.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"
