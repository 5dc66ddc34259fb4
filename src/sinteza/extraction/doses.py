# ruff: noqa: E501 - a pattern is read best on one line
"""Doses as trials print them: lists that share a unit, ranges, one spelling of each unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sinteza.extraction.numbers import DEC, UNIT


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose at its place: figures as printed, and whether they are a range."""

    start: int
    end: int
    figures: tuple[str, ...]
    unit: str
    ranged: bool


_DOSE = re.compile(
    rf"(?=[\d.])(?<![\w.,])(?<![Dd]ay )(?<![Ww]eek )(?<!onth )({DEC}(?:-?\s*(?:,\s*(?:and|or)?|,?\s*and|,?\s*or|/|vs\.?|versus|-|to)\s*{DEC}){{0,8}})\s?-?({UNIT})(?![\w])"
)
# a concentration that was measured, not one that was aimed at
_MEASURED = re.compile(r"concentrations?|(?:serum|plasma|blood) levels?", re.I)
# "1-2 mg/L" of blood, "100 mg/mL" of the bottle: no amount that anybody was given
_PER_VOLUME = re.compile(r"\s?(?:/|per )\s?(?:[dm]?[lL]|lit(?:er|re)|cm\d?)\b")
_EVERY = re.compile(
    r"[\s,(]*(?:(?:p\.?o\.?|orally|by mouth|i\.?v\.?|intravenously|rectally)[\s,]*)?every (\d+)[ -]?h(?:(?:ou)?rs?)?\b",
    re.I,
)
_WEIGHED = re.compile(r"\bweigh\w*\b[^.;,]{0,25}$", re.I)
# "7.3 ± 3.3 mg": what is behind the sign is a deviation
_DEVIATION = re.compile(r"(?:±|\+\s?/\s?-|\+-)\s?$")
# "45 mg/kg/day or 3600 mg/day, whichever was less": a cap, no dose
_CAP = re.compile(
    r"[\s,(]*which\s?ever (?:of (?:the two|these|both) )?(?:dose )?(?:was|is|were|comes?|came) (?:the )?(?:less\w*|low\w*|small\w*|first|reached)\b",
    re.I,
)
_STRENGTH = re.compile(r"(?:mg|g|IU|U)/m[lL]")


def doses(text: str) -> list[Dose]:
    """Every dose of a text; a list that shares its unit is one, a range is marked."""
    return list(_doses(text))


# the sentences of a report are asked for their doses once to group them, once to count them
@lru_cache(maxsize=256)
def _doses(text: str) -> tuple[Dose, ...]:
    found: list[Dose] = []
    for match in _DOSE.finditer(text):
        if _PER_VOLUME.match(text, match.end()) or _STRENGTH.match(match[2]):
            continue
        if match[2] in ("g", "grams") and _WEIGHED.search(
            text, max(0, match.start() - 40), match.start()
        ):
            continue
        if _DEVIATION.search(text, max(0, match.start() - 5), match.start()):
            continue
        if found and _CAP.match(text, match.end()):
            continue
        if "ml" in match[2].lower() and _MEASURED.search(
            text, max(0, match.start() - 60), match.start()
        ):
            continue
        # no drug at all is the placebo
        figures = tuple(f for f in re.findall(DEC, match[1]) if figure(f))
        if not figures:
            continue
        ranged = len(figures) == 2 and bool(re.search(r"\d\s*(?:-|to)\s*[\d.]", match[1]))
        unit = unit_of(match[2])
        if interval := _EVERY.match(text, match.end()):
            unit += f" every {interval[1]} h"
        found.append(Dose(match.start(), match.end(), figures, unit, ranged))
    return tuple(found)


@lru_cache(maxsize=1 << 10)
def unit_of(text: str) -> str:
    """A unit in one spelling: ``mg/day``, ``mg/kg``."""
    text = re.sub(r"\s?(?:per |/)\s?(?:kg|kilogram)(?: of body ?weight)?", "/kg", text)
    twice = re.search(r"\s?(?:twice\b.*|b\.?i\.?d\.?)$", text)
    if twice:
        return f"{text[: twice.start()]} twice daily"
    text = re.sub(r"\s?(?:per|a|each|every)\s(?:day)|/d$|\s?(?:once )?daily|/24 ?h", "/day", text)
    if "/day" not in text:
        text = re.sub(r"\s?(?:once).*|\s?[tq]\.?[id]\.?d?\.?$", "", text)
    return re.sub(r"\s?/\s?", "/", text).replace("/day/day", "/day").strip()


def written(dose: str) -> str:
    """A dose without what differs between publishers: ``.7`` is ``0.7``, ``1,000`` is ``1000``."""
    return ("0" if dose.startswith(".") else "") + dose.replace(",", "")


def figure(text: str) -> float:
    """A dose as a number, so that ``1,000`` and ``1000`` are one."""
    return float(text.replace(",", ""))
