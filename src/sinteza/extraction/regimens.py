# ruff: noqa: E501 - a pattern is read best on one line
"""Doses as a report gives them to its arms: lists that make arms, and the one dose of an only arm.

What counts as the dose of an arm is a matter of convention; the rules are those of the page
``docs/extraction/arms.md``: a range where the dose was adjusted, the last of a series that was
kept up, both figures where children or light patients had another one, and no strength of a bottle,
dose of a co-medication or dose of an earlier trial.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from sinteza.extraction.doses import Dose, doses, written
from sinteza.extraction.numbers import PEOPLE

_ALLOCATE = re.compile(
    r"\brandom|\ballocat|\bassign|\breceiv|\btreated with|\badministered|\bgroups?\b|\bversus\b|\bvs\b",
    re.I,
)
NOT_AN_ARM_DOSE = re.compile(
    r"titrat|escalat|increas|increment|start(?:ed|ing)|initia|taper|reduced? (?:to|by)|concomitant|maximum"
    r"|per (?:tablet|capsule)|tablets?\b|every \d|background|stable dos",
    re.I,
)
# "9-11 mg/kg/d; ≥25-<45 kg: 5-7 mg/kg/d": the same arm at another weight
_HEAVIER = re.compile(
    r"(?:\s?(?:oral )?(?:solution|tablets?|capsules?))?[;,]\s(?:and |or )?(?:for |if )?(?:patients )?(?:weighing )?"
    r"[<>≥≤]\s?\d+(?:\s?kg)?(?:\s?(?:-|to|and)\s?[<>≥≤]\s?\d+)?\s?kg\s?[:,]?\s?"
)
# "5 g/day for adults; 80 mg/kg/day for children": the same arm in other people
_OTHERS = r"(?:patients|subjects|children|adults|infants|adolescents|participants|dogs|those|others|weighing|aged)"
_FOR_OTHERS = re.compile(
    rf"[\s(]*(?:(?:for|in|if) )(?:the )?{_OTHERS}\b[^.()]{{0,90}}(?:[;,]|\bor|\band|\bbut)\s(?:(?:of|for|in) )?(?:{_OTHERS}[^.;()\d]{{0,30}})?[:,]?\s?"
    rf"|,? (?:and|or|while|whereas) (?:the )?{_OTHERS} (?:weighing|aged|younger|older|of|over|under|with|without|on)\b[^.;()]{{0,50}}"
    rf"|\)?[;,]\s(?:(?:and|or) )?(?:(?:for|in) )?{_OTHERS}[^.;()\d]{{0,20}}[:,]?\s",
    re.I,
)
# "25 mg/kg at once, followed by 3 mg/kg/h"
_THEN = re.compile(
    r"[^.;]{0,50}?(?:\bthen|followed by|thereafter)\b[^.;\d]{0,40}|[^.;\d]{0,12}(?:before|prior to) (?:\w+ ){0,2}\w+, (?:and )?(?:then )?",
    re.I,
)
_LOADED = re.compile(r"\bload|\bbolus|infusion|intravenous|before|prior to", re.I)
_N_OF = re.compile(rf"\((?:n ?= ?)?\d+(?: {PEOPLE})?\)", re.I)
_KEPT = re.compile(r"\bmaintain\w* (?:(?:it|them|the dose|on) )?(?:at )?(?:a dose of )?$", re.I)
_IN_STEPS = re.compile(
    r"step-?wise|in steps|at intervals|at \w+-(?:week|day) intervals|every \w+ weeks?|escalat|sequential|for \w+ (?:weeks?|days?) (?:at )?each",
    re.I,
)
# "800 mg (n = 85) or 1200 mg", "XYZ 5 mg (XYZ5), XYZ 10 mg": one list
_JOINT = re.compile(
    r"(?:\s|[,;/()]|\b(?:or|and|vs\.?|versus|to|groups?|arms?|doses?|once[- ]daily|daily|twice|(?:two|three|four|\d) times|an?|the|per|day|either)\b"
    r"|\([^()]*\)|\[[^\[\]]*\]|\b\d[\d.]*\s?%,? (?:(?:for|with|on|in|at|taking|receiving|of|patients) )*)*",
    re.I,
)
# "150 or 300 mg/day depending on co-medication": one arm, not two
_DEPENDING = re.compile(
    r"[\s,(]*(?:(?:daily|dose|doses|dosage|once|twice) )*(?:depending|dependent|according|based) (?:up)?(?:on|to)\b"
    r"(?! (?:randomi|the randomi|allocat|group))",
    re.I,
)
# of the open part that came before or after the blinded one
_OPEN_PART = re.compile(
    r"open[- ]label|\bextension\b|\bOLEx?\b|\bopen (?:phase|period|study|trial|treatment)", re.I
)
_BLIND_PART = re.compile(r"\brandom|double[- ]blind|placebo", re.I)
# of another trial, or of some of the people only
_ELSEWHERE = re.compile(
    r"\b(?:previous\w*|prior|formerly|originally)\s+(?:\w+\s+){0,3}$|\bhad\s+(?:\w+\s+)?received\s+(?:\w+\s+){0,2}$"
    r"|\bamong (?:the )?(?:\w+ ){0,2}(?:patients|subjects|those|participants)[^,;.]{0,30}$",
    re.I,
)


@dataclass(slots=True)
class Regimen:
    """A dose, or several, as a sentence gives them to a drug.

    ``listed`` is the weight of the figures as a list of which each makes an arm, 0 if they are
    none; ``points`` tell how likely they are the dose of an only arm, for which ``figures`` stand,
    with ``lighter`` before them where others got another dose. The sentence may say who was
    ``allocated`` to what, or have ``told`` results; the dose may be of the ``open`` part, or
    ``shared`` by all drugs.
    """

    drug: str
    levels: tuple[str, ...]
    listed: int
    level_unit: str
    figures: tuple[str, ...]
    unit: str
    points: float
    lighter: str = ""
    stepped: tuple[str, ...] = ()
    allocated: bool = False
    told: bool = False
    open: bool = False
    shared: bool = False


def regimens(
    title: str,
    sentences: Iterable[str],
    named: re.Pattern[str],
    drug_of: Callable[[str, int, int], str | None],
    *,
    single: bool,
) -> list[Regimen]:
    """Every dose of a report that may be an arm's.

    ``named`` finds the drugs by any of their names; ``drug_of(sentence, start, end)`` says whose
    dose stands between these places: a drug, nothing if the sentence does not say, None for a drug
    that is no arm.
    """
    found = []
    for place, sentence in enumerate([title, *sentences]):
        for drug, group in _groups(sentence, named, drug_of):
            if drug is not None:
                found.append(
                    _regimen(sentence, group, drug, named, title=place == 0, single=single)
                )
    return [item for item in found if item is not None]


def _groups(
    sentence: str, named: re.Pattern[str], drug_of: Callable[[str, int, int], str | None]
) -> list[tuple[str | None, list[Dose]]]:
    """Doses of one drug that belong together: one list, or one arm in different people."""
    groups: list[tuple[str | None, list[Dose]]] = []
    for dose in doses(sentence):
        drug = drug_of(sentence, dose.start, dose.end)
        if groups and drug in ("", groups[-1][0]):
            gap = sentence[groups[-1][1][-1].end : dose.start]
            if (
                (not dose.ranged and _JOINT.fullmatch(named.sub("", gap)))
                or _HEAVIER.fullmatch(gap)
                or _FOR_OTHERS.fullmatch(gap)
                or _loaded(sentence, groups[-1][1], dose)
            ):
                groups[-1][1].append(dose)
                continue
        groups.append((drug, [dose]))
    return _spans(sentence, groups)


def _spans(
    sentence: str, groups: list[tuple[str | None, list[Dose]]]
) -> list[tuple[str | None, list[Dose]]]:
    """Two doses, by weight and for the others, that were raised to two: a range of each."""
    joined: list[tuple[str | None, list[Dose]]] = []
    for drug, group in groups:
        first = joined[-1][1] if joined else []
        if (
            len(first) == len(group) == 2
            and drug in ("", joined[-1][0])
            and [dose.unit for dose in first] == [dose.unit for dose in group]
            and first[0].unit != first[1].unit
            and not any(dose.ranged for dose in (*first, *group))
            and _UP_TO.fullmatch(sentence, first[1].end, group[0].start)
        ):
            first[:] = [
                Dose(one.start, two.end, (one.figures[0], two.figures[-1]), one.unit, True)
                for one, two in zip(first, group, strict=True)
            ]
        else:
            joined.append((drug, group))
    return joined


def _loaded(sentence: str, group: list[Dose], dose: Dose) -> bool:
    """True if a dose follows the one that an arm was begun with at once: both are its doses."""
    return bool(
        len(group) == 1
        and _THEN.fullmatch(sentence, group[0].end, dose.start)
        and _LOADED.search(sentence, max(0, group[0].start - 30), dose.end + 30)
    )


# "from 25 mg/day to 100 mg/day", "between 50 and 200 mg/day"
_UP_TO = re.compile(r"\s?(?:to|through|up to)\s?")
_BETWEEN = re.compile(r"\bbetween $")


def _one_arm(sentence: str, group: list[Dose], figures: tuple[str, ...]) -> bool:
    """True if several doses are those of one arm: adjusted, or by who the people are."""
    after = sentence[group[-1].end : group[-1].end + 40]
    if group[0].ranged or len({"kg" in dose.unit for dose in group}) > 1:
        return True
    if len(figures) == 2 and (
        _DEPENDING.match(after)
        or _BETWEEN.search(sentence[: group[0].start])
        or (len(group) == 2 and _UP_TO.fullmatch(sentence, group[0].end, group[1].start))
    ):
        return True
    if any(
        _FOR_OTHERS.fullmatch(sentence, one.end, two.start) or _loaded(sentence, [one], two)
        for one, two in pairwise(group)
    ):
        return True
    by_person = re.search(
        r"\(?(?:aged?|age|weigh|body ?weight|if |for (?:children|patients)|<|>|≥)[^()]*$|\bkg\b[^/]",
        sentence[group[0].end : group[-1].end + 22],
    )
    return bool(
        len(figures) > 1
        and len(group) > 1
        and by_person
        and re.search(r"\bage|weigh|\byear|\bmonth", by_person.string)
    )


def _regimen(
    sentence: str,
    group: list[Dose],
    drug: str,
    named: re.Pattern[str],
    *,
    title: bool,
    single: bool,
) -> Regimen | None:
    figures = tuple(dict.fromkeys(f for dose in group for f in dose.figures))
    before = sentence[max(0, group[0].start - 50) : group[0].start]
    after = sentence[group[-1].end : group[-1].end + 25]
    if single and _ELSEWHERE.search(named.sub("", before)):
        return None
    ranged = _one_arm(sentence, group, figures)
    lighter, joint = "", " or"
    stepped: tuple[str, ...] = ()
    if (
        len(figures) > 2
        and not ranged
        and bool(_IN_STEPS.search(before) or _IN_STEPS.match(after.lstrip(" ,)")))
        and not re.search("random", sentence, re.I)
    ):
        # one arm that rose through them
        stepped, figures, ranged = figures, (figures[0], figures[-1]), True
    loaded = len(group) == 2 and _loaded(sentence, group[:1], group[1])
    if len({"kg" in dose.unit for dose in group}) > 1 or loaded:
        # by weight for some, the same for all others; or one at first, and then the other
        figures, joint = group[-1].figures, ", then" if loaded else joint
        lighter = " or ".join(
            f"{'-'.join(map(written, dose.figures))} {dose.unit}" for dose in group[:-1]
        )
    odd = not _KEPT.search(before) and bool(
        NOT_AN_ARM_DOSE.search(before) or re.match(r"\s*(?:increments|tablets|capsules)", after)
    )
    unit = next((d.unit for d in reversed(group) if "day" in d.unit), group[-1].unit)
    clause = sentence[max(0, group[0].start - 110) : group[0].start]
    part = list(_OPEN_PART.finditer(clause))
    rest = clause[part[-1].end() :] + sentence[group[-1].end :] if part else ""
    opened = not single and bool(part) and not _BLIND_PART.search(rest)
    listed = 0
    if len(figures) > 1 and not opened and not ranged and (not odd or len(figures) > 2):
        sized = _N_OF.search(sentence, group[0].end, group[-1].end + 25)
        weight = 3 if sized or _ALLOCATE.search(sentence) or title else 1
        # three doses are a list anywhere, two where each has a result of its own
        apiece = "%" in sentence[group[0].end : group[-1].start]
        listed = max(weight, 2 if len(figures) > 2 or apiece else 1)
    return Regimen(
        drug,
        figures,
        listed,
        unit,
        figures if ranged else figures[-1:],
        unit,
        _points(
            before, after, named, title=title, odd=odd, ranged=ranged, unit=unit, single=single
        ),
        f"{lighter}{joint}" if lighter else "",
        stepped,
        bool(re.search(r"random|assign|allocat", sentence, re.I)),
        "%" in sentence,
        opened,
        bool(
            re.search(
                r"\b(?:both|all|each|either) (?:of the )?(?:study )?(?:drug|treatment|agent)s?\b",
                sentence,
            )
        ),
    )


# "frotramide (40 mg", "frotramide, at a dose of 40 mg"
_BESIDE = re.compile(
    r"[\s,]*\(?(?:(?:given |administered )?(?:at|in) (?:an? |the )?(?:\w+ )?(?:dose|dosage)s? of )?"
)
_USUAL = re.compile(
    r"\b(?:usual\w*|common\w*|current\w*|generally|label\w*)(?: \w+)? (?:recommended |prescribed |approved )?(?:\w+ )?(?:dose|dosage)s?\b[^.;\d]{0,15}$",
    re.I,
)


def _points(
    before: str,
    after: str,
    named: re.Pattern[str],
    *,
    title: bool,
    odd: bool,
    ranged: bool,
    unit: str,
    single: bool,
) -> float:
    """How likely a dose is the dose of the only arm, by the words around it."""
    points = 5.0 if title else 1.0
    # the last of a series of doses is the one that was kept up
    points += 5.0 * bool(_KEPT.search(before))
    points += 3.0 * bool(re.search(r"random|receiv|target|fixed|maintenance", before + after, re.I))
    points += (6.0 if title else 2.0) * any(
        _BESIDE.fullmatch(before, match.end()) for match in named.finditer(before)
    )
    # what is usual is told of others
    points -= 6.0 * bool(_USUAL.search(before))
    points += 5.0 * bool(
        re.search(r"\bto (?:a )?(?:total |target |maximum )?(?:dose of |of )?$", before)
    )
    points += 1.0 * (ranged and "mL" not in unit)
    points -= (1.0 if ranged else 3.0) * odd - 4.0 * bool(
        re.search(
            r"(?:target|maximum)(?: \w+){0,2} dos|to a (?:max|target)|titrated (?:to|up to)|up to",
            before,
            re.I,
        )
    )
    points -= 2.0 * bool(re.search(r"mL\b", unit)) + 4.0 * bool(
        re.search(r"median|mean|modal", before, re.I)
    )
    if single and ranged and re.search(r"\brange\s?[=:,of]*\s*$", before):
        # "modal dose 200 mg (range = 50-400 mg)"
        points += 6.0
    return points
