"""The query language against real strategies and PubMed's own translations."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sinteza.errors import QueryError
from sinteza.query.explain import exact
from sinteza.query.mesh import Thesaurus, shipped
from sinteza.query.mesh_files import build
from sinteza.query.ovid import parse_ovid
from sinteza.query.syntax import Query, parse, to_pubmed


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as text:
        for line in text:
            yield json.loads(line)


@pytest.fixture(scope="module")
def full(shared: Path) -> Thesaurus:
    names = ["mesh2022_descriptor_trees.tsv.gz", "mesh2022_terms.tsv.gz", "mtrees2022.bin.gz"]
    return build(
        [(name, io.BytesIO((shared / "mesh" / name).read_bytes())) for name in names], year=2022
    )


def read(text: str, thesaurus: Thesaurus) -> tuple[str, list[str]]:
    try:
        written, notes = exact(parse(text), thesaurus)
    except QueryError as error:
        return "ERROR", [error.code or ""]
    return written, [note.code for note in notes]


@pytest.mark.parametrize("which", ["shipped", "full"])
def test_parse_tests(shared: Path, full: Thesaurus, which: str) -> None:
    thesaurus = shipped() if which == "shipped" else full
    lines = (shared / "queries" / "pubmed_parse_tests.jsonl").read_text("utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if "q" in case]
    assert len(cases) == 98
    wrong = []
    for case in cases:
        written, codes = read(case["q"], thesaurus)
        expected = case["expect"]
        if expected.endswith(" without a word-AND arm"):
            start = expected.removesuffix(" without a word-AND arm")
            right = written.startswith(f"{start}=(") and " AND " not in written
        else:
            right = written == expected
        # a code ending in ?compat is for PubMed's phrase index, which is not published
        wanted = [code for code in case["warn"] if not code.endswith("?compat")]
        if not right or codes != wanted:
            wrong.append((case["id"], case["q"], expected, written, wanted, codes))
    assert wrong == []


def test_real_translations_print_back(shared: Path) -> None:
    answers = list(rows(shared / "asm_trials" / "esearch_translations.jsonl.gz"))
    assert len(answers) == 65
    for answer in answers:
        text = answer["querytranslation"]
        query = parse(text)
        assert "".join(to_pubmed(query.root).split()) == "".join(text.split()), answer["name"]
        assert query.notes == ()


def test_seed_queries_all_parse(shared: Path) -> None:
    topics = list(rows(shared / "queries" / "ielab_seed_pubmed.jsonl.gz"))
    assert len(topics) == 31
    for topic in topics:
        for key in ("query", "edited_search"):
            root = parse(topic[key]).root
            assert parse(to_pubmed(root)).root == root


def test_no_query_crashes(shared: Path) -> None:
    texts = [
        row["query"]
        for name in ("clef_tar_topics", "sigir2017", "alharbi_ovid")
        for row in rows(shared / "queries" / f"{name}.jsonl.gz")
    ]
    texts += [
        path.read_text("utf-8") for path in (shared / "queries" / "transmute_samples").iterdir()
    ]
    outcomes = [outcome(reader, text) for text in texts for reader in (parse, parse_ovid)]
    assert len(outcomes) == 2 * len(texts)
    assert outcomes.count("read") > 300
    assert all(outcome == "read" or outcome.startswith("E-") for outcome in outcomes)


def outcome(reader: Callable[[str], Query], text: str) -> str:
    try:
        query = reader(text)
    except QueryError as error:
        return error.code or "no code"
    assert parse(to_pubmed(query.root)).root == query.root
    return "read"


def test_explosion_of_epilepsy_agrees_with_the_tree_file(shared: Path, full: Thesaurus) -> None:
    prefix = "C10.228.140.490"
    with gzip.open(shared / "mesh" / "mtrees2022.bin.gz", "rt", encoding="utf-8") as text:
        pairs = [line.strip().rpartition(";")[::2] for line in text]
    below = {name for name, tree in pairs if tree == prefix or tree.startswith(prefix + ".")}
    assert len(below) > 20
    for thesaurus in (full, shipped()):
        assert thesaurus.explode("Epilepsy") == below


def test_every_heading_explodes_the_same_in_the_shipped_mesh(full: Thesaurus) -> None:
    ours = shipped()
    assert ours.descriptors.keys() == full.descriptors.keys()
    assert all(ours.descriptors[n].trees == d.trees for n, d in full.descriptors.items())


def test_clinical_trial_types_differ_by_year(shared: Path, full: Thesaurus) -> None:
    """The tree of publication types is versioned data: nothing of it is written in code."""
    below = full.explode("Clinical Trial")
    assert "Randomized Controlled Trial" in below
    assert "Multicenter Study" not in below  # it was below Clinical Trial before 2017
