"""Figures that count people, and those that do not."""

import pytest

from sinteza.extraction.counts import Sentence


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("We enrolled 48 patients aged 18 to 65 years over 12 weeks at 9 sites.", [48]),
        ("In trials 301, 302 and 303, 1,240 subjects took part.", [1240]),
        ("Two hundred and twelve outpatients entered; 190 completed.", [212, 190]),
        ("One thousand, one hundred and six adults were treated.", [1106]),
        ("Between May 2011 and June 2014, 77 children were randomized.", [77]),
        ("Of 96 adults (50 men, 46 women), 90 were evaluable.", [96, 90]),
        ("A drug (n = 31) or placebo ( n= 29) was given.", [31, 29]),
        ("In all, 120/121 randomized patients received 24-week treatment.", [121]),
        ("Six randomized trials in patients with epilepsy were read.", []),
        ("Of the remaining 84, half received placebo.", [84]),
        ("The effect of 13 patient factors on 8 scales was studied.", []),
    ],
)
def test_counts_of_people(text: str, counted: list[int]) -> None:
    assert [count.n for count in Sentence(text).counts() if count.form] == counted


def test_a_number_is_told_by_what_follows_it_first() -> None:
    sentence = Sentence("Of 90 screened patients, 60 (67%) entered the double-blind phase.")
    of_90, of_60 = (sentence.said(count) for count in sentence.counts() if count.form)
    assert {"then screened", "after of"} <= of_90
    assert {"then entered", "blind entered near", "share"} <= of_60
    assert "entered near" not in of_90


def test_what_is_said_before_a_study_is_not_said_of_its_people() -> None:
    sentence = Sentence("Nine patients did not complete the study of 70 patients.")
    said = sentence.said(sentence.counts()[1])
    assert "after study" in said
    assert "completed before" not in said
