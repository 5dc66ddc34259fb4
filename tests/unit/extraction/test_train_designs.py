"""The trainer of the model of designs, on invented reports."""

from __future__ import annotations

import pytest

from sinteza.extraction.kinds import choose, cues, plain, weighed
from sinteza.train.designs import Report, fit, scores


def reports() -> list[Report]:
    """Forty reports: of those that assign nine in ten are trials, of the others one in ten."""
    made = []
    for number in range(40):
        assigned = number % 2 == 0
        trial = assigned != (number % 20 < 2)
        held = {"always", "text assigned"} if assigned else {"always"}
        kind = "rct_parallel" if trial else "review"
        made.append(Report(frozenset(held), kind, "invented"))
    return made


def test_a_cue_of_trials_weighs_for_them_and_less_with_a_penalty() -> None:
    free, held_back = (fit(reports(), penalty)["text assigned"] for penalty in (0.01, 5.0))
    assert free["rct_parallel"] > held_back["rct_parallel"] > 0 > held_back["review"]
    assert free["rct_parallel"] - free["review"] == pytest.approx(2 * 2.197, abs=0.15)


def test_the_same_reports_give_the_same_weights_and_the_likelier_design() -> None:
    weights = fit(reports())
    assert weights == fit(reports())
    assert choose({"always", "text assigned"}, weights)[0] == "rct_parallel"
    assert choose({"always"}, weights)[0] == "review"


def test_a_cue_that_only_tells_together_with_others_has_no_weight() -> None:
    assert not weighed("text placebo")
    extra = [Report(report.held | {"text placebo"}, report.kind, "x") for report in reports()]
    assert set(fit(extra)) == {"always", "text assigned"}


def test_the_scores_are_of_reports_left_out() -> None:
    found = scores(reports())
    assert found["accuracy_all"] == pytest.approx(0.9)
    assert found["accuracy_invented"] == found["accuracy_all"]


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Protocol of a trial of a drug", "", "protocol"),
        ("A drug: a crossover trial", "", "rct_crossover"),
        ("Costs of a drug", "Costs were counted.", "methodology"),
        ("A drug: pooled data of phase III trials", "", "posthoc_pooled_rct"),
        ("A drug in epilepsy", "In this extension study, adults went on.", "open_label_extension"),
        ("A drug in epilepsy", "Seizures were fewer.", None),
    ],
)
def test_what_is_said_plainly(title: str, text: str, kind: str | None) -> None:
    assert plain(cues(title, text, ())) == kind
