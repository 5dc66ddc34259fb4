"""Show what a query means: its tree with the hits of every part, or its exact notation."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import msgspec

from sinteza.query.mesh import Thesaurus
from sinteza.query.notation import notation
from sinteza.query.pubmed import to_pubmed
from sinteza.query.translate import segments, translate
from sinteza.query.tree import Atm, Boolean, Node, Note, Query, Text, join, tokenize


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a query: how deep it stands, what it is, how many records it finds."""

    depth: int
    text: str
    hits: int | None = None


def explain(root: Node, *, hits: Callable[[Node], int] | None = None) -> tuple[Line, ...]:
    """The parts of a tree, parents first; ``hits`` counts the records of a part (an archive)."""
    lines: list[Line] = []

    def visit(node: Node, depth: int) -> None:
        text = node.op if isinstance(node, Boolean) else to_pubmed(node)
        lines.append(Line(depth=depth, text=text, hits=hits(node) if hits else None))
        if isinstance(node, Boolean):
            for operand in node.operands:
                visit(operand, depth + 1)

    visit(root, 0)
    return tuple(lines)


def exact(query: Query, thesaurus: Thesaurus) -> tuple[str, tuple[Note, ...]]:
    """The notation of a query whose untagged units are cut into their concepts, and its notes.

    A query that is one concept shows what it maps to; one word that nothing maps is itself.
    """
    if isinstance(query.root, Atm):
        parts = segments(query.root.text, thesaurus)
        if len(parts) == 1:
            unit = notation(Atm(parts[0][0]))
            translation = translate(query, thesaurus)
            expansion = flat(translation.root)
            if parts[0][1]:
                return f"{unit}={expansion}", query.notes
            missing = tuple(note for note in translation.notes if note.code == "W-TERM-NOT-FOUND")
            return expansion, (*query.notes, *missing)
    return notation(_cut(query.root, thesaurus)), query.notes


def _cut(node: Node, thesaurus: Thesaurus) -> Node:
    if isinstance(node, Boolean):
        first, *others = (_cut(operand, thesaurus) for operand in node.operands)
        return reduce(lambda left, right: join(node.op, left, right), others, first)
    if isinstance(node, Atm):
        parts: list[Node] = [
            Atm(text) if known or len(tokenize(text)) == 1 else Text("all", text, True)
            for text, known in segments(node.text, thesaurus)
        ]
        return reduce(lambda left, right: join("AND", left, right), parts) if parts else node
    return node


def flat(node: Node) -> str:
    """The notation of a mapping: one level of arms, names without quotes."""
    if isinstance(node, Boolean) and node.op == "OR":
        return "(" + " OR ".join(flat(arm) for arm in node.operands) + ")"
    return notation(node).replace('"', "")
