# ruff: noqa: E501 - a pattern is read best on one line
"""The figures of a sentence that can be results: counts, shares, ranges.

Everything that is a figure but no result is covered first, at its place: p values, confidence
intervals, thresholds, doses, durations, ages, ratios. What remains is read as events, totals and
percentages, from the most telling form (``34 (43%) of 79``) to the barest (``43%``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sinteza.extraction.guarded import standing

_UNITS = "one two three four five six seven eight nine".split()  # noqa: SIM905 - reads as a list of words
_TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905 - as above
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905 - as above
_VALUES = {word: n for n, word in enumerate([*_UNITS, *_TEENS], 1)}
_VALUES |= {word: 10 * n for n, word in enumerate(_TENS, 2)}
_VALUES |= {"none": 0, "no": 0, "zero": 0, "a": 1}

# by their first letters: a branch costs its try at every word of a text
_UNIT_WORD = r"(?:one|t(?:wo|hree)|f(?:our|ive)|s(?:ix|even)|eight|nine)"
_SMALL = (
    rf"(?:(?:t(?:wen|hir)|f(?:or|if)|s(?:ix|even)|eigh|nine)ty(?:[- ]{_UNIT_WORD})?"
    rf"|(?:thir|four|fif|s(?:ix|even)|eigh|nine)teen|ten|eleven|twelve|{_UNIT_WORD})"
)
_HUNDRED = rf" hundred(?:(?: and)? {_SMALL})?"
WORD = rf"(?:(?=[aefnostz])(?:{_SMALL}(?:{_HUNDRED})?|a{_HUNDRED}|none|zero))"
INT = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,5}}|\b{WORD}\b)"
PEOPLE = r"(?:patients?|subjects?|child(?:ren)?|participants?|volunteers?|persons?|adults?|infants?|individuals?|adolescents?|dogs?)"
DEC = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_PCT = rf"((?:[+-]\s?)?(?:{DEC}|\b{WORD}\b))\s?(?:%|percent\b|per cent\b|percentage points?\b)"
_L = r"(?<![\w.~])"

_GREATER = (
    r"(?:[≥≧⩾>]|> ?or ?= ?(?:to )?|> ?/? ?=|>or=|at least(?: an?)?|more than|greater than(?: or equal to)?"
    r"|(?:a )?minimum of|over|exceeding|[≤<]|< ?or ?=|less than|fewer than|below)"
)
_TIME = (
    r"(?:years?|yrs?|months?|mos?|weeks?|wks?|days?|hours?|hrs?|h|min(?:utes?)?|s(?:ec(?:onds?)?)?"
    r"|seizures?|attacks?|episodes?|sites?|cent(?:er|re)s?|countries|trials?|studies|phases?"
    r"|Hz|kHz|mA|ms|msec|T|kg|kcal|cm|mm|mL|ml|bpm|points?|fold|times|AEDs?|ASMs?|drugs?"
    r"|antiepileptic|anti-?seizure|concomitant)"
)
UNIT = (
    r"(?:mg|g|(?:m|mu|n|µ|μ)?mol|mcg|micrograms?|milligrams?|grams?|ug|µg|μg|ng|mL|ml|IU|U|[Uu]nits?(?=\s?/)|mA|V)"
    r"(?:\s?/\s?(?:kg|m2|ml|mL|day|d|dose|hours?|hr|h))*(?:\s?/\s?(?:day|d|hours?|hr|h|min|week))?"
    r"(?:\s?(?:per|a|each|every) (?:(?:kg|kilogram)(?: of body ?weight)?(?: per day)?|day|dose))?(?:\s?(?:once|twice) (?:daily|a day)"
    r"|\s?(?:daily|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?)\b)?"
)
_FEW = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)"
_NOT_PEOPLE = (
    r"(?:areas|domains|items|tests|subtests|(?:sub)?scales|measures|sites|centers|studies|trials|days|nights|weeks|months|visits"
    r"|seizures|episodes|parameters|variables|samples|doses|occasions|questions|comparisons|countries|subdomains)"
)
# covered figures: none of these is the result of an arm; without one of its words (in lower case) a
# pattern cannot match, and is not tried
_COVERED = [
    (re.compile(pattern, flags), needles)
    for pattern, flags, needles in [
        # p values, alone or in a list
        (rf"\bp\b[- ]?(?:values?)?(?: vs\.? placebo)?\s*(?:was|were|of|for all)?\s*(?:[<>=≤≥]|> or|< or|not)[\s=<>]*{DEC}"
         rf"(?:\s*(?:,|and|/p?=?)\s*(?:[<>=≤≥]\s*)?0?\.\d+)*", re.I, ()),
        (r"[<>=]\s?0?\.0\d*", re.I, ()),
        # confidence intervals and other ranges behind a value
        (rf"\(?\[?\b\d\d\.?\d?\s?%?\s?-?(?:CI|CrI|confidence intervals?|(?:credible|probability) intervals?|confidence limits?)\]?s?(?: ?[\[(]CI[\])])?"
         rf"(?: of the difference)?(?: was| were| of)?[\s:,=\]\[(]*[+-]?\s?{DEC}\s?%?\s*(?:-|to|,|;|\.\.\.?|and)+\s*[+-]?\s?{DEC}\s?%?", re.I, ("ci", "cri", "confid", "cred", "probab")),
        (rf"\b(?:confidence interval|CI)s?\]?\s?[\s:,=(\[]*[+-]?\s?{DEC}\s?%?\s*(?:-|to|,|;)+\s*[+-]?\s?{DEC}\s?%?", re.I, ("ci", "confid")),
        (rf"\b(?:IQR|interquartile range|range|Q1[-,]\s?Q3|min[-,]\s?max)\b[\s:,=(\[]*[<>]?\s?[+-]?\s?{DEC}\s?%?\s*(?:-|to|,|;)+\s*[+-]?\s?{DEC}\s?%?", re.I, ("iqr", "range", "q1", "min")),
        (rf"{DEC}\s?%?\s?(?:\+/-|\+-|±)\s?{DEC}\s?%?", 0, ("±", "+/-", "+-")),
        # heterogeneity of a pool, and a change told twice: "-9% (a 9% increase)"
        (rf"\bI\s?(?:2|²|\^2|\(2\)|\[2\])\s?(?:=|:|was|of|,)\s?{DEC}\s?%", 0, ("%",)),
        (rf"(?<=%\s)\((?:(?:i\.e\.|that is),? )?an? {DEC}\s?% (?:\w+ )?(?:increase|decrease|reduction|rise|worsening)\)", re.I, ("%",)),
        (rf"\b(?:SD|SE|SEM|standard (?:deviation|error))\b[\s:,=(\[]*{DEC}", re.I, ()),
        (rf"(?<=%)\s?\[\s?{DEC}\s?%\s?\]", 0, ("%",)),
        (rf"(?<=\d\s)[\[(]\s?[+-]?{DEC}\s?(?:-|to|,)\s?[+-]?{DEC}\s?[)\]]", 0, ("(", "[")),
        # statistics of tests
        (rf"(?:\u03c7|\bchi|\b[FtzZU])(?:[- ]?squared?|2|\^2|²)?\s?(?:[(\[]\d+(?:,\s?\d+)?[)\]]\s?)?=\s?-?{DEC}", 0, ("=",)),
        # an interval that follows its value in brackets without a name
        (rf"(?<=%)\s*[\[(]\s*-?{DEC}\s?%?\s*(?:-|to|,)\s*-?{DEC}\s?%?\s*(?=[,;\])])", 0, ("%",)),
        (r"\b(?:at least|one or more|more than|≥|> ?or ?= ?) ?(?:one|two|three|1|2|3)\b(?!\d|\.\d| ?%)", re.I, ("least", "more", "≥", ">")),
        # ratios and differences
        (rf"\b(?:odds ratios?|risk ratios?|rate ratios?|hazard ratios?|relative risks?|relative risk ratio|OR|RR|HR|IRR|NNTs?|NNH|"
         rf"number needed to (?:treat|harm))\b\]?(?: for response| vs\.? placebo)?[\s:,=(\[]*(?:was|were|of|is)?\s*{DEC}(?![\d.]*\s?%)", 0, ()),
        (rf"{DEC}\s?%?(?: percentage points?)? (?:absolute |treatment |median |mean )?difference", re.I, ("difference",)),
        (rf"\b(?:difference|margin|power|level|probability(?! of (?:\w+ ){{0,3}}?(?:remain|be|achiev|seizure|free|continu|complet|retention|recurr|relaps)))\b(?:\s*\(|[^.;()]{{0,40}}?(?:was|were|of|=|:|,))\s*[+-]?\s?{DEC}\s?%?", re.I, ("difference", "margin", "power", "level", "probab")),
        (r"\b9\d\s?% (?:CI|CrI)\b", 0, ("ci", "cri")),
        (rf"\b9\d\s?% (?:\w+ )?(?:intervals?|limits?)\b(?:[\s:,=\[(]*[+-]?{DEC}\s?%?\s*(?:-|to|,)\s*[+-]?{DEC})?", re.I, ("interval", "limit")),
        (rf"\bdifference:?\s+[+-]?{DEC}\s?%?", re.I, ("difference",)),
        # "five of nine areas"
        (rf"\b{_FEW}\s?(?:/|(?:out )?of)\s(?:the )?{_FEW} (?:of the )?(?:\w+ )?{_NOT_PEOPLE}\b", re.I, ()),
        (r"\bnone of (?:the |these )?(?:\w+ )?(?:events?|cases|TEAEs|AEs|SAEs|effects|reactions|changes|measures|analyses|differences)\b", re.I, ("none of",)),
        (rf"\b(?:for )?every {INT}(?:\s*(?:to|-)\s*{INT})?\b(?:[^.;%\d]{{0,90}}?, {INT}(?= {PEOPLE}))?", re.I, ("every",)),
        # "thirty-nine percent (39%)"
        (rf"\b{WORD}\s+per ?cent(?=\s\({DEC}\s?%)", re.I, ("percent", "per cent")),
        # thresholds
        (rf"{_GREATER}\s*[+-]?{DEC}\s?(?:%|percent)?(?:\s*(?:-|to|,|and|or|but)+\s*(?:{_GREATER})\s*{DEC}\s?%?)*(?:,?\s*(?:and|or|,)\s*(?:50|75|90|100)\s?%(?!\s?(?:\(|of|for|in|on|with|had)))*", re.I, (">", "<", "≥", "≧", "⩾", "≤", "least", "than", "minimum", "over", "exceed", "below")),
        (rf"\b{INT} \w+ (?:would )?provided?(?= {DEC}\s?% power)", re.I, ("provid",)),
        (rf"{DEC}\s?% power\b|\bassum\w+ (?:an? )?[^.;]{{0,30}}?{DEC}\s?%", re.I, ("power", "assum")),
        (rf"(?:\b(?:fifty|25|50|75|90|100|twenty-five|seventy-five|ninety)\s?(?:%|percent|per cent)?\s*(?:,|,? and|,? or|to|/)\s*(?:{_GREATER})?\s*)*"
         rf"\b(?:fifty|25|50|75|90|100|twenty-five|seventy-five|ninety)\s?-?(?:%|percent|per cent)?[- ]?(?:seizure )?(?:or (?:more|greater|higher|better)|responders?\b|respon[sd]\w* rates?|response\b|and (?:above|more))", re.I, ("25", "50", "75", "90", "100", "fif", "ninety", "-five")),
        (r"\b100\s?% (?:\w+ )?(?:reduction|respon\w+|decrease)", re.I, ("100",)),
        (r"\b(?:between|by) (?:25|50|75)\s?%?\s?(?:and|-|to)\s?(?:50|74|75|99|100)\s?%", re.I, ("between", "by ")),
        (r"\b(?:RR|R)\d\d\b|\b\d\d ?%?RR\b", 0, ()),
        (r"\b(?:an?|the) (?:25|50|75|90|100)\s?(?:%|percent) (?:or \w+ )?(?:\w+ )?(?:reduction|decrease|improvement|response)", re.I, ("25", "50", "75", "90", "100")),
        (r"\b(?:achiev|experienc|had|show|attain|with|by)\w*\s+(?:25|50|75|90|100)\s?% (?:seizure )?(?:reduction|decrease|improvement)", re.I, ("25", "50", "75", "90", "100")),
        (r"\b(?:reduced|decreased) by (?:at least )?(?:25|50|75|90)\s?%(?! (?:for|with|in|on|vs))(?= \w+ing| after| or| from)", re.I, ("ed by",)),
        # sizes, ages, spans, ratios of allocation, studies, phases, years, identifiers
        (rf"\b[nN]s?\s?[=:]\s?{DEC}(?:\s?/\s?{DEC})*", 0, ("=", ":")),
        (r"\b\d+\s?:\s?\d+\b(?:\s?:\s?\d+)*(?!\.\d|\s?%)", 0, (":",)),
        (rf"\b(?:aged?|ages)\b[^.;()~]{{0,20}}?{DEC}(?![\d.]*\s?%)(?:\s*(?:-|to|and|<|≤)+\s*[<≤]?\s?{DEC}(?![\d.]*\s?%))?", re.I, ("age",)),
        (rf"{DEC}\s*(?:-|to|and|or)\s*[<≤]?\s?{DEC}[-\s]+(?:\w+-?)?{_TIME}\b", 0, ()),
        (rf"{DEC}[-\s]?(?:partial[- ]onset |focal |generalized |(?!percentage|had\b|experienced|developed|suffered|without|with\b|reported|completed|withdrew|discontinued|left\b)\w+ )?{_TIME}\b(?![- ]?free)", 0, ()),
        (r"(?<!/)\b(?:weeks?|days?|months?|years?|visits?|phase|studies|study|trials?|class|grades?|type|version|level|per|every|day|for(?= the))\s+\d+(?:\.\d+)?(?:(?:\s*(?:-|to|,|and|or|/|through))+\s*\d+(?![\d.]*\s?%|\s(?:out )?of\s|\s?/\s?\d|\s(?:\w+ )?\(|\s(?:\w+ )?(?:patients|subjects)))*\b(?![\d.]*\s?%)", re.I, ()),
        (r"\b(?:NCT|ISRCTN|EudraCT|N|EP|SP|C|BIA-|E)\s?\d{2,}[-\d]*", 0, ()),
        (r"\b(?:19|20)\d\d\b(?!\s?%)", 0, ("19", "20")),
        (rf"{DEC}\s?(?:-|to)\s?{DEC}\s?(?:{UNIT})(?![\w])", 0, ()),
        (rf"{DEC}(?:\s*(?:,|,?\s*and|,?\s*or|/|-|to)\s*{DEC}){{0,12}}\s?-?(?:{UNIT})(?![\w])", 0, ()),
        (r"\b[A-Za-z]+-?\d+[A-Za-z]*\b", 0, ()),
    ]
]  # fmt: skip


# "56,3%": a decimal comma, as other languages print it; "25,50%" are two bars
_COMMA = re.compile(
    r"(?<![\d.,])(\d{1,2}),(?!(?:25|50|75|90)\b)(\d{1,2})(?=\s?%|(?<=,\d) (?:and|or|vs\.?|versus|to) \d[\d.,]*\s?%)"
)
_VARIES = re.compile(rf"({DEC})\s?%?\s?(?:\+/-|\+-|±)\s?{DEC}\s?%")
_NEEDED = frozenset(word for _, needs in _COVERED for word in needs)


def covered(text: str, also: list[tuple[int, int]] | None = None) -> str:
    """The text with every figure that is no result written over by ``~``, at the same length."""
    out = _COMMA.sub(r"\1.\2", text)
    # "28.4 ± 10.2%": the share itself is a result, how far it varies is none
    out = _VARIES.sub(lambda m: f"{m[1]}%".ljust(len(m[0]), "~"), out)
    for start, end in also or []:
        out = out[:start] + "~" * (end - start) + out[end:]
    words = standing(_NEEDED, text)
    for pattern, needs in _COVERED:
        if needs and words.isdisjoint(needs):
            continue
        if pattern.search(out):
            out = pattern.sub(lambda m: "~" * len(m[0]), out)
    return out


def integer(text: str) -> int | None:
    """``1,240`` or ``one hundred and five`` as a number; None if it is neither."""
    text = text.strip().lower()
    digits = text.replace(",", "")
    if digits.isdigit():
        return int(digits)
    total = 0
    for word in re.findall("[a-z]+", text):
        if word == "and":
            continue
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in _VALUES:
            total += _VALUES[word]
        else:
            return None
    return total


def decimal(text: str) -> float | None:
    """``-17.5`` or ``Forty-one`` as a number."""
    text = text.strip().replace(",", "").replace("+ ", "+").replace("- ", "-")
    try:
        return float(text)
    except ValueError:
        found = integer(text)
        return None if found is None else float(found)


@dataclass(slots=True)
class Value:
    """One printed result: where it stands, and what it says."""

    start: int
    end: int
    events: int | None = None
    total: int | None = None
    percent: float | None = None
    percent_max: float | None = None
    signed: str = ""
    bare: bool = False


_WORDS = r"(?:(?:[A-Za-z~][\w~'-]*)\s+){0,4}"
_FORMS: list[tuple[str, re.Pattern[str]]] = [
    (name, re.compile(pattern, re.I))
    for name, pattern in [
        ("epT", rf"{_L}({INT})\s*{_WORDS}[(\[]\s*{_PCT}\s*[)\]],?\s*(?:{_WORDS})(?:out )?of\s+(?:the\s+|all\s+)?({INT})\b(?!\s?%)"),
        ("eTp", rf"{_L}({INT})\s+(?:{_WORDS})(?:out )?of\s+(?:the\s+|all\s+|th[eo]se\s+)?({INT})\s+{_WORDS}[(\[,]\s*{_PCT}"),
        ("eTp", rf"{_L}({INT})\s?/\s?({INT})\s*(?:{_WORDS}[(\[,;:=]+|or)\s*{_PCT}"),
        ("peT", rf"{_L}{_PCT}\s*{_WORDS}[(\[,;]\s*({INT})\s?(?:/|of|out of)\s?(?:the\s+)?({INT})\b(?!\s?%)"),
        ("ep", rf"{_L}({INT})(?!\s+per ?cent)\s*{_WORDS}[(\[]\s*{_PCT}"),
        ("ep", rf"{_L}({INT})\s*{_WORDS}[(\[]\s*([+-]?{DEC})\s*[)\]](?=\s*\w+)(?!\s*of\b)(?<=%\))"),
        ("pp", rf"{_L}(?:between\s+)({DEC})\s?%?\s+and\s+({DEC})\s?%"),
        ("pp", rf"(?<=from ){_L}({DEC})\s?%?\s*\([^()]{{1,50}}\)\s*to\s*({DEC})\s?%"),
        ("pp", rf"{_L}([+-]?{DEC})\s?%?\s*(?:-|to)\s*({DEC})\s?%"),
        ("p", rf"{_L}{_PCT}"),
        ("eT", rf"{_L}({INT})\s?/\s?({INT})\b(?!\s?(?:%|mg|/))"),
        ("eT", rf"{_L}({INT})\s+{_WORDS}(?:out )?of\s+(?:the\s+|all\s+|th[eo]se\s+)?({INT})\b(?!\s?%)"),
    ]
]  # fmt: skip
_LIST_BEFORE = re.compile(
    rf"{_L}([+-]?{DEC})\s*(?:,\s*(?:and|or)?|and|or|vs\.?|versus|/)\s*(?=[+-]?{DEC}\s?(?:%|per ?cent|,|and|or|vs|/))"
)
# "-30.5% (high), -20.5 (low), and -9.5% (placebo)": a sign of percent forgotten
_BARE_MEMBER = re.compile(
    rf"(?<=\)),?\s+(?:and\s+)?([+-]?{DEC})\s(?=\([^()]{{1,40}}\),?\s+(?:and\s+)?[+-]?{DEC}\s?%)"
)
_WHOM = re.compile(r"\b(?:of|in|among) (?:the|these|those|all)(?: remaining| other)?\s$", re.I)
# "41% and 18, respectively": forgotten at the end
_BARE_LAST = re.compile(
    rf"(?<=%)\s*(?:and|,|vs\.?|versus)\s+([+-]?{DEC})(?=\.?\s*$|;|\)|,?\s+respectively)", re.I
)
_NOTHING = re.compile(r"(?<=%)\s*(?:vs\.?|versus|/)\s*(0)(?![\w.%])", re.I)
_BARE = re.compile(rf"{_L}([+-]?\s?{DEC})(?![\w~%.]|\s?-\s?\w)(?!,\d)")
_COUNT = re.compile(
    rf"{_L}({INT})(?!\s+(?:\w+ ){{0,2}}(?:groups?|arms?|studies|trials?|doses?|hundred|phases?)\b|[- ](?:third|quarter|fifth|half|sixth|tenth)s?\b)(?=\s+(?:{_WORDS})(?:patients?|subjects?|child(?:ren)?|participants?|volunteers?|persons?|adults?|infants?"
    r"|deaths?|people|individuals?|cases?|dogs?|cats?|women|men|episodes?|withdrawals?|drop[- ]?outs?|discontinuations?)\b)"
    rf"|{_L}({INT})(?=\s+(?:still|(?:complet|continu|remain|discontinu|withdraw|dropp)ing|in|on|taking|receiving|treated|assigned|given|from|of|for|completed|because|due|during|while"
    r"|discontinued|withdrew|left|quit|stopped|died|was|were|did|dropped|had|became|remained|with|experienced|developed|showed|achieved|responded)\b)"
    # "33 [61 years (40-76); 38% women] completed"
    rf"|{_L}({INT})(?=\s*(?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])\s+(?:completed|withdrew|discontinued|dropped|died)\b)",
    re.I,
)
# of these the whole is a result: "among 7 withdrawals, 6 were ..."
_WHOLE = re.compile(
    r"\s(?:[\w-]+\s){0,2}?(?:withdrawals?|drop[- ]?outs?|discontinuations?|deaths)\b", re.I
)


def values(text: str) -> list[Value]:
    """Counts with shares, shares and ranges of a covered text, in order."""
    found: list[Value] = []
    for form, pattern in _FORMS:
        if form != "eT" and "%" not in text and "er" not in text:
            continue
        covered_before = len(found)
        for match in pattern.finditer(text):
            value = _value(form, match)
            if value is not None:
                found.append(value)
        for value in found[covered_before:]:
            text = text[: value.start] + "~" * (value.end - value.start) + text[value.end :]
    found.sort(key=lambda item: item.start)
    return found


def _value(form: str, match: re.Match[str]) -> Value | None:
    groups = match.groups()
    value = Value(match.start(), match.end())
    if form == "pp":
        low, high = decimal(groups[0]), decimal(groups[1])
        if low is None or high is None:
            return None
        if match.string[: match.start()].endswith("from ") and not re.search(
            r"\brang\w+(?: \w+){0,2} from $", match.string[: match.start()], re.I
        ):
            # "rose from 17% to 44%": two moments, no range
            return None
        if 0 < high < low <= 100:
            low, high = high, low
        if not -100 <= low < high <= 200:
            return None
        value.percent, value.percent_max = low, high
        return value
    for letter, group in zip(form, groups, strict=True):
        if letter == "p":
            value.percent = decimal(group)
            if value.percent is None or abs(value.percent) > 1000:
                return None
            value.signed = group.strip()[0] if group.strip()[0] in "+-" else ""
            if value.signed == "-":
                value.percent = -abs(value.percent)
            # the letter before says a word was cut: "levetiracetam-treated 5%"
        elif letter == "e":
            value.events = integer(group)
        else:
            value.total = integer(group)
    if value.events is not None and value.total is not None and value.events > value.total:
        return None
    if (
        form == "ep"
        and value.events is not None
        and value.percent
        and value.events > 0
        and 100 * value.events / abs(value.percent) < value.events
    ):
        return None
    return value


def list_members(text: str, found: list[Value]) -> list[Value]:
    """Figures of a list whose sign of percent stands only behind its last: ``21, 35 and 40%``."""
    more: list[Value] = []
    for match in [*_BARE_MEMBER.finditer(text), *_BARE_LAST.finditer(text)]:
        percent = decimal(match[1])
        taken = any(v.start <= match.start(1) < v.end for v in found)
        if percent is not None and abs(percent) <= 100 and not taken:
            signed = match[1][0] if match[1][0] in "+-" else ""
            more.append(
                Value(match.start(1), match.end(1), percent=percent, signed=signed, bare=True)
            )
    for match in _NOTHING.finditer(text):
        if any(v.start == match.start(1) for v in more):
            continue
        more.append(Value(match.start(1), match.end(1), percent=0.0, bare=True))
    starts = {value.start for value in found if value.percent is not None}
    for match in reversed(list(_LIST_BEFORE.finditer(text))):
        if _WHOM.search(text, max(0, match.start() - 30), match.start()):
            # "in these 20, 80% ...": people
            continue
        if match.end() in starts and not any(v.start <= match.start() < v.end for v in found):
            percent = decimal(match[1])
            if percent is not None and abs(percent) <= 100:
                more.append(Value(match.start(), match.end(1), percent=percent, bare=True))
                starts.add(match.start())
    return more


def bare(text: str) -> list[Value]:
    """Plain figures, for sentences that say "percent" elsewhere."""
    found = []
    for match in _BARE.finditer(text):
        percent = decimal(match[1])
        if percent is not None and abs(percent) <= 100:
            signed = match[1].strip()[0] if match[1].strip()[0] in "+-" else ""
            found.append(
                Value(match.start(), match.end(), percent=percent, signed=signed, bare=True)
            )
    return found


# "in arm 1, 6 (67%)": no member of a list of counts
_ORDINAL = re.compile(
    r"\b(?:arm|part|group|study|cohort|stage|phase|period|trial|week|day|month|year|visit|cycle) $",
    re.I,
)
_COUNT_BEFORE = re.compile(rf"{_L}({INT})\s*(?:,\s*(?:and|or)?|,?\s*and)\s*$", re.I)


def _counts_before(text: str, start: int) -> list[Value]:
    """The rest of a list that ends here: ``fifteen, 11, and 6 patients``."""
    found: list[Value] = []
    while match := _COUNT_BEFORE.search(text, max(0, start - 40), start):
        events = integer(match[1])
        if events is None or _ORDINAL.search(text, max(0, match.start() - 9), match.start()):
            break
        found.append(Value(match.start(1), match.end(1), events=events))
        start = match.start(1)
    return found


def leading_counts(text: str, found: list[Value]) -> list[Value]:
    """Counts of a list whose others carry shares: the first of ``0, 7 (4.6%), and 10 (6.8%)``."""
    first = next((v for v in found if v.events is not None and v.percent is not None), None)
    return _counts_before(text, first.start) if first else []


# "six months after the first one was seen"
_PRONOUN = re.compile(
    r"\b(?:first|second|last|latter|other|previous|next|this|that|each|any|every|which) $", re.I
)


# "two lotramacetam and five placebo patients"
_OTHER_ARM = re.compile(
    rf"(?:(?<!\bof )|(?<=total of ))(?<!\w){_L}({INT})\s(?!{PEOPLE}|of\b|in\b|or\b|to\b)[a-z~][\w~-]*(?:-treated)?,?\s(?:and|versus|vs\.?|compared with)\s$",
    re.I,
)


def counts(text: str) -> list[Value]:
    """Plain counts of people: ``three GBP patients and one placebo patient``."""
    found: list[Value] = []
    for match in _COUNT.finditer(text):
        group = next(n for n in (1, 2, 3) if match[n])
        if match[group].lower() == "one" and _PRONOUN.search(text, 0, match.start()):
            continue
        if re.search(
            r"\b(?:(?<!total )of|among) (?:(?:the|these|all|other|remaining|evaluable|randomi[sz]ed|treated) )*$",
            text[max(0, match.start() - 40) : match.start()],
            re.I,
        ) and not _WHOLE.match(text, match.end(group)):
            # "of the 149 infants, 130 completed": the first is whom they were taken from
            continue
        events = integer(match[group])
        if events is None:
            continue
        ahead = _counts_before(text, match.start(group))
        for value in (Value(match.start(group), match.end(group), events=events), *ahead):
            if not any(v.start == value.start for v in found):
                found.append(value)
        other = _OTHER_ARM.search(text, max(0, match.start(group) - 60), match.start(group))
        if other and not any(v.start == other.start(1) for v in found):
            found.append(Value(other.start(1), other.end(1), events=integer(other[1])))
    return found
