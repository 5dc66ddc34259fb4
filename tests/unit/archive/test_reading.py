"""The reading of many articles at once gives what a parser gives, element by element."""

from __future__ import annotations

from collections import defaultdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sinteza.archive.elements import canonical
from sinteza.archive.reading import ATTRIBUTES, DAYS, PATHS, TEXTS, Batch, day, read
from sinteza.archive.splitting import ARTICLE, items, open_file
from sinteza.errors import FormatError, SintezaError

Contents = dict[str, list[Any]]


def real_articles(shared: Path) -> list[bytes]:
    found = []
    for folder in ("asm_trials", "bib_formats/pubmed_xml"):
        for path in sorted((shared / folder).rglob("*.xml*")):
            with open_file(path) as stream:
                try:
                    found += [item.raw for item in items(stream) if item.kind == ARTICLE]
                except SintezaError:  # a file cut on purpose: its whole records count
                    continue
    return found


def one_space(text: str) -> str:
    return " ".join(text.split())


def parsed(raw: bytes) -> Contents:
    """What stands at each path, by a parser."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    root = etree.parse(BytesIO(raw), parser).getroot()
    found: Contents = defaultdict(list)
    for path in TEXTS:
        found[path] += [one_space("".join(map(str, e.itertext()))) for e in root.iterfind(path)]
    for path in DAYS:
        found[path] += [
            {part.tag: part.text or "" for part in reversed(e)} for e in root.iterfind(path)
        ]
    for path in ATTRIBUTES:
        found[path] += [dict(e.attrib) for e in root.iterfind(path)]
    return found


def as_read(batch: Batch) -> list[Contents]:
    """The same of what was read, article by article."""
    found: list[Contents] = [defaultdict(list) for _ in range(batch.articles)]
    for path in TEXTS:
        for row in batch.rows(path).tolist():
            text = one_space(batch.texts[batch.text[row]].decode())
            found[batch.article[row]][path].append(text)
    for path in DAYS:
        for row in batch.rows(path).tolist():
            found[batch.article[row]][path].append(day(batch.days[batch.day[row]]))
    for path in ATTRIBUTES:
        for row in batch.rows(path).tolist():
            found[batch.article[row]][path].append(batch.tags[batch.tag[row]])
    return found


def same(articles: list[bytes]) -> None:
    for raw, found in zip(articles, as_read(read(articles)), strict=True):
        expected = parsed(raw)
        for path in (*TEXTS, *DAYS, *ATTRIBUTES):
            assert found[path] == expected[path], path


def test_equal_to_the_parser_on_every_real_record(shared: Path) -> None:
    articles = real_articles(shared)
    assert len(articles) > 1500
    for start in range(0, len(articles), 200):
        same(articles[start : start + 200])


def test_parents(shared: Path) -> None:
    batch = read(real_articles(shared)[:50])
    for row in range(len(batch.path)):
        above = PATHS.names[batch.path[batch.parent[row]]]
        name = PATHS.names[batch.path[row]]
        assert batch.article[batch.parent[row]] == batch.article[row]
        assert above == (name.rpartition("/")[0] or "PubmedArticle")


BASE = (
    '<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID>7</PMID><Article PubModel="Print">'
    "<Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal>"
    "<ArticleTitle>{title}</ArticleTitle>{more}</Article></MedlineCitation></PubmedArticle>"
)
NORMAL = BASE.format(title="a title", more="").encode()


@pytest.mark.parametrize(
    ("title", "more"),
    [
        ("A &lt;b&gt; &amp;amp; c &#x3b1;&#945;", ""),
        ("<i>In <sub>vitro</sub></i>  tail\n <b/> of it", ""),
        ("<![CDATA[x < y]]> z", ""),
        ("<![CDATA[<ArticleTitle>x</ArticleTitle>]]> z", ""),
        ("seen <!-- not <b> seen --> again", ""),
        ("a <?name of an instruction?> b", ""),
        ("single quotes a='b'", "<Language>eng</Language>"),
        ("p > 0.05 > x", "<Language>eng</Language>"),
        ("x", '<Abstract><AbstractText Label="a > b">y</AbstractText></Abstract>'),
        ("x", "<Abstract><AbstractText Label = 'a \"b'>y</AbstractText></Abstract>"),
        ("x", '<Abstract><AbstractText Label ="a">y</AbstractText></Abstract>'),
        ("x", '<Abstract><AbstractText\n  Label="a &amp; b"\n>y</AbstractText></Abstract>'),
        ("x", "<Language >eng</Language ><Language\n>fre</Language>"),
        ("empty", "<Abstract><AbstractText/><AbstractText Label='A'>x</AbstractText></Abstract>"),
        ("empty", '<Abstract><AbstractText Label="A &amp; B"/></Abstract>'),
        ("empty", "<Language/><Language>fre</Language>"),
        ("a name that begins like another", "<Languages>eng</Languages><Langua>ger</Langua>"),
        ("elsewhere", "<Keyword>no</Keyword><b><Language>no</Language></b>"),
        ("", "<AuthorList/>"),
        ("x", "<AuthorList><Author><LastName>O&apos;B</LastName></Author><Author/></AuthorList>"),
        (
            "x",
            "<AuthorList><Author><LastName>A</LastName><AffiliationInfo><Affiliation>P</Affiliation>"
            '<Identifier Source="ORCID">no</Identifier></AffiliationInfo></Author></AuthorList>',
        ),
    ],
)
def test_unusual_markup(title: str, more: str) -> None:
    raw = BASE.format(title=title, more=more).encode()
    expected = parsed(raw)
    for found in as_read(read([NORMAL, raw, NORMAL]))[1:2]:
        for path in (*TEXTS, *DAYS, *ATTRIBUTES):
            if "a > b" in more and path in ATTRIBUTES:
                continue  # such a bracket becomes a blank: no attribute looked at can hold it
            assert found[path] == expected[path], path
    same([NORMAL, NORMAL])


@pytest.mark.parametrize(
    "title",
    ["<i>never closed", "closed </i> and never opened", "&unknown;", "<i>crossed <b></i></b>"],
)
def test_a_damaged_record_is_an_error(title: str) -> None:
    raw = BASE.format(title=title, more="").encode()
    with pytest.raises(FormatError, match=r"some\.xml: .*damaged"):
        read([NORMAL, raw], path="some.xml")


def test_bytes_that_are_no_characters_are_an_error() -> None:
    with pytest.raises(FormatError, match="damaged"):
        read([BASE.format(title="x", more="").encode().replace(b">x<", b">\xff\xfe<")])


def test_canonical_writing_changes_nothing_read(shared: Path) -> None:
    for raw in real_articles(shared)[::40]:
        assert parsed(canonical(raw)) == parsed(raw)
