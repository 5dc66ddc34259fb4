"""Coordinated lists read out in full.

"pharmacokinetic, intrinsic severity, gene and target hypotheses" names four hypotheses with one
head, in English at the end, in Romanian at the beginning. The heads are learned from the taxonomy:
the words that end (English) or begin (Romanian) the labels of several concepts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from sinteza.text.normalize import fold

_WORD = re.compile(r"[a-z][a-z-]+")
_SEPARATOR = re.compile(r",? (?:and|or|si|sau|ori) (?:the |an? )?|, (?:the |an? )?|/")
_ITEM_WORDS = 4
_SPAN = 220
_STOP = re.compile(r"[.;:()\n]")
_NOT_AN_ITEM = frozenset(
    re.findall(
        r"\w+",
        "the a an of in with was were is are to by for from that which than on as at this these "
        "both de la cu in pe din pentru este sunt",
    )
)
# a bare word before a head is no item of a list by itself
_MOST_LISTS = 200


def _singular(word: str) -> str:
    if word.endswith("theses"):
        return word[:-2] + "is"
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "is", "us")) else word


class Coordination:
    """Knows the shared heads of a taxonomy; :meth:`expand` reads lists out."""

    def __init__(self, phrases: Iterable[str]) -> None:
        last: Counter[str] = Counter()
        first: Counter[str] = Counter()
        for phrase in phrases:
            words = _WORD.findall(fold(phrase).split("(")[0])
            if len(words) > 1:
                last[_singular(words[-1])] += 1
                first[words[0]] += 1
        self._final = {word for word, n in last.items() if n >= 4 and len(word) > 3}
        # Romanian inflects: a head is known by its stem
        self._initial = {word[: max(5, len(word) - 2)] for word, n in first.items() if n >= 4}
        self._initial = {stem for stem in self._initial if len(stem) >= 5}
        plural = r"(?:s|es)?"
        heads = sorted(
            {
                re.escape(w[:-1]) + "(?:y|ies)"
                if w.endswith("y")
                else re.escape(w[:-2]) + "[ei]s"
                if w.endswith("sis")
                else re.escape(w) + plural
                for w in self._final
            }
        )
        self._english = re.compile(
            r"(?:,? (?:and|or)|/) (?:[a-z-]+ ){0,4}(" + "|".join(heads or ["(?!)"]) + r")\b"
        )
        stems = sorted(map(re.escape, self._initial))
        self._romanian = re.compile(r"\b((?:" + "|".join(stems or ["(?!)"]) + r")[a-z]*) ")

    def expand(self, text: str) -> Iterator[tuple[str, int, int]]:
        """(phrase in full, start, end of the item in the text), for items that lack their head."""
        for count, match in enumerate(self._english.finditer(text)):
            if count >= _MOST_LISTS:
                break
            head = _singular(match[1])
            yield from self._before(text, match.start(1), head)
        if " si " not in text and " sau " not in text:
            return
        for count, match in enumerate(self._romanian.finditer(text)):
            if count >= _MOST_LISTS:
                break
            yield from self._after(text, match.end(), match[1])

    def _before(self, text: str, at: int, head: str) -> Iterator[tuple[str, int, int]]:
        low = max(0, at - _SPAN)
        region = text[low:at]
        stops = [match.end() for match in _STOP.finditer(region)]
        if stops:
            low += stops[-1]
            region = text[low:at]
        items = _split(region, low)
        for item, _, end in reversed(items[:-1]):
            words = item.split()
            # the first item of the list may hang on words before it: its last words are tried
            if not words:
                return
            tail = words[-_ITEM_WORDS:]
            for size in range(1, len(tail) + 1):
                part = " ".join(tail[-size:])
                if tail[-size] in _NOT_AN_ITEM:
                    break
                yield f"{part} {head}", end - len(part), end
            if len(words) > _ITEM_WORDS:
                return

    def _after(self, text: str, at: int, head: str) -> Iterator[tuple[str, int, int]]:
        region = text[at : at + _SPAN]
        stop = _STOP.search(region)
        if stop:
            region = region[: stop.start()]
        items = _split(region, at)
        for item, start, _ in items[1:]:
            words = item.split()
            if not words:
                return
            lead = words[:_ITEM_WORDS]
            for size in range(1, len(lead) + 1):
                part = " ".join(lead[:size])
                yield f"{head} {part}", start, start + len(part)
            if len(words) > _ITEM_WORDS + 2:
                return


def _split(region: str, offset: int) -> list[tuple[str, int, int]]:
    """Items of a list with their places, blanks at the ends left out."""
    items = []
    at = 0
    for match in [*_SEPARATOR.finditer(region), None]:
        end = match.start() if match else len(region)
        piece = region[at:end]
        start = at + len(piece) - len(piece.lstrip())
        items.append((piece.strip(), offset + start, offset + start + len(piece.strip())))
        if match:
            at = match.end()
    return items
