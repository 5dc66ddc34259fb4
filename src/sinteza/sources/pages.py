"""Answers of a server kept page by page, so that what was fetched is never asked for again.

A folder holds the pages, word for word and packed, and ``state.json``: what was asked, and what
continues it. A page is written before the state that counts it; a run cut between the two fetches
that page once more.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from sinteza.errors import SourceError


class Pages:
    """The pages of one request. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None, request: dict[str, str]) -> None:
        self._folder = folder
        self._state: dict[str, Any] = {"request": request, "pages": 0, "next": "", "done": False}
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "state.json"
        if not path.exists():
            return
        kept = msgspec.json.decode(path.read_bytes())
        if kept.get("request") != request:
            raise SourceError(
                "The folder keeps the answers to another request",
                where=str(folder),
                hint="Choose an empty folder for this one.",
            )
        self._state = kept

    @property
    def done(self) -> bool:
        """True if the last page is kept."""
        return bool(self._state["done"])

    @property
    def next(self) -> str:
        """What continues the request; empty at the start."""
        return str(self._state["next"])

    @property
    def notes(self) -> dict[str, str]:
        """Further facts kept with the state."""
        return dict(self._state.get("notes", {}))

    def kept(self) -> Iterator[bytes]:
        """The pages fetched before, in their order."""
        if self._folder is not None:
            for number in range(self._state["pages"]):
                yield gzip.decompress(self._path(number).read_bytes())

    def keep(self, body: bytes, following: str, **notes: str) -> None:
        """Keep a page and what continues it; nothing does after the last."""
        if self._folder is not None:
            packed = self._path(self._state["pages"])
            packed.write_bytes(gzip.compress(body, mtime=0))
        self._state |= {
            "pages": self._state["pages"] + 1,
            "next": following,
            "done": not following,
            "notes": {**self._state.get("notes", {}), **notes},
        }
        self._save()

    def forget(self) -> None:
        """Begin anew: the server no longer knows how to continue."""
        self._state |= {"pages": 0, "next": "", "done": False, "notes": {}}
        self._save()

    def _path(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number:06d}.xml.gz"

    def _save(self) -> None:
        if self._folder is not None:
            partial = self._folder / "state.json.part"
            partial.write_bytes(msgspec.json.format(msgspec.json.encode(self._state), indent=1))
            partial.replace(self._folder / "state.json")
