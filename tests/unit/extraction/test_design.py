from __future__ import annotations

import math

import pytest

from sinteza.extraction.design import design, domain
from sinteza.extraction.kinds import cues
from sinteza.extraction.kinds import probabilities as probabilities_of_designs
from sinteza.extraction.participants import candidates, n_randomized, probabilities
from sinteza.extraction.people import age_group, drug_resistant

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
        (
            "Cost-utility analysis of a drug in epilepsy",
            "Costs were modeled with data of a placebo-controlled trial.",
            "methodology",
        ),
        (
            "A drug in an open-label community study",
            "Patients were enrolled.",
            "single_arm",
        ),
        (
            "A drug in dogs: a nonrandomized, open-label clinical trial",
            "Double-blind trials are needed.",
            "single_arm",
        ),
        (
            "The effect of a drug on discharges",
            "The EEG was taken during placebo and drug phases, in random order.",
            "rct_crossover",
        ),
        (
            "A drug in epilepsy",
            "A parallel rather than crossover design was used in this double-blind trial.",
            "rct_parallel",
        ),
        (
            "A drug in status epilepticus",
            "We present the design of a randomized trial that is currently recruiting.",
            "protocol",
        ),
        (
            "A drug in epilepsy: open-label treatment of patients completing a randomized trial",
            "Patients who had completed the trial were treated openly.",
            "open_label_extension",
        ),
        (
            "A drug in epilepsy",
            "Patients received placebo for 4 weeks followed by the drug at 1000 and 2000 mg.",
            "single_arm_escalation",
        ),
        ("A drug in clinical practice", "A retrospective cohort of 80 patients.", "observational"),
        (
            "A drug and memory",
            "The drug was assessed in a placebo-controlled cross over study, double-blind.",
            "rct_crossover",
        ),
        (
            "A drug and memory",
            "Patients had a drug and placebo in either order in this double-blind trial.",
            "rct_crossover",
        ),
        (
            "A randomized controlled trial of a drug",
            "Three doses were compared in parallel, with a final crossover of all patients.",
            "rct_parallel",
        ),
        (
            "A trial of a drug around surgery",
            "Patients are 1:1 randomized to the drug or placebo, with 80% power.",
            "protocol",
        ),
        ("The ABC study: design and methodology", "Patients were randomized.", "protocol"),
        ("A drug in children: systematic review", "We searched.", "review"),
        (
            "Levels of other drugs in children: a subgroup analysis",
            "Levels obtained in a randomized placebo-controlled trial were compared.",
            "posthoc_rct",
        ),
        (
            "A drug in photosensitive epilepsy",
            "In a single-blind study adults had placebo (day -1) and the drug (day 1).",
            "single_arm_escalation",
        ),
    ],
)
def test_the_words_decide_not_the_publication_type(title: str, text: str, kind: str) -> None:
    assert design(title, text, RCT).type == kind


def test_a_design_said_plainly_is_sure_and_a_guess_is_not() -> None:
    told = design("A drug in epilepsy: an open-label extension study", "Patients continued.", RCT)
    assert told.type == "open_label_extension"
    assert told.confidence >= 0.95
    guess = design(
        "Discharges and a drug", "The EEG was taken during placebo and drug phases.", RCT
    )
    assert guess.confidence < 0.5


def test_a_bare_title_may_be_too_little() -> None:
    assert design("A drug in epilepsy", "", ()).type == "unknown"


def test_what_had_no_control_has_none() -> None:
    told = design("A drug in an open-label study", "It was better than placebo had been.", ())
    assert (told.type, told.blinding, told.control) == ("single_arm", "open", "none")
    assert not told.randomised


def test_chances_of_the_designs_add_up_to_one() -> None:
    held = cues("A randomized trial", "Patients were randomized to a drug or placebo.", RCT)
    weights = {
        "always": {"rct_parallel": 0.5, "review": 0.5},
        "text assigned": {"rct_parallel": 2.0},
        "no text": {"review": 3.0},
    }
    chances = probabilities_of_designs(held, weights)
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["rct_parallel"] == pytest.approx(1 / (1 + math.exp(-2.0)))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("patients with refractory focal epilepsy", "explicit"),
        ("drug-resistant epilepsy", "explicit"),
        ("adults with uncontrolled focal seizures", "implied"),
        ("seizures despite treatment with two drugs", "implied"),
        ("patients with well controlled seizures", "no"),
        ("children with absence epilepsy", None),
        ("Forty percent of people with epilepsy are resistant to drugs. We studied 30.", None),
        ("adults with insufficiently controlled seizures", "implied"),
        ("patients with at least 5 seizures a month while taking 1-2 AEDs", "implied"),
        ("patients taking 1-2 AEDs", None),
        ("an uncontrolled study of 30 patients", None),
        ("twenty first seizure patients", "no"),
        ("people whose drugs had completely controlled seizures", "no"),
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
        ("children aged <4 years", "children"),
        ("mean duration of treatment 5.1 years (from 4.2-6.3 years) in adults", "adults"),
        ("the Children's Behavior Scale", None),
        ("an open-label extension. Patients (5 to 28 years old) were enrolled", "mixed"),
        ("patients more than 11 years old", "mixed"),
        ("people older than 17 (30 placebo) were analyzed", "adults"),
        ("patients less than 15 y.o.", "children"),
        ("The mean (range) age was 14.2 years (3.1-44.0).", "mixed"),
        ("infants aged 2 months to <3 years", "children"),
        ("median age 40 (interquartile range 25-52) years", None),
        ("mean age 71.3 years", None),
        ("40% of patients after 1 and 2 years of treatment", None),
        ("Patients with >1 year of exposure continued.", None),
        ("aged 15 years and older and receiving 1 to 3 drugs", "mixed"),
        ("we enrolled children and young adults", "mixed"),
        ("topiramate in juvenile myoclonic epilepsy", None),
        ("syndromes with onset during adolescence", None),
    ],
)
def test_age(text: str, answer: str | None) -> None:
    assert age_group("A trial", text) == answer


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("A total of 706 patients were randomized.", 706),
        ("Two hundred forty-one patients were randomized: 120 to a drug.", 241),
        ("Of 188 patients screened, 158 were randomized.", 158),
        ("Of 399 randomized patients, 398 were treated.", 399),
        ("Patients were randomized to a drug (n = 79) or placebo (n = 80).", None),
        ("Forty patients, aged 19 to 62 years, were randomly assigned to a drug.", 40),
        (
            "Sixty outpatients were studied. 30 patients each were randomized to a drug.",
            60,
        ),
        ("N = 519 patients were randomized.", 519),
        ("Thirty-one had further seizures and were randomized.", 31),
        ("Of 88 patients, 44 (50%) entered the double-blind phase.", 44),
        ("Of 120 patients enrolled, 88 were randomized.", 88),
        ("Of the 59 patients, 29 were randomized to a drug and 30 to placebo.", 59),
        ("We screened 203 patients; 182 (90 placebo; 92 drug) were randomized.", 182),
        ("Patients (n = 138) were randomly assigned to a drug (n = 70) or placebo (n = 68).", 138),
        ("One thousand one hundred and ninety-six participants were randomized.", 1196),
        ("Ten seizures a day are not rare. Six had been seen before.", None),
        ("A total of 263 patients (146 male patients [56%]) were randomized.", 263),
        ("This double-blind trial was carried out on 65 epileptic patients.", 65),
        ("Eight patients did not complete the study of 59 patients with epilepsy.", 59),
        ("The effect of 13 patient factors was studied.", None),
        ("In this randomized study, 96 first-seizure patients were enrolled.", 96),
        ("The drug was tested in 26 in-patients (20 males, 6 females) of a randomized trial.", 26),
        ("Patients were randomized in studies 305, 411 and 412 over 24 weeks at 38 sites.", None),
    ],
)
def test_participants_randomized(text: str, n: int | None) -> None:
    assert n_randomized(text, "rct_parallel") == n


def test_who_is_hard_to_treat_and_who_is_healthy() -> None:
    title = "A drug as add-on treatment"
    for text, told in (
        ("Patients with seizures difficult to control were enrolled.", "implied"),
        ("Their drugs no longer controlled the seizures.", "implied"),
        ("Patients with refractory seizures were enrolled.", "explicit"),
        ("The proportion of seizure-free patients was counted.", None),
    ):
        assert drug_resistant(title, text, "epilepsy") == told
    assert domain("Memory in patients with focal epilepsy", "Healthy volunteers too.") == "epilepsy"
    assert age_group("A drug in adults and adolescents", "") == "mixed"


def test_participants_beside_one_trial() -> None:
    assert n_randomized("A total of 706 patients were randomized.", "posthoc_rct") == 706
    for text, kind in (
        (
            "Of 212 completers, 190 patients entered the open-label extension.",
            "open_label_extension",
        ),
        (
            "Data of 1240 patients of six trials were included in the analysis.",
            "posthoc_pooled_rct",
        ),
        ("We will recruit 64 patients with migraine.", "protocol"),
    ):
        assert n_randomized(text, kind) is None


def test_cues_of_a_number_tell_its_arms_and_its_stage() -> None:
    text = "Of 90 patients screened, 60 were randomized: 30 patients to a drug, 30 to placebo."
    cues = {item.n: item.cues for item in candidates(text)}
    assert "screened near" in cues[90]
    assert {"first randomized", "arms even"} <= cues[60]
    assert "other randomized" in cues[90]
    assert "part of a sum" in cues[30]


def test_chances_of_the_numbers_and_of_none_add_up_to_one() -> None:
    found = candidates(
        "Forty patients were randomized. All 40 patients completed; 12 patients did."
    )
    chances = probabilities(found, "rct_parallel", {"randomized near": 2.0, "none": 1.0})
    assert sum(chances.values()) == pytest.approx(1)
    assert set(chances) == {None, 40, 12}
    assert max(chances, key=lambda n: chances[n]) == 40


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [
        ("A drug in dogs with epilepsy", "Nineteen dogs.", "veterinary"),
        ("A drug in migraine", "Migraine attacks were counted.", "other"),
        ("A drug and cortical excitability", "In healthy volunteers.", "healthy"),
        ("A drug for focal seizures", "Patients with epilepsy.", "epilepsy"),
        ("An antiepileptic drug in tics", "A drug for seizures was given for tics.", "other"),
        ("A drug and memory", "Older patients taking anticonvulsant drugs took part.", "epilepsy"),
        ("A drug and abuse", "In recreational depressant users.", "healthy"),
        ("Bones after a drug", "Children had it after a febrile seizure.", "febrile_seizures"),
        ("A drug for seizures in malaria", "Can it prevent them?", "prophylaxis"),
        ("Prevention of post-stroke epilepsy", "Patients with stroke.", "prophylaxis"),
        ("Prevention of falls in epilepsy", "Patients with epilepsy.", "epilepsy"),
    ],
)
def test_domains(title: str, text: str, field: str) -> None:
    assert domain(title, text) == field
