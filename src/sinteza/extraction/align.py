# ruff: noqa: E501 - a pattern is read best on one line
"""Which arm each figure of an outcome belongs to.

The figures of a reading form a chain: each has one of the arms that the sentence names, or one that
it does not name, and neighbors depend on each other ("A vs B": not the same arm). Cues
(:mod:`sinteza.extraction.cues`) say what speaks for an arm; each has a weight, learned from
annotated reports as a conditional random field (Lafferty, McCallum & Pereira 2001,
https://dl.acm.org/doi/10.5555/645530.655813). The most probable chain is taken, and how probable
an arm is for its figure, over all chains, is how sure the pairing is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from sinteza.extraction.cues import Scene
from sinteza.extraction.drafts import Mention
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.numbers import Value
from sinteza.extraction.outcomes import Reading

_EITHER = re.compile(r"\beither (?:[\w/]+ ){0,3}?(?:or (?:the )?)?$", re.I)
# "(p = 0.08 vs placebo)": what was tested, not whose figure
_IN_TEST = re.compile(
    r"[(\[,;]\s*p\s?[=<>≤][^()]{0,40}?(?:vs\.?|versus|compared (?:with|to)|against|from)\s*(?:the )?$",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:compared (?:with|to)|relative to|in comparison (?:with|to))\s+(?:the )?$", re.I
)
_EACH = re.compile(r"\brespectively\b", re.I)
_SINGLE = 0.9
# a figure that is more probably than this no result of any arm is left out
_NO_RESULT = 0.7


def _log_sum(numbers: Sequence[float]) -> float:
    top = max(numbers)
    return top + math.log(sum(math.exp(n - top) for n in numbers))


class Alignment:
    """Pairs of (figure, arm) with how sure the pairing is (0 to 1), sentence by sentence."""

    def __init__(
        self, table: ArmTable, sentences: Sequence[str], weights: Mapping[str, float] | None = None
    ) -> None:
        self.table = table
        self.scenes: list[Scene] = []
        self._weights = _shipped() if weights is None else weights
        self._sentences = sentences
        self._mentions: dict[int, list[Mention]] = {}
        self._previous: list[int] = []

    def mentions(self, number: int) -> list[Mention]:
        """The arms that a sentence names."""
        if number not in self._mentions:
            self._mentions[number] = self.table.mentions(self._sentences[number])
        return self._mentions[number]

    def _topic(self, number: int) -> list[int]:
        """The arms of the nearest of the two sentences before that names any."""
        for earlier in (number - 1, number - 2):
            if earlier >= 0 and len(self._sentences[earlier]) < 1500:
                arms = [arm for m in self.mentions(earlier) for arm in m.arms]
                if arms:
                    return list(dict.fromkeys(arms))
        return []

    def pair(self, number: int, reading: Reading) -> list[tuple[Value, int, float]]:
        """The arm of each figure of a reading."""
        table = self.table
        if table.single or sum(arm.role != "pooled" for arm in table.arms) == 1:
            return [(value, 0, _SINGLE) for value in reading.values]
        sentence = self._sentences[number]
        lists = self._lists(sentence, reading)
        if len(lists) > 1:
            return [item for part in lists for item in self.pair(number, part)]
        scene = self._scene(number, reading)
        self.scenes.append(scene)
        out = self._shared(scene) or self._decoded(scene)
        self._remember([arm for _, arm, _ in out])
        return out

    def _scene(self, number: int, reading: Reading) -> Scene:
        """A reading in its sentence, with the arms its figures could have."""
        sentence, inner = self._sentences[number], reading.named
        mentions = [
            m
            for m in self.mentions(number)
            if not _IN_TEST.search(sentence, max(0, m.start - 60), m.start)
            # "without exposure to either X or placebo" gives no figure to one of them
            and not _EITHER.search(sentence, max(0, m.start - 40), m.start)
            # an arm inside the outcome's own words ("reduction over placebo") has no figure
            and not (reading.code == "PCPBO" and inner.start <= m.start < inner.end)
        ]
        return Scene(sentence, reading, mentions, self.table, self._previous, self._topic(number))

    @staticmethod
    def _lists(sentence: str, reading: Reading) -> list[Reading]:
        """A reading cut behind each "respectively": what follows is another list."""
        parts, values, low = [], reading.values, reading.scope[0]
        for match in _EACH.finditer(sentence, values[0].end, values[-1].start):
            closed = [v for v in values if v.end <= match.start()]
            # after a single figure it closes no list
            if len(closed) > 1:
                parts.append(Reading(reading.code, closed, (low, match.end()), reading.named))
                values, low = values[len(closed) :], match.end()
        parts.append(Reading(reading.code, values, (low, reading.scope[1]), reading.named))
        return parts

    def _shared(self, scene: Scene) -> list[tuple[Value, int, float]]:
        """One figure of all arms: "12% in both groups"."""
        values = scene.values
        if len(values) != 1 or not any(m.every for m in scene.everybody):
            return []
        near = any(abs(m.start - values[0].start) < 25 for m in scene.mentions)
        both = [*self.table.active()]
        if self.table.comparator is not None:
            both.append(self.table.comparator)
        return [] if near or len(both) > 3 else [(values[0], arm, 0.85) for arm in both]

    def _decoded(self, scene: Scene) -> list[tuple[Value, int, float]]:
        """The most probable chain, and of each figure how probable its arm is."""
        if scene.nowhere:
            return []
        own, following = scores(scene, self._weights)
        shares = marginals(own, following)
        for row in own:
            row[scene.nobody] = -math.inf
        chosen = best(own, following)
        out: list[tuple[Value, int, float]] = []
        kept: list[int] = []
        for value, state, share in zip(scene.values, chosen, shares, strict=True):
            if share[scene.nobody] > _NO_RESULT:
                continue
            arm = scene.candidates[state].arm
            sure = sum(
                one for one, item in zip(share, scene.candidates, strict=True) if item.arm == arm
            )
            out.append((value, arm, sure))
            kept.append(state)
        return self._joined(scene, out, kept)

    def _joined(
        self, scene: Scene, out: list[tuple[Value, int, float]], chosen: list[int]
    ) -> list[tuple[Value, int, float]]:
        """One figure, two arms: "41 % for 600 mg and 800 mg"."""
        used = {arm for _, arm, _ in out}
        more: list[tuple[Value, int, float]] = []
        for item, state in zip(out, chosen, strict=True):
            more.append(item)
            mention = scene.candidates[state].mention
            if mention is None or mention.start < item[0].end:
                continue
            for other in scene.mentions:
                gap = scene.sentence[mention.end : other.start]
                if (
                    other.start > mention.end
                    and re.fullmatch(r",?\s*(?:and|or|as well as)\s+(?:the )?", gap)
                    and len(other.arms) == 1
                    and other.arms[0] not in used
                    and self.table.arms[other.arms[0]].role == "intervention"
                    and self.table.arms[item[1]].role == "intervention"
                ):
                    more.append((item[0], other.arms[0], item[2]))
                    used.add(other.arms[0])
        return more

    def _remember(self, arms: list[int]) -> None:
        """The order of arms, once or again and again, for a sentence that names none."""
        cycle = list(dict.fromkeys(arms))
        if len(cycle) > 1 and arms == cycle * (len(arms) // len(cycle)):
            self._previous = cycle

    def over_placebo(self, number: int, reading: Reading) -> bool:
        """One reduction "for X versus placebo" is the difference, not the share of an arm."""
        if reading.code not in ("MPC", "MEANPC", "PCRED") or len(reading.values) != 1:
            return False
        sentence, mentions = self._sentences[number], self.mentions(number)
        value, comparator = reading.values[0], self.table.comparator
        if comparator is None or self.table.single:
            return False
        behind = [m for m in mentions if m.start >= value.end and m.arms]
        if len(behind) > 1 and behind[1].arms == (comparator,) and comparator not in behind[0].arms:
            near = sentence[value.end : behind[0].start]
            gap = sentence[behind[0].end : behind[1].start]
            if re.fullmatch(r"[\s)]*(?:for|in|with|on) (?:the )?", near) and re.fullmatch(
                r"(?: (?:group|arm|patients))?,? (?:compared (?:with|to)|versus|vs\.?|relative to|over) (?:the )?",
                gap,
            ):
                return True
        if behind and behind[0].arms == (comparator,):
            gap = sentence[value.end : behind[0].start]
            if len(gap) < 90 and "(" not in gap and _COMPARED.search(gap):
                return True
        before = [m for m in mentions if m.end <= value.start and m.arms]
        if len(before) < 2 or before[-1].arms != (comparator,) or comparator in before[-2].arms:
            return False
        between = sentence[before[-2].end : before[-1].start]
        tail = sentence[before[-1].end : value.start]
        return bool(
            re.fullmatch(
                r"(?:\s?\([^()]*\))?\s*(?:versus|vs\.?|compared (?:with|to)|over|relative to)\s+(?:the )?",
                between,
            )
        ) and bool(re.search(r"\b(?:was|were|of|by|=|:)\s*$", tail))


@cache
def _shipped() -> dict[str, float]:
    raw = files("sinteza.extraction").joinpath("models/arms.json").read_text("utf-8")
    return {str(cue): float(weight) for cue, weight in json.loads(raw)["weights"].items()}


def scores(
    scene: Scene, weights: Mapping[str, float]
) -> tuple[list[list[float]], list[list[list[float]]]]:
    """Of each figure the score of each candidate, and of neighbors that of each two."""
    own = [
        [_weighed(scene.own(i, candidate), weights) for candidate in scene.candidates]
        for i in range(len(scene.values))
    ]
    following = [
        [
            [_weighed(scene.next(i, one, two), weights) for two in scene.candidates]
            for one in scene.candidates
        ]
        for i in range(len(scene.values) - 1)
    ]
    return own, following


def _weighed(cues: Sequence[tuple[str, float]], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * size for name, size in cues)


def best(own: list[list[float]], following: list[list[list[float]]]) -> list[int]:
    """The chain of the greatest score (Viterbi)."""
    score, back = own[0], []
    for i, steps in enumerate(following):
        pick = [
            max((before + steps[s][t], -s) for s, before in enumerate(score))
            for t in range(len(score))
        ]
        back.append([-s for _, s in pick])
        score = [total + own[i + 1][t] for t, (total, _) in enumerate(pick)]
    chain = [max(range(len(score)), key=score.__getitem__)]
    for chosen in reversed(back):
        chain.append(chosen[chain[-1]])
    return chain[::-1]


def marginals(own: list[list[float]], following: list[list[list[float]]]) -> list[list[float]]:
    """How probable each candidate of each figure is over all chains (forward-backward)."""
    states = range(len(own[0]))
    ahead = [own[0]]
    for i, steps in enumerate(following):
        ahead.append(
            [own[i + 1][t] + _log_sum([ahead[i][s] + steps[s][t] for s in states]) for t in states]
        )
    behind = [[0.0] * len(own[0])]
    for i in range(len(following) - 1, -1, -1):
        last = behind[0]
        behind.insert(
            0,
            [
                _log_sum([following[i][s][t] + own[i + 1][t] + last[t] for t in states])
                for s in states
            ],
        )
    whole = _log_sum(ahead[-1])
    return [
        [math.exp(a + b - whole) for a, b in zip(one, two, strict=True)]
        for one, two in zip(ahead, behind, strict=True)
    ]
