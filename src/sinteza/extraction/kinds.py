# ruff: noqa: E501 - a pattern is read best on one line
"""Which design a report has: cues of title, abstract and indexing, weighed by a learned model.

No single word tells the design: "open-label extension" stands in reports of the blinded part,
"randomized, double-blind, placebo-controlled" in reviews, and the publication type says
"Randomized Controlled Trial" of extensions, pooled analyses and models alike. Each cue is a phrase
in the title, in the first lines or anywhere, or several of these together; a multinomial logistic
model (penalized likelihood) weighs them. The weights come from :mod:`sinteza.train.designs`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from sinteza.extraction.guarded import Guarded

#: The first lines, where a report says what it is.
_OPENING = 450
_W = r"(?:[\w'/-]+[,;]? )"
_SEVERAL = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|both|all|these|\d{1,2})"  # fmt: skip
_STUDIES = r"(?:trials|studies|rcts)"


def _low(pattern: str, *words: str) -> Guarded:
    """A guarded pattern for texts in lower case."""
    return Guarded(pattern, *words, low=True)


_CUES: tuple[tuple[str, Guarded], ...] = (
    ("protocol", _low(r"protocol (?:for|of) (?:a|an|the)\b|study protocol|trial protocol|^protocol|rationale(?: and|,)|design(?:,| and) (?:rationale|method)|present the (?:design|protocol)|study design and", "protocol", "rationale", "design")),
    ("to be done", _low(r"\bwill (?:be|receive|evaluate|assess|compare|include|recruit|enrol|randomi|undergo|provide|determine|help|investigate)", "will ")),
    ("under way", _low(r"ongoing|under ?way|currently (?:recruit|enrol)|expected completion|planned|(?:aims?|plan) to (?:enrol|recruit|include)|estimated enrol", "ongoing", "under", "currently", "expected", "planned", "aim", "plan to", "estimated")),
    ("now", _low(rf"\b(?:are|is) (?:[\d:]+ |{_W}){{0,2}}(?:randomi[sz]ed|allocated|assigned)", "are ", "is ")),
    ("synthesis", _low(r"meta-?anal|systematic(?:ally)? (?:literature )?(?:review|search)|cochrane|medline|pubmed|indirect (?:treatment )?comparison|literature", "meta", "systematic", "cochrane", "medline", "pubmed", "indirect", "literature")),
    ("review", _low(r"\breview(?!ed by|er)|overview|critically appraised|\bcommentary|\beditorial|state of the art|summari[sz]e", "review", "overview", "apprais", "commentary", "editorial", "state of", "summari")),
    ("told of a drug", _low(rf"\b(?:is|are) (?:{_W}){{0,3}}(?:new|novel|derivative|approved|indicated|effective|well tolerated|available|compound|agent|drug|analog|treatment)|(?:has|have) (?:also )?been (?:shown|demonstrated|approved|reported|studied|evaluated|found|conducted|licensed|established|used|suggested|completed|carried|performed)|(?:has|have) (?:shown|demonstrated)", "is ", "are ", "has ", "have ")),
    ("pharmacology", _low(r"mechanism|pharmacolog|pharmacokinetic profile|protein binding|bioavailab|half-life|metaboli[sz]ed|animal models?|preclinical|in vitro", "mechanism", "pharmaco", "protein", "bioavail", "half-life", "metaboli", "animal", "preclin", "in vitro")),
    ("method", _low(r"sample size|methodolog|simulat|\bmodel(?:l?ing|s)?\b|statistic(?:al|s) (?:method|power|model)|trial design|study design|endpoints?|power (?:analysis|calculation)|re-?sampling|time-to-event|validation|equation|algorithm|psychometric|reliab|responsiveness|surrogate|bias", "sample", "methodol", "simulat", "model", "statistic", "design", "endpoint", "power", "sampling", "time-to", "validation", "equation", "algorithm", "psychometric", "reliab", "responsiveness", "surrogate", "bias")),
    ("placebo response", _low(r"placebo (?:response|effect)|placebo-treated patients|placebo (?:arms?|groups?|data)", "placebo")),
    ("extension", _low(rf"open[- ]label,? (?:{_W}){{0,3}}(?:extension|follow|continuation)|\boles?\b|extension (?:stud|trial|phase|period|data|of)|roll-?over|continuation (?:stud|trial|phase)", "open", "ole", "extension", "roll", "continuation")),
    ("this extension", _low(r"(?:this|present|current) (?:[\w-]+,? ){0,5}?(?:extension|continuation|follow-up) (?:study|trial|phase)|(?:present|this|current) (?:study|trial) (?:is|was) an? (?:[\w-]+,? ){0,4}?(?:open|extension)", "this", "present", "current")),
    ("this trial", _low(r"(?:\bin (?:a|this|our)|\bthis(?: was| is)?(?: an?)?|\bwe (?:\w+ )?(?:performed|conducted|did|undertook|carried out) an?|\ba) (?:[\w-]+,? ){0,5}?(?:randomi[sz]ed|double[- ]blind|placebo[- ]controlled)\b,? (?:[\w-]+,? ){0,6}?(?:trial|study|design)\b", "trial", "study", "design")),
    ("this review", _low(r"\bthis (?:\w+ )?(?:review|article|paper|chapter|overview)\b|\bwe (?:\w+ )?(?:review|summari[sz]e|discuss|searched)\b|\b(?:is|are|were|been) (?:\w+ )?(?:reviewed|summari[sz]ed|discussed)\b", "this", "we ", "reviewed", "summari", "discussed")),
    ("this look back", _low(r"(?:this|these|present|current|our|we) (?:[\w-]+,? ){0,4}?(?:post[- ]?hoc|pooled|secondary|exploratory|sub-?analys[ei]s|integrated|sub-?group|sub-?study|re-?analys[ei]s|ancillary|retrospective(?:ly)? anal)", "this", "these", "present", "current", "our", "we ")),
    ("long term", _low(r"long[- ]term|follow-up|sustained|during up to|years? of (?:treatment|follow)|up to \w+ (?:years?|months)|retention|maintained", "long", "follow-up", "sustained", "up to", "year", "retention", "maintained")),
    ("completers", _low(rf"complet(?:ed|ing|ers)(?: of)? (?:{_W}){{0,8}}(?:double|blind|randomi[sz]ed|trial|study|phase|core)|(?:entered|enrolled in|continued|continue|participat\w+ in|eligible for|rolled) (?:{_W}){{0,5}}(?:open|extension|long-term|follow)|previous(?:ly)? (?:{_W}){{0,4}}(?:double|blind|trial|study|controlled)", "complet", "enter", "enrol", "continue", "particip", "eligible", "rolled", "previous")),
    ("open", _low(r"open[- ]label|\bopen,? (?:\w+,? )?(?:trial|study|add-on|prospective|pilot|non)|openly", "open")),
    ("uncontrolled", _low(r"uncontrolled (?:trial|study|open)|single[- ]arm|non-?random|non-?comparative|compassionate|expanded access", "uncontrolled", "single", "random", "comparative", "compassionate", "expanded")),
    ("observed", _low(r"retrospective|chart review|case series|case reports?|real[- ]world|clinical practice|cohort|registry|observational|surveillance|cross-sectional|survey|prospective study", "retrospective", "chart", "case", "real", "practice", "cohort", "registry", "observational", "surveillance", "cross", "survey", "prospective")),
    ("post hoc", _low(r"post[- ]?hoc|secondary (?:analys|outcome|objective)|exploratory (?:analys|post)|re-?analy|sub-?analys|sub-?group|sub-?population|sub-?study|ancillary|subset of|retrospective(?:ly)? anal", "post", "secondary", "exploratory", "reanaly", "re-analy", "subanaly", "sub-analy", "subgroup", "sub-group", "subpop", "sub-pop", "substudy", "sub-study", "subset", "retrospective", "ancillary")),
    ("pooled", _low(r"\bpool(?:ed|ing)\b|integrated|combined (?:anal|data)|data were combined|were combined|across (?:the |all )?(?:\w+ )?(?:trials|studies)", "pool", "integrated", "combined", "across")),
    ("this analysis", _low(r"this (?:\w+ )?analysis|these analyses|the present analysis|current analysis|we (?:\w+ )?analy[sz]ed|were (?:re)?analy[sz]ed|was analy[sz]ed|analy[sz]ed (?:the )?data|analysis (?:of|was|were)", "analy")),
    ("data of", _low(rf"(?:data|samples|levels|concentrations|recordings|eegs?|scores|results|patients|findings|information|participants|subjects|reports?) (?:{_W}){{0,5}}(?:from|of|in|during) (?:a|an|the|one|both|these|our|{_SEVERAL}) (?:{_W}){{0,7}}(?:trials?|stud(?:y|ies)|rcts?)\b|using data|data from", "trial", "stud", "rct", "data")),
    ("trials", _low(rf"\b(?:{_SEVERAL}|the|of|from|in|phase \w+|clinical|controlled) (?:{_W}){{0,7}}{_STUDIES}\b", "trials", "studies", "rcts")),
    ("several trials", _low(rf"\b{_SEVERAL}[ -](?:{_W}){{0,8}}{_STUDIES}\b", "trials", "studies", "rcts")),
    ("numbered trials", _low(r"\b(?:studies|trials?) (?:\w*\d{2,}\w*(?:,? and |, |/|; ))|\bstud(?:y|ies) \w*\d{2,}.{5,200}study \w*\d{2,}", "stud", "trial")),
    ("relation", _low(r"population pharmacokinetic|exposure[- ](?:response|safety|efficacy)|concentration[- ](?:effect|response)|pk/?pd|pharmacodynamic model|relationship between|predict(?:or|ion|ive|ing)|associat(?:ed|ion) (?:with|between)|impact of|effect of (?:concomitant|age|baseline|sex)|influence of|by (?:age|sex|baseline)|correlat|factors", "pharmaco", "exposure", "concentration", "pk", "relationship", "predict", "associat", "impact", "effect of", "influence", "by ", "correlat", "factors")),
    ("course", _low(r"onset of (?:efficacy|action)|time to (?:onset|first)|titration (?:period|phase|rate)|seizure clusters|subtypes|stratified|according to|irrespective|regardless|concomitant", "onset", "time to", "titration", "clusters", "subtypes", "stratified", "according", "irrespective", "regardless", "concomitant")),
    ("random", _low(r"(?<!non)(?<!non-)randomi[sz]|\brandomly|at random|random (?:order|allocation|assignment|sequence)", "random")),
    ("assigned", _low(rf"(?:were|was|been) (?:{_W}){{0,3}}(?:randomi[sz]ed|randomly|allocated|assigned)|randomi[sz]ed (?:\S+ ){{0,6}}to\b|we (?:{_W}){{0,2}}(?:randomly|randomi[sz]ed)|randomi[sz]ed,? (?:{_W}){{0,4}}(?:received|treated)|received (?:{_W}){{0,8}}or (?:{_W}){{0,2}}placebo|\brandom(?:ly|i[sz]ed) (?:to )?(?:receiv|treat|assign|alloc)", "random", "allocated", "assigned", "placebo")),
    ("ratio", _low(r"\b(?:1|2|3):[1-3](?::[1-3])*\b", "1:", "2:", "3:")),
    ("double blind", _low(r"double[- ]?(?:blind|mask|dummy)|triple[- ]blind", "double", "triple")),
    ("single blind", _low(r"single[- ]?(?:blind|mask)|(?:rater|observer|investigator|assessor)[- ]blind", "blind", "mask")),
    ("placebo", _low(r"placebo|\bsham\b", "placebo", "sham")),
    ("trial", _low(r"(?:randomi[sz]ed|placebo[- ]controlled|double[- ]blind(?:ed)?)[^.]{0,60}\b(?:trial|study|rct|evaluation|comparison|investigation)\b(?! design)", "trial", "study", "rct", "evaluation", "comparison", "investigation")),
    ("crossover", _low(r"cross(?<!rather than cross)(?<!rather than a cross)(?<!final cross)(?:ed)?[- ]?over(?! to (?:open|the open))|\bn[- ]of[- ](?:1|one)\b", "cross", "of")),
    ("order", _low(r"within-(?:patient|subject)|latin square|own controls?|counter-?balanced|wash-?out|in (?:a )?random(?:i[sz]ed)? (?:order|sequence)|either order|order of|random (?:order|sequence)|on (?:separate|different|two|three|four) (?:occasions|days|sessions|visits)|sessions|consecutive (?:periods|phases|days)|randomi[sz]ed in", "within-", "latin", "own control", "counter", "wash", "random", "order", "occasions", "days", "visits", "sessions", "consecutive")),
    ("each in turn", _low(r"each for|for each|each (?:of )?(?:\w+ )?(?:weeks?|months?|treatment|lasting)|during (?:the )?placebo|placebo (?:period|phase|condition)|months? of placebo|both treatments|either drug or placebo|placebo,? and (?:the )?(?:\w+ )?(?:phase|period|condition)s?\b", "each", "placebo", "both treatments")),
    ("step by step", _low(r"dose[- ]escalation|escalating|ascending|increasing doses|rising dose|followed by|subsequently|thereafter|sequential|fixed[- ]sequence|fixed order", "escalat", "ascending", "increasing", "rising", "followed", "subsequent", "thereafter", "sequential", "fixed")),
    ("placebo first", _low(r"placebo \(day ?-?\d|(?:patients|subjects) (?:\w+ )?(?:first |initially )?received placebo [^.]{0,60}(?:followed by|then|subsequently)|placebo (?:period|phase|baseline|run-in|for)[^.]{0,40}(?:followed by|then|subsequently)|single[- ]blind placebo|(?:consecutive|successive) (?:periods|phases)", "placebo", "consecutive", "successive")),
    ("healthy", _low(r"(?:healthy|normal) (?:\w+ ){0,2}?(?:volunteers?|subjects?|participants?|men|adults|controls|human|individuals)|volunteers", "healthy", "normal", "volunteers")),
    ("compared", _low(r"compar(?:ed|ison|ing|ative)|versus|\bvs\b", "compar", "versus", "vs")),
    ("p value", _low(r"\bp ?[<=>≤]|confidence interval|\b95% ci|significan", "p", "confidence", "ci", "significan")),
    ("percent", _low(r"\d\s?%", "%")),
    ("sizes", _low(r"\bn ?= ?\d", "n=", "n =")),
    ("people counted", _low(r"\b(?:\d+|[a-z]+(?:-[a-z]+)?) (?:\w+ ){0,3}(?:patients|subjects|children|adults|volunteers|participants|infants|men|dogs) (?:\w+ ){0,5}(?:were|was|received|entered|participated|completed|with|had)", "patients", "subjects", "children", "adults", "volunteers", "participants", "infants", "men", "dogs")),
    ("was done", _low(r"\bwas (?:given|administered|conducted|performed|carried out|undertaken)|were (?:treated|given|studied|enrolled|recruited|included|investigated|examined|evaluated|measured|recorded)", "was ", "were ")),
    ("effect of", _low(r"\b(?:efficacy|safety|tolerability|effects?|effectiveness) (?:and \w+ )?of\b", "efficacy", "safety", "tolerab", "effect")),
)  # fmt: skip
#: Of these only the combinations below tell something of their own.
_ONLY_TOGETHER = {"completers", "pooled", "data of", "trials", "numbered trials", "double blind", "placebo"}  # fmt: skip
# words of titles that look back, or ask something else than what a treatment did
_TITLES: tuple[tuple[str, Guarded], ...] = (
    ("surveys", _low(r"\brole of|\bplace of|\bupdate|perspective|profile|current|focus on|\bnew (?:drug|treatment|antiep|agents)|advances|experience|progress|future|options|: new|issue|\?|management|lessons|history|evidence", "role of", "place of", "update", "perspective", "profile", "current", "focus on", "new", "advances", "experience", "progress", "future", "options", "issue", "?", "management", "lessons", "history", "evidence")),
    ("costs", _low(r"\bcosts?\b|cost-|economic|budget|quality-adjusted|\bqaly|markov|decision", "cost", "economic", "budget", "quality-adjusted", "qaly", "markov", "decision")),
    ("other question", _low(r"questionnaire|instrument|\bscales?\b|inventory|qolie|rating", "questionnaire", "instrument", "scale", "inventory", "qolie", "rating")),
)  # fmt: skip
_AGAINST_PLACEBO = Guarded(
    r"(?:\bplacebo|\bPBO|\bPLC)\b[^.;]{0,60}?\d(?:\.\d+)?\s?%|\d\s?%[^.;]{0,60}?(?:\b(?:versus|vs\.?|than|and|or|on)|(?<!compared )\bwith)\s(?:the )?(?:placebo|PBO|PLC)\b",
    "placebo",
    "pbo",
    "plc",
)
_OF_LATER = re.compile(
    r"(?:prior|previous\w*|former|initial\w*|originally|earlier) (?:\w+ ){0,4}placebo|placebo[- ](?:to|treated in|group in the (?:core|double)|/)|switch|convert|core (?:study|trial)|preceding|parent (?:study|trial)|entered|enrol",
    re.I,
)
_PLURAL = re.compile(r"\b(?:trials|studies)\b")

_BLIND = ("text assigned", "text double blind", "text random", "title double blind", "title random")
_LATER = ("title post hoc", "title pooled", "title trials", "opening post hoc", "opening pooled", "opening this analysis", "opening data of")  # fmt: skip
_MANY = ("text several trials", "title several trials", "text numbered trials")
_IN_TURN = ("title crossover", "text crossover", "text order")
_FOLLOWS = ("title extension", "title long term", "title open")
_ASKS_ELSE = ("title method", "title costs", "title other question", "title placebo response")
#: Combinations: a name; groups of cues, one of each of which must hold; cues of which none may.
_TOGETHER: tuple[tuple[str, tuple[tuple[str, ...], ...], tuple[str, ...]], ...] = (
    ("crossover of a trial", (_IN_TURN, _BLIND), ()),
    ("crossover, looked at first", (_IN_TURN, _BLIND), _LATER),
    ("extension", (_FOLLOWS, ("text extension", "text completers", "title extension")), ()),
    ("extension, all of it", (_FOLLOWS, ("text extension", "text completers", "title extension")), ("title post hoc", "title pooled")),
    ("extension, with placebo", (("title extension", "title long term", "title open"), ("placebo shares",)), ()),
    ("open, nothing before", (("title open", "title uncontrolled", "title observed"),), ("title extension", "title long term")),
    ("looked at later, several", (_LATER, _MANY), ()),
    ("looked at later, one", (_LATER,), (*_MANY, "title trials")),
    ("title pools", (("title post hoc", "title pooled"), (*_MANY, "text pooled", "title trials")), ()),
    ("data of a trial, none assigned", (("opening data of",),), ("text assigned", "text now", *_MANY)),
    ("in turn, none assigned", (("text each in turn", "text order"),), ("text assigned", "text placebo first", *_LATER)),
    ("title tells a trial", (("title trial",),), _LATER),
    ("assigned, looked at first", (("text assigned",),), (*_LATER, "text crossover", "text order")),
    ("no results", (("always",),), ("text p value", "text percent")),
    ("still to be done", (("text to be done", "text under way", "text now"),), ("text p value", "text percent")),
    ("told of a drug alone", (("text told of a drug",),), ("text p value", "text assigned")),
    ("title asks something else", (_ASKS_ELSE,), ()),
    ("title asks only something else", (_ASKS_ELSE,), ("title trial", "title double blind")),
    ("placebo first, none assigned", (("text placebo first",),), ("text assigned",)),
    ("not random", (("always",),), ("text random", "title random", "text double blind")),
    ("only indexed as a trial", (("type randomized controlled trial", "type controlled clinical trial"),), ("text assigned",)),
)  # fmt: skip

_BLINDED_TITLE = ("title random", "title double blind", "title placebo", "title post hoc", "title pooled")  # fmt: skip
#: What is said so plainly that it decides by itself, in this order: the design, then as above.
_PLAIN: tuple[tuple[str, tuple[tuple[str, ...], ...], tuple[str, ...]], ...] = (
    ("protocol", (("title protocol",),), ()),
    ("protocol", (("text now",),), ("text p value",)),
    ("protocol", (("text protocol",), ("text under way",)), ("text p value", "text percent", "title review")),
    ("review", (("title review",),), ("title post hoc", "title pooled")),
    ("posthoc_rct", (("title post hoc",),), (*_FOLLOWS, *_MANY, "title trials", "title pooled", "text pooled")),
    ("posthoc_rct", (("title post hoc",), ("placebo shares",)), (*_MANY, "title trials", "title pooled", "text pooled")),
    ("posthoc_pooled_rct", (("title pooled",), ("title trials", "title several trials")), _FOLLOWS),
    ("methodology", (("title costs",),), ("title trial", *_BLINDED_TITLE)),
    ("rct_crossover", (("title crossover",),), ("title post hoc", "title pooled", "title extension")),
    ("open_label_extension", (("title extension",),), ("title double blind", "title post hoc", "title pooled")),
    ("open_label_extension", (("title open",), ("text completers", "text extension", "title completers")), ("title double blind", "title placebo", "title post hoc", "title pooled")),
    ("open_label_extension", (("opening this extension",),), ("title post hoc", "title pooled", "opening this look back", "text assigned")),
    ("single_arm", (("title open", "title uncontrolled"),), (*_BLINDED_TITLE, "title long term", "title observed")),
    ("single_arm_escalation", (("text placebo first",), ("not random",)), ()),
    ("observational", (("title observed", "opening observed"), ("not random",)), ()),
)  # fmt: skip
#: How often these are right, by cross-validation (the trainer's ``accuracy_plain``).
PLAIN_SURE = 0.98


def against_placebo(text: str) -> bool:
    """True if shares of a placebo group are printed, outside what is said of its patients later.

    A report of open-label treatment has none but its own; one that also tells of the blinded part
    has those of the placebo group beside them.
    """
    for match in _AGAINST_PLACEBO.finditer(text):
        start = max(text.rfind(". ", 0, match.start()), 0)
        end = text.find(". ", match.end())
        around = text[start : end if end > 0 else len(text)]
        if not _OF_LATER.search(around):
            return True
    return False


def _holds(
    held: set[str] | frozenset[str], groups: Iterable[Iterable[str]], none: Iterable[str]
) -> bool:
    return held.isdisjoint(none) and not any(held.isdisjoint(group) for group in groups)


def cues(title: str, text: str, types: Iterable[str]) -> set[str]:
    """Names of the cues that hold; their place before the name: title, opening or text."""
    low, body = title.lower(), text.lower()
    held = {"always", f"trials told of {min(len(_PLURAL.findall(body)), 4)}"}
    held |= {f"title {name}" for name, pattern in _TITLES if pattern.search(low)}
    for name, pattern in _CUES:
        if pattern.search(low):
            held.add(f"title {name}")
        match = pattern.search(body)
        if match:
            held.add(f"text {name}")
            if match.start() < _OPENING:
                held.add(f"opening {name}")
    held |= {f"type {kind.lower().split(', phase')[0]}" for kind in types}
    if not text:
        held.add("no text")
    if against_placebo(text):
        held.add("placebo shares")
    for name, groups, none in _TOGETHER:
        if _holds(held, groups, none):
            held.add(name)
    return held


def plain(held: set[str] | frozenset[str]) -> str | None:
    """The design that is said plainly, if one is."""
    return next((kind for kind, groups, none in _PLAIN if _holds(held, groups, none)), None)


def weighed(cue: str) -> bool:
    """Whether the model weighs a cue by itself."""
    return cue.split(" ", 1)[-1] not in _ONLY_TOGETHER


def probabilities(
    held: Iterable[str], weights: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """Probability of each design; ``weights`` holds those of each cue by design."""
    scores: dict[str, float] = dict.fromkeys(weights["always"], 0.0)
    for cue in held:
        for kind, weight in weights.get(cue, {}).items():
            scores[kind] += weight
    top = max(scores.values())
    chances = {kind: math.exp(score - top) for kind, score in scores.items()}
    whole = sum(chances.values())
    return {kind: chance / whole for kind, chance in chances.items()}


def choose(
    held: set[str] | frozenset[str], weights: Mapping[str, Mapping[str, float]]
) -> tuple[str, float]:
    """What is said plainly, else the likeliest design; and its probability."""
    said = plain(held)
    if said:
        return said, PLAIN_SURE
    chances = probabilities(held, weights)
    best = max(chances, key=lambda kind: chances[kind])
    return best, round(chances[best], 2)


@cache
def _weights() -> dict[str, dict[str, float]]:
    raw = files("sinteza.extraction").joinpath("models/designs.json").read_text("utf-8")
    weights: dict[str, dict[str, float]] = json.loads(raw)["weights"]
    return weights


def read(title: str, text: str, types: Iterable[str]) -> tuple[str, float]:
    """The design of a report, and how probable it is."""
    return choose(cues(title, text, types), _weights())
