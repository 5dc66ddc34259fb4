# ruff: noqa: E501 - a pattern is read best on one line
"""Names of treatments, as far as a rule does not know them by their endings."""

from __future__ import annotations

import re
from functools import cache
from string import ascii_lowercase
from typing import NamedTuple

import ahocorasick

from sinteza.extraction.guarded import LOWER, Guarded

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
    " naluzotan ict-eeg pitolisant doxepin spironolactone gamma-vinyl-gaba flumazenil taltrimide"
    " diphenylhydantoin atropine probiotic probiotics vitamin-e vitamin-b6 oxiracetam risedronate"
)
_PROCEDURES = (
    r"vag(?:us|al) nerve stimulation|deep brain stimulation|responsive (?:neuro)?stimulation"
    r"|trigeminal nerve stimulation|transcranial (?:magnetic|direct current|focused ultrasound)"
    r"(?: stimulation)?|tDCS|rTMS|(?:thalamic|cerebellar|hippocampal) stimulation|ketogenic diet"
    r"(?: therapy)?|modified Atkins diet|low glycemic index (?:therapy|diet)|temporal lobectomy"
    r"|(?:epilepsy )?surgery|radiosurgery|acupuncture|yoga|cognitive[- ]behaviou?ral therapy"
    r"|mindfulness|music therapy|exercise|education(?:al)? program(?:me)?|self-management"
    r"|medium[- ]chain (?:triglycerides?|TAG)(?: diet)?"
)

# one substance, two names: reports use either, or both
_SAME = {
    "ezogabine": "retigabine",
    "valproic acid": "valproate",
    "divalproex": "valproate",
    "phenobarbitone": "phenobarbital",
    "mephobarbital": "methylphenobarbital",
    "diphenylhydantoin": "phenytoin",
    "folic acid": "folate",
    "xen1101": "azetukalner",
    "gamma vinyl gaba": "vigabatrin",
}
SHORT = {
    "brivaracetam": "BRV",
    "cannabidiol": "CBD",
    "carbamazepine": "CBZ",
    "carisbamate": "CRS",
    "cenobamate": "CNB",
    "clobazam": "CLB",
    "clonazepam": "CZP",
    "diazepam": "DZP",
    "eslicarbazepine acetate": "ESL",
    "ethosuximide": "ESM",
    "everolimus": "EVE",
    "felbamate": "FBM",
    "fenfluramine": "FFA",
    "gabapentin": "GBP",
    "ganaxolone": "GNX",
    "lacosamide": "LCM",
    "lamotrigine": "LTG",
    "levetiracetam": "LEV",
    "lorazepam": "LZP",
    "midazolam": "MDZ",
    "oxcarbazepine": "OXC",
    "perampanel": "PER",
    "phenytoin": "PHT",
    "pregabalin": "PGB",
    "primidone": "PRM",
    "retigabine": "RTG EZG",
    "rufinamide": "RUF",
    "stiripentol": "STP",
    "sulthiame": "STM",
    "tiagabine": "TGB",
    "topiramate": "TPM",
    "valproate": "VPA",
    "vigabatrin": "VGB",
    "zonisamide": "ZNS",
}
"""What a report calls a drug without saying so: the usual short forms, where they are printed."""

_SINGLE = frozenset(name for name in _NAMES.split() if "-" not in name)
_SUFFIXES = tuple(
    ending
    for part in _ENDINGS.replace("barbit(?:al|one)", "barbital|barbitone").split("|")
    for ending in [part]
)
_HYPHENED = [name for name in _NAMES.split() if "-" in name]
_PHRASES = Guarded(
    rf"\b(?:{'|'.join(name.replace('-', '[- ]') for name in _HYPHENED)}|{_PROCEDURES})\b",
    *(name.split("-")[0] for name in _HYPHENED),
    "stimulation", "transcranial", "tdcs", "rtms", "diet", "lobectomy", "surgery", "acupuncture",
    "yoga", "therapy", "exercise", "program", "management", "mindfulness", "chain",
)  # fmt: skip
_LETTERS = frozenset(ascii_lowercase)
_SALT = re.compile(r" (?:acetate|hydrochloride|sodium|enacarbil)\b", re.I)
_NOT_A_DRUG = frozenset(
    ["cortisone", "placebo", "hormone", "testosterone", "progesterone", "ozone"]
)


class Found(NamedTuple):
    """A treatment named in a text: its place, and its name in lower case without its salt."""

    start: int
    end: int
    name: str


@cache
def _automaton() -> ahocorasick.Automaton:
    """Finds the names and endings of drugs in one pass over a text."""
    automaton = ahocorasick.Automaton()
    for word in {*_SINGLE, *_SUFFIXES}:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton


def treatments(text: str) -> list[Found]:
    """Drugs, devices, diets and operations named in a text, in order."""
    found = [_found(text, match.start(), match.end()) for match in _PHRASES.finditer(text)]
    taken = {position for item in found for position in range(item.start, item.end)}
    low = text.translate(LOWER)
    for last, _ in _automaton().iter(low):
        # endings and names overlap, but only one of them ends a word
        if low[last + 1 : last + 2] in _LETTERS:
            continue
        start = last
        while start and low[start - 1] in _LETTERS:
            start -= 1
        word = low[start : last + 1]
        known = word in _SINGLE or (len(word) > 7 and word.endswith(_SUFFIXES))
        if not known or word in _NOT_A_DRUG or start in taken:
            continue
        taken.add(start)
        if not text.startswith(" equivalent", last + 1):
            found.append(_found(text, start, last + 1))
    return sorted(found)


def _found(text: str, start: int, end: int) -> Found:
    name = " ".join(text[start:end].lower().replace("-", " ").split())
    name = _SAME.get(name, name)
    salt = _SALT.match(text, end)
    if salt:
        end = salt.end()
        if "acetate" in salt[0].lower() or "enacarbil" in salt[0].lower():
            name += salt[0].lower()
    return Found(start, end, name)


COMPARATOR = (
    r"placebos?|sham(?:[- ](?:stimulation|group|control|treatment))?|control (?:group|arm|subjects?|patients?|children|condition|period|phase|treatment)s?\b"
    # "inadequate seizure control" is no group
    r"|(?=control)(?<!seizure )(?<!seizures )(?<!epilepsy )(?<!spasm )(?<!adequate )(?<!poor )(?<!sufficient )(?<!better )(?<!complete )(?<!full )(?<!good )(?<!improved )"
    r"(?<!under )(?<!symptom )(?<!disease )(?<!pain )(?<!quality )(?<!to )controls?\b(?! of\b)"
    r"|usual care|standard (?:care|treatment|therapy)|treatment as usual|wait(?:ing)?[- ]list"
    r"|no (?:treatment|prophylaxis)|medical (?:therapy|treatment) (?:group|arm|alone)"
)
FORMULATION = r"(?:XR|ER|IR|CR|SR|NS|XL|LA|DR)"
