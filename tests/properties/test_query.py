"""Whatever is typed: a tree that prints and parses back, or a clear refusal."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.errors import QueryError
from sinteza.query.ovid import parse_ovid, to_ovid
from sinteza.query.syntax import Query, from_json, parse, to_json, to_pubmed, walk

_WORDS = (
    "epilepsy drug-resistant vaccin* col* the and not or XOR adj3 2015 17170002 wom?n ăîșț "
    "therapy/dh hasabstract PMC12 a,b last 2015:2016 2015/01/31 x: :y & | #1 AND OR NOT"
)
WORDS = st.sampled_from(_WORDS.split())
_TAGS = (
    "ti|Title/Abstract|mh|mh:noexp|majr|sh|pt|au|ta|la|dp|crdt|pmid|sb|filter|all|tiab:~2|rn|nope"
)
TAGS = st.sampled_from(["", *(f"[{tag}]" for tag in _TAGS.split("|"))])
RUNS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
TERMS = st.tuples(RUNS, st.booleans(), TAGS).map(
    lambda term: (f'"{term[0]}"' if term[1] else term[0]) + term[2]
)
OPERATORS = st.sampled_from([" AND ", " OR ", " NOT ", " ", " : "])
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.tuples(inner, OPERATORS, inner, st.booleans()).map(
        lambda made: f"({made[0]}{made[1]}{made[2]})" if made[3] else "".join(made[:3])
    ),
    max_leaves=8,
)


def read(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


def round_trip(text: str) -> None:
    query = read(text)
    if isinstance(query, QueryError):
        assert query.code is not None
        assert query.position is not None
        assert 0 <= query.position <= len(text)
        return
    assert parse(to_pubmed(query.root)).root == query.root
    assert parse(to_pubmed(query.root, short=True)).root == query.root
    assert from_json(to_json(query.root)) == query.root
    for note in query.notes:
        assert 0 <= note.start < note.end <= len(text)


@given(QUERIES)
@settings(max_examples=600)
def test_parse_print_parse(text: str) -> None:
    round_trip(text)


@given(st.text(alphabet='ab1*"()[]:/#&|-,. ANDORTtibmh~“”éș\u00a0', max_size=40))
@settings(max_examples=600)
def test_any_text_is_read_or_refused(text: str) -> None:
    round_trip(text)


@given(QUERIES)
@settings(max_examples=300)
def test_walk_sees_every_node_once(text: str) -> None:
    query = read(text)
    if isinstance(query, QueryError):
        return
    nodes = list(walk(query.root))
    assert nodes[0] is query.root
    assert len(nodes) == to_json(query.root).count(b'"node":')


OVID_WORDS = st.sampled_from(
    ["epilepsy", "seizure$", "tumo?r", "drug resistan*", '"quality of life"', "random:", "flu$"]
)
OVID_TERMS = st.one_of(
    st.tuples(OVID_WORDS, st.sampled_from([".ti.", ".ti,ab.", ".tw", ".mp.", ".ab.", ""])).map(
        "".join
    ),
    st.sampled_from(["exp Epilepsy/", "*Epilepsy/dt,su", "placebo.pt.", "drug therapy.fs.", "1"]),
)
OVID = st.recursive(
    OVID_TERMS,
    lambda inner: st.tuples(
        inner, st.sampled_from([" and ", " or ", " not ", " adj3 "]), inner, st.booleans()
    ).map(lambda made: f"({made[0]}{made[1]}{made[2]})" if made[3] else "".join(made[:3])),
    max_leaves=6,
)


@given(st.lists(OVID, min_size=1, max_size=3))
@settings(max_examples=400)
def test_ovid_becomes_a_query_pubmed_reads(lines: list[str]) -> None:
    text = "\n".join(f"{at}. {line}" for at, line in enumerate(lines, 1))
    try:
        query = parse_ovid(text)
    except QueryError as error:
        refused = error
    else:
        assert parse(to_pubmed(query.root, short=True)).root == query.root
        return
    assert refused.code is not None
    assert refused.position is not None
    assert 0 <= refused.position <= len(text)


@given(QUERIES)
@settings(max_examples=400)
def test_what_is_written_for_ovid_is_read_and_written_the_same(text: str) -> None:
    query = read(text)
    if isinstance(query, QueryError):
        return
    try:
        written, _ = to_ovid(query.root)
    except QueryError as error:
        assert error.code == "E-NO-EQUAL"  # noqa: PT017 - what is written is tested below
        return
    again = to_ovid(parse_ovid(written).root)[0]
    assert re.sub(r"[()]", "", again) == re.sub(r"[()]", "", written)
