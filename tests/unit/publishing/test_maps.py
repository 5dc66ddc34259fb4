"""Evidence maps count what is there, upward along the taxonomy, therapies only to therapies."""

from __future__ import annotations

from typing import Any

from sinteza.model.decision import Actor, Assignment
from sinteza.model.protocol import Bilingual, EvidenceMap
from sinteza.publishing.tables import difference, evidence_map

ABOVE = {"gaba": ("target",), "lev": ("drug", "target"), "drug": (), "target": ()}
KIND = {"lev": "therapy", "drug": "therapy"}


def found(concept: str, **more: Any) -> Assignment:
    actor = Actor(kind="rule", name="taxonomy")
    return Assignment(cluster="", concept=concept, actor=actor, field="title", **more)


def counted(rows: tuple[str, ...], **entries: tuple[Assignment, ...]) -> dict[Any, Any]:
    plan = EvidenceMap(id="m", label=Bilingual(en="m", ro="m"), rows=rows, columns=("drug", "lev"))
    got = evidence_map(
        plan,
        entries,
        ancestors=lambda name: ABOVE.get(name, ()),
        children=lambda name: [n for n, above in ABOVE.items() if name in above],
        kind=lambda name: KIND.get(name, "hypothesis"),
    )
    assert len(got.cells) == len(got.rows) * len(got.columns)
    return {(cell.row, cell.column): (cell.records, cell.about) for cell in got.cells}


def test_an_entry_counts_for_what_is_above_its_concepts() -> None:
    got = counted(("target",), a=(found("gaba"), found("lev")), b=(found("lev"),))
    # b names a therapy only: that does not make it a test of the hypothesis above the therapy
    assert got[("target", "drug")] == (("a",), 0)
    assert got[("target", "lev")] == (("a",), 0)


def test_denied_mentions_do_not_count_and_studied_ones_are_told() -> None:
    denied = (found("gaba", polarity="absent"), found("lev"))
    studied = (found("gaba", about=True), found("lev", about=True))
    half = (found("gaba"), found("lev", about=True))
    got = counted(("target",), a=denied, b=studied, c=half)
    assert got[("target", "lev")] == (("b", "c"), 1)


def test_a_star_stands_for_what_is_below_and_empty_cells_are_kept() -> None:
    got = counted(("target/*", "target"), a=(found("gaba"), found("lev")))
    assert set(got) == {
        (row, column) for row in ("gaba", "lev", "target") for column in ("drug", "lev")
    }
    assert counted(("target",))[("target", "drug")] == ((), 0)


def test_the_difference_of_two_windows() -> None:
    got = difference("x", "y", {"x": ("a", "c", "b"), "y": ("d", "b")})
    assert (got.only_first, got.only_second, got.both) == (("a", "c"), ("d",), 1)
