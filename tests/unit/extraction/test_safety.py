# ruff: noqa: E501 - a sentence of an abstract is read best on one line
"""Who left, who finished, whom it harmed and whose seizures came back: one invented sentence a class."""

from __future__ import annotations

import pytest

from tests.unit.extraction.test_classes import DRUG, PLACEBO, report, told

PREVENTION = "Prophylaxis with lotramacetam after craniotomy"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # each reason with its own count, in parentheses or before it
        (
            "Twenty-six patients discontinued lotramacetam due to lack of efficacy (n = 11), "
            "withdrawal by caregiver (n = 6), adverse events (n = 8), or death (n = 1).",
            {("WD", DRUG, 26), ("WDLOE", DRUG, 11), ("WDAE", DRUG, 8), ("DEATH", DRUG, 1)},
        ),
        (
            "In all 32 (26.7%) patients discontinued the trial at some time, most commonly due to adverse "
            "events (AEs; 9.2% with lotramacetam and 4.1% with placebo).",
            {("WDAE", DRUG, 9.2), ("WDAE", PLACEBO, 4.1), ("WD", "all", 26.7)},
        ),
        (
            "Fourteen patients withdrew, eight because of adverse events, four because of lack of "
            "efficacy and two were lost to follow-up.",
            {("WD", "all", 14), ("WDAE", "all", 8), ("WDLOE", "all", 4), ("LTFU", "all", 2)},
        ),
        (
            "Eight patients receiving lotramacetam withdrew prematurely, five of them due to adverse events.",
            {("WD", DRUG, 8), ("WDAE", DRUG, 5)},
        ),
        (
            "Of the 14 patients who withdrew, 8 did so because of adverse events.",
            {("WD", "all", 14), ("WDAE", "all", 8)},
        ),
        (
            "Lack of efficacy led to discontinuation in 4% of patients on lotramacetam.",
            {("WDLOE", DRUG, 4.0)},
        ),
        (
            "Eight patients on lotramacetam failed to complete the study because of adverse events.",
            {("WDAE", DRUG, 8)},
        ),
        # what harmed them, without the word "adverse"
        (
            "Two patients on lotramacetam developed ataxia and were withdrawn.",
            {("WDAE", DRUG, 2)},
        ),
        (
            "Marked drowsiness occurred in four patients on lotramacetam, causing their withdrawal.",
            {("WDAE", DRUG, 4)},
        ),
        (
            "One patient discontinued lotramacetam with a diffuse papular rash.",
            {("WDAE", DRUG, 1)},
        ),
        (
            "Five patients discontinued lotramacetam (three because of rash, two because of ataxia).",
            {("WD", DRUG, 5), ("WDAE", DRUG, 3), ("WDAE", DRUG, 2)},
        ),
        (
            "Fourteen patients dropped out: adverse events (8), lack of efficacy (4), and personal reasons (2).",
            {("WD", "all", 14), ("WDAE", "all", 8), ("WDLOE", "all", 4)},
        ),
        (
            "Lotramacetam was withdrawn in 5 patients on 300 mg and placebo in 2 because of adverse reactions.",
            {("WDAE", DRUG, 5), ("WDAE", PLACEBO, 2)},
        ),
        (
            "101 of the 120 patients (84%) completed the trial, with 10 withdrawals on lotramacetam and 9 on placebo.",
            {("COMP", "all", 84.0), ("WD", DRUG, 10), ("WD", PLACEBO, 9)},
        ),
        (
            "Ten (17%) lotramacetam patients had adverse events that were mild; five lotramacetam and two placebo patients withdrew.",
            {("AE", DRUG, 17.0), ("WD", DRUG, 5), ("WD", PLACEBO, 2)},
        ),
        (
            "During the open-label phase, 81.5% of patients experienced adverse events, 9.2% serious adverse "
            "events, and 6.1% discontinued owing to adverse events.",
            {("AE", "all", 81.5), ("SAE", "all", 9.2), ("WDAE", "all", 6.1)},
        ),
        (
            "Six lotramacetam patients had no significant improvement and discontinued.",
            {("WDLOE", DRUG, 6)},
        ),
        (
            "Somnolence was an adverse event of interest, but treatment-limiting adverse events were seen in 12% "
            "given lotramacetam compared with 5% given placebo.",
            {("WDAE", DRUG, 12.0), ("WDAE", PLACEBO, 5.0)},
        ),
        # failure by the report's own criteria
        (
            "Nineteen patients on placebo and 7 on lotramacetam met escape criteria.",
            {("FAIL", DRUG, 7), ("FAIL", PLACEBO, 19)},
        ),
        (
            "Treatment failure (exit from the study or a second seizure) was rarer with lotramacetam "
            "(38%) than with placebo (64%).",
            {("FAIL", DRUG, 38.0), ("FAIL", PLACEBO, 64.0)},
        ),
        # adverse events of a kind, where no others are told
        (
            "Mild side effects were seen in 44% on lotramacetam and 27% on placebo.",
            {("AEN", DRUG, 44.0), ("AEN", PLACEBO, 27.0)},
        ),
        (
            "Adverse events occurred in 52% on lotramacetam and 41% on placebo. Mild adverse events "
            "were seen in 44% on lotramacetam and 27% on placebo.",
            {("AE", DRUG, 52.0), ("AE", PLACEBO, 41.0)},
        ),
        # completers
        (
            "In the 41 patients who completed the study, sleep was better.",
            {("COMP", "all", 41)},
        ),
        ("Of 48 patients, 39 completed week 12.", {("COMP", "all", 39)}),
        (
            "Dizziness was frequent in patients completing the trial (n = 44).",
            {("COMP", "all", 44)},
        ),
        (
            "A total of 101 patients completed the study (lotramacetam 49; placebo 52).",
            {("COMP", "all", 101), ("COMP", DRUG, 49), ("COMP", PLACEBO, 52)},
        ),
        (
            "One hundred twenty patients were randomized and 101 completed the trial.",
            {("COMP", "all", 101)},
        ),
        (
            "Forty-nine (82%) patients on lotramacetam and 52 (87%) on placebo completed the double-blind phase.",
            {("COMP", DRUG, 82.0), ("COMP", PLACEBO, 87.0)},
        ),
        ("Of all, 88% of patients completed the study.", {("COMP", "all", 88.0)}),
        ("Eighty-eight percent of patients completed treatment.", {("COMP", "all", 88.0)}),
        # a list of single events ends with its parenthesis
        (
            "Adverse events occurred in 81.2% on lotramacetam (somnolence [21.5%] was the most frequent) "
            "and 64.3% on placebo.",
            {("AE", DRUG, 81.2), ("AE", PLACEBO, 64.3)},
        ),
        (
            "Twelve (20%) patients on lotramacetam reported adverse events, of which rash and fever were the most frequent.",
            {("AE", DRUG, 20.0)},
        ),
        (
            "Adverse events, such as mucositis or rash, were more common with treatment (lotramacetam 38/60, placebo 14/60).",
            {("AE", DRUG, 38), ("AE", PLACEBO, 14)},
        ),
        (
            "Onset of adverse events fell into the first two weeks in 61% (lotramacetam) and 54% (placebo).",
            {("AE", DRUG, 61.0), ("AE", PLACEBO, 54.0)},
        ),
        # in a trial of drugs taken together these are no list of events
        (
            "Discontinuations due to adverse events by the drugs most commonly used at entry were 15.3% with "
            "lotramacetam and 3.9% with placebo.",
            {("WDAE", DRUG, 15.3), ("WDAE", PLACEBO, 3.9)},
        ),
        ("One child was withdrawn because of a swollen spleen.", {("WDAE", "all", 1)}),
    ],
)
def test_who_left_and_who_was_harmed(
    text: str, expected: set[tuple[str, str, int | float | None]]
) -> None:
    assert told(report(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Eleven of 60 patients (18%) on lotramacetam and 20 of 60 (33%) on placebo had seizures.",
            {("RECUR", DRUG, 18.0), ("RECUR", PLACEBO, 33.0)},
        ),
        (
            "An early seizure was observed in 7 (12%) patients on lotramacetam versus 13 (22%) on placebo.",
            {("RECUR", DRUG, 12.0), ("RECUR", PLACEBO, 22.0)},
        ),
        (
            "The risk of late epilepsy was similar (11% with lotramacetam vs 14% with placebo).",
            {("RECUR", DRUG, 11.0), ("RECUR", PLACEBO, 14.0)},
        ),
        (
            "Forty of 60 (66.7%) patients on lotramacetam did not experience seizures.",
            {("SF", DRUG, 66.7)},
        ),
    ],
)
def test_seizures_that_were_to_be_prevented(
    text: str, expected: set[tuple[str, str, int | float | None]]
) -> None:
    assert told(report(text, title=PREVENTION)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Rates of adverse events were lower with lotramacetam (risk difference = -18%, p = 0.03).",
        "Two patients on lotramacetam were withdrawn before randomization.",
        "The 32 responders went on with lotramacetam (n = 17) or were to withdraw to placebo (n = 15).",
        "The scale was filled in by 46 patients, or earlier if withdrawn.",
        "Of 201 patients who completed the blinded trial, 199 (99%) entered the extension.",
        "Adverse effects on lotramacetam disappeared at lower doses in 12 of 21 cases.",
        "No adverse events were reported in 35 patients (58%) on lotramacetam.",
        "Adverse events considered possibly related were reported by 40% on lotramacetam.",
        "The time to meeting one of the exit criteria was longer on lotramacetam.",
        "The most common adverse events were fatigue and rash; five patients took lower doses.",
        "Of the events, 23 of 79 (29%) serious adverse events came late on lotramacetam.",
        "Three rashes were serious adverse events on lotramacetam (one patient each).",
        "By May, 278 patients had completed the original trial of lotramacetam.",
        "Adverse events were mild in 45%, moderate in 30% and severe in 6% of patients on lotramacetam.",
        "Of the adverse events on lotramacetam, 92% were mild or moderate.",
        "Dose reductions because of adverse events were needed in 20% on lotramacetam and 5% on placebo.",
        "Two patients on lotramacetam needed a hospital because of adverse events.",
        "Benzodiazepines were withdrawn in 12 patients on lotramacetam.",
        "Of 38 patients screened, 6 were withdrawn during baseline.",
        "The EEG was normal in 12 patients at completion of the study of lotramacetam.",
        "Compared with placebo, adverse events were 12% more frequent with lotramacetam.",
        "Dizziness leading to discontinuation was reported in 9% on lotramacetam and 3% on placebo.",
    ],
)
def test_what_is_no_result(text: str) -> None:
    found = told(report(text))
    assert not {item for item in found if item[0] in ("AE", "AEN", "WD", "WDAE", "COMP", "FAIL")}
