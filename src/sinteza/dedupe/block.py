"""Blocking: which pairs are worth comparing, found by shared keys instead of by all pairs.

A record has a dozen cheap keys; records that share one are candidates. A key that very many records
share says little: its records are divided once more by first author and year, and what is still too
many is left to the other keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from sinteza.dedupe.card import LETTERS, Card

# Records that may share a key before it is divided. A bucket of n gives n (n - 1) / 2 pairs.
LARGEST = 40


def keys(card: Card) -> Iterator[tuple[object, ...]]:
    """The keys of a record; the first part names the kind of key."""
    if card.pmid:
        yield "pmid", card.pmid
    if card.doi:
        yield "doi", card.doi
    for title in card.titles:
        letters = title.replace(" ", "")
        yield "title", letters
        if len(letters) >= 24:
            yield "head", letters[:24]
            listed = sorted(set(title.split()), key=lambda word: (-len(word), word))
            yield "words", *sorted(listed[:4])
            yield "more words", *sorted(listed[1:5])
    digits = card.page.lstrip(LETTERS)
    if digits:
        if card.volume:
            yield "print", card.volume, digits, card.year
            yield "print and author", card.volume, digits, card.author
        if card.author and card.year:
            yield "page and author", digits, card.author, card.year
    if card.author and card.year and card.volume and card.journals:
        yield "author and volume", card.author, card.year, card.volume, card.journals[0][:1]
    if len(card.abstract) >= 60:
        yield "abstract", card.abstract[:60]


def pairs(cards: Sequence[Card]) -> set[tuple[int, int]]:
    """The pairs of places in ``cards`` worth comparing, the smaller first."""
    # a key's first record stands alone: most keys are never shared, and a list each is dear
    first: dict[int, int] = {}
    buckets: dict[int, list[int]] = {}
    for place, one in enumerate(cards):
        for key in {hash(key) for key in keys(one)}:
            known = first.setdefault(key, place)
            if known != place:
                buckets.setdefault(key, [known]).append(place)
    del first
    found: set[tuple[int, int]] = set()
    for bucket in buckets.values():
        for part in [bucket] if len(bucket) <= LARGEST else _divided(bucket, cards):
            found.update(combinations(part, 2))
    return found


def _divided(places: Iterable[int], cards: Sequence[Card]) -> Iterator[list[int]]:
    parts: dict[tuple[str, int | None], list[int]] = {}
    for place in places:
        parts.setdefault((cards[place].author, cards[place].year), []).append(place)
    return (part for part in parts.values() if 1 < len(part) <= LARGEST)
