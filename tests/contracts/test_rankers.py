"""What every ranker keeps, built-in or installed."""

import random

import pytest

from sinteza.model.record import Record, Section
from sinteza.plugins import available
from sinteza.screening.ranking import BUILT_IN, Ranker, ranker

NAMES = sorted({*BUILT_IN, *available("sinteza.rankers")})


def collection() -> list[Record]:
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    draw = random.Random(2)
    return [
        Record(
            id=f"c:{i:02d}",
            source="c",
            source_id=str(i),
            title=" ".join(draw.choices(words, k=4)),
            abstract=(Section(text=" ".join(draw.choices(words, k=20))),),
        )
        for i in range(30)
    ]


@pytest.fixture(params=NAMES)
def model(request: pytest.FixtureRequest) -> Ranker:
    return ranker(request.param)


def test_it_says_its_name_and_schedule(model: Ranker) -> None:
    assert model.name in NAMES
    assert 0 <= model.growth < 1


def test_it_orders_what_is_undecided_and_repeats_itself(model: Ranker) -> None:
    records = collection()
    known = {"c:03": "include", "c:04": "exclude", "c:05": "maybe"}
    first = model.prepare(records, terms=["alpha"], seed=3).order(known)  # type: ignore[arg-type]
    assert sorted([*first, *known]) == [record.id for record in records]
    again = model.prepare(records[::-1], terms=["alpha"], seed=3)
    assert again.order(known) == first  # type: ignore[arg-type]


def test_it_bears_nothing_and_everything_decided(model: Ranker) -> None:
    records = collection()
    ranking = model.prepare(records)
    assert len(ranking.order({})) == 30
    assert ranking.order({record.id: "exclude" for record in records}) == []
    assert ranking.order({record.id: "include" for record in records[1:]}) == ["c:00"]


def test_it_says_why(model: Ranker) -> None:
    ranking = model.prepare(collection())
    top = ranking.order({"c:03": "include", "c:04": "exclude"})[0]
    reasons = ranking.explain(top, most=5)
    assert 0 < len(reasons) <= 5
    assert reasons == sorted(reasons, key=lambda term: -abs(term.weight))
