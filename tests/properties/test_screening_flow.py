"""Whatever is decided, the flow accounts for every record, and says so when it does not."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sinteza.model.decision import Actor, Decision
from sinteza.model.flow import SourceCount
from sinteza.model.record import Cluster
from sinteza.screening.flow import count, settle

ACTORS = st.sampled_from(
    [
        Actor(kind="person", name="Ana"),
        Actor(kind="person", name="Bob"),
        Actor(kind="rule", name="protocol"),
        Actor(kind="model", name="ranker"),
    ]
)


def decisions(name: str) -> st.SearchStrategy[list[Decision]]:
    return st.lists(
        st.builds(
            Decision,
            cluster=st.just(name),
            stage=st.just("title_abstract"),
            verdict=st.sampled_from(["include", "exclude", "maybe"]),
            actor=ACTORS,
            reason=st.sampled_from(["", "window", "terms"]),
        ),
        max_size=4,
    )


@st.composite
def reviews(draw: Any) -> tuple[list[SourceCount], list[Cluster], dict[str, Decision | None]]:
    sizes = draw(st.lists(st.integers(1, 4), max_size=12))
    clusters, held, serial = [], {}, 0
    for number, size in enumerate(sizes):
        members = tuple(f"r:{serial + i}" for i in range(size))
        serial += size
        name = f"k{number}"
        clusters.append(Cluster(id=name, members=members, representative=members[0]))
        made = draw(decisions(name))
        resolution = made.pop() if made and draw(st.booleans()) else None
        held[name] = settle(made, resolution, reviewers=draw(st.integers(1, 2)))
    cuts = sorted(draw(st.lists(st.integers(0, serial), max_size=3)))
    sources = []
    for number, (low, high) in enumerate(zip([0, *cuts], [*cuts, serial], strict=True)):
        known = draw(st.integers(0, 5))
        sources.append(
            SourceCount(source="s", name=f"f{number}", read=high - low + known, known=known)
        )
    return sources, clusters, held


@given(reviews())
def test_the_flow_always_reconciles(review: Any) -> None:
    sources, clusters, held = review
    flow = count(sources, clusters, held)
    assert flow.problems() == []
    boxes = (flow.included, flow.excluded, flow.undecided)
    listed = [name for box in boxes for name in box.clusters]
    assert sorted(listed) == sorted(cluster.id for cluster in clusters)
    assert all(box.count == len(box.clusters) for box in (*boxes, *flow.reasons.values()))
    by_reason = sorted(name for box in flow.reasons.values() for name in box.clusters)
    assert by_reason == sorted(flow.excluded.clusters)
    assert flow.excluded_by_rule + flow.excluded_by_person == flow.excluded.count
    for name in flow.included.clusters:
        decision = held[name]
        assert decision is not None
        assert decision.verdict == "include"
    assert "" not in flow.reasons


@given(reviews())
def test_a_record_that_is_lost_or_doubled_is_noticed(review: Any) -> None:
    sources, clusters, held = review
    flow = count(sources, clusters, held)
    lost = msgspec.structs.replace(flow, identified=flow.identified + 1)
    assert "identified" in lost.problems()[0]
    if flow.included.count:
        gone = msgspec.structs.replace(
            flow, included=msgspec.structs.replace(flow.included, count=flow.included.count - 1)
        )
        assert "screened" in gone.problems()[0]
    if flow.reasons:
        name = next(iter(flow.reasons))
        fewer = {reason: box for reason, box in flow.reasons.items() if reason != name}
        assert msgspec.structs.replace(flow, reasons=fewer).problems()


def said(verdict: Any, name: str, kind: Any = "person") -> Decision:
    return Decision(
        cluster="c", stage="title_abstract", verdict=verdict, actor=Actor(kind=kind, name=name)
    )


def test_whose_decision_holds() -> None:
    rule, yes, no = said("include", "p", "rule"), said("include", "Ana"), said("exclude", "Bob")
    assert settle([]) is None
    assert settle([rule]) == rule
    assert settle([rule, no]) == no
    assert settle([no, rule]) == no
    assert settle([yes, no]) is None
    assert settle([yes], reviewers=2) is None
    assert settle([yes, said("include", "Bob")], reviewers=2) == yes
    assert settle([yes, no], said("exclude", "Chief")) == said("exclude", "Chief")
    # one person who read two records that were merged is still one person
    assert settle([yes, said("include", "Ana")], reviewers=2) is None
