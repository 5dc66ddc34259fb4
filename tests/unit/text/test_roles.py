import numpy as np
import pytest

from sinteza.text.roles import PLACES, ROLES, RoleModel, features, load, place
from sinteza.train import roles as train

ABSTRACT = [
    "Epilepsy often resists drugs, and we aimed to compare two of them.",
    "Adults were randomized to lamotrigine or placebo for 12 weeks.",
    "The responder rate was 40% (95% CI 30-50) against 20% (p = 0.01).",
    "Lamotrigine is effective and should be considered.",
]


def test_the_shipped_model_knows_a_plain_abstract() -> None:
    assert load().predict(ABSTRACT) == list(ROLES)


def test_no_sentence_no_role_and_an_empty_sentence_has_one() -> None:
    assert load().predict([]) == []
    assert load().predict([""])[0] in ROLES
    assert len(load().predict(["x"] * 1001)) == 1001


@pytest.mark.parametrize("count", [1, 2, 7, 40, 400])
def test_places_lie_in_the_table(count: int) -> None:
    spots = [spot for index in range(count) for spot in place(index, count)]
    assert min(spots) >= 0
    assert max(spots) < PLACES


def test_what_stands_before_and_after_is_the_neighbor() -> None:
    first, second = features(["alpha beta", "gamma"])
    assert len(first[1]) == 0
    assert len(first[2]) == len(features(["gamma"])[0][0]) - 3  # words without pairs and firsts
    assert len(second[1]) == 2


def test_expected_counts_are_the_sums_over_every_path() -> None:
    random = np.random.default_rng(1)
    scores, start, steps = (
        random.normal(size=(3, 4)),
        random.normal(size=4),
        random.normal(size=(4, 4)),
    )
    chance, pairs = np.zeros((3, 4)), np.zeros((4, 4))
    total = 0.0
    for a, b, c in np.ndindex(4, 4, 4):
        weight = np.exp(
            start[a] + scores[0, a] + steps[a, b] + scores[1, b] + steps[b, c] + scores[2, c]
        )
        total += weight
        for i, role in enumerate((a, b, c)):
            chance[i, role] += weight
        pairs[a, b] += weight
        pairs[b, c] += weight
    found, found_pairs = train._expected(scores, start, steps)
    assert found == pytest.approx(chance / total)
    assert found_pairs == pytest.approx(pairs / total)


def test_training_is_reproducible_and_learns() -> None:
    abstracts = [list(enumerate(ABSTRACT))] * 8
    one, two = train.fit(abstracts), train.fit(abstracts)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert train.accuracy(RoleModel(one), abstracts) == 1.0
