"""The shipped machine-read evidence is what the extractor reads in the real reports now.

Fails when a rule of the extraction changed without a rebuild:
``python tools/build_machine.py SHARED/data`` mends it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tools import build_machine

from sinteza.model.study import Study

SHIPPED = build_machine.OUT / "machine.jsonl"


def test_a_rebuild_gives_what_is_shipped(shared: Path) -> None:
    now = list(build_machine.lines(shared))
    shipped = SHIPPED.read_bytes().splitlines(keepends=True)
    differing = [pair for pair in zip(now, shipped, strict=False) if pair[0] != pair[1]]
    assert differing[:2] == []
    assert len(now) == len(shipped)


def test_every_value_is_marked_as_read_by_a_machine() -> None:
    decoder = msgspec.json.Decoder(Study)
    studies = [decoder.decode(line) for line in SHIPPED.read_bytes().splitlines()]
    assert all(item.by_machine for item in studies)
    results = [result for item in studies for result in item.results]
    assert results
    assert {result.actor for result in results} == {f"model:{studies[0].read_by}"}
    assert all(result.quote is not None and result.quote.digest for result in results)


@pytest.mark.parametrize("word", [b"Patients were", b"randomized to", b"seizure frequency was"])
def test_no_sentence_is_shipped(word: bytes) -> None:
    assert word not in SHIPPED.read_bytes()
