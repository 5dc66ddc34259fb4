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
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from sinteza.extraction.counts import Sentence, has_number, names_people
from sinteza.text.sentences import split

#: Below this probability the number is left out; chosen by cross-validation (see the trainer).
THRESHOLD = 0.4
#: Designs whose report is of one randomized trial.
TRIALS = ("rct_parallel", "rct_crossover")
_LONGEST = 3000
_FEWEST, _MOST = 5, 30000
_OF_A_SENTENCE = ("randomized", "blind", "open", "trials", "future")
# cues that weigh otherwise in reports that are not of one randomized trial: pooled, extended,
# reviewed
_ELSEWHERE = frozenset(
    f"{name} near" for name in ("randomized", "blind entered", "entered")
) | frozenset(
    f"sentence {name}" for name in ("randomized", "blind", "open", "trials")
) | {"after random", "arms even", "arms uneven", "earliest", "after of"}  # fmt: skip
# any of these, and somebody was counted in
_TOLD = frozenset(
    (
        *("then randomized", "then entered", "entered near", "randomized near"),
        *("randomized before", "sentence blind", "sentence randomized"),
    )
)
_LET_IN = {"randomized near", "blind entered near"}


class Candidate:
    """One number of people, and the names of the cues that hold for it."""

    __slots__ = ("cues", "n")

    def __init__(self, n: int, cues: set[str]) -> None:
        self.n = n
        self.cues = cues


def candidates(text: str) -> list[Candidate]:
    """Numbers of people in an abstract with their cues; a number may stand more than once."""
    spans = split(text)
    found: list[Candidate] = []
    figures: list[list[int]] = []
    named = False
    # the last quarter concludes, and counts nobody anew
    for place, (a, b) in enumerate(spans[: max(3, 3 * len(spans) // 4)]):
        if b - a > _LONGEST or not has_number(text[a:b]):
            continue
        sentence = Sentence(text[a:b])
        counts = sentence.counts()
        if not counts:
            continue
        figures.append([count.n for count in counts if count.form])
        figures.append([count.n for count in counts if count.form != "whole"])
        figures.append([count.n for count in counts if (count.form or "").startswith("size")])
        here: dict[int, Candidate] = {}
        for count in counts:
            n = count.n
            if count.form and _FEWEST <= n <= _MOST and n not in here:
                here[n] = Candidate(n, sentence.said(count))
        if not here:
            continue
        told = sentence.cues
        shared = {f"sentence {name}" for name in _OF_A_SENTENCE if name in told}
        shared.add(f"place {min(int(4 * place / len(spans)), 3)}")
        if place == 0:
            shared.add("first")
        for item in here.values():
            item.cues |= shared
        named = named or names_people(text[:b])
        if not named:
            # "six had been seen": where nobody was named, they are not people
            here = {n: item for n, item in here.items() if not _TOLD.isdisjoint(item.cues)}
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
    random = [
        item.n
        for item in found
        if _LET_IN & item.cues and item.n not in parts and "after fraction" not in item.cues
    ]
    found[0].cues.add("earliest")
    for item in found:
        n = item.n
        for cue, holds in (
            ("largest", n == largest),
            ("alone", largest == min(often)),
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


def held(item: Candidate, kind: str) -> set[str]:
    """The cues of a number in a report of this kind."""
    if kind in TRIALS:
        return item.cues
    return item.cues | {f"elsewhere {cue}" for cue in item.cues & _ELSEWHERE}


def none_cues(found: Sequence[Candidate], kind: str) -> set[str]:
    """What speaks for no number being the printed total."""
    cues = {"none", f"none {kind}"}
    if all(_TOLD.isdisjoint(item.cues) for item in found):
        cues.add("none told")
    if kind not in TRIALS:
        cues.add("none elsewhere")
    return cues


def probabilities(
    found: Sequence[Candidate], kind: str, weights: Mapping[str, float]
) -> dict[int | None, float]:
    """Probability of each number; None stands for none of them. Mentions of one number add up."""
    scores = [(item.n, sum(weights.get(cue, 0.0) for cue in held(item, kind))) for item in found]
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

    Reports of other designs print it where they tell of one trial or of one pool of patients.
    None where no count of people is printed, and where the best is not sure.
    """
    found = candidates(text)
    if not found:
        return None
    chances = probabilities(found, kind, _weights())
    best = max((n for n in chances if n is not None), key=lambda n: chances[n])
    return best if chances[best] >= THRESHOLD else None
