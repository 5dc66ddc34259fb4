# ruff: noqa: E501 - a pattern is read best on one line
"""Which outcomes a sentence names, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sinteza.extraction import bars
from sinteza.extraction.guarded import LOWER, standing
from sinteza.extraction.wording import (
    ABOUT_SEIZURES,
    ANY_FIGURE,
    ASIDE,
    AVERAGE_OF,
    AVERAGES,
    BECAUSE_OF_OTHERS,
    BESIDE,
    BOTH,
    CHANCE,
    EACH_REASON,
    EFFICACY,
    HARMED,
    INCIDENCE,
    LEFT,
    MASK_SEIZURES,
    MOSTLY,
    NEEDS,
    NEEDS_TOO,
    NO_BENEFIT,
    NOT_COUNTED,
    OF_A_KIND,
    OF_MOMENT,
    OTHER,
    OUT_OF,
    PATTERNS,
    PLAIN_CHANGE,
    REASONS,
    REDUCED,
    REDUCES,
    WHY,
    WORDS,
)


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


@dataclass(slots=True)
class Named:
    """An outcome named at a place of a sentence."""

    start: int
    end: int
    code: str
    bar: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What a report fixed beforehand: its primary endpoint, what was treated, its own words.

    ``change`` is the kind of reduction its endpoints are; ``responses`` the code of "response", by
    the adjective before it; ``short_codes`` are the abbreviations of outcomes, ``short_seizures``
    those of seizures.
    """

    primary: str | None = None
    change: str | None = None
    prevention: bool = False
    seizures: bool = False
    status: bool = False
    responses: tuple[tuple[str, str], ...] = ()
    short_codes: tuple[tuple[re.Pattern[str], str], ...] = ()
    short_seizures: re.Pattern[str] | None = None


PRIMARY = _p(
    r"\b(?:primary|main)(?: (?:efficacy|study|treatment))?(?: (?:and|or) (?:key )?secondary)? (?:analysis (?=was based on)|end ?-?points?|outcomes?(?: measures?| variables?)?|(?:efficacy )?(?:criteri(?:on|a)|variables?|parameters?|measures?))\b"
)
ADJECTIVE = r"(?:major|complete|full|excellent|super|marked|partial|early|good|sustained)"
_RESPONSE = _p(
    rf"\b(?:had|have|having|achiev\w+|show\w+|experienc\w+|with|attain\w+|obtain\w+)(?: an?| the)? (?:{ADJECTIVE} )?(?:treatment |clinical |therapeutic )?respon(?:se|ders?)\b(?! rates?)"
)
_KIND_OF_RESPONSE = _p(
    rf"({ADJECTIVE})[- ](?:(?:treatment|clinical|therapeutic|seizure) )?(?:respon\w+(?: rates?)?)?$"
)
_EVENT = r"(?:seizures?|convulsions?|fits?|epilepsy|eclampsia|PTE|PTS)\b(?![- ](?:free|frequen|control|activit|burden|reduc))"
_SEIZED = _p(
    rf"(?:experienc|had|develop|suffer|having|exhibit|present)\w* (?:(?!that |which |who |with |history|reduc|fewer|less )[\w-]+ ){{0,5}}?{_EVENT}(?: recurrences?)?"
    rf"|(?:seizures?|convulsions?|fits?|epilepsy) (?:[\w-]+ ){{0,3}}?(?:occurr\w*|(?:was|were) (?:observed|reported|seen|noted|detected|recorded|documented|diagnosed|identified|present)|developed|appeared)"
    rf"|(?:occurrence|incidence|risk|rate|probability|proportion|number)s? of (?:(?!reduc|free)[\w-]+ ){{0,5}}?{_EVENT}|(?:seizure|epilepsy) (?:risk|incidence|occurrence|rate)s?\b"
)
_SPARED = _p(r"\b(?:not|never|without)(?: \w+)? $")
# a seizure that is told as one of its own comes back in any trial
_AGAIN = _p(
    r"\b(?:second|another|further|subsequent|breakthrough) (?:(?!-)\w+ ){0,2}?(?:seizures?|convulsions?|fits?)\b"
)
# what seizures are prevented in, or who is expected to have none
_PREVENTED = _p(
    r"prophyla|prevent|\b(?:first|second|single|early|acute|symptomatic|neonatal|provoked|post-?traumatic|post-?operative|eclamptic|new-onset|alcohol\S*) (?:\w+ ){0,2}?(?:seizures?|convulsions?|epilepsy)"
    r"|benign convulsions|malaria|h(?:a)?emorrhage|\bstroke|tumou?rs?\b|craniotomy|(?:head|brain) (?:injur|trauma)|eclampsia|asphyxia|hypoxic|mening|gastroenteritis|(?:discontinu\w+|withdrawal|withholding|stopping|cessation) (?:of )?(?:\w+ ){0,3}?(?:antiepileptic|antiseizure|anticonvuls|AEDs?|ASMs?|drug|medication|treatment|maintenance|phenobarb|valpro)"
)


def prevention(title: str) -> bool:
    """True if the title speaks of people whose seizures, if any, are the events counted."""
    return bool(_PREVENTED.search(title))


def named(sentence: str, setting: Setting = Setting()) -> list[Named]:
    """The outcomes a sentence names, in order."""
    if setting.short_seizures:
        # the report's own short form of seizures, as one that the patterns know
        sentence = setting.short_seizures.sub(lambda m: "SZ".ljust(len(m[0]), "_"), sentence)
    # "AED", a drug, is no "AE"
    words = standing(WORDS, sentence.replace("AED", ""))
    text = sentence
    if not words.isdisjoint(LEFT):
        text = BESIDE.sub(lambda match: "~" * len(match[0]), sentence)
    found: list[Named] = []
    for match in BECAUSE_OF_OTHERS.finditer(text):
        found.append(Named(match.start(), match.end(), "REASON"))
    for item in found:
        text = _cover(text, item.start, item.end)
    reasons = None if words.isdisjoint(WHY) else REASONS.search(text)
    each = None if words.isdisjoint(LEFT) else EACH_REASON.search(text)
    if why := reasons or each:
        for match in NOT_COUNTED.finditer(text):
            found.append(Named(match.start(), match.end(), "REASON"))
        text = NOT_COUNTED.sub(lambda match: "~" * len(match[0]), text)
        low = text.rfind(";", 0, why.start()) + 1
        for code, reason in NO_BENEFIT.items():
            for match in reason.finditer(text, low):
                found.append(Named(match.start(), match.end(), code))
                text = _cover(text, match.start(), match.end())
    speaks = bool(words & {"respon", "reduc", "decreas", "improve"})
    for number, band in enumerate(bars.bands(text) if speaks else ()):
        found.append(Named(*band, f"BAND{number}", bar=True))
        text = _cover(text, *band)
    for members in bars.lists(text) if speaks else ():
        found += [Named(*member, bar=True) for member in members]
        text = _cover(text, members[0][0], members[-1][1])
    for match in BOTH.finditer(text) if "median" in words else ():
        found.append(Named(match.start(), match.end(), AVERAGES[match[0].lower()]))
    if words & {"median", "mean"} and REDUCES.search(text) and ABOUT_SEIZURES.search(text):
        for match in AVERAGE_OF.finditer(text):
            found.append(Named(match.start(), match.end(), AVERAGES[match[1].lower()]))
    low_text = text.translate(LOWER)
    for code, pattern in PATTERNS:
        if code in NEEDS and words.isdisjoint(NEEDS[code]):
            continue
        if code in NEEDS_TOO and words.isdisjoint(NEEDS_TOO[code]):
            continue
        # harm is a reason only where somebody left
        if code == "HURT" and words.isdisjoint(LEFT):
            continue
        for match in pattern.finditer(low_text):
            if match.end() == match.start() or low_text[match.start()] != match[0][0]:
                # nothing, or the abbreviation of what was found just before
                continue
            # an outcome and the abbreviation it is given are one
            told = re.match(r"\s*\((?:[A-Z][\w-]{1,9})\)", text[match.end() :])
            end = match.end() + (told.end() if told else 0)
            if code in ("MPC", "MEANPC", "PCRED"):
                if not re.search(rf"{REDUCED}|increased|rose|PCH|MSFRR|MPR|\bPR\b", match[0], re.I):
                    continue
                about = ABOUT_SEIZURES.search(sentence) or (
                    setting.seizures and PLAIN_CHANGE.search(sentence)
                )
                if not about or MASK_SEIZURES.search(sentence) or CHANCE.search(match[0]):
                    continue
            if code in ("SF", "PCPBO") and MASK_SEIZURES.search(sentence):
                continue
            if match[0].lower() in ("completers", "responders") and OUT_OF.search(
                text, 0, match.start()
            ):
                # "two of the 18 completers were ...": whom they were taken from
                text = _cover(text, match.start(), match.end())
                low_text = _cover(low_text, match.start(), match.end())
                continue
            if code == "SF" and "remission" in match[0].lower() and not setting.seizures:
                continue
            if code in ("AE", "WD", "WDAE", "WDLOE") and "not discontinu" in sentence:
                continue
            if code == "AE" and not INCIDENCE.search(sentence):
                continue
            if code in ("AE", "SAE", "WDAE", "AE34") and OF_A_KIND.search(
                text, max(0, match.start() - 60), match.start()
            ):
                found.append(Named(match.start(), end, "KIND"))
                text = _cover(text, match.start(), end)
                low_text = _cover(low_text, match.start(), end)
                continue
            said = "WDAE" if code == "HURT" else code
            if code == "HARM":
                # a dose may be reduced because of adverse events as well
                said = "KIND" if words.isdisjoint(LEFT) else "WDAE"
            if code == "AEN" and MOSTLY.search(text, max(0, match.start() - 40), match.start()):
                # "reported mostly mild or moderate adverse effects" tells of any
                said = "AE"
            elif code == "AEN" and not OF_MOMENT.search(match[0]):
                said = "KIND"
            if setting.status and code == "SF" and _STOPPED.search(match[0]):
                said = "STOP"
            elif code in _BARS and _BELOW.search(text, max(0, match.start() - 30), match.start()):
                # "a reduction of less than 50 %" is no response
                said = "NONE"
            elif code == "RR50" and not _HALF.search(match[0]):
                said = _response(text, match, setting)
            if code == "WD" and not each and HARMED.match(text, match.end()):
                # "withdrew because of somnolence": what it was is named instead
                said = "WDAE"
            found.append(Named(match.start(), end, said))
            text = _cover(text, match.start(), end)
            low_text = _cover(low_text, match.start(), end)
    if any(
        item.code in _BARS
        or item.code.startswith(("BAND", "REASON"))
        or (item.code == "SF" and "100" in sentence[item.start : item.end])
        for item in found
    ):
        for member in bars.lone(sentence):
            if "~" not in text[member[0] : member[1]]:
                found.append(Named(*member, bar=True))
                text = _cover(text, *member[:2])
    for pattern in (_RESPONSE,) if setting.responses else ():
        for match in pattern.finditer(text):
            found.append(Named(match.start(), match.end(), _response(text, match, setting)))
            text = _cover(text, match.start(), match.end())
    for pattern, code in setting.short_codes:
        found += [Named(m.start(), m.end(), code) for m in pattern.finditer(text)]
    if setting.prevention:
        for match in _SEIZED.finditer(text):
            spared = _SPARED.search(text, max(0, match.start() - 20), match.start())
            found.append(Named(match.start(), match.end(), "SF" if spared else "RECUR"))
    if "seizure" in words:
        spans = [(item.start, item.end) for item in found]
        for match in _AGAIN.finditer(text):
            if not any(a < match.end() and match.start() < b for a, b in spans):
                found.append(Named(match.start(), match.end(), "RECUR"))
    if setting.primary and not {item.code for item in found} - {"NONE"}:
        found += [Named(m.start(), m.end(), setting.primary) for m in PRIMARY.finditer(text)]
    found.sort(key=lambda item: item.start)
    return _merged(sentence, found)


LADDER = ("RR25", "RR50", "RR75", "RR90", "SF")
_BARS = {"RR25", "RR50", "RR75", "RR90"}
_BELOW = _p(r"(?:<|less than|fewer than|below|under|up to|not (?:reach|achiev)\w*)(?: an?)?\s*$")
_STOPPED = _p(r"cessation|control|stopped|ceased|absence of")
_HALF = _p("50|fifty|hal[fv]")


def _response(text: str, match: re.Match[str], setting: Setting) -> str:
    """What a "response" is in this report; half the seizures where it does not say."""
    means = dict(setting.responses)
    kind = _KIND_OF_RESPONSE.search(text, max(0, match.start() - 40), match.end())
    if kind and kind[1].lower() in means:
        return means[kind[1].lower()]
    said = means.get("", "RR50")
    # who responds in status epilepticus stops seizing
    return "STOP" if setting.status and said in ("SF", "RR50") else said


_SO_FAR = _p(r"(?: in (?:\w+[- ]){1,3})?\s*(?:by|of|to|was|were)?\s*\(?")


def _merged(sentence: str, found: list[Named]) -> list[Named]:
    """A reduction whose kind is told before it in the sentence is of that kind."""
    out: list[Named] = []
    for item in found:
        if out and _explained(sentence, out[-1], item):
            continue
        if item.code == "RR50" and out and out[-1].code in LADDER and out[-1].code != "RR50":
            # "100% (9% vs 2%) responder rates"
            gap = sentence[out[-1].end : item.start]
            if (
                ASIDE.search(gap)
                and not ASIDE.sub("", gap).strip()
                and not _HALF.search(sentence, item.start, item.end)
            ):
                continue
        if item.code == "PCRED" and out:
            last = out[-1]
            # ">=75% (57% vs 36%) reduction in frequency" names one outcome
            gap = ASIDE.sub("", sentence[last.end : item.start])
            if last.code.startswith("RR") and len(gap) < 8:
                continue
            if last.code in ("MPC", "MEANPC", "PCPBO"):
                item = Named(item.start, item.end, last.code)
        elif (
            (item.code in _BARS or item.bar)
            and out
            and out[-1].code == "PCRED"
            and _SO_FAR.fullmatch(sentence, out[-1].end, item.start)
        ):
            # "seizure frequency fell by 50% or more" names one outcome
            item = Named(out.pop().start, item.end, item.code, item.bar)
        elif item.code in ("PCPBO", "MPC", "MEANPC") and out and out[-1].code == "PCRED":
            between = sentence[out[-1].end : item.start]
            if ";" not in between and (item.code == "PCPBO" or len(between) < 60):
                out[-1] = Named(out[-1].start, out[-1].end, item.code)
        elif item.code == "WD" and out and out[-1].code == "WDAE" and item.start - out[-1].end < 60:
            # "(discontinuation incidences for ... were ...)": the reason is still the same
            item = Named(item.start, item.end, "WDAE")
        out.append(item)
    return out


def _explained(sentence: str, item: Named, inner: Named) -> bool:
    """True for what stands in ``treatment failures (patients who withdrew)``: it says what a name means."""
    opened = sentence.find("(", item.end)
    if not item.end <= opened < item.end + 2 or opened > inner.start:
        return False
    if (item.code, inner.code) == ("WDAE", "WD"):
        # the same people, told again
        return False
    closed = sentence.find(")", opened)
    return inner.end <= closed and not ANY_FIGURE.search(sentence, opened, closed)


def _cover(text: str, start: int, end: int) -> str:
    return text[:start] + "~" * (end - start) + text[end:]


def specific(sentence: str, outcomes: list[Named]) -> list[tuple[int, int]]:
    """Stretches of a sentence that list single adverse events, not any of them."""
    spans = []
    for match in OTHER.finditer(sentence):
        if any(
            o.start < match.end() and match.start() < o.end and o.code != "AE" for o in outcomes
        ):
            continue
        before = [o for o in outcomes if o.end <= match.start()]
        if match[0].lower() in ("including", "included", "such as") and (
            before and before[-1].code in EFFICACY
        ):
            # "a responder rate of 41%, including 45% of those on ...": no events are listed
            continue
        if re.search(r"\b(?:was|were)(?: among)?(?: the)? $", sentence[: match.start()]):
            # "rash (2%) and fever (1%) were the most common": the list stands before
            opened = sentence.rfind("(", 0, match.start())
            if opened <= sentence.rfind(")", 0, match.start()):
                opened = 0
            told = [o.end for o in outcomes if o.code == "AE" and o.end < match.start()]
            spans.append(
                (max(opened, sentence.rfind(";", 0, match.start()), *told, 0), match.start())
            )
        stop = _closing(sentence, match.end())
        later = [
            o.start
            for o in outcomes
            if o.start > match.end() + 15 and o.code not in ("AE", "PCRED")
        ]
        # "adverse events, mostly fatigue and ataxia, occurred in 59.2%"
        aside = re.search(
            r", (?:occurred|(?:were|was) (?:reported|seen|observed|(?:\w+ )?(?:more|less) (?:common|frequent)))",
            sentence[match.end() :],
        )
        after = match.end() + aside.start() if aside else -1
        ends = [e for e in (stop, after, *later) if e >= 0]
        spans.append((match.start(), min(ends) if ends else len(sentence)))
    return spans


def _closing(sentence: str, at: int) -> int:
    """Where a list ends: at the end of the parenthesis it stands in, or the next semicolon; or -1."""
    depth = 0
    for place in range(at, len(sentence)):
        char = sentence[place]
        depth += (char in "([") - (char in ")]")
        if depth < 0 or (char == ";" and depth == 0):
            return place
    return -1
