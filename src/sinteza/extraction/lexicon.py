# ruff: noqa: E501 - a pattern is read best on one line
"""Names of treatments, as far as a rule does not know them by their endings."""

from __future__ import annotations

import re

# international nonproprietary names end by class; these endings are rarely anything else
_ENDINGS = (
    "racetam|panel|zepam|zolam|bamate|bazepine|azepine|trigine|barbit(?:al|one)|toin|gabine|gabalin"
    "|pentin|suximide|olimus|mustine|lactone|pentol|cabtagene|umab|ximab|tiracetam|nisamide"
    "|inamide|samide|zolamide|proate|bidiol|varin|fluramine|axolone|ulthiame|meperidine|pramine"
    "|oxetine|azoline|triptan|statin|dipine|apamil|olol|sartan|cillin|mycin|oxacin|prazole|azole"
    "|sone|solone|cort|mide hydrochloride"
)
_NAMES = (
    "carisbamate cenobamate felbamate lacosamide levetiracetam brivaracetam seletracetam padsevonil"
    " perampanel talampanel topiramate zonisamide rufinamide stiripentol vigabatrin tiagabine"
    " pregabalin gabapentin gabapentin-enacarbil lamotrigine oxcarbazepine eslicarbazepine"
    " carbamazepine valproate divalproex valproic-acid phenytoin fosphenytoin phenobarbital"
    " phenobarbitone primidone ethosuximide methsuximide sulthiame acetazolamide clobazam clonazepam"
    " diazepam lorazepam midazolam nitrazepam cannabidiol cannabidivarin fenfluramine ganaxolone"
    " everolimus sirolimus retigabine ezogabine remacemide losigamone progabide flunarizine nimodipine"
    " verapamil bumetanide allopurinol melatonin piracetam bromide potassium-bromide acth prednisone"
    " prednisolone dexamethasone methylprednisolone pyridoxine folate folic-acid vitamin-d carnitine"
    " omega-3 fish-oil ketamine propofol lidocaine magnesium-sulfate paraldehyde cerliponase"
    " huperzine soticlestat xen1101 azetukalner natalizumab anakinra metformin atorvastatin"
    " immunoglobulin ivig donepezil memantine modafinil methylphenidate citalopram sertraline"
    " fluoxetine bupropion haloperidol risperidone quetiapine aripiprazole olanzapine lithium"
    " beclamide clorazepate mephobarbital trimethadione cinromide ralitoline dezinamide"
    " nafimidone stiripentol milacemide zonisamide tetrabenazine propranolol amitriptyline"
    " vatiquinone bexicaserin lorcaserin vormatrigine relutrigine carisbamate selurampanel"
    " naluzotan ict-eeg pitolisant doxepin spironolactone"
)
_PROCEDURES = (
    r"vag(?:us|al) nerve stimulation|deep brain stimulation|responsive (?:neuro)?stimulation"
    r"|trigeminal nerve stimulation|transcranial (?:magnetic|direct current|focused ultrasound)"
    r"(?: stimulation)?|tDCS|rTMS|(?:thalamic|cerebellar|hippocampal) stimulation|ketogenic diet"
    r"(?: therapy)?|modified Atkins diet|low glycemic index (?:therapy|diet)|temporal lobectomy"
    r"|(?:epilepsy )?surgery|radiosurgery|acupuncture|yoga|cognitive[- ]behaviou?ral therapy"
    r"|mindfulness|music therapy|exercise|education(?:al)? program(?:me)?|self-management"
    r"|medium[- ]chain triglycerides?"
)

DRUG = re.compile(
    r"\b(?:"
    + "|".join(sorted((n.replace("-", "[- ]") for n in _NAMES.split()), key=len, reverse=True))
    + rf"|[a-z]{{3,}}(?:{_ENDINGS})|{_PROCEDURES})(?: (?:acetate|hydrochloride|sodium|enacarbil))?\b",
    re.I,
)
NOT_A_DRUG = frozenset("cortisone placebo hormone testosterone progesterone ozone".split())  # noqa: SIM905 - a list of words

COMPARATOR = (
    r"placebos?|sham(?:[- ](?:stimulation|group|control|treatment))?|controls?(?: (?:group|arm))?"
    r"|usual care|standard (?:care|treatment|therapy)|treatment as usual|wait(?:ing)?[- ]list"
    r"|no (?:treatment|prophylaxis)|medical (?:therapy|treatment) (?:group|arm|alone)"
)
FORMULATION = r"(?:XR|ER|IR|CR|SR|NS|XL|LA|DR)"
