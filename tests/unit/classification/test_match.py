from __future__ import annotations

import time
import tomllib
from importlib.resources import files

import pytest

from sinteza.classification.match import Matcher
from sinteza.classification.taxonomy import Taxonomy
from sinteza.errors import ProtocolError
from sinteza.model.record import MeshHeading, Record, Section


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    text = (files("sinteza.protocols") / "dre" / "taxonomy.toml").read_text("utf-8")
    return Taxonomy.load(tomllib.loads(text))


@pytest.fixture(scope="module")
def matcher(taxonomy: Taxonomy) -> Matcher:
    return Matcher(taxonomy)


def record(text: str, title: str = "", **more: object) -> Record:
    return Record(
        id="test:1",
        source="test",
        source_id="1",
        title=title,
        abstract=(Section(text=text),),
        **more,  # type: ignore[arg-type]
    )


def found(matcher: Matcher, text: str, title: str = "") -> set[str]:
    return {a.concept for a in matcher.match(record(text, title)) if a.polarity == "present"}


ENGLISH = (
    "We review the pharmacokinetic, intrinsic severity, gene, target, transporter, and neural "
    "network hypotheses of drug-resistant epilepsy. Vagus nerve, trigeminal nerve, or deep brain "
    "stimulation and gene and exosome therapy are new options."
)
ROMANIAN = (
    "Analizăm ipotezele farmacocinetică, a severității intrinseci, genică, a țintelor, a "
    "transportorilor și a rețelelor neuronale ale epilepsiei farmacorezistente. Stimularea "
    "nervului vag, a nervului trigemen sau cerebrală profundă și terapia genică și exozomală sunt "
    "opțiuni noi."
)
HYPOTHESES = {
    "h_pharmacokinetic",
    "h_intrinsic",
    "h_gene",
    "h_target",
    "h_transporter",
    "h_network",
}


def test_elliptical_lists_are_read_out_in_full(matcher: Matcher) -> None:
    concepts = found(matcher, ENGLISH)
    assert concepts >= HYPOTHESES
    assert concepts >= {"vns", "tns", "dbs", "gene_therapy", "exosome"}


def test_the_same_text_in_both_languages_gives_the_same_concepts(matcher: Matcher) -> None:
    english, romanian = found(matcher, ENGLISH), found(matcher, ROMANIAN)
    assert romanian >= HYPOTHESES
    assert romanian >= {"vns", "tns", "dbs", "gene_therapy", "exosome"}
    assert len(english & romanian) / len(english | romanian) >= 0.9, english ^ romanian


PAIRS = [
    (
        "Levetiracetam reduced seizure frequency in adults with drug-resistant epilepsy.",
        "Levetiracetamul a redus frecvența crizelor la adulți cu epilepsie farmacorezistentă.",
    ),
    (
        "Vagus nerve stimulation was compared with sham stimulation in children with "
        "Lennox-Gastaut syndrome.",
        "Stimularea nervului vag a fost comparată cu stimularea simulată la copii cu sindrom "
        "Lennox-Gastaut.",
    ),
    (
        "Patients without seizures had fewer adverse events, dizziness and somnolence.",
        "Pacienții fără crize au avut mai puține evenimente adverse, amețeală și somnolență.",
    ),
    (
        "P-glycoprotein and the transporter hypothesis; the ABCB1 gene polymorphism predicts "
        "response.",
        "Glicoproteina P și ipoteza transportorilor; polimorfismul genei ABCB1 prezice răspunsul.",
    ),
    (
        "A ketogenic diet or everolimus for tuberous sclerosis complex.",
        "O dietă cetogenă sau everolimus pentru complexul sclerozei tuberoase.",
    ),
    (
        "A randomised, double-blind, multicentre trial of cenobamate for focal epilepsy.",
        "Un studiu randomizat, dublu-orb, multicentric, cu cenobamat pentru epilepsia focală.",
    ),
    (
        "Deep brain stimulation improved quality of life and seizure severity.",
        "Stimularea cerebrală profundă a îmbunătățit calitatea vieții și severitatea crizelor.",
    ),
    (
        "Temporal lobe epilepsy with hippocampal sclerosis was treated by epilepsy surgery.",
        "Epilepsia de lob temporal cu scleroză hipocampică a fost tratată prin chirurgia "
        "epilepsiei.",
    ),
    (
        "Valproate and lamotrigine in pregnant women: risk of congenital malformations.",
        "Valproatul și lamotrigina la femei gravide: risc de malformații congenitale.",
    ),
    (
        "Neuroinflammation, IL-6 and the blood-brain barrier in animal models.",
        "Neuroinflamația, IL-6 și bariera hematoencefalică la modele animale.",
    ),
    (
        "Withdrawal due to adverse events, mortality and status epilepticus.",
        "Întreruperea din cauza evenimentelor adverse, mortalitatea și statusul epileptic.",
    ),
    (
        "Cannabidiol for Dravet syndrome: responder rate and seizure freedom.",
        "Canabidiolul pentru sindromul Dravet: rata respondenților și libertatea de crize.",
    ),
    (
        "Transcranial magnetic stimulation and electroencephalography in elderly patients.",
        "Stimularea magnetică transcraniană și electroencefalografia la pacienți vârstnici.",
    ),
    (
        "A systematic review and meta-analysis of gene therapy and stem cell therapy.",
        "O revizuire sistematică și metaanaliză a terapiei genice și a terapiei cu celule stem.",
    ),
]


@pytest.mark.parametrize(("english", "romanian"), PAIRS, ids=lambda text: text[:30])
def test_a_sentence_in_both_languages_has_the_same_concepts(
    matcher: Matcher, english: str, romanian: str
) -> None:
    assert found(matcher, english)
    assert found(matcher, english) == found(matcher, romanian)


@pytest.mark.parametrize(
    ("language", "frame"), [("en", "In {}epilepsy: {}."), ("ro", "In {}epilepsie: {}.")]
)
def test_every_concept_is_found_by_its_own_name(
    matcher: Matcher, taxonomy: Taxonomy, language: str, frame: str
) -> None:
    # a gene symbol needs words of genetics beside it
    missing = [
        concept.id
        for concept in taxonomy
        if concept.patterns
        and concept.id
        not in found(
            matcher,
            frame.format("gene " * (concept.kind == "gene"), taxonomy.label(concept.id, language)),
        )
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Frataxin in epilepsy.", "o_ae_ataxia"),
        ("Myasthenia gravis and epilepsy.", "o_ae_fatigue"),
        ("Laparoscopic surgery; a devastating epilepsy.", "pop_children"),
        ("Laparoscopic surgery; a devastating epilepsy.", "statin"),
        ("Afebrile seizures.", "pred_febrile"),
        ("Electroconvulsive therapy for depression.", "seizure"),
        ("Allopregnanolone in epilepsy.", "pop_pregnant"),
        ("Uncontrolled seizures in epilepsy.", "sd_single_arm"),
        ("Vagus nerve data were read. Deep brain stimulation was not.", "vns"),
    ],
)
def test_words_that_hold_a_concept_by_chance(matcher: Matcher, text: str, concept: str) -> None:
    assert concept not in found(matcher, text)


def test_a_broader_heading_supports_what_the_text_names_and_nothing_else(matcher: Matcher) -> None:
    stroke = (MeshHeading(name="Stroke", ui="D020521", major=True),)
    placebo = (MeshHeading(name="Placebos", ui="D010919"),)
    alone = {a.concept for a in matcher.match(record("Text.", mesh=stroke + placebo))}
    assert not alone & {"post_stroke", "stim_sham"}
    items = matcher.match(record("Post-stroke epilepsy in adults.", mesh=stroke))
    assert {"abstract", "mesh"} <= {a.field for a in items if a.concept == "post_stroke"}


def test_no_heading_of_the_flagship_is_the_own_heading_of_two_concepts(taxonomy: Taxonomy) -> None:
    own = [h.id or h.name for concept in taxonomy for h in concept.mesh if not h.broader]
    assert len(own) == len(set(own)) > 200


def test_cedilla_comma_and_bare_letters_are_equal(matcher: Matcher) -> None:
    comma = found(matcher, ROMANIAN)
    cedilla = found(matcher, ROMANIAN.replace("ț", "\u0163").replace("ș", "\u015f"))
    bare = found(matcher, ROMANIAN.translate(str.maketrans("ățșîâ", "atsia")))
    assert comma == cedilla == bare


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("The investigators of the epilepsy study met.", "g_depdc5"),
        ("Epilepsia asociată cu o boală.", "aso"),
        ("In epilepsy, 7 trials were read.", "d_mri7t"),
        ("Doses of 2 mg PER DAY for seizures.", "perampanel"),
        ("Cases of lead (Pb) poisoning with epilepsy.", "phenobarbital"),
        ("The left ventricular ejection volume (LEV) in epilepsy; LEV fell.", "levetiracetam"),
    ],
)
def test_letters_that_only_look_like_a_concept(matcher: Matcher, text: str, concept: str) -> None:
    assert concept not in found(matcher, text)


def test_acronyms_in_context(matcher: Matcher) -> None:
    assert "levetiracetam" in found(matcher, "LEV reduced seizures in epilepsy.")
    assert "perampanel" in found(matcher, "Perampanel (PER) in epilepsy. PER was tolerated.")
    assert "levetiracetam" not in found(matcher, "lev was the unit of account in epilepsy.")


def test_genes_need_their_case_and_context(matcher: Matcher) -> None:
    assert "g_scn1a" in found(matcher, "Variants of SCN1A were found.")
    assert "g_apoe" in found(matcher, "The APOE genotype in epilepsy.")
    assert "g_polg" in found(matcher, "Mutations in POLG and epilepsy.")


def test_negation(matcher: Matcher) -> None:
    absent = {
        a.concept
        for a in matcher.match(record("Adults without drug-resistant epilepsy took part."))
        if a.polarity == "absent"
    }
    assert "dre" in absent
    text = "There was no significant difference in mood with lamotrigine."
    assert "lamotrigine" in found(matcher, text)


def test_places_are_of_the_stored_text(matcher: Matcher) -> None:
    text = "Am folosit s\u0327i \u0219tim: levetiracetamul \u2013 la copii cu \u021bint\u0103."
    for item in matcher.match(record(text)):
        if item.concept == "levetiracetam":
            assert item.start is not None
            assert text[item.start : item.end].startswith("levetiracetam")
            break
    else:
        pytest.fail("levetiracetam was not found")


def test_headings_are_evidence_and_make_it_the_subject(matcher: Matcher) -> None:
    heading = MeshHeading(name="Drug Resistant Epilepsy", ui="D000069279", major=True)
    items = matcher.match(record("Text.", mesh=(heading,)))
    assert any(a.field == "mesh" and a.about for a in items)


def test_about_is_more_than_mention(matcher: Matcher) -> None:
    items = matcher.match(
        record("Some take carbamazepine for seizures.", title="Lamotrigine in epilepsy")
    )
    about = {a.concept: a for a in items}
    assert about["lamotrigine"].about
    assert not about["carbamazepine"].about
    assert about["lamotrigine"].weight > about["carbamazepine"].weight


def test_ancestors(taxonomy: Taxonomy) -> None:
    assert "therapy" in taxonomy.ancestors("lamotrigine")
    assert "therapy" in taxonomy.with_ancestors(["lamotrigine"])
    assert len(taxonomy) == 513
    assert taxonomy.label("gene", "ro") == "genă"


@pytest.mark.parametrize(
    ("concepts", "says"),
    [
        ([{"id": "a", "kind": "x", "label": {"en": "a"}, "parents": ["b"]}], "unknown parent"),
        ([{"id": "a", "kind": "x", "label": {"en": "a"}, "bears_on": ["b"]}], "it bears on 'b'"),
        ([{"id": "a", "kind": "x", "label": {"en": "a"}, "parents": ["a"]}], "circle"),
        ([{"id": "a", "kind": "x", "label": {"en": "a"}, "patterns": ["("]}], "regular"),
        ([{"id": "a", "kind": "x", "label": {"en": "a"}}] * 2, "twice"),
        ([{"id": "a", "kind": "x", "label": {"en": "a"}, "sinonyms": {}}], "sinonyms"),
    ],
)
def test_a_broken_taxonomy_is_refused(concepts: list[object], says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        Taxonomy.load({"concepts": concepts})


def test_what_a_drug_acts_on_is_not_mentioned_with_the_drug(
    matcher: Matcher, taxonomy: Taxonomy
) -> None:
    plain = taxonomy.with_ancestors(found(matcher, "Levetiracetam and fMRI in epilepsy."))
    assert not plain & {"h_target", "h_network"}
    assert "levetiracetam" in plain
    assert taxonomy["everolimus"].bears_on == ("m_mtor",)
    assert "m_mtor" not in taxonomy.ancestors("everolimus")


@pytest.mark.parametrize(
    ("english", "romanian", "hypothesis"),
    [
        (
            "Novazepam blocks voltage-gated sodium channels.",
            "Novazepamul blochează canalele de sodiu voltaj-dependente.",
            "h_target",
        ),
        (
            "It inhibits carbonic anhydrase; the mechanism of action is not known.",
            "Inhibă anhidraza carbonică; mecanismul de acțiune nu este cunoscut.",
            "h_target",
        ),
        (
            "The bioavailability and the elimination half-life were measured.",
            "Biodisponibilitatea și timpul de înjumătățire au fost măsurate.",
            "h_pharmacokinetic",
        ),
        (
            "Novazepam had no effect on plasma concentrations of the other drugs.",
            "Novazepamul nu a modificat farmacocinetica celorlalte medicamente.",
            "h_pharmacokinetic",
        ),
        (
            "Patients with mutations in this gene were left out of the epilepsy study.",
            "Pacienții cu mutații ale acestei gene nu au fost incluși în studiul epilepsiei.",
            "h_gene",
        ),
    ],
)
def test_mechanisms_in_both_languages(
    matcher: Matcher, taxonomy: Taxonomy, english: str, romanian: str, hypothesis: str
) -> None:
    for text in (english, romanian):
        assert hypothesis in taxonomy.with_ancestors(found(matcher, text)), text


@pytest.mark.parametrize(
    ("text", "hypothesis"),
    [
        ("Tolerance was good and glucose tolerance was unchanged.", "h_target"),
        ("Serum drug levels were monitored.", "h_pharmacokinetic"),
        ("The serum levels of vitamin D were low.", "h_pharmacokinetic"),
        ("Gamma-vinyl GABA was given.", "h_target"),
        ("Midazolam for seizure clusters; baseline seizure frequency was 7.", "h_intrinsic"),
    ],
)
def test_words_that_name_no_mechanism(
    matcher: Matcher, taxonomy: Taxonomy, text: str, hypothesis: str
) -> None:
    assert hypothesis not in taxonomy.with_ancestors(found(matcher, text))


def studied(matcher: Matcher, text: str, title: str) -> frozenset[str]:
    items = matcher.match(record(text, title))
    return matcher.taxonomy.with_ancestors(a.concept for a in items if a.about)


def test_a_mechanism_is_studied_where_it_is_asked_about(matcher: Matcher) -> None:
    text = (
        "Perampanel is a selective AMPA receptor antagonist. The aim was to evaluate its efficacy "
        "in focal epilepsy. Serum drug levels were measured. Of 40 patients, 12 responded."
    )
    assert "h_target" not in studied(matcher, text, "Perampanel for focal seizures")
    assert "h_pharmacokinetic" not in studied(matcher, text, "Perampanel for focal seizures")
    text = "We evaluated the safety and pharmacokinetics of perampanel in focal epilepsy."
    assert "h_pharmacokinetic" in studied(matcher, text, "Perampanel in children")
    title = "Serum concentrations of perampanel in children"
    assert "h_pharmacokinetic" in studied(matcher, "Forty children took part.", title)
    text = "Scopul a fost evaluarea siguranței și a farmacocineticii perampanelului."
    assert "h_pharmacokinetic" in studied(matcher, text, "Perampanelul la copii")


def test_a_therapy_is_studied_where_it_is_given(matcher: Matcher) -> None:
    title = "Safety of cenobamate in adults taking carbamazepine"
    text = (
        "Focal seizures were treated with add-on therapy. Carbamazepine was continued. Patients "
        "were randomized to cenobamate 200 mg or placebo. Cenobamate reduced seizures. Dizziness "
        "was common with cenobamate."
    )
    about = studied(matcher, text, title)
    assert "cenobamate" in about
    assert "carbamazepine" not in about
    # not in the title, but named more often than any other
    assert "cenobamate" in studied(matcher, text, "A new drug for focal seizures")
    assert "carbamazepine" not in studied(matcher, text, "A new drug for focal seizures")


@pytest.mark.parametrize(
    "text",
    [
        "Adults with refractory partial-onset seizures took part.",
        "Adults with drug-resistant focal epilepsy took part.",
        "Seizures were resistant to two antiepileptic drugs.",
        "Thirty treatment-resistant patients entered.",
        "Pacienți cu crize focale refractare.",
        "Pacienți cu epilepsie focală farmacorezistentă.",
    ],
)
def test_drug_resistant_epilepsy_however_its_words_stand(matcher: Matcher, text: str) -> None:
    assert "dre" in found(matcher, text)


@pytest.mark.parametrize(
    "text",
    [
        "Refractory status epilepticus was treated.",
        "Treatment-resistant depression in adults.",
        "A resistant strain was found in patients with epilepsy.",
    ],
)
def test_what_is_resistant_but_no_epilepsy(matcher: Matcher, text: str) -> None:
    assert "dre" not in found(matcher, text)


def test_a_condition_is_studied_where_such_people_took_part(matcher: Matcher) -> None:
    title = "Novazepam against placebo"
    text = (
        "Seizures are common in tuberous sclerosis complex. Forty dogs were bred. Adults with "
        "refractory focal seizures were randomized. Patients with Dravet syndrome were excluded."
    )
    about = studied(matcher, text, title)
    assert "dre" in about
    assert not about & {"tsc", "dravet"}
    about = studied(matcher, "Forty dogs received novazepam for epilepsy.", title)
    assert "pop_animal" in about


def test_an_acronym_repeated_costs_what_its_text_costs(matcher: Matcher) -> None:
    # nothing of epilepsy in it, so that every mention asks whether there is
    start = time.process_time()
    assert matcher.match(record("AMPA " * 40_000)) == []
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    [
        "Novazepam was added to a stable regimen of valproate in epilepsy.",
        "All took one to three concomitant antiepileptic drugs.",
        "Novazepamul a fost adăugat la tratamentul de fond.",
    ],
)
def test_a_drug_given_beside_others(matcher: Matcher, text: str) -> None:
    assert "addon_therapy" in found(matcher, text)
