# ruff: noqa: E501 - a pattern is read best on one line
"""How the study of a report was made: its design, blinding and control, and what it is about.

The publication type alone is wrong for four of ten reports (extensions, pooled and post-hoc
analyses, healthy volunteers and other diseases all carry "Randomized Controlled Trial"), so it is
one cue among many of a model (:mod:`sinteza.extraction.kinds`).
"""

from __future__ import annotations

import re

from sinteza.extraction import kinds
from sinteza.extraction.guarded import Guarded
from sinteza.extraction.report import Design


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


#: Indexing that is not given lightly, with the design it tells.
_INDEXED = {
    "meta-analysis": "meta_analysis",
    "systematic review": "meta_analysis",
    "network meta-analysis": "meta_analysis",
    "clinical trial protocol": "protocol",
    "observational study": "observational",
}
_SYNTHESIS = _p(
    r"\b(?:systematic|cochrane) review\b.*\bmeta-?analysis|\bnetwork meta-?analysis|meta-?analysis of (?:published|randomi[sz]ed|controlled|clinical)"
)
_TRIALS = {"rct_parallel", "rct_crossover", "posthoc_rct", "posthoc_pooled_rct"}
_SPOKEN = {"comment", "editorial", "news", "letter"}
_OPEN = _p(
    r"open[- ]?label|\bopen (?:trial|study|add-on|randomi|prospective|,)|unblinded|unmasked|non-?blind"
)
_RANDOM = _p(r"\brandomi[sz]|\brandomly\b|\brandom (?:order|allocation|assignment)|\bin random")
# these are sought in lower case: a search for letters of one case jumps to where one can begin
_ANIMAL = re.compile(
    r"\b(?=[bcdfmprv])(?:dogs?|canine|cats?|feline|rats?|mice|mouse|rodents?|veterinary|client-owned|piglets?|baboons?)\b"
)
_HEALTHY = Guarded(
    r"(?:healthy|normal|non-?epileptic) (?:[\w-]+ ){0,3}?(?:volunteers?|subjects?|participants?|men|adults|controls|human|individuals|brain)|\bvolunteers\b|undergraduates|(?:recreational|polydrug) (?:[\w-]+ ){0,5}?users|phase (?:i|1) thorough",
    "healthy", "normal", "epileptic", "volunteers", "undergraduates", "users", "thorough",
    low=True,
)  # fmt: skip
_EPILEPSY = re.compile(r"epilep|seizure|convuls|spasms|lennox|dravet|antiepileptic|partial-onset")
# in a title these tell of the drug or of what is no epilepsy
_NO_EPILEPSY = re.compile(
    r"anti-?epileptic|anti-?seizure|anti-?convuls\w*|non-?epileptic|without (?:clinical |any )?seizures|pseudo-?seizures|benign convulsions"
)
_OTHER_DISEASE = re.compile(
    r"migraine|neuropath|pain\b|bipolar|depress|anxiety|alcohol|cocaine|obes|binge|fibromyalgia|essential tremor|hot flash|smok|hiv|graves|ataxia|schizophren|autis|tinnitus|restless legs|insomnia|cancer|glioma|stroke|dementia|alzheimer|parkinson|fragile|rhabdomyoma|surgery patients|an(?:a)?esthe|labor|preeclampsia|eclampsia|withdrawal|ptsd|post-?traumatic stress|huntington|multiple sclerosis|asthma|diabet|hypertens"
)
_WITH_EPILEPSY = re.compile(r"patients with (?:\w+[- ]){0,4}(?:epilep|seizure)")
_PATIENTS = re.compile(
    r"epileptic patients|(?:patients|children|adults|adolescents) with (?:\w+[- ]){0,4}(?:epilep|seizure|dravet|lennox)"
)
# people with epilepsy, or their seizures; a drug against epilepsy alone makes no such people
_ILL = r"(?<!anti)(?<!anti-)(?<!non)(?<!non-)(?:epilep(?:sy|tic|sies)|seizures?|convulsions?)"
_WITH_SEIZURES = re.compile(
    rf"(?:(?:out)?patients|children|adults|subjects|people|participants|adolescents|infants|individuals|persons|volunteers|men|women|cases|girls|boys)\b[^.;]{{0,60}}?\b(?:{_ILL}|lennox|dravet|spasms)|(?<!non-)(?<!non)epileptic (?:out)?(?:patients|children|subjects|adults)|epilepsy (?:patients|population)|(?:partial|focal|onset|refractory|generali[sz]ed|clonic|absence) {_ILL}|(?<!anti)(?<!anti-)seizure[- ](?:frequency|free|reduction|control|count|rate)|(?:patients|children|adults|people) (?:\w+ )?(?:taking|receiving|on) (?:\w+ ){{0,2}}(?:anti-?convuls|anti-?epilep|aeds?\b)"
)
_FEBRILE = re.compile(r"febrile (?:seizure|convulsion)")
_PREVENTION = re.compile(r"prophyla\w+|prevent\w*")
_PREVENTING = re.compile(
    r"(?:prophyla\w+|prevent\w*)[^:.]{0,60}(?:seizure|epilepsy in|stroke epilepsy|traumatic epilepsy)|(?:seizures?|epilepsy) (?:\w+ ){0,2}(?:prophyla|prevent)"
)
# acute illnesses and injuries in which seizures are prevented or end with the illness
_ACUTE = re.compile(
    r"alcohol withdrawal|malaria|post-?stroke|post-?traumatic|head injur|brain injur|h(?:a)?emorrhage|craniotomy|brain tumou?r|eclampsia|neurosurg"
)


def domain(title: str, text: str) -> str:
    """epilepsy, status_epilepticus, febrile_seizures, prophylaxis, healthy, veterinary, other."""
    title, text = title.lower(), text.lower()
    both = f"{title}. {text}"
    if len(_ANIMAL.findall(title)) or len(_ANIMAL.findall(text)) >= 3:
        return "veterinary"
    if _HEALTHY.search(both) and not (_PATIENTS.search(title) or _WITH_EPILEPSY.search(text)):
        return "healthy"
    told = _NO_EPILEPSY.sub("", title)
    in_title = bool(_EPILEPSY.search(told))
    if _FEBRILE.search(title) or (not in_title and _FEBRILE.search(text)):
        return "febrile_seizures"
    if "status epilepticus" in title:
        return "status_epilepticus"
    prevented = _PREVENTING.search(title) or (_ACUTE.search(title) and _PREVENTION.search(text))
    if prevented and _EPILEPSY.search(title) and "migraine" not in title:
        return "prophylaxis"
    others = bool(_OTHER_DISEASE.search(title))
    if in_title and not others:
        return "epilepsy"
    if not in_title and not _WITH_SEIZURES.search(text):
        return "other"
    weight = len(_EPILEPSY.findall(text)) - 1.2 * len(_OTHER_DISEASE.findall(both))
    if others and not in_title and weight < 4:
        return "other"
    return "epilepsy" if weight > 0 or in_title else "other"


def design(title: str, text: str, types: tuple[str, ...]) -> Design:
    """The design of a report; ``confidence`` is the probability the model gives to its type.

    Blinding and control are those of the trial a report tells of; what had no control has none.
    """
    both = f"{title}. {text}"
    kind, sure = _kind(title, text, types)
    randomized = kind in _TRIALS or (kind == "protocol" and bool(_RANDOM.search(both)))
    if kind == "open_label_extension":
        return Design(type=kind, randomised=False, blinding="open", control="none", confidence=sure)
    if kind in ("single_arm", "observational"):
        blinding = "open" if kind == "single_arm" and _OPEN.search(both) else None
        return Design(type=kind, randomised=False, blinding=blinding, control="none", confidence=sure)  # fmt: skip
    return Design(type=kind, randomised=randomized, blinding=_blinding(both), control=_control(both), confidence=sure)  # fmt: skip


def _kind(title: str, text: str, types: tuple[str, ...]) -> tuple[str, float]:
    """By the indexing where it is plain, by the model otherwise; a bare title may tell too little."""
    indexed = {kind.lower() for kind in types}
    if "randomized controlled trial" not in indexed:
        for name, kind in _INDEXED.items():
            if name in indexed:
                return kind, 0.9
    if _SYNTHESIS.search(title):
        return "meta_analysis", 0.9
    if text:
        return kinds.read(title, text, types)
    if indexed & _SPOKEN:
        return "review", 0.8
    said = kinds.plain(kinds.cues(title, text, types))
    return (said, kinds.PLAIN_SURE) if said else ("unknown", 0.2)


def _blinding(text: str) -> str | None:
    if re.search(
        r"double[- ]?(?:blind|mask|dummy)|triple[- ]blind|were masked to|blinded (?:treatment|phase|period)",
        text,
        re.I,
    ):
        return "double"
    if re.search(
        r"single[- ]?(?:blind|mask)|(?:rater|assessor|observer|evaluator|investigator)[- ]?(?:blind|mask)",
        text,
        re.I,
    ):
        return "single"
    return "open" if _OPEN.search(text) else None


def _control(text: str) -> str | None:
    if re.search(r"\bsham\b|subtherapeutic stimul", text, re.I):
        return "sham"
    if re.search(r"\bplacebo", text, re.I):
        return "placebo"
    if re.search(
        r"usual care|standard care|treatment as usual|wait\w*[- ]list|no treatment|medical (?:therapy|treatment) (?:group|arm|alone)",
        text,
        re.I,
    ):
        return "usual_care"
    if re.search(
        r"\b(?:versus|vs\.?|compar(?:ed|ing|ison)|active[- ]control|head-to-head|non-?inferior)",
        text,
        re.I,
    ):
        return "active"
    return "none"
