"""Two stages and two reviewers: what holds, what waits, and a flow that adds up."""

from __future__ import annotations

from pathlib import Path

from sinteza.model.decision import Actor, Decision, Verdict
from sinteza.model.event import ScreeningDecided
from sinteza.review.review import Review
from sinteza.review.run import publish, run, window_of

AT = "2026-01-01T00:00:00Z"


def say(review: Review, who: str, cluster: str, verdict: Verdict, reason: str = "") -> None:
    actor = Actor(kind="person", name=who)
    decision = Decision(
        cluster=cluster, stage="full_text", verdict=verdict, actor=actor, reason=reason
    )
    review.store.append(actor, AT, [(cluster, ScreeningDecided(decision=decision))])


def test_full_reports_are_counted_apart(tmp_path: Path) -> None:
    first = run("dre", tmp_path / "r", at=AT)
    with Review(tmp_path / "r", at=AT) as review:
        names = first.flow.included.clusters
        for who in ("Ana", "Ion"):
            say(review, who, names[0], "include")
            say(review, who, names[1], "exclude", "resistance")
        say(review, "Ana", names[2], "include")  # the second reviewer has not decided
        say(review, "Ana", names[3], "include")
        say(review, "Ion", names[3], "exclude", "resistance")  # a conflict
        flow = review.flow()
        assert flow.problems() == []
        assert flow.included.clusters == (names[0],)
        assert flow.assessed is not None
        assert set(flow.assessed.clusters) == {names[0], names[1]}
        assert {reason: box.clusters for reason, box in flow.full_reasons.items()} == {
            "resistance": (names[1],)
        }
        assert set(flow.undecided.clusters) == set(names[2:])
        assert flow.excluded.count == first.flow.excluded.count
        done = publish(review, window_of(review.loaded.protocol.windows, "seed-2015"))
    assert done.number == 2
    page = (tmp_path / "r/edition/ro/index.html").read_text("utf-8")
    assert "Rapoarte evaluate integral" in page
