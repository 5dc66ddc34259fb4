# ruff: noqa: E501 - a pattern is read best on one line
"""One sentence: its figures, the outcomes they belong to, and those that cannot be a result."""

from __future__ import annotations

import re

from sinteza.extraction import (
    bars,
    beside,
    naming,
    outcomes,
)
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.naming import Setting
from sinteza.extraction.numbers import (
    INT,
    PEOPLE,
    Value,
    bare,
    counts,
    covered,
    integer,
    leading_counts,
    list_members,
    values,
)
from sinteza.extraction.outcomes import Reading

COUNTED = {"SF", "COMP", "WD", "WDAE", "WDLOE", "DEATH", "LTFU", "AE", "SAE", "RR50", "RR75", "RR90", "RECUR", "STOP", "RETENTION", "FAIL", "AEN"}  # fmt: skip
# of these a count may stand beside the percentages of others
_LONE = COUNTED - {"RR75", "RR90", "LTFU"}
_LADDER = {"RR25", "RR50", "RR75", "RR90", "SF"}
CHANGES = {"MPC", "MEANPC", "PCRED", "PCPBO"}
# "this proportion was 36% at six months": of the outcome told before
_SAME = re.compile(
    r"\b(?:this|it) (?:was|were|amounted to) (?=[+-]?\d[\d.]*\s?%)|\b(?:the|a) (?:(?:\w+ )?significant )?differences?\b(?=[^()%\d]*\((?![^()]*\b(?:CI|confidence)\b)[^()]*\d\s?%)|\b(?:th(?:is|ese)|the (?:corresponding|respective)|corresponding|respective) (?:\w+ )?(?:proportions?|rates?|figures?|values?|percentages?|numbers?|reductions?|results?)\b",
    re.I,
)


def read_sentence(
    sentence: str, table: ArmTable, setting: Setting, before: str | None
) -> list[Reading]:
    """The readings of a sentence; ``before`` is the one outcome of the sentence before it."""
    named = naming.named(sentence, setting)
    same = _SAME.search(sentence) if before and not named else None
    if before and same:
        named = [naming.Named(same.start(), same.end(), before)]
    if not named and "complet" not in sentence and "failed" not in sentence:
        return []
    lists = naming.specific(sentence, named)
    near = beside.find(sentence, named)
    told = [(value.start, value.end) for reading in near for value in reading.values]
    lone = [reading.named for reading in near if len(reading.values) == 1]
    named = [item for item in named if not any(n.start <= item.start < n.end for n in lone)]
    clean = covered(sentence, lists + told + table.printed_doses(sentence))
    for item in named:
        # "none reached a 50% reduction": the bar itself is no share of anybody
        barred = item.bar or item.code in _LADDER
        for start, end in bars.figures(sentence, item.start, item.end) if barred else ():
            clean = clean[:start] + "~" * (end - start) + clean[end:]
    figures = values(clean)
    figures += list_members(clean, figures)
    figures.sort(key=lambda value: value.start)
    plainly = False
    codes = {item.code for item in named}
    if not figures and codes & CHANGES and re.search(r"percent|%", clean):
        figures = bare(clean)
        plainly = True
    if codes & COUNTED:
        figures += leading_counts(clean, figures)
        of_arms = _beside_arms(clean, figures, table)
        plain = _uncovered(clean, figures + of_arms)
        # a lone count beside percentages is rarely a result; several, or none else, are
        # "met one of the exit criteria" counts nobody
        own = [(item.start, item.end) for item in named if item.code in ("FAIL", "RECUR")]
        extra = [v for v in counts(plain) if not any(a <= v.start < b for a, b in own)]
        if not figures or codes & _LONE:
            taken = [] if figures else extra
            for v in sorted(extra, key=lambda value: value.start) if figures else []:
                goes_on = taken and _GOES_ON.match(sentence[taken[-1].end : v.start])
                if goes_on or _beside(sentence, v, named, figures) or _nobody(v, named):
                    taken.append(v)
            figures += taken
        figures += of_arms
        figures.sort(key=lambda value: value.start)
    if table.single:
        figures = [v for v in figures if v.percent is not None or v.events is not None]
    readings = outcomes.assign(sentence, named, figures)
    for reading in readings:
        if reading.code == "PCRED":
            reading.code = _reduction(sentence, reading, setting)
    if plainly:
        # figures without their sign are shares of change or nothing
        readings = [item for item in readings if item.code in CHANGES]
    readings += near
    return [item for item in readings if "aside" in item.notes or _sensible(item, sentence)]


_STATISTIC = re.compile(r"\(\s?(mean|median)\b[,:=]?\s?(?:of )?$")
_STATISTICS = {"mean": "MEANPC", "median": "MPC"}


def _reduction(sentence: str, reading: Reading, setting: Setting) -> str:
    """What a reduction is that nothing names: by its statistic, or a share of people who had one.

    "38% of patients had reductions" tells of the response that the report's endpoint is.
    """
    said = [_STATISTIC.search(sentence, 0, value.start) for value in reading.values]
    kinds = {match[1] if match else "" for match in said}
    if len(kinds) == 1 and (kind := kinds.pop()):
        return _STATISTICS[kind]
    shared = _SHARE.match(sentence, reading.values[0].end)
    if shared and reading.values[0].percent is not None:
        return setting.primary if setting.primary in _LADDER else "PCRED"
    return "PCRED"


_LOT = re.compile(
    rf"(?<![\w.~])({INT})\s(?:(?:on|in|with|for|taking|receiving)\s)?(?:the\s)?$", re.I
)


_OF_ARM = re.compile(rf"(?:\s?[,:=]\s?|\s)({INT})(?![\w.]|\s?(?:mg|%))")


# "of 147 randomized patients (98 lotramacetam, 49 placebo)" tells sizes
_SIZES = re.compile(
    r"\b(?:randomi[sz]|enrol|assign|includ|compris|receiv|treated|population|recruit|studied)\w*(?: \w+){0,3}\s*$",
    re.I,
)


def _beside_arms(text: str, figures: list[Value], table: ArmTable) -> list[Value]:
    """The counts of ``eight were lost (3 lotramacetam, 5 placebo)``: in parentheses, by arm.

    Behind the arms (``lotramacetam 3, placebo 5``) they are sizes unless they add up to a count.
    """
    found: list[Value] = []
    for match in re.finditer(r"\(([^()]{5,120})\)", text):
        before = text[: match.start()]
        if any(match.start() < v.start < match.end() for v in figures) or _SIZES.search(before):
            continue
        mentions, at = table.mentions(match[1]), match.start(1)
        ahead = [_LOT.search(match[1][: mention.start]) for mention in mentions]
        inside = [_counted(lot, at) for lot in ahead if lot]
        if len(inside) < 2:
            behind = [_OF_ARM.match(match[1], mention.end) for mention in mentions]
            inside = [_counted(lot, at) for lot in behind if lot]
            whole = sum(v.events or 0 for v in inside)
            if whole not in [integer(n) for n in re.findall(rf"\b{INT}\b", before, re.I)]:
                continue
        if len(inside) > 1:
            found += inside
    return found


def _counted(match: re.Match[str], at: int) -> Value:
    return Value(at + match.start(1), at + match.end(1), events=integer(match[1]))


def _uncovered(text: str, figures: list[Value]) -> str:
    for value in figures:
        text = text[: value.start] + "~" * (value.end - value.start) + text[value.end :]
    return text


# "with 10 withdrawals on lotramacetam and 9 on placebo"
_GOES_ON = re.compile(
    r"[^.;,()\d%]{0,60}\b(?:and|versus|vs\.?|compared with|than)\s(?:in |by |only )?$", re.I
)
# what stands in brackets right behind a count tells of those people
_FOLLOWS = re.compile(r"\s*(?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])")
_LIST_ON = re.compile(rf"^(?:,? and|,)\s{INT}(?:(?:,? and|,)\s{INT})*\b", re.I)


def _beside(sentence: str, value: Value, named: list[naming.Named], figures: list[Value]) -> bool:
    """A plain count in a sentence of percentages: a result only right beside a counted outcome."""
    after = [o for o in named if value.end <= o.start and o.code in COUNTED]
    if not after:
        return False
    # the rest of its list: "15, 11, and 6 patients discontinued"
    between = _LIST_ON.sub("", sentence[value.end : after[0].start])
    aside = _FOLLOWS.match(between)
    if aside:
        return len(between) - aside.end() < 20
    if any(value.end <= f.start < after[0].start for f in figures):
        return False
    return after[0].start - value.end < 60 and "," not in between


# a share of people, of seizures: no change
_SHARE = re.compile(
    r"\)?\s?of (?:the |all |these )?(?:\w+ ){0,2}(?:patients|subjects|participants|children|infants|adults|people|individuals|dogs|cases|seizures|attacks)\b"
    r"|\)?\s?(?:did not|failed to|had|showed|experienced|achieved|reported|demonstrated) (?!an? increase)"
)
_SHARED = re.compile(r"\bn ?[=~][~\d, ]*[\[(;,]\s?$")
# "(difference, 22%)": alone in its parenthesis
_IN_DIFFERENCE = re.compile(r"\([^()%]*\bdifferences?\b[^()%]*$", re.I)


def _nobody(value: Value, named: list[naming.Named]) -> bool:
    """A "none" that can be a result: beside adverse events it mostly counts something else."""
    before = [item.code for item in named if item.end <= value.start]
    return value.events == 0 and not (before and before[-1] in ("AE", "SAE"))


def _sensible(reading: Reading, sentence: str) -> bool:
    """Drop what cannot be that outcome."""
    kept = []
    for value in reading.values:
        after = sentence[value.end : value.end + 40].lower()
        said = sentence[value.start : value.end].lower()
        before = sentence[max(0, value.start - 30) : value.start].lower()
        if reading.code in CHANGES and (
            value.percent is None
            or value.events is not None
            or _SHARE.match(after)
            or _SHARED.search(before)
            or direction(reading, sentence, value) > 100
        ):
            continue
        if reading.code in CHANGES and _IN_DIFFERENCE.search(sentence[: value.start]):
            continue
        if reading.code not in CHANGES and (value.percent or 0) > 100:
            continue
        if reading.code not in CHANGES and said.startswith("- ") and value.percent is not None:
            # "responders - 38%": a dash
            value.percent, value.signed = abs(value.percent), ""
        if reading.code not in CHANGES and value.signed:
            # "RD = -18%": a difference, never a share of people
            continue
        if re.match(
            r"\)?\s?of (?:the )?(?:total |all )?(?:\w+ )?(?:trials|studies|adverse|AEs|TEAEs|side|maximum|days|nights|time|MPR|effect|variance|total duration)",
            after,
        ):
            continue
        if reading.code not in CHANGES and re.search(r"(?:creas|reduc|lower)\w* by\W*$", before):
            continue
        if reading.code == "RECUR" and re.search(r"\bby\W*$", before):
            continue
        if value.total is not None and _EVENTS.match(sentence, value.end):
            continue
        if reading.code in _HARMS and _NOT_THEIRS.match(sentence, value.end):
            continue
        if reading.code in _APART and _told_apart(sentence, value, reading):
            continue
        if reading.code == "DEATH" and value.events is None and value.percent is None:
            continue
        if re.match(
            r"\s*(?:\w+ )?(?:difference|improvement in|higher|lower|less likely|more likely|(?:more|less) (?:frequent|common|often)|confidence)",
            after,
        ) and not (reading.code == "PCPBO" and "lower" in after):
            continue
        if (
            re.search(r"\b(?:history|male|female|mean age|white|women|men)\W*(?:\w+\W+)?$", before)
            and reading.code not in CHANGES
        ):
            continue
        if re.match(
            r"\)?,? (?:for )?(?:(?:female|male|white)(?! (?:patients|subjects|participants|volunteers|adults|children)\b)|women|men|were (?:male|female|men|women|white)|of (?:the )?(?:seizures|episodes|fever))",
            after,
        ):
            continue
        if reading.code not in CHANGES and re.search(r"\b(?:fe)?males?\b", said):
            continue
        if reading.code in ("AE", "SAE") and re.search(
            r"\b(?:mild|moderate|severe)(?: (?:in|for|by))?\W*$", before
        ):
            continue
        if reading.code in ("AE", "SAE") and re.match(r"\s+of (?:these|them|which)\b", after):
            continue
        if reading.code in ("AE", "SAE") and re.match(
            r"\)?\s*(?:(?:were|was|being) )?(?:\w+ )?(?:mild|moderate|severe)", after
        ):
            continue
        whole = value.percent is None or reading.code in ("COMP", "WD", "RETENTION")
        if whole and value.events is not None and _elsewhere(sentence, value, reading):
            continue
        kept.append(value)
    reading.values[:] = kept
    return bool(kept)


_HARMS = {"AE", "SAE", "AEN", "WDAE", "RECUR", "DEATH"}
# "23 of 79 (29%) serious adverse events": events, not people
_EVENTS = re.compile(r"\)?\s?(?:serious )?(?:TE?AEs|AEs|SAEs|adverse events)\b", re.I)
# "three rashes (one patient each)", "an 82% lower risk"
_NOT_THEIRS = re.compile(
    r"\)?\s?(?:\w+ each\b|(?:\w+ )?(?:reduction|decrease|increase|lower|greater)\b|of (?:the )?complet)",
    re.I,
)
_APART = {"AE", "SAE", "COMP", "WD", "WDAE", "WDLOE", "RETENTION"}
_LEFT = {"WD", "WDAE", "WDLOE"}
_OTHERS_DO = rf"\)?(?:\s\([^()]*\))?\s*(?:of )?(?:the )?(?:\w+ )?{PEOPLE}\s(?!in\b|on\b|with\b|receiving|taking|treated|given|of\b|reported|experienced|completed|withdrew|discontinued|were\b|was\b|and\b|who\b)"
_DOES = re.compile(rf"{_OTHERS_DO}(?!had\b)[a-z]+", re.I)
_DOES_OR_HAS = re.compile(rf"{_OTHERS_DO}[a-z]+|\)?(?:\s\([^()]*\))?\s*had\b", re.I)
# "twelve left; rash was the specific cause in four"
_SPECIFIC = re.compile(r"\b(?:cause|reason)s?\b", re.I)


def _told_apart(sentence: str, value: Value, reading: Reading) -> bool:
    """True behind a semicolon where other things are said of the people counted."""
    between = re.sub(r"\([^()]*\)?", "", sentence[reading.named.end : value.start])
    if ";" not in between:
        return False
    if reading.code in _LEFT and _SPECIFIC.search(between[between.rfind(";") :]):
        return True
    does = _DOES_OR_HAS if reading.code in ("COMP", "RETENTION") else _DOES
    return bool(does.match(sentence, value.end))


# what people did who are no result: "41 patients elected to continue, only 11 ..."
_DID = re.compile(
    r"\b(?:elected|provided|chose|opted|entered|enrolled|enter|underwent|received|took|recruited|screened|eligible"
    r"|were \w+-related|were (?:included|studied|treated|assigned|randomi[sz]ed|evaluated|evaluable|analy[sz]ed|allocated|available|followed))\b",
    re.I,
)


_CLAUSE = re.compile(rf"[,;]| (?:and|but) (?=(?:only )?{INT}\b)", re.I)


# "five discontinued, two of whom received 20 mg": some of those told before, by their arm
_WHOM_GIVEN = re.compile(
    r"\s+of (?:whom|them|these)\s+(?:were |was |had )?(?:receiv\w+|tak\w+|took|treated|assigned|given|on|in)\b",
    re.I,
)


def _elsewhere(sentence: str, value: Value, reading: Reading) -> bool:
    """A count whose own clause tells of something else than the outcome."""
    if reading.named.end <= value.start and _WHOM_GIVEN.match(sentence, value.end):
        return False
    clause = _CLAUSE.split(sentence[value.end : value.end + 90])[0]
    end = value.end + len(clause)
    if value.end <= reading.named.start < end:
        return False
    return bool(_DID.search(clause))


def direction(reading: Reading, sentence: str, value: Value) -> float:
    """Changes as reductions: positive where seizures became fewer."""
    percent = value.percent or 0.0
    signs = {v.signed for v in reading.values}
    words = sentence[max(0, reading.named.start - 40) : reading.named.end + 40]
    negative = all(v.signed == "-" or not v.percent for v in reading.values) and "-" in signs
    if negative or ("-" in signs and "+" in signs):
        return -percent
    if re.search(r"\bchang|PCH", words, re.I) and "-" in signs:
        return -percent
    if "+" in signs and not re.search("reduc", words, re.I):
        return -percent if value.signed == "+" else percent
    if _GREW.match(sentence, value.end) and not signs - {""}:
        return -percent
    if reading.code == "PCPBO" or signs - {""}:
        return percent
    # "reductions increased over time (31%)" are reductions still
    low = max(0, value.start - 40)
    if _FEWER.search(sentence[reading.named.start : reading.named.end]):
        low = max(low, reading.named.end)
        return -percent if _MORE_BY.search(sentence, low, value.start) else percent
    ways = _WAYS.findall(sentence, low, value.start)
    return -percent if ways and ways[-1].lower() in ("increas", "rose") else percent


_FEWER = re.compile(r"\b(?:reduction|decrease)", re.I)
_WAYS = re.compile(r"\b(increas|rose|decreas|reduc|fell|declin)", re.I)
_MORE_BY = re.compile(r"\bincreas\w*(?: in (?:\w+ ){1,4})?(?: (?:of|by|was))?(?: an?)?\s*$", re.I)
_GREW = re.compile(r"[\s)]*(?:\w+ )?increase\b", re.I)
