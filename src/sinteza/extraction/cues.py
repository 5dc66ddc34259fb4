# ruff: noqa: E501 - a pattern is read best on one line
"""What speaks for an arm being the one of a figure: the cues of one sentence.

A :class:`Scene` is one reading in its sentence with every arm its figures could have: the arms the
sentence names, each at its place, and those it does not name. :meth:`Scene.own` gives the cues of
a figure for an arm, :meth:`Scene.next` those of two neighboring figures for two arms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sinteza.extraction.drafts import Mention
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.numbers import Value
from sinteza.extraction.outcomes import Reading

Cue = tuple[str, float]
NOBODY = -1

EFFECTS = {"RR25", "RR50", "RR75", "RR90", "SF", "MPC", "MEANPC", "PCRED", "PCPBO"}
_CHANGES = {"MPC", "MEANPC", "PCRED"}
_TOGETHER = {"COMP", "WD", "WDAE", "WDLOE", "DEATH", "LTFU", "AE", "SAE", "RETENTION"}

# a figure and an arm with nothing but such words between them belong together
_JOINED_AFTER = re.compile(
    r"^[~\s%)\]]*(?:\(?[^()]{0,3}[(\[]?)?(?:~|\s|,|for|in|with|on|of|among|taking|receiving|treated|given|were|was|patients?|subjects?"
    r"|children|participants?|adults?|randomi[sz]ed|assigned|to|the|those|who|received|both|during|all|group|at|oral|once-daily|cases?|completed|had|treatment|therapy|from|while|[(\[])*$",
    re.I,
)
_JOINED_BEFORE = re.compile(
    r"^(?:[-~\s(\[:,=]|treated|patients?|subjects?|children|groups?|arms?|was|were|is|by|of|to|had|the|for|in|at|and|mg|day|/|receiving|dose|therapy|treatment|n\s?=\s?\d*|\d+\s?[(\[])*$",
    re.I,
)
# between the members of one list, figures or arms
_BETWEEN_FIGURES = re.compile(
    r"^[\s%)\],;]*(?:(?:and|or|vs|versus|compared with|compared to|to|but|only|respectively|of|patients|the|in|for|with|on)\b\.?[\s,]*|/)*[(\[\s+-]*$",
    re.I,
)
_BETWEEN_ARMS = re.compile(
    r"^[\s)\],;/-]*(?:(?:treated|and|or|vs|versus|compared (?:with|to)|than|from|to|as well as|the|in|for|with|on|of|those|who|received|receiving|taking|given|groups?|arms?|patients?|subjects?|children|recipients)\b\.?[\s,/-]*)*[(\[\s]*$",
    re.I,
)
_CONTRAST = re.compile(r"\b(?:vs|versus|compared|than|against|whereas|while|but|from)\b", re.I)
_VERSUS = re.compile(
    r"^[\s%)\],;]*(?:vs\.?|versus|compared (?:with|to)|as against|against)[\s(\[]*$", re.I
)
_ALL_OF_THEM = re.compile(
    r"\ball\b(?: of (?:them|whom|which))?,? (?:were )?(?:in|on|from|of|receiving|taking)\b", re.I
)
_HELD = re.compile(
    r"\b(?:compar(?:ed|ison) (?:with|to)|versus|vs\.?|relative to|than|over|from|to)\s+(?:the |that |those |in |of |on |with |for |patients |receiving |taking )*$",
    re.I,
)
_UP = re.compile(
    r"\b(?:greater|higher|more|larger|increas\w+|superior|better|improved|improvements?|favou?r\w*|longer)\b",
    re.I,
)
_DOWN = re.compile(r"\b(?:lower|fewer|less|smaller|reduced|inferior|worse)\b", re.I)
_EVERYBODY = re.compile(
    r"\b(?:overall|in total|total of|all (?:\S+ )?(?:patients|subjects|children)|of (?:the )?\S+ (?:randomi[sz]ed |enrolled )?(?:patients|subjects|children)|altogether|combined|only)\b",
    re.I,
)
_OPEN = re.compile(
    r"open[- ]label|extension|\bOLEx?\b|\bPart (?:II|2|B)\b|long-term|follow-up", re.I
)
_BLIND = re.compile(r"double[- ]blind|randomi[sz]ed|blinded|\bcore\b", re.I)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.I)
# "for +XYZ (77%)", "in JME 12%": a figure with a label of its own that is no arm
_LABEL_AFTER = re.compile(
    r"^[\s%)\]]*(?:\((?!p\b|P\b|n\b|95|CI|OR|RR|SD|SE|range|vs|\d|[<>=≤≥+-]?\s?\d)[^()]{2,30}\)|\s(?:at|during|after|by) (?:the )?(?:\w+ )?(?:week|month|day|year|end|phase|period)|\s(?:in|for|of|with) (?:the )?[A-Z+-][\w+-]+)"
)
_LABEL_BEFORE = re.compile(
    r"(?:[+-]?\b[A-Z][\w+/-]*[A-Z+\d-][\w+/-]*|(?:week|month|day|year)s? [\d-]+|\b(?:seizures?|onset))\s?[,:=]?\s?[(\[]?$"
)


@dataclass(slots=True)
class Candidate:
    """An arm a figure could have: named at a place, or (``kind``) not named at all."""

    arm: int
    mention: Mention | None
    kind: str
    rank: int = -1
    run: int = -1
    at: int = 0
    held: bool = False


def _without(text: str) -> str:
    """A text without what stands in parentheses."""
    text = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", text)
    return re.sub(r"\([^()]*\)", "", text)


class Scene:
    """One reading in its sentence, with every arm its figures could have."""

    def __init__(
        self,
        sentence: str,
        reading: Reading,
        mentions: Sequence[Mention],
        table: ArmTable,
        memory: Sequence[int],
        topic: Sequence[int],
    ) -> None:
        self.sentence, self.reading, self.table = sentence, reading, table
        self.values, self.code = reading.values, reading.code
        self.memory, self.topic = memory, topic
        self.group = (
            "D" if self.code == "PCPBO"
            else "E" if self.code in EFFECTS
            else "T" if self.code in _TOGETHER
            else "S"
        )  # fmt: skip
        self.mentions = [m for m in mentions if m.arms]
        self.everybody = [m for m in mentions if m.every]
        self.depth = self._parentheses()
        self.named = self._named()
        self.candidates = self.named + self._unnamed()
        self.nobody = next(n for n, c in enumerate(self.candidates) if c.arm == NOBODY)
        self._figures_in_runs()
        self._joins()
        self._lists()
        told = {c.arm for c in self.named if not c.held}
        self.only = told.pop() if len(told) == 1 else None
        self.respectively = bool(_RESPECTIVELY.search(sentence))
        self.direction = self._direction()
        self.open = self._said_open()

    # what could be ---------------------------------------------------------------------------

    def _named(self) -> list[Candidate]:
        found: list[Candidate] = []
        before: Mention | None = None
        run, at = -1, 0
        for mention in self.mentions:
            gap = self.sentence[before.end : mention.start] if before else "."
            joined = before is not None and _BETWEEN_ARMS.match(_without(gap))
            if joined and any(before.end <= v.start < mention.start for v in self.values):  # type: ignore[union-attr]
                joined = None
            if not joined:
                run, at = run + 1, 0
            held = bool(_HELD.search(self.sentence[max(0, mention.start - 45) : mention.start]))
            for arm in mention.arms:
                if self.code == "PCPBO" and arm == self.table.comparator:
                    continue
                found.append(Candidate(arm, mention, "named", len(found), run, at, held))
                at += 1
            before = mention
        self.run_sizes = [sum(c.run == n for c in found) for n in range(run + 1)]
        for first, second in pairwise(found):
            if first.run == second.run and first.at == 0 and first.held and not second.held:
                # "Compared with Y, X ...": in the order of what is told, X comes first
                for one in found:
                    if one.run == first.run:
                        one.at = (one.at - 1) % self.run_sizes[one.run]
        return found

    def _unnamed(self) -> list[Candidate]:
        table = self.table
        active = table.active()
        found = [Candidate(arm, None, "active") for arm in active]
        if table.comparator is not None and self.code != "PCPBO":
            found.append(Candidate(table.comparator, None, "comparator"))
        if len(active) + (table.comparator is not None) > 1:
            found.append(Candidate(table.pooled(), None, "all"))
        drugs = [table.arms[arm].drug for arm in active]
        for drug in dict.fromkeys(drugs):
            if drugs.count(drug) > 1:
                found.append(Candidate(table.pooled(drug), None, "doses"))
        # a figure that is no result of any arm
        found.append(Candidate(NOBODY, None, "nobody"))
        opened = table.extension() if _OPEN.search(self.sentence) else None
        if opened is None:
            opened = next((arm for arm in self.topic if table.arms[arm].open), None)
        if opened is not None:
            found.append(Candidate(opened, None, "open"))
        return found

    # how it stands -----------------------------------------------------------------------------

    def _parentheses(self) -> list[int]:
        """The number of the outermost parenthesis each character stands in, 0 outside."""
        out, depth, number = [], 0, 0
        for char in self.sentence:
            if char in "([":
                depth += 1
                number += depth == 1
            out.append(number if depth else 0)
            if char in ")]" and depth:
                depth -= 1
        return [*out, 0]

    def _figures_in_runs(self) -> None:
        """Lists of figures: of each its list, its place in it; the texts between neighbors."""
        self.gaps = [self.sentence[a.end : b.start] for a, b in pairwise(self.values)]
        self.contrast = [bool(_CONTRAST.search(gap)) for gap in self.gaps]
        self.versus = [bool(_VERSUS.match(_without(gap))) for gap in self.gaps]
        self.listed = []
        for n, gap in enumerate(self.gaps):
            low, high = self.values[n].end, self.values[n + 1].start
            apart = any(low <= m.start < high for m in self.mentions)
            self.listed.append(not apart and bool(_BETWEEN_FIGURES.match(_without(gap))))
        self.run_of, self.place = [0], [0]
        for joined in self.listed:
            self.run_of.append(self.run_of[-1] + (not joined))
            self.place.append(self.place[-1] + 1 if joined else 0)
        self.run_length = [self.run_of.count(run) for run in self.run_of]
        self.labeled = []
        for value in self.values:
            tail = self.sentence[value.end : value.end + 60]
            near = any(value.end <= m.start < value.end + 12 for m in self.mentions)
            ahead = self.sentence[max(0, value.start - 30) : value.start]
            prior = any(value.start - 6 < m.end <= value.start for m in self.mentions)
            self.labeled.append(
                (not near and bool(_LABEL_AFTER.match(tail)))
                or (not prior and bool(_LABEL_BEFORE.search(ahead)))
            )

    def _joins(self) -> None:
        """Which figure stands right beside which arm, and on which side most do."""
        self.joins: dict[tuple[int, int], str] = {}
        for i, value in enumerate(self.values):
            for n, mention in enumerate(self.mentions):
                if mention.start >= value.end:
                    gap = self.sentence[value.end : mention.start]
                    side, joined = "after", len(gap) < 60 and _JOINED_AFTER.match(gap)
                elif mention.end <= value.start:
                    gap = self.sentence[mention.end : value.start]
                    side, joined = "before", len(gap) < 60 and _JOINED_BEFORE.match(gap)
                else:
                    side, joined = "inside", True  # type: ignore[assignment]
                low, high = (
                    (value.end, mention.start) if side == "after" else (mention.end, value.start)
                )
                between = any(low <= v.start < high for v in self.values) or any(
                    low <= m.start < high for m in self.mentions if m is not mention
                )
                if joined and not between:
                    self.joins[i, n] = side
        self._join_lists()
        sides = list(self.joins.values())
        self.side = {
            "before": sides.count("before") - sides.count("after"),
            "after": sides.count("after") - sides.count("before"),
        }
        self.bound = {i for i, _ in self.joins}
        self.taken = {n for _, n in self.joins}
        self.number = {id(m): n for n, m in enumerate(self.mentions)}

    def _join_lists(self) -> None:
        """A name that stands alone beside a list may be that of the whole list."""
        self.of_list: set[tuple[int, int]] = set()
        alone = {
            n
            for n, mention in enumerate(self.mentions)
            if any(c.mention is mention and self.run_sizes[c.run] == 1 for c in self.named)
        }
        for i, listed in enumerate(self.listed):
            inside = self.depth[self.values[i].start]
            if listed and inside and inside == self.depth[self.values[i + 1].start]:
                # "placebo (A, B)"
                for n in alone:
                    outside = self.depth[self.mentions[n].start] != inside
                    if outside and self.joins.get((i, n)) == "before":
                        self.joins[i + 1, n] = "before"
        # of the only list it may be that of one figure, and the other be another arm's
        for i in reversed(range(len(self.listed) if self.run_of[-1] else 0)):
            bound = any(figure == i for figure, _ in self.joins)
            if self.listed[i] and not self.contrast[i] and not bound:
                # "A and B on placebo"
                for n in alone:
                    if self.joins.get((i + 1, n)) == "after" or (i + 1, n) in self.of_list:
                        self.of_list.add((i, n))

    @property
    def nowhere(self) -> bool:
        """True for several shares where no arm is named and no order of arms was told before."""
        if self.named or len(self.values) < 2:
            return False
        shares = self.group != "T" or any(v.percent is not None for v in self.values)
        return shares and not (self.memory and len(self.values) % len(self.memory) == 0)

    def _direction(self) -> int:
        """+1 where the words say that the treated have the greater figures, -1 the smaller, 0 unsaid."""
        low = max(0, self.reading.scope[0] - 60)
        before = self.sentence[low : self.values[0].start]
        up, down = bool(_UP.search(before)), bool(_DOWN.search(before))
        if not up and not down and self.group == "E":
            up = bool(_UP.search(_without(self.sentence[: self.reading.scope[0]])))
        if self.code in _CHANGES and not up:
            up, down = down or bool(re.search("reduc", before)), False
        if up == down:
            return 0
        sign = 1 if up else -1
        held = {c.arm for c in self.named if c.held}
        if held and self.table.comparator not in held:
            sign = -sign
        return sign

    def _said_open(self) -> bool:
        return bool(_OPEN.search(self.sentence)) and not _BLIND.search(self.sentence)

    def amount(self, value: Value) -> float | None:
        """The figure as it is compared: more is more of the outcome."""
        number = value.percent if value.percent is not None else value.events
        if number is None:
            return None
        negative = self.group == "E" and any(v.signed == "-" for v in self.values)
        return -float(number) if negative else float(number)

    # cues --------------------------------------------------------------------------------------

    def own(self, i: int, candidate: Candidate) -> list[Cue]:
        """What speaks for and against one arm being that of one figure."""
        if candidate.arm == NOBODY:
            return list(self._of_nobody(i))
        cues = [*self._of_people(i, candidate), *self._of_rows(i, candidate)]
        if candidate.mention is None:
            cues += self._of_unnamed(i, candidate)
        else:
            cues += self._of_place(i, candidate, candidate.mention)
            cues += self._of_lists(i, candidate)
        return cues

    def _of_nobody(self, i: int) -> Iterator[Cue]:
        value = self.values[i]
        kind = (
            "share and count" if value.percent is not None and value.events is not None
            else "share" if value.percent is not None
            else "count"
        )  # fmt: skip
        arms = len({c.arm for c in self.named})
        told = "none" if not arms else "one" if arms == 1 else "several"
        count = "1" if len(self.values) == 1 else "2" if len(self.values) == 2 else "more"
        yield f"nobody {self.code}", 1.0
        yield f"nobody {kind}", 1.0
        yield f"nobody {told} {count}", 1.0
        if i in self.bound:
            yield "nobody beside a name", 1.0
        if self.labeled[i]:
            yield "nobody labeled", 1.0
        if value.bare:
            yield "nobody bare", 1.0
        named = self.reading.named
        gap = named.start - value.end if named.start >= value.end else value.start - named.end
        yield "nobody far from the outcome", min(max(gap, 0) / 60, 3.0)

    def _of_people(self, i: int, candidate: Candidate) -> Iterator[Cue]:
        value, arm = self.values[i], self.table.arms[candidate.arm]
        role = "open" if arm.open else arm.role
        if candidate.mention is not None:
            yield f"role {role} {self.group}", 1.0
        sizes = [n for n in (arm.n_randomized, arm.n_analyzed) if n]
        if sizes and value.events is not None and value.events > max(sizes):
            yield "more than the arm had", 1.0
        if sizes and value.total is not None:
            yield (
                ("of as many as the arm had" if value.total in sizes else "of another number"),
                1.0,
            )
        others = [
            self.table.arms[n]
            for n in (*self.table.active(), self.table.comparator)
            if n is not None
        ]
        if role == "pooled":
            known = [other.n_randomized or other.n_analyzed or 0 for other in others]
            if known and min(known) > 0 and (value.events or 0) > max(known):
                yield "more than any arm had", 1.0
            if value.total and known and min(known) > 0:
                yield (
                    ("of as many as all" if value.total > max(known) else "of fewer than all"),
                    1.0,
                )
            rest = [v.events for v in self.values[i + 1 :]]
            if (
                value.events
                and len(rest) > 1
                and None not in rest
                and sum(n or 0 for n in rest) == value.events
            ):
                yield "all, then each", 1.0
            low = max(0, value.start - 60)
            if arm.drug == "all":
                low = max([low, *(v.end for v in self.values[:i])])
                if _EVERYBODY.search(self.sentence, low, value.start):
                    yield "everybody said", 1.0
        if self.memory and len(self.values) % len(self.memory) == 0:
            whole = "once" if len(self.values) == len(self.memory) else "again"
            if self.memory[i % len(self.memory)] == candidate.arm:
                yield f"order before {whole} {'named' if self.named else 'none named'}", 1.0
        if candidate.arm in self.topic:
            alone = "alone" if len(self.topic) == 1 else "among"
            yield f"spoken of before {alone} {'named' if self.named else 'none named'}", 1.0
        if self.open:
            yield f"open said {role}", 1.0

    def _of_unnamed(self, i: int, candidate: Candidate) -> Iterator[Cue]:
        kind = candidate.kind
        if kind == "active":
            kind = "active" if len(self.table.active()) == 1 else "one of several"
        count = "1" if len(self.values) == 1 else "2" if len(self.values) == 2 else "more"
        arms = len({c.arm for c in self.named})
        told = "none" if not arms else "one" if arms == 1 else "several"
        yield f"unnamed {kind} {told} {self.group}", 1.0
        yield f"unnamed {kind} {told} {count}", 1.0
        if any(c.arm == candidate.arm for c in self.named):
            yield "unnamed though named", 1.0
        elif arms == 1 and self.named[0].held and count == "1":
            yield f"unnamed {kind}, the other is held", 1.0
        if i in self.bound:
            yield "unnamed beside a name", 1.0
        if arms and i == 0 and self.values[0].start < self.named[0].mention.start:  # type: ignore[union-attr]
            yield f"unnamed {kind} ahead of names", 1.0
        if self.labeled[i]:
            yield f"unnamed {kind} labeled", 1.0

    def _of_place(self, i: int, candidate: Candidate, mention: Mention) -> Iterator[Cue]:
        value = self.values[i]
        number = self.number[id(mention)]
        after = mention.start >= value.end
        low, high = (value.end, mention.start) if after else (mention.end, value.start)
        between = self.sentence[low:high]
        side = "after" if after else "before"
        yield f"stands {side}", 1.0
        yield f"far {side}", min(len(between) / 40, 4.0)
        join = self.joins.get((i, number))
        if join:
            lead = self.side.get(join, 0)
            yield f"joined {join}", 1.0
            yield (
                f"joined on the {'usual' if lead > 0 else 'unusual' if lead < 0 else 'either'} side",
                1.0,
            )
        else:
            if i in self.bound:
                yield "another name beside it", 1.0
            if number in self.taken:
                yield "the name beside another", 1.0
            if (i, number) in self.of_list:
                yield "the name beside its list", 1.0
        crossed = sum(low <= v.start < high for v in self.values)
        if crossed:
            yield "past figures", min(crossed, 3)
        names = sum(low <= m.start < high for m in self.mentions if m is not mention)
        if names:
            yield f"past names {side}", min(names, 3)
        if ";" in _without(between):
            yield "past a semicolon", 1.0
        if candidate.held and not after:
            yield "held against", 1.0
        if after and _ALL_OF_THEM.search(between):
            yield "all of them", 1.0
        if after and _CONTRAST.search(between):
            yield f"a contrast between {'one' if len(self.values) == 1 else 'more'}", 1.0
        inner, outer = self.depth[mention.start], self.depth[value.start]
        if inner == outer and inner:
            yield "same parenthesis", 1.0
        elif inner and inner != outer:
            full = any(self.depth[v.start] == inner for v in self.values)
            yield f"the name in a parenthesis {'with figures' if full else 'alone'}", 1.0
        elif outer and not inner:
            full = any(self.depth[m.start] == outer for m in self.mentions)
            yield f"the figure in a parenthesis {'with names' if full else 'alone'}", 1.0
        if not self.reading.scope[0] <= mention.start < self.reading.scope[1]:
            yield f"out of scope {side}", 1.0
        if mention.vague:
            drug = self.table.arms[candidate.arm].drug
            doses = any(
                drug.startswith(self.table.arms[arm].drug)
                for other in self.mentions
                if not other.vague
                for arm in other.arms
            )
            yield f"vague{', its doses named' if doses else ''}", 1.0
        if candidate.rank == 0 and not after:
            yield "first named", 1.0
        if self.only == candidate.arm:
            yield f"the only one named {'one' if len(self.values) == 1 else 'more'}", 1.0

    def _lists(self) -> None:
        """Rows of arms that the figures may follow in order: those before, those behind, all."""
        self.rows: dict[str, list[int]] = {}
        count = len(self.values)
        first, last = self.values[0].start, self.values[-1].end
        before = [c for c in self.named if c.mention.end <= first]  # type: ignore[union-attr]
        behind = [c for c in self.named if c.mention.start >= last]  # type: ignore[union-attr]
        # "Compared with Y, X ...": the subject is X
        if len(before) > 1 and before[0].held and not before[1].held:
            before = [before[1], before[0], *before[2:]]
        gap = behind[0].mention.start - last if behind else 0  # type: ignore[union-attr]
        near = "right behind" if gap < 40 else "behind"
        told = [c for c in before if not c.held or c.arm != self.table.comparator]
        if len(self.named) == count and len(before) < count:
            self.rows["all"] = [c.arm for c in self.named]
        last_names = [c.arm for c in before][::-1]
        last_told = [c.arm for c in told][::-1] if len(told) < len(before) else []
        for name, arms, backward in (
            ("before", last_names, True),
            ("before but held", last_told, True),
            (near, [c.arm for c in behind], False),
        ):
            for size in range(min(count, len(arms)), 1, -1):
                row = arms[:size]
                if count % size == 0 and len(set(row)) == size:
                    turns = "once" if size == count else "in turns"
                    self.rows[f"{name} {turns}"] = row[::-1] if backward else row
                    break
        active = self.table.active()
        comparator = [self.table.comparator] if self.table.comparator is not None else []
        main = [*active, *comparator]
        fits = self.memory and count % len(self.memory) == 0
        if not self.named and not fits and len(main) > 1 and count % len(main) == 0:
            self.rows["usual"] = main
        if len(active) > 1 and count in (len(active), len(main)):
            self.rows["doses"] = active if count == len(active) else main

    def _of_rows(self, i: int, candidate: Candidate) -> Iterator[Cue]:
        word = " respectively" if self.respectively else ""
        for name, row in self.rows.items():
            if row[i % len(row)] == candidate.arm:
                yield f"row {name}{word}", 1.0
            if (
                len(row) < len(self.values)
                and row[i // (len(self.values) // len(row))] == candidate.arm
            ):
                yield f"blocks {name}", 1.0
        length = self.run_length[i]
        active = self.table.active()
        if 1 < len(active) == length < len(self.values) and active[self.place[i]] == candidate.arm:
            yield "doses in a list", 1.0

    def _of_lists(self, i: int, candidate: Candidate) -> Iterator[Cue]:
        size, length = self.run_sizes[candidate.run], self.run_length[i]
        word = " respectively" if self.respectively else ""
        if size > 1 and size == length and candidate.at == self.place[i]:
            yield f"same place in lists{word}", 1.0
        elif size > 1 and size != length:
            yield f"lists of other lengths {length == 1}", 1.0

    def next(self, i: int, one: Candidate, two: Candidate) -> list[Cue]:
        """What speaks for and against the arms of figure ``i`` and the one behind it together."""
        listed = "listed" if self.listed[i] else "apart"
        contrast = "contrast" if self.contrast[i] else "plain"
        cues: list[Cue] = []
        if NOBODY in (one.arm, two.arm):
            both = one.arm == two.arm
            return [(f"nobody {'and nobody' if both else 'and somebody'} {listed}", 1.0)]
        if one.arm == two.arm:
            cues.append((f"same arm {listed} {contrast}", 1.0))
            if self.versus[i]:
                cues.append(("same arm versus", 1.0))
            cues.append((f"same arm {self.group}", 1.0))
            if self.labeled[i] and self.labeled[i + 1]:
                cues.append(("same arm, labels differ", 1.0))
            if one.arm != NOBODY and self.table.arms[one.arm].role == "pooled":
                cues.append(("same pool", 1.0))
        if one.mention is not None and two.mention is not None:
            step = two.rank - one.rank
            word = "same" if step == 0 else "next" if step == 1 else "on" if step > 1 else "back"
            cues.append((f"step {word} {listed}", 1.0))
        elif (one.mention is None) != (two.mention is None):
            first = "unnamed first" if one.mention is None else "named first"
            cues.append((f"{first} {listed} {contrast}", 1.0))
        else:
            cues.append((f"both unnamed {listed}", 1.0))
        comparator = self.table.comparator
        if (one.arm == comparator) != (two.arm == comparator):
            cues.append((f"against the comparator {listed} {contrast}", 1.0))
            a, b = self.amount(self.values[i]), self.amount(self.values[i + 1])
            if a is not None and b is not None and a != b:
                greater = (a > b) == (two.arm == comparator)
                said = {1: "greater", -1: "smaller", 0: "unsaid"}[self.direction]
                cues.append((f"treated {'more' if greater else 'less'} {said} {self.group}", 1.0))
        return cues
