"""What is indexed of real records is what the parser's records hold."""

from __future__ import annotations

from collections import defaultdict
from io import BytesIO
from pathlib import Path

import numpy as np

from sinteza.archive.content import AB, AU, MH, PS
from sinteza.archive.days import days
from sinteza.archive.indexing import Contents, index
from sinteza.archive.pages import Page
from sinteza.archive.places import KIND_AT, MAX_POSITION, MAX_VALUE, POSITION_BITS, documents
from sinteza.archive.postings import Collector
from sinteza.archive.reading import read
from sinteza.formats import pubmed_xml
from tests import archive_contents
from tests.archive_oracle import fold
from tests.unit.archive.test_reading import real_articles

NUMBERED = (AB, MH, AU, PS)
"""Kinds of which the number of a value says something; the values of others are a set."""

Place = tuple[str, int, int, int]


def expected(raw: bytes) -> tuple[set[Place], tuple[int, ...]]:
    stream = BytesIO(b"<PubmedArticleSet>" + raw + b"</PubmedArticleSet>")
    content = archive_contents.reading(raw, next(pubmed_xml.read(stream, source="pubmed")))
    found: set[Place] = set()

    def text(kind: int, number: int, value: str) -> None:
        if words := fold(value):
            found.add((words, kind, number if kind in NUMBERED else 0, 0))

    def key(name: str, kind: int, number: int, flags: int) -> None:
        found.add((name, kind, number, flags))

    archive_contents.index(content, text, key)
    return found, archive_contents.days(content.record)


def indexed(contents: Contents, articles: int, *, numbered: bool = False) -> list[set[Place]]:
    """The same, of the columns; the parts of one value are put together."""
    found: list[set[Place]] = [set() for _ in range(articles)]
    parts: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    values, keys = (
        zip(*(column.tolist() for column in rows), strict=True)
        for rows in (contents.values, contents.key_rows)
    )
    for article, kind, number, what, _ in values:
        parts[article, kind, number].append(contents.texts[what].decode())
    for (article, kind, number), words in parts.items():
        if value := " ".join(" ".join(words).split()):
            kept = number if numbered or kind in NUMBERED else 0
            found[article].add((value, kind, kept, 0))
    for article, kind, number, what, flags in keys:
        found[article].add((contents.keys[what].decode(), kind, number, flags))
    return found


def test_every_real_record(shared: Path) -> None:
    articles = real_articles(shared)
    for start in range(0, len(articles), 300):
        part = articles[start : start + 300]
        batch = read(part)
        table = days(batch)
        for at, found in enumerate(indexed(index(batch), len(part))):
            what, when = expected(part[at])
            assert found == what
            assert tuple(table[at].tolist()) == when


def test_places_of_every_word(shared: Path) -> None:
    """The pages hold each word and key where the parser's record has it."""
    articles = real_articles(shared)[:120]
    expected_places: dict[str, set[tuple[int, int, int, int]]] = defaultdict(set)
    collector = Collector()
    for start in range(0, len(articles), 50):
        batch = read(articles[start : start + 50])
        contents = index(batch)
        collector.add(batch.articles, contents)
        for at, found in enumerate(indexed(contents, batch.articles, numbered=True)):
            for value, kind, number, flags in found:
                if ":" in value:
                    expected_places[value].add((start + at, kind, number, flags))
                else:
                    for position, word in enumerate(value.split()):
                        expected_places[word].add((start + at, kind, number, position))
    seen: dict[str, set[tuple[int, int, int, int]]] = defaultdict(set)
    for _, data in collector.pages():
        page = Page(data)
        for number, name in enumerate(page.names):
            places = page.places(np.array([number]))
            assert (np.diff(places.astype(np.int64)) > 0).all()
            got = zip(
                documents(places).tolist(),
                (places >> np.uint64(KIND_AT)).tolist(),
                (places >> np.uint64(POSITION_BITS) & np.uint64(MAX_VALUE)).tolist(),
                (places & np.uint64(MAX_POSITION)).tolist(),
                strict=True,
            )
            seen[name.partition("\t")[0]].update(got)
    assert seen == expected_places
