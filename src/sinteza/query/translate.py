"""Automatic Term Mapping, as far as it can be done without PubMed's unpublished tables.

Untagged words become headings, publication types and words in all fields, by the rules of the
PubMed User Guide ("Automatic Term Mapping"): the longest stretch of words that is a heading or
entry term wins, what is left is searched word by word, stopwords fall away. The result is frozen
with the search: a tree without :class:`~.tree.Atm`, its text, and what stood for what.

NLM publishes neither its UMLS variants, nor its journal and author tables, nor its phrase index:
the notes say so wherever one of them could have changed the result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce

import msgspec

from sinteza.errors import QueryError
from sinteza.query.fields import STOPWORDS, subheading
from sinteza.query.mesh import Descriptor, Thesaurus
from sinteza.query.pubmed import to_pubmed
from sinteza.query.syntax import parse
from sinteza.query.tree import (
    Atm,
    Boolean,
    Concept,
    History,
    Mesh,
    Node,
    Note,
    Query,
    Text,
    join,
    tokenize,
    walk,
)


class Mapped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of PubMed's TranslationSet: the words as typed and what they became."""

    source: str
    target: str


class Translation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query with its term mapping done and frozen.

    ``text`` is the query as PubMed would print it, ``root`` its tree without ATM units,
    ``mesh_year`` the MeSH used, ``notes`` what could not be reproduced or found.
    """

    query: str
    text: str
    root: Node
    mesh_year: int
    mapped: tuple[Mapped, ...] = ()
    notes: tuple[Note, ...] = ()


def translate(
    query: Query, thesaurus: Thesaurus, *, history: Mapping[int, Node] | None = None
) -> Translation:
    """Map every untagged unit, entry term and history line of a query.

    ``history`` gives the trees of earlier lines; QueryError (E-HISTORY) for one that is not there.
    """
    return _Translator(query, thesaurus, history or {}).translation()


class Difference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms that only our translation has, and only PubMed's, as PubMed prints them."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether both search the same terms."""
        return not self.ours and not self.theirs


def difference(ours: Node, theirs: str) -> Difference:
    """Compare a translation with the one PubMed returned (ESearch's QueryTranslation), by terms.

    Case and word marks do not count. QueryError if PubMed's text is not read.
    """
    mine = {_normal(node): to_pubmed(node) for node in walk(ours) if not isinstance(node, Boolean)}
    other = {
        _normal(node): to_pubmed(node)
        for node in walk(parse(theirs).root)
        if not isinstance(node, Boolean)
    }
    return Difference(
        ours=tuple(sorted(text for key, text in mine.items() if key not in other)),
        theirs=tuple(sorted(text for key, text in other.items() if key not in mine)),
    )


def _normal(node: Node) -> str:
    text, bracket, tag = to_pubmed(node).rpartition("[")
    return " ".join(tokenize(text, wildcards=True)) + bracket + tag


def segments(text: str, thesaurus: Thesaurus) -> list[tuple[str, bool]]:
    """The concepts of an untagged unit, longest first from the left: (words, found in MeSH).

    Stopwords between concepts are left out.
    """
    pieces = [piece for piece in text.split() if tokenize(piece)]
    found: list[tuple[str, bool]] = []
    at = 0
    while at < len(pieces):
        for end in range(min(len(pieces), at + thesaurus.longest), at, -1):
            candidate = " ".join(pieces[at:end])
            if _known(candidate, thesaurus):
                found.append((candidate, True))
                at = end
                break
        else:
            if pieces[at].casefold() not in STOPWORDS:
                found.append((pieces[at], False))
            at += 1
    return found


def _known(text: str, thesaurus: Thesaurus) -> bool:
    words = tokenize(text)
    if len(words) == 1 and (words[0] in STOPWORDS or words[0].isdecimal()):
        return False
    return (
        thesaurus.find(text) is not None
        or thesaurus.find_substance(text) is not None
        or (len(text) > 2 and subheading(text) is not None)
    )


def variants(word: str) -> tuple[str, ...]:
    """The plural of a singular English word, or the singular of a plural; our own small rule.

    PubMed adds such forms from tables it does not publish.
    """
    if len(word) < 4 or not word.isalpha():
        return ()
    if word.endswith("ies") and len(word) > 4:
        return (word[:-3] + "y",)
    if word.endswith(("ss", "us", "is")):
        return ()
    if word.endswith("s"):
        return (word[:-1],)
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    if word.endswith(("x", "ch", "sh")):
        return (word + "es",)
    return (word + "s",)


class _Translator:
    def __init__(self, query: Query, thesaurus: Thesaurus, history: Mapping[int, Node]) -> None:
        self.query = query
        self.thesaurus = thesaurus
        self.history = history
        self.mapped: dict[str, str] = {}
        self.notes: dict[tuple[str, str], Note] = {}

    def translation(self) -> Translation:
        root = self.node(self.query.root)
        if any(isinstance(node, Atm) for node in walk(self.query.root)):
            self.note(
                "I-ATM",
                "Term mapping by MeSH alone: PubMed's UMLS variants, journal and author tables "
                "are not published, so its own translation may hold more terms",
                self.query.text,
            )
        if any(isinstance(node, Text) and len(node.words) > 1 for node in walk(root)):
            self.note(
                "I-PHRASE-INDEX",
                "Phrases are matched by position; PubMed knows only the phrases of its index, "
                "so counts here can be higher for rare phrases",
                self.query.text,
            )
        return Translation(
            query=self.query.text,
            text=to_pubmed(root),
            root=root,
            mesh_year=self.thesaurus.year,
            mapped=tuple(Mapped(source=a, target=b) for a, b in self.mapped.items()),
            notes=tuple(self.notes.values()),
        )

    def note(self, code: str, message: str, term: str, hint: str = "") -> None:
        start = max(self.query.text.casefold().find(term.casefold()), 0)
        note = Note(
            code=code, message=message, start=start, end=start + max(len(term), 1), hint=hint
        )
        self.notes.setdefault((code, term), note)

    def node(self, node: Node) -> Node:
        match node:
            case Boolean():
                first, *others = (self.node(operand) for operand in node.operands)
                return reduce(lambda left, right: join(node.op, left, right), others, first)
            case Atm():
                return self.unit(node)
            case Mesh():
                return self.heading(node)
            case Concept(field="pt"):
                return self.publication_type(node)
            case History():
                if node.number not in self.history:
                    raise QueryError(
                        f"There is no search #{node.number} in this session",
                        query=self.query.text,
                        position=max(self.query.text.find(f"#{node.number}"), 0),
                        code="E-HISTORY",
                    )
                return self.node(self.history[node.number])
            case _:
                return node

    # ---- tagged names

    def missing(self, name: str, kind: str) -> None:
        import difflib

        near = difflib.get_close_matches(name.title(), self.thesaurus.descriptors, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else ""
        if self.thesaurus.partial:
            hint = (hint + f" This MeSH is partial ({self.thesaurus.partial}).").strip()
        self.note(
            "W-TERM-NOT-FOUND",
            f"MeSH {self.thesaurus.year} has no {kind} '{name}'; searched as typed",
            name,
            hint,
        )

    def heading(self, node: Mesh) -> Node:
        if "*" in node.name:
            return node
        found = self.thesaurus.find(node.name)
        if found is None:
            self.missing(node.name, "heading")
            return node
        mapped = msgspec.structs.replace(node, name=found.name.casefold(), quoted=True)
        if tokenize(found.name) != tokenize(node.name):
            self.mapped[to_pubmed(node)] = to_pubmed(mapped)
        return mapped

    def publication_type(self, node: Concept) -> Node:
        if "*" in node.name:
            return node
        found = self.thesaurus.find(node.name)
        if found is None:
            self.missing(node.name, "publication type")
            return node
        return msgspec.structs.replace(node, name=found.name.casefold(), quoted=True)

    # ---- untagged units

    def unit(self, node: Atm) -> Node:
        if re.fullmatch(r"[A-Za-z'-]+,? [A-Za-z]{1,2}", node.text) and not _known(
            node.text, self.thesaurus
        ):
            self.note(
                "I-AUTHOR-INDEX",
                "PubMed may read this as an author",
                node.text,
                f"Write {node.text}[au] if it is one.",
            )
        parts = [
            self.concept(text) if known else self.word(text)
            for text, known in segments(node.text, self.thesaurus)
        ]
        if not parts:
            return Text("all", node.text, True)
        return reduce(lambda left, right: join("AND", left, right), parts)

    def word(self, text: str) -> Node:
        if len(tokenize(text)) > 1:  # a hyphenated word is a phrase, mapped or not
            return Text("all", " ".join(tokenize(text)), True)
        self.note(
            "W-TERM-NOT-FOUND",
            f"'{text}' is in no table that is here; searched in all fields",
            text,
        )
        return Text("all", " ".join(tokenize(text)), True)

    def concept(self, text: str) -> Node:
        arms: list[Node] = []
        found = self.thesaurus.find(text)
        if found is not None:
            arms += self.controlled(found)
        code = subheading(text) if len(text) > 2 else None
        if code is not None:
            arms.append(Concept("sh", code, True, True))
        substance = self.thesaurus.find_substance(text) if found is None else None
        typed = " ".join(text.casefold().split())
        if found is not None:
            name = found.name.casefold()
            if tokenize(name) != tokenize(typed):
                arms += _in_all_fields(name, conjunction=_splits(name))
        elif substance is not None:
            name = substance.name.casefold()
            arms.append(Concept("nm", name, True, True))
            arms.append(Text("all", name, True))
        single_hyphenated = " " not in typed and "-" in typed
        publication_type = found is not None and found.publication_type
        splits = _splits(typed) and not (substance or publication_type or single_hyphenated)
        arms += _in_all_fields(typed, conjunction=splits)
        if typed.isalpha() and found is not None:
            arms += [Text("all", other, True) for other in variants(typed)]
        unique = list(dict.fromkeys(arms))
        result: Node = unique[0] if len(unique) == 1 else Boolean("OR", tuple(unique))
        self.mapped[text] = to_pubmed(result)
        return result

    def controlled(self, found: Descriptor) -> list[Node]:
        name = found.name.casefold()
        if not found.publication_type:
            heading: list[Node] = [Mesh(name, quoted=True)]
            if any(tree.startswith("D27.505") for tree in found.trees):
                heading.append(Concept("pa", name, True, True))
            return heading
        arms: list[Node] = [Concept("pt", name, True, True)]
        for topic in (f"{name}s as topic", f"{name} as topic"):
            about = self.thesaurus.find(topic)
            if about is not None:
                arms.append(Mesh(about.name.casefold(), quoted=True))
                break
        return arms


def _splits(text: str) -> bool:
    """Whether the words may also be searched apart: not with a lone number or single letter."""
    words = tokenize(text)
    return len(words) > 1 and not any(len(word) == 1 or word.isdecimal() for word in words)


def _in_all_fields(text: str, *, conjunction: bool) -> list[Node]:
    """The words apart (a hyphenated one stays a phrase) and as a phrase."""
    phrase = Text("all", " ".join(tokenize(text)), True)
    words = [" ".join(tokenize(piece)) for piece in text.split() if piece not in STOPWORDS]
    if not conjunction or len(words) < 2:
        return [phrase]
    return [Boolean("AND", tuple(Text("all", word, True) for word in words)), phrase]
