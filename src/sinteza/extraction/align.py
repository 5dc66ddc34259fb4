# ruff: noqa: E501 - a pattern is read best on one line
"""Which arm each figure of an outcome belongs to.

Figures and arms run in the same order through almost every sentence, interleaved or one list after
the other; so the cheapest pairing that keeps the order is taken, the cost being what stands
between a figure and its arm. Where both arms come before a pair of figures without saying which is
which ("compared with placebo, X gave a greater reduction (A vs B)"), the meaning decides: the
greater one is the one said to be greater.
"""

from __future__ import annotations

import re

from sinteza.extraction.drafts import Mention
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.numbers import Value
from sinteza.extraction.outcomes import Reading

_JOINED_AFTER = re.compile(
    r"^[~\s%)\]]*(?:\(?[^()]{0,3}[(\[]?)?(?:~|\s|,|for|in|with|on|of|among|taking|receiving|treated|given|were|was|patients?|subjects?"
    r"|children|participants?|adults?|randomi[sz]ed|assigned|to|the|those|who|received|both|during|all|group|at|oral|once-daily|cases?|completed|had|[(\[])*$",
    re.I,
)
_JOINED_BEFORE = re.compile(
    r"^(?:[-~\s(\[:,=]|treated|patients?|subjects?|children|group|arm|was|were|is|by|of|to|had|the|for|in|at|and|mg|day|/|receiving|dose)*$",
    re.I,
)
_UP = re.compile(
    r"\b(?:greater|higher|more|larger|increas\w+|superior|better|improved|improvements?|favou?r\w*|longer)\b",
    re.I,
)
_DOWN = re.compile(r"\b(?:lower|fewer|less|smaller|reduced|inferior|worse)\b", re.I)
_EVERYBODY = re.compile(
    r"\b(?:overall|in total|total of|all patients|of (?:the )?\S+ (?:randomi[sz]ed )?patients|altogether|combined)\b",
    re.I,
)
_EFFECTS = {"RR25", "RR50", "RR75", "RR90", "SF", "MPC", "MEANPC", "PCRED"}
_AGAINST = re.compile(
    r"\b(?:vs|versus|compared|than|against|respectively|differ\w*|between|both|whereas|groups)\b",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:compared (?:with|to)|relative to|in comparison (?:with|to))\s+(?:the )?$", re.I
)
# an arm that is only what the other is held against
_HELD = re.compile(
    r"\b(?:compar(?:ed|ison) (?:with|to)|versus|vs\.?|relative to|than|over)\s+(?:the |those on )?$",
    re.I,
)
# treatment that everybody had after the blinded part
_OPEN = re.compile(r"open[- ]label|extension|\bOLEx?\b|\bPart (?:II|2|B)\b|long-term", re.I)
_EACH = re.compile(r"\brespectively\b", re.I)
_EITHER = re.compile(r"\beither (?:[\w/]+ ){0,3}?(?:or (?:the )?)?$", re.I)
# "(p = 0.08 vs placebo)": what was tested, not whose figure
_IN_TEST = re.compile(
    r"[(\[,;]\s*p\s?[=<>≤][^()]{0,40}?(?:vs\.?|versus|compared (?:with|to)|against|from)\s*(?:the )?$",
    re.I,
)
_TOGETHER = {"COMP", "WD", "WDAE", "WDLOE", "DEATH", "LTFU", "AE", "SAE", "RETENTION"}


def _outside(text: str) -> str:
    """A text without what stands in parentheses."""
    return re.sub(r"\([^()]*\)", "", text)


class Alignment:
    """Pairs of (figure, arm) with how sure the pairing is (0 to 1)."""

    def __init__(self, table: ArmTable) -> None:
        self.table = table
        self._previous: list[int] = []

    def pair(
        self, sentence: str, reading: Reading, mentions: list[Mention]
    ) -> list[tuple[Value, int, float]]:
        """The arm of each figure of a reading; figures nobody can place are left out."""
        table, values = self.table, reading.values
        if table.single or len(table.arms) == 1:
            return [(value, 0, 0.9) for value in values]
        low, high = reading.scope
        lists = self._lists(sentence, reading)
        if len(lists) > 1:
            return [item for part in lists for item in self.pair(sentence, part, mentions)]
        # arms inside the outcome's own words ("reduction over placebo") are not arms of figures
        inner = reading.named
        clean = [
            m for m in mentions
            if not _IN_TEST.search(sentence, max(0, m.start - 60), m.start) and not (reading.code == "PCPBO" and inner.start <= m.start < inner.end)
        ]  # fmt: skip
        near = [m for m in clean if low <= m.start < high]
        inside = self._same_parenthesis(sentence, values, near)
        near = inside or near
        if len(values) == 1 and reading.code in _EFFECTS:
            apart = [m for m in near if ";" in _outside(sentence[m.end : values[0].start])]
            near = [m for m in near if m not in apart]
        if reading.code == "PCPBO":
            near = [m for m in near if m.arms != (table.comparator,)]
        if (
            any(m.every for m in near)
            and len(values) == 1
            and not any(m.arms for m in near if abs(m.start - values[0].start) < 25)
        ):
            both = [*table.active(), *([table.comparator] if table.comparator is not None else [])]
            if len(both) <= 3:
                return [(values[0], arm, 0.85) for arm in both]
        # "without exposure to either X or placebo" gives no figure to one of them
        near = [m for m in near if not _EITHER.search(sentence, max(0, m.start - 40), m.start)]
        slots = self._slots(sentence, values, near)
        if (
            len(slots) > 1
            and len({id(m) for m, _ in slots}) == 1
            and len(values) > len(slots)
            and len(values) % len(slots)
            and slots[0][0].end < values[0].start
            and "respectively" not in sentence[values[-1].end :]
        ):
            # "for 200 and 400 mg/day, rates were ... (three subgroups)": both doses together
            drug = table.arms[slots[0][1]].drug
            return [(value, table.pooled(drug), 0.5) for value in values]
        if (
            len(values) == 1
            and reading.code in _TOGETHER
            and values[0].events
            and not values[0].total
        ):
            arms = {arm for _, arm in slots}
            sizes = [
                table.arms[arm].n_randomized or table.arms[arm].n_analyzed or 0 for arm in arms
            ]
            if arms and min(sizes) > 0 and values[0].events > max(sizes):
                # more than any arm had
                return [(values[0], table.pooled(), 0.85)]
        if len(values) == 1 and reading.code == "COMP" and values[0].percent is None:
            # "in the 21 patients completing the study, X reduced ...": the arm belongs to the rest
            apart = [m for m, _ in slots if "," in _outside(sentence[inner.end : m.start])]
            if slots and len(apart) == len(slots):
                return [(values[0], table.pooled(), 0.7)]
        if len(values) == 1 and reading.code in _TOGETHER and len({arm for _, arm in slots}) > 1:
            opened = sentence.find("(", values[0].end)
            closed = sentence.find(")", opened)
            if opened > 0 and all(opened < m.start < closed for m, _ in slots):
                # "23 completed (X n = 11, placebo n = 12)"
                return [(values[0], table.pooled(), 0.8)]
        whole = self._and_in_all(values)
        if whole and reading.code in _TOGETHER:
            rest = Reading(reading.code, values[1:], reading.scope, inner)
            return [(values[0], table.pooled(), 0.85), *self.pair(sentence, rest, mentions)]
        if len(values) == 1 and reading.code in _TOGETHER and len({arm for _, arm in slots}) > 1:
            # after both arms have been told, one more figure is of everybody
            costs = [self._cost(sentence, values, 0, slots, j) for j in range(len(slots))]
            if all(m.end <= values[0].start for m, _ in slots) and min(costs) >= 2:
                return [(values[0], table.pooled(), 0.75)]
        if not slots:
            earlier = [(m, arm) for m in clean if m.start < low for arm in m.arms]
            if len(values) == 1 and reading.code in _EFFECTS:
                # what a placebo was only held against does not take the figures that follow
                earlier = [(m, arm) for m, arm in earlier if not _HELD.search(sentence[: m.start])]
            slots = earlier[-len(values) :]
        count = len(slots)
        distinct = len({arm for _, arm in slots}) == count
        if len(values) > count >= 2 and len(values) % count == 0 and distinct:
            blocks = self._blocks(values, slots)
            if blocks:
                return blocks
            # the same arms again and again: (A vs B; C vs D) of two subsets
            out = []
            for at in range(0, len(values), count):
                part = Reading(reading.code, values[at : at + count], reading.scope, inner)
                out += self._by_meaning(sentence, part, slots) or [
                    (v, arm, 0.6) for v, (_, arm) in zip(part.values, slots, strict=True)
                ]
            self._remember([arm for _, arm, _ in out])
            return out
        result = (
            self._against(sentence, reading, slots)
            or self._by_meaning(sentence, reading, slots)
            or self._in_order(sentence, reading, slots)
        )
        if result is None:
            result = self._without_names(sentence, reading, slots)
        if reading.code == "PCPBO":
            # a difference from the placebo is never the placebo's
            result = [item for item in result if item[1] != table.comparator]
        self._remember([arm for _, arm, _ in result])
        return result

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

    def _slots(
        self, sentence: str, values: list[Value], near: list[Mention]
    ) -> list[tuple[Mention, int]]:
        """An arm of each mention, as many as there are figures where that can be seen."""
        slots = [(m, arm) for m in near for arm in m.arms]
        if len(values) < 2:
            return slots
        if len(slots) > len(values):
            # "greater than placebo for 80 and 120 mg (A and B)": the placebo has no figure here
            named = [
                (m, arm)
                for n, (m, arm) in enumerate(slots)
                if not (
                    arm == self.table.comparator
                    and n + 1 < len(slots)
                    and slots[-1][0].end <= values[0].start
                    and _HELD.search(sentence[: m.start])
                )
            ]
            return named if len(named) == len(values) else slots
        vague = [m for m in near if m.vague]
        own = self.table.active()
        if len(vague) == 1 and len(own) > 1 and len(values) == len(slots) - 1 + len(own):
            # "A for placebo and B, C, and D for the drug groups"
            whole = vague[0]
            return [
                (m, arm)
                for m in near
                for arm in (own if m is whole and len(m.arms) == 1 else m.arms)
            ]
        return slots

    def _remember(self, arms: list[int]) -> None:
        """The order of arms, once or again and again, for a sentence that names none."""
        cycle = list(dict.fromkeys(arms))
        if len(cycle) > 1 and arms == cycle * (len(arms) // len(cycle)):
            self._previous = cycle

    def over_placebo(self, sentence: str, reading: Reading, mentions: list[Mention]) -> bool:
        """One reduction "for X versus placebo" is the difference, not the share of an arm."""
        if reading.code not in ("MPC", "MEANPC", "PCRED") or len(reading.values) != 1:
            return False
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

    @staticmethod
    def _and_in_all(values: list[Value]) -> bool:
        """Three withdrew; two on X and one on Y: the first counts everybody."""
        first, *rest = [value.events for value in values]
        return (
            bool(first)
            and len(rest) > 1
            and None not in rest
            and first == sum(n or 0 for n in rest)
        )

    @staticmethod
    def _same_parenthesis(sentence: str, values: list[Value], near: list[Mention]) -> list[Mention]:
        """The arms named in the parenthesis that holds all the figures, if it names several."""
        start = sentence.rfind("(", 0, values[0].start)
        end = sentence.find(")", values[-1].end)
        if start < 0 or end < 0 or ")" in _outside(sentence[start + 1 : values[-1].start]):
            return []
        inside = [m for m in near if start < m.start < end]
        return inside if len({m.arms for m in inside}) > 1 else []

    @staticmethod
    def _blocks(
        values: list[Value], slots: list[tuple[Mention, int]]
    ) -> list[tuple[Value, int, float]]:
        """Figures that stand in blocks, each beside its arm: (A and B on X, C and D on Y)."""
        size = len(values) // len(slots)
        blocks = [values[n : n + size] for n in range(0, len(values), size)]
        after = all(
            block[-1].end <= slot.start
            and (n + 1 == len(blocks) or slot.end <= blocks[n + 1][0].start)
            for n, (block, (slot, _)) in enumerate(zip(blocks, slots, strict=True))
        )
        before = all(
            slot.end <= block[0].start and (n == 0 or blocks[n - 1][-1].end <= slot.start)
            for n, (block, (slot, _)) in enumerate(zip(blocks, slots, strict=True))
        )
        if not after and not before:
            return []
        return [(v, arm, 0.8) for block, (_, arm) in zip(blocks, slots, strict=True) for v in block]

    def _against(
        self, sentence: str, reading: Reading, slots: list[tuple[Mention, int]]
    ) -> list[tuple[Value, int, float]] | None:
        """One figure "compared with" the only arm named is the other arm's."""
        active = self.table.active()
        if len(reading.values) != 1 or len(active) != 1 or self.table.comparator is None:
            return None
        value = reading.values[0]
        if {arm for _, arm in slots} != {self.table.comparator}:
            return None
        mention = slots[0][0]
        if mention.end <= value.start and _HELD.search(sentence[: mention.start]):
            return [(value, active[0], 0.75)]
        between = sentence[value.end : mention.start]
        if mention.start > value.end and re.search(
            r"\b(?:compared|versus|vs|than|against|over|relative to)\b", between
        ):
            return [(value, active[0], 0.75)]
        return None

    def _in_order(
        self, sentence: str, reading: Reading, slots: list[tuple[Mention, int]]
    ) -> list[tuple[Value, int, float]] | None:
        """The cheapest pairing in order; None where a figure finds no arm at a fair price."""
        values = reading.values
        if len(slots) < len(values):
            return None
        exact = len(slots) == len(values)
        rows, columns = len(values), len(slots)
        infinite = 1e9
        best = [[infinite] * (columns + 1) for _ in range(rows + 1)]
        best[0] = [0.0] * (columns + 1)
        took = [[False] * (columns + 1) for _ in range(rows + 1)]
        for i in range(1, rows + 1):
            for j in range(1, columns + 1):
                skip = best[i][j - 1]
                take = best[i - 1][j - 1] + self._cost(sentence, values, i - 1, slots, j - 1)
                best[i][j], took[i][j] = (take, True) if take <= skip else (skip, False)
        total = best[rows][columns]
        if total >= infinite:
            return None
        out: list[tuple[Value, int, float]] = []
        i, j = rows, columns
        while i:
            if took[i][j]:
                out.append((values[i - 1], slots[j - 1][1], 0.0))
                i -= 1
            j -= 1
        mean = total / rows
        sure = 0.95 if exact and mean < 6 else 0.9 if mean < 3 else 0.75 if mean < 6 else 0.5
        out.reverse()
        used = {arm for _, arm, _ in out}
        for j in range(1, columns):
            # "41 % for 600 mg and 800 mg": one figure, two arms
            (first, one), (second, two) = slots[j - 1], slots[j]
            joined = re.fullmatch(
                r",?\s*(?:and|or|as well as)\s+(?:the )?", sentence[first.end : second.start]
            )
            alike = {self.table.arms[one].role, self.table.arms[two].role} == {"intervention"}
            if joined and alike and one in used and two not in used and first is not second:
                at = next(n for n, (_, arm, _) in enumerate(out) if arm == one)
                if first.start > out[at][0].end:
                    out.insert(at + 1, (out[at][0], two, 0.0))
                    used.add(two)
        if len({arm for _, arm, _ in out}) < len(out):
            sure = min(sure, 0.55)
            if len(out) == 2:
                return None
        return [(value, arm, sure) for value, arm, _ in out]

    def _cost(
        self, sentence: str, values: list[Value], i: int, slots: list[tuple[Mention, int]], j: int
    ) -> float:
        value, (mention, _) = values[i], slots[j]
        penalty = 3.0 if mention.vague and any(not m.vague for m, _ in slots) else 0.0
        if mention.start >= value.end:
            between = sentence[value.end : mention.start]
            base = 0.0 if _JOINED_AFTER.match(between) else 2.0
        elif mention.end <= value.start:
            between = sentence[mention.end : value.start]
            base = 0.2 if _JOINED_BEFORE.match(between) else 2.0
        else:
            return 0.0 + penalty
        crossed = sum(
            mention.end <= v.start < value.start or value.end <= v.start < mention.start
            for v in values
        )
        return penalty + base + 1.5 * crossed + min(len(between) / 40, 4.0) + 1.5 * (";" in between)

    def _by_meaning(
        self, sentence: str, reading: Reading, slots: list[tuple[Mention, int]]
    ) -> list[tuple[Value, int, float]] | None:
        """Both arms before the figures, unordered: the one said to be greater has the greater."""
        table, values = self.table, reading.values
        if table.comparator is None or not 2 <= len(values) <= 4 or len(slots) < 2:
            return None
        # arms named after the figures, and not joined to them, belong to something else
        last = values[-1].end
        slots = [
            (m, arm)
            for m, arm in slots
            if m.start < last or _JOINED_AFTER.match(sentence[last : m.start])
        ]
        if (
            any(m.start > values[0].start for m, _ in slots)
            or "respectively" in sentence[values[-1].end : values[-1].end + 60]
        ):
            return None
        # a figure right behind a name is that name's
        if any(0 <= v.start - m.end < 4 for v in values for m, _ in slots) and len(slots) >= len(
            values
        ):
            return None
        between = sentence[values[0].end : values[-1].start]
        if not re.search(r"\bvs\b|versus|compared|and|,", between):
            return None
        figures = [v.percent if v.percent is not None else v.events for v in values]
        if any(f is None for f in figures):
            return None
        numbers = [float(f) for f in figures if f is not None]
        if reading.code in _EFFECTS and any(v.signed == "-" for v in values):
            # changes: the more negative, the greater the reduction
            numbers = [-n for n in numbers]
        before = sentence[max(0, reading.scope[0] - 60) : values[0].start]
        arms = list(dict.fromkeys(arm for _, arm in slots))
        active = [arm for arm in arms if arm != table.comparator]
        if len(arms) != len(values) or table.comparator not in arms:
            return None
        up, down = bool(_UP.search(before)), bool(_DOWN.search(before))
        if not up and not down and reading.code in _EFFECTS:
            # "X gave a greater reduction (A vs B) and freedom (C vs D)": said once for both
            up = bool(_UP.search(_outside(sentence[: reading.scope[0]])))
        if reading.code in ("MPC", "PCRED", "MEANPC") and not up:
            up, down = down or bool(re.search("reduc", before)), False
        if up == down:
            return None
        comparator_first = table.comparator == slots[0][1] and bool(
            re.search(r"compar|versus|vs|relative", before, re.I)
        )
        low_first = numbers[0] == min(numbers)
        low_last = numbers[-1] == min(numbers)
        if down:
            low_first, low_last = numbers[0] == max(numbers), numbers[-1] == max(numbers)
        if low_first == low_last:
            return None
        # the subject of "greater" is whichever is not what it is compared with
        order = [table.comparator, *active] if low_first else [*active, table.comparator]
        del comparator_first
        return [(value, arm, 0.85) for value, arm in zip(values, order, strict=True)]

    def _without_names(
        self,
        sentence: str,
        reading: Reading,
        slots: list[tuple[Mention, int]],
    ) -> list[tuple[Value, int, float]]:
        """Fewer arms named than figures stand there."""
        table, values = self.table, reading.values
        main = [*table.active(), *([table.comparator] if table.comparator is not None else [])]
        if len(values) == 1:
            value = values[0]
            active = table.active()
            if reading.code in _TOGETHER:
                return [(value, table.pooled(), 0.7)]
            open_arm = table.extension() if _OPEN.search(sentence) else None
            if open_arm is not None:
                return [(value, open_arm, 0.6)]
            if len(active) == 1 and len(main) <= 2:
                return [(value, active[0], 0.5)]
            return [(value, table.pooled(), 0.3)]
        everyone = sentence[max(0, values[0].start - 60) : values[0].start]
        rest = values[1:]
        if (
            reading.code in _TOGETHER
            and (values[0].total is not None or _EVERYBODY.search(everyone))
            and len(slots) == len(rest)
            and slots
        ):
            return [(values[0], table.pooled(), 0.8)] + [
                (v, arm, 0.85) for v, (_, arm) in zip(rest, slots, strict=True)
            ]
        named = list(dict.fromkeys(arm for _, arm in slots))
        if len(values) == 2 and len(main) == 2 and len(named) == 1:
            only = named[0]
            last = sentence[values[-1].end : values[-1].end + 90]
            gap = sentence[values[0].end : values[1].start].strip()
            both = (gap == "and" and "respectively" in last) or gap == "/"
            ahead = all(m.end <= values[0].start for m, _ in slots)
            apart = ahead and not _AGAINST.search(sentence[: values[1].start])
            if only in table.active() and (both or apart) and not table.comparator_told(sentence):
                # two periods or groups of the one arm that is named
                return [(value, only, 0.6) for value in values]
            # the other arm is not even named: it may be another period or group
            against = re.search(
                r"\b(?:vs|versus|compared|than)\b", sentence[values[0].end : values[1].start]
            )
            sure = 0.8 if against or table.comparator_told(sentence) else 0.6
            if only in main:
                # the figure that stands nearest is that arm's, the other one the other's
                costs = [
                    min(self._cost(sentence, values, i, slots, j) for j in range(len(slots)))
                    for i in range(2)
                ]
                other = main[1 - main.index(only)]
                pair = (only, other) if costs[0] <= costs[1] + 0.3 else (other, only)
                return [(value, arm, sure) for value, arm in zip(values, pair, strict=True)]
        turns = len(self._previous)
        closing = [m for m, arm in slots if turns and arm == self._previous[-1]]
        if (
            len(values) == turns
            and len(named) == 1
            and len(closing) == len(slots)
            and any(0 <= values[-1].start - m.end < 4 for m in closing)
        ):
            # "with rates of 38% and 41%, compared to placebo (18%)": the rest as before
            return [(v, arm, 0.75) for v, arm in zip(values, self._previous, strict=True)]
        if turns and len(values) % turns == 0 and set(named) in (set(), set(self._previous)):
            alike = len({(v.percent is None, v.events is None) for v in values}) == 1
            sure = 0.75 if len(values) == turns and alike else 0.6
            return [(v, self._previous[n % turns], sure) for n, v in enumerate(values)]
        if len(values) % 2 == 0 and len(named) == 2 and len(values) > 2:
            return [(v, named[n % 2], 0.6) for n, v in enumerate(values)]
        if len(named) == 1:
            return [(values[0], named[0], 0.5)] + [(v, table.pooled(), 0.2) for v in rest]
        if not named and reading.code in _TOGETHER and not any(v.percent for v in values):
            return [(value, table.pooled(), 0.5) for value in values]
        if len(slots) and len(slots) < len(values):
            out = []
            for value in values:
                mention, arm = min(slots, key=lambda s: abs(s[0].start - value.start))
                out.append((value, arm, 0.4))
                del mention
            return out
        return []
