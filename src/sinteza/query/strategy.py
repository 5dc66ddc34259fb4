"""Strategies of several lines, as reviews publish them: numbered, with lines that join lines."""

from __future__ import annotations

import re

import msgspec

from sinteza.errors import QueryError
from sinteza.query.syntax import parse
from sinteza.query.tree import Boolean, History, Node, Note, Query, join, walk

_LINE = re.compile(r"\s*(?:\#\s*)?\(?(\d{1,3})\)?\s*(?:[.):]\s*|\s+|(?=#))(?=\S)")
_OPEN = re.compile(r"(?:\b(?:and|or|not|adj\d*)|[(,])\s*$", re.IGNORECASE)
_HITS = re.compile(r"(?<!\bor)(?<!\band)(?<!\bnot)\s+[(\[]\d[\d,. ]*[)\]]\s*$", re.IGNORECASE)


def numbered_lines(text: str) -> list[tuple[int, str, int]]:
    """The lines of a strategy: (number, content, place), without their hit counts."""
    rows = [
        (match.group(), match.start())
        for match in re.finditer(r"[^\n]+", text)
        if match.group().strip()
    ]
    marked = [_LINE.match(row) for row, _ in rows]
    numbered = (
        sum(
            found is not None and not _only_refers(row)
            for found, (row, _) in zip(marked, rows, strict=True)
        )
        > len(rows) / 2
    )
    lines: list[tuple[int, str, int]] = []
    for (row, at), found in zip(rows, marked, strict=True):
        content = _HITS.sub("", row)
        open_ended = bool(lines) and _OPEN.search(lines[-1][1]) is not None
        if not numbered or (found is not None and _only_refers(row) and not open_ended):
            lines.append((lines[-1][0] + 1 if lines else 1, content, at))
        elif found is not None and not _only_refers(row):
            lines.append((int(found.group(1)), content[found.end() :], at + found.end()))
        elif lines:  # a line that goes on
            number, before, start = lines[-1]
            gap = " " * max(1, at - start - len(before))
            lines[-1] = (number, before + gap + content, start)
        else:
            lines.append((0, content, at))
    return [line for line in lines if line[1].strip()]


def _only_refers(row: str) -> bool:
    """Whether a row that starts with a number is a combination such as ``1 and 2``."""
    return bool(re.match(r"\s*\d+\s+(?:and|or|not)\b(?!\s*/)", row, re.IGNORECASE))


def parse_strategy(text: str, *, local: bool = False) -> Query:
    """Read a PubMed query, or a PubMed strategy of several lines; the tree is the last line's.

    A text of several lines is a strategy if a later line refers to an earlier one (``#1 AND #2``);
    otherwise its lines are one query. QueryError (E-HISTORY) for a line that is not there.
    """
    if not re.search(r"#\s*\d", text) or "\n" not in text.strip():
        return parse(text, local=local)
    nodes: dict[int, Node] = {}
    notes: list[Note] = []
    root: Node | None = None
    for number, content, at in numbered_lines(text):
        try:
            query = parse(_plain(content), local=local)
        except QueryError as error:
            raise QueryError(
                error.what,
                query=text,
                position=at + (error.position or 0),
                code=error.code,
                hint=error.hint,
            ) from error
        notes += [
            msgspec.structs.replace(note, start=note.start + at, end=note.end + at)
            for note in query.notes
        ]
        root = nodes[number] = resolve(query.root, nodes, text, at)
    if root is None:
        return parse(text, local=local)
    return Query(text=text, root=root, notes=tuple(notes))


def _plain(line: str) -> str:
    """The line without PubMed's "Search" and with ``# 1`` as ``#1``; places stay the same."""
    line = re.sub(r"#(\s+)(?=\d)", r"\1#", line)
    return re.sub(r"^\s*Search:?(?=\s)", lambda found: " " * len(found.group()), line)


def resolve(node: Node, lines: dict[int, Node], text: str = "", at: int = 0) -> Node:
    """The tree with every ``#n`` replaced by that line."""
    if not any(isinstance(inner, History) for inner in walk(node)):
        return node
    if isinstance(node, Boolean):
        first, *others = (resolve(operand, lines, text, at) for operand in node.operands)
        for other in others:
            first = join(node.op, first, other)
        return first
    if isinstance(node, History):
        if node.number not in lines:
            raise QueryError(
                f"There is no line #{node.number} before this",
                query=text,
                position=at,
                code="E-HISTORY",
            )
        return lines[node.number]
    return node
