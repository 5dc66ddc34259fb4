"""Studies of a review that may tell of the same people, and what a person says of them.

Two studies overlap where the evidence base says so, where they share a registration, or where a
person says so; other signs (trial name, treatment and sizes, authors) only make a pair worth a
look. A person may also say that two are distinct, whatever the signs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import msgspec

from sinteza.errors import StoreError
from sinteza.extraction import overlap
from sinteza.model.decision import Actor
from sinteza.model.event import OverlapJudged
from sinteza.model.study import Reading, Sharing

if TYPE_CHECKING:
    from sinteza.review.review import Review


def judgments(review: Review) -> dict[tuple[str, str], OverlapJudged]:
    """The last that people said of each pair of studies."""
    found = {}
    for event in review.store.events(kinds=("overlap.judged",)):
        if isinstance(event.payload, OverlapJudged):
            found[event.payload.left, event.payload.right] = event.payload
    return found


def sharings(review: Review, studies: Iterable[Reading]) -> list[Sharing]:
    """Every pair of the studies that overlaps or may, the open questions first."""
    known = {reading.study.id: reading.study for reading in studies}
    pairs = [
        (review.entries[entry], known[study])
        for entry, listed in review.studies_of.items()
        for study in listed
        if study in known
    ]
    found: dict[tuple[str, str], Sharing] = {}
    for item in overlap.find(pairs):
        found[item.left, item.right] = Sharing(
            left=item.left,
            right=item.right,
            same=True if item.registered else None,
            grounds="registration" if item.registered else "signs",
            signs=item.signs,
            score=item.score,
        )
    for name, study in known.items():
        for other in study.overlaps:
            _say(found, *sorted((name, other)), same=True, grounds="told")
    for (left, right), said in judgments(review).items():
        _say(found, left, right, same=said.same, grounds="judged", note=said.reason)
    return sorted(
        found.values(), key=lambda one: (one.same is not None, -one.score, one.left, one.right)
    )


def _say(
    found: dict[tuple[str, str], Sharing],
    left: str,
    right: str,
    *,
    same: bool,
    grounds: Literal["told", "judged"],
    note: str = "",
) -> None:
    """What people say stands above the signs, which are kept beside it."""
    signs = found[left, right].signs if (left, right) in found else ()
    found[left, right] = Sharing(
        left=left, right=right, same=same, grounds=grounds, signs=signs, note=note
    )


def with_overlaps(studies: Iterable[Reading], shared: Iterable[Sharing]) -> list[Reading]:
    """The studies, each with those that tell of the same people."""
    others: dict[str, set[str]] = {}
    for pair in shared:
        if pair.same:
            others.setdefault(pair.left, set()).add(pair.right)
            others.setdefault(pair.right, set()).add(pair.left)
    return [
        msgspec.structs.replace(
            reading,
            study=msgspec.structs.replace(
                reading.study, overlaps=tuple(sorted(others.get(reading.study.id, ())))
            ),
        )
        for reading in studies
    ]


def judge(
    review: Review, left: str, right: str, *, same: bool, actor: Actor, reason: str = ""
) -> OverlapJudged:
    """Record that two studies tell of the same people, or that they do not.

    Raises :class:`~sinteza.errors.StoreError` where the review has no such study, or they are one.
    """
    known = {study for listed in review.studies_of.values() for study in listed}
    for name in (left, right):
        if name not in known:
            raise StoreError(
                f"No study '{name}'",
                where=str(review.folder),
                hint=f"'sinteza extract overlaps {review.folder} --all' lists studies by their id.",
            )
    if left == right:
        raise StoreError(f"'{left}' is one study", where=str(review.folder))
    first, second = sorted((left, right))
    payload = OverlapJudged(left=first, right=second, same=same, reason=reason)
    review.store.append(actor, review.at, [(first, payload)])
    return payload
