"""Bytes that no program wrote: every reader ends with records or with an error of ours."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.errors import SintezaError
from sinteza.formats import registry
from sinteza.query.strategy import parse_strategy
from sinteza.query.syntax import Query, parse

NAMES = sorted(registry.formats())
CRUMBS = st.sampled_from(
    [
        "PMID- 1\n",
        "TI  - ",
        "TY  - JOUR\n",
        "ER  - \n",
        "@article{a,",
        "title = {",
        "}",
        '{"title":',
        "[",
        "]",
        "<PubmedArticleSet>",
        "<PubmedArticle>",
        "</a>",
        "<article>",
        "title,abstract\n",
        '"',
        "\t",
        "\x00",
        "\ufeff",
        "\u200f\u05d0",
        "FN ISI\nPT J\n",
        "&#x0;",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    ]
)
KEYS = [
    "title",
    "author",
    "issued",
    "DOI",
    "date-parts",
    "family",
    "custom",
    "page",
    "items",
    "Study",
    "studies",
    "protocolSection",
    "identificationModule",
    "nctId",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "title",
                    "author",
                    "issued",
                    "DOI",
                    "date-parts",
                    "family",
                    "custom",
                    "Study",
                    "protocolSection",
                    "identificationModule",
                    "nctId",
                    "studies",
                    "items",
                    "page",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def swallow(name: str, data: bytes) -> None:
    with contextlib.suppress(SintezaError):
        for record in registry.named(name).read(io.BytesIO(data)):
            assert record.id


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40)
@given(st.binary(max_size=80) | st.lists(CRUMBS | st.text(max_size=5), max_size=12).map("".join))
def test_any_bytes(name: str, data: bytes | str) -> None:
    swallow(name, data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)


@pytest.mark.parametrize("name", ["csl-json", "clinicaltrials-gov"])
@settings(max_examples=150)
@given(JSON)
def test_json_of_any_shape(name: str, value: object) -> None:
    swallow(name, json.dumps(value).encode())
    swallow(name, json.dumps([{"title": "t", "author": value, "issued": value}]).encode())


@settings(max_examples=150)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["(", ")", " AND ", " OR ", "NOT ", "[ti]", '"', "a*", "#1", "\n", ":", "é"]
        ),
        max_size=25,
    ).map("".join)
)
def test_any_query(text: str) -> None:
    for reader in (parse, parse_strategy):
        with contextlib.suppress(SintezaError):
            assert isinstance(reader(text), Query)
