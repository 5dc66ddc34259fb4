# ruff: noqa: E501 - a pattern is read best on one line
"""The arm table of a report, made before any result is read, and the mentions of its arms.

An arm is a treatment with its dose, or what it is compared with. Abbreviations are expanded first
(Schwartz-Hearst); doses are taken from the sentences that say who got what.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sinteza.extraction.lexicon import COMPARATOR, FORMULATION, SHORT, treatments
from sinteza.extraction.numbers import DEC, INT, UNIT, integer
from sinteza.text.abbreviations import Abbreviation

_ALLOCATE = re.compile(
    r"\brandom|\ballocat|\bassign|\breceiv|\btreated with|\badministered|\bgroups?\b|\bversus\b|\bvs\b",
    re.I,
)
_NOT_AN_ARM_DOSE = re.compile(
    r"titrat|escalat|increas|increment|start(?:ed|ing)|initia|taper|reduced? (?:to|by)|concomitant|maximum"
    r"|per (?:tablet|capsule)|tablets?\b|oral solution(?! at\b)|every \d|background|stable dos",
    re.I,
)
_LONGEST = 4000
_PEOPLE = r"(?:patients?|subjects?|children|participants?|adults?|infants?|individuals?|adolescents?|dogs?)"


@dataclass(slots=True)
class ArmDraft:
    """An arm while it is being read. ``doses`` are figures as printed."""

    role: str
    drug: str
    doses: tuple[str, ...] = ()
    unit: str = ""
    variant: str = ""
    n_randomized: int | None = None
    n_analyzed: int | None = None

    @property
    def open(self) -> bool:
        """True for the arm of open treatment after a blinded part."""
        return self.variant == _OPEN_ARM

    @property
    def name(self) -> str:
        """As a reader would write it: ``brivaracetam 50 mg/day``."""
        dose = "-".join(map(_written, self.doses))
        return " ".join(filter(None, [self.drug, self.variant, f"{dose} {self.unit}".strip()]))


@dataclass(slots=True)
class Mention:
    """Arms named at one place of a sentence. ``vague`` names a drug without the dose it needs."""

    start: int
    end: int
    arms: tuple[int, ...]
    vague: bool = False
    every: bool = False


@dataclass(slots=True)
class _Dose:
    start: int
    end: int
    figures: tuple[str, ...]
    unit: str
    ranged: bool


_DOSE = re.compile(
    rf"(?<![\w.,])(?<![Dd]ay )(?<![Ww]eek )(?<!onth )({DEC}(?:-?\s*(?:,\s*(?:and|or)?|,?\s*and|,?\s*or|/|vs\.?|versus|-|to)\s*{DEC}){{0,8}})\s?-?({UNIT})(?![\w])"
)


_MEAN = re.compile(
    rf"\b(?:mean|median|average|modal)\b[^.;\d]{{0,30}}\b(?:dose|dosage)s?\b[^.;\d]{{0,20}}({DEC})\s?({UNIT})(?!\w)",
    re.I,
)
_ARM_WORD = re.compile(r"\s?(?:[a-z]+ )?(?:group|arm)\b", re.I)
# "8-12 mg/kg/d solution; ≥30-<50 kg: 6-8 mg/kg/d": the same arm at another weight
_HEAVIER = re.compile(
    r"(?:\s?(?:oral )?(?:solution|tablets?|capsules?))?[;,]\s(?:and |or )?(?:for |if )?(?:patients )?(?:weighing )?"
    r"[<>≥≤]\s?\d+(?:\s?kg)?(?:\s?(?:-|to|and)\s?[<>≥≤]\s?\d+)?\s?kg\s?[:,]?\s?"
)
_N_OF = re.compile(rf"\((?:n ?= ?)?\d+(?: {_PEOPLE})?\)", re.I)
_KEPT = re.compile(r"\bmaintain\w* (?:(?:it|them|the dose|on) )?(?:at )?(?:a dose of )?$", re.I)
# "min/max, 50/400 mg/d"
_BEGUN = re.compile(r"\b(?:add|start|begin|began|begun|initia|convert)", re.I)
_MOST = re.compile(r"\b(?:max\w*|up to|increas\w+|titrat\w+|by)\b", re.I)
_LEAST_MOST = re.compile(
    rf"\bmin\w*\s?/\s?max\w*[ ,:=]{{0,3}}(?:doses?[ ,:=]{{0,3}})?({DEC})\s?/\s?({DEC})\s?{UNIT}",
    re.I,
)
# a concentration that was measured, not one that was aimed at
_MEASURED = re.compile(r"concentrations?|(?:serum|plasma|blood) levels?", re.I)
# one arm that went through these doses, not an arm for each
_STARTED = re.compile(
    rf"\b(?:starting (?:dose|dosage|at)|(?:start|initiat)ed (?:at|on|with)|initial (?:dose|dosage))[^.;]{{0,30}}?({DEC})\s?({UNIT})",
    re.I,
)
_RAISED = re.compile(r"\b(?:up to|maxim\w+|increments?|as needed|as required|flexibl[ey])\b", re.I)
# one dose first, for everybody, and then as much as was needed
_RAISED_FROM = re.compile(
    rf"(?<![\d.-])({DEC})\s?({UNIT})(?!\w)([^;]{{0,200}}?)\b(?:titrat\w+|increas\w+|adjust\w+|rais\w+|escalat\w+)\b[^.;]{{0,90}}?"
    rf"\b(?:up to|maximum)\b[^.;\d]{{0,30}}({DEC})\s?({UNIT})(?!\w)",
    re.I,
)
_IN_STEPS = re.compile(
    r"step-?wise|in steps|at intervals|every \w+ weeks?|escalat|sequential|for \w+ (?:weeks?|days?) each",
    re.I,
)


def doses(text: str) -> list[_Dose]:
    """Every dose of a text; a list that shares its unit is one, a range is marked."""
    found = []
    for match in _DOSE.finditer(text):
        if "ml" in match[2].lower() and _MEASURED.search(
            text, max(0, match.start() - 60), match.start()
        ):
            continue
        # no drug at all is the placebo
        figures = tuple(f for f in re.findall(DEC, match[1]) if figure(f))
        if not figures:
            continue
        ranged = len(figures) == 2 and bool(re.search(r"\d\s*(?:-|to)\s*[\d.]", match[1]))
        found.append(_Dose(match.start(), match.end(), figures, _unit(match[2]), ranged))
    return found


def _unit(text: str) -> str:
    text = re.sub(r"\s?(?:per |/)\s?(?:kg|kilogram)(?: of body ?weight)?", "/kg", text)
    text = re.sub(r"\s?(?:per|a|each|every)\s(?:day)|/d$|\s?(?:once )?daily|/24 ?h", "/day", text)
    text = (
        re.sub(r"\s?(?:twice|once).*|\s?[btq]\.?[id]\.?d?\.?$", "", text)
        if "/day" not in text
        else text
    )
    return re.sub(r"\s?/\s?", "/", text).replace("/day/day", "/day").strip()


def _written(dose: str) -> str:
    """A dose without what differs between publishers: ``.7`` is ``0.7``, ``1,000`` is ``1000``."""
    return ("0" if dose.startswith(".") else "") + dose.replace(",", "")


def figure(text: str) -> float:
    """A dose as a number, so that ``1,000`` and ``1000`` are one."""
    return float(text.replace(",", ""))


# "800 mg (n = 85) or 1200 mg", "XYZ 5 mg (XYZ5), XYZ 10 mg": one list
_JOINT = re.compile(
    r"(?:\s|,|;|/|\b(?:or|and|vs\.?|versus|to|groups?|doses?|once[- ]daily|daily|twice|(?:two|three|four|\d) times|a|per|day|either)\b"
    r"|\([^()]*\)|\[[^\[\]]*\])*",
    re.I,
)
_KNOWN = re.compile(
    "|".join(
        [
            r"(?P<every>\b(?:both|all|each|either|the two|the three|across)(?: (?:treatment|study|of the|dose))* (?:groups|arms|treatments|drugs)\b|\beach\b(?=\)))",
            rf"(?P<dose>{DEC}(?:-?\s*(?:,\s*(?:and|or)?|,?\s*and|,?\s*or|/|vs\.?|versus|-)\s*{DEC}){{0,8}})\s?-?(?:{UNIT})(?![\w])",
            rf"(?P<comparator>\b(?:{COMPARATOR})\b)",
            r"(?P<active>(?<![\w-])(?:active|verum|treatment|treated|intervention|experimental|study[- ]drug|stimulation|diet)"
            r" (?:group|arm|treatment|patients)\b|\bcases\b(?= group))",
        ]
    ),
    re.I,
)


# "BRV 50-200 mg/day", "BRV ≥50 mg/day"
_SEVERAL = re.compile(
    rf"\s?\(?(?P<least>[≥⩾≧]|> ?or ?= ?|>=)?\s?(?P<low>{DEC})(?:\s?(?:-|–|to)\s?(?P<high>{DEC}))?\s?(?P<unit>{UNIT})(?!\w)"
)
# "BRV50", "BRV 20, 50, and 100 mg/day": doses joined to the name, with or without their unit
_GLUED = re.compile(
    rf"-?\s?({DEC}(?:\s*(?:,\s*(?:and|or)?|,?\s*and|,?\s*or|/)\s*{DEC}){{0,8}})(?:\s?-?(?:{UNIT})(?!\w)|(?![\w.%]|\s*%|\s?:))"
)


class ArmTable:
    """The arms of one report and how they are called in it."""

    def __init__(
        self, title: str, text: str, short_forms: list[Abbreviation], single: bool
    ) -> None:
        self.title = title
        self.text = text
        self.single = single
        self.arms: list[ArmDraft] = []
        self.comparator: int | None = None
        self._aliases: dict[str, list[str]] = {}
        self._short = {item.short: item.long for item in short_forms}
        # a "sentence" of thousands of characters is none, and would cost its square
        parts = re.split(r"(?<=[.;])\s+(?=[A-Z(])", text)
        self._sentences = [part for part in parts if len(part) <= _LONGEST]
        self._find_drugs()
        self._find_comparator()
        self._grades: list[str] = []
        self._find_doses()
        self._make()
        self._pattern = self._mention_pattern()
        self._sizes()

    # who ---------------------------------------------------------------------------------------

    def _find_drugs(self) -> None:
        score: Counter[str] = Counter()
        first: dict[str, int] = {}
        printed: dict[str, set[str]] = {}
        # co-medication named in the title is no arm, however often it comes back
        beside: set[str] = set()
        whole = f"{self.title}. {self.text}"
        edge = len(self.title)
        for match in treatments(whole):
            name = match.name
            before = whole[max(0, match.start - 45) : match.start].lower()
            after = whole[match.end : match.end + 24].lower()
            points = 6.0 if match.start < edge else 1.0
            if re.search(
                r"receiving (?:\w+-)?$|concomitant|taking|background|addition to|added to|inducer|such as|e\.g\.",
                before,
            ):
                points *= 0.1
                if match.start < edge:
                    beside.add(name)
            elif re.search(
                r"random\w*[^.]{0,40}$|receiv\w+ (?:either )?$|assigned[^.]{0,30}$", before
            ):
                points += 3
            if (
                re.match(r"[- ](?:treated (?:epilep|patients with|child)|induced|resistant)", after)
                and match.start < edge
            ):
                points = 0.5
            score[name] += points  # type: ignore[assignment]
            first.setdefault(name, match.start)
            printed.setdefault(name, set()).add(whole[match.start : match.end].lower())
        for given in _GIVEN.finditer(whole):
            if treatments(given[1]):
                self._short.setdefault(given[2], given[1])
        capitals = set(_CAPITALS.findall(self.text))
        for name in score:
            if SHORT.get(name) in capitals:
                self._short.setdefault(SHORT[name], name)
        for short, long in self._short.items():
            inner = treatments(long)
            if inner:
                name = inner[0].name
                # "CBD25": the dose is read behind the letters
                glued = re.fullmatch(r"([A-Za-z]{2,5})-?\d+(?:\.\d+)?", short)
                self._aliases.setdefault(name, []).append(glued[1] if glued else short)
                uses = self.text.count(short)
                score[name] += uses
        low = whole.lower()
        if len(score) > 1:
            # "ketamine plus midazolam or placebo plus midazolam": what both got is no arm
            with_placebo = {
                name
                for match in _PLACEBO_PLUS.finditer(low)
                for name in score
                if low.startswith(name, match.end())
            }
            beside |= {name for name in with_placebo if _with_another(low, name, score)}
            beside = beside if set(score) - beside else set()
        for name in beside:
            score[name] *= 0.05  # type: ignore[assignment] # a weight, not a count
        if not score:
            for pattern in _UNKNOWN:
                named = pattern.search(whole)
                if named:
                    name = named[1].lower()
                    score[name] = 5
                    self._aliases[name] = [
                        s for s, long in self._short.items() if name in long.lower()
                    ]
                    break
        ranked = sorted(score, key=lambda n: (-score[n], first.get(n, 0)))
        top = score[ranked[0]] if ranked else 0
        self.drugs = [name for name in ranked[:3] if score[name] >= 0.35 * top]
        # the order of the title is the order of the arms
        self.drugs.sort(key=lambda name: first.get(name, 0))
        self._ranked = ranked
        for name in self.drugs:
            head = name.split()[0]
            forms = {name, *printed.get(name, ()), *([head] if len(head) > 4 else [])}
            self._aliases.setdefault(name, []).extend(sorted(forms))

    def _find_comparator(self) -> None:
        low = f"{self.title}. {self.text}".lower()
        self.comparator_name = ""
        aliases: list[str] = []
        randomized = bool(
            re.search(
                r"random|double[- ](?:blind|mask)|placebo|crossover|cross-over|controlled", low
            )
        )
        if re.search(r"\bplacebos?\b", low) and not self.single:
            self.comparator_name = "placebo"
            aliases = [r"placebos?"]
        elif re.search(r"\bsham\b", low):
            self.comparator_name = "sham"
            aliases = [r"sham(?:[- ]\w+)?"]
        elif not self.single and len(self.drugs) < 2:
            match = re.search(
                r"\b(?:control group|controls?|usual care|standard (?:care|treatment)|no treatment|wait\w*[- ]list)\b",
                low,
            )
            if match and randomized:
                self.comparator_name = match[0].removesuffix(" group").rstrip("s")
        for short, long in self._short.items():
            if re.fullmatch(r"(?:matching |matched )?placebos?", long, re.I):
                aliases.append(re.escape(short))
        self._comparator_aliases = aliases
        if self.comparator_name and len(self.drugs) > 1:
            # with a placebo, drugs that share no sentence of allocation are co-medication
            chosen = [name for name in self.drugs if self._allocated(name)]
            self.drugs = chosen or self.drugs[:1]

    def _allocated(self, name: str) -> bool:
        """True if a drug stands in the title, or beside the placebo in a list of what was given."""
        names = [alias.lower() for alias in self._aliases.get(name, [name])]
        if any(_has_word(self.title.lower(), alias) for alias in names):
            return True
        low = self.text.lower()
        for match in _OR_PLACEBO.finditer(low):
            if match[1] in ("placebo", self.comparator_name):
                before = re.split(r"[.;]", low[max(0, match.start() - 70) : match.start()])[-1]
                if any(_has_word(before, alias) for alias in names):
                    return True
        for match in _PLACEBO_OR.finditer(low):
            words = low[match.end() : match.end() + 60]
            behind = re.match(r"(?:\w+ ){0,2}", words)
            if behind and any(
                words.startswith(alias, at)
                for alias in names
                for at in {0, *(m.end() for m in re.finditer(r"\w+ ", behind[0]))}
            ):
                return True
        return False

    # how much ----------------------------------------------------------------------------------

    def _find_doses(self) -> None:
        """Per drug: the doses that make arms, or the one dose of the only arm."""
        self._levels: dict[str, tuple[list[str], str]] = {}
        self._only: dict[str, tuple[tuple[str, ...], str]] = {}
        names = "|".join(
            re.escape(alias) for aliases in self._aliases.values() for alias in aliases
        )
        named = re.compile(rf"\b(?:{names or '(?!)'})\b", re.I)
        self._stepped: set[tuple[str, ...]] = set()
        self._average = False
        self._by_weight: dict[tuple[tuple[str, ...], str], str] = {}
        lists: Counter[tuple[str, ...]] = Counter()
        units: dict[tuple[str, ...], str] = {}
        singles: list[tuple[float, tuple[str, ...], str]] = []
        for place, sentence in enumerate([self.title, *self._sentences]):
            found = doses(sentence)
            groups: list[list[_Dose]] = []
            for dose in found:
                gap = sentence[groups[-1][-1].end : dose.start] if groups else ""
                if groups and (
                    (not dose.ranged and _JOINT.fullmatch(named.sub("", gap)))
                    or _HEAVIER.fullmatch(gap)
                ):
                    groups[-1].append(dose)
                else:
                    groups.append([dose])
            for group in groups:
                figures = tuple(dict.fromkeys(f for dose in group for f in dose.figures))
                before = sentence[max(0, group[0].start - 50) : group[0].start]
                after = sentence[group[-1].end : group[-1].end + 25]
                by_person = re.search(
                    r"\(?(?:aged?|age|weigh|body ?weight|if |for (?:children|patients)|<|>|≥)[^()]*$|\bkg\b[^/]",
                    sentence[group[0].end : group[-1].end + 22],
                )
                if (
                    len(figures) > 1
                    and len(group) > 1
                    and by_person
                    and re.search(r"\bage|weigh|\byear|\bmonth", by_person.string)
                ):
                    group[0].ranged = True
                kinds = {"kg" in dose.unit for dose in group}
                by_weight = ""
                stepped = (
                    len(figures) > 2
                    and not group[0].ranged
                    and bool(_IN_STEPS.search(before) or _IN_STEPS.match(after.lstrip(" ,)")))
                    and not re.search("random", sentence, re.I)
                )
                if stepped:
                    self._stepped.add(figures)
                    # one arm that rose through them
                    figures = (figures[0], figures[-1])
                    group[0].ranged = True
                if len(kinds) > 1:
                    # by weight for some, the same for all others: one arm
                    group[0].ranged = True
                    figures = group[-1].figures
                    by_weight = " or ".join(
                        f"{'-'.join(map(_written, dose.figures))} {dose.unit}"
                        for dose in group[:-1]
                    )
                kept = bool(_KEPT.search(before))
                odd = not kept and bool(
                    _NOT_AN_ARM_DOSE.search(before)
                    or re.match(r"\s*(?:increments|tablets|capsules)", after)
                )
                unit = next((d.unit for d in reversed(group) if "day" in d.unit), group[-1].unit)
                if len(figures) > 1 and not group[0].ranged and (not odd or len(figures) > 2):
                    sized = _N_OF.search(sentence, group[0].end, group[-1].end + 25)
                    weight = 3 if sized or _ALLOCATE.search(sentence) or place == 0 else 1
                    lists[figures] += max(weight, 2 if len(figures) > 2 else 1)
                    units[figures] = unit
                points = 5.0 if place == 0 else 1.0
                # the last of a series of doses is the one that was kept up
                points += 5.0 * kept
                points += 3.0 * bool(
                    re.search(r"random|receiv|target|fixed|maintenance", before + after, re.I)
                )
                points += (6.0 if place == 0 else 2.0) * any(
                    before[match.end() :].strip() in ("", "(") for match in named.finditer(before)
                )
                points += 5.0 * bool(
                    re.search(r"\bto (?:a )?(?:total |target |maximum )?(?:dose of |of )?$", before)
                )
                points += 1.0 * (group[0].ranged and "mL" not in unit)
                points -= (1.0 if group[0].ranged else 3.0) * odd - 4.0 * bool(
                    re.search(
                        r"target dos|to a (?:max|target)|titrated (?:to|up to)|up to", before, re.I
                    )
                )
                points -= 2.0 * bool(re.search(r"mL\b", unit)) + 4.0 * bool(
                    re.search(r"median|mean|modal", before, re.I)
                )
                if self.single and group[0].ranged and re.search(r"\brange\s?[=:,of]*\s*$", before):
                    # "modal dose 200 mg (range = 50-400 mg)"
                    points += 6.0
                kept_figures = figures if group[0].ranged else figures[-1:]
                singles.append((points, kept_figures, unit))
                if by_weight:
                    self._by_weight[kept_figures, unit] = f"{by_weight} or"
        drug = self.drugs[0] if self.drugs else ""
        for figures in self._stepped:
            lists.pop(figures, None)
        if lists and drug and not self.single:
            best, weight = max(lists.items(), key=lambda item: (item[1], len(item[0])))
            if weight >= 2:
                levels = list(best)
                for other, w in lists.items():
                    more = set(best) < set(other) and w >= 2
                    if (w >= 3 or more) and set(other) & set(best) and len(levels) < 6:
                        levels += [f for f in other if f not in levels]
                self._levels[drug] = (sorted(levels, key=figure), units[best])
        if drug and not self.single and drug not in self._levels:
            self._recurring(drug)
        if singles and drug:
            points, figures, unit = max(singles, key=lambda item: item[0])
            wider = [
                other for weight, other, u in singles
                if len(other) == 2 and len(figures) == 1 and figures[0] == other[0] and u == unit and weight > -2
            ]  # fmt: skip
            if wider:
                figures = wider[0]
            ranges = (_RANGE.match(self.text, match.end()) for match in named.finditer(self.text))
            beside = next((match for match in ranges if match), None)
            if beside and len(figures) == 1 and figures[0] in beside.groups():
                figures = (beside[1], beside[2])
            elif self.single and len(figures) == 1:
                figures = self._around(figures[0], unit)
            start = _STARTED.search(self.text)
            if (
                start
                and len(figures) == 1
                and start[2].split("/")[0].strip() == unit.split("/")[0].strip()
                and figure(start[1]) < figure(figures[0])
                and _RAISED.search(self.text)
                and not re.search(r"\btarget|\bfixed", self.text, re.I)
                and not re.search(rf"\b{re.escape(figures[0])}\b", self.title)
            ):
                # started at one dose and raised to another: the range
                figures = (start[1], figures[0])
            if points >= 1:
                self._only[drug] = (figures, unit)
            elif self.single and (average := _MEAN.search(self.text)):
                # doses nobody fixed: what was given on average
                self._only[drug] = ((average[1],), _unit(average[2]))
                self._average = True

    def _around(self, one: str, unit: str) -> tuple[str, ...]:
        """The range one dose of the only arm belongs to, where the doses were adjusted; else the dose."""
        amount = re.split(r"[/\s]", unit)[0]
        for match in _LEAST_MOST.finditer(self.text):
            if figure(match[1]) <= figure(one) <= figure(match[2]):
                return (match[1], match[2])
        for match in _RAISED_FROM.finditer(self.text):
            low, low_unit, between, high, high_unit = match.groups()
            before = self.text[max(0, match.start() - 30) : match.start()]
            begun = _BEGUN.search(before + between[:40])
            if (
                {re.split(r"[/\s]", u)[0] for u in (low_unit, high_unit)} == {amount}
                and figure(low) < figure(high)
                and figure(one) in (figure(low), figure(high))
                and ("kg" in low_unit) == ("kg" in high_unit)
                and (begun or (". " not in between and not _MOST.search(before)))
            ):
                return (low, high)
        return (one,)

    def _recurring(self, drug: str) -> None:
        """Doses never listed together that come back through the results: each is an arm."""
        seen: Counter[str] = Counter()
        unit = ""
        for sentence in self._sentences:
            shares = re.search(r"\d\s?%", sentence)
            for dose in doses(sentence):
                if len(dose.figures) == 1 and _ARM_WORD.match(sentence, dose.end):
                    # a dose that has its group is an arm's, wherever it stands
                    seen[_written(dose.figures[0])] += 2
                    unit = dose.unit if not unit or "day" in dose.unit else unit
                    continue
                if not shares:
                    continue
                before = sentence[max(0, dose.start - 40) : dose.start]
                if (
                    not dose.ranged
                    and len(dose.figures) == 1
                    and not _NOT_AN_ARM_DOSE.search(before)
                ):
                    seen[_written(dose.figures[0])] += 1
                    unit = dose.unit if not unit or "day" in dose.unit else unit
        levels = [item for item, count in seen.items() if count >= 2]
        if 2 <= len(levels) <= 5:
            self._levels[drug] = (sorted(levels, key=figure), unit)

    def _make(self) -> None:
        if self.single:
            drug = self.drugs[0] if self.drugs else "treatment"
            figures, unit = self._only.get(drug, ((), ""))
            variant = "mean" if self._average else ""
            self.arms.append(ArmDraft("single_arm", drug, figures, unit, variant))
            return
        variants = self._variants()
        self._grades = _grades(f"{self.title}. {self.text}")
        for drug in self.drugs:
            if variants and drug == self.drugs[0]:
                self.arms.extend(ArmDraft("intervention", drug, variant=item) for item in variants)
            elif (
                self._grades
                and drug == self.drugs[0]
                and (drug not in self._levels or "fixed-dose" in self._grades)
            ):
                for grade in self._grades:
                    figures, unit = self._graded(grade)
                    self.arms.append(ArmDraft("intervention", drug, figures, unit, grade))
            elif drug in self._levels:
                levels, unit = self._levels[drug]
                self.arms.extend(ArmDraft("intervention", drug, (item,), unit) for item in levels)
            else:
                only, unit = self._only.get(drug, ((), ""))
                lighter = self._by_weight.get((only, unit), "")
                self.arms.append(ArmDraft("intervention", drug, only, unit, lighter))
        if self.comparator_name:
            self.comparator = len(self.arms)
            self.arms.append(ArmDraft("comparator", self.comparator_name))
        elif len(self.arms) == 2:
            # an active comparison: the second, or the immediate-release, is what it is held against
            self.comparator = 1
            self.arms[1].role = "comparator"
        elif len(self.arms) == 1 and not self.comparator_name:
            self.arms[0].role = "single_arm"

    def _graded(self, grade: str) -> tuple[tuple[str, ...], str]:
        """What a grade stands for: ``3-7 ng/mL (low exposure)``, ``low dose (2 mg/day)``."""
        words = grade.replace("-", "[- ]")
        amount = rf"({DEC})(?:\s?(?:-|to)\s?({DEC}))?\s?({UNIT})(?!\w)"
        for pattern in (
            rf"(?<![\w.-]){amount}\s?[(\[,]\s?(?:the )?{words}\b",
            rf"\b{words}(?: (?:group|arm|of|\w+))?\s?[(\[,:]?\s?{amount}",
        ):
            match = re.search(pattern, self.text, re.I)
            if match:
                return tuple(f for f in match.group(1, 2) if f), _unit(match[3])
        return (), ""

    def _variants(self) -> list[str]:
        """Two formulations of one drug compared with each other."""
        if self.comparator_name or len(self.drugs) != 1:
            return []
        names = "|".join(map(re.escape, self._aliases[self.drugs[0]]))
        found = re.findall(rf"\b(?:{names})[- ]?({FORMULATION})\b", self.text)
        kinds = list(dict.fromkeys(found))
        return kinds if len(kinds) == 2 else []

    # where -------------------------------------------------------------------------------------

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
        return self.pooled(self.drugs[drug], figures, _unit(unit), variant), match.end()

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
            if arm.variant == _OPEN_ARM:
                return number
        figures, unit = self._opened()
        self.arms.append(ArmDraft("single_arm", name, figures, unit, _OPEN_ARM))
        return len(self.arms) - 1

    def _opened(self) -> tuple[tuple[str, ...], str]:
        """The dose of the open part where it is said: "then 500 mg/day in an open-label phase"."""
        for pattern in (_OPENED_BY, _OPENED_AT):
            match = pattern.search(self.text)
            if match:
                return tuple(f for f in match.group(1, 2) if f), _unit(match[3])
        return (), ""

    def comparator_told(self, sentence: str) -> bool:
        """True if a sentence names the comparator."""
        return any(m.arms == (self.comparator,) for m in self.mentions(sentence))

    def active(self) -> list[int]:
        """The arms that are no comparator and no pool."""
        return [
            n
            for n, arm in enumerate(self.arms)
            if arm.role in ("intervention", "single_arm") and arm.variant != _OPEN_ARM
        ]

    def _mention_pattern(self) -> re.Pattern[str]:
        names = []
        for number, drug in enumerate(self.drugs):
            forms = sorted(set(self._aliases.get(drug, [])), key=len, reverse=True)
            alias = "|".join(re.escape(form) for form in forms)
            names.append(rf"(?P<d{number}>\b(?:{alias})(?:[- ]?(?P<v{number}>{FORMULATION})\b)?)")
        parts = []
        levels = [
            re.escape(arm.doses[0])
            for arm in self.arms
            if arm.role == "intervention" and len(arm.doses) == 1
        ]
        if len(levels) > 1:
            # "BRV 20 (56/99), 50 (62/99), and 100 mg/day": the unit stands behind the last only
            parts.append(rf"(?<=[,\s])(?P<level>{'|'.join(levels)})(?=\s?[(:])")
        graded = [arm.variant for arm in self.arms if arm.variant in self._grades]
        if graded:
            words = "|".join(item.replace("-", "[- ]") for item in graded)
            parts.append(rf"(?P<grade>\b(?:{words})\b)")
        self._labels = self._group_labels()
        if self._labels:
            words = "|".join(sorted(map(re.escape, self._labels), key=len, reverse=True))
            parts.append(rf"(?P<label>\b(?:{words})\b(?: group| arm)?)")
        parts.extend(names)
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
                found.setdefault(match[1].lower(), arm)
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
            n for n, arm in enumerate(self.arms) if arm.drug in named and arm.role != "pooled"
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _matches(self, sentence: str) -> list[re.Match[str]]:
        """What this report calls its arms, and what every report does, in order of place."""
        found = [(m.start(), 0, m) for m in _KNOWN.finditer(sentence)]
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
                grade = groups["grade"].lower().replace(" ", "-")
                arm = next(n for n, item in enumerate(self.arms) if item.variant == grade)
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
        return self._told_before(out)

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
            if arm.drug == self.drugs[drug] and arm.role != "pooled"
        ]
        variant = match.group(f"v{drug}")
        if variant:
            fitting = [n for n in own if self.arms[n].variant.upper() == variant.upper()]
            if fitting:
                out.append(Mention(start, end, (fitting[0],)))
                return
        several = self._several(sentence, end, drug) if len(own) > 1 else None
        if several:
            out.append(Mention(start, several[1], (several[0],)))
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

    # how many ----------------------------------------------------------------------------------

    def _sizes(self) -> None:
        for sentence in self._sentences:
            if not _NUMBERED.search(sentence) or not _SIZED.search(sentence):
                continue
            is_random = bool(
                re.search(r"random|assign|allocat|received|entered|\bITT\b|intent", sentence, re.I)
            )
            # a sentence of results prints counts beside its arms that are no sizes
            told = bool(_RESULT.search(sentence)) and not _GIVEN_TO.search(sentence)
            if told and "%" not in sentence:
                continue
            mentions = [m for m in self.mentions(sentence) if len(m.arms) == 1]
            for number, mention in enumerate(mentions):
                arm = self.arms[mention.arms[0]]
                if arm.role == "pooled":
                    continue
                stop = mentions[number + 1].start if number + 1 < len(mentions) else len(sentence)
                n = _size_after(sentence[mention.end : stop], told)
                if n is None and not told:
                    floor = mentions[number - 1].end if number else 0
                    n = _size_before(sentence[floor : mention.start])
                if n is None or n < 5:
                    continue
                if (
                    is_random
                    and arm.n_randomized is None
                    and not re.search(r"analy[sz]|evaluable|efficacy|completed", sentence, re.I)
                ):
                    arm.n_randomized = n
                elif arm.n_analyzed is None and arm.n_randomized != n:
                    arm.n_analyzed = n


_OPEN_ARM = "open-label extension"
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
_GIVEN_TO = re.compile(r"random|assign|allocat|intent\w*-to", re.I)
_CAPITALS = re.compile(r"\b[A-Z]{3}(?=\d|\b)")
_PLACEBO_PLUS = re.compile(r"\b(?:placebo|sham|saline) (?:plus|with|\+|and) ")
_OR_PLACEBO = re.compile(
    r"(?:\b(?:or|and|versus|vs\.?)|,)\s+(?:\w+ )?(placebo|sham|control|usual care|standard (?:care|treatment)|no treatment|wait\w*[- ]list)"
)
_PLACEBO_OR = re.compile(r"\bplacebo\b[^.;]{0,60}?(?:\b(?:or|and)|,)\s+")
_RANGE = re.compile(rf"\s\(?({DEC})\s?(?:-|to)\s?({DEC})\s?(?={UNIT})")


def _with_another(low: str, name: str, drugs: Iterable[str]) -> bool:
    """True if a text also gives the drug on top of another: ``ketamine plus midazolam``."""
    if any(f"{word} {name}" in low for word in ("plus", "with", "+")) or f"{name} plus" in low:
        return True
    at = low.find(f" and {name}")
    while at >= 0:
        before = low[max(0, at - 50) : at]
        if "placebo" not in before and any(other in before for other in drugs if other != name):
            return True
        at = low.find(f" and {name}", at + 1)
    return False


def _has_word(text: str, word: str) -> bool:
    """True if a word stands in a text of lower case as a word of its own."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and text[at - 1].isalnum()) and not text[end : end + 1].isalnum():
            return True
        at = text.find(word, at + 1)
    return False


_RESULT = re.compile(
    r"adverse|side[- ]effects?|withdr[ae]w|dropp?ed|drop-?outs?|discontinu|lost to|died|deaths?|seizure[- ]free|responders?\b|recurr|experienced",
    re.I,
)
_LABEL_AFTER = re.compile(
    r"\(((?!(?:control|placebo|treatment|study|intervention)\b)[A-Za-z][\w-]{1,14}) (?:group|arm)[,;)]",
    re.I,
)
_LABEL_BEFORE = re.compile(
    r"\bgroup ([A-D1-4]|I{1,3})\b[\s,:(]*(?:n ?= ?\d+[\s,:;)]*)?(?:received|receiving|(?:was|were) (?:given|treated with|on)|(?:given|treated with)|)[\s:(]*([^.;,()]{3,60})",
    re.I,
)
# "extended-release levetiracetam (LEV XR)": a short form the letters alone do not explain
_NUMBERED = re.compile(
    r"\d|(?:teen|ty|hundred|ten|eleven|twelve|five|six|seven|eight|nine)\b", re.I
)
_SIZED = re.compile(r"\b[nN]\s?=|random|assign|allocat|receiv|\d (?:patients|subjects)|group", re.I)
_GIVEN = re.compile(
    rf"\b([A-Za-z-]{{5,}})(?: (?:acetate|hydrochloride|[a-z-]*release|tablets?|capsules?))?"
    rf"\s?\((?:[A-Z]\w+; ?)?([A-Z][A-Za-z]{{1,4}})(?:[- ]{FORMULATION})?[);,]"
)
_UNKNOWN = [
    re.compile(
        r"(?:receive|treated with|randomi[sz]ed to|assigned to)\s+(?:either\s+)?(?:oral |adjunctive |once-daily )?"
        r"([a-z][\w-]{3,}(?: [a-z][\w-]{3,})?)(?:\s*\([^)]*\)|\s+\d[^,;.()]{0,30}){0,3}\s*(?:,|or|versus|vs\.?|and)\s+(?:matching |matched )?(?:placebo|sham)",
        re.I,
    ),
    re.compile(
        r"(?:efficacy|effects?|safety|evaluation|trial|study) of (?:adjunctive |oral |add-on )?([a-z][\w-]{4,})",
        re.I,
    ),
]


def _grades(text: str) -> list[str]:
    """Arms told apart by words: ``low-exposure`` and ``high-exposure``."""
    found = re.findall(
        r"\b(low|medium|intermediate|high|fixed|flexible)[- ](dose|exposure|stimulation|frequency)\b",
        text,
        re.I,
    )
    kinds = list(dict.fromkeys(f"{a.lower()}-{b.lower()}" for a, b in found))
    for kind in ("dose", "exposure", "stimulation"):
        same = [item for item in kinds if item.endswith(kind)]
        pairs = ({f"low-{kind}", f"high-{kind}"}, {f"fixed-{kind}", f"flexible-{kind}"})
        if any(pair <= set(same) for pair in pairs) and len(found) >= 4:
            order = ("low", "med", "int", "hig", "fix", "fle")
            return sorted(same, key=lambda item: order.index(item[:3]))
    return []


def _size_after(text: str, told: bool) -> int | None:
    match = re.match(
        rf"[^.;%]{{0,45}}?[(\[,:;]\s*(?:mITT\s*=|ITT\s*=|[nN]\s?=|N:)\s*({INT})\b(?!\s?[\[(]\s?\d[\d.]*\s?%)",
        text,
    )
    if not match and not told:
        match = re.match(rf"(?:\s*(?:group|arm|alone))?\s*[,:]?\s*\(?({INT}) {_PEOPLE}", text)
    return integer(match[1]) if match else None


def _size_before(text: str) -> int | None:
    match = re.search(
        rf"\b({INT})\s+(?:{_PEOPLE}\s+)?(?:were\s+)?(?:randomi[sz]ed\s+|assigned\s+|allocated\s+)?(?:to|received|receiving|in(?: the| a)?|on|took|given)?\s*(?:the\s+)?(?:oral |matching |matched )?$",
        text,
        re.I,
    )
    return integer(match[1]) if match else None
