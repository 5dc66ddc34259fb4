# ruff: noqa: E501 - a pattern is read best on one line
"""Printed comparisons: odds ratios and their kind, with interval and p."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sinteza.extraction.numbers import DEC
from sinteza.extraction.report import Effect, Evidence
from sinteza.text.normalize import Folded

_MEASURES = {
    "odds ratio": "OR",
    "or": "OR",
    "risk ratio": "RR",
    "relative risk": "RR",
    "rr": "RR",
    "rate ratio": "IRR",
    "irr": "IRR",
    "hazard ratio": "HR",
    "hr": "HR",
    "difference": "MD",
}
_EFFECT = re.compile(
    rf"\b(odds ratios?|risk ratios?|relative risks?|rate ratios?|hazard ratios?|OR|RR|HR|IRR|(?:median |mean |treatment )?difference)\b"
    rf"(?: for [\w ]{{1,30}})?(?: between (?:the )?\w+ (?:groups|arms))?[\])]?[\s:,=(\[]*(?:was|were|of|is)?\s*([+-]?\s?{DEC})\s?%?[\s,;:(\[]*"
    rf"(?:(\d\d(?:\.\d)?)\s?%?\s?(?:CI|CrI|confidence intervals?|credible intervals?)(?:\s?\(CI\))?[\s:,=\]\[(]*([+-]?\s?{DEC})\s?%?\s*(?:-|to|,|;)+\s*([+-]?\s?{DEC}))?",
)
_P = re.compile(r"^[\s)\];,%]*[pP]\s?([<>=]\s?0?\.\d+)")


def find(text: str, spans: list[tuple[int, int]], folded: Folded) -> Iterator[Effect]:
    """The effect estimates of a text, in order; a difference only with its interval."""
    for number, (start, end) in enumerate(spans):
        sentence = text[start:end]
        if len(sentence) > 4000:
            continue
        for match in _EFFECT.finditer(sentence):
            word = match[1].lower().rstrip("s")
            key = next((name for name in _MEASURES if word.endswith(name)), "")
            if not key or (key == "difference" and match[4] is None):
                continue
            estimate = float(match[2].replace(" ", "").replace(",", ""))
            low, high = (
                float(g.replace(" ", "").replace(",", "")) if g else None for g in match.group(4, 5)
            )
            p = _P.match(sentence[match.end() :])
            flags: tuple[str, ...] = ()
            if low is not None and high is not None and not low <= estimate <= high:
                flags = ("interval_without_estimate",)
            a, b = folded.span(start + match.start(), start + match.end())
            yield Effect(
                measure=_MEASURES[key],
                estimate=estimate,
                ci_low=low,
                ci_high=high,
                level=float(match[3]) if match[3] else None,
                p=p[1].replace(" ", "") if p else "",
                evidence=Evidence(sentence=number, start=a, end=b),
                flags=flags,
            )
