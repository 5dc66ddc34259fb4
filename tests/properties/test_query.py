"""Whatever is typed: a tree that prints and parses back, or a clear refusal."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.errors import QueryError
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
@settings(max_examples=1500)
def test_parse_print_parse(text: str) -> None:
    round_trip(text)


@given(st.text(alphabet='ab1*"()[]:/#&|-,. ANDORTtibmh~“”éș\u00a0', max_size=40))
@settings(max_examples=1500)
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
