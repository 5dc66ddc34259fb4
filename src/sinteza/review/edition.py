"""The edition of a review as it stands: everything gathered into one data object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

import msgspec

from sinteza.model.decision import Assignment, Decision
from sinteza.model.edition import (
    ConceptFound,
    Edition,
    EditionAgreement,
    EditionCertificate,
    EditionImport,
    EditionRecord,
    EditionSearch,
    EditionStudy,
    WindowDifference,
    WindowResult,
)
from sinteza.model.effect import AnalysisResult, NetworkResult
from sinteza.model.event import RecordsImported, ScreeningCertified, SearchRan
from sinteza.model.protocol import Analysis, Bilingual, Window
from sinteza.model.record import Cluster, Record
from sinteza.model.study import Reading
from sinteza.publishing.tables import difference, evidence_map
from sinteza.review.agreeing import extraction_agreement
from sinteza.review.review import Review
from sinteza.review.studies import gather
from sinteza.screening.flow import final
from sinteza.sources import evidence
from sinteza.store import projections
from sinteza.synthesis.analyze import analyze
from sinteza.synthesis.compare import compare
from sinteza.synthesis.select import Selection, select

# Kinds of concepts that an entry is listed under; the rest (study designs, outcomes ...) would
# drown them.
_SHOWN = {"hypothesis", "mechanism", "therapy", "biomarker", "gene"}


def build(review: Review, window: Window, *, number: int) -> Edition:
    """Gather the edition of a review for a window. Nothing is written."""
    loaded = review.loaded
    protocol, taxonomy = loaded.protocol, loaded.taxonomy
    held = review.final()
    entries = review.entries
    studies, shared = gather(review)
    analyses = _analyses(review, studies, held)
    included = {name for name, d in held.items() if d and d.verdict == "include"}
    assignments: dict[str, list[Assignment]] = {}
    for assignment in projections.assignments(review.store.connection):
        assignments.setdefault(assignment.cluster, []).append(assignment)
    maps = tuple(
        evidence_map(
            plan,
            {name: assignments.get(name, ()) for name in sorted(included)},
            ancestors=taxonomy.ancestors,
            children=taxonomy.children,
            kind=lambda name: taxonomy[name].kind,
        )
        for plan in protocol.maps
    )
    windows, differences_of = _windows(review, window, studies)
    clusters = {entry.id: entry for entry in review.clusters}
    study_ids = review.studies_of
    records = tuple(
        _record(
            clusters[name],
            record,
            held[name],
            [a for a in assignments.get(name, ()) if taxonomy[a.concept].kind in _SHOWN],
            study_ids.get(name, ()),
        )
        for name, record in entries.items()
    )
    shown = tuple(
        item
        for reading in studies
        if not included.isdisjoint((item := _edition_study(reading, study_ids)).records)
    )
    # that an edition was published is no part of what it says
    seq, head = review.store.head(besides="edition.published")
    folder = loaded.evidence
    edition = Edition(
        schema=1,
        number=number,
        at=review.at,
        sinteza=version("sinteza"),
        window=window.id,
        head=head,
        events=seq,
        protocol=protocol,
        protocol_digest=loaded.digest,
        taxonomy_digest=loaded.taxonomy_digest,
        searches=_searches(review, window),
        imports=_imports(review),
        flow=review.flow(),
        windows=windows,
        differences=differences_of,
        records=records,
        studies=shown,
        maps=maps,
        analyses=analyses,
        unverified=_analyses(review, studies, held, verified_only=False),
        networks=_networks(review, studies, held),
        certificates=_certificates(review),
        agreement=_agreement(review),
        sharings=tuple(
            pair for pair in shared if {pair.left, pair.right} <= {item.study.id for item in shown}
        ),
        labels={},
        published=tuple(evidence.read_published(folder)) if folder else (),
    )
    return msgspec.structs.replace(edition, labels=_labels(edition, review))


def _selections(
    review: Review,
    studies: Iterable[Reading],
    held: Mapping[str, Decision | None],
    *,
    verified_only: bool = True,
) -> list[tuple[Analysis, Selection]]:
    """What enters each planned analysis."""
    protocol = review.loaded.protocol
    included = {
        study
        for name, listed in review.studies_of.items()
        if (decision := held.get(name)) and decision.verdict == "include"
        for study in listed
    }
    usable = [reading.study for reading in studies]
    return [
        (
            plan,
            select(
                usable,
                plan,
                protocol.outcome(plan.outcome),
                included=included,
                ancestors=review.loaded.taxonomy.ancestors,
                verified_only=verified_only,
            ),
        )
        for plan in protocol.analyses
    ]


def _analyses(
    review: Review,
    studies: Iterable[Reading],
    held: Mapping[str, Decision | None],
    *,
    verified_only: bool = True,
) -> tuple[AnalysisResult, ...]:
    chosen = _selections(review, studies, held, verified_only=verified_only)
    return tuple(analyze(selection, plan) for plan, selection in chosen)


def _networks(
    review: Review, studies: Sequence[Reading], held: Mapping[str, Decision | None]
) -> tuple[NetworkResult, ...]:
    """The networks that the protocol plans, where there are treatments enough."""
    protocol = review.loaded.protocol
    known = {reading.study.id: reading.study for reading in studies}
    found = (
        compare(chosen.comparisons, plan, protocol.outcome(plan.outcome), studies=known)
        for plan, chosen in _selections(review, studies, held)
        if plan.network
    )
    return tuple(result for result in found if result is not None)


def analyses_of(review: Review) -> tuple[AnalysisResult, ...]:
    """The planned analyses on what the review includes now."""
    return _analyses(review, gather(review)[0], review.final())


def _windows(
    review: Review, chosen: Window, studies: list[Reading]
) -> tuple[tuple[WindowResult, ...], tuple[WindowDifference, ...]]:
    """What every window to be compared includes and gives; people's decisions hold in each."""
    protocol = review.loaded.protocol
    names = list(dict.fromkeys([*protocol.compare, chosen.id]))
    held, full = review.held(), review.full_text()
    results = []
    for name in names:
        window = protocol.window_named(name)
        decisions: dict[str, Decision | None] = dict(review.screened(window))
        decisions.update(
            {entry: d for entry, d in held.items() if d is None or d.actor.kind == "person"}
        )
        decisions = {entry: final(first, full) for entry, first in decisions.items()}
        included = tuple(sorted(e for e, d in decisions.items() if d and d.verdict == "include"))
        first, last = window.bounds(review.today)
        results.append(
            WindowResult(
                id=name,
                start=first.isoformat(),
                end=last.isoformat(),
                included=included,
                pooled={
                    analysis.id: tuple(g.pooled for g in analysis.groups if g.pooled is not None)
                    for analysis in _analyses(review, studies, decisions)
                },
            )
        )
    sets = {result.id: result.included for result in results}
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return tuple(results), tuple(difference(a, b, sets) for a, b in pairs)


def _searches(review: Review, window: Window) -> tuple[EditionSearch, ...]:
    rows = []
    for event in review.store.events(kinds=("search.ran",)):
        run = event.payload
        if isinstance(run, SearchRan) and run.window == window.id:
            rows.append(
                EditionSearch(
                    search=run.search,
                    source=run.source,
                    typed=run.typed,
                    sent=run.sent,
                    start=run.start,
                    end=run.end,
                    hits=run.hits,
                    outcome=run.outcome,
                    at=event.at,
                    translation=run.translation,
                    version=run.version,
                    warnings=run.warnings,
                    lines=run.lines,
                )
            )
    latest = {row.search: row for row in rows}
    return tuple(latest.values())


def _certificates(review: Review) -> tuple[EditionCertificate, ...]:
    """The latest of each stopping rule that was tested and recorded, by stage."""
    found = {}
    for event in review.store.events(kinds=("screening.certified",)):
        if isinstance(event.payload, ScreeningCertified):
            tested = event.payload
            found[tested.stage, tested.rule] = EditionCertificate(
                stage=tested.stage, rule=tested.rule, at=event.at, values=tested.values
            )
    return tuple(found[key] for key in sorted(found))


def _agreement(review: Review) -> tuple[EditionAgreement, ...]:
    """What was read or verified twice."""
    found = extraction_agreement(review)
    measured = {
        name: item
        for name in ("verdicts", "figures", "designs", "outcomes", "values")
        if (item := getattr(found, name)) is not None
    }
    return tuple(
        EditionAgreement(
            what=name,
            compared=item.records,
            percent=item.percent.value,
            low=item.percent.low,
            high=item.percent.high,
            kappa=None if math.isnan(kappa := (item.cohen or item.fleiss).value) else kappa,
        )
        for name, item in measured.items()
    )


def _imports(review: Review) -> tuple[EditionImport, ...]:
    return tuple(
        EditionImport(
            source=event.payload.source,
            name=event.payload.name,
            format=event.payload.format,
            read=event.payload.read,
            known=event.payload.known,
            digest=event.payload.raw,
            at=event.at,
        )
        for event in review.store.events(kinds=("records.imported",))
        if isinstance(event.payload, RecordsImported)
    )


def _edition_study(reading: Reading, study_ids: Mapping[str, tuple[str, ...]]) -> EditionStudy:
    entries = tuple(sorted(e for e, ids in study_ids.items() if reading.study.id in ids))
    return EditionStudy(
        study=reading.study,
        readings=reading.readings,
        comparisons=reading.comparisons,
        records=entries,
    )


def _record(
    entry: Cluster,
    record: Record,
    decision: Decision | None,
    concepts: Iterable[Assignment],
    studies: tuple[str, ...],
) -> EditionRecord:
    return EditionRecord(
        id=entry.id,
        members=entry.members,
        title=record.title,
        verdict=decision.verdict if decision else "undecided",
        decided_by=str(decision.actor) if decision else "",
        reason=decision.reason if decision else "",
        note=decision.note if decision else "",
        authors=tuple(author.short for author in record.authors),
        year=record.year,
        date=record.dates.printed or record.dates.electronic,
        journal=record.journal.abbreviation or record.journal.title,
        volume=record.journal.volume,
        pages=record.journal.pages,
        pmid=record.pmid,
        doi=record.doi,
        registry=record.registry,
        publication_types=tuple(kind.name for kind in record.publication_types),
        mesh=tuple(f"{heading.name}{'*' if heading.major else ''}" for heading in record.mesh),
        has_abstract=bool(record.abstract),
        retracted=record.is_retracted,
        concepts=tuple(
            ConceptFound(
                concept=a.concept,
                field=a.field,
                count=a.count,
                start=a.start,
                end=a.end,
                polarity=a.polarity,
                about=a.about,
                found_by=str(a.actor),
            )
            for a in concepts
        ),
        studies=studies,
        evidence=entry.evidence,
    )


def _labels(edition: Edition, review: Review) -> dict[str, Bilingual]:
    """Both languages of every concept that the edition names."""
    taxonomy = review.loaded.taxonomy
    names = {c.concept for record in edition.records for c in record.concepts}
    names |= {name for table in edition.maps for name in (*table.rows, *table.columns)}
    names |= {group.concept for result in edition.analyses for group in result.groups}
    names |= {t.concept for result in edition.networks for t in result.treatments}
    names |= {t for result in edition.networks for part in result.parts for t in part}
    names |= {arm.concept for s in edition.studies for r in s.readings for arm in r.arms}
    names |= {s.study.therapy for s in edition.studies}
    names |= {c for item in edition.published for c in item.concepts}
    return {
        name: Bilingual(en=taxonomy.label(name, "en"), ro=taxonomy.label(name, "ro"))
        for name in sorted(names)
        if name in taxonomy
    }
