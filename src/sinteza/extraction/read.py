# ruff: noqa: E501 - a pattern is read best on one line
"""Read one report: design and people, arms first, then outcomes by arm, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sinteza.extraction import (
    bars,
    beside,
    effects,
    kinds,
    naming,
    outcomes,
    people,
    tables,
    terms,
    validate,
)
from sinteza.extraction import design as designs
from sinteza.extraction.align import Alignment
from sinteza.extraction.cues import Scene
from sinteza.extraction.mentions import ArmTable
from sinteza.extraction.naming import Setting
from sinteza.extraction.numbers import (
    INT,
    PEOPLE,
    WORD,
    Value,
    bare,
    counts,
    covered,
    integer,
    leading_counts,
    list_members,
    values,
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
from sinteza.model.record import Record
from sinteza.text import abbreviations, sentences
from sinteza.text.normalize import Folded, fold_with_offsets

NAME = "sinteza-rules"
VERSION = "2"
EXTRACTOR = f"{NAME}/{VERSION}"
# figures below it are shown to a person before they are used
THRESHOLD = 0.7
_LONGEST = 20_000
_SENTENCE = 4000
_COUNTED = {"SF", "COMP", "WD", "WDAE", "WDLOE", "DEATH", "LTFU", "AE", "SAE", "RR50", "RR75", "RR90", "RECUR", "STOP", "RETENTION", "FAIL", "AEN"}  # fmt: skip
# of these a count may stand beside the percentages of others
_LONE = _COUNTED - {"RR75", "RR90", "LTFU"}
_LADDER = {"RR25", "RR50", "RR75", "RR90", "SF"}
_CHANGES = {"MPC", "MEANPC", "PCRED", "PCPBO"}
# designs whose sentences the grammar was made for; elsewhere a person looks at every value
_TRUSTED = {"rct_parallel", "rct_crossover", "posthoc_rct", "posthoc_pooled_rct"}
_DISTRUST = 0.7
# and where the design itself is doubtful
_DOUBT = 0.5
# the grammar was made for abstracts, and no gold says how it does in bodies: a person looks at all
_BODY = 0.7
_REPORTED = {*_COUNTED, *_CHANGES, "RR25", "AE34"}
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
        readings = _read_sentence(sentence, table, setting, before)
        codes = {reading.code for reading in readings}
        before = codes.pop() if len(codes) == 1 else None
        for reading in readings:
            if reading.code not in _REPORTED:
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


# "this proportion was 36% at six months": of the outcome told before
_SAME = re.compile(
    r"\b(?:this|it) (?:was|were|amounted to) (?=[+-]?\d[\d.]*\s?%)|\b(?:the|a) (?:(?:\w+ )?significant )?differences?\b(?=[^()%\d]*\((?![^()]*\b(?:CI|confidence)\b)[^()]*\d\s?%)|\b(?:th(?:is|ese)|the (?:corresponding|respective)|corresponding|respective) (?:\w+ )?(?:proportions?|rates?|figures?|values?|percentages?|numbers?|reductions?|results?)\b",
    re.I,
)


def _read_sentence(
    sentence: str, table: ArmTable, setting: Setting, before: str | None
) -> list[Reading]:
    """The readings of a sentence; ``before`` is the one outcome of the sentence before it."""
    named = naming.named(sentence, setting)
    same = _SAME.search(sentence) if before and not named else None
    if before and same:
        named = [naming.Named(same.start(), same.end(), before)]
    if not named and "complet" not in sentence and "failed" not in sentence:
        return []
    lists = naming.specific(sentence, named)
    near = beside.find(sentence, named)
    told = [(value.start, value.end) for reading in near for value in reading.values]
    lone = [reading.named for reading in near if len(reading.values) == 1]
    named = [item for item in named if not any(n.start <= item.start < n.end for n in lone)]
    clean = covered(sentence, lists + told + table.printed_doses(sentence))
    for item in named:
        # "none reached a 50% reduction": the bar itself is no share of anybody
        barred = item.bar or item.code in _LADDER
        for start, end in bars.figures(sentence, item.start, item.end) if barred else ():
            clean = clean[:start] + "~" * (end - start) + clean[end:]
    figures = values(clean)
    figures += list_members(clean, figures)
    figures.sort(key=lambda value: value.start)
    plainly = False
    codes = {item.code for item in named}
    if not figures and codes & _CHANGES and re.search(r"percent|%", clean):
        figures = bare(clean)
        plainly = True
    if codes & _COUNTED:
        figures += leading_counts(clean, figures)
        of_arms = _beside_arms(clean, figures, table)
        plain = _uncovered(clean, figures + of_arms)
        # a lone count beside percentages is rarely a result; several, or none else, are
        # "met one of the exit criteria" counts nobody
        own = [(item.start, item.end) for item in named if item.code in ("FAIL", "RECUR")]
        extra = [v for v in counts(plain) if not any(a <= v.start < b for a, b in own)]
        if not figures or codes & _LONE:
            taken = [] if figures else extra
            for v in sorted(extra, key=lambda value: value.start) if figures else []:
                goes_on = taken and _GOES_ON.match(sentence[taken[-1].end : v.start])
                if goes_on or _beside(sentence, v, named, figures) or _nobody(v, named):
                    taken.append(v)
            figures += taken
        figures += of_arms
        figures.sort(key=lambda value: value.start)
    if table.single:
        figures = [v for v in figures if v.percent is not None or v.events is not None]
    readings = outcomes.assign(sentence, named, figures)
    for reading in readings:
        if reading.code == "PCRED":
            reading.code = _reduction(sentence, reading, setting)
    if plainly:
        # figures without their sign are shares of change or nothing
        readings = [item for item in readings if item.code in _CHANGES]
    readings += near
    return [item for item in readings if "aside" in item.notes or _sensible(item, sentence)]


_STATISTIC = re.compile(r"\(\s?(mean|median)\b[,:=]?\s?(?:of )?$")
_STATISTICS = {"mean": "MEANPC", "median": "MPC"}


def _reduction(sentence: str, reading: Reading, setting: Setting) -> str:
    """What a reduction is that nothing names: by its statistic, or a share of people who had one.

    "38% of patients had reductions" tells of the response that the report's endpoint is.
    """
    said = [_STATISTIC.search(sentence, 0, value.start) for value in reading.values]
    kinds = {match[1] if match else "" for match in said}
    if len(kinds) == 1 and (kind := kinds.pop()):
        return _STATISTICS[kind]
    shared = _SHARE.match(sentence, reading.values[0].end)
    if shared and reading.values[0].percent is not None:
        return setting.primary if setting.primary in _LADDER else "PCRED"
    return "PCRED"


_LOT = re.compile(
    rf"(?<![\w.~])({INT})\s(?:(?:on|in|with|for|taking|receiving)\s)?(?:the\s)?$", re.I
)


_OF_ARM = re.compile(rf"(?:\s?[,:=]\s?|\s)({INT})(?![\w.]|\s?(?:mg|%))")


# "of 147 randomized patients (98 lotramacetam, 49 placebo)" tells sizes
_SIZES = re.compile(
    r"\b(?:randomi[sz]|enrol|assign|includ|compris|receiv|treated|population|recruit|studied)\w*(?: \w+){0,3}\s*$",
    re.I,
)


def _beside_arms(text: str, figures: list[Value], table: ArmTable) -> list[Value]:
    """The counts of ``eight were lost (3 lotramacetam, 5 placebo)``: in parentheses, by arm.

    Behind the arms (``lotramacetam 3, placebo 5``) they are sizes unless they add up to a count.
    """
    found: list[Value] = []
    for match in re.finditer(r"\(([^()]{5,120})\)", text):
        before = text[: match.start()]
        if any(match.start() < v.start < match.end() for v in figures) or _SIZES.search(before):
            continue
        mentions, at = table.mentions(match[1]), match.start(1)
        ahead = [_LOT.search(match[1][: mention.start]) for mention in mentions]
        inside = [_counted(lot, at) for lot in ahead if lot]
        if len(inside) < 2:
            behind = [_OF_ARM.match(match[1], mention.end) for mention in mentions]
            inside = [_counted(lot, at) for lot in behind if lot]
            whole = sum(v.events or 0 for v in inside)
            if whole not in [integer(n) for n in re.findall(rf"\b{INT}\b", before, re.I)]:
                continue
        if len(inside) > 1:
            found += inside
    return found


def _counted(match: re.Match[str], at: int) -> Value:
    return Value(at + match.start(1), at + match.end(1), events=integer(match[1]))


def _uncovered(text: str, figures: list[Value]) -> str:
    for value in figures:
        text = text[: value.start] + "~" * (value.end - value.start) + text[value.end :]
    return text


# "with 10 withdrawals on lotramacetam and 9 on placebo"
_GOES_ON = re.compile(
    r"[^.;,()\d%]{0,60}\b(?:and|versus|vs\.?|compared with|than)\s(?:in |by |only )?$", re.I
)
# what stands in brackets right behind a count tells of those people
_FOLLOWS = re.compile(r"\s*(?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])")
_LIST_ON = re.compile(rf"^(?:,? and|,)\s{INT}(?:(?:,? and|,)\s{INT})*\b", re.I)


def _beside(sentence: str, value: Value, named: list[naming.Named], figures: list[Value]) -> bool:
    """A plain count in a sentence of percentages: a result only right beside a counted outcome."""
    after = [o for o in named if value.end <= o.start and o.code in _COUNTED]
    if not after:
        return False
    # the rest of its list: "15, 11, and 6 patients discontinued"
    between = _LIST_ON.sub("", sentence[value.end : after[0].start])
    aside = _FOLLOWS.match(between)
    if aside:
        return len(between) - aside.end() < 20
    if any(value.end <= f.start < after[0].start for f in figures):
        return False
    return after[0].start - value.end < 60 and "," not in between


# a share of people, of seizures: no change
_SHARE = re.compile(
    r"\)?\s?of (?:the |all |these )?(?:\w+ ){0,2}(?:patients|subjects|participants|children|infants|adults|people|individuals|dogs|cases|seizures|attacks)\b"
    r"|\)?\s?(?:did not|failed to|had|showed|experienced|achieved|reported|demonstrated) (?!an? increase)"
)
_SHARED = re.compile(r"\bn ?[=~][~\d, ]*[\[(;,]\s?$")
# "(difference, 22%)": alone in its parenthesis
_IN_DIFFERENCE = re.compile(r"\([^()%]*\bdifferences?\b[^()%]*$", re.I)


def _nobody(value: Value, named: list[naming.Named]) -> bool:
    """A "none" that can be a result: beside adverse events it mostly counts something else."""
    before = [item.code for item in named if item.end <= value.start]
    return value.events == 0 and not (before and before[-1] in ("AE", "SAE"))


def _sensible(reading: Reading, sentence: str) -> bool:
    """Drop what cannot be that outcome."""
    kept = []
    for value in reading.values:
        after = sentence[value.end : value.end + 40].lower()
        said = sentence[value.start : value.end].lower()
        before = sentence[max(0, value.start - 30) : value.start].lower()
        if reading.code in _CHANGES and (
            value.percent is None
            or value.events is not None
            or _SHARE.match(after)
            or _SHARED.search(before)
            or _direction(reading, sentence, value) > 100
        ):
            continue
        if reading.code in _CHANGES and _IN_DIFFERENCE.search(sentence[: value.start]):
            continue
        if reading.code not in _CHANGES and (value.percent or 0) > 100:
            continue
        if reading.code not in _CHANGES and said.startswith("- ") and value.percent is not None:
            # "responders - 38%": a dash
            value.percent, value.signed = abs(value.percent), ""
        if reading.code not in _CHANGES and value.signed:
            # "RD = -18%": a difference, never a share of people
            continue
        if re.match(
            r"\)?\s?of (?:the )?(?:total |all )?(?:\w+ )?(?:trials|studies|adverse|AEs|TEAEs|side|maximum|days|nights|time|MPR|effect|variance|total duration)",
            after,
        ):
            continue
        if reading.code not in _CHANGES and re.search(r"(?:creas|reduc|lower)\w* by\W*$", before):
            continue
        if reading.code == "RECUR" and re.search(r"\bby\W*$", before):
            continue
        if value.total is not None and _EVENTS.match(sentence, value.end):
            continue
        if reading.code in _HARMS and _NOT_THEIRS.match(sentence, value.end):
            continue
        if reading.code in _APART and _told_apart(sentence, value, reading):
            continue
        if reading.code == "DEATH" and value.events is None and value.percent is None:
            continue
        if re.match(
            r"\s*(?:\w+ )?(?:difference|improvement in|higher|lower|less likely|more likely|(?:more|less) (?:frequent|common|often)|confidence)",
            after,
        ) and not (reading.code == "PCPBO" and "lower" in after):
            continue
        if (
            re.search(r"\b(?:history|male|female|mean age|white|women|men)\W*(?:\w+\W+)?$", before)
            and reading.code not in _CHANGES
        ):
            continue
        if re.match(
            r"\)?,? (?:for )?(?:(?:female|male|white)(?! (?:patients|subjects|participants|volunteers|adults|children)\b)|women|men|were (?:male|female|men|women|white)|of (?:the )?(?:seizures|episodes|fever))",
            after,
        ):
            continue
        if reading.code not in _CHANGES and re.search(r"\b(?:fe)?males?\b", said):
            continue
        if reading.code in ("AE", "SAE") and re.search(
            r"\b(?:mild|moderate|severe)(?: (?:in|for|by))?\W*$", before
        ):
            continue
        if reading.code in ("AE", "SAE") and re.match(r"\s+of (?:these|them|which)\b", after):
            continue
        if reading.code in ("AE", "SAE") and re.match(
            r"\)?\s*(?:(?:were|was|being) )?(?:\w+ )?(?:mild|moderate|severe)", after
        ):
            continue
        whole = value.percent is None or reading.code in ("COMP", "WD", "RETENTION")
        if whole and value.events is not None and _elsewhere(sentence, value, reading):
            continue
        kept.append(value)
    reading.values[:] = kept
    return bool(kept)


_HARMS = {"AE", "SAE", "AEN", "WDAE", "RECUR", "DEATH"}
# "23 of 79 (29%) serious adverse events": events, not people
_EVENTS = re.compile(r"\)?\s?(?:serious )?(?:TE?AEs|AEs|SAEs|adverse events)\b", re.I)
# "three rashes (one patient each)", "an 82% lower risk"
_NOT_THEIRS = re.compile(
    r"\)?\s?(?:\w+ each\b|(?:\w+ )?(?:reduction|decrease|increase|lower|greater)\b|of (?:the )?complet)",
    re.I,
)
_APART = {"AE", "SAE", "COMP", "WD", "WDAE", "WDLOE", "RETENTION"}
_LEFT = {"WD", "WDAE", "WDLOE"}
_OTHERS_DO = rf"\)?(?:\s\([^()]*\))?\s*(?:of )?(?:the )?(?:\w+ )?{PEOPLE}\s(?!in\b|on\b|with\b|receiving|taking|treated|given|of\b|reported|experienced|completed|withdrew|discontinued|were\b|was\b|and\b|who\b)"
_DOES = re.compile(rf"{_OTHERS_DO}(?!had\b)[a-z]+", re.I)
_DOES_OR_HAS = re.compile(rf"{_OTHERS_DO}[a-z]+|\)?(?:\s\([^()]*\))?\s*had\b", re.I)
# "twelve left; rash was the specific cause in four"
_SPECIFIC = re.compile(r"\b(?:cause|reason)s?\b", re.I)


def _told_apart(sentence: str, value: Value, reading: Reading) -> bool:
    """True behind a semicolon where other things are said of the people counted."""
    between = re.sub(r"\([^()]*\)?", "", sentence[reading.named.end : value.start])
    if ";" not in between:
        return False
    if reading.code in _LEFT and _SPECIFIC.search(between[between.rfind(";") :]):
        return True
    does = _DOES_OR_HAS if reading.code in ("COMP", "RETENTION") else _DOES
    return bool(does.match(sentence, value.end))


# what people did who are no result: "41 patients elected to continue, only 11 ..."
_DID = re.compile(
    r"\b(?:elected|provided|chose|opted|entered|enrolled|enter|underwent|received|took|recruited|screened|eligible"
    r"|were \w+-related|were (?:included|studied|treated|assigned|randomi[sz]ed|evaluated|evaluable|analy[sz]ed|allocated|available|followed))\b",
    re.I,
)


_CLAUSE = re.compile(rf"[,;]| (?:and|but) (?=(?:only )?{INT}\b)", re.I)


# "five discontinued, two of whom received 20 mg": some of those told before, by their arm
_WHOM_GIVEN = re.compile(
    r"\s+of (?:whom|them|these)\s+(?:were |was |had )?(?:receiv\w+|tak\w+|took|treated|assigned|given|on|in)\b",
    re.I,
)


def _elsewhere(sentence: str, value: Value, reading: Reading) -> bool:
    """A count whose own clause tells of something else than the outcome."""
    if reading.named.end <= value.start and _WHOM_GIVEN.match(sentence, value.end):
        return False
    clause = _CLAUSE.split(sentence[value.end : value.end + 90])[0]
    end = value.end + len(clause)
    if value.end <= reading.named.start < end:
        return False
    return bool(_DID.search(clause))


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
    if reading.code in _CHANGES and percent is not None:
        percent = _direction(reading, sentence, value)
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


def _direction(reading: Reading, sentence: str, value: Value) -> float:
    """Changes as reductions: positive where seizures became fewer."""
    percent = value.percent or 0.0
    signs = {v.signed for v in reading.values}
    words = sentence[max(0, reading.named.start - 40) : reading.named.end + 40]
    negative = all(v.signed == "-" or not v.percent for v in reading.values) and "-" in signs
    if negative or ("-" in signs and "+" in signs):
        return -percent
    if re.search(r"\bchang|PCH", words, re.I) and "-" in signs:
        return -percent
    if "+" in signs and not re.search("reduc", words, re.I):
        return -percent if value.signed == "+" else percent
    if _GREW.match(sentence, value.end) and not signs - {""}:
        return -percent
    if reading.code == "PCPBO" or signs - {""}:
        return percent
    # "reductions increased over time (31%)" are reductions still
    low = max(0, value.start - 40)
    if _FEWER.search(sentence[reading.named.start : reading.named.end]):
        low = max(low, reading.named.end)
        return -percent if _MORE_BY.search(sentence, low, value.start) else percent
    ways = _WAYS.findall(sentence, low, value.start)
    return -percent if ways and ways[-1].lower() in ("increas", "rose") else percent


_FEWER = re.compile(r"\b(?:reduction|decrease)", re.I)
_WAYS = re.compile(r"\b(increas|rose|decreas|reduc|fell|declin)", re.I)
_MORE_BY = re.compile(r"\bincreas\w*(?: in (?:\w+ ){1,4})?(?: (?:of|by|was))?(?: an?)?\s*$", re.I)
_GREW = re.compile(r"[\s)]*(?:\w+ )?increase\b", re.I)


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
