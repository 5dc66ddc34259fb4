"""What a report is about, among the concepts it mentions.

How much a record is *about* a concept is a weight by the places of its mentions. Whether it
*studies* it depends on what the concept is: a therapy is studied where it is given, so it is named
in the title or is what the report speaks of most; a mechanism where it is asked about, so it
stands in the aim; a condition or a group of people where such people took part. A mention beside
the point does not count: what people take already, what a drug acts on, of what a level is
measured. Everything else is studied where the title, a major heading, or objective and conclusion
together name it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sinteza.model.record import Record

# field of the record to (start, end, is present)
Spans = Mapping[str, Sequence[tuple[int, int, bool]]]

_ABOUT_CATEGORIES = {"OBJECTIVE", "CONCLUSIONS"}
# of a therapy that is neither in the title nor in the aim: this often, and no other as often
_OFTEN = 3
# of a mechanism: whatever the aim says
_VERY_OFTEN = 6
_LEAD = 60
_ASIDE_BEFORE = re.compile(
    r"(?:concomitant|receiving|received|taking|treated with|stabili[sz]ed on|stable|existing|"
    r"background|baseline|failed|refractory to|resistant to|such as|including|like|other|added to|"
    r"add-on to|adjunct to|inducers?|maintained on|history of|e\.g\.,?|(?:concentrations?|levels?|"
    r"metabolism|clearance|pharmacokinetics|disposition|toxicity|intoxication) (?:of|for)|"
    r"induced by)"
    r"[ (]+(?:\S+,? ){0,3}$"
    r"|(?:concomitent|tratați|tratate|în tratament) (?:cu )?$"
    r"|(?:serum|plasma|unbound|total) $"
    r"|(?:\b(?:is|as)|,|\() an? (?:[\w-]+,? ){0,8}$"
    r"|\b(?:inhibit|block|bind|bound|enhanc|modulat|potentiat|activat|open|decreas|increas)\w*"
    r" (?:[\w-]+,? ){0,4}$"
)
_ASIDE_AFTER = re.compile(
    r" ?(?:\(\w+\) ?)?(?:serum |plasma |blood )?(?:levels?|concentrations?|clearance|metaboli\w+|"
    r"absorption)\b|[- ]induced"
    r"|[\w ()/-]{0,25}(?:antagonist|agonist|block\w*|inhibit\w*|ligand|opener|modulator|enhancer|"
    r"potentiator|inducers?|inducing)\b"
)
# a sentence that says what was asked, in English or Romanian (what "was assessed" is anything)
_AIM = re.compile(
    r"\b(?:aim(?:s|ed to)?|purpose|objectives?|goal|sought|hypothesi[sz]ed?|to (?:evaluate|assess|"
    r"investigate|determine|examine|explore|study|test|correlate|characteri[sz]e|compare|measure|"
    r"describe|quantify|clarify|establish)|(?:we|study|trial|report|review|analysis) (?:also )?"
    r"(?:investigat|evaluat|assess|examin|explor|stud[yi]|test|compare|report|describe)\w*"
    r"|scop\w*|obiectiv\w*|pentru a (?:evalua|studia|investiga|compara|determina)|(?:am|studiul a|"
    r"trialul a) (?:evaluat|studiat|investigat|analizat|comparat|determinat))\b",
    re.IGNORECASE,
)
# a sentence that says who took part, and words that lead to what those people have
_ENTERED = re.compile(
    r"randomi[sz]ed|enrol+ed|\binclud|recruit|receiv|took part|participat|eligib|treated|assigned|"
    r"\bstud(?:y|ied)\b|underwent|completed|entered|\ba?ged\b|\binclu[sș]|\bînrola|au primit|vârst",
    re.IGNORECASE,
)
_WHO_HAVE = re.compile(
    r"(?:patients?|children|adults?|subjects|people|wom[ae]n|m[ae]n|individuals|participants|"
    r"infants|adolescents|cases|dogs|cats|pacien\w+|copii\w*|adul\w+)(?: \([^)]*\))? (?:\S+ ){0,3}"
    r"(?:with|having|who had|suffering from|cu) (?:\S+ ){0,5}$"
)
_SENTENCE = 320


def weigh(spans: Spans, record: Record, *, major: bool) -> tuple[float, bool]:
    """How much a record is about a concept: 0 to 1, and whether the rule says it studies it.

    Title counts 3, a major heading 2, another heading or a keyword 1; a mention in the abstract 1.5
    in objective or conclusion, 0.5 in the background, 1 elsewhere, with diminishing returns.
    """
    score = 0.0
    present = {name: [s for s in items if s[2]] for name, items in spans.items()}
    title = bool(present.get("title"))
    score += 3.0 * title + (2.0 if major else 1.0) * bool(present.get("mesh"))
    score += 1.0 * bool(present.get("keywords"))
    places = Counter(category(record, start) for start, _, _ in present.get("abstract", ()))
    points = sum(
        count * (1.5 if name in _ABOUT_CATEGORIES else 0.5 if name == "BACKGROUND" else 1.0)
        for name, count in places.items()
    )
    score += math.log1p(points)
    about = (title or major or all(places.get(name) for name in _ABOUT_CATEGORIES)) and score > 0
    return 1.0 - math.exp(-score / 2.5), bool(about)


def category(record: Record, position: int) -> str:
    """NLM's category of a place in the abstract; without sections, by where it stands."""
    sections = record.abstract
    if len(sections) > 1:
        at = 0
        for section in sections:
            at += len(section.text) + 1
            if position < at:
                return section.category.upper() or "UNASSIGNED"
        return "UNASSIGNED"
    length = len(sections[0].text) if sections else 0
    if position > 0.85 * length:
        return "CONCLUSIONS"
    return "BACKGROUND" if position < 0.1 * length else "METHODS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a record names a concept: places of present mentions in title and abstract.

    ``major`` says that a major heading does.
    """

    record: Record
    title: Sequence[tuple[int, int, bool]]
    abstract: Sequence[tuple[int, int, bool]]
    major: bool

    @property
    def times(self) -> int:
        """How often title and abstract name it."""
        return len(self.title) + len(self.abstract)

    def titled(self) -> bool:
        """Whether the title names it, not beside the point."""
        return any(not _aside(self.record.title, start, end) for start, end, _ in self.title)

    def aimed(self) -> bool:
        """Whether the stated aim names it, not beside the point."""
        text = self.record.abstract_text
        return any(
            (category(self.record, start) == "OBJECTIVE" or _AIM.search(_sentence(text, start)))
            and not _aside(text, start, end)
            for start, end, _ in self.abstract
        )

    def ends(self) -> bool:
        """Whether objective and conclusion both name it."""
        return {category(self.record, start) for start, _, _ in self.abstract} >= _ABOUT_CATEGORIES

    def of_people(self) -> bool:
        """Whether it is said of the people who took part."""
        text = self.record.abstract_text
        return any(_of_people(text, start) for start, _, _ in self.abstract)


def seen(spans: Spans, record: Record, *, major: bool) -> Seen:
    """Where a record names a concept; ``major`` says that a major heading does."""
    title, abstract = ([s for s in spans.get(name, ()) if s[2]] for name in ("title", "abstract"))
    return Seen(record=record, title=title, abstract=abstract, major=major)


def given(item: Seen, most: int) -> bool:
    """Whether a report studies a therapy; ``most`` is how often it names the one named most."""
    foremost = item.times == most
    return (
        (foremost and (bool(item.title) or item.times >= _OFTEN))
        or (item.major and 0 < 2 * item.times >= most)
        or item.titled()
        or item.ends()
    )


def asked(item: Seen) -> bool:
    """Whether a report studies a mechanism or a marker of one."""
    return item.major or item.times >= _VERY_OFTEN or item.titled() or item.aimed()


def taken_in(item: Seen) -> bool:
    """Whether a report studies a condition or a group: whether such people took part."""
    return item.major or bool(item.title) or item.ends() or item.of_people()


def _of_people(text: str, start: int) -> bool:
    sentence = _sentence(text, start)
    if "exclu" in sentence:
        return False
    led_in = _WHO_HAVE.search(text[max(0, start - _LEAD) : start].lower())
    return bool(led_in or _ENTERED.search(sentence))


def _sentence(text: str, at: int) -> str:
    """The sentence of a place, at most some hundred letters to either side."""
    low = text.rfind(". ", max(0, at - _SENTENCE), at)
    high = text.find(". ", at, at + _SENTENCE)
    return text[max(low, at - _SENTENCE, 0) : high if high > 0 else at + _SENTENCE]


def _aside(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - _LEAD) : start], text[end : end + _LEAD]
    return bool(_ASIDE_BEFORE.search(before.lower()) or _ASIDE_AFTER.match(after.lower()))
