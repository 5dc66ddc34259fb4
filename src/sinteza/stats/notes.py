"""The cautions of pooling and their words: results hold them as plain English sentences.

``translate`` says a sentence in another language. Counts stand behind a colon, so that no sentence
depends on whether the number is one or many.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sinteza.i18n import Language

NO_ESTIMATE = "Studies without an estimate (missing or undefined): {count} of {k}."
ADDED = "Studies with {add} added to their cells: {count}."
ADDED_EVENTS = "Studies with {add} added to their events: {count}."
DOUBLE_ZERO = "Studies with no or only events in both arms, left out: {count}."
NO_CONTRAST = "Studies with no or only events in both arms, without weight: {count}."
NEGATIVE = "Negative sampling variances were taken as 0."
ZERO_VARIANCE = "Studies with a sampling variance of 0 (check their standard errors): {count}."
INCOMPLETE = "Studies left out (no estimate, variance or moderator): {count} of {k}."
MISSING_COUNTS = "Studies left out (counts missing): {count} of {k}."
ONE_Z = "One study: the test is z."
ONE = "One study tells nothing about differences between studies."
NO_SPREAD = "The estimates do not differ at all: the Knapp-Hartung standard error is 0."
EXACT = "The moderators fit every estimate: the standard errors are 0 and nothing can be tested."
FEW_Z = "Only {k} studies and a z test: the interval is too narrow; consider Knapp-Hartung."
TWO = "Two studies: the Knapp-Hartung interval has one degree of freedom."
TAU2_ZERO = "tau2 is estimated as 0; with few studies this does not mean homogeneity."
REDUNDANT = "Left out, determined by the other moderators: {names}."
SATURATED = "As many coefficients as studies: nothing is left to estimate differences from."
EMPTY_INTERVAL = "Q lies below any value the level allows: the interval is empty, shown as 0."
UNDEFINED = "These data do not define: {names}."
MAXIMA = "Maxima of the likelihood of tau2: {count}; the highest is reported."

TEMPLATES: tuple[str, ...] = tuple(
    value for name, value in sorted(globals().items()) if name.isupper() and isinstance(value, str)
)


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    for template in TEMPLATES:
        escaped = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
        made.append((template, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>.+?)", escaped) + "$")))
    return tuple(made)


def translate(note: str, lang: Language) -> str:
    """A note of this package in the language; a sentence it does not know stays as it is."""
    for template, pattern in _patterns():
        found = pattern.match(note)
        if found:
            values = {
                key: value.replace(".", lang.decimal_mark) if key == "add" else value
                for key, value in found.groupdict().items()
            }
            return lang.text(template, **values)
    return lang.text(note)
