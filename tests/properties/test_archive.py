"""Random queries over real records: the archive and the slow evaluator give the same set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.archive import segments
from sinteza.archive.build import build
from sinteza.archive.search import Archive, open_archive
from sinteza.archive.words import folded_all, words
from sinteza.query import tree
from sinteza.query.mesh import shipped
from sinteza.query.tree import Node, tokenize
from tests.archive_oracle import CONTENT, VALUES, Entry, Oracle, load

_LEAVES = (
    "text", "text", "phrase", "phrase", "wildcard", "near", "near", "mesh", "mesh", "concept",
    "author", "journal", "language", "value", "range", "day", "relative", "pmid", "subset",
    "special", "pmcid",
)  # fmt: skip
_DATES = ("dp", "dp", "dp", "ppdat", "epdat", "edat", "crdt", "mhda", "lr", "dcom")
_SPECIAL = (
    "hasabstract", "hasstructuredabstract", "hasnonenglishabstract", "hascois", "haskeyword",
    "hasdatabanklist", "hasnihmsid", "pubstatusaheadofprint", "ownernlm", "ownernasa",
    "indexingmethod_automated", "indexingmethod_curated", "hascommentin", "hascommenton",
    "haserratumin", "hasretractionin", "hasupdateof",
)  # fmt: skip
_SUBSETS = (
    "all", "medline", "publisher", "inprocess", "pubmednotmedline", "oldmedline", "pubmed pmc",
    "jsubsetim",
)  # fmt: skip
_ABOVE = (
    "epilepsy", "brain diseases", "anticonvulsants", "heterocyclic compounds", "adult", "humans",
    "drug therapy, combination", "mammals", "age groups", "seizures", "amino acids",
)  # fmt: skip
_TEXT_FIELDS = tuple(CONTENT)


@pytest.fixture(scope="module")
def entries(shared: Path) -> list[Entry]:
    return load(sorted((shared / "asm_trials").glob("*.xml.gz")))


@pytest.fixture(scope="module")
def archive(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("archive")
    with pytest.MonkeyPatch.context() as patched:
        # one segment made of sixteen, and some small ones, so that answers are put together
        patched.setattr(segments, "FEW", 10**6)
        build(folder, sorted((shared / "asm_trials").glob("*.xml.gz")), batch=40)
    with open_archive(folder) as opened:
        assert [segment.documents for segment in opened.segments][:2] == [640, 40]
        yield opened


def a_leaf(data: st.DataObject, entries: list[Entry]) -> Node:
    """A term that some real record was the model for."""
    entry = data.draw(st.sampled_from(entries))
    record = entry.record
    pick = data.draw

    def one(choices: Any, default: Any) -> Any:
        return pick(st.sampled_from(list(choices) or [default]))

    kind = pick(st.sampled_from(_LEAVES))
    if kind in ("text", "phrase", "wildcard", "near"):
        field = pick(st.sampled_from(_TEXT_FIELDS if kind != "near" else ("ti", "tiab", "ad")))
        value = one((v for v in entry.texts[field] if v), ("epilepsy", "trial"))
        start = pick(st.integers(0, len(value) - 1))
        if kind == "near":
            count = pick(st.integers(2, 4))
            span = value[start : start + 12]
            chosen = pick(st.lists(st.sampled_from(span), min_size=count, max_size=count))
            return tree.Proximity(field, " ".join(chosen), pick(st.integers(0, 9)))
        size = 1 if kind == "text" else pick(st.integers(1, 5))
        run = list(value[start : start + size])
        if kind == "wildcard":
            at = pick(st.integers(0, len(run) - 1))
            if len(run[at]) >= 4:
                cut = pick(st.integers(4, len(run[at])))
                again = pick(st.integers(cut, len(run[at])))
                run[at] = run[at][:cut] + "*" + run[at][again:]
        return tree.Text(field, " ".join(run), True)
    if kind == "mesh":
        heading = one(record.mesh, None)
        name = heading.name if heading else "epilepsy"
        if pick(st.integers(0, 3)) == 0:
            name = pick(st.sampled_from(_ABOVE))
        if pick(st.integers(0, 9)) == 0 and len(name.split()[0]) > 4:
            name = name.split()[0][:4] + "*"
        qualifier = None
        if heading and heading.qualifiers and pick(st.booleans()):
            qualifier = pick(st.sampled_from([q.name for q in heading.qualifiers] + ["therapy"]))
        return tree.Mesh(name.casefold(), qualifier, pick(st.booleans()), pick(st.booleans()))
    if kind == "concept":
        field = pick(st.sampled_from(("sh", "pt", "nm", "pa")))
        names = {
            "sh": [q.name for heading in record.mesh for q in heading.qualifiers] + ["therapy"],
            "pt": [t.name for t in record.publication_types] + ["clinical trial", "clin*"],
            "nm": [c.name for c in record.chemicals] + ["levet*"],
            "pa": ["anticonvulsants", "central nervous system agents", "analgesics"],
        }[field]
        return tree.Concept(field, one(names, "x").casefold(), pick(st.booleans()), True)
    if kind == "author":
        field = pick(st.sampled_from(("au", "au", "1au", "lastau", "fau", "ir", "fir", "ps")))
        people = [*record.authors, *record.investigators, *record.subjects]
        person = one((p for p in people if p.last), None)
        if person is None:
            return tree.Author(field, "french ja")
        forms = [
            person.last, f"{person.last} {person.initials}", f"{person.last} {person.initials[:1]}",
            f"{person.last} {person.fore}", f"{person.fore} {person.last}",
            f"{person.last}, {person.fore.split(' ')[0]}", f"{person.last[:4]}*",
            f"{person.last} {person.initials} {person.suffix}",
        ]  # fmt: skip
        return tree.Author(field, pick(st.sampled_from(forms)), pick(st.booleans()))
    if kind == "journal":
        journal = record.journal
        names = [journal.title, journal.abbreviation, journal.issn, journal.title[:5] + "*"]
        return tree.Journal(one(filter(None, names), "x"), pick(st.booleans()))
    if kind == "language":
        return tree.Language(one([*record.languages, "German", "jpn"], "eng"))
    if kind == "value":
        field = pick(st.sampled_from(sorted(VALUES)))
        value = one(filter(None, VALUES[field](record)), "1")
        if len(tokenize(value)) and len(tokenize(value)[0]) > 4 and pick(st.booleans()):
            value = tokenize(value)[0][:4] + "*"
        return tree.Value(field, value)
    if kind in ("range", "day"):
        field = pick(st.sampled_from(_DATES))
        days = st.dates(date(1995, 1, 1), date(2026, 6, 1))
        low = pick(days)
        if kind == "range":
            high = pick(st.none() | days)
            return tree.DateRange(field, low, high if high is None or high >= low else low)
        size = pick(st.integers(1, 3))
        return tree.SingleDate(
            field, low.year, low.month if size > 1 else None, low.day if size > 2 else None
        )
    if kind == "relative":
        unit = pick(st.sampled_from(("days", "months", "years")))
        return tree.RelativeDate(pick(st.sampled_from(_DATES)), pick(st.integers(1, 400)), unit)
    if kind == "pmid":
        if pick(st.booleans()):
            return tree.PmidRange(entry.pmid, entry.pmid + pick(st.integers(0, 10**6)))
        return tree.PmidList((entry.pmid, 1))
    if kind == "subset":
        return tree.Subset(pick(st.sampled_from(_SUBSETS)))
    if kind == "pmcid":
        return tree.Pmcid(int(record.identifier("pmc").removeprefix("PMC") or 1))
    return tree.Special(pick(st.sampled_from(_SPECIAL)))


def a_query(data: st.DataObject, entries: list[Entry], depth: int) -> Node:
    if depth == 0 or data.draw(st.integers(0, 2)) == 0:
        return a_leaf(data, entries)
    size = data.draw(st.integers(2, 3))
    op = data.draw(st.sampled_from(("AND", "OR", "NOT")))
    return tree.Boolean(op, tuple(a_query(data, entries, depth - 1) for _ in range(size)))


@given(st.data())
@settings(max_examples=250)
def test_terms_agree_set_for_set(
    archive: Archive, entries: list[Entry], data: st.DataObject
) -> None:
    node = a_leaf(data, entries)
    oracle = Oracle(entries, shipped(), archive.day)
    assert archive.matching(node) == oracle.matching(node)


@given(st.data())
@settings(max_examples=60)
def test_queries_agree_set_for_set(
    archive: Archive, entries: list[Entry], data: st.DataObject
) -> None:
    node = a_query(data, entries, 3)
    oracle = Oracle(entries, shipped(), archive.day)
    assert archive.matching(node) == oracle.matching(node)


@given(st.text())
def test_words_are_those_of_the_query_language(text: str) -> None:
    assert tuple(words(text)) == tokenize(text)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_words_of_many_texts_at_once(texts: list[str]) -> None:
    raw = [text.encode() for text in texts]
    expected = [" ".join(tokenize(text)).encode() for text in texts]
    assert folded_all(raw) == expected
    loose = folded_all(raw, np.zeros(len(raw), bool))
    assert [b" ".join(text.split()) for text in loose] == expected
    assert [bool(text) for text in loose] == [bool(text) for text in expected]


def test_words_of_every_character() -> None:
    for start in range(0, 0x30000, 64):
        text = "".join(f"a{chr(code)}b " for code in range(start, start + 64))
        expected = [word.encode() for word in tokenize(text)]
        assert [word.encode() for word in words(text)] == expected
        if not 0xD800 <= start < 0xE000:  # surrogates are no characters
            assert folded_all([text.replace("\0", " ").encode()])[0].split() == expected
