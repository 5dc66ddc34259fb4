"""What holds for every log, every order and every file."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sinteza.model.decision import Actor, Decision
from sinteza.model.event import Payload, ScreeningDecided, ScreeningWithdrawn
from sinteza.model.record import Record, Section
from sinteza.screening import reviewing
from sinteza.screening.ranking import sinteza
from sinteza.screening.simulate import Curve
from sinteza.screening.stopping import certify, first_stop

people = st.sampled_from(["Ana", "Bob", "Eva"]).map(lambda n: Actor(kind="person", name=n))
clusters = st.sampled_from("abcd")
stages = st.sampled_from(["title_abstract", "full_text"])
verdicts = st.sampled_from(["include", "exclude", "maybe"])


@st.composite
def events(draw: st.DrawFn) -> Payload:
    actor, cluster, stage = draw(people), draw(clusters), draw(stages)
    if draw(st.integers(0, 3)) == 0:
        return ScreeningWithdrawn(cluster=cluster, stage=stage, actor=actor)
    verdict = draw(verdicts)
    return ScreeningDecided(
        decision=Decision(cluster=cluster, stage=stage, verdict=verdict, actor=actor)
    )


logs = st.lists(events(), max_size=30)


def naive(log: list[Payload]) -> dict[tuple[str, str, str], str]:
    """The last word of each person on each cluster and stage."""
    last: dict[tuple[str, str, str], str] = {}
    for event in log:
        if isinstance(event, ScreeningDecided):
            one = event.decision
            last[one.cluster, one.stage, one.actor.key] = one.verdict
        elif isinstance(event, ScreeningWithdrawn):
            last.pop((event.cluster, event.stage, event.actor.key), None)
    return last


@given(logs)
def test_replay_is_the_last_word_of_each(log: list[Payload]) -> None:
    state = reviewing.replay(log)
    found = {
        (cluster, stage, key): one.verdict
        for (cluster, stage), given_ in state.people.items()
        for key, one in given_.items()
    }
    assert found == naive(log)


@given(logs, logs)
def test_replay_goes_on_where_it_stopped(first: list[Payload], second: list[Payload]) -> None:
    state = reviewing.replay(first)
    for event in second:
        reviewing.apply(state, event)
    assert state == reviewing.replay([*first, *second])


@given(logs, people)
def test_undo_ends_with_nothing_of_ones_own(log: list[Payload], actor: Actor) -> None:
    before = naive(log)
    log = list(log)
    for _ in range(len(log) + 1):
        event = reviewing.undo(log, actor)
        if event is None:
            break
        log.append(event)
    assert naive(log) == {place: v for place, v in before.items() if place[2] != actor.key}


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_loss_is_the_area_between_the_curves(found: list[bool]) -> None:
    # asreview's definition: (best - actual) / (best - worst) of the summed recall counts
    n, r = len(found), sum(found)
    counts = [sum(found[: i + 1]) for i in range(n)]
    best, worst = n * r - r * (r - 1) / 2, r * (r + 1) / 2
    expected = (best - sum(counts)) / (best - worst) if best > worst else 0.0
    assert abs(Curve(tuple(found)).loss - expected) < 1e-12


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_the_certificate_is_met_first_where_first_stop_says(found: list[bool]) -> None:
    by_hand = [n for n in range(len(found) + 1) if certify(found[:n], len(found)).met]
    assert first_stop(found) == by_hand[0]


letters = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"])
words = st.lists(letters, max_size=8)


@settings(max_examples=30)
@given(st.lists(words, min_size=2, max_size=12), st.randoms(use_true_random=False), st.data())
def test_the_order_does_not_depend_on_the_file(texts: list[list[str]], draw, data) -> None:  # type: ignore[no-untyped-def]
    records = [
        Record(id=f"x:{i}", source="x", source_id=str(i), abstract=(Section(text=" ".join(text)),))
        for i, text in enumerate(texts)
    ]
    known = data.draw(st.dictionaries(st.sampled_from([r.id for r in records]), verdicts))
    first = sinteza.prepare(records, terms=["alpha"], seed=1).order(known)
    draw.shuffle(records)
    again = sinteza.prepare(records, terms=["alpha"], seed=1)
    again.order({})
    assert again.order(known) == first
    assert sorted([*first, *known]) == sorted(record.id for record in records)
