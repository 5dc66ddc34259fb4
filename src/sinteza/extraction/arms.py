# ruff: noqa: E501 - a pattern is read best on one line
"""The arms of a report, made before any result is read.

An arm is a treatment with its dose, or what it is compared with. Abbreviations are expanded first
(Schwartz-Hearst); doses are taken from the sentences that say who got what.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from sinteza.extraction.doses import doses, figure, unit_of, written
from sinteza.extraction.drafts import ArmDraft
from sinteza.extraction.lexicon import FORMULATION, SHORT, treatments
from sinteza.extraction.numbers import DEC, UNIT, WORD, integer
from sinteza.extraction.regimens import NOT_AN_ARM_DOSE, Regimen, regimens
from sinteza.text.abbreviations import Abbreviation

_LONGEST = 4000


_MEAN = re.compile(
    rf"\b(?:mean|median|average) (?:(?!modal)[^.;\d]){{0,30}}\b(?:dose|dosage)s?\b[^.;\d]{{0,40}}({DEC})\s?({UNIT})(?!\w)"
    rf"(?:\s?\(range\s?[,:=]?\s?(?:of )?({DEC})\s?(?:-|to)\s?({DEC}))?",
    re.I,
)
_ARM_WORD = re.compile(r"\s?(?:[a-z]+ )?(?:group|arm)\b", re.I)
_BEGUN = re.compile(r"\b(?:add|start|begin|began|begun|initia|convert)", re.I)
_MOST = re.compile(r"\b(?:max\w*|up to|increas\w+|titrat\w+|by)\b", re.I)
# "min/max, 50/400 mg/d"
_LEAST_MOST = re.compile(
    rf"\bmin\w*\s?/\s?max\w*[ ,:=]{{0,3}}(?:doses?[ ,:=]{{0,3}})?({DEC})\s?/\s?({DEC})\s?{UNIT}",
    re.I,
)
# one arm that went through these doses, not an arm for each
_STARTED = re.compile(
    rf"\b(?:starting (?:dose|dosage|at)|(?:start|initiat)ed (?:at|on|with)|initial (?:dose|dosage))[^.;]{{0,30}}?({DEC})\s?({UNIT})",
    re.I,
)
# "begun at 3 mg/kg/day, titrated to a target of 7 mg/kg/day"
_TITRATED = re.compile(
    rf"\b(?:start\w*|initiat\w+|beg[aiu]n\w*|initial)\b(?:(?!target)[^.;\d]){{0,40}}?({DEC})\s?({UNIT})(?!\w)[^;.]{{0,80}}?"
    rf"\b(?:titrat|increas|escalat|rais|adjust)\w*\b[^;.]{{0,60}}?\bto\b[^.;\d]{{0,40}}?({DEC})\s?({UNIT})(?!\w)",
    re.I,
)
_RAISED = re.compile(r"\b(?:up to|maxim\w+|increments?|as needed|as required|flexibl[ey])\b", re.I)
# one dose first, for everybody, and then as much as was needed
_RAISED_FROM = re.compile(
    rf"(?<![\d.-])({DEC})\s?({UNIT})(?!\w)([^;]{{0,200}}?)\b(?:titrat\w+|increas\w+|adjust\w+|rais\w+|escalat\w+)\b[^.;]{{0,90}}?"
    rf"\b(?:up to|maximum)\b[^.;\d]{{0,30}}({DEC})\s?({UNIT})(?!\w)",
    re.I,
)
# "40 mg of frotramide", "frotramide (at a dose of 40 mg"
_OF = re.compile(r"\s?(?:of |dose of |oral )*", re.I)
_AT = re.compile(
    r"(?:[\s(\[,:;=-]|\([^()]*\)|\b(?:at|in|with|oral(?:ly)?|intravenous(?:ly)?|target|daily|once|twice|doses?|dosages?|of|an?|the"
    r"|fixed|single|was|up to|tablets?|hydrochloride|sodium|acetate|mean|maximum|given|administered)\b)*",
    re.I,
)


class Arms:
    """The arms of one report, made from its title and text."""

    def __init__(
        self, title: str, text: str, short_forms: list[Abbreviation], single: bool
    ) -> None:
        self.title = title
        self.text = text
        self.single = single or bool(
            _RUN_IN.search(text) and not _COMPARED.search(f"{title}. {text}")
        )
        self.arms: list[ArmDraft] = []
        self.comparator: int | None = None
        self._aliases: dict[str, list[str]] = {}
        self._short = {item.short: item.long for item in short_forms}
        # a "sentence" of thousands of characters is none, and would cost its square
        self._sentences = [part for part in _clauses(text) if len(part) <= _LONGEST]
        self._find_drugs()
        self._find_comparator()
        self._grades: dict[str, int] = {}
        self._find_doses()
        self._make()

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
                r"receiving (?:\w+-)?$|concomitant|taking|background|baseline $|addition to|added to|inducer|such as|e\.g\.",
                before,
            ) or ("surgery" in name and _AROUND_SURGERY.search(before)):
                points *= 0.1
                if match.start < edge:
                    beside.add(name)
            elif re.search(
                r"random\w*[^.]{0,40}$|receiv\w+ (?:either )?$|assigned[^.]{0,30}$", before
            ):
                points += 3
            if (
                re.match(
                    r"[- ](?:treated (?:epilep|patients with|child)|induced (?!elevation|change|increase|decrease)|resistant)",
                    after,
                )
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
            for short in SHORT.get(name, "").split():
                # letters explain other words as well: "reduction of frequency for EZG (RTG)"
                if short in capitals and not treatments(self._short.get(short, "")):
                    self._short[short] = name
        for short, long in self._short.items():
            inner = treatments(long)
            if inner:
                name = inner[0].name
                # "CBD25": the dose is read behind the letters
                glued = re.fullmatch(r"([A-Za-z]{2,5})-?\d+(?:\.\d+)?", short)
                self._aliases.setdefault(name, []).append(glued[1] if glued else short)
                score[name] += self.text.count(short)
                # "adjunctive XYZ" is studied, "concomitant XYZ" goes on as before
                if any(f"{word} {short}" in self.text for word in ("adjunctive", "add-on")):
                    score[name] += 10
                if f"concomitant {short}" in self.text:
                    score[name] *= 0.1  # type: ignore[assignment] # a weight, not a count
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
        # a title that names none of the drugs known names another one
        if not score or not any(place < edge for place in first.values()):
            name = self._unknown(whole if not score else self.title)
            if name:
                score[name] = 5 + max(score.values(), default=0)
                first[name] = 0
                self._aliases[name] = [s for s, long in self._short.items() if name in long.lower()]
        for name in self._listed_beside():
            # as much as the best of those known: it was allocated like them
            score[name] = max(score.values())
            first[name] = self.title.lower().find(name)
            self._aliases[name] = [s for s, long in self._short.items() if name in long.lower()]
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

    def _listed_beside(self) -> list[str]:
        """Treatments that no list knows, allocated beside one that is known and a placebo."""
        found: list[str] = []
        title = self.title.lower()
        for match in _ALLOCATED_LIST.finditer(self.text):
            items = [item for item in _LIST_JOIN.split(match[1].lower()) if item]
            known = [bool(treatments(item)) for item in items]
            if not any(known):
                continue
            for item, drug in zip(items, known, strict=True):
                name = _LISTED_NAME.fullmatch(item)
                if name and not drug and name[1] not in _NO_TREATMENT and _has_word(title, name[1]):
                    found.append(name[1])
        return list(dict.fromkeys(found))

    def _unknown(self, words: str) -> str:
        """A treatment that no list knows, by what is said of it; empty if there is none."""
        for pattern in _UNKNOWN:
            for named in pattern.finditer(words):
                name = named[1].lower()
                forms = [name, *(s for s, long in self._short.items() if name in long.lower())]
                told = "|".join(map(re.escape, forms))
                if name not in _NO_TREATMENT and (
                    words != self.title or re.search(_GIVEN_AS.format(told), self.text, re.I)
                ):
                    return name
        return ""

    def _find_comparator(self) -> None:
        low = f"{self.title}. {self.text}".lower()
        self.comparator_name = ""
        aliases: list[str] = []
        randomized = bool(
            re.search(
                r"random|double[- ](?:blind|mask)|placebo|crossover|cross-over|controlled", low
            )
        )
        # drugs held against each other, the placebo only hiding which is which
        active = (
            len(self.drugs) > 1
            and re.search(r"\b(?:vs|versus|compar)", self.title, re.I)
            and not re.search(r"\bplacebos?\b(?!-| controlled)", low)
        )
        given = re.search(r"\bplacebos?\b", _NO_PLACEBO.sub("", low))
        if given and not self.single and not active:
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
            # with a placebo, drugs that nobody was given instead of it are co-medication
            self.drugs = (
                [name for name in self.drugs if self._allocated(name)]
                or [name for name in self.drugs if self._called(name, self.title)]
                or self.drugs[:1]
            )

    def _called(self, name: str, text: str) -> bool:
        """True if a drug is named in a text, by whatever the report calls it."""
        names = self._aliases.get(name, [name])
        return any(_has_word(text.lower(), alias.lower()) for alias in names)

    def _allocated(self, name: str) -> bool:
        """True if a drug stands beside the placebo in a list of what was given."""
        names = [alias.lower() for alias in self._aliases.get(name, [name])]
        low = f"{self.title}. {self.text}".lower()
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
        self._average = False
        self._by_weight: dict[tuple[tuple[str, ...], str], str] = {}
        self._open_dose: dict[str, Regimen] = {}
        found = regimens(self.title, self._sentences, named, self._drug_of, single=self.single)
        for drug in self.drugs:
            # a dose that no drug is named with is the first one's
            own = [
                item
                for item in found
                if (item.drug or self.drugs[0]) == drug or (item.shared and not item.drug)
            ]
            if not self.single:
                self._list(drug, own)
                # a list that only results print may leave out a dose
                if drug == self.drugs[0] and all(item.listed < 3 for item in own):
                    self._recurring(drug)
            for item in own:
                if item.open:
                    self._open_dose.setdefault(drug, item)
            blinded = [item for item in own if not item.open]
            if blinded:
                self._settle(drug, blinded, named)
            if drug == self.drugs[0] and drug not in self._only and drug not in self._levels:
                self._average_of(drug)

    def _naming(self, sentence: str) -> list[tuple[int, int, str]]:
        """Where any drug of the report stands in a sentence, an arm's or not."""
        places = [(item.start, item.end, item.name) for item in treatments(sentence)]
        for name, aliases in self._aliases.items():
            words = "|".join(map(re.escape, aliases))
            places += [
                (match.start(), match.end(), name)
                for match in re.finditer(rf"\b(?:{words or '(?!)'})\b", sentence)
            ]
        return sorted(places)

    def _drug_of(self, sentence: str, start: int, end: int) -> str | None:
        """Whose dose stands at a place; None for a drug that is no arm, empty if nothing is said."""
        if len(self._ranked) < 2:
            return ""
        # what was operated on or stimulated has no dose
        places = [item for item in self._naming(sentence) if not _PROCEDURE.search(item[2])]
        beside = [name for at, _, name in places if at >= end and _OF.fullmatch(sentence, end, at)]
        beside += [
            name
            for _, at, name in reversed(places)
            if at <= start and _AT.fullmatch(sentence, at, start)
        ]
        if not beside:
            return ""
        return beside[0] if beside[0] in self.drugs else None

    def _list(self, drug: str, own: list[Regimen]) -> None:
        """The doses of a drug of which each makes an arm, if any are listed."""
        lists: Counter[tuple[str, ...]] = Counter()
        units: dict[tuple[str, ...], str] = {}
        for item in own:
            if item.listed:
                lists[item.levels] += item.listed
                units[item.levels] = item.level_unit
        for item in own:
            lists.pop(item.stepped, None)
        if not lists:
            return
        best, weight = max(lists.items(), key=lambda item: (item[1], len(item[0])))
        if weight < 2:
            return
        levels = list(best)
        sure = any(item.allocated and item.levels == best for item in own)
        told = {item.levels for item in own if item.told} if sure else set()
        for other, w in lists.items():
            more = set(best) < set(other) and w >= 2
            if (
                ((w >= 3 and other not in told) or more)
                and set(other) & set(best)
                and len(levels) < 6
            ):
                levels += [f for f in other if f not in levels]
        self._levels[drug] = (sorted(levels, key=figure), units[best])

    def _settle(self, drug: str, own: list[Regimen], named: re.Pattern[str]) -> None:
        """The dose of a drug that makes one arm."""
        best = max(own, key=lambda item: item.points)
        figures, unit = best.figures, best.unit
        wider = [
            item.figures for item in own
            if len(item.figures) == 2 and len(figures) == 1 and figures[0] == item.figures[0] and item.unit == unit and item.points > -2
        ]  # fmt: skip
        if wider:
            figures = wider[0]
        ranges = (_RANGE.match(self.text, match.end()) for match in named.finditer(self.text))
        later = self._open_dose[drug].figures if drug in self._open_dose else ()
        beside = next((match for match in ranges if match and match.groups() != later), None)
        if beside and len(figures) == 1 and figures[0] in beside.groups():
            figures = (beside[1], beside[2])
        elif self.single and len(figures) == 1:
            figures = self._around(figures[0], unit)
        figures = self._raised(figures, unit)
        if best.points >= 1:
            self._only[drug] = (figures, unit)
            if best.lighter:
                self._by_weight[figures, unit] = best.lighter

    def _average_of(self, drug: str) -> None:
        """What was given on average, and from where to where, of doses nobody fixed."""
        average = _MEAN.search(self.text)
        if not average:
            return
        one, unit, low, high = average.groups()
        self._only[drug] = ((low, high) if low else (one,), unit_of(unit))
        self._average = not low

    def _raised(self, figures: tuple[str, ...], unit: str) -> tuple[str, ...]:
        """The range from the dose that was begun with, where it was raised to this one."""
        if len(figures) != 1:
            return figures
        start = _STARTED.search(self.text)
        titrated = _TITRATED.search(self.text)
        if (
            titrated
            and figures[0] == titrated[3]
            and unit_of(titrated[2]).split("/")[:2] == unit_of(titrated[4]).split("/")[:2]
            and figure(titrated[1]) < figure(figures[0])
        ):
            return (titrated[1], figures[0])
        if (
            start
            and start[2].split("/")[0].strip() == unit.split("/")[0].strip()
            and figure(start[1]) < figure(figures[0])
            and _RAISED.search(self.text)
            and not re.search(r"\btarget|\bfixed", self.text, re.I)
            and not re.search(rf"\b{re.escape(figures[0])}\b", self.title)
        ):
            return (start[1], figures[0])
        return figures

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
        once: set[str] = set()
        unit = ""
        for sentence in self._sentences:
            shares = re.search(r"\d\s?%", sentence)
            for dose in doses(sentence):
                if len(dose.figures) == 1 and _ARM_WORD.match(sentence, dose.end):
                    # a dose that has its group is an arm's, wherever it stands
                    seen[written(dose.figures[0])] += 2
                    unit = dose.unit if not unit or "day" in dose.unit else unit
                    continue
                before = sentence[max(0, dose.start - 40) : dose.start]
                if dose.ranged or len(dose.figures) > 1 or NOT_AN_ARM_DOSE.search(before):
                    continue
                unit = dose.unit if not unit or "day" in dose.unit else unit
                if shares:
                    seen[written(dose.figures[0])] += 1
                else:
                    once.add(written(dose.figures[0]))
        levels = sorted((item for item, count in seen.items() if count >= 2), key=figure)
        said = {
            integer(match[1])
            for match in _SO_MANY.finditer(self.text)
            if not match[2] or match[2].lower() == drug
        }
        if len(levels) not in said and len(once | seen.keys()) in said:
            # as many doses as the report says there were
            levels = sorted(once | seen.keys(), key=figure)
        listed = set(map(figure, self._levels.get(drug, ([], ""))[0]))
        if 2 <= len(levels) <= 5 and listed <= set(map(figure, levels)):
            self._levels[drug] = (levels, unit)

    def _make(self) -> None:
        if self.single:
            drug = self.drugs[0] if self.drugs else "treatment"
            self.arms.append(self._one(drug, "single_arm"))
            return
        variants = self._variants()
        grades = self._find_grades()
        for number, drug in enumerate(self.drugs):
            levels, unit = self._levels.get(drug, ([], ""))
            if variants and number == 0:
                self.arms.extend(ArmDraft("intervention", drug, variant=item) for item in variants)
            elif grades and number == 0 and (not levels or "fixed-dose" in grades):
                for grade in grades:
                    figures, unit = self._graded(grade)
                    self._grades[grade] = len(self.arms)
                    self.arms.append(ArmDraft("intervention", drug, figures, unit, grade))
            elif levels:
                if number == 0 and len(grades) == len(levels):
                    # the doses are in order, and so are their grades
                    self._grades = {grade: n for n, grade in enumerate(grades)}
                self.arms.extend(ArmDraft("intervention", drug, (item,), unit) for item in levels)
            else:
                self.arms.append(self._one(drug, "intervention"))
        if self.comparator_name:
            for arm in self.arms:
                if self._control(arm.drug):
                    arm.role = "comparator"
            self.comparator = len(self.arms)
            self.arms.append(ArmDraft("comparator", self.comparator_name))
        elif len(self.arms) == 2:
            # an active comparison: what the drug is held against is named second; of two doses it
            # is the lower
            doses_of_one = all(arm.drug == self.drugs[0] and arm.doses for arm in self.arms)
            self.comparator = 0 if doses_of_one else 1
            self.arms[self.comparator].role = "comparator"
        elif len(self.arms) == 1 and not self.comparator_name:
            self.arms[0].role = "single_arm"

    def _one(self, drug: str, role: str) -> ArmDraft:
        """The only arm of a drug."""
        figures, unit = self._only.get(drug, ((), ""))
        words = self._by_weight.get((figures, unit), "")
        if self._average and drug == self.drugs[0]:
            words = "mean"
        return ArmDraft(role, drug, figures, unit, words)

    def _control(self, drug: str) -> bool:
        """True for an active control: of the drugs given beside a placebo, the one the title leaves
        out, or holds another against."""
        if len(self.drugs) < 2 or not self._called(self.drugs[0], self.title):
            return False
        if not self._called(drug, self.title):
            return True
        names = "|".join(map(re.escape, self._aliases[drug]))
        return drug != self.drugs[0] and bool(
            re.search(
                rf"\b(?:versus|vs\.?|compar\w+[^.]*? (?:with|to)) (?:{names})\b", self.title, re.I
            )
        )

    def _find_grades(self) -> list[str]:
        """Words that tell arms apart, from low to high: ``low-exposure`` and ``high-exposure``."""
        text = f"{self.title}. {self.text}"
        found = [f"{a}-{b}".lower() for a, b in _GRADE.findall(text)]
        for kind in ("dose", "exposure", "stimulation"):
            order = [f"{word}-{kind}" for word in _GRADES]
            same = sorted({item for item in found if item.endswith(kind)}, key=order.index)
            for pair in ({f"low-{kind}", f"high-{kind}"}, {f"fixed-{kind}", f"flexible-{kind}"}):
                if pair <= set(same) and (
                    len(found) >= 4
                    or all(self._graded(item)[0] or self._grade_short(item) for item in same)
                ):
                    return same
        return []

    def _grade_short(self, grade: str) -> str:
        """The short form of a grade, if the report gives it one: ``low-exposure (LE)``."""
        letters = "".join(part[0] for part in grade.split("-")).upper()
        words = grade.replace("-", "[- ]")
        return letters if re.search(rf"(?i:{words})[^.;()]{{0,12}}\({letters}\b", self.text) else ""

    def _graded(self, grade: str) -> tuple[tuple[str, ...], str]:
        """What a grade stands for: ``3-7 ng/mL (low exposure)``, ``low dose (2 mg/day)``."""
        words = grade.replace("-", "[- ]")
        amount = rf"({DEC})(?:\s?(?:-|to)\s?({DEC}))?\s?({UNIT})(?!\w)"
        for pattern in (
            rf"(?<![\w.-]){amount}\s?[(\[,]\s?(?:the )?{words}\b",
            rf"\b{words}(?: (?:group|arm|of|\w+))?\s?[(\[,:]?\s?{amount}",
            rf"\b{grade.partition('-')[0]}\s?\(\s?{amount}",
        ):
            match = re.search(pattern, self.text, re.I)
            if match:
                return tuple(f for f in match.group(1, 2) if f), unit_of(match[3])
        return (), ""

    def _variants(self) -> list[str]:
        """Two formulations of one drug compared with each other."""
        if self.comparator_name or len(self.drugs) != 1:
            return []
        names = "|".join(map(re.escape, self._aliases[self.drugs[0]]))
        found = re.findall(rf"\b(?:{names})[- ]?({FORMULATION})\b", self.text)
        kinds = list(dict.fromkeys(found))
        return kinds if len(kinds) == 2 else []


_GRADES = ("low", "medium", "intermediate", "high", "fixed", "flexible")
_GRADE = re.compile(rf"\b({'|'.join(_GRADES)})[- ](dose|exposure|stimulation|frequency)\b", re.I)
# placebo before the drug, for everybody
_RUN_IN = re.compile(
    r"\bplacebo[- ](?:baseline|run-in|lead-in|washout)|\b(?:received?|given|took|on) (?:a )?placebo for \w+ (?:days|weeks?|months?)\b[^.]{0,60}\b(?:then|followed|subsequently|before)\b",
    re.I,
)
_COMPARED = re.compile(
    r"\brandom|double[- ](?:blind|mask)|cross-?over|parallel|controlled|withdrawal", re.I
)
# a placebo nobody was given
_NO_PLACEBO = re.compile(
    r"placebo (?:effect|response)s?\b|placebo[- ]controlled (?:trials?|stud(?:y|ies)) (?:is|are|will be|would be|to|should)\b",
    re.I,
)
_PROCEDURE = re.compile(r"surgery|lobectomy|stimulation|diet|therapy")
_SO_MANY = re.compile(
    rf"\b({WORD}) (?:(?:(?!daily|divided|equal|single|of\b)\w+[ -]){{0,2}}(?:doses|dosages|dose levels|dos(?:e|ing|age) (?:groups|arms|regimens))\b|(?!treatment|study|parallel)([a-z]{{6,}}) (?:groups|arms)\b)",
    re.I,
)
_CAPITALS = re.compile(r"\b[A-Z]{3}(?=\d|\b)")
_PLACEBO_PLUS = re.compile(r"\b(?:placebo|sham|saline) (?:plus|with|\+|and) ")
_OR_PLACEBO = re.compile(
    r"(?:\b(?:or|and|versus|vs\.?)|,)\s+(?:\w+ )?(placebo|sham|control|usual care|standard (?:care|treatment)|no treatment|wait\w*[- ]list)"
)
_PLACEBO_OR = re.compile(r"\bplacebo\b[^.;]{0,60}?(?:\b(?:or|and)|,)\s+")
_RANGE = re.compile(rf"\s\(?({DEC})\s?(?:-|to)\s?({DEC})\s?(?={UNIT})")


_CLAUSE = re.compile(r"(?<=[.;])\s+(?=[A-Z(])")
_OPENED = re.compile(r"[()]")


def _clauses(text: str) -> list[str]:
    """Sentences, and their parts between semicolons that stand in no parentheses."""
    parts, start, depth, at = [], 0, 0, 0
    for cut in _CLAUSE.finditer(text):
        for mark in _OPENED.finditer(text, at, cut.start()):
            depth = depth + 1 if mark[0] == "(" else max(0, depth - 1)
        at = cut.start()
        if depth and text[at - 1] == ";":
            continue
        depth = 0
        parts.append(text[start:at])
        start = cut.end()
    parts.append(text[start:])
    return parts


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


# "extended-release levetiracetam (LEV XR)": a short form the letters alone do not explain
_GIVEN = re.compile(
    rf"\b([A-Za-z-]{{5,}})(?: (?:acetate|hydrochloride|[a-z-]*release|tablets?|capsules?))?"
    rf"\s?\((?:[A-Z]\w+; ?)?([A-Z][A-Za-z]{{1,4}})(?:[- ]{FORMULATION})?[);,]"
)
# "to receive either frotramide, lamotrigine, or placebo": what a list gives is each a treatment
_ALLOCATED_LIST = re.compile(
    r"\b(?:receiv\w+|treated with|randomi[sz]ed to|assigned to|allocated to|given)\s+(?:either\s+|oral\s+)?"
    r"([^.;:]{5,120}?)(?:,|,? or|,? and|,? versus|,? vs\.?) (?:matching |matched |a )?placebo\b",
    re.I,
)
_LIST_JOIN = re.compile(r"\s*(?:,\s*(?:or|and)?\b|\b(?:or|and|versus|vs\.?)\s)\s*")
_LISTED_NAME = re.compile(
    r"([a-z][a-z-]{5,})(?:\s?\([^()]*\))?(?:,?\s(?:at\s)?\d[\w ./-]{0,25})?\s*"
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


_NO_TREATMENT = frozenset(
    [
        "treatment", "therapy", "drugs", "medication", "medications", "antiepileptic",
        "anticonvulsant", "anticonvulsants", "antiseizure", "adjunctive", "different", "patients",
        "children", "placebo", "early", "long-term", "concomitant", "initial",
        "seizure", "seizures", "epilepsy", "monotherapy", "prophylactic", "efficacy",
        "safety", "tolerability", "either", "withdrawal", "discontinuation", "single",
    ]
)  # fmt: skip
# "received frotramide", "frotramide-treated", "frotramide or placebo"
_GIVEN_AS = (
    r"\b(?:{0})\b(?: ?\([^()]*\))?(?:-treated\b| (?:or|and|vs\.?|versus) (?:\w+ )?placebo)"
    r"|\b(?:received?|receiving|given|taking|on|with|oral|of) (?:{0})\b"
)
_AROUND_SURGERY = re.compile(
    r"\b(?:after|before|undergo\w*|during|following|for|with|and|or) (?:[\w-]+,? ){0,5}$"
)
