"""Abstracts printed as one text, to labeled sections and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sinteza.model.record import Section

_LABEL = r"[A-Z][A-Z0-9 /&,'()\-]{2,70}"
_FIRST = re.compile(rf"({_LABEL}): ")
_NEXT = re.compile(rf"(?<=[.?!)\]%\"]) +({_LABEL}): ")


def sections(text: str) -> tuple[Section, ...]:
    """``BACKGROUND: ... METHODS: ...`` to sections; a text without capital labels is one section.

    Only a text that begins with a label is divided, and only behind the end of a sentence.
    """
    text = " ".join(text.split())
    if not text:
        return ()
    first = _FIRST.match(text)
    if not first:
        return (Section(text=text),)
    parts = _NEXT.split(text[first.end() :])
    labels = (first[1], *parts[1::2])
    return tuple(
        Section(text=body.strip(), label=label)
        for label, body in zip(labels, parts[0::2], strict=True)
        if body.strip()
    )


def printed(parts: Sequence[Section]) -> str:
    """The sections as one text, each behind its label."""
    return " ".join(f"{part.label}: {part.text}" if part.label else part.text for part in parts)
