"""What a language model is asked about a report, and what of its answer is believed.

A model gives values with quotes; places are found here, never taken from it. What does not hold is
left out and counted in the report's flags: an unknown code, an arm it did not name, a quote that
does not stand in the text, a figure that does not stand in its quote. What remains is marked
``needs_look``, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

import msgspec
from msgspec import Struct

from sinteza.extraction import validate
from sinteza.extraction.report import (
    Design,
    Effect,
    Evidence,
    Population,
    Report,
    ReportArm,
    ReportOutcome,
    ReportValue,
)
from sinteza.model.record import Record
from sinteza.text import sentences
from sinteza.text.normalize import Folded, fold_with_offsets

CONFIDENCE = 0.5
"""A model's own words about its confidence are worth nothing here; below the threshold of 0.7."""
LONGEST = 60_000
_SHORTEST_QUOTE = 12

T = TypeVar("T", bound=Struct)

Code = Literal[
    "RR25", "RR50", "RR75", "RR90", "SF", "MPC", "MEANPC", "PCRED", "PCPBO", "AE", "AE34", "SAE",
    "WD", "WDAE", "WDLOE", "COMP", "RETENTION", "DEATH", "LTFU", "RECUR", "STOP",
    "AEN", "FAIL",
]  # fmt: skip
Domain = Literal[
    "epilepsy", "status_epilepticus", "febrile_seizures", "prophylaxis", "healthy", "veterinary",
    "other",
]  # fmt: skip
DesignType = Literal[
    "rct_parallel", "rct_crossover", "open_label_extension", "posthoc_pooled_rct", "posthoc_rct",
    "single_arm", "single_arm_escalation", "observational", "protocol", "review", "meta_analysis",
    "methodology", "unknown",
]  # fmt: skip


class DesignAnswer(Struct, frozen=True, kw_only=True):
    """The design as a model names it."""

    type: DesignType
    randomised: bool = False
    blinding: str | None = None
    control: str | None = None


class PopulationAnswer(Struct, frozen=True, kw_only=True):
    """The people as a model names them."""

    drug_resistant: Literal["explicit", "implied", "no"] | None = None
    age_group: str | None = None
    n_randomised: int | None = None


class ArmAnswer(Struct, frozen=True, kw_only=True):
    """An arm as a model names it."""

    id: str
    role: Literal["intervention", "comparator", "pooled", "single_arm"]
    name: str
    drug: str | None = None
    dose: str | None = None
    n_randomised: int | None = None
    n_analysed: int | None = None


class ValueAnswer(Struct, frozen=True, kw_only=True):
    """A value as a model gives it."""

    arm: str
    events: int | None = None
    total: int | None = None
    percent: float | None = None
    percent_min: float | None = None
    percent_max: float | None = None


class OutcomeAnswer(Struct, frozen=True, kw_only=True):
    """An outcome as a model gives it; ``quote`` is a sentence word for word."""

    code: Code
    quote: str
    values: list[ValueAnswer]
    subset: str | None = None
    period: str | None = None


class EffectAnswer(Struct, frozen=True, kw_only=True):
    """A comparison as a model gives it."""

    measure: Literal["OR", "RR", "IRR", "HR", "MD"]
    estimate: float
    quote: str
    ci_low: float | None = None
    ci_high: float | None = None
    level: float | None = None
    p: str | None = None
    code: Code | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """The whole answer asked for; each part is also checked alone, so that one slip costs one."""

    domain: Domain
    design: DesignAnswer
    population: PopulationAnswer
    arms: list[ArmAnswer]
    outcomes: list[OutcomeAnswer]
    effects: list[EffectAnswer] = []


_RULES = """You read a report of a clinical study and answer with one JSON object, nothing else.
Rules:
- Only what the text prints. Compute nothing, convert nothing, guess nothing; leave out what is not
  there. An empty list is a good answer.
- Every outcome and effect carries "quote": the sentence of the text that prints it, word for word,
  without ellipses. Every figure must stand in its quote.
- One outcome per sentence and code; one value per arm, "arm" being the id of an arm of "arms".
- Codes: RR25, RR50, RR75, RR90 responders; SF seizure freedom; MPC median, MEANPC mean, PCRED
  unnamed percent reduction of seizures (positive: fewer seizures); PCPBO reduction over placebo;
  AE, AE34, SAE people with any, severe, serious adverse events; AEN mild or moderate ones or
  those of special interest, only where the report tells of no AE; WD, WDAE, WDLOE withdrawals (any
  cause, adverse events, lack of efficacy); COMP completers; RETENTION; DEATH; LTFU lost to
  follow-up; RECUR; STOP seizures stopped; FAIL treatment failure or escape criteria met.
- "percent" is 0 to 100 as printed; "events" and "total" are people.
The JSON schema:
"""


def messages(record: Record) -> list[dict[str, str]]:
    """What is sent: the rules with the JSON schema, and the report's text (cut at ``LONGEST``)."""
    schema = msgspec.json.encode(msgspec.json.schema(Answer)).decode()
    parts = [f"Title: {record.title}", f"Abstract:\n{record.abstract_text}"]
    wanted = ("RESULTS", "TABLE", "UNASSIGNED", "METHODS")
    for part in sorted(
        (part for part in record.body if part.category in wanted),
        key=lambda part: wanted.index(part.category),
    ):
        parts.append(f"{part.label}:\n{part.text}")
    return [
        {"role": "system", "content": _RULES + schema},
        {"role": "user", "content": "\n\n".join(parts)[:LONGEST]},
    ]


def report(content: str, record: Record, extractor: str) -> Report:
    """The report that a model's answer makes once everything in it was checked.

    An answer that is no JSON object gives an empty report with the flag ``answer_unusable``.
    """
    raw = _object(content)
    if raw is None:
        return _empty(record, extractor)
    places = _Places(record)
    lost: dict[str, int] = {}
    arms = _arms(raw, places, lost)
    known = {arm.id for arm in arms}
    outcomes: list[ReportOutcome] = []
    for said in _each(raw.get("outcomes"), OutcomeAnswer, lost):
        outcome = _outcome(said, known, places, lost)
        if outcome is not None:
            outcomes.append(outcome)
    effects = [
        effect
        for item in _each(raw.get("effects"), EffectAnswer, lost)
        if (effect := _effect(item, places, lost)) is not None
    ]
    design = _one(raw.get("design"), DesignAnswer, lost)
    people = _one(raw.get("population"), PopulationAnswer, lost)
    n = people.n_randomised if people else None
    domain = raw.get("domain")
    if not isinstance(domain, str) or domain not in get_args(Domain):
        domain = "other"
    read = Report(
        id=record.id,
        pmid=record.pmid,
        extractor=extractor,
        domain=domain,
        design=Design(
            type=design.type,
            randomised=design.randomised,
            blinding=design.blinding,
            control=design.control,
            confidence=CONFIDENCE,
        )
        if design
        else _UNKNOWN,
        population=Population(
            drug_resistant=people.drug_resistant,
            age_group=people.age_group,
            n_randomised=n if places.printed(n) else None,
        )
        if people
        else Population(),
        year=record.year,
        arms=arms,
        outcomes=tuple(outcomes),
        effects=tuple(effects),
        registry=record.registry,
        flags=tuple(f"{word}: {count}" for word, count in lost.items()),
    )
    return validate.check(read)


_UNKNOWN = Design(type="unknown", randomised=False, confidence=0.0)


def _empty(record: Record, extractor: str) -> Report:
    return Report(
        id=record.id,
        pmid=record.pmid,
        extractor=extractor,
        domain="other",
        design=_UNKNOWN,
        population=Population(),
        year=record.year,
        registry=record.registry,
        flags=("answer_unusable",),
    )


def _object(content: str) -> dict[str, Any] | None:
    """The JSON object of an answer, a fence of Markdown around it removed."""
    text = content.strip()
    if fenced := re.fullmatch(r"```(?:json)?\s*(.*?)\s*```", text, re.S):
        text = fenced[1]
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _one(item: object, shape: type[T], lost: dict[str, int]) -> T | None:
    try:
        return msgspec.convert(item, shape)
    except msgspec.ValidationError:
        _lose(lost, "dropped_not_in_the_schema")
        return None


def _each(items: object, shape: type[T], lost: dict[str, int]) -> Iterator[T]:
    for item in items if isinstance(items, list) else ():
        found = _one(item, shape, lost)
        if found is not None:
            yield found


def _lose(lost: dict[str, int], what: str) -> None:
    lost[what] = lost.get(what, 0) + 1


def _arms(raw: dict[str, Any], places: _Places, lost: dict[str, int]) -> tuple[ReportArm, ...]:
    """The arms, each id once; sizes only where that number stands in the text."""
    found: dict[str, ReportArm] = {}
    for arm in _each(raw.get("arms"), ArmAnswer, lost):
        found.setdefault(
            arm.id,
            ReportArm(
                id=arm.id,
                role=arm.role,
                name=arm.name,
                drug=arm.drug or "",
                dose=arm.dose or "",
                n_randomised=arm.n_randomised if places.printed(arm.n_randomised) else None,
                n_analysed=arm.n_analysed if places.printed(arm.n_analysed) else None,
            ),
        )
    return tuple(found.values())


def _outcome(
    said: OutcomeAnswer, arms: set[str], places: _Places, lost: dict[str, int]
) -> ReportOutcome | None:
    evidence = places.find(said.quote)
    if evidence is None:
        _lose(lost, "dropped_quote_not_in_the_text")
        return None
    figures = places.figures(evidence)
    values = []
    for value in said.values:
        told = [
            figure
            for figure in (value.events, value.percent, value.percent_min, value.percent_max)
            if figure is not None
        ]
        if value.arm not in arms:
            _lose(lost, "dropped_unknown_arm")
            continue
        if not told or any(abs(figure) not in figures for figure in told):
            _lose(lost, "dropped_figure_not_in_the_quote")
            continue
        spans = [figures[abs(figure)] for figure in told]
        values.append(
            ReportValue(
                arm=value.arm,
                events=value.events,
                total=value.total if value.total in figures else None,
                percent=value.percent,
                percent_min=value.percent_min,
                percent_max=value.percent_max,
                confidence=CONFIDENCE,
                needs_look=True,
                start=min(start for start, _ in spans),
                end=max(end for _, end in spans),
            )
        )
    if not values:
        return None
    return ReportOutcome(
        code=said.code,
        values=tuple(values),
        evidence=evidence,
        subset=said.subset or None,
        period=said.period or None,
    )


def _effect(said: EffectAnswer, places: _Places, lost: dict[str, int]) -> Effect | None:
    evidence = places.find(said.quote)
    if evidence is None:
        _lose(lost, "dropped_quote_not_in_the_text")
        return None
    figures = places.figures(evidence)
    told = (said.estimate, said.ci_low, said.ci_high)
    if any(figure is not None and abs(figure) not in figures for figure in told):
        _lose(lost, "dropped_figure_not_in_the_quote")
        return None
    low, high = said.ci_low, said.ci_high
    outside = low is not None and high is not None and not low <= said.estimate <= high
    return Effect(
        measure=said.measure,
        estimate=said.estimate,
        ci_low=low,
        ci_high=high,
        level=said.level if said.level in figures else None,
        p=said.p if said.p and set(_numbers(said.p)) <= set(figures) else "",
        code=said.code or "",
        evidence=evidence,
        flags=("needs_look", "interval_without_estimate") if outside else ("needs_look",),
    )


# places ----------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\d.A-Za-z])\d*\.?\d+")
_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
)  # fmt: skip
_SAID = {**{word: float(n) for n, word in enumerate(_WORDS)}, "no": 0.0, "none": 0.0, "half": 50.0}
# "no" counts people only right before them
_PEOPLE = (
    r"(?=\s(?:\w+\s)?(?:patients?|participants?|subjects?|child|children|one|deaths?|adverse)\b)"
)
_WORD = re.compile(rf"\b(?:no{_PEOPLE}|none|half|{'|'.join(_WORDS)})\b", re.I)


def _numbers(text: str) -> dict[float, tuple[int, int]]:
    """The numbers printed in a text, in figures or words, each with its first place."""
    found: dict[float, tuple[int, int]] = {}
    for match in _NUMBER.finditer(text):
        found.setdefault(float(match[0].replace(",", "")), match.span())
    for match in _WORD.finditer(text):
        found.setdefault(_SAID[match[0].lower()], match.span())
    return found


@dataclass(frozen=True)
class _Passage:
    section: str
    folded: Folded
    text: str
    origin: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class _Places:
    """The texts of a record, searched as their words are, whatever their blanks and dashes."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._passages = [_passage("", record.abstract_text)]
        for part in record.body:
            self._passages.append(_passage(part.label, part.text, rows=part.category == "TABLE"))
        self._figures = set(_numbers(record.title))
        for passage in self._passages:
            self._figures |= set(_numbers(passage.folded.text))

    def printed(self, number: int | None) -> bool:
        """True if the number stands somewhere in the report."""
        return number is not None and number in self._figures

    def find(self, quote: str) -> Evidence | None:
        """The sentence or sentences that hold a quote; None where the text does not say it."""
        words = " ".join(fold_with_offsets(quote).text.split())
        if len(words) < _SHORTEST_QUOTE:
            return None
        for passage in self._passages:
            at = passage.text.find(words)
            if at >= 0:
                start, end = passage.origin[at], passage.origin[at + len(words) - 1] + 1
                return self._sentences(passage, start, end)
        return None

    def _sentences(self, passage: _Passage, start: int, end: int) -> Evidence:
        touched = [n for n, (a, b) in enumerate(passage.spans) if a < end and b > start]
        low, high = passage.spans[touched[0]][0], passage.spans[touched[-1]][1]
        a, b = passage.folded.span(low, high)
        return Evidence(sentence=touched[0], start=a, end=b, section=passage.section)

    def figures(self, evidence: Evidence) -> dict[float, tuple[int, int]]:
        """The numbers of a quoted place, with their characters in the stored text."""
        text = self._record.passage(evidence.section)[evidence.start : evidence.end]
        folded = fold_with_offsets(text)
        return {
            number: (evidence.start + a, evidence.start + b)
            for number, span in _numbers(folded.text).items()
            for a, b in (folded.span(*span),)
        }


def _passage(section: str, text: str, *, rows: bool = False) -> _Passage:
    folded = fold_with_offsets(text)
    pieces, origin = [], []
    for at, char in _single_spaced(folded.text):
        pieces.append(char)
        origin.append(at)
    if rows:
        found = [match.span() for match in re.finditer(r"[^\n]+", text)]
    else:
        # sentences begin with capitals, which only the cased fold still has
        found = sentences.split(fold_with_offsets(text, lower=False).text)
    # a fold that changes lengths has its sentences elsewhere: then the whole passage counts
    same = len(folded.text) == len(text) and found
    spans = tuple(found) if same else ((0, len(folded.text)),)
    return _Passage(section, folded, "".join(pieces), tuple(origin), spans)


def _single_spaced(text: str) -> Iterable[tuple[int, str]]:
    blank = False
    for at, char in enumerate(text):
        space = char.isspace()
        if not (space and blank):
            yield at, " " if space else char
        blank = space
