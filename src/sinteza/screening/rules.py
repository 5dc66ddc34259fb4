"""The protocol's criteria as rules: include or exclude, always with what decided.

A rule never guesses: it names the field and the words that met a criterion, or the first criterion
that nothing met. What a person read in a report counts where the protocol says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from sinteza.model.decision import Actor, Decision
from sinteza.model.protocol import (
    Criterion,
    FactRule,
    Filter,
    Protocol,
    PublicationTypeRule,
    RetractionRule,
    TermsRule,
    Window,
    WindowRule,
)
from sinteza.model.record import Record
from sinteza.model.study import Study
from sinteza.text.normalize import fold

Readings = Sequence[Study]


class Screener:
    """Applies the criteria of a protocol within one window, as of ``today``."""

    def __init__(self, protocol: Protocol, window: Window, today: date) -> None:
        self.protocol = protocol
        self.window = window
        self.bounds = window.bounds(today)
        self.actor = Actor(kind="rule", name=f"protocol-{protocol.id}", version=protocol.version)
        self._tests = [
            (criterion, _compile(criterion, protocol.filters, self.bounds))
            for criterion in protocol.criteria
            if criterion.rule is not None and criterion.stage == "title_abstract"
        ]

    def decide(
        self,
        cluster: str,
        record: Record,
        readings: Readings = (),
        known: Mapping[str, str] | None = None,
    ) -> Decision:
        """Decide on a cluster by its representative and what is known of it from elsewhere.

        ``readings`` are what people read in the report; ``known`` are criteria that its abstract
        was found to meet when it was at hand (criterion's id to what met it). The note lists
        ``criterion=what met it``; an exclusion's reason is the failed criterion.
        """
        met: list[str] = []
        for criterion, test in self._tests:
            passed, why = test(record, readings)
            if not passed and not record.abstract and known and criterion.id in known:
                passed, why = True, known[criterion.id]
            if not passed:
                return Decision(
                    cluster=cluster,
                    stage="title_abstract",
                    verdict="exclude",
                    actor=self.actor,
                    reason=criterion.id,
                    note=why,
                )
            if why:
                met.append(f"{criterion.id}={why}")
        return Decision(
            cluster=cluster,
            stage="title_abstract",
            verdict="include",
            actor=self.actor,
            note="; ".join(met),
        )


class _Test:
    """One compiled criterion: gives whether it is met, and by what."""

    def __call__(self, record: Record, readings: Readings) -> tuple[bool, str]:
        raise NotImplementedError


class _Window(_Test):
    def __init__(self, bounds: tuple[date, date]) -> None:
        self.first, self.last = bounds[0].isoformat(), bounds[1].isoformat()

    def __call__(self, record: Record, readings: Readings) -> tuple[bool, str]:
        days = [d for d in (record.dates.printed, record.dates.electronic) if d]
        if not days and record.year:
            days = [str(record.year)]
        for day in days:
            if self.first <= first_day(day) <= self.last:
                return True, day if len(day) > 4 else f"year only: {day}"
        return False, ", ".join(days) or "no date"


class _PublicationType(_Test):
    def __init__(self, rule: PublicationTypeRule, filters: Sequence[Filter]) -> None:
        self.names = {f.publication_type.lower() for f in filters} | {
            name.lower() for name in rule.below
        }
        self.designs = rule.designs

    def __call__(self, record: Record, readings: Readings) -> tuple[bool, str]:
        for kind in record.publication_types:
            if kind.name.lower() in self.names:
                return True, kind.name
        if not record.publication_types:
            for reading in readings:
                if reading.design in self.designs:
                    return True, f"read by a person: {reading.design}"
        return False, ", ".join(kind.name for kind in record.publication_types) or "none given"


class _Terms(_Test):
    def __init__(self, rule: TermsRule) -> None:
        self.rule = rule
        self.patterns = [term_pattern(group) for group in rule.groups]
        self.headings = [{name.lower() for name in group} for group in rule.mesh]
        self.headings += [set() for _ in range(len(rule.groups) - len(rule.mesh))]

    def __call__(self, record: Record, readings: Readings) -> tuple[bool, str]:
        for reading in readings:
            if self.rule.read and getattr(reading, self.rule.read) in self.rule.values:
                return True, f"read by a person: {getattr(reading, self.rule.read)}"
        fields = _fields(record)
        found = []
        for pattern, headings in zip(self.patterns, self.headings, strict=True):
            why = _first_match(pattern, fields) or next(
                (f"MeSH: {h.name}" for h in record.mesh if h.name.lower() in headings), ""
            )
            if not why:
                return False, "" if record.abstract else "no abstract at hand"
            found.append(why)
        return True, ", ".join(found)


class _Fact(_Test):
    def __init__(self, rule: FactRule) -> None:
        self.rule = rule

    def __call__(self, record: Record, readings: Readings) -> tuple[bool, str]:
        for reading in readings:
            value = getattr(reading, self.rule.field)
            if value in self.rule.values:
                return False, f"read by a person: {value}"
        return True, ""


class _Retraction(_Test):
    def __call__(self, record: Record, readings: Readings) -> tuple[bool, str]:
        notice = next((k.pmid for k in record.links if k.kind == "RetractionIn"), "")
        return not record.is_retracted, f"PMID {notice}" if notice else ""


def _compile(criterion: Criterion, filters: Sequence[Filter], bounds: tuple[date, date]) -> _Test:
    rule = criterion.rule
    if isinstance(rule, WindowRule):
        return _Window(bounds)
    if isinstance(rule, PublicationTypeRule):
        return _PublicationType(rule, filters)
    if isinstance(rule, TermsRule):
        return _Terms(rule)
    if isinstance(rule, FactRule):
        return _Fact(rule)
    assert isinstance(rule, RetractionRule)
    return _Retraction()


def words_met(rule: TermsRule, record: Record) -> str:
    """What meets a rule of terms in a record, as ``field: words``; empty when nothing does."""
    passed, why = _Terms(rule)(record, ())
    return why if passed else ""


def first_day(day: str) -> str:
    """PubMed's reading of an imprecise date: a missing month is January, a missing day the 1st."""
    return f"{day}-01-01"[:10] if len(day) == 4 else f"{day}-01"[:10] if len(day) == 7 else day


def term_pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """Whole words of folded text; ``*`` stands for any ending."""
    parts = []
    for term in sorted(terms, key=lambda t: (-len(t), t)):
        pieces = (re.escape(piece).replace(r"\ ", r"[ -]") for piece in fold(term).split("*"))
        parts.append(r"\w*".join(pieces))
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


def _fields(record: Record) -> list[tuple[str, str]]:
    return [
        ("title", fold(record.title)),
        ("title", fold(record.vernacular_title)),
        ("abstract", fold(record.abstract_text)),
        *(("abstract", fold(s.text)) for other in record.other_abstracts for s in other.sections),
        ("keywords", fold(" | ".join(record.keywords))),
        ("MeSH", fold(" | ".join(heading.name for heading in record.mesh))),
    ]


def _first_match(pattern: re.Pattern[str], fields: Sequence[tuple[str, str]]) -> str:
    for name, text in fields:
        if text and (match := pattern.search(text)):
            return f"{name}: {match.group()}"
    return ""
