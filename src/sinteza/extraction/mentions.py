# ruff: noqa: E501 - a pattern is read best on one line
"""Where a sentence names an arm: by drug and dose, by group, by grade, or as everybody.

Arms are made first (:mod:`sinteza.extraction.arms`); pools and the open part join the table when a
sentence speaks of them.
"""

from __future__ import annotations

import re

from sinteza.extraction.arms import Arms
from sinteza.extraction.doses import doses, figure, unit_of
from sinteza.extraction.drafts import OPEN_ARM, ArmDraft, Mention
from sinteza.extraction.guarded import LOWER, lowered
from sinteza.extraction.lexicon import COMPARATOR, FORMULATION, treatments
from sinteza.extraction.numbers import DEC, UNIT
from sinteza.extraction.sizes import find_sizes
from sinteza.text.abbreviations import Abbreviation

# all of them begin with a figure, or at a letter behind none
_KNOWN = lowered(
    r"(?:(?<!\w)|(?=[\d.]))(?:"
    + "|".join(
        [
            r"(?P<every>\b(?:both|all|each|either|the two|the three|across)(?: (?:treatment|study|of the|dose))* (?:groups|arms|treatments|drugs)\b|\beach\b(?=\)))",
            rf"(?P<dose>{DEC}(?:-?\s*(?:,\s*(?:and|or)?|,?\s*and|,?\s*or|/|vs\.?|versus|-)\s*{DEC}){{0,8}})\s?-?(?:{UNIT})(?![\w])",
            rf"(?P<comparator>\b(?:{COMPARATOR})\b)",
            r"(?P<active>(?<![\w-])(?:active|verum|treatment|treated|intervention|experimental|study[- ]drug|stimulation|diet)"
            r" (?:group|arm|treatment|patients)\b|\bcases\b(?= group)"
            r"|(?<![\w-])(?:treated(?=\s?\()|treated (?:subjects|children|infants|participants|dogs)\b"
            r"|treat(?:ment|ed)(?=(?:\s?\([^()]*\))? (?:versus|vs\.?|and|or) (?:the )?(?:control|placebo|untreated))))",
        ]
    )
    + ")"
)
# "BRV 50-200 mg/day", "BRV ≥50 mg/day"
_SEVERAL = re.compile(
    rf"\s?\(?(?P<least>[≥⩾≧]|> ?or ?= ?|>=)?\s?(?P<low>{DEC})(?:\s?(?:-|–|to)\s?(?P<high>{DEC}))?\s?(?P<unit>{UNIT})(?!\w)"
)
# "BRV50", "BRV 20, 50, and 100 mg/day": doses joined to the name, with or without their unit
_GLUED = re.compile(
    rf"-?\s?({DEC}(?:-?\s*(?:,\s*(?:and|or)?|,?\s*and|,?\s*or|/)\s*{DEC}){{0,8}})(?:\s?-?(?:{UNIT})(?!\w)|(?![\w.%]|\s*%|\s?:))"
)
# "XYZ (any dose)", "XYZ dose groups combined", "the combined XYZ groups"
_ANY_DOSE = re.compile(
    r"\s?[(\[,]?\s?(?:at )?(?:any|all|pooled|combined|total|overall)\b(?! (?:patients|three|four))"
    r"|\s(?:dose |treatment )?groups?,? (?:were )?(?:combined|pooled|taken together)",
    re.I,
)
_COMBINED = re.compile(r"\b(?:combined|pooled) (?:active )?$", re.I)
_EXTENDED = re.compile(
    r"open[- ]label[^.]{0,30}(?:extension|phase|period|follow|treatment)|extension (?:stud|phase|period)|\bOLEx?\b",
    re.I,
)
_AMOUNT = rf"(?<![\w.-])({DEC})(?:\s?(?:-|to)\s?({DEC}))?\s?({UNIT})(?!\w)"
_OPENED_BY = re.compile(
    rf"\b(?:then|followed by|received|on|with)\b[^.;]{{0,30}}?{_AMOUNT}[^.;,]{{0,30}}\b(?:in|during|for)\b[^.;,]{{0,20}}\b(?:open[- ]label|extension)",
    re.I,
)
_OPENED_AT = re.compile(
    rf"(?:open[- ]label|extension|\bOLEx?\b)[^.]{{0,90}}?\b(?:during which|in which|all (?:patients )?(?:received|were)|where)\b[^.;\d]{{0,60}}?{_AMOUNT}",
    re.I,
)
# of the open part, and not of how it compares with the blinded one
_IN_OPEN = re.compile(
    r"\b(?:during|in|of|at|from|after|entering|entered) (?:the |a |an )?(?:[\w-]+ ){0,3}?(?:open(?:[- ]label)?(?: [\w-]+)? (?:extension|phase|period|follow-up|continuation|study|treatment|part)|extension (?:phase|study|period)|OLEx?)\b|\bopen-label (?=[a-z]{6})",
    re.I,
)
_IN_BLIND = re.compile(
    r"double[- ](?:blind|mask)|blinded (?:phase|period|part)|\bcompared\b|\brandom", re.I
)
_DISEASE = re.compile(r"seizure|epilep|syndrome|spasm|encephalopath|sclerosis", re.I)
# the first figure told; the bar of responders is none
_SHARE = re.compile(
    r"(?<![≥>=\d.])\d[\d.]*\s?%(?! ?(?:or (?:more|greater)|responder|reduction))|\b\d+ \(\d"
)
_EXTREMES = {0: ("low", "lower", "lowest"), -1: ("high", "higher", "highest")}
_LABEL_AFTER = re.compile(
    r"\(((?!(?:control|placebo|treatment|study|intervention)\b)[A-Za-z][\w-]{1,14}) (?:group|arm)[,;)]"
    r"|\((?:group|arm|cohort) ([A-D1-4]|I{1,3})[,;)]",
    re.I,
)
_LABEL_BEFORE = re.compile(
    r"\bgroup ([A-D1-4]|I{1,3})\b[\s,:(]*(?:n ?= ?\d+[\s,:;)]*)?(?:received|receiving|(?:was|were) (?:given|treated with|on)|(?:given|treated with)|)[\s:(]*([^.;,()]{3,60})",
    re.I,
)


class ArmTable(Arms):
    """The arms of one report, how they are called in it, and how many people each had."""

    def __init__(
        self, title: str, text: str, short_forms: list[Abbreviation], single: bool
    ) -> None:
        super().__init__(title, text, short_forms, single)
        self._pattern = self._mention_pattern()
        self._groups = self._people() if self.single else {}
        find_sizes(self.arms, self._sentences, self.mentions)

    def _people(self) -> dict[str, int]:
        """Groups of people that an uncontrolled report tells apart, each with its size: patients
        ``with FBTCS (n = 40)`` and ``with GTCS (n = 12)``. Each is an arm."""
        kinds = [
            short
            for short, long in self._short.items()
            if _DISEASE.search(long)
            and re.search(
                rf"\b{re.escape(short)}(?: ?\(|[,;] )[nN] ?= ?\d|\b\d+ (?:\w+ )?with {re.escape(short)}\b",
                self.text,
            )
        ]
        if len(kinds) < 2:
            return {}
        found = {}
        for short in kinds:
            found[short] = len(self.arms)
            self.arms.append(ArmDraft("single_arm", self.arms[0].drug, variant=f"in {short}"))
        return found

    def group(self, sentence: str, start: int, end: int) -> int:
        """The arm of a figure in an uncontrolled report: that of the group it is told of, else the
        first, which is everybody's."""
        if not self._groups:
            return 0
        words = "|".join(map(re.escape, sorted(self._groups, key=len, reverse=True)))
        labels = list(re.finditer(rf"\b(?:{words})\b", sentence))
        figure = _SHARE.search(sentence)
        if not labels or not figure:
            return 0
        # "FOS, 50%; GTCS, 42%", or else "50% (FOS) and 42% (GTCS)"
        if labels[0].start() < figure.start():
            near = [label for label in labels if label.end() <= start][-1:]
        else:
            near = [label for label in labels if label.start() >= end][:1]
        return self._groups[near[0][0]] if near else 0

    def pooled(
        self, drug: str = "", figures: tuple[str, ...] = (), unit: str = "", variant: str = ""
    ) -> int:
        """The arm of all doses of a drug, of those that are said, or of everybody; made when first
        asked for."""
        name = drug if figures else f"{drug} all doses" if drug else "all"
        for number, arm in enumerate(self.arms):
            if arm.role == "pooled" and (arm.drug, arm.doses, arm.variant) == (
                name,
                figures,
                variant,
            ):
                return number
        self.arms.append(ArmDraft("pooled", name, figures, unit, variant))
        return len(self.arms) - 1

    def _several(self, sentence: str, end: int, drug: int) -> tuple[int, int] | None:
        """Doses of a drug taken together, said right behind its name, and where they end."""
        match = _SEVERAL.match(sentence, end)
        if not match:
            return None
        least, low, high, unit = match.group("least", "low", "high", "unit")
        levels = {
            figure(arm.doses[0])
            for arm in self.arms
            if arm.drug == self.drugs[drug] and arm.role == "intervention" and len(arm.doses) == 1
        }
        figures: tuple[str, ...]
        if least and not high:
            within = [level for level in levels if level >= figure(low)]
            figures, variant = (low,), "≥"
        elif high and not least:
            within = [level for level in levels if figure(low) <= level <= figure(high)]
            figures, variant = (low, high), ""
        else:
            return None
        if len(within) < 2:
            return None
        return self.pooled(self.drugs[drug], figures, unit_of(unit), variant), match.end()

    def extension(self) -> int | None:
        """The arm of open treatment after a blinded part, in a report that tells of both."""
        if (
            self.single
            or self.comparator is None
            or not _EXTENDED.search(f"{self.title}. {self.text}")
        ):
            return None
        name = self.drugs[0] if self.drugs else "treatment"
        for number, arm in enumerate(self.arms):
            if arm.open:
                return number
        figures, unit = self._opened()
        told = self._open_dose.get(name)
        words = OPEN_ARM
        if told and not figures:
            figures, unit = told.figures, told.unit
            words = f"{OPEN_ARM} {told.lighter}".strip()
        self.arms.append(ArmDraft("single_arm", name, figures, unit, words))
        return len(self.arms) - 1

    def _opened(self) -> tuple[tuple[str, ...], str]:
        """The dose of the open part where it is said: "then 500 mg/day in an open-label phase"."""
        for pattern in (_OPENED_BY, _OPENED_AT):
            match = pattern.search(self.text)
            if match:
                return tuple(f for f in match.group(1, 2) if f), unit_of(match[3])
        return (), ""

    def comparator_told(self, sentence: str) -> bool:
        """True if a sentence names the comparator."""
        return any(m.arms == (self.comparator,) for m in self.mentions(sentence))

    def active(self) -> list[int]:
        """The arms that are no comparator and no pool."""
        return [
            n
            for n, arm in enumerate(self.arms)
            if arm.role in ("intervention", "single_arm") and not arm.open
        ]

    def _mention_pattern(self) -> re.Pattern[str]:
        names = []
        for number, drug in enumerate(self.drugs):
            forms = sorted(set(self._aliases.get(drug, [])), key=len, reverse=True)
            alias = "|".join(re.escape(form) for form in forms)
            names.append(rf"(?P<d{number}>{alias})")
        parts = []
        levels = [
            re.escape(arm.doses[0])
            for arm in self.arms
            if arm.role == "intervention" and len(arm.doses) == 1
        ]
        if len(levels) > 1:
            # "BRV 20 (56/99), 50 (62/99), and 100 mg/day": the unit stands behind the last only
            parts.append(rf"(?<=[,\s])(?P<level>{'|'.join(levels)})(?=\s?[(:])")
        if self._grades:
            words = "|".join(item.replace("-", "[- ]") for item in self._grades)
            shorts = {self._grade_short(item): arm for item, arm in self._grades.items()}
            shorts.pop("", None)
            self._grades |= shorts
            parts.append(
                rf"(?P<grade>\b(?:{'|'.join([words, *(f'(?-i:{s})' for s in shorts)])})\b)"
            )
        elif len(levels) > 1:
            # the arms of one drug stand in the order of their doses
            own = [n for n, arm in enumerate(self.arms) if arm.doses and arm.role == "intervention"]
            self._grades = {f"{word}-dose": own[at] for at in (0, -1) for word in _EXTREMES[at]}
            parts.append(
                rf"(?P<grade>\b(?:the )?(?:{'|'.join(_EXTREMES[0] + _EXTREMES[-1])})[- ]dose\b)"
            )
        self._labels = self._group_labels()
        if self._labels:
            words = "|".join(sorted(map(re.escape, self._labels), key=len, reverse=True))
            parts.append(rf"(?P<label>\b(?:{words})\b(?: group| arm)?)")
        if names:
            parts.append(rf"\b(?:{'|'.join(names)})(?:[- ]?(?P<variant>{FORMULATION})\b)?")
        if self._comparator_aliases:
            parts.append(rf"(?P<comparator>\b(?:{'|'.join(self._comparator_aliases)})\b)")
        return re.compile("|".join(parts or ["(?!)"]), re.I)

    def _group_labels(self) -> dict[str, int]:
        """What groups are called: ``(Lot-Mid group)``, ``group A received lotramacetam``."""
        found: dict[str, int] = {}
        whole = f"{self.title}. {self.text}"
        for match in _LABEL_AFTER.finditer(whole):
            words = re.sub(r"\([^()]*\)", "", whole[max(0, match.start() - 90) : match.start()])
            before = re.split(r"[.;]|,| or | versus | vs\.? |either ", words)
            arm = self._described(before[-1])
            if arm is not None:
                label = match[1] or f"{match[0][1:].split()[0]} {match[2]}"
                found.setdefault(label.lower(), arm)
        for match in _LABEL_BEFORE.finditer(whole):
            arm = self._described(match[2])
            if arm is not None:
                found.setdefault(f"group {match[1].lower()}", arm)
        own = {alias.lower() for aliases in self._aliases.values() for alias in aliases}
        found = {label: arm for label, arm in found.items() if label not in own}
        return found if len(set(found.values())) > 1 else {}

    def _described(self, words: str) -> int | None:
        """The arm of a phrase that says what it was given."""
        if self.comparator is not None and re.search(
            rf"\b(?:{'|'.join(self._comparator_aliases or ['placebo'])}|placebo|saline|controls?|alone)\b",
            words,
            re.I,
        ):
            return self.comparator
        named = {item.name for item in treatments(words)}
        fitting = [
            n
            for n, arm in enumerate(self.arms)
            if arm.drug in named and arm.role != "pooled" and not arm.open
        ]
        if len(fitting) > 1:
            figures = {figure(f) for dose in doses(words) for f in dose.figures}
            fitting = [n for n in fitting if figures & set(map(figure, self.arms[n].doses))]
        return fitting[0] if len(fitting) == 1 else None

    def _matches(self, sentence: str) -> list[re.Match[str]]:
        """What this report calls its arms, and what every report does, in order of place."""
        found = [(m.start(), 0, m) for m in _KNOWN.finditer(sentence.translate(LOWER))]
        found += [(m.start(), 1, m) for m in self._pattern.finditer(sentence)]
        found.sort(key=lambda item: item[:2])
        out: list[re.Match[str]] = []
        end = 0
        for start, _, match in found:
            if start >= end:
                out.append(match)
                end = match.end()
        return out

    def mentions(self, sentence: str) -> list[Mention]:
        """Arms named in a sentence, in order. Names that run together are one mention."""
        out: list[Mention] = []
        last_end, last_drug, listed = -10, -1, False
        for match in self._matches(sentence):
            groups = match.groupdict()
            start, end = match.start(), match.end()
            if out and start < out[-1].end:
                continue
            close = (
                re.fullmatch(r"[\s(]*(?:at |of )?", sentence[last_end:start])
                if last_end >= 0
                else None
            )
            if groups.get("every"):
                out.append(Mention(start, end, (), every=True))
            elif groups.get("level") and not (
                listed and re.fullmatch(r"\s?\([^()]*\),?\s*(?:and\s*)?", sentence[last_end:start])
            ):
                continue
            elif groups.get("dose") or groups.get("level"):
                figures = re.findall(DEC, groups.get("dose") or groups["level"])
                numbers = self._by_dose(figures, last_drug if close else -1)
                if numbers and close and last_drug >= 0 and out and out[-1].vague:
                    out[-1] = Mention(out[-1].start, end, numbers)
                elif numbers and close and out and out[-1].arms == numbers:
                    out[-1].end = end
                elif numbers:
                    out.append(Mention(start, end, numbers))
                elif close and out:
                    out[-1].end = end
                last_end, last_drug = end, -1
                continue
            elif groups.get("label"):
                label = re.sub(r" (?:group|arm)$", "", groups["label"], flags=re.I).lower()
                out.append(Mention(start, end, (self._labels[label],)))
                last_end, last_drug = end, -1
                continue
            elif groups.get("grade"):
                grade = groups["grade"]
                words = grade.lower().removeprefix("the ").replace(" ", "-")
                arm = self._grades.get(grade, self._grades.get(words, 0))
                out.append(Mention(start, end, (arm,)))
                last_end, last_drug = end, -1
                continue
            elif groups.get("comparator"):
                if self.comparator is not None:
                    out.append(Mention(start, end, (self.comparator,)))
            elif groups.get("active") and self.active():
                active = self.active()
                arm = (
                    active[0]
                    if len(active) == 1
                    else self.pooled(self.drugs[0] if self.drugs else "")
                )
                out.append(Mention(start, end, (arm,), vague=len(active) > 1))
            else:
                drug = next((n for n in range(len(self.drugs)) if groups.get(f"d{n}")), -1)
                if drug < 0:
                    continue
                self._named(sentence, match, drug, out)
                last_end, last_drug = out[-1].end if out else end, drug
                # "BRV 20 (...), 50 (...)": a dose without its unit right behind the name
                listed = last_end > end and bool(re.search(r"\d$", sentence[start:last_end]))
                continue
            last_end, last_drug = end, -1
        return self._opened_in(sentence, self._told_before(out))

    def _opened_in(self, sentence: str, mentions: list[Mention]) -> list[Mention]:
        """In a sentence that tells of the open part alone, the drug is that part's arm."""
        active = set(self.active())
        if (
            not mentions
            or not _IN_OPEN.search(sentence)
            or _IN_BLIND.search(sentence)
            or any(not m.vague and not set(m.arms) <= active for m in mentions)
        ):
            return mentions
        arm = self.extension()
        if arm is None:
            return mentions
        return [Mention(m.start, m.end, (arm,)) for m in mentions]

    def printed_doses(self, sentence: str) -> list[tuple[int, int]]:
        """Places of the doses joined to names: the 800 of ``ESL 800 (41.7%)`` is no count."""
        found = []
        for match in self._pattern.finditer(sentence):
            glued = _GLUED.match(sentence, match.end())
            if glued and self._by_dose(re.findall(DEC, glued[1]), -1):
                found.append((glued.start(1), glued.end(1)))
        return found

    def _told_before(self, mentions: list[Mention]) -> list[Mention]:
        """A drug named without its dose after one dose of it was: that dose is still meant."""
        for number, mention in enumerate(mentions):
            if not mention.vague or len(mention.arms) != 1:
                continue
            drug = self.arms[mention.arms[0]].drug
            told = {
                other.arms
                for other in mentions
                if not other.vague
                and other.arms
                and self.arms[other.arms[0]].role == "intervention"
            }
            before = [m.arms for m in mentions[:number] if not m.vague]
            if len(told) == 1 and told <= set(before):
                (arms,) = told
                if len(arms) == 1 and drug.startswith(self.arms[arms[0]].drug):
                    mention.arms, mention.vague = arms, False
        return mentions

    def _named(self, sentence: str, match: re.Match[str], drug: int, out: list[Mention]) -> None:
        """A drug by name: with its dose before or joined on, by variant, or alone."""
        start, end = match.start(), match.end()
        own = [
            n
            for n, arm in enumerate(self.arms)
            if arm.drug == self.drugs[drug] and arm.role != "pooled" and not arm.open
        ]
        variant = match["variant"]
        if variant:
            fitting = [n for n in own if self.arms[n].variant.upper() == variant.upper()]
            if fitting:
                out.append(Mention(start, end, (fitting[0],)))
                return
        several = self._several(sentence, end, drug) if len(own) > 1 else None
        if several:
            out.append(Mention(start, several[1], (several[0],)))
            return
        if len(own) > 1 and (_ANY_DOSE.match(sentence, end) or _COMBINED.search(sentence[:start])):
            # said to be all of them, so no list of them follows
            out.append(Mention(start, end, (self.pooled(self.drugs[drug]),)))
            return
        if len(own) > 1 and re.match(r"\s?[≥>]", sentence[end : end + 2]):
            # "BRV >= 50 mg/day": these doses together
            out.append(Mention(start, end, (self.pooled(self.drugs[drug]),)))
            return
        glued = _GLUED.match(sentence, end)
        if glued and len(own) > 1:
            numbers = self._by_dose(re.findall(DEC, glued[1]), drug)
            if numbers:
                out.append(Mention(start, glued.end(), numbers))
                return
        if (
            out
            and not out[-1].vague
            and re.fullmatch(r"[\s]*(?:of )?(?:once[- ]daily )?", sentence[out[-1].end : start])
        ) and all(self.arms[n].drug == self.drugs[drug] for n in out[-1].arms):
            out[-1].end = end
            return
        if (
            out
            and out[-1].arms
            and set(out[-1].arms) <= set(own)
            and sentence[out[-1].end : start] in (" ", "-", "(", "[", "/", " (", " [")
        ):
            # "low-exposure everolimus": said with its grade already; "EZG(RTG)": with both names
            opened = sentence[out[-1].end : start].strip() in ("(", "[")
            out[-1].end = end + (opened and sentence[end : end + 1] in (")", "]"))
            return
        if len(own) == 1:
            out.append(Mention(start, end, (own[0],)))
        elif own:
            out.append(Mention(start, end, (self.pooled(self.drugs[drug]),), vague=True))

    def _by_dose(self, figures: list[str], drug: int) -> tuple[int, ...]:
        numbers = []
        for item in figures:
            for n, arm in enumerate(self.arms):
                if (
                    arm.role == "intervention"
                    and len(arm.doses) == 1
                    and figure(arm.doses[0]) == figure(item)
                ) and (drug < 0 or arm.drug == self.drugs[drug]):
                    numbers.append(n)
                    break
        return tuple(numbers) if len(numbers) == len(figures) else ()
