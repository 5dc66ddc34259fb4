# ruff: noqa: E501 - a pattern is read best on one line
"""Which of the outcomes that a sentence names each of its figures belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from sinteza.extraction.naming import LADDER, Named
from sinteza.extraction.numbers import Value


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


@dataclass(slots=True)
class Reading:
    """Figures of one outcome in one sentence, in order."""

    code: str
    values: list[Value]
    scope: tuple[int, int]
    named: Named
    notes: set[str] = field(default_factory=set)


def _semicolon(sentence: str, at: int) -> int:
    """The next semicolon outside the parenthesis it may stand in, or -1."""
    depth = 0
    for place in range(at, len(sentence)):
        char = sentence[place]
        depth += (char in "([") - (char in ")]")
        if char == ";" and depth <= 0:
            return place
    return -1


_LEAVING = {"WDAE", "WDLOE", "LTFU", "DEATH", "REASON"}
# "13 % discontinued": the outcome stands right behind its figure
_OF_PEOPLE = _p(
    r"^[\])\s]*(?:of )?(?:the |all |these )?(?:patients?|subjects?|children|participants?|infants?|adults?|dogs?|cases?)?[\])\s]*"
    r"(?:(?:who )?(?:had|have|having|were|was|being|became|becoming|remain\w+|achiev\w+|attain\w+|reach\w+|experienc\w+|show\w+|report\w+|develop\w+|demonstrat\w+|obtain\w+|gain\w+|benefit\w+|with|to be))?(?: by| from)?(?: an?)?\s?$"
)


_CLOSED = _p(r"^[^()]*\)[,;]?\s(?:but|whereas|while|although)\b")


def assign(sentence: str, outcomes: list[Named], values: list[Value]) -> list[Reading]:
    """Give every figure its outcome.

    Usually the outcome comes first and its figures follow. Where the first figure comes before any
    outcome, each figure belongs to the next outcome, except the second half of a comparison
    ("41 % ... compared with 22 %"). Several outcomes before as many figures are taken in order.
    """
    if not outcomes or not values:
        return []
    readings: list[Reading] = []
    pairs: list[tuple[Value, Named]] = []
    for low, high in _segments(sentence, outcomes, values):
        here = [v for v in values if low <= v.start < high]
        local = [o for o in outcomes if low <= o.start < high]
        before = [o for o in outcomes if o.start < low]
        if not here:
            continue
        if not local:
            if before:
                pairs.extend((v, before[-1]) for v in here)
            continue
        listed = _in_turns(sentence, local, here) or _in_order(sentence, local, here)
        pairs.extend(listed)
        taken = {id(v) for v, _ in listed}
        here = [v for v in here if id(v) not in taken]
        if not here:
            continue
        forward = here[0].start < local[0].start
        for number, value in enumerate(here):
            earlier = [o for o in local if o.start < value.start]
            later = [o for o in local if o.start >= value.start]
            if not forward:
                chosen = earlier[-1] if earlier else later[0]
                following = later[0] if later else None
                if following is not None:
                    free = not any(value.end <= v.start < following.start for v in here)
                    gap = sentence[value.end : following.start]
                    if free and (chosen.code == "NONE" or _OF_PEOPLE.match(gap)):
                        chosen = following
                pairs.append((value, chosen))
                continue
            chosen_next = later[0] if later else None
            if (
                not earlier
                and chosen_next is not None
                and sentence.rfind("(", 0, value.start) > sentence.rfind(")", 0, value.start)
                and _CLOSED.search(sentence[value.end : chosen_next.start])
            ):
                # "(18% vs 46% had seizures) but mortality ...": told of what stands before it
                continue
            if earlier and chosen_next is not None:
                opened = sentence.rfind("(", earlier[-1].end, value.start)
                if (
                    opened >= 0
                    and sentence.find(")", opened, value.start) < 0
                    and (
                        value.start - opened > 1
                        or (earlier[-1].code in _LEAVING and opened - earlier[-1].end < 2)
                    )
                ):
                    chosen_next = earlier[-1]
                # the second half of a comparison keeps the outcome of the first
                previous = here[number - 1].end if number else 0
                gap = sentence[max(previous, earlier[-1].end) : value.start]
                follow = sentence[value.end : chosen_next.start]
                if not (follow.strip("]) ") and _OF_PEOPLE.match(follow)) and (
                    re.search(r"compared|versus|\bvs\b|than|against|whereas", gap, re.I)
                    or ("," in follow and "and" in follow)
                ):
                    chosen_next = earlier[-1]
            pairs.append((value, chosen_next or earlier[-1]))
    last: Named | None = None
    for value, outcome in pairs:
        if readings and (
            outcome is last or (last and outcome.code == last.code and value.start < outcome.start)
        ):
            readings[-1].values.append(value)
        else:
            readings.append(Reading(outcome.code, [value], (0, len(sentence)), outcome))
            last = outcome
    for reading in readings:
        reading.code = _over_placebo(sentence, reading)
    readings = [part for reading in readings for part in _by_parentheses(sentence, reading)]
    _scopes(sentence, readings)
    return readings


_PLACEBO = r"(?:the |that of |those on |that on |that with |those with )?(?:placebo|PBO|PLC)\b"
_RELATIVE = _p(
    rf"(?:(?:relative|compared|(?:in )?comparison) (?:to|with)|as compared (?:to|with)|versus|\bvs\.?|over|than) {_PLACEBO}(?!(?:-treated)?(?: (?:groups?|arms?|patients|subjects|children))?[ (:,]{{1,3}}(?:(?:mean|median|average)\b[ ,:=]*)?[+-]?\d)(?! \(n ?=[^()]*\d ?%)"
)
_REDUCED_BY = _p(
    r"^(?!.*(?:baseline|percent|%)).*\b(?:was|were) (?:\w+ )?(?:reduced|decreased|lowered) by\b"
)
_PLACEBOS = _p(r"\b(?:placebo|PBO|PLC)\b")
# "22% greater with X than with placebo"; "a reduction of 22% was greater than ..." is X's own
_BY_SO_MUCH = _p(
    r"\d\s?%\)? (?:greater|larger|lower|higher|more|less|fewer)\b[^.;]{0,80}?\bthan (?:\w+ ){0,2}?(?:placebo|PBO|PLC)\b"
)
_ITS_OWN = _p(rf"\d\s?%\)? (?:for|in|with|on|during) {_PLACEBO}")


def _over_placebo(sentence: str, reading: Reading) -> str:
    """The code of a reduction held against the placebo: of no arm, unless the placebo has a figure."""
    if reading.code == "MPC" and len(reading.values) == 1:
        # "the median frequency was reduced by 30% on X compared with placebo"
        value = reading.values[0]
        told = sentence[reading.named.start : value.start]
        stop = _semicolon(sentence, value.end)
        against = _RELATIVE.search(sentence, value.end, stop if stop > 0 else len(sentence))
        return "PCPBO" if against and _REDUCED_BY.search(told) else "MPC"
    if reading.code not in ("PCRED", "PCPBO"):
        return reading.code
    low = min(reading.named.start, reading.values[0].start)
    high = max(reading.named.end, reading.values[-1].end)
    low = max(0, sentence.rfind(";", 0, low))
    if reading.code == "PCPBO":
        # "reduced compared with placebo, by 35% for X versus 11% for placebo"
        return "PCRED" if _ITS_OWN.search(sentence, low, high + 25) else "PCPBO"
    if any(_VERSUS.search(sentence, a.end, b.start) for a, b in pairwise(reading.values)):
        return "PCRED"
    if len(reading.values) == 1 and _BY_SO_MUCH.search(sentence, low):
        return "PCPBO"
    stop = _semicolon(sentence, high)
    part = sentence[low : stop if stop > 0 else len(sentence)]
    rest, held = _RELATIVE.subn("~", part)
    return "PCPBO" if held and not _PLACEBOS.search(rest) else "PCRED"


def _by_parentheses(sentence: str, reading: Reading) -> list[Reading]:
    """Figures that share a parenthesis belong together: (A vs B) of one subset, (C vs D) of another."""
    depth, number, place = 0, 0, {}
    for at, char in enumerate(sentence):
        if char in "([":
            depth += 1
            number += depth == 1
        place[at] = number if depth else 0
        if char in ")]":
            depth = max(0, depth - 1)
    groups: dict[int, list[Value]] = {}
    for value in reading.values:
        groups.setdefault(place[value.start], []).append(value)
    if len(groups) < 2 or 0 in groups or any(len(group) < 2 for group in groups.values()):
        return [reading]
    return [Reading(reading.code, group, reading.scope, reading.named) for group in groups.values()]


def _segments(sentence: str, outcomes: list[Named], values: list[Value]) -> list[tuple[int, int]]:
    """Parts of a sentence that stand for themselves: between semicolons that divide outcomes."""
    depth = 0
    cuts = [0]
    for at, char in enumerate(sentence):
        depth += (char in "([") - (char in ")]")
        if char == ";" and depth <= 0 and any(o.start > at for o in outcomes):
            told = any(cuts[-1] <= v.start < at for v in values)
            if told or any(cuts[-1] <= o.start < at for o in outcomes):
                cuts.append(at + 1)
    return list(zip(cuts, [*cuts[1:], len(sentence)], strict=True))


_AGAINST = _p(r"\b(?:vs|versus|compared|against|while|whereas)\b")
_BUT = _p(r"\b(?:but|whereas|although|while)\b")
_VERSUS = re.compile(r"\b(?:vs|versus|compared)\b|^%?\s?/\s?$", re.I)


def _in_turns(
    sentence: str, outcomes: list[Named], values: list[Value]
) -> list[tuple[Value, Named]]:
    """Each outcome beside its figure, then as many figures once more: "compared with 18% and 2%"."""
    count = len(outcomes)
    if count < 2 or len(values) != 2 * count or len({o.code for o in outcomes}) != count:
        return []
    first, second = values[:count], values[count:]
    told_to = max(first[-1].end, outcomes[-1].end)
    if not _AGAINST.search(sentence, told_to, second[0].start):
        return []
    told = sorted([*((v.start, 0) for v in first), *((o.start, 1) for o in outcomes)])
    turns = [kind for _, kind in told]
    if turns not in ([0, 1] * count, [1, 0] * count) or second[0].start < told[-1][0]:
        return []
    return [pair for n, o in enumerate(outcomes) for pair in ((first[n], o), (second[n], o))]


def _falls_by_block(row: list[Named], values: list[Value]) -> bool:
    """True where shares fall from bar to bar only if each bar has its figures in a row.

    Nobody has three quarters fewer seizures who has not half: of "48%, 20%, 25%, and 8%" for the
    bars 50 and 75, the first two are of 50.
    """
    if any(item.code not in LADDER for item in row):
        return False
    order = sorted(range(len(row)), key=lambda n: LADDER.index(row[n].code))
    shares = [value.percent for value in values]
    size = len(shares) // len(row)

    def falls(arms: list[list[float | None]]) -> bool:
        told = [[arm[n] for n in order] for arm in arms]
        return all(
            a is not None and b is not None and a >= b for arm in told for a, b in pairwise(arm)
        )

    in_turns = [shares[n : n + len(row)] for n in range(0, len(shares), len(row))]
    in_blocks = [shares[n::size] for n in range(size)]
    return falls(in_blocks) and not falls(in_turns)


def _in_order(
    sentence: str, outcomes: list[Named], values: list[Value]
) -> list[tuple[Value, Named]]:
    """Several outcomes in a row before as many figures, or rows of figures of that length."""
    pairs: list[tuple[Value, Named]] = []
    at = 0
    while at < len(outcomes):
        row = [outcomes[at]]
        while at + len(row) < len(outcomes):
            following = outcomes[at + len(row)]
            gap = (row[-1].end, following.start)
            if (
                gap[1] - gap[0] >= 45
                or _BUT.search(sentence, *gap)
                or any(gap[0] <= v.start < gap[1] for v in values)
            ):
                break
            if following.code != row[-1].code:
                row.append(following)
            else:
                row[-1] = following
                at += 1
        at += len(row)
        stop = outcomes[at].start if at < len(outcomes) else 10**9
        distinct = len({o.code for o in row}) == len(row) > 1 and "NONE" not in {
            o.code for o in row
        }
        ahead = [v for v in values if row[0].start - 60 < v.end <= row[0].start]
        leaving = any(o.code in _LEAVING or o.code in ("WD", "COMP") for o in row)
        if distinct and len(ahead) == len(row) and not pairs and not leaving:
            behind = [v for v in values if row[-1].end <= v.start < stop]
            if len(ahead) + len(behind) == len(values) and not len(behind) % len(row):
                # "38% and 17% had a 50% and a 75% reduction": as many before as outcomes
                turns = [(value, n % len(row)) for n, value in enumerate(values)]
                pairs.extend((value, o) for k, o in enumerate(row) for value, n in turns if n == k)
                continue
        after = [v for v in values if row[-1].end <= v.start < stop]
        if len({o.code for o in row}) < 2 or len({o.code for o in row}) != len(row):
            continue
        if "NONE" in {o.code for o in row} or not after or len(after) % len(row):
            continue
        if any(v.start < row[0].start for v in values) and len(row) != len(after):
            continue
        size = len(after) // len(row)
        inner = [sentence[a.end : b.start] for a, b in pairwise(after)]
        against = [bool(_VERSUS.search(gap)) for gap in inner]
        blocks = [(n + 1) % size != 0 for n in range(len(inner))]
        if size > 1 and (against == blocks or _falls_by_block(row, after)):
            # "A and B (1 vs 2 and 3 vs 4)": each outcome has a comparison of its own
            pairs.extend((value, row[n // size]) for n, value in enumerate(after))
        else:
            pairs.extend((value, row[n % len(row)]) for n, value in enumerate(after))
    return pairs


def _scopes(sentence: str, readings: list[Reading]) -> None:
    """Where the arms of each group of figures are to be looked for."""
    for number, reading in enumerate(readings):
        low = 0
        if number and reading.named is readings[number - 1].named:
            # one outcome told in several parentheses: its arms stand before the first
            low = readings[number - 1].scope[0]
        elif number:
            low = readings[number - 1].values[-1].end
            if low <= reading.named.start < reading.values[0].start:
                low = reading.named.start
        high = len(sentence)
        if number + 1 < len(readings):
            following = readings[number + 1]
            high = following.values[0].start
            between = (
                [following.named.start]
                if reading.values[-1].end < following.named.start < high
                else []
            )
            high = min([high, *between])
            if high < reading.values[-1].end:
                # figures in turns, as the outcomes: the arms may stand anywhere
                low, high = 0, len(sentence)
        elif number and low > reading.values[0].start:
            low = 0
        reading.scope = (low, high)
