"""The fast reading of an article equals the parser's, field by field, on every real record."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sinteza.archive import reading
from sinteza.archive.splitting import ARTICLE, items, open_file
from sinteza.errors import SintezaError


def real_articles(shared: Path) -> list[tuple[str, bytes]]:
    found = []
    for folder in ("asm_trials", "bib_formats/pubmed_xml"):
        for path in sorted((shared / folder).rglob("*.xml*")):
            with open_file(path) as stream:
                try:
                    found += [
                        (path.name, item.raw) for item in items(stream) if item.kind == ARTICLE
                    ]
                except SintezaError:  # a file cut on purpose: its whole records count
                    continue
    return found


def test_equal_to_the_parser_on_every_real_record(shared: Path) -> None:
    articles = real_articles(shared)
    assert len(articles) > 1500
    slow = 0
    for name, raw in articles:
        fully = reading.read_fully(raw)
        try:
            fast = reading._fast(raw)
        except (reading._Unusual, UnicodeDecodeError):
            slow += 1
            continue
        assert msgspec.to_builtins(fast.record) == msgspec.to_builtins(fully.record), name
        assert fast == fully
    assert slow / len(articles) < 0.05  # else the fast way is not the way taken


BASE = (
    '<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID>7</PMID><Article PubModel="Print">'
    "<Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal>"
    "<ArticleTitle>{title}</ArticleTitle>{more}</Article></MedlineCitation></PubmedArticle>"
)


@pytest.mark.parametrize(
    ("title", "more"),
    [
        ("A &lt;b&gt; &amp;amp; c &#x3b1;&#945;", ""),
        ("<i>In <sub>vitro</sub></i>  tail\n <b/> of it", ""),
        ("<![CDATA[x < y]]> z", ""),
        ("seen <!-- not seen --> again", ""),
        ("single quotes a='b'", "<Language>eng</Language>"),
        ("empty", "<Abstract><AbstractText/><AbstractText Label='A'>x</AbstractText></Abstract>"),
        ("empty", '<Abstract><AbstractText Label="A &amp; B"/></Abstract>'),
        ("empty", "<Language/><Language>fre</Language>"),
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
    assert reading.read(raw) == reading.read_fully(raw)
