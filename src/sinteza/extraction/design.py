# ruff: noqa: E501 - a pattern is read best on one line
"""What kind of study a report tells of: rules on title, abstract and indexing.

The publication type alone is wrong for four of ten reports (extensions, pooled and post-hoc
analyses, healthy volunteers and other diseases all carry "Randomized Controlled Trial"), so the
words decide and the type only supports.
"""

from __future__ import annotations

import re

from sinteza.extraction.guarded import Guarded
from sinteza.extraction.report import Design


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


_PROTOCOL = Guarded(
    r"\b(?:study|trial|review) protocol\b|^protocol (?:for|of)\b|protocol (?:for|of) (?:a|an|the)\b|\brationale and (?:study )?design\b|\b(?:trial|study)\b[^.]*: (?:study |trial )?design(?:,| and) (?:rationale|method\w*)",
    "protocol",
    "rationale",
    "design",
)
_UNDER_WAY = Guarded(
    r"present the (?:design|protocol)|\bwe will (?:randomi|recruit|enrol|compare|assess|evaluate|include)|\b(?:trial|study) will (?:be|evaluate|assess|compare|determine|include|recruit|enrol|test)\b|\b(?:planned|aims?) to (?:enrol|recruit|include)\b|(?:patients|participants|subjects|children) (?:are|is) (?:[\d:]+ |being |randomly )?(?:randomi[sz]ed|assigned|allocated)\b|currently (?:recruiting|enrolling)|will be (?:randomi[sz]ed|randomly|recruited|enrolled|assigned)",
    "present the",
    "will ",
    "to enrol",
    "to recruit",
    "to include",
    " are ",
    " is ",
    "currently",
)
_META = _p(r"meta-?analy|indirect (?:treatment )?comparison|cochrane review")
_REVIEW = _p(
    r"\breview\b|\boverview\b|\brole of\b.*\b(?:management|treatment)\b|\bupdate\b|\bperspectives?\b|profile of\b"
    r"|current (?:status|evidence)|: new (?:treatment|preparation|drug|indication)\b|critically appraised|state of the art|\bcommentary\b|\beditorial\b"
)
# a report indexed as a trial is a review only if it says so
_STRONG_REVIEW = _p(r"\breview\b|\boverview\b|critically appraised|\bcommentary\b|\beditorial\b")
_METHOD = _p(
    r"\bdesign(?:s|ing)?\b.*\b(?:trial|study)|trial designs?\b|\bsample size|methodolog(?!y and results)|\bsimulat|\bmodel(?:l?ing)\b|time-to-event|prerandomi[sz]ation|trial endpoints?|pitfalls"
    r"|placebo (?:response|effect)s?\b.*\btrials|in clinical trials? (?:participants|of)|surrogate|\bstatistical\b|\bvalidation of\b|natural variability"
)
# an analysis of something else than what the treatment did
_OTHER_QUESTION = _p(
    r"\bcost[- ](?:utility|effective\w*|benefit|consequence|minimi[sz]ation)|\beconomic|budget impact|psychometric|responsiveness of|minimal(?:ly)? (?:clinically )?important|inter-?(?:rater|reader|observer)|reliability"
    r"|trial endpoints?|study endpoints?|trial designs?\b|study designs?\b|recruitment|sample size|(?:comparison (?:of|between)|derived) [^.]*\b(?:questionnaires?|QOLIE|scales?|instruments?)"
    r"|^how many patients|time-to-(?:event|exceed)|time to exceed|prerandomi[sz]ation|\bpitfalls\b|\blessons\b"
)
_METHOD_TEXT = Guarded(
    r"\b(?:re-?analy[sz]ed|using data from|data from)\s(?:\w+ ){0,3}?(?:\d\d|ten|eleven|twelve|\d{2,}) (?:\w+[- ]){0,4}?trials|trial design|re-?sampling approach|power (?:analysis|calculation)",
    "data from",
    "analy",
    "trial design",
    "sampling",
    "power",
)
_EXTENSION = Guarded(
    r"open[- ]label(?:,)? (?:\w+[- ]){0,3}?(?:extension|follow|continuation)|extension (?:stud|trial|phase|data|of a|of the)|roll-?over|continuation (?:stud|trial|phase)|\bOLEx?\b|long-term (?:open|follow|extension|treatment|safety|efficacy|tolerab|effective|use|outcome|retention|study)"
    r"|open[- ]label (?:\w+ ){0,3}?(?:of|in) patients (?:completing|who completed|from)|open,? (?:\w+[- ]){0,3}?(?:extension|long-term|follow)|long-term\b[^.]{0,60}\bextension|during up to \w+ years|after conversion from double-blind|long-term",
    "open",
    "extension",
    "roll",
    "continuation",
    "ole",
    "long-term",
    "during up to",
    "after conversion",
)
_EXTENSION_TEXT = Guarded(
    r"\bopen[- ]label,? (?:\w+[- ]){0,3}?extension|\bextension (?:study|trial|of (?:a|an|the|this|these)\b|phase)|\bOLEx?\b|long-term follow-up stud|completed (?:\w+ ){0,6}?(?:double-blind|randomi[sz]ed)[^.]{0,80}(?:enter|enrol|continu|eligible)",
    "open",
    "extension",
    "ole",
    "long-term",
    "completed",
)
_POSTHOC = _p(
    r"post[- ]?hoc|pooled|sub-?analys|sub-?group analys|sub-?population|integrated analys|secondary analys|exploratory analys|combined analys|re-?analys|pharmacokinetic/pharmacodynamic|exposure[- ]response|concentration[- ]effect|population pharmacokinetic|in clinical (?:studies|trials)|(?:phase|blind|randomi[sz]ed|controlled|clinical|core) (?:\w+[- ]){0,3}(?:studies|trials)\b|trial experience|phase 2 and phase 3|phase II and (?:phase )?III"
)
_POSTHOC_TEXT = Guarded(
    r"(?:data|samples|levels|concentrations|recordings|EEGs?|scores) (?:\w+ ){0,3}?(?:obtained|collected|derived|gathered|taken) (?:\w+ ){0,3}?(?:in|from|during) (?:a|an|the) (?:\w+[-, ]+){0,6}?(?:trial|study)\b|in (?:one|either|both) of (?:the |these )?(?:two|three) (?:\w+[- ]){0,4}?(?:studies|trials)|(?:data|results|patients|findings) (?:\w+ ){0,4}?(?:from|of) (?:the |these )?(?:two|three|four|five|six|seven|\d) (?:\w+[-, ]+){0,7}?(?:trials|studies)|(?:two|three|four|five|six|\d) (?:\w+[-, ]+){0,8}?(?:trials|studies) (?:were|are) (?:combined|analy[sz]ed|pooled)|post[- ]?hoc (?:analys|assess|evaluat)|data (?:were|was|are) pooled|pooled (?:data|analys|population|from|adolescent)|sub-?analysis|analy[sz]ed the \S+ (?:\S+ ){0,4}data of|we pooled|(?:retrospective )?analysis of pooled|pooled analysis|(?:secondary|sub-?group|exploratory) analysis of",
    "data",
    "samples",
    "levels",
    "concentrations",
    "recordings",
    "eeg",
    "scores",
    "in one of",
    "in either of",
    "in both of",
    "results",
    "patients",
    "findings",
    "trials",
    "studies",
    "post",
    "pool",
    "analy",
)
# each subject had placebo and drug: no words of design needed
_PHASES = Guarded(
    r"placebo,? and (?:the )?(?:\w+[- ])?(?:drug|treatment|active|[A-Z]{2,4}) (?:phase|period)|(?:drug|treatment|active|[A-Z]{2,4}) (?:phase|period) (?:compared|was compared|versus|vs|than)[^.]{0,30}placebo (?:phase|period)",
    "placebo",
)
# everybody had placebo first and the drug after it
_FIXED_ORDER = Guarded(
    r"placebo \(day ?-?\d|(?:consecutive|successive) (?:periods|phases)[^.]*placebo|(?:patients|subjects) (?:first )?received placebo [^.]{0,60}followed by|placebo (?:period|phase|baseline)[^.]{0,40}(?:followed by|then)[^.]{0,80}(?:titrat|escalat|increas)",
    "placebo",
)
_AGAINST_PLACEBO = Guarded(
    r"(?:\bplacebo|\bPBO|\bPLC)\b[^.;]{0,60}?\d(?:\.\d+)?\s?%|\d\s?%[^.;]{0,60}?(?:\b(?:versus|vs\.?|than|and|or|on)|(?<!compared )\bwith)\s(?:the )?(?:placebo|PBO|PLC)\b",
    "placebo",
    "pbo",
    "plc",
)
_CONTINUED = Guarded(
    r"(?:continued|entered|received|treated with)[^.]{0,30}(?:long-term )?open[- ]label [^.]{0,80}(?:after|follow)|(?:after|completed|completing|following)[^.]{0,60}(?:double[- ]blind|placebo[- ]controlled)[^.]{0,60}(?:open|continu)|continued (?:long-term )?open[- ]label",
    "open",
    "double",
    "placebo",
)
_SEVERAL = _p(
    r"pooled|\b(?:two|three|four|five|six|seven|eight|several|\d{1,2})\b[- ](?:\w+[-, ]+){0,8}?(?:studies|trials)\b|studies \d{3}, \d{3}|trials? \(?N\d{5}|phase II and|phase 2 and"
)
_CROSSOVER = Guarded(
    r"(?<!rather than )(?<!rather than a )(?<!final )cross[- ]?over|within-(?:patient|subject)|latin square|within-subject|(?:two|three|four)-(?:period|way)\b|crossed over to the (?:other|altern)|\bown controls?\b|separated by (?:an? )?(?:[\w-]+ ){0,4}?wash-?out|in either order|order of (?:the )?(?:treatments?|administration|drugs) was|counter-?balanced|each for \w+ (?:months|weeks) using|in (?:a )?random(?:i[sz]ed)? (?:order|sequence)|random sequence|each for an? (?:week|month)",
    "cross",
    "within-",
    "latin",
    "-period",
    "-way",
    "period",
    "own control",
    "wash",
    "order",
    "counter",
    "each for",
    "sequence",
)
_SPOKEN = {"comment", "editorial", "news", "letter"}
_NO_CONTROL = _p(
    r"non-?randomi[sz]ed|uncontrolled,? (?:\w+[- ]){0,2}?(?:trial|study)|^open[- ]label|: an? (?:\w+,? ){0,2}open[- ]label|open[- ]label,? (?:\w+[- ]){0,3}?(?:use|study|trial|treatment|experience)|compassionate|expanded access"
)
_A_TRIAL = _p(
    r"(?:randomi[sz]ed|placebo[- ]controlled|double[- ]blind(?:ed)?)[^.]{0,60}\b(?:trial|study|RCT)\b(?! design)"
)
_POSTHOC_TITLE = _p(
    r"post[- ]?hoc|pooled|sub-?analys|sub-?group|secondary analys|re-?analys|integrated"
)
_ON_TRIALS = _p(r"\btrial designs?\b|sample size|how many patients|methodolog(?!y and results)")
_RANDOM = _p(r"\brandomi[sz]|\brandomly\b|\brandom (?:order|allocation|assignment)|\bin random")
_CONTROLLED = _p(
    r"double[- ](?:blind|mask)|placebo[- ]controlled|versus placebo|or placebo|sham[- ]controlled"
)
_OBSERVATIONAL = _p(
    r"\bretrospective|\bcohort\b|\bregistry\b|case[- ]control|cross-sectional|\bobservational\b|chart review|\bsurvey\b|case (?:series|report)|real-world|post-?marketing|prospective (?:study|follow)"
)
_SINGLE = Guarded(
    r"open[- ](?:label )?(?:add-on|trial|study|label|prospective|pilot)|single[- ]arm|uncontrolled (?:study|trial)|pilot study|dose[- ]escalation",
    "open",
    "single",
    "uncontrolled",
    "pilot",
    "escalation",
)
_ANIMAL = _p(
    r"\b(?=[bcdfmprv])(?:dogs?|canine|cats?|feline|rats?|mice|mouse|rodents?|veterinary|client-owned|piglets?|baboons?)\b"
)
_HEALTHY = Guarded(
    r"(?:healthy|normal) (?:\w+ ){0,2}?(?:volunteers?|subjects?|participants?|men|adults|controls|human|individuals)",
    "healthy",
    "normal",
)
# sought in lower case: a search for letters of one case jumps to where one can begin
_EPILEPSY = re.compile(r"epilep|seizure|convuls|spasms|lennox|dravet|antiepileptic|partial-onset")
_OTHER_DISEASE = re.compile(
    r"migraine|neuropath|pain\b|bipolar|depress|anxiety|alcohol|cocaine|obes|binge|fibromyalgia|essential tremor|hot flash|smok|hiv|graves|ataxia|schizophren|autis|tinnitus|restless legs|insomnia|cancer|glioma|stroke|dementia|alzheimer|parkinson|fragile|rhabdomyoma|surgery patients|an(?:a)?esthe|labor|preeclampsia|eclampsia|withdrawal|ptsd|post-?traumatic stress|huntington|multiple sclerosis|asthma|diabet|hypertens"
)


_WITH_EPILEPSY = _p(r"patients with (?:\w+[- ]){0,4}(?:epilep|seizure)")
_PATIENTS = _p(
    r"epileptic patients|(?:patients|children|adults|adolescents) with (?:\w+[- ]){0,4}(?:epilep|seizure|dravet|lennox)"
)


def against_placebo(text: str) -> bool:
    """True if shares of a placebo group are printed, outside what is said of its patients later.

    A report of open-label treatment has none but its own; one that also tells of the blinded part
    has those of the placebo group beside them.
    """
    for match in _AGAINST_PLACEBO.finditer(text):
        start = max(text.rfind(". ", 0, match.start()), 0)
        end = text.find(". ", match.end())
        around = text[start : end if end > 0 else len(text)]
        if not re.search(
            r"(?:prior|previous\w*|former|initial\w*|originally|earlier) (?:\w+ ){0,4}placebo|placebo[- ](?:to|treated in|group in the (?:core|double)|/)|switch|convert|core (?:study|trial)|preceding|parent (?:study|trial)|entered|enrol",
            around,
            re.I,
        ):
            return True
    return False


def domain(title: str, text: str) -> str:
    """epilepsy, status_epilepticus, febrile_seizures, prophylaxis, healthy, veterinary, other."""
    both = f"{title}. {text}"
    if len(_ANIMAL.findall(title)) or len(_ANIMAL.findall(text)) >= 3:
        return "veterinary"
    if _HEALTHY.search(both) and not (_PATIENTS.search(title) or _WITH_EPILEPSY.search(text)):
        return "healthy"
    if re.search(r"febrile (?:seizure|convulsion)", title, re.I):
        return "febrile_seizures"
    if re.search(r"status epilepticus", title, re.I):
        return "status_epilepticus"
    if (
        re.search(r"prophyla\w+|prevent\w*", title, re.I)
        and re.search(r"seizure", title, re.I)
        and not re.search("migraine", title, re.I)
    ):
        return "prophylaxis"
    title, text, both = title.lower(), text.lower(), both.lower()
    in_title, others = bool(_EPILEPSY.search(title)), bool(_OTHER_DISEASE.search(title))
    if in_title and not others:
        return "epilepsy"
    weight = len(_EPILEPSY.findall(text)) - 1.2 * len(_OTHER_DISEASE.findall(both))
    if others and not in_title and weight < 4:
        return "other"
    return "epilepsy" if weight > 0 or in_title else "other"


def design(title: str, text: str, types: tuple[str, ...]) -> Design:
    """The design of a report, with how sure the words make it."""
    both = f"{title}. {text}"
    kinds = {kind.lower() for kind in types}
    randomised = bool(_RANDOM.search(both) or re.search(r"double[- ](?:blind|mask)", both, re.I))
    control = _control(both)
    kind, sure = _kind(title, text, kinds, randomised)
    if kind in ("open_label_extension", "single_arm", "single_arm_escalation", "observational"):
        return Design(type=kind, randomised=False, blinding="open" if kind == "open_label_extension" else _blinding(both), control="none" if kind == "open_label_extension" else control, confidence=sure)  # fmt: skip
    return Design(type=kind, randomised=randomised and kind not in ("review", "methodology", "meta_analysis"), blinding=_blinding(both), control=control, confidence=sure)  # fmt: skip


def _kind(title: str, text: str, kinds: set[str], randomised: bool) -> tuple[str, float]:
    if (
        "clinical trial protocol" in kinds
        or _PROTOCOL.search(title)
        or (_PROTOCOL.search(text) and "will be randomi" in text.lower())
    ):
        return "protocol", 0.95
    if _UNDER_WAY.search(text) and not re.search(r"\d\s?%(?! power)|\bp ?[<=]", text, re.I):
        return "protocol", 0.8
    if _META.search(title) or "meta-analysis" in kinds:
        return "meta_analysis", 0.9
    if "observational study" in kinds and not _A_TRIAL.search(title):
        return "observational", 0.8
    if kinds & _SPOKEN and "randomized controlled trial" not in kinds:
        return "review", 0.8
    trial = bool(
        re.search(
            r"\b(?:were|was) randomi[sz]ed|randomi[sz]ed (?:\w+ ){0,4}to\b|were (?:randomly )?(?:assigned|allocated)|double-blind(?:,| )",
            text,
            re.I,
        )
    )
    # a title that says what it is outweighs words of method in the text
    plain_trial = bool(_A_TRIAL.search(title)) and not _POSTHOC_TITLE.search(title)
    method_words = 2 * bool(_METHOD_TEXT.search(text)) + bool(_METHOD.search(title))
    method_words += 2 * bool(_ON_TRIALS.search(title))
    method_words *= not plain_trial
    if re.search(r"\bsimulated\b", title, re.I):
        return "methodology", 0.8
    if _OTHER_QUESTION.search(title) and not plain_trial:
        return "methodology", 0.75
    if method_words >= 2 and not re.search(
        r"\b(?:efficacy|safety|tolerability) (?:and \w+ )?of\b|^[\w-]+ in the treatment of\b|^(?:long-term )?(?:safety|efficacy|tolerability)\b",
        title,
        re.I,
    ):
        return "methodology", 0.75
    registered = kinds & {"randomized controlled trial", "controlled clinical trial"}
    words = _STRONG_REVIEW if registered else _REVIEW
    if ("review" in kinds or words.search(title)) and not re.search(
        r"post[- ]?hoc|patients were random", f"{title}. {text}", re.I
    ):
        return "review", 0.85 if "review" in kinds else 0.7
    if not kinds & {
        "randomized controlled trial",
        "clinical trial",
        "controlled clinical trial",
    } and re.search(
        r"\bis (?:well absorbed|in development)|marketing authori[sz]ation|\b(?:we|this (?:paper|report|chapter)|the authors?) (?:briefly |critically )?(?:reviews?\b|summari[sz]e)|\b(?:is|are|has been|have been) reviewed\b|\bthis (?:review|article)\b",
        text,
        re.I,
    ):
        return "review", 0.7
    pooled_title = bool(_POSTHOC.search(title))
    assigned = re.search(
        r"(?:were|was) (?:\w+ ){0,2}(?:randomi[sz]ed|randomly)|randomi[sz]ed to|random order"
        r"|(?:^|\bin (?:a|this)|\bthis(?: was| is)?(?: an?)?|\bwe (?:\w+ )?(?:performed|conducted|did) an?) (?:[\w-]+,? ){0,4}?randomi[sz]ed,? (?:[\w-]+,? ){0,5}?(?:cross-?over|trial|study)\b",
        text,
        re.I,
    )
    open_title = _NO_CONTROL.search(title) and not re.search(
        r"extension|(?<!non)(?<!non-)randomi[sz]ed|double[- ]blind|placebo", title, re.I
    )
    if open_title and not pooled_title:
        after = re.search(
            r"(?:after|completed|completing|following|continu\w+)[^.]{0,60}(?:double[- ]blind|placebo[- ]controlled|controlled trial)",
            text,
            re.I,
        )
        return ("open_label_extension", 0.6) if after else ("single_arm", 0.7)
    if not (assigned or pooled_title) and not re.search(
        r"randomi[sz]ed|double[- ]blind|placebo-controlled", title, re.I
    ):
        if _PHASES.search(text):
            return "rct_crossover", 0.6
        if _CONTINUED.search(text[:600]):
            return "open_label_extension", 0.6
        if re.search(
            r"retrospective|real[- ]world|clinical practice|case series|cohort|registry|chart review|observational|prospective study|relationship between",
            f"{title}. {text[:900]}",
            re.I,
        ):
            return "observational", 0.7
    if _FIXED_ORDER.search(text) and not (
        _RANDOM.search(text) or re.search(r"double[- ](?:blind|mask)", text, re.I)
    ):
        return "single_arm_escalation", 0.7
    if (
        _EXTENSION.search(title)
        and not (_POSTHOC_TITLE.search(title) and against_placebo(text))
        and (
            _EXTENSION_TEXT.search(text) or re.search(r"open|extension|OLE|long-term", title, re.I)
        )
    ):
        mixed = re.search(
            r"double-blind, placebo-controlled[^.]*\band\b[^.]*extension|and (?:a )?(?:combined )?extension",
            title,
            re.I,
        )
        blind_trial = re.search(
            r"double[- ]blind|placebo[- ]controlled|randomi[sz]ed (?:controlled )?(?:trial|study)\s*\.?$",
            title,
            re.I,
        ) and not re.search(r"extension|open", title, re.I)
        if not mixed and not blind_trial:
            return "open_label_extension", 0.85
    if (
        re.search(
            r"open[- ]label (?:\w+ ){0,3}?extension (?:study|trial)s?[,.]? (?:of|were|was|with)|three cenobamate regulatory trials|present study is an open",
            text[:700],
            re.I,
        )
        and not trial
    ):
        return "open_label_extension", 0.7
    if re.search(
        r"present study (?:is|was) an open[^.]*extension|this (?:\w+[- ]){0,4}(?:open-label )?extension (?:study|trial)|treated at one center for up to \w+ years",
        text,
        re.I,
    ):
        return "open_label_extension", 0.8
    if pooled_title or (_POSTHOC_TEXT.search(text[:400] if plain_trial else text)):
        head = f"{title}. {text[:1200]}"
        several = bool(_SEVERAL.search(head)) or "pooled" in head.lower()
        strong = re.search(
            r"pooled data|data (?:were|was|are) pooled|pooled (?:from|analys)|(?:secondary|post[- ]?hoc|sub-?group) analysis of (?:the )?(?:data|results)",
            text[:900],
            re.I,
        )
        if (
            pooled_title
            or strong
            or not re.search(
                r"(?:were|was) (?:randomi[sz]ed (?:\(?1:1|to\b)|randomly (?:assigned|allocated))",
                text,
                re.I,
            )
        ):
            return ("posthoc_pooled_rct" if several else "posthoc_rct"), 0.8
    if randomised or _CONTROLLED.search(f"{title}. {text}"):
        escalation = re.search(r"dose-escalation study of \w+ patients", text, re.I)
        if escalation and not re.search(r"randomi[sz]ed to|parallel", text, re.I):
            return "single_arm_escalation", 0.6
        if _CROSSOVER.search(f"{title}. {text}"):
            return "rct_crossover", 0.9
        return "rct_parallel", 0.95 if trial else 0.8
    if _OBSERVATIONAL.search(f"{title}. {text[:800]}"):
        return "observational", 0.6
    if "randomized controlled trial" in kinds or "controlled clinical trial" in kinds:
        return ("rct_crossover" if _CROSSOVER.search(text) else "rct_parallel"), 0.6
    if _SINGLE.search(f"{title}. {text[:800]}") or "clinical trial" in kinds:
        return "single_arm", 0.6
    if not text:
        return "unknown", 0.2
    return "observational", 0.4


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
    if re.search(
        r"open[- ]?label|\bopen (?:trial|study|add-on|randomi|prospective|,)|unblinded|unmasked|non-?blind",
        text,
        re.I,
    ):
        return "open"
    return None


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
