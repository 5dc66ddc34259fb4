"""What is packed is read back: numbers, lists, pages; and what was changed is found out."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.archive import pages, rice
from sinteza.archive.pages import Page
from sinteza.archive.places import DOCUMENT_AT, KIND_AT, POSITION_BITS, documents

_numbers = st.one_of(st.integers(0, 3), st.integers(0, 300), st.integers(0, 2**20 - 1))
_lists = st.lists(st.lists(_numbers, min_size=1, max_size=40), min_size=1, max_size=12)
_place = st.builds(
    lambda kind, document, value, position: (
        kind << KIND_AT | document << DOCUMENT_AT | value << POSITION_BITS | position
    ),
    st.integers(0, 3),
    st.integers(0, 40) | st.integers(0, 2**24 - 1),
    st.integers(0, 2) | st.integers(0, 2**15 - 1),
    st.integers(0, 5) | st.integers(0, 2**20 - 1),
)
_terms = st.dictionaries(
    st.text("abé:| ", min_size=1, max_size=4), st.sets(_place, min_size=1, max_size=60),
    min_size=1, max_size=8,
)  # fmt: skip


@given(_lists, st.data())
def test_numbers_in_rice_codes(lists: list[list[int]], data: st.DataObject) -> None:
    counts = np.array([len(one) for one in lists], np.intp)
    runs = rice.encode(np.array(list(chain(*lists)), np.uint64), counts)
    unary, low = (np.frombuffer(run, np.uint8) for run in (runs.unary, runs.low))
    begin = data.draw(st.integers(0, len(lists) - 1))
    end = data.draw(st.integers(begin + 1, len(lists)))
    got = rice.decode(unary, low, runs.bits, counts, slice(begin, end))
    expected = list(chain(*lists[begin:end]))
    assert (got.tolist() if got is not None else [0] * len(expected)) == expected
    one = lists[begin]
    pick = sorted(data.draw(st.sets(st.integers(0, len(one) - 1))))
    some = rice.decode(
        unary, low, runs.bits, counts, slice(begin, begin + 1), np.array(pick, np.intp)
    )
    assert (some.tolist() if some is not None else [0] * len(pick)) == [one[at] for at in pick]


@given(_terms, st.integers(1, 50), st.integers(1, 5), st.data())
@settings(max_examples=150)
def test_places_in_pages(
    terms: dict[str, set[int]], places_a_page: int, names_a_page: int, data: st.DataObject
) -> None:
    names = sorted(terms)
    ranks = np.repeat(np.arange(len(names), dtype=np.int32), [len(terms[name]) for name in names])
    places = np.array([place for name in names for place in sorted(terms[name])], np.uint64)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pages, "PLACES_A_PAGE", places_a_page)
        patched.setattr(pages, "NAMES_A_PAGE", names_a_page)
        written = list(pages.write(names, ranks, places))
    read = [Page(content) for _, content in written]
    assert [first for first, _ in written] == [page.names[0] for page in read]
    got: dict[str, list[int]] = {}
    within = np.zeros(2**24, bool)
    within[data.draw(st.lists(st.integers(0, 40)))] = True
    for page in read:
        assert page.counts.sum() <= places_a_page
        assert len(page.names) <= names_a_page
        assert page.names == sorted(page.names)
        for at, name in enumerate(page.names):
            one = np.array([at])
            found = page.places(one)
            got.setdefault(name[:-2], []).extend(found.tolist())
            assert sorted(set(documents(found).tolist())) == page.documents(one).tolist()
        chosen = np.array(
            sorted(data.draw(st.sets(st.integers(0, len(page.names) - 1), min_size=1)))
        )
        several = np.concatenate([page.places(np.array([at])) for at in chosen])
        assert page.places(chosen).tolist() == several.tolist()
        kept = several[within[documents(several)]]
        assert page.places(chosen, within).tolist() == kept.tolist()
    assert got == {name: sorted(terms[name]) for name in names}


def test_a_damaged_page_is_refused() -> None:
    names = [f"w{number:03}" for number in range(200)]
    ranks = np.repeat(np.arange(200, dtype=np.int32), 7)
    places = np.tile(np.arange(7, dtype=np.uint64) * np.uint64(1 << DOCUMENT_AT), 200)
    places += np.arange(1400, dtype=np.uint64)
    ((_, whole),) = pages.write(names, ranks, places)
    Page(whole)
    for damaged in (b"", whole[:20], whole[:-1], whole + b"x", whole[:60] + b"\xff" + whole[61:]):
        with pytest.raises(ValueError, match="page"):
            Page(damaged)
    changed = bytearray(whole)
    gaps = pages._HEAD.size + pages._HEAD.unpack_from(whole)[2]
    changed[gaps] = 0xFF if whole[gaps] != 0xFF else 0
    with pytest.raises(ValueError, match="run of numbers"):
        Page(bytes(changed)).places(np.arange(200))
