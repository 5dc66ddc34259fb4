"""The planned searches: put to the sources that can be reached, the others said to be out of reach.

A source is asked only when the run names it. Answers are kept as they came; a search that fails is
an error of its source, never an empty result.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sinteza.errors import SourceRefused
from sinteza.formats import pubmed_xml
from sinteza.model.decision import Actor
from sinteza.model.event import SearchRan
from sinteza.model.protocol import Filter, SearchPlan, SourcePlan, Window
from sinteza.model.record import Record
from sinteza.query import mesh
from sinteza.query.lint import ensure_sendable
from sinteza.query.translate import translate
from sinteza.review import imports
from sinteza.text.normalize import fold

if TYPE_CHECKING:
    from sinteza.review.review import Review
    from sinteza.sources.http import Http

SEARCHER = Actor(kind="rule", name="search")


def pubmed_query(typed: str, filters: Sequence[Filter], first: date, last: date) -> str:
    """The query as it is sent: the typed words, the filters as alternatives, the window."""
    parts = [f"({typed})"]
    if filters:
        parts.append(f"({' OR '.join(item.query for item in filters)})")
    parts.append(f"{first:%Y/%m/%d}:{last:%Y/%m/%d}[dp]")
    return " AND ".join(parts)


def search(
    review: Review,
    window: Window,
    *,
    live: Collection[str] = (),
    archive: Path | None = None,
) -> list[SearchRan]:
    """Run the planned searches of a window; ``live`` names the sources to ask now.

    With an ``archive`` the searches of PubMed are put to that local copy instead of the network.
    A search that was answered today for the same window is not asked again. Records that a source
    gives are taken in together with the search that found them.
    """
    protocol = review.loaded.protocol
    known = [source.id for source in protocol.sources]
    for name in live:
        if name not in known:
            raise SourceRefused(
                f"The protocol has no source '{name}'", hint=f"It has: {', '.join(known)}."
            )
    runs = []
    for plan in protocol.searches:
        source = next(source for source in protocol.sources if source.id == plan.source)
        held = _held(review, plan, window)
        local = archive is not None and source.kind == "pubmed"
        ask = local or (source.id in live and (source.kind == "pubmed" or bool(source.endpoint)))
        if held is not None and (held.outcome == "searched" or not ask):
            runs.append(held)
        elif archive is not None and local:
            runs.append(_ask_archive(review, plan, window, archive))
        elif ask and source.kind == "pubmed":
            runs.append(_ask_pubmed(review, plan, window))
        elif ask:
            runs.append(_ask_catalogue(review, plan, source, window))
        else:
            runs.append(_unasked(review, plan, source, window))
    return runs


def _held(review: Review, plan: SearchPlan, window: Window) -> SearchRan | None:
    """What the log already says of a search: today's answer, or that it was not asked."""
    first, last = (day.isoformat() for day in window.bounds(review.today))
    found = None
    for event in review.store.events(kinds=("search.ran",)):
        run = event.payload
        if not isinstance(run, SearchRan) or run.search != plan.id:
            continue
        same = (run.start, run.end) == (first, last) and run.typed == plan.query
        if same and (run.outcome != "searched" or event.at[:10] == review.at[:10]):
            found = run
    return found


def _run(review: Review, plan: SearchPlan, window: Window, sent: str, **more: object) -> SearchRan:
    first, last = window.bounds(review.today)
    return SearchRan(
        search=plan.id,
        source=plan.source,
        typed=plan.query,
        sent=sent,
        window=window.id,
        start=first.isoformat(),
        end=last.isoformat(),
        **more,  # type: ignore[arg-type] # the rest of the fields, by name
    )


def _sent(review: Review, plan: SearchPlan, window: Window) -> str:
    filters = review.loaded.protocol.filters if plan.filtered else ()
    return pubmed_query(plan.query, filters, *window.bounds(review.today))


def _unasked(review: Review, plan: SearchPlan, source: SourcePlan, window: Window) -> SearchRan:
    """Out of reach, with the translation that can be made here and the year of its MeSH."""
    if source.kind != "pubmed":
        outcome = "unasked" if source.endpoint else "no_endpoint"
        run = _run(review, plan, window, plan.query, outcome=outcome)
    else:
        sent = _sent(review, plan, window)
        ours = translate(ensure_sendable(sent), mesh.shipped())
        run = _run(
            review,
            plan,
            window,
            sent,
            outcome="offline",
            translation=ours.text,
            version=f"MeSH {ours.mesh_year}",
        )
    review.store.append(SEARCHER, review.at, [(plan.id, run)])
    return run


def _ask_pubmed(review: Review, plan: SearchPlan, window: Window) -> SearchRan:
    from sinteza.sources.eutils import connect

    sent = _sent(review, plan, window)
    ensure_sendable(sent)
    missing: list[str] = []
    with connect(keep=review.folder / "pubmed") as pubmed:
        answer = pubmed.search(sent)
        with review.store.transaction():
            payloads = [
                review.store.put(body, name=f"raw/{plan.id}/{name}") for name, body in answer.raw
            ]
            bodies = []
            for body in pubmed.fetch(answer.ids, missing=missing.extend, progress=review.progress):
                bodies.append(review.store.put(body, name=f"raw/{plan.id}.xml"))
            warnings = list(answer.warnings)
            if missing:
                warnings.append(f"PubMed no longer holds: {', '.join(missing)}")
            run = _run(
                review,
                plan,
                window,
                sent,
                hits=answer.count,
                translation=answer.translation,
                warnings=tuple(warnings),
                payloads=tuple(payloads),
            )
            _take_in(review, plan, run, bodies, name=f"PubMed: {plan.query}")
        pubmed.forget()
    return run


def _ask_archive(review: Review, plan: SearchPlan, window: Window, folder: Path) -> SearchRan:
    """The planned query to a local copy of PubMed: an answer that can be repeated."""
    from sinteza.archive.search import open_archive

    sent = _sent(review, plan, window)
    ensure_sendable(sent)
    with open_archive(folder) as archive:
        answer = archive.search(sent, explained=True)
        with review.store.transaction():
            bodies = [
                review.store.put(body, name=f"raw/{plan.id}.xml")
                for body in archive.fetch(answer.ids)
            ]
            run = _run(
                review,
                plan,
                window,
                sent,
                hits=answer.count,
                translation=answer.translation.text,
                version=(
                    f"archive of {answer.as_of}, {answer.archive[:12]}; MeSH {answer.mesh_year}"
                ),
                warnings=tuple(note.message for note in answer.notes),
                lines=tuple((line.depth, line.text, line.hits) for line in answer.lines),
            )
            _take_in(review, plan, run, bodies, name=f"PubMed (archive): {plan.query}")
    return run


def _take_in(
    review: Review, plan: SearchPlan, run: SearchRan, bodies: Sequence[str], *, name: str
) -> None:
    """Record a search that was answered, and its records after it."""
    review.store.append(SEARCHER, review.at, [(plan.id, run)])
    imports.take_records(
        review.store,
        _records(review, bodies),
        name=name,
        raw=bodies,
        form="pubmed-xml",
        at=review.at,
    )


def _records(review: Review, digests: Sequence[str]) -> Iterator[Record]:
    for digest in digests:
        yield from pubmed_xml.read(
            io.BytesIO(review.store.get(digest)), path=f"PubMed {digest[:8]}"
        )


def _ask_catalogue(
    review: Review, plan: SearchPlan, source: SourcePlan, window: Window
) -> SearchRan:
    from sinteza.sources.http import Http, HttpxTransport, RateLimit

    transport = HttpxTransport()
    try:
        http = Http(transport, RateLimit(1.0))
        # kept by day, so that a cut harvest goes on and tomorrow's begins anew
        folder = review.folder / source.id / review.at[:10]
        if source.kind == "sru":
            records = list(_sru(source, plan, window, review, http, folder))
        else:
            records = list(_oai(source, plan, http, folder))
    finally:
        transport.close()
    warnings = _warnings(plan, source)
    run = _run(review, plan, window, plan.query, hits=len(records), warnings=warnings)
    with review.store.transaction():
        review.store.append(SEARCHER, review.at, [(plan.id, run)])
        imports.take_records(
            review.store,
            iter(records),
            name=f"{source.id}: {plan.query}",
            raw=[],
            form=source.kind,
            at=review.at,
        )
    return run


def _warnings(plan: SearchPlan, source: SourcePlan) -> tuple[str, ...]:
    """What a catalogue's language could not say of the query."""
    from sinteza.query import syntax
    from sinteza.sources.cql import to_cql

    return to_cql(syntax.parse(plan.query)).notes if source.kind == "sru" else ()


def _sru(
    source: SourcePlan,
    plan: SearchPlan,
    window: Window,
    review: Review,
    http: Http,
    folder: Path,
) -> Iterator[Record]:
    """A catalogue searches for itself: our query in its language."""
    from sinteza.query import syntax
    from sinteza.sources.cql import to_cql
    from sinteza.sources.sru import Sru

    first, last = window.bounds(review.today)
    query = to_cql(syntax.parse(f"({plan.query}) AND {first.year}:{last.year}[dp]"))
    schema = "marcxml" if source.mapping.startswith("marc") else "dc"
    return Sru(source.endpoint, http, source=source.id, schema=schema).search(
        query.text, folder=folder
    )


def _oai(source: SourcePlan, plan: SearchPlan, http: Http, folder: Path) -> Iterator[Record]:
    """A repository cannot be searched, only harvested: entries that hold every word are taken.

    The window is left to the screening, since a repository's dates are those of its entries.
    """
    from sinteza.sources.oai_pmh import OaiPmh

    words = [word for word in fold(plan.query).replace("-", " ").split() if len(word) > 2]
    library = OaiPmh(source.endpoint, http, source=source.id)
    entries = library.harvest(prefix=source.metadata_prefix, set_=source.set, folder=folder)
    for entry in entries:
        record = entry.record
        if record is None:
            continue
        text = fold(f"{record.title} {record.abstract_text} {' '.join(record.keywords)}")
        if all(word in text for word in words):
            yield record
