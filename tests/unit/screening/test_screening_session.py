"""A sitting: the order follows from the log, whoever sits and whenever."""

from sinteza.model.decision import Actor
from sinteza.model.event import Payload
from sinteza.model.protocol import ScreeningPlan
from sinteza.screening.ranking import sinteza
from sinteza.screening.session import Session

from .test_screening_ranking import some

ANA, BOB = (Actor(kind="person", name=name) for name in ("Ana", "Bob"))
RECORDS = {record.id: record for record in some(48)}


def sitting(log: list[Payload], actor: Actor = ANA, *, reviewers: int = 1) -> Session:
    session = Session(
        RECORDS,
        log,
        actor=actor,
        stage="title_abstract",
        plan=ScreeningPlan(reviewers=reviewers, terms=("epilepsy", "seizure")),
        criteria=(),
        ranker=sinteza,
        append=lambda event: [event],
    )
    session._append = lambda event: log.append(event) or [event]  # type: ignore[func-returns-value]
    return session


def decide(session: Session) -> str:
    cluster = session.current()
    assert cluster is not None
    session.decide("include" if int(cluster[2:]) % 4 == 0 else "exclude")
    return cluster


def test_a_sitting_begun_anew_goes_on_with_the_same_card() -> None:
    log: list[Payload] = []
    through = sitting(log)
    for _ in range(30):
        expected = through.current()
        assert sitting(list(log)).current() == expected
        assert decide(through) == expected


def test_what_is_sought_comes_first() -> None:
    session = sitting([])
    read = [decide(session) for _ in range(14)]
    assert sum(int(name[2:]) % 4 == 0 for name in read) == 12


def test_everything_is_read_once_and_then_it_ends() -> None:
    session = sitting([])
    read = [decide(session) for _ in range(48)]
    assert sorted(read) == sorted(RECORDS)
    assert session.current() is None
    assert session.certificate().met
    assert session.progress().screened == 48
    assert session.undo() == read[-1]
    assert session.current() == read[-1]


def test_two_reviewers_see_every_record_and_not_each_other() -> None:
    log: list[Payload] = []
    ana = sitting(log, ANA, reviewers=2)
    first = [decide(ana) for _ in range(10)]
    bob = sitting(list(log), BOB, reviewers=2)
    assert bob.progress().screened == 0
    assert decide(bob) == first[0]


def test_the_other_persons_decisions_arrive_while_one_sits() -> None:
    log: list[Payload] = []
    ana, other = sitting(log), sitting([], BOB)
    taken = other.decide("include").cluster
    ana.receive(other._log)
    assert ana.current() != taken
    assert ana.progress().screened == 1


def test_earlier_inclusions_are_priors_for_an_update() -> None:
    old = {name: RECORDS[name] for name in list(RECORDS)[:24]}
    log: list[Payload] = []
    session = sitting(log)
    session.records = old
    for _ in range(24):
        decide(session)
    update = sitting(list(log))
    update.plan = ScreeningPlan(reviewers=1)
    read = [decide(update) for _ in range(7)]
    assert set(read) <= set(RECORDS) - set(old)
    assert sum(int(name[2:]) % 4 == 0 for name in read) == 6
