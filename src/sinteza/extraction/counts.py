# ruff: noqa: E501 - a pattern is read best on one line
"""Numbers of people in a sentence, and what the words around each say of it.

A sentence is read word by word: what a word can say is looked up once (abstracts repeat their
words), so that a number costs a walk over its neighbors and no search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sinteza.extraction.numbers import integer

# words looked at on either side of a number
_AHEAD, _BACK = 25, 14


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PEOPLE = _words(
    "patient patients inpatient inpatients outpatient outpatients subject subjects children participant"
    " participants adult adults infant infants individual individuals adolescent adolescents women men"
    " boys girls males females persons people volunteer volunteers neonates newborns dogs cats rats"
    " residents alcoholics responders cases epileptics pairs youths graduates undergraduates students"
    " survivors couples twins toddlers veterans smokers users inmates recruits"
)
_SEX = _words("men women male males female females boys girls")
# "13 patient factors" counts no patients
_NOT_OF_PEOPLE = _words("factors characteristics groups years visits data days")
# what a number that counts no people counts
_UNITS = _words(
    "per percent third quarter fold year years yr yrs month months mo mos week weeks wk wks day days"
    " hour hours hr hrs h min minute minutes s sec second seconds mg g kg ml l mcg ug µg μg hz khz ma"
    " cm mm degree degrees point points time times site sites center centers centre centres countries"
    " study studies trial trials dose doses different visit visits event events item items seizure"
    " seizures attack attacks episode episodes spasms tablet tablets capsule capsules unit units"
    " hospital hospitals phase phases period periods drug drugs aed aeds asm asms antiepileptic scale"
    " scales test tests state states standard mmol"
)
# units that can stand before people: "12 trial participants"
_QUALIFY = _words("seizure study trial drug hospital phase different")
# "12 randomized trials in patients" counts no patients
_THINGS = _words(
    "trials studies centers centres sites countries hospitals weeks months years days doses visits mg"
    " events seizures episodes scales points tests reports articles databases drugs aeds asms minutes hours"
)
# what stands before a number that counts no people, and of this before a list of such numbers
_LABELS = _words(
    "age ages aged mean median range ranging sd se sem week weeks day days month months phase phases"
    " study studies trials part parts grade visit ratio level version type class group table figure"
    " protocol minus q1 iqr january february march april june july august september october november"
    " december = < > ≥ ≤"
)
_LISTED = _words("studies trials parts phases cohorts")
_JOINS = _words("and or to - – vs versus")
_PAST = _words("were was had")
_DEEDS = _words(
    "were was are met had entered enrolled received completed underwent participated provided took"
    " randomized randomised"
)
_DEEDS_OF_TWO = {("of", "whom"), ("to", "each"), ("who", "were")}
# sought in the parts of a word ("double-blind"): what it can say of a number near it
_CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("randomized", r"randomi[sz](?:ed|ation|ing)|randomly|random"),
        ("assigned", r"assigned|allocated|divided|allocation|assignment"),
        ("entered", r"enter(?:ed|ing)|enrol\w*|recruit\w*|inclu(?:ded|ding)|participat(?:ed|ing|ion)|admitted|commenced|studied|evaluated|investigated|treated|assigned|allocated|divided|involv\w+|compris\w+|entry|inclusion|took"),
        ("received", r"received|receiving|given|treated|administered|underwent|exposed"),
        ("continued", r"continu\w+"),
        ("blind", r"(?:single|double)?(?:blind|mask)\w*|controlled|crossover|cross|trial"),
        ("completed", r"complet(?:ed|ers|ing|e|ion)"),
        ("screened", r"screen\w*|assessed|eligib\w+|approached|identified|candidates|attempted|initially|consecutive\w*|baseline|planned|target\w*|required|presented"),
        ("analyzed", r"analy[sz]\w+|evaluable|intent\w*|itt|population|available|provided"),
        ("left", r"discontinu\w*|withdr\w+|dropp\w+|dropouts?|died|exclu\w+|lost|fail\w*|not|refused|declined"),
        ("outcome", r"had|experienced|showed|became|remained|achieved|improved|responded|reported|developed|free|reduction|preferred|elected|chose|continu\w+"),
        ("arm", r"groups?|arms?|each|per|respectively"),
        ("placebo", r"placebo"),
        ("open", r"open|label|extension|term|follow\w*|single"),
        ("healthy", r"healthy|normal"),
        ("other", r"controls?|parents|relatives|siblings|events|episodes"),
        ("trials", r"trials|studies"),
        ("pooled", r"pooled|databases?|hoc|subgroup|subset|retrospective\w*|review\w*"),
        ("future", r"will|aims?|plan|planned|anticipated"),
    )
)  # fmt: skip
_ANY = re.compile("|".join(pattern.pattern for _, pattern in _CUES))
# the first of these to follow a number says most
_VERBS = _words(
    "randomized assigned entered received continued completed screened analyzed left outcome"
)
_OF = _words("of among")
_ARTICLES = _words("the these all those a an")
_BEFORE: Mapping[str, str] = {
    word: name
    for name, words in (
        ("of", "of among"),
        ("in", "in with on to from for by using"),
        ("each", "each group groups panel panels cohort cohorts other another additional further only least first next last than over"),
        ("all", "all"),
        ("remaining", "remaining"),
        ("total", "altogether overall total"),
        ("we", "we"),
        ("about", "about approximately nearly almost"),
    )
    for word in words.split()
}  # fmt: skip
# a figure, or what each number in words begins with
_NUMBERED = re.compile(
    r"\d|\b(?:one|t(?:wo|hree|en|welve|hirt|went)|f(?:our|ive|ort|ift)|s(?:ix|even)|e(?:ight?|leven)|nine|hundred)",
    re.I,
)
_YEARS = range(1950, 2040)
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,5}")
_EQUALS = re.compile(r"\b[nN]\s?=\s*(?=\d)")
_SIZE = re.compile(r"n=(\d{1,3}(?:,\d{3})+|\d{1,5})")
_SHARE = re.compile(r"\d+(?:\.\d+)?%?")
_FRACTION = re.compile(r"(\d{1,5})/(\d{1,5})")
_BREAKS = str.maketrans("/()–", "----")
_SPELLED = _words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred"
)


class _Word:
    """What stands between two blanks: its core without brackets and stops, and what it can say."""

    __slots__ = (
        "before", "closes", "core", "cues", "deed", "ends", "labels", "n", "numbered", "opens",
        "pauses", "people", "size", "spelled", "unit", "verb", "whole",
    )  # fmt: skip

    def __init__(self, chunk: str) -> None:
        low = chunk.lower()
        bare = low.rstrip(")]\"'”,;:.")
        self.core = core = bare.lstrip("([\"'“")
        tail = low[len(bare) :]
        parts = core.translate(_BREAKS).split("-")
        self.opens = chunk.count("(")
        self.closes = chunk.count(")")
        # "vs." ends nothing
        self.ends = ";" in tail or (low.endswith((".", ":")) and core != "vs")
        self.pauses = "," in tail or self.ends
        # "12", "(n=12)", the whole of "11/12", and "twelve"
        self.n = self.size = self.whole = None
        self.numbered = self.spelled = _SPELLED.issuperset(parts)
        if any(map(str.isdigit, core)):
            self.numbered = True
            size, share = _SIZE.fullmatch(core), _FRACTION.fullmatch(core)
            if _DIGITS.fullmatch(core):
                self.n = integer(core)
            elif size:
                self.size = integer(size[1])
            elif share and int(share[1]) <= int(share[2]):
                self.whole = int(share[2])
        self.people = not _PEOPLE.isdisjoint(parts)
        self.unit = core in _UNITS or core.startswith(("mg/", "mmol/"))
        self.deed = core in _DEEDS
        self.before = _BEFORE.get(core)
        # "study 12", "aged 12", "p < 12": but not "in this study, 12"
        self.labels = not self.pauses and core in _LABELS
        told = [part for part in parts if _ANY.fullmatch(part)]
        self.cues = tuple(
            name for name, pattern in _CUES if told and any(map(pattern.fullmatch, told))
        )
        self.verb = next((name for name in self.cues if name in _VERBS), None)


@lru_cache(maxsize=1 << 14)
def _word(chunk: str) -> _Word:
    return _Word(chunk)


def has_number(text: str) -> bool:
    """False where no word of a text is a number."""
    return bool(_NUMBERED.search(text))


def names_people(text: str) -> bool:
    """Whether patients, children, volunteers... are named."""
    return any(_word(chunk).people for chunk in text.split())


class Count(NamedTuple):
    """A figure: its words, its value, and how it counts people (None: it does not)."""

    start: int
    end: int
    n: int
    form: str | None


class Sentence:
    """The words of a sentence; its figures are asked for with :meth:`counts`."""

    __slots__ = ("_depth", "_words")

    def __init__(self, text: str) -> None:
        if "=" in text:
            text = _EQUALS.sub("n=", text)
        self._words = [_word(chunk) for chunk in text.split()]
        self._depth: list[int] = []

    @property
    def cues(self) -> set[str]:
        """What any of its words can say."""
        return {name for word in self._words for name in word.cues}

    def counts(self) -> list[Count]:
        """The figures in order, without those of weeks, doses, sites and men among the patients."""
        figures = [place for place, word in enumerate(self._words) if word.numbered]
        if not figures:
            return []
        depth = 0
        self._depth = []
        for word in self._words:
            depth += word.opens
            self._depth.append(depth)
            if word.closes:
                depth = max(0, depth - word.closes)
        found: list[Count] = []
        # where the next of "trials 12, 13 and 14" would stand
        listed = -1
        for start, end, n, form in self._numbers(figures):
            if form != "size":
                before = self._words[start - 1] if start else None
                joined = before is not None and before.core in _JOINS
                if start and (listed == start or (joined and listed == start - 1)):
                    listed = -1 if joined else end
                    continue
                if before is not None and before.labels:
                    listed = end if before.core in _LISTED else -1
                    continue
                if self._of_a_unit(end):
                    continue
            counted = self._form(start, end, form)
            # "June 2011 ... patients" is a year
            year = n in _YEARS and counted != "next" and len(self._words[start].core) == 4
            if counted != "sex" and not year:
                found.append(Count(start, end, n, counted))
        return found

    def _numbers(self, figures: Sequence[int]) -> Iterator[tuple[int, int, int, str]]:
        """First word, word behind the last, value and form of every whole number."""
        words = self._words
        end = 0
        for at in figures:
            word = words[at]
            if word.n is not None:
                yield at, at + 1, word.n, ""
            elif word.size is not None:
                yield at, at + 1, word.size, "size"
            elif word.whole is not None:
                yield at, at + 1, word.whole, "whole"
            elif word.spelled and at >= end:
                end = self._spelled(at)
                n = _value([word.core for word in words[at:end]])
                if n is not None:
                    yield at, end, n, ""

    def _spelled(self, at: int) -> int:
        """Behind the last word of a number in words: "one thousand, one hundred and six"."""
        words = self._words
        end = at + 1
        while end < len(words):
            core, last = words[end].core, words[end - 1]
            if last.ends or (last.pauses and last.core != "thousand"):
                break
            if words[end].spelled or core == "thousand":
                end += 1
            elif (
                core == "and"
                and last.core.rsplit("-")[-1] in ("hundred", "thousand")
                and end + 1 < len(words)
                and words[end + 1].spelled
            ):
                end += 2
            else:
                break
        return end

    def _of_a_unit(self, end: int) -> bool:
        """Whether the number counts weeks, doses, sites..., or is of a list or range that does."""
        words = self._words
        if words[end - 1].ends:
            return False
        while end < len(words):
            word = words[end]
            if word.unit:
                beside = end + 1 < len(words) and words[end + 1].people
                return not (beside and word.core in _QUALIFY)
            if word.ends or (word.core not in _JOINS and word.n is None):
                return False
            end += 1
        return False

    def _after(self, start: int, end: int) -> list[tuple[_Word, int]]:
        """The words behind a number with their places; brackets that open later are left out."""
        words, depth = self._words, self._depth
        level = depth[start]
        return [
            (words[k], k) for k in range(end, min(end + _AHEAD, len(words))) if depth[k] <= level
        ]

    def _form(self, start: int, end: int, form: str) -> str | None:
        """How a number counts people: beside their name, before what they did."""
        words, last = self._words, self._words[end - 1]
        if form == "size":
            if not any(word.people for word in words[max(0, start - 6) : start]):
                return "size_arm"
            return "size_begins" if start < 5 else "size"
        if not last.ends and (self._depth[start] or not last.pauses):
            following = self._after(start, end)
            for far, (word, place) in enumerate(following[:10]):
                if word.people:
                    if self._depth[start] and word.core in _SEX:
                        return "sex"
                    if place + 1 < len(words) and words[place + 1].core in _NOT_OF_PEOPLE:
                        break
                    return form or ("people" if far else "next")
                if word.core in _THINGS:
                    return None
                if word.ends or word.opens or word.core in _PAST:
                    break
            if not form and following:
                pair = tuple(word.core for word, _ in following[:2])
                if following[0][0].deed or pair in _DEEDS_OF_TWO:
                    return "deed"
        return "of" if not form and last.pauses and self._of(start) else None

    def _of(self, start: int) -> bool:
        """Whether "of", "of the remaining", "of all these" stands before the number."""
        words = self._words
        at = start - 1
        while at >= 0 and (words[at].core in _ARTICLES or words[at].before == "remaining"):
            at -= 1
        return at >= 0 and words[at].core in _OF

    def said(self, count: Count) -> set[str]:
        """Cues of a number: behind it (near: before the next number), before it, its form."""
        start, end = count.start, count.end
        cues = {f"form {count.form}"}
        following = [] if self._words[end - 1].ends else self._after(start, end)
        near, entered, first = "near", -9, True
        for step, (word, _) in enumerate(following):
            if word.numbered:
                near = "far"
            if word.cues:
                cues.update([f"{name} {near}" for name in word.cues])
                if word.verb and first and near == "near":
                    first = False
                    cues.add(f"then {word.verb}")
                if "entered" in word.cues or "received" in word.cues or "continued" in word.cues:
                    entered = step
                if step - entered <= 6 and ("blind" in word.cues or "randomized" in word.cues):
                    cues.add(f"blind entered {near}")
            if word.ends:
                break
        self._before(start, cues)
        for place in (end, end + 1):
            if place < len(self._words):
                word = self._words[place]
                if word.opens and _SHARE.fullmatch(word.core):
                    cues.add("share")
        for step, (word, _) in enumerate(following[:4]):
            if word.core == "of" and any(
                other.n is not None or other.spelled for other, _ in following[step + 1 : step + 4]
            ):
                cues.add("of more")
        return cues

    def _before(self, start: int, cues: set[str]) -> None:
        words = self._words
        if start <= 1:
            cues.add("begins")
        if self._depth[start]:
            cues.add("parenthesis")
        if words[start].opens:
            cues.add("opens")
        back = words[max(0, start - _BACK) : start]
        if not back:
            return
        last = back[-1]
        if last.before in ("of", "in") and len(back) > 1 and back[-2].core in ("study", "trial"):
            cues.add("after study")
        for step, word in enumerate(reversed(back), 1):
            if step > 2 and "after study" in cues:
                # "did not complete the study of 12": not said of the 12
                break
            if word.cues:
                cues.update([f"{name} before" for name in word.cues])
                if word.verb and step <= 4:
                    cues.add(f"{word.verb} shortly before")
                if step <= 4 and "randomized" in word.cues:
                    cues.add("after random")
        if last.before:
            cues.add(f"after {last.before}")
        if self._of(start):
            cues.add("after of")
            if any(word.numbered for word in back[-5:]):
                cues.add("after fraction")
            if any(word.core == "total" for word in back[-4:]):
                cues.add("after total")
        if last.core in ("whom", "which", "these", "those") or (
            last.pauses and any(word.core == "whom" for word in back[-3:])
        ):
            cues.add("after whom")
        if "randomized" in last.cues or "entered" in last.cues or "received" in last.cues:
            cues.add("after comprising")
        if (last.core == "and" or last.pauses) and any(word.numbered for word in back[-11:]):
            cues.add("after listed")


def _value(cores: Sequence[str]) -> int | None:
    """The number that the words spell: up to the hundreds, or thousands and hundreds."""
    if "thousand" not in cores:
        return integer(" ".join(cores))
    at = cores.index("thousand")
    head, rest = integer(" ".join(cores[:at])), integer(" ".join(cores[at + 1 :]))
    return None if head is None or rest is None else 1000 * head + rest
