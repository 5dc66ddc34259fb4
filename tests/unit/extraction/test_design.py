from __future__ import annotations

import pytest

from sinteza.extraction.design import age_group, design, domain, drug_resistant, n_randomized

RCT = ("Randomized Controlled Trial",)


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("A drug in epilepsy", "Patients were randomized to the drug or placebo.", "rct_parallel"),
        (
            "A drug in epilepsy",
            "A double-blind, placebo-controlled crossover trial.",
            "rct_crossover",
        ),
        (
            "Long-term safety of a drug: an open-label extension study",
            "Patients who completed the double-blind trial entered this extension.",
            "open_label_extension",
        ),
        (
            "A drug in the elderly: post hoc analysis of three phase III studies",
            "Data were pooled from three randomized trials.",
            "posthoc_pooled_rct",
        ),
        (
            "A drug in epilepsy: study protocol of a trial",
            "Patients will be randomized.",
            "protocol",
        ),
        (
            "A drug in epilepsy: a systematic review and meta-analysis",
            "We searched.",
            "meta_analysis",
        ),
        ("A drug in clinical practice", "A retrospective cohort of 80 patients.", "observational"),
    ],
)
def test_the_words_decide_not_the_publication_type(title: str, text: str, kind: str) -> None:
    assert design(title, text, RCT).type == kind


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("patients with refractory focal epilepsy", "explicit"),
        ("drug-resistant epilepsy", "explicit"),
        ("adults with uncontrolled focal seizures", "implied"),
        ("seizures despite treatment with two drugs", "implied"),
        ("patients with well controlled seizures", "no"),
        ("children with absence epilepsy", None),
    ],
)
def test_drug_resistance(text: str, answer: str | None) -> None:
    assert drug_resistant("A trial", text, "epilepsy") == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("children aged 3-12 years", "children"),
        ("patients aged 16-70 years", "adults"),
        ("patients (12-65 years)", "mixed"),
        ("adults with epilepsy", "adults"),
        ("patients aged 12 to 17 years", "adolescents"),
        ("patients with epilepsy", None),
    ],
)
def test_age(text: str, answer: str | None) -> None:
    assert age_group("A trial", text, "epilepsy") == answer


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("A total of 706 patients were randomized.", 706),
        ("Two hundred forty-one patients were randomized: 120 to a drug.", 241),
        ("Of 188 patients screened, 158 were randomized.", 158),
        ("Of 399 randomized patients, 398 were treated.", 399),
        ("Patients were randomized to a drug (n = 79) or placebo (n = 80).", None),
        ("Forty patients, aged 19 to 62 years, were randomly assigned to a drug.", 40),
    ],
)
def test_participants_randomized(text: str, n: int | None) -> None:
    assert n_randomized(text, "rct_parallel") == n


def test_domains() -> None:
    assert domain("A drug in dogs with epilepsy", "Nineteen dogs.") == "veterinary"
    assert domain("A drug in migraine", "Migraine attacks were counted.") == "other"
    assert domain("A drug and cortical excitability", "In healthy volunteers.") == "healthy"
    assert domain("A drug for focal seizures", "Patients with epilepsy.") == "epilepsy"
