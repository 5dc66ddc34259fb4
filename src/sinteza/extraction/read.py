# ruff: noqa: E501 - a pattern is read best on one line
"""Read one report: design and people, arms first, then outcomes by arm, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sinteza.extraction import design as designs
from sinteza.extraction import (
    effects,
    kinds,
    people,
    tables,
    terms,
    validate,
)
from sinteza.extraction.align import Alignment
from sinteza.extraction.cues import Scene
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.naming import Setting
from sinteza.extraction.numbers import (
    INT,
    PEOPLE,
    WORD,
    Value,
)
from sinteza.extraction.outcomes import Reading
from sinteza.extraction.overlap import acronym
from sinteza.extraction.report import (
    Evidence,
    Report,
    ReportArm,
    ReportOutcome,
    ReportValue,
)
from sinteza.extraction.sentence import CHANGES, COUNTED, direction, read_sentence
from sinteza.model.record import Record
from sinteza.text import abbreviations, sentences
from sinteza.text.normalize import Folded, fold_with_offsets

NAME = "sinteza-rules"
VERSION = "3"
EXTRACTOR = f"{NAME}/{VERSION}"
# figures below it are shown to a person before they are used
THRESHOLD = 0.7
_LONGEST = 20_000
_SENTENCE = 4000
# designs whose sentences the grammar was made for; elsewhere a person looks at every value
_TRUSTED = {"rct_parallel", "rct_crossover", "posthoc_rct", "posthoc_pooled_rct"}
_DISTRUST = 0.7
# and where the design itself is doubtful
_DOUBT = 0.5
# the grammar was made for abstracts, and no gold says how it does in bodies: a person looks at all
_BODY = 0.7
REPORTED = {*COUNTED, *CHANGES, "RR25", "AE34"}
_EXTRACTED_FROM = {"single_arm", "open_label_extension", "single_arm_escalation", "observational"}

Roles = Callable[[Sequence[str]], Sequence[str]]

_FIGURE = re.compile(r"\d")
_SAID = re.compile(rf"\b{WORD}\b|percent", re.I)
_SUBSETS = re.compile(
    r"\b(?:for|in|of|with|from|all)\s+((?:all |total |any )?(?:complex |simple |secondarily |secondary |primary |focal |partial|drop|convulsive|motor|atonic|absence|myoclonic|tonic|clonic|generali[sz]ed|SG\b|PGTC|FBTCS|GTC\w?|observable|major|countable|TSC-associated)[\w -]{0,30}?(?:seizures?|attacks?|spasms?|FBTCS|GTCS|onset)?)\b"
    r"|\b(partial-onset|SG|PGTC|FBTCS|GTCS)\s?:|\b((?:drop|total|convulsive|motor|atonic|myoclonic|absence) (?:seizures?|attacks))",
    re.I,
)
_PERIODS = re.compile(
    r"\b(?:during|in|over|at|by|after|through|for)\s+(?:the )?((?:maintenance|titration|evaluation|treatment|double-blind|open-label|conversion|stable-dose|baseline)[\w -]{0,20}?(?:period|phase)?|(?:weeks?|months?|years?|days?)\s\d+(?:-\d+)?|\d+(?:\.\d+)? (?:weeks?|months?|years?|hours?)|year \d)\b",
    re.I,
)


def read(record: Record, roles: Roles | None = None, told: Told | None = None) -> Report:
    """Extract one report from its title and abstract and, where there is one, its body.

    ``roles`` names the role of each sentence where the abstract carries no section labels
    (:func:`sinteza.text.roles.predict`); without it the first sentences count as background.
    ``told`` keeps what was read on the way, for training.
    """
    title = fold_with_offsets(record.title, lower=False).text
    folded = fold_with_offsets(record.abstract_text[:_LONGEST], lower=False)
    text = folded.text
    types = tuple(kind.name for kind in record.publication_types)
    domain = designs.domain(title, text)
    design = designs.design(title, text, types)
    population = people.population(title, text, domain, design.type)
    short = abbreviations.find(f"{title}. {text}") if "(" in text else []
    # a report of open treatment may tell of the blinded part as well
    single = design.type in _EXTRACTED_FROM and not kinds.against_placebo(text)
    table = ArmTable(title, text, short, single)
    spans = sentences.split(text)
    parts = _roles(record, folded, spans, roles)
    sure = design.type in _TRUSTED and design.confidence >= _DOUBT
    trust = 1.0 if sure and domain == "epilepsy" else _DISTRUST
    told = told or Told()
    setting = terms.setting(
        [text[a:b] for a, b in spans if b - a < _SENTENCE],
        short,
        domain,
        title,
        status="status epilepticus" in title.lower(),
    )
    found = [
        _placed(item, folded) for item in _outcomes(text, spans, parts, table, trust, told, setting)
    ]
    found += _body(record, table, trust, told, roles, setting)
    if "AE" in told.codes:
        # adverse events of a kind stand for a report only where it tells of no others
        found = [item for item in found if item.code != "AEN"]
    used = {value.arm for item in found for value in item.values}
    arms = tuple(
        ReportArm(
            id=f"a{number}",
            role=arm.role,
            name=arm.name,
            drug=arm.drug,
            dose=f"{'-'.join(arm.doses)} {arm.unit}".strip(),
            n_randomised=arm.n_randomized,
            n_analysed=arm.n_analyzed,
        )
        for number, arm in enumerate(table.arms)
        # a pool nobody tells anything of is no arm
        if (arm.role != "pooled" and not arm.open) or f"a{number}" in used
    )
    report = Report(
        id=record.id,
        pmid=record.pmid,
        extractor=EXTRACTOR,
        domain=domain,
        design=design,
        population=population,
        year=record.year,
        arms=arms if design.type not in ("methodology", "review", "meta_analysis") or found else (),
        outcomes=tuple(found),
        effects=tuple(effects.find(text, spans, folded)),
        registry=record.registry,
        acronym=acronym(record.title),
    )
    return validate.check(report)


def _roles(
    record: Record, folded: Folded, spans: list[tuple[int, int]], predict: Roles | None
) -> list[str]:
    """Role of each sentence: OBJECTIVE, METHODS, RESULTS or CONCLUSIONS."""
    sections = record.abstract
    labeled = [s for s in sections if s.category and s.category != "UNASSIGNED"]
    if len(labeled) >= 2:
        bounds, at = [], 0
        for section in sections:
            at += len(section.text) + 1
            bounds.append((at, section.category))
        out = []
        for start, _ in spans:
            source = folded.span(start, start + 1)[0]
            role = next((name for end, name in bounds if source < end), bounds[-1][1])
            out.append(
                {"BACKGROUND": "OBJECTIVE", "UNASSIGNED": "RESULTS", "": "RESULTS"}.get(role, role)
            )
        return out
    if predict is not None:
        return list(predict([folded.text[a:b] for a, b in spans]))
    return ["OBJECTIVE" if n < 1 else "RESULTS" for n in range(len(spans))]


@dataclass(frozen=True)
class Told:
    """What a report has told so far: its values, the outcomes they belong to, and the readings with
    the arms their figures could have. ``weights`` are others than those that ship."""

    values: set[tuple[object, ...]] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    scenes: list[Scene] = field(default_factory=list)
    weights: Mapping[str, float] | None = None


def _body(
    record: Record,
    table: ArmTable,
    trust: float,
    told: Told,
    predict: Roles | None,
    setting: Setting,
) -> list[ReportOutcome]:
    """What the sections and tables of results add to the abstract.

    A body that names no section of results is read by the roles of its sentences.
    """
    prose = [part for part in record.body if part.category == "RESULTS"]
    unnamed = not prose and predict is not None
    if unnamed:
        prose = [part for part in record.body if part.category == "UNASSIGNED"]
    found: list[ReportOutcome] = []
    for part in prose:
        folded = fold_with_offsets(part.text[:_LONGEST], lower=False)
        spans = sentences.split(folded.text)
        roles = ["RESULTS"] * len(spans)
        if unnamed and predict is not None:
            roles = list(predict([folded.text[a:b] for a, b in spans]))
        items = _outcomes(folded.text, spans, roles, table, trust * _BODY, told, setting)
        found += [_placed(item, folded, part.label) for item in items]
    for part in record.body:
        if part.category == "TABLE":
            found += tables.read(part.text[:_LONGEST], table, part.label)
    return found


def _outcomes(
    text: str,
    spans: list[tuple[int, int]],
    parts: list[str],
    table: ArmTable,
    trust: float,
    told: Told,
    setting: Setting,
) -> list[ReportOutcome]:
    """Every outcome of every sentence that tells results; restatements dropped."""
    alignment = Alignment(table, [text[a:b] for a, b in spans], told.weights)
    found: list[ReportOutcome] = []
    seen, codes_seen = told.values, told.codes
    before: str | None = None
    for number, (start, end) in enumerate(spans):
        sentence = text[start:end]
        if len(sentence) > _SENTENCE or not (_FIGURE.search(sentence) or _SAID.search(sentence)):
            continue
        if _definition(sentence, parts[number]):
            continue
        readings = read_sentence(sentence, table, setting, before)
        codes = {reading.code for reading in readings}
        before = codes.pop() if len(codes) == 1 else None
        for reading in readings:
            if reading.code not in REPORTED:
                continue
            doubt = 0.0
            if reading.code == "PCRED" and (
                setting.change
                or ("MPC" in codes_seen and _AGAIN.search(sentence[: reading.named.start]))
            ):
                # a reduction of unnamed kind: the endpoint's, or one held against what was told
                reading.code, doubt = setting.change or "MPC", 0.3
            if parts[number] == "CONCLUSIONS" and (
                reading.code in codes_seen or number > 0.9 * len(spans)
            ):
                continue
            if "aside" in reading.notes and any(
                key[0] == reading.code and key[2] == reading.values[0].events for key in seen
            ):
                continue
            if alignment.over_placebo(number, reading):
                reading.code = "PCPBO"
            pairs = alignment.pair(number, reading)
            base = trust * (_certainty(reading, parts[number]) - doubt)
            if any(_moved(sentence, value) for value in reading.values):
                base *= 0.7
            out: list[ReportValue] = []
            keys: list[tuple[object, ...]] = []
            fresh = 0
            for value, paired, sure in pairs:
                # open treatment of groups that are told apart
                arm = table.group(sentence, value.start, value.end) or paired
                if value.events == 0 and sentence[value.start : value.end].isalpha():
                    # "none on placebo" may count something else
                    sure *= 0.7
                item = _value(
                    value,
                    arm,
                    reading,
                    sentence,
                    min(base, sure) * (0.9 + 0.1 * max(base, sure)),
                    start,
                )
                key = (
                    reading.code,
                    item.arm,
                    item.events if item.percent is None else None,
                    item.percent,
                    item.percent_min,
                )
                fresh += key not in seen
                keys.append(key)
                out.append(item)
            # a restatement repeats every figure; one new figure makes it news
            seen.update(keys)
            if out and fresh:
                if parts[number] != "CONCLUSIONS":
                    codes_seen.add(reading.code)
                found.append(
                    ReportOutcome(
                        code=reading.code,
                        values=tuple(out),
                        evidence=Evidence(sentence=number, start=start, end=end),
                        subset=_slot(_SUBSETS, sentence, reading),
                        period=_slot(_PERIODS, sentence, reading),
                    )
                )
    told.scenes.extend(alignment.scenes)
    return found


_AGAIN = re.compile(
    r"\b(?:smaller|greater|larger|higher|lower|similar|comparable|corresponding|such|same)(?: \w+)?\s*$",
    re.I,
)


def _moved(sentence: str, value: Value) -> bool:
    """True for the first of two moments: ``from 17% to 44%``."""
    return sentence[: value.start].endswith("from ") and sentence.startswith(" to ", value.end)


# a result even where the sentence is taken for methods: it ended, or two shares are compared
_TOLD = re.compile(
    rf"(?:(?i:{INT})) (?:[\w-]+ ){{0,2}}?{PEOPLE} (?:achieved|attained|experienced|died|were lost|were dropped)\b|"
    r"\bcomplet(?:ed?|ing)\b|dropp(?:ed|ing) out|\bwithdr|discontinued|\d\s?%\)?[^.;]{1,80}(?<![≥>=])\s\(?[+-]?\d[\d.]*\s?%|became|remained|associated with (?:an? )?\d|resulted in|\b(?:rate|incidence|proportion)\b[^.;%]{1,40}? (?:was|were) \d[\d.]*\s?%"
)


def _definition(sentence: str, role: str) -> bool:
    """Sentences that say what will be measured or what a word means."""
    if role in ("METHODS", "OBJECTIVE") and not _TOLD.search(sentence):
        return True
    return bool(
        re.search(
            r"\b(?:end ?points?|outcomes? (?:measures?|variables?)|variables?|responders) (?:were|was|included|are) (?:defined|the|assess)|\bwere defined as\b",
            sentence,
            re.I,
        )
        and not re.search(r"\d\s?% (?:for|in|of|with|vs|versus|and)|\d%\)", sentence)
    )


def _certainty(reading: Reading, role: str) -> float:
    sure = 0.95
    if role != "RESULTS":
        sure -= 0.2
    if reading.code in ("PCRED", "WD", "AE", "STOP", "RECUR", "COMP", "RETENTION"):
        sure -= 0.1
    if any(v.bare for v in reading.values):
        sure -= 0.15
    distance = min(abs(v.start - reading.named.end) for v in reading.values)
    if distance > 120:
        sure -= 0.15
    return sure


def _value(
    value: Value, arm: int, reading: Reading, sentence: str, sure: float, offset: int
) -> ReportValue:
    percent, low, high = value.percent, None, None
    if reading.code in CHANGES and percent is not None:
        percent = direction(reading, sentence, value)
    if value.percent_max is not None:
        low, high, percent = value.percent, value.percent_max, None
    sure = round(min(sure, 0.99), 3)
    return ReportValue(
        arm=f"a{arm}",
        events=value.events,
        total=value.total,
        percent=percent,
        percent_min=low,
        percent_max=high,
        confidence=sure,
        needs_look=sure < THRESHOLD,
        start=offset + value.start,
        end=offset + value.end,
    )


def _slot(pattern: re.Pattern[str], sentence: str, reading: Reading) -> str | None:
    low = max(0, reading.named.start - 30)
    high = max(reading.values[-1].end + 50, reading.named.end + 60)
    match = pattern.search(sentence, low, min(high, len(sentence)))
    if not match:
        return None
    return next((group.strip() for group in match.groups() if group), None)


def _placed(item: ReportOutcome, folded: Folded, section: str = "") -> ReportOutcome:
    """Places in the stored text (of this section) rather than in the folded one."""
    if not folded.origin and not section:
        return item
    import msgspec

    start, end = folded.span(item.evidence.start, item.evidence.end)
    moved = []
    for value in item.values:
        low, high = folded.span(value.start, value.end)
        moved.append(msgspec.structs.replace(value, start=low, end=high))
    evidence = msgspec.structs.replace(item.evidence, start=start, end=end, section=section)
    return msgspec.structs.replace(item, values=tuple(moved), evidence=evidence)
