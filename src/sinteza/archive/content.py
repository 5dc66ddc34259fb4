"""What of a record is searched where: texts word by word, names and numbers whole."""

from __future__ import annotations

KINDS = 20
(
    KEY, TI, AB, OAB, OT, TT, MH, PT, NM, PS, CN, SI, CC, AD, COIS, AU, TA, GR, AID, ETC,
) = range(KINDS)  # fmt: skip
"""Kinds of content. ``KEY`` is a key without a place; a heading's key has the kind ``MH``."""

_TIAB = frozenset({TI, AB, OAB, OT})
_TW = _TIAB | {MH, PT, NM, PS, CN, SI, CC}
TEXT_FIELDS: dict[str, frozenset[int]] = {
    "ti": frozenset({TI}),
    "ab": frozenset({AB, OAB}),
    "tiab": _TIAB,
    "tw": _TW,
    "ad": frozenset({AD}),
    "ot": frozenset({OT}),
    "tt": frozenset({TT}),
    "cois": frozenset({COIS}),
    "cn": frozenset({CN}),
    "book": frozenset(),
    "pubn": frozenset(),
    "all": frozenset(range(1, KINDS)),
}
"""The kinds behind each text field; ``book`` and ``pubn`` are of books, which are not kept."""

DATE_FIELDS = ("print", "electronic", "edat", "crdt", "mhda", "lr", "dcom")
"""The days kept of each record; ``dp`` is the first two."""

FIRST, LAST = 1, 2
"""Flags of an author's place: first and last person of the list."""
