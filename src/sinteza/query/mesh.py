"""MeSH as versioned data: lookup by heading or entry term, explosion, pharmacological actions.

A :class:`Thesaurus` says its year, and which headings have their entry terms: the one that ships
(:func:`shipped`) has every descriptor and every tree position, so that explosion is exact, but
entry terms only where the flagship review needs them. ``sinteza mesh build`` makes a full one
from NLM's files (:mod:`sinteza.query.mesh_files`).

Source of the content: Medical Subject Headings, courtesy of the U.S. National Library of Medicine.
"""

from __future__ import annotations

import functools
import lzma
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import chain

from sinteza.errors import FormatError
from sinteza.query.tree import tokenize

MAGIC = "sinteza-mesh 1"
TREES_OF_TYPES = ("V01", "V02", "V03", "V04")


@dataclass(frozen=True)
class Descriptor:
    """One heading: its tree numbers, entry terms, and pharmacological actions (names)."""

    name: str
    trees: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    ui: str = ""

    @property
    def publication_type(self) -> bool:
        """Whether it stands in the tree of publication characteristics."""
        return any(tree.startswith(TREES_OF_TYPES) for tree in self.trees)


@dataclass(frozen=True)
class Supplement:
    """A supplementary concept (substance, disease, protocol) and the headings it maps to."""

    name: str
    terms: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    ui: str = ""


@dataclass(frozen=True)
class Qualifier:
    """A subheading: name, two-letter code, tree numbers."""

    name: str
    code: str = ""
    trees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thesaurus:
    """MeSH of one year.

    ``partial`` is empty if every entry term is there; otherwise it says what is left out.
    """

    year: int
    descriptors: Mapping[str, Descriptor]
    qualifiers: Mapping[str, Qualifier] = field(default_factory=dict)
    supplements: Mapping[str, Supplement] = field(default_factory=dict)
    partial: str = ""

    @functools.cached_property
    def _terms(self) -> dict[tuple[str, ...], str]:
        table: dict[tuple[str, ...], str] = {}
        for name, found in self.descriptors.items():
            for term in found.terms:
                table.setdefault(tokenize(term), name)
        for name in self.descriptors:  # a heading's own name wins over another's entry term
            table[tokenize(name)] = name
        return table

    @functools.cached_property
    def _substances(self) -> dict[tuple[str, ...], str]:
        table: dict[tuple[str, ...], str] = {}
        for name, found in self.supplements.items():
            for term in (*found.terms, name):
                table.setdefault(tokenize(term), name)
        return table

    @functools.cached_property
    def _positions(self) -> tuple[list[str], list[str]]:
        pairs = sorted(
            (tree, name) for name, found in self.descriptors.items() for tree in found.trees
        )
        return [tree for tree, _ in pairs], [name for _, name in pairs]

    @functools.cached_property
    def longest(self) -> int:
        """Most words any heading or entry term has."""
        return max(map(len, self._terms), default=0)

    def find(self, text: str) -> Descriptor | None:
        """The descriptor of a heading or entry term; case and punctuation do not matter."""
        name = self._terms.get(tokenize(text))
        return None if name is None else self.descriptors[name]

    def find_substance(self, text: str) -> Supplement | None:
        """The supplementary concept of a name or synonym."""
        name = self._substances.get(tokenize(text))
        return None if name is None else self.supplements[name]

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Headings whose words match a wildcard pattern (``risk*``), sorted; no explosion."""
        import re

        wanted = tokenize(pattern, wildcards=True)
        text = " ".join(re.escape(word).replace(r"\*", r"[^ ]*") for word in wanted)
        compiled = re.compile(text)
        return tuple(
            sorted(
                name for name in self.descriptors if compiled.fullmatch(" ".join(tokenize(name)))
            )
        )

    def explode(self, name: str) -> frozenset[str]:
        """The heading and everything below any of its tree positions (heading names).

        A name that is no heading of this year gives just itself.
        """
        found = self.descriptors.get(name)
        below = {name}
        if found is not None:
            trees, names = self._positions
            for tree in found.trees:
                below.update(names[at] for at in _under(trees, tree))
        return frozenset(below)

    def explode_qualifier(self, name: str) -> frozenset[str]:
        """The subheading and everything below it in the tree of subheadings."""
        found = self.qualifiers.get(name)
        below = {name}
        if found is not None:
            for other in self.qualifiers.values():
                if any(
                    mine == theirs or theirs.startswith(mine + ".")
                    for mine in found.trees
                    for theirs in other.trees
                ):
                    below.add(other.name)
        return frozenset(below)

    def with_action(self, action: str) -> frozenset[str]:
        """Names of the descriptors and supplementary concepts with a pharmacological action,
        or with one below it in the tree.
        """
        heading = self.find(action)
        wanted = self.explode(heading.name) if heading else frozenset({action})
        found: set[str] = set()
        entries: Iterable[Descriptor | Supplement] = chain(
            self.descriptors.values(), self.supplements.values()
        )
        for entry in entries:
            if not wanted.isdisjoint(entry.actions):
                found.add(entry.name)
        return frozenset(found)

    def narrower(self, name: str) -> tuple[str, ...]:
        """The headings directly below, sorted."""
        trees, names = self._positions
        found = self.descriptors.get(name)
        below: set[str] = set()
        for tree in found.trees if found else ():
            depth = tree.count(".") + 1
            below.update(names[at] for at in _under(trees, tree) if trees[at].count(".") == depth)
        return tuple(sorted(below - {name}))


def _under(trees: list[str], tree: str) -> Iterator[int]:
    at = bisect_left(trees, tree)
    while at < len(trees) and (trees[at] == tree or trees[at].startswith(tree)):
        if trees[at] == tree or trees[at].startswith(tree + "."):
            yield at
        at += 1


# ---- one file: lines of text, compressed with xz


def dump(thesaurus: Thesaurus) -> bytes:
    """One file that :func:`load` reads back equal.

    Tree positions stand in tree order, each by its depth and last number; a descriptor is written
    where it first occurs and referred to by number afterwards, which keeps the file small.
    """
    lines = [MAGIC, f"year {thesaurus.year}", f"partial {thesaurus.partial}"]
    for qualifier in sorted(thesaurus.qualifiers.values(), key=lambda item: item.name):
        lines.append("q " + "|".join([qualifier.name, qualifier.code, *qualifier.trees]))
    order = list(_tree_order(thesaurus))
    numbers: dict[str, int] = {}
    tree_lines: list[str] = []
    path: list[str] = []
    for tree, name in order:
        *above, last = tree.split(".")
        # a position whose parent is no descriptor is written in full
        whole = above != path[: len(above)]
        place = f"0 {tree}" if whole else f"{len(above)} {last}"
        path = [*above, last]
        known = numbers.get(name)
        tree_lines.append(place if known is None else f"{place} {known}")
        numbers.setdefault(name, len(numbers))
    for name in sorted(thesaurus.descriptors):
        numbers.setdefault(name, len(numbers))
    actions = sorted(
        {action for found in thesaurus.descriptors.values() for action in found.actions}
    )
    codes = {action: str(at) for at, action in enumerate(actions)}
    lines += [f"a {action}" for action in actions]
    for name in numbers:
        found = thesaurus.descriptors[name]
        row = ["|".join([name, *found.terms]), found.ui, " ".join(codes[a] for a in found.actions)]
        lines.append("d " + "\t".join(row).rstrip("\t"))
    lines += [f"t {line}" for line in tree_lines]
    for name in sorted(thesaurus.supplements):
        extra = thesaurus.supplements[name]
        row = [
            "|".join([name, *extra.terms]),
            extra.ui,
            "|".join(extra.mapped),
            "|".join(extra.actions),
        ]
        lines.append("s " + "\t".join(row).rstrip("\t"))
    return lzma.compress("\n".join(lines).encode() + b"\n", preset=9 | lzma.PRESET_EXTREME)


def _tree_order(thesaurus: Thesaurus) -> Iterable[tuple[str, str]]:
    return sorted(
        ((tree, name) for name, found in thesaurus.descriptors.items() for tree in found.trees),
        key=lambda pair: (pair[0].split("."), pair[1]),
    )


def load(data: bytes, *, name: str = "MeSH") -> Thesaurus:
    """Read what :func:`dump` wrote; FormatError for anything else."""
    try:
        lines = lzma.decompress(data).decode().splitlines()
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        raise FormatError(
            f"not a MeSH file of Sinteza ({error})",
            path=name,
            hint="Build one: sinteza mesh build.",
        ) from error
    if not lines or lines[0] != MAGIC:
        raise FormatError(
            "not a MeSH file of Sinteza", path=name, hint="Build one: sinteza mesh build."
        )
    year, partial = 0, ""
    qualifiers: dict[str, Qualifier] = {}
    supplements: dict[str, Supplement] = {}
    actions: list[str] = []
    rows: list[tuple[list[str], str, str]] = []
    trees: list[list[str]] = []
    path: list[str] = []
    first = 0
    for line in lines[1:]:
        kind, _, rest = line.partition(" ")
        if kind == "d":
            names, ui, codes = [*rest.split("\t"), "", ""][:3]
            rows.append((names.split("|"), ui, codes))
            trees.append([])
        elif kind == "t":
            depth, number, *known = rest.split(" ")
            path[int(depth) :] = number.split(".")
            if known:
                at = int(known[0])
            else:
                at, first = first, first + 1
            trees[at].append(".".join(path))
        elif kind == "a":
            actions.append(rest)
        elif kind == "q":
            qualifier, code, *positions = rest.split("|")
            qualifiers[qualifier] = Qualifier(qualifier, code, tuple(positions))
        elif kind == "s":
            names, ui, mapped, acts = [*rest.split("\t"), "", "", ""][:4]
            extra, *terms = names.split("|")
            supplements[extra] = Supplement(extra, tuple(terms), _listed(mapped), _listed(acts), ui)
        elif kind == "year":
            year = int(rest)
        elif kind == "partial":
            partial = rest
    descriptors = {
        names[0]: Descriptor(
            names[0],
            tuple(trees[at]),
            tuple(names[1:]),
            tuple(actions[int(code)] for code in codes.split()),
            ui,
        )
        for at, (names, ui, codes) in enumerate(rows)
    }
    return Thesaurus(year, descriptors, qualifiers, supplements, partial)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


@functools.cache
def shipped() -> Thesaurus:
    """The MeSH that ships: all descriptors and trees of its year, entry terms for epilepsy,
    its treatments, publication types and the commonest headings.
    """
    return load((files("sinteza") / "query" / "mesh2022.xz").read_bytes(), name="mesh2022.xz")
