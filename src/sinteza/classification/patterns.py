"""Many regular expressions over one text in one pass.

Every pattern is asked for letters that each of its matches must hold; all of them go into one
Aho-Corasick automaton. A pattern runs only around the places where its letters stand, in a window
as wide as it can match, so that the cost follows the text and what is in it, not the number of
patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import ahocorasick

from sinteza.text.normalize import plain

# how far "\w+" may reach; a longer word is no word
_REACH = 60
_LONG_WORD = re.compile(r"\w{120,}")
_CASE = re.compile(r"\\.|[A-Z]+")

Literals = frozenset[str]


def _better(left: Literals | None, right: Literals | None) -> Literals | None:
    """The set that says more: longer letters, then fewer alternatives."""
    if left is None or right is None:
        return right if left is None else left
    rank = (min(map(len, left)), -len(left)), (min(map(len, right)), -len(right))
    return left if rank[0] >= rank[1] else right


def _literals(tree: Any) -> Literals | None:
    """Letters of which at least one stands in every match of a parsed pattern; None if unknown."""
    best: Literals | None = None
    run = ""
    for code, argument in tree:
        if code is op.LITERAL:
            run += chr(argument)
            continue
        if run:
            best, run = _better(best, frozenset([run])), ""
        found: Literals | None = None
        if code is op.SUBPATTERN:
            found = _literals(argument[3])
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[0] >= 1:
            found = _literals(argument[2])
        elif code is op.BRANCH:
            branches = [_literals(branch) for branch in argument[1]]
            if all(branch is not None for branch in branches):
                found = frozenset().union(*(branch for branch in branches if branch))
        best = _better(best, found)
    return _better(best, frozenset([run])) if run else best


def _beginning(tree: Any) -> Literals | None:
    """Letters of which one begins every match of a parsed pattern; None if unknown."""
    run = ""
    for code, argument in tree:
        more: Literals | None = None
        if code is op.LITERAL:
            run += chr(argument)
            continue
        if code is op.SUBPATTERN:
            more = _beginning(argument[3])
        elif code is op.BRANCH:
            branches = [_beginning(branch) for branch in argument[1]]
            if all(branch is not None for branch in branches):
                more = frozenset().union(*(branch for branch in branches if branch))
        elif code is op.AT and not run:
            continue
        if more:
            return frozenset(run + rest for rest in more)
        break
    return frozenset([run]) if run else None


def _reach(tree: Any) -> int:
    """How many characters a match can span, unbounded repeats counted as :data:`_REACH`."""
    total = 0
    for code, argument in tree:
        if code is op.SUBPATTERN:
            total += _reach(argument[3])
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
            most = int(argument[1])
            total += min(most, _REACH) * _reach(argument[2]) if most < 10_000 else _REACH
        elif code is op.BRANCH:
            total += max(_reach(branch) for branch in argument[1])
        elif code in (op.ASSERT, op.ASSERT_NOT):
            total += _reach(argument[1])
        elif code is not op.AT:
            total += 1
    return total


def lowered(pattern: str) -> str:
    """A pattern for folded text: plain letters, lower case, escapes left as they are."""
    return _CASE.sub(lambda m: m[0] if m[0][0] == "\\" else m[0].lower(), plain(pattern))


class PatternSet:
    """Patterns under keys; :meth:`find` gives (key, start, end) over a folded text.

    A match begins at the beginning of a word: a pattern that may begin inside one says so with
    ``\\w*``. Where it ends is the pattern's own affair, because words are inflected.
    """

    def __init__(self, patterns: Iterable[tuple[int, str]]) -> None:
        self._compiled: list[tuple[int, re.Pattern[str], int]] = []
        self._always: list[int] = []
        # letters to the patterns that begin with them, and to those that hold them somewhere
        entries: dict[str, tuple[list[int], list[int]]] = {}
        for key, source in patterns:
            for branch in _branches(lowered(source)):
                tree = _parser.parse(branch)
                number = len(self._compiled)
                self._compiled.append((key, re.compile(branch), _reach(tree)))
                anywhere, beginning = _literals(tree), _beginning(tree)
                first = beginning is not None and (
                    anywhere is None or min(map(len, beginning)) >= min(3, *map(len, anywhere))
                )
                literals = beginning if first else anywhere
                if literals is None:
                    self._always.append(number)
                for literal in literals or ():
                    entries.setdefault(literal, ([], []))[not first].append(number)
        self._automaton = ahocorasick.Automaton()
        for literal, (begin, hold) in sorted(entries.items()):
            word = literal[0].isalnum()
            kept = (len(literal), (*begin, *hold), tuple(hold) if word else (*begin, *hold))
            self._automaton.add_word(literal, kept)
        if entries:
            self._automaton.make_automaton()
        self._empty = not entries

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Matches in order of pattern, then of place."""
        if len(text) > 120:
            text = _LONG_WORD.sub(lambda m: " " * len(m[0]), text)
        windows: dict[int, list[list[int]]] = {number: [[0, len(text)]] for number in self._always}
        compiled = self._compiled
        if not self._empty:
            for end, (length, numbers, inside) in self._automaton.iter(text):
                before = end - length
                # letters inside a word begin no match
                for number in inside if before >= 0 and text[before].isalnum() else numbers:
                    reach = compiled[number][2]
                    low, high = end + 1 - length - reach, end + 1 + reach
                    known = windows.get(number)
                    if known is None:
                        windows[number] = [[low, high]]
                    elif low <= known[-1][1]:
                        known[-1][1] = high
                    else:
                        known.append([low, high])
        for number in sorted(windows):
            key, pattern, _ = compiled[number]
            for low, high in windows[number]:
                for match in pattern.finditer(text, max(0, low), min(len(text), high)):
                    start, end = match.span()
                    # "frataxin" holds no ataxia
                    inside = start and text[start].isalnum() and text[start - 1].isalnum()
                    if end > start and not inside:
                        yield key, start, end


def _branches(pattern: str) -> list[str]:
    """Split at the alternation bars that stand outside every parenthesis and bracket."""
    parts = [""]
    depth = 0
    bracket = escaped = False
    for char in pattern:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif bracket:
            bracket = char != "]"
        elif char == "[":
            bracket = True
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            parts.append("")
            continue
        parts[-1] += char
    return [part for part in parts if part]
