# ruff: noqa: E501 - a pattern is read best on one line
"""How many took part: every count of people in an abstract is ranked, the best may be printed.

A report names many numbers of patients: screened, enrolled, randomized, of each arm, analyzed,
completed, responding. Each becomes a candidate with the cues around it (what is said of it, where
it stands, whether the arms add up to it), a conditional logistic model weighs the cues (McFadden
1974, "Conditional logit analysis of qualitative choice behavior"), and "none of them" is a choice
like any other. The weights come from :mod:`sinteza.train.participants`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from sinteza.extraction.numbers import INT, WORD, covered, integer
from sinteza.text.sentences import split

#: Below this probability the number is left out; chosen by cross-validation (see the trainer).
THRESHOLD = 0.4
TRIALS = ("rct_parallel", "rct_crossover")
_LONGEST = 3000


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


_PEOPLE = r"(?:(?:out|in)?patients?(?! (?:factors|characteristics|groups|years|visits|data|days))|subjects?|children|participants?|adults?|infants?|individuals?|adolescents?|women|men|boys|girls|males|females|persons|people|volunteers?|neonates|newborns|dogs|cats|rats|residents|alcoholics|responders|cases|epileptics|pairs)\b"
_NUMBERED = _p(rf"\d|\b{WORD}\b")
_NUMBER = _p(
    rf"(?<![\w.,~/-])(?:({WORD}) thousand,?\s(?:and )?)?({INT})(?![\w~]|[.,]?\d|\s?%|[-\s]+(?:per ?cent|third|quarter|fold|year|month|week|day|hour|mg|site|cent|stud|trial|dose|different|of the following))"
)
_WHOM = _p(rf"\s(?:[\w()'~>=<+/-]+[,/]?\s(?!were\b|was\b|had\b)){{0,8}}?({_PEOPLE})")
_DEED = _p(
    r"\s(?:(?:were|was|are|met|had|entered|enrolled|received|completed|underwent|participated|provided|took)\b|randomi[sz]ed\b|participated|of whom|to each)"
)
_PARENTHESIS = re.compile(r"\s?\([^()]*\)")
_FIGURE = re.compile(r"(?<![\w.,~-])(\d{1,3}(?:,\d{3})+|\d{1,5})(?![\w~]|[.,]?\d|\s?%)")
_SIZE = _p(rf"\b(?:total )?[nN]\s?=\s?({INT})(?!\s?%)")
_PEOPLE_BEFORE = _p(rf"{_PEOPLE}[^()]{{0,40}}\(?$")
_MORE = re.compile(
    r"\s?/|\s(?:\w+ ){0,2}(?:out )?of (?:the )?(?:\w+ )?[\d~]|\s(?:\w+ )?\([\d.~]+\s?%?\)"
)
_SHARE = re.compile(r"\s\([\d.]+\s?%\)")
_RAND = r"(?:randomi[sz](?:ed|ation|ing)|randomly|at random|random order)"
_ENTER = r"(?:enter(?:ed|ing|ed into)|enrol\w*|recruit\w*|inclu(?:ded|ding)|participat\w+|took part|admitted|commenced|entry criteria|inclusion criteria|were (?:studied|evaluated|investigated|treated|assigned|allocated|divided)|involv\w+|compris\w+)"
_CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, _p(pattern))
    for name, pattern in (
        ("randomized", _RAND),
        ("assigned", r"\b(?:assigned|allocated|divided)\b"),
        ("entered", _ENTER),
        ("received", r"\b(?:received|given|treated|administered|underwent|exposed)\b"),
        ("entered blind", r"(?:enter\w*|receiv\w*|commenc\w*|participat\w*|continu\w*)(?: [\w-]+){0,4}? (?:double[- ](?:blind|mask)\w*|randomi[sz]ed|cross-?over|blinded)"),
        ("blind", r"double[- ](?:blind|mask)|placebo[- ]controlled|cross-?over|trial\b"),
        ("completed", r"\bcomplet(?:ed|ers|ing|e)\b"),
        ("screened", r"screen|assessed|eligib|approached|identified|candidates|attempted|initially|consecutive|baseline|planned|target|required"),
        ("analyzed", r"analy[sz]|evaluable|intent|\bITT\b|efficacy population|safety population|available|provided"),
        ("left", r"discontinu|withdr|dropp|\bdied\b|exclu|\blost\b|fail|did not|refused"),
        ("outcome", r"\b(?:had|experienced|showed|became|remained|achieved|improved|responded|reported|developed|seizure[- ]free|reduction|preferred|elected|chose|continu\w+)\b"),
        ("arm", r"\b(?:groups?|arms?|each|per|respectively)\b|\b(?:to|on|received?|(?<!compared )with) (?:the )?placebo(?! (?:or|and)\b)"),
        ("open", r"open[- ]label|extension|long-term|follow-up|single[- ]dose"),
        ("healthy", r"healthy|\bnormal"),
        ("other", r"controls?\b(?!led)|parents|relatives|siblings|events|episodes"),
    )
)  # fmt: skip
_BEFORE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, _p(pattern))
    for name, pattern in (
        ("of", r"\b(?:of|among)(?: (?:the|these|all))?\s*$"),
        ("whom", r"\bof (?:whom|which|these|those),?\s*$"),
        ("total", r"\b(?:total(?: number)? of|altogether|overall,?|in all,?)\s*$"),
        ("in", r"\b(?:in|with|on|to|from|for|by|using)\s*$"),
        ("comprising", r"\b(?:involv\w+|compris\w+|includ\w+|enrol\w+|recruit\w+|enter\w+|studied|treated|randomi[sz]ed|assigned|we)\s*$"),
        ("random", rf"{_RAND}\W+(?:\w+\W+){{0,3}}$"),
        ("listed", r"(?:\d|~|\)|teen|ty)[^;.]{0,60}(?:,|\band|;)\s*$"),
        ("each", r"\b(?:each|groups?|panels?|cohorts?|remaining|other|another|additional|further|only|least|first|next|last|than)(?: of)?\s*$"),
        ("fraction", rf"\b{INT} (?:\w+ )?(?:out )?of (?:the )?(?:\w+ )?$"),
        ("all", r"\ball\s*$"),
    )
)  # fmt: skip


_LET_IN = {"randomized near", "entered blind near"}


class Candidate:
    """One number of people, and the names of the cues that hold for it."""

    __slots__ = ("cues", "n")

    def __init__(self, n: int, cues: set[str]) -> None:
        self.n = n
        self.cues = cues


def _found(sentence: str, plain: str) -> list[tuple[int, int, int, str]]:
    """Start, end, value and form of every figure that can count people.

    ``plain`` is the sentence with the figures covered that count nobody (ages, doses, times).
    """
    found: list[tuple[int, int, int, str]] = []
    for match in _SIZE.finditer(sentence):
        n = integer(match[1])
        if n is not None:
            people = _PEOPLE_BEFORE.search(sentence, max(0, match.start() - 60), match.start())
            found.append((match.start(), match.end(), n, "size" if people else "size_arm"))
    for match in _NUMBER.finditer(plain):
        n = integer(match[2])
        if n is None:
            continue
        n += 1000 * (integer(match[1]) or 0) if match[1] else 0
        # what stands in parentheses tells of parts: "182 (90 men) received"
        after = _PARENTHESIS.sub("", plain[match.end() : match.end() + 160])
        whom = _WHOM.match(after)
        if whom:
            near = "next" if whom.start(1) < 2 else "people"
            found.append((match.start(), match.end(), n, near))
        elif _DEED.match(after):
            found.append((match.start(), match.end(), n, "deed"))
    return sorted(found)


def _cues(
    sentence: str, start: int, end: int, possible: Iterable[tuple[str, re.Pattern[str]]]
) -> set[str]:
    """What is said of the number: cues behind it (near: before the next figure) and before it.

    ``possible``: the cues that stand anywhere in the sentence.
    """
    cues: set[str] = set()
    after = sentence[end : end + 240]
    more = _MORE.match(after) and not _SHARE.match(after)
    after = re.split(r";|\. ", _PARENTHESIS.sub("", after), maxsplit=1)[0]
    following = _NUMBERED.search(after)
    near = after[: following.start()] if following else after
    for name, pattern in possible:
        hit = pattern.search(after)
        if hit:
            cues.add(f"{name} near" if hit.start() < len(near) else f"{name} far")
        if pattern.search(sentence, max(0, start - 90), start):
            cues.add(f"{name} before")
    head = sentence[max(0, start - 80) : start]
    cues |= {f"after {name}" for name, pattern in _BEFORE if pattern.search(head)}
    if not head.strip() or re.fullmatch(r"\W*\w+:?\W*", head):
        cues.add("begins")
    if more:
        cues.add("of more")
    if head.count("(") > head.count(")"):
        cues.add("parenthesis")
    return cues


def candidates(text: str) -> list[Candidate]:
    """Numbers of people in an abstract with their cues; a number may stand more than once."""
    spans = split(text)
    found: list[Candidate] = []
    figures: list[list[int]] = []
    # the last quarter concludes, and counts nobody anew
    for place, (a, b) in enumerate(spans[: max(3, 3 * len(spans) // 4)]):
        sentence = text[a:b]
        if b - a > _LONGEST or not _NUMBERED.search(sentence):
            continue
        plain = covered(sentence)
        counted = _found(sentence, plain)
        figures.append([n for _, _, n, _ in counted])
        figures.append([int(m[1].replace(",", "")) for m in _FIGURE.finditer(plain)])
        figures.append([n for _, _, n, form in counted if form.startswith("size")])
        counted = [item for item in counted if 5 <= item[2] <= 30000]
        if not counted:
            continue
        shared = {f"place {min(int(4 * place / len(spans)), 3)}"}
        if place == 0:
            shared.add("first")
        for name, pattern in _CUES:
            if name in ("randomized", "blind", "open") and pattern.search(sentence):
                shared.add(f"sentence {name}")
        # with and without what stands in parentheses, which can part the words of a cue
        whole = f"{sentence} {_PARENTHESIS.sub('', sentence)}"
        possible = [cue for cue in _CUES if cue[1].search(whole)]
        here: dict[int, Candidate] = {}
        for start, end, n, form in counted:
            if n not in here:
                here[n] = Candidate(
                    n, _cues(sentence, start, end, possible) | shared | {f"form {form}"}
                )
        found += _not_only_whom(list(here.values()), figures[-3:])
    _compare(found, figures)
    return found


def _not_only_whom(counted: list[Candidate], figures: Sequence[Sequence[int]]) -> list[Candidate]:
    """Without those of whom the same sentence lets fewer in: "of 88 patients, 44 entered".

    Where the fewer are one of the parts that make up the whole, all of it took part.
    """
    even, uneven, _ = _sums(figures, {item.n for item in counted})
    fewest = min((item.n for item in counted if _LET_IN & item.cues), default=math.inf)
    return [
        item
        for item in counted
        if "after of" not in item.cues or item.n <= fewest or item.n in even | uneven
    ]


def _compare(found: Sequence[Candidate], figures: Sequence[Sequence[int]]) -> None:
    """Cues of how the numbers go together: which is the largest, and which add up to which."""
    if not found:
        return
    largest = max(item.n for item in found)
    often = [item.n for item in found]
    even, uneven, parts = _sums(figures, set(often))
    random = [item.n for item in found if _LET_IN & item.cues and item.n not in parts]
    found[0].cues.add("earliest")
    for item in found:
        n = item.n
        for cue, holds in (
            ("largest", n == largest),
            ("few", n < 10),
            ("repeated", often.count(n) > 1),
            ("arms even", n in even),
            ("arms uneven", n in uneven),
            ("part of a sum", n in parts),
            ("other randomized", bool(random) and n not in random and n > min(random)),
            ("first randomized", bool(random) and n == random[0]),
        ):
            if holds:
                item.cues.add(cue)


def _sums(
    figures: Sequence[Sequence[int]], wanted: set[int]
) -> tuple[set[int], set[int], set[int]]:
    """Wanted numbers that two to five neighboring figures add up to: by even and by uneven parts.

    And the parts: the sizes of arms, where they are even enough to be such.
    """
    even: set[int] = set()
    uneven: set[int] = set()
    parts: set[int] = set()
    for line in figures:
        for first in range(len(line)):
            for last in range(first + 2, min(first + 5, len(line)) + 1):
                run = line[first:last]
                total = sum(run)
                if total in wanted and min(run) > 1:
                    if max(run) <= 1.4 * min(run):
                        even.add(total)
                        parts.update(run)
                    else:
                        uneven.add(total)
    return even, uneven - even, parts


def none_cues(found: Sequence[Candidate], kind: str) -> set[str]:
    """What speaks for no number being the printed total."""
    cues = {"none", f"none {kind}"}
    if not any(
        {"randomized near", "entered near", "after random", "after comprising"} & item.cues
        for item in found
    ):
        cues.add("none told")
    return cues


def probabilities(
    found: Sequence[Candidate], kind: str, weights: Mapping[str, float]
) -> dict[int | None, float]:
    """Probability of each number; None stands for none of them. Mentions of one number add up."""
    scores = [(item.n, sum(weights.get(cue, 0.0) for cue in item.cues)) for item in found]
    total: dict[int | None, float] = {
        None: math.exp(sum(weights.get(cue, 0.0) for cue in none_cues(found, kind)))
    }
    for n, score in scores:
        total[n] = total.get(n, 0.0) + math.exp(score)
    whole = sum(total.values())
    return {n: value / whole for n, value in total.items()}


@cache
def _weights() -> dict[str, float]:
    raw = files("sinteza.extraction").joinpath("models/participants.json").read_text("utf-8")
    return {str(cue): float(weight) for cue, weight in json.loads(raw)["weights"].items()}


def n_randomized(text: str, kind: str) -> int | None:
    """Participants randomized, as printed; in a crossover, those who entered.

    None for other designs, where no count of people is printed, and where the best is not sure.
    """
    if kind not in TRIALS:
        return None
    found = candidates(text)
    if not found:
        return None
    chances = probabilities(found, kind, _weights())
    best = max((n for n in chances if n is not None), key=lambda n: chances[n])
    return best if chances[best] >= THRESHOLD else None
