"""Deduplication on made-up collections: order, repetition, additions, splits."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sinteza.dedupe.card import card
from sinteza.dedupe.cluster import deduplicate
from sinteza.dedupe.compare import compare
from sinteza.model.record import Record
from tests.unit.dedupe.records import made

_TITLES = (
    "Levetiracetam in drug-resistant focal epilepsy: a randomized trial",
    "Levetiracetam in drug resistant focal epilepsy",
    "Levetiracetam in drug-resistant focal epilepsy. Part 2",
    "Erratum: Levetiracetam in drug-resistant focal epilepsy: a randomized trial",
    "[Focal epilepsy in adults]",
    "Editorial",
    "",
)
_fields = st.fixed_dictionaries(
    {
        "title": st.sampled_from(_TITLES),
        "authors": st.sampled_from(("Kwan P; Brodie MJ", "Kwan P", "Țepeș V", "")),
        "year": st.sampled_from((2014, 2015, 2019, None)),
        "journal": st.sampled_from(("Epilepsia", "Seizure", "")),
        "volume": st.sampled_from(("56", "57", "")),
        "issue": st.sampled_from(("3", "Suppl 1", "")),
        "pages": st.sampled_from(("101-110", "101-10", "S101", "1-10", "e77", "")),
        "doi": st.sampled_from(("10.1/a-doi", "10.1/b-doi", "", "")),
        "pmid": st.sampled_from(("1", "2", "", "")),
    }
)
collections = st.lists(_fields, min_size=2, max_size=9).map(
    lambda rows: [made(f"r{number}", **row) for number, row in enumerate(rows)]  # type: ignore[arg-type]  # by name
)


@given(collections, st.randoms(use_true_random=False))
def test_order_does_not_matter(records: list[Record], chance: random.Random) -> None:
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert deduplicate(shuffled) == deduplicate(records)


@given(collections)
def test_a_second_time_changes_nothing(records: list[Record]) -> None:
    first = deduplicate(records)
    assert deduplicate(records, held=first.clusters) == first


@given(collections, st.integers(1, 8))
def test_added_records_leave_ids_and_merges(records: list[Record], some: int) -> None:
    before = deduplicate(records[:some]).clusters
    after = {m: c for c in deduplicate(records, held=before).clusters for m in c.members}
    ids = {entry.id for entry in before}
    for entry in before:
        now = after[entry.id]
        assert set(entry.members) <= set(now.members)
        assert now.id in ids


@given(collections)
def test_a_split_is_kept(records: list[Record]) -> None:
    for entry in deduplicate(records).clusters:
        pairs = {(a, b) for a in entry.members for b in entry.members if a < b}
        again = deduplicate(records, apart=pairs, held=[entry]).clusters
        assert not any(a in c.members and b in c.members for a, b in pairs for c in again)


@given(collections)
def test_no_cluster_holds_two_pubmed_numbers_and_each_record_is_in_one(
    records: list[Record],
) -> None:
    by_id = {record.id: record for record in records}
    clusters = deduplicate(records).clusters
    members = [member for entry in clusters for member in entry.members]
    assert len(members) == len(set(members))
    for entry in clusters:
        assert len({by_id[m].pmid for m in entry.members} - {""}) <= 1
        assert len(entry.evidence) == len(entry.members) - 1


@given(_fields, _fields)
def test_comparison_is_symmetric(left: dict[str, object], right: dict[str, object]) -> None:
    a, b = card(made("a", **left)), card(made("b", **right))  # type: ignore[arg-type]  # by name
    assert compare(a, b) == compare(b, a)


@given(st.text(max_size=80), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_taken(title: str, authors: str, pages: str, volume: str) -> None:
    one = made("a", title, authors=authors, pages=pages, volume=volume)
    assert len(deduplicate([one, made("b", title, pages=pages)]).clusters) <= 1
