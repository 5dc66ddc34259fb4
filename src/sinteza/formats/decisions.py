"""Decisions on records, in the fields that the screening tools read and write.

Rayyan keeps them in a note ``RAYYAN-INCLUSION: {"name"=>"Included"} | RAYYAN-EXCLUSION-REASONS:
...``; ASReview in a note ``ASReview_relevant`` and a column ``included``; Zotero shows keywords as
tags; Covidence reads notes and its columns ``Tags`` and ``Notes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from sinteza.model.decision import Verdict
from sinteza.model.record import Record

VERDICT, REASON, NOTE = "decision:verdict", "decision:reason", "decision:note"

_RAYYAN: dict[str, str] = {"include": "Included", "exclude": "Excluded", "maybe": "Maybe"}
_ASREVIEW: dict[str, str] = {
    "include": "ASReview_relevant",
    "exclude": "ASReview_irrelevant",
    "maybe": "ASReview_not_seen",
}
_INCLUSION = re.compile(r"RAYYAN-INCLUSION: \{([^}]*)\}")
_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS: ([^|]*)")
_USER_NOTES = re.compile(r'RAYYAN-USER-NOTES: \{"[^"]*"=>\["([^"]*)"\]\}')
_SPOKEN = re.compile(r'=> ?"(Included|Excluded|Maybe)"')


def decided(record: Record, verdict: Verdict | None, reason: str = "", note: str = "") -> Record:
    """The record with a decision in ``extra``, for any writer: ``verdict``, why, and a remark."""
    found = {VERDICT: verdict or "", REASON: reason, NOTE: note}
    kept = {key: value for key, value in record.extra.items() if key not in found}
    return replace(record, extra=kept | {key: (text,) for key, text in found.items() if text})


def of(record: Record) -> tuple[str, str, str]:
    """Verdict, reason and remark of a record; empty where there is none."""
    verdict, reason, note = (
        next(iter(record.extra.get(key, ())), "") for key in (VERDICT, REASON, NOTE)
    )
    return verdict, reason, note


def asreview_label(verdict: str) -> str:
    """ASReview's column ``included``: 1, 0, or empty for what is open."""
    return {"include": "1", "exclude": "0"}.get(verdict, "")


def notes_for_tools(record: Record) -> list[str]:
    """The decision as the notes that Rayyan and ASReview read; empty without a decision."""
    verdict, reason, note = of(record)
    if not verdict:
        return []
    parts = [f'RAYYAN-INCLUSION: {{"Sinteza"=>"{_RAYYAN[verdict]}"}}']
    if reason:
        parts.append(f"RAYYAN-EXCLUSION-REASONS: {reason}")
    if note:
        quiet = note.replace('"', "'")
        parts.append(f'RAYYAN-USER-NOTES: {{"Sinteza"=>["{quiet}"]}}')
    return [" | ".join(parts), _ASREVIEW[verdict]]


def lift(notes: Iterable[str]) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Notes without decisions, and the decision in them for ``extra``.

    Where several people decided in Rayyan and disagree, the verdict is ``maybe``; the note itself
    is then kept, since it says who.
    """
    kept: list[str] = []
    found: dict[str, tuple[str, ...]] = {}
    back = {name: verdict for verdict, name in _ASREVIEW.items()}
    for note in notes:
        if note in back:
            found.setdefault(VERDICT, (back[note],))
            continue
        said = _INCLUSION.search(note)
        spoken = set(_SPOKEN.findall(said[0])) if said else set()
        if not spoken:
            kept.append(note)
            continue
        one = spoken.pop() if len(spoken) == 1 else "Maybe"
        found[VERDICT] = ({name: key for key, name in _RAYYAN.items()}[one],)
        if reasons := _REASONS.search(note):
            found[REASON] = (reasons[1].strip(),)
        if remark := _USER_NOTES.search(note):
            found[NOTE] = (remark[1],)
        if '"Sinteza"=>' not in note:
            kept.append(note)
    return kept, found
