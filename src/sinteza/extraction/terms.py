# ruff: noqa: E501 - a pattern is read best on one line
"""What a report means by its own words: its endpoint, its response, its abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from sinteza.extraction.guarded import Guarded
from sinteza.extraction.naming import ADJECTIVE, PRIMARY, Setting, named, prevention
from sinteza.text.abbreviations import Abbreviation

_ENDPOINTS = {"RR25", "RR50", "RR75", "RR90", "SF", "MPC", "MEANPC", "RECUR", "STOP"}
_RESPONSES = {"RR25", "RR50", "RR75", "RR90", "SF", "STOP"}
_EFFICACY = {*_RESPONSES, "MPC", "MEANPC"}

# the words that define an endpoint stand behind it, or before "was the primary endpoint"
_DEFINES = re.compile(
    r"^(?: \([^()]*\))?(?: of (?:the|this) (?:study|trial))?(?: ?(?:was|were|is|included|comprised)|:|,)",
    re.I,
)
_RESPONSE = rf"(?:\b(?P<kind>{ADJECTIVE})[- ])?(?:(?:treatment|clinical|therapeutic|seizure) )?\brespon(?:se|der)s?\b"
# "response was defined as ...", "major responders (>= 75 % reduction)", "... were considered responders"
_MEANS = (
    Guarded(
        rf"{_RESPONSE}[^.;]{{0,120}}?\b(?:defined|considered|classified) (?:as|by|to be)\b(?P<means>[^.;]*)",
        *("defined", "considered", "classified"),
    ),
    Guarded(
        rf"{_RESPONSE}(?: (?:rates?|status))? ?\((?P<means>[^()]*(?:\([^()]*\)[^()]*)*)\)",
        "(",
    ),
    Guarded(
        rf"(?P<means>[^.;]*?)\b(?:was|were) (?:\w+ )?(?:defined|considered|classified|regarded)(?: (?:as|to be))?(?: an?)? {_RESPONSE}",
        *("defined", "considered", "classified", "regarded"),
    ),
)
_OF_SEIZURES = re.compile(
    r"(?:seizures?|spasms?|convulsions?|attacks?|jerks)(?:[- ](?:frequenc(?:y|ies)|counts?|rates?|numbers?))?$",
    re.I,
)
_NOT_SEIZURES = re.compile("anti|chang|reduc|decreas|percent", re.I)


def setting(
    sentences: Sequence[str],
    short: Sequence[Abbreviation],
    domain: str,
    title: str,
    *,
    status: bool,
) -> Setting:
    """What the sentences of a report, and the abbreviations they define, fix for all of it."""
    seizures = domain == "epilepsy"
    codes, forms = [], []
    for item in short:
        if len(item.long.split()) > len(item.short) + 2:
            continue
        if _OF_SEIZURES.search(item.long) and not _NOT_SEIZURES.search(item.long):
            forms.append(item.short)
        found = _codes(item.long, seizures)
        if len(found) == 1 and found <= _EFFICACY:
            codes.append((_word([item.short]), next(iter(found))))
    endpoints = list(primary(sentences))
    single = [item for item in endpoints if len(item) == 1]
    changes = endpoints[0] & {"MPC", "MEANPC"} if endpoints else set()
    return Setting(
        primary=next(iter(single[0])) if single else None,
        change=next(iter(changes)) if len(changes) == 1 else None,
        prevention=domain in ("prophylaxis", "febrile_seizures") or prevention(title),
        seizures=seizures,
        status=status,
        responses=responses(sentences),
        short_codes=tuple(codes),
        short_seizures=_word(forms) if forms else None,
    )


@lru_cache(maxsize=1 << 12)
def _codes(long: str, seizures: bool) -> frozenset[str]:
    """The outcomes an abbreviation stands for: reports abbreviate the same words."""
    return frozenset(name.code for name in named(long, Setting(seizures=seizures)))


def _word(forms: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, forms))})s?(?![\w-])")


def primary(sentences: Iterable[str]) -> Iterator[set[str]]:
    """The codes of the primary endpoint, for each sentence that says what it is."""
    for sentence in sentences:
        match = PRIMARY.search(sentence)
        if not match:
            continue
        rest = sentence[match.end() :]
        if _DEFINES.match(rest):
            stop = re.search(r"\bsecondary\b", rest)
            rest = rest[: stop.start()] if stop else rest
        elif re.search(r"\b(?:was|were)(?: the)? (?:\w+ )?$", sentence[: match.start()]):
            rest = sentence[: match.start()]
        else:
            continue
        codes = {item.code for item in named(rest)}
        if codes and codes <= _ENDPOINTS:
            yield codes


def responses(sentences: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What a response is, by the adjective before it ("" for none): the first definition holds."""
    found: dict[str, str] = {}
    for sentence in sentences:
        if "respon" not in sentence.lower():
            continue
        for pattern in _MEANS:
            match = pattern.search(sentence)
            if not match:
                continue
            codes = {item.code for item in named(match["means"])} - {"PCRED", "NONE"}
            if len(codes) == 1 and codes <= _RESPONSES:
                found.setdefault((match["kind"] or "").lower(), codes.pop())
    return tuple(found.items())
