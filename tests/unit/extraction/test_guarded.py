"""A guarded pattern finds what its plain pattern finds: proved from the pattern itself."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined] # the grammar of patterns has no public name
from re import _parser  # type: ignore[attr-defined] # as above
from typing import Any

import pytest

import sinteza.extraction
from sinteza.extraction import kinds, naming, numbers, wording
from sinteza.extraction.guarded import Guarded, standing


def _guarded() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, pattern and words of every guard of the extraction."""
    for module in pkgutil.iter_modules(sinteza.extraction.__path__):
        inside = importlib.import_module(f"sinteza.extraction.{module.name}")
        for name, value in vars(inside).items():
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Guarded):
                    yield f"{module.name}.{name}", item.pattern.pattern, item.words
    for name, cue in (*kinds._CUES, *kinds._TITLES):
        yield f"kinds {name}", cue.pattern.pattern, cue.words
    for code, pattern in wording.PATTERNS:
        plain = pattern
        if isinstance(pattern, Guarded):
            plain = pattern.pattern
            yield f"outcomes {code}", plain.pattern, pattern.words
        if code in wording.NEEDS:
            yield f"outcomes {code}", plain.pattern, wording.NEEDS[code]
        if code in wording.NEEDS_TOO:
            yield f"outcomes {code} too", plain.pattern, wording.NEEDS_TOO[code]
    for place, (pattern, words) in enumerate(numbers._COVERED):
        if words:
            yield f"numbers {place}", pattern.pattern, words


class _Proof:
    """Looks for a match without any of the words, written out from left to right."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.longest = max(map(len, words))
        self.seen: set[tuple[str, tuple[int, ...]]] = set()

    def escape(self, text: str, items: tuple[Any, ...]) -> str | None:
        """The end of such a match, as long as the longest word; None if there is none.

        ``\\0`` stands for what the pattern leaves open. Given up wherever a word stands: what
        follows does not matter then.
        """
        if any(word in text for word in self.words):
            return None
        if not items:
            return text
        text = text[-self.longest :]
        key = (text, tuple(map(id, items)))
        if key in self.seen:
            return None
        self.seen.add(key)
        (kind, value), rest = items[0], items[1:]
        for before, inner in self._ways(kind, value):
            found = self.escape(text + before, (*inner, *rest))
            if found is not None:
                return found
        return None

    @staticmethod
    def _ways(kind: Any, value: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """What one part of a pattern may be: a text, and what is still to be written out."""
        if kind is op.LITERAL:
            yield chr(value).lower(), ()
        elif kind is op.IN and all(item[0] is op.LITERAL for item in value):
            yield from ((chr(item[1]).lower(), ()) for item in value)
        elif kind is op.SUBPATTERN:
            yield "", tuple(value[3])
        elif kind is op.BRANCH:
            yield from (("", tuple(branch)) for branch in value[1])
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            least, most, inner = value
            if least == 0:
                yield "", ()
            # once as it is; more than once only matters by its first
            yield "", (*tuple(inner), *(() if most == 1 else _OPEN))
        elif kind is op.ASSERT:
            # stands beside the match, in the text that is searched for the words
            yield "\0", (*tuple(value[1]), *_OPEN)
        elif kind in (op.AT, op.ASSERT_NOT):
            yield "", ()
        else:
            yield "\0", ()


_OPEN = ((op.ANY, None),)


def _escape(pattern: str, words: tuple[str, ...]) -> str | None:
    return _Proof(words).escape("", tuple(_parser.parse(pattern, re.I)))


@pytest.mark.parametrize(("name", "pattern", "words"), list(_guarded()))
def test_every_match_holds_one_of_the_words(
    name: str, pattern: str, words: tuple[str, ...]
) -> None:
    assert _escape(pattern, words) is None


def test_a_missing_word_is_seen() -> None:
    pattern = r"(?:epilep|seizure)s?|(?:open[- ])?label"
    assert _escape(pattern, ("epilep", "label")) == "eizure"
    assert _escape(pattern, ("epilep", "seizure", "open")) == "label"
    assert _escape(pattern, ("epilep", "seizure", "label")) is None


def test_a_guard_reads_without_regard_to_case() -> None:
    guard = Guarded(r"open[- ]label", "open")
    assert guard.search("An OPEN-label study")
    assert not guard.search("A blinded study")
    assert [match[0] for match in guard.finditer("Open label, open-label")] == [
        "Open label",
        "open-label",
    ]
    assert not list(guard.finditer("blinded"))


def test_standing_words() -> None:
    assert standing(("seizure", "placebo"), "Placebo was given") == {"placebo"}


def test_a_drug_is_no_adverse_event() -> None:
    # "ae" is sought where no "AED" stands: the pattern for it ends behind the letters
    assert [item.code for item in naming.named("AEs were seen in 12 patients on other AEDs.")]
    assert not naming.named("Twelve patients took two AEDs.")
