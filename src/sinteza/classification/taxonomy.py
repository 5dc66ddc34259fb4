"""What a review classifies its reports by: concepts, their words, and how they hang together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from sinteza.errors import ProtocolError


class MeshReference(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A MeSH descriptor that stands for a concept; ``id`` is None where it is not known.

    A ``broader`` heading covers more than the concept (Stroke for post-stroke epilepsy): it is
    evidence only in a record whose words name the concept.
    """

    name: str
    id: str | None = None
    tree_numbers: tuple[str, ...] = ()
    verified: bool = True
    broader: bool = False


class Concept(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing a report can be about.

    ``label`` and ``synonyms`` are by language. ``patterns`` are regular expressions on folded text
    (:func:`sinteza.text.normalize.fold`). ``genes`` are related symbols: a mention of one is a
    mention of a concept only where its ``kind`` is ``gene``. ``parents`` are what a concept is one
    of; ``bears_on`` names what it has to do with and is not (a drug and the receptor it acts on): a
    report that mentions the one does not thereby mention the other.
    """

    id: str
    kind: str
    label: dict[str, str]
    parents: tuple[str, ...] = ()
    bears_on: tuple[str, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = {}
    mesh: tuple[MeshReference, ...] = ()
    genes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    mechanism: str | tuple[str, ...] = ""
    source: str = ""
    romanian_unchecked: bool = False


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    concepts: tuple[Concept, ...]
    schema: int = 1
    id: str = ""
    title: dict[str, str] = {}
    mesh_year: int | None = None


class Taxonomy:
    """The concepts by id, with their ancestors worked out. Iterates in the order of the file."""

    def __init__(self, concepts: Iterable[Concept], *, id: str = "", title: str = "") -> None:  # noqa: A002 - the file's own field name
        self.id = id
        self.title = title
        self.concepts: dict[str, Concept] = {}
        for concept in concepts:
            if concept.id in self.concepts:
                raise ProtocolError(
                    f"The taxonomy has the concept '{concept.id}' twice",
                    hint="Give one of them another id, or merge their synonyms.",
                )
            self.concepts[concept.id] = concept
        self._check()
        self._ancestors: dict[str, tuple[str, ...]] = {}
        for name in self.concepts:
            self._climb(name, ())

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Taxonomy:
        """Build from a parsed taxonomy file (``tomllib.load``).

        Raises ProtocolError for unknown or mistyped fields, unknown parents, circles, and patterns
        that are no regular expressions.
        """
        try:
            file = msgspec.convert(dict(data), _File)
        except msgspec.ValidationError as error:
            raise ProtocolError(f"The taxonomy cannot be read: {error}") from error
        return cls(file.concepts, id=file.id, title=file.title.get("en", ""))

    def _check(self) -> None:
        for concept in self.concepts.values():
            for other in (*concept.parents, *concept.bears_on):
                if other not in self.concepts:
                    import difflib

                    near = difflib.get_close_matches(other, self.concepts, n=1)
                    relation = "parent" if other in concept.parents else "concept it bears on"
                    raise ProtocolError(
                        f"The concept '{concept.id}' has an unknown {relation} '{other}'",
                        hint=f"Did you mean '{near[0]}'?" if near else None,
                    )
            for pattern in concept.patterns:
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ProtocolError(
                        f"The concept '{concept.id}' has a pattern that is no regular expression: "
                        f"{pattern!r} ({error})"
                    ) from error

    def _climb(self, name: str, below: tuple[str, ...]) -> tuple[str, ...]:
        if name in below:
            raise ProtocolError(f"The taxonomy goes in a circle: {' > '.join((*below, name))}")
        known = self._ancestors.get(name)
        if known is not None:
            return known
        seen: dict[str, None] = {}
        for parent in self.concepts[name].parents:
            seen[parent] = None
            seen.update(dict.fromkeys(self._climb(parent, (*below, name))))
        self._ancestors[name] = tuple(seen)
        return self._ancestors[name]

    def __iter__(self) -> Any:
        return iter(self.concepts.values())

    def __len__(self) -> int:
        return len(self.concepts)

    def __contains__(self, name: object) -> bool:
        return name in self.concepts

    def __getitem__(self, name: str) -> Concept:
        return self.concepts[name]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Every concept above one, nearest first."""
        return self._ancestors[name]

    def with_ancestors(self, names: Iterable[str]) -> frozenset[str]:
        """The concepts and everything above them: what a filter by a broad concept must find."""
        names = list(names)
        return frozenset(names).union(*(self._ancestors[name] for name in names))

    def children(self, name: str) -> tuple[str, ...]:
        """The concepts directly below one, in the order of the file."""
        return tuple(item.id for item in self.concepts.values() if name in item.parents)

    def of_kind(self, kind: str) -> tuple[Concept, ...]:
        """The concepts of a kind (``hypothesis``, ``therapy``, ``gene`` ...)."""
        return tuple(item for item in self.concepts.values() if item.kind == kind)

    def label(self, name: str, language: str = "en") -> str:
        """The concept's name in a language (English where that language has none)."""
        labels = self.concepts[name].label
        return labels.get(language) or labels.get("en") or name
