"""Where the protocol's terms stand in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sinteza.model.protocol import Criterion, ScreeningPlan, TermsRule
from sinteza.text.normalize import fold


def protocol_terms(plan: ScreeningPlan, criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """The terms people look for: those of the screening plan and of the criteria's rules."""
    found = list(plan.terms)
    for criterion in criteria:
        if isinstance(criterion.rule, TermsRule):
            found += [term for group in criterion.rule.groups for term in group]
    return tuple(dict.fromkeys(found))


def spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Start and end of every term in the text, whole words, longest first, none overlapping.

    Case and diacritics do not matter; a ``*`` at the end of a term stands for any ending.
    """
    folded = fold(text)
    if len(folded) != len(text):
        # folding changed the length: places could not be told, so compare by case alone
        folded = text.lower() if len(text.lower()) == len(text) else text
    patterns = []
    for term in sorted({fold(term).strip() for term in terms}, key=lambda term: (-len(term), term)):
        body = re.escape(term.rstrip("*")).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]")
        if body:
            patterns.append(body + (r"\w*" if term.endswith("*") else ""))
    if not patterns:
        return []
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")
    return [match.span() for match in whole.finditer(folded)]
