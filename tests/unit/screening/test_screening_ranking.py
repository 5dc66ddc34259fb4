"""The ranking: its solver, its features, its order."""

import random
from pathlib import Path

import numpy as np
import pytest

from sinteza.errors import PluginError
from sinteza.model.record import MeshHeading, PublicationType, Record, Section
from sinteza.screening import svm
from sinteza.screening.features import Weights, extract
from sinteza.screening.kernel import Kernel
from sinteza.screening.ranking import elas_u4, last_training, ranker, sinteza


def record(name: str, title: str, abstract: str = "", **more: object) -> Record:
    sections = (Section(text=abstract),) if abstract else ()
    return Record(
        id=f"t:{name}",
        source="t",
        source_id=name,
        title=title,
        abstract=sections,
        **more,  # type: ignore[arg-type]
    )


THEMES = {
    "drug": "levetiracetam lamotrigine carbamazepine seizure epilepsy trial randomized placebo",
    "other": "asthma inhaler steroid lung spirometry children wheeze cohort",
}


def some(count: int = 60, seed: int = 3) -> list[Record]:
    draw = random.Random(seed)
    found = []
    for i in range(count):
        theme = "drug" if i % 4 == 0 else "other"
        words = draw.choices(THEMES[theme].split(), k=12) + draw.choices(
            ["study", "of", "the", "in"], k=4
        )
        found.append(record(f"{i:03d}", " ".join(words[:5]), " ".join(words)))
    return found


def test_the_solver_finds_the_optimum_of_its_problem() -> None:
    draw = np.random.default_rng(0)
    rows = draw.standard_normal((40, 6))
    kernel = (rows @ rows.T + 1).astype(np.float32)
    y = np.where(rows[:, 0] + 0.5 * draw.standard_normal(40) > 0, 1.0, -1.0)
    cost = np.full(40, 0.7)
    beta, inside = svm.fit(kernel, y, cost)
    scores = kernel.astype(float) @ beta
    # stationarity: beta = 2 c (y - f) inside the margin, zero outside
    expected = np.where(y * scores < 1, 2 * cost * (y - scores), 0.0)
    assert np.abs(beta - expected).max() < 1e-3
    assert np.array_equal(inside, y * scores < 1)


def test_both_paths_of_the_kernel_agree() -> None:
    features = extract(
        some(),
        terms=["epilepsy", "randomized placebo"],
        weights=Weights(
            pairs=0.5, words=0.5, titles=0.2, headings=0.2, themes=0.3, bare=0.2, protocol=0.2
        ),
    )
    thick, thin = Kernel(features), Kernel(features, dense=0)
    rows = np.array([5, 60, 7, 2, 30])
    assert np.abs(thick.choose(rows) - thin.choose(rows)).max() < 1e-5
    values = np.array([0.5, 1.0, -0.2, 0.3, -1.0])
    assert np.abs(thick.scores(values) - thin.scores(values)).max() < 1e-5
    # rows added one after the other give what rows given at once do
    step = Kernel(features)
    for end in range(1, 6):
        found = step.choose(rows[:end])
    assert np.array_equal(found, thick.choose(rows))


def test_decisions_bring_their_like_to_the_top() -> None:
    ranking = sinteza.prepare(some())
    order = ranking.order({"t:000": "include", "t:001": "exclude"})
    assert "t:000" not in order
    assert {int(name[2:]) % 4 for name in order[:14]} == {0}


def test_the_protocol_alone_brings_an_order() -> None:
    records = some()
    ranking = sinteza.prepare(records, terms=["epilepsy", "seizure", "lamotrigine"])
    order = ranking.order({})
    assert len(order) == 60
    assert {int(name[2:]) % 4 for name in order[:15]} == {0}
    # without terms and decisions nothing is known: the order is that of the ids
    assert sinteza.prepare(records).order({}) == sorted(one.id for one in records)


def test_the_order_does_not_depend_on_the_file_or_on_earlier_questions() -> None:
    records = some()
    verdicts = {"t:004": "include", "t:003": "exclude", "t:009": "maybe"}
    first = sinteza.prepare(records, terms=["epilepsy"], seed=4).order(verdicts)
    shuffled = random.Random(1).sample(records, len(records))
    other = sinteza.prepare(shuffled, terms=["epilepsy"], seed=4)
    other.order({"t:050": "include", "t:051": "exclude"})
    other.order({"t:004": "include"})
    assert other.order(verdicts) == first


def test_headings_and_publication_types_count() -> None:
    records = [
        record(
            f"{i:02d}",
            "A study",
            mesh=(MeshHeading(name="Epilepsy" if i % 2 else "Asthma"),),
            publication_types=(PublicationType(name="Journal Article"),),
        )
        for i in range(10)
    ]
    order = sinteza.prepare(records).order({"t:01": "include", "t:00": "exclude"})
    assert order[:4] == ["t:03", "t:05", "t:07", "t:09"]


def test_the_reasons_of_a_rank_add_up_to_its_score() -> None:
    ranking = sinteza.prepare(some(), terms=["epilepsy"])
    top = ranking.order({"t:000": "include", "t:001": "exclude"})[0]
    terms = ranking.explain(top, most=10_000)
    assert terms[0].weight > 0
    assert ranking._fitted is not None
    score = ranking.kernel.scores(ranking._fitted)[ranking.rows[top]]
    assert sum(term.weight for term in terms) + ranking._fitted.sum() == pytest.approx(
        score, abs=2e-3
    )
    assert any(term.term in THEMES["drug"].split() for term in terms[:5])


def test_nothing_to_explain_before_an_order() -> None:
    ranking = sinteza.prepare(some())
    assert ranking.explain("t:000") == []


@pytest.mark.parametrize("model", [sinteza, elas_u4])
def test_odd_collections_are_ranked(model: type) -> None:
    one = [record("1", "Only")]
    assert ranker(model.name).prepare(one).order({}) == ["t:1"]
    assert ranker(model.name).prepare([]).order({}) == []
    empty = [record(str(i), "") for i in range(5)]
    assert len(ranker(model.name).prepare(empty).order({"t:0": "include", "t:1": "exclude"})) == 3
    mixed = [*some(20), record("x", "", ""), record("ro", "Epilepsie rezistentă la medicamente")]
    mixed.append(record("zh", "耐药性癫痫的治疗"))
    order = ranker(model.name).prepare(mixed).order({"t:000": "include", "t:001": "exclude"})
    assert len(order) == 21


def test_verdicts_on_records_of_elsewhere_are_passed_over() -> None:
    ranking = sinteza.prepare(some(10))
    assert len(ranking.order({"t:000": "include", "gone": "exclude", "t:001": "exclude"})) == 8


def test_the_schedule_learns_after_each_at_first_then_by_growth() -> None:
    assert [last_training(n, 0.05) for n in (0, 1, 20, 21, 22, 23)] == [0, 1, 20, 21, 21, 23]
    assert all(last_training(n, 0.0) == n for n in range(50))


def test_an_unknown_ranker_is_refused() -> None:
    with pytest.raises(PluginError, match="No extension 'elas'"):
        ranker("elas")


def test_a_real_set_is_ranked_from_its_words(shared: Path) -> None:
    import gzip

    from sinteza.screening.labeled import read_labeled
    from sinteza.screening.simulate import draw_priors, simulate

    path = shared / "screening" / "Cohen_2006_NSAIDS.jsonl.gz"
    with gzip.open(path) as stream:
        records, labels = read_labeled(stream)  # type: ignore[arg-type]
    assert len(records) == 393
    assert sum(labels.values()) == 41
    priors = draw_priors(labels, included=1, excluded=1, seed=1)
    done = simulate(records, labels, sinteza, priors=priors)
    assert sorted([*done.order, *done.priors]) == sorted(labels)
    assert done.curve.loss < 0.10
    assert done.curve.recall(0.1) > 0.5
