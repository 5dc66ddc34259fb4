"""Several reviewers: blindness, conflicts, undo, queues."""

import pytest

from sinteza.errors import SintezaError
from sinteza.model.decision import Actor, Decision, Stage, Verdict
from sinteza.model.event import Payload, ScreeningDecided
from sinteza.model.protocol import Bilingual, Criterion, ScreeningPlan
from sinteza.screening import reviewing

ANA, BOB, EVA = (Actor(kind="person", name=name) for name in ("Ana", "Bob", "Eva"))
RULE = Actor(kind="rule", name="protocol", version="1")
DOUBLE = ScreeningPlan(reviewers=2, blind=True)
SINGLE = ScreeningPlan(reviewers=1)
TA: Stage = "title_abstract"


def says(
    actor: Actor, cluster: str, verdict: Verdict, stage: Stage = TA, reason: str = ""
) -> ScreeningDecided:
    return ScreeningDecided(
        decision=Decision(cluster=cluster, stage=stage, verdict=verdict, actor=actor, reason=reason)
    )


def test_the_other_is_hidden_until_both_have_decided() -> None:
    state = reviewing.replay([says(ANA, "a", "include")])
    assert reviewing.visible(state, "a", TA, BOB, DOUBLE) == []
    assert [one.actor for one in reviewing.visible(state, "a", TA, ANA, DOUBLE)] == [ANA]
    assert reviewing.standing(state, "a", TA, DOUBLE) == "waiting"
    state = reviewing.replay([says(ANA, "a", "include"), says(BOB, "a", "exclude")])
    assert [one.actor for one in reviewing.visible(state, "a", TA, BOB, DOUBLE)] == [ANA, BOB]
    assert reviewing.standing(state, "a", TA, DOUBLE) == "conflict"


def test_a_conflict_is_settled_by_a_third_or_together_and_the_originals_stay() -> None:
    log: list[Payload] = [says(ANA, "a", "include"), says(BOB, "a", "exclude")]
    state = reviewing.replay(log)
    [[first, second]] = reviewing.conflicts(state, TA, DOUBLE)
    assert {first.actor, second.actor} == {ANA, BOB}
    alone = Decision(cluster="a", stage=TA, verdict="include", actor=ANA)
    with pytest.raises(SintezaError, match="one of those who differ"):
        reviewing.resolve(state, alone, DOUBLE)
    for who in (EVA, reviewing.consensus([BOB, ANA])):
        settled = Decision(cluster="a", stage=TA, verdict="include", actor=who)
        after = reviewing.replay([*log, reviewing.resolve(state, settled, DOUBLE)])
        assert reviewing.standing(after, "a", TA, DOUBLE) == "resolved"
        assert reviewing.settled(after, "a", TA, DOUBLE) == "include"
        assert len(after.people["a", TA]) == 2
        assert reviewing.conflicts(after, TA, DOUBLE) == []
    with pytest.raises(SintezaError, match="no conflict"):
        reviewing.resolve(reviewing.replay(log[:1]), settled, DOUBLE)


def test_undo_goes_back_as_far_as_one_likes_and_touches_nobody_else() -> None:
    log: list[Payload] = [
        says(ANA, "a", "include"),
        says(BOB, "a", "exclude"),
        says(ANA, "b", "exclude"),
        says(ANA, "a", "exclude"),
    ]
    undone = []
    while (event := reviewing.undo(log, ANA)) is not None:
        undone.append(event.cluster)
        log.append(event)
    assert undone == ["a", "b"]
    state = reviewing.replay(log)
    assert list(state.people) == [("a", TA)]
    assert list(state.people["a", TA]) == [BOB.key]
    assert reviewing.undo([], ANA) is None


def test_a_changed_mind_replaces_only_ones_own() -> None:
    state = reviewing.replay(
        [says(ANA, "a", "include"), says(BOB, "a", "include"), says(ANA, "a", "maybe")]
    )
    said = {key: one.verdict for key, one in state.people["a", TA].items()}
    assert said == {ANA.key: "maybe", BOB.key: "include"}


def test_queues_leave_out_what_is_done() -> None:
    log: list[Payload] = [
        says(ANA, "a", "include"),
        says(RULE, "b", "exclude"),
        says(RULE, "c", "include"),
        says(ANA, "d", "include"),
        says(BOB, "d", "include"),
    ]
    state = reviewing.replay(log)
    everything = ["a", "b", "c", "d", "e"]
    assert reviewing.queue(state, everything, TA, ANA, DOUBLE) == ["c", "e"]
    assert reviewing.queue(state, everything, TA, BOB, DOUBLE) == ["a", "c", "e"]
    assert reviewing.queue(state, everything, TA, EVA, DOUBLE) == ["a", "c", "e"]
    assert reviewing.queue(state, everything, TA, ANA, SINGLE, ruled_out=True) == ["b", "c", "e"]
    # full text: what both let through, or a rule did where nobody decided
    assert reviewing.queue(state, everything, "full_text", EVA, DOUBLE) == ["c", "d"]


def test_decisions_follow_a_record_into_its_family() -> None:
    state = reviewing.replay([says(ANA, "old", "include")], home={"old": "new"})
    assert reviewing.settled(state, "new", TA, SINGLE) == "include"


def test_reasons_are_those_of_the_protocol_and_needed_at_full_text() -> None:
    text = Bilingual(en="x", ro="x")
    criteria = [Criterion(id="design", label=text, text=text, reason=text)]
    good = says(ANA, "a", "exclude", "full_text", "design").decision
    reviewing.check(good, criteria)
    reviewing.check(says(ANA, "a", "exclude").decision, criteria)
    with pytest.raises(SintezaError, match="needs a reason"):
        reviewing.check(says(ANA, "a", "exclude", "full_text").decision, criteria)
    with pytest.raises(SintezaError, match="no criterion"):
        reviewing.check(says(ANA, "a", "exclude", TA, "desing").decision, criteria)


def test_the_ranking_of_a_blind_reviewer_learns_nothing_of_the_other() -> None:
    log: list[Payload] = [
        says(ANA, "a", "include"),
        says(BOB, "b", "exclude"),
        says(ANA, "c", "include"),
        says(BOB, "c", "exclude"),
    ]
    state = reviewing.replay(log)
    assert reviewing.labels(state, TA, DOUBLE) == {"a": "include", "b": "exclude", "c": "maybe"}
    assert reviewing.labels(state, TA, DOUBLE, viewer=ANA) == {"a": "include", "c": "maybe"}


def test_progress_counts_what_people_have_to_read() -> None:
    log: list[Payload] = [
        says(RULE, "z", "exclude"),
        says(ANA, "b", "exclude"),
        says(ANA, "a", "include"),
        says(ANA, "c", "exclude"),
    ]
    found = reviewing.progress(reviewing.replay(log), list("abcdez"), TA, SINGLE)
    assert found.found == (False, True, False)
    assert (found.total, found.screened, found.included) == (5, 3, 1)


def test_agreement_is_per_stage_and_pair() -> None:
    log: list[Payload] = [says(who, "a", "include") for who in (ANA, BOB)]
    log += [says(ANA, "b", "include"), says(EVA, "b", "exclude")]
    together, pairs = reviewing.agreements(reviewing.replay(log), TA)
    assert together is not None
    assert together.records == 2
    assert [(one.reviewers, one.percent.value) for one in pairs] == [
        (("Ana", "Bob"), 1.0),
        (("Ana", "Eva"), 0.0),
    ]
    assert reviewing.agreements(reviewing.replay(log), "full_text") == (None, [])
