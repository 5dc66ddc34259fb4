"""Is the review sound? The chain of events, the artifacts, the projections, the counts."""

from __future__ import annotations

from msgspec import Struct

from sinteza.errors import LogTampered, SintezaError
from sinteza.review.review import Review
from sinteza.store import artifacts


class Finding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check: its name, whether it passed, and what was found."""

    check: str
    sound: bool
    detail: str


def examine(review: Review, *, rebuild: bool = False) -> list[Finding]:
    """Run every check; with ``rebuild`` the projections are first made again from the log."""
    store = review.store
    found = []
    try:
        count = store.verify()
        found.append(Finding(check="log", sound=True, detail=f"{count} events verify"))
    except LogTampered as error:
        found.append(Finding(check="log", sound=False, detail=error.what))
        return found
    wrong = artifacts.damaged(store.connection)
    kept = store.connection.execute("SELECT count(*) FROM artifact").fetchone()[0]
    detail = f"damaged: {', '.join(d[:12] for d in wrong)}" if wrong else f"{kept} are whole"
    found.append(Finding(check="artifacts", sound=not wrong, detail=detail))
    if wrong:
        return found
    if rebuild:
        store.rebuild()
    tables = store.differences()
    detail = f"differ from the log: {', '.join(tables)}" if tables else "follow from the log"
    if tables:
        detail += "; mend them with --rebuild"
    found.append(Finding(check="projections", sound=not tables, detail=detail))
    try:
        problems = review.flow().problems()
        detail = "; ".join(problems) or "every record is accounted for"
        found.append(Finding(check="counts", sound=not problems, detail=detail))
    except SintezaError as error:
        found.append(Finding(check="counts", sound=False, detail=error.what))
    return found
