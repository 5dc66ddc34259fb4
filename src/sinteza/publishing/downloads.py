"""Everything an edition shows, as CSV tables: one row a fact, codes as in the data."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from sinteza.model.edition import Edition
from sinteza.model.study import Quote

Row = Sequence[Any]


def tables(edition: Edition) -> dict[str, bytes]:
    """File name to the bytes of a CSV file (UTF-8 with a mark, so that spreadsheets see it)."""
    made = {
        "records.csv": _records(edition),
        "concepts.csv": _concepts(edition),
        "studies.csv": _studies(edition),
        "results.csv": _results(edition),
        "comparisons.csv": _comparisons(edition),
        "effects.csv": _effects(edition),
        "pooled.csv": _pooled(edition),
        "omitted.csv": _omitted(edition),
        "without.csv": _without(edition),
        "specifications.csv": _specifications(edition),
        "networks.csv": _networks(edition),
        "network-pairs.csv": _pairs(edition),
        "searches.csv": _searches(edition),
        "imports.csv": _imports(edition),
        "flow.csv": _flow(edition),
        "windows.csv": _windows(edition),
        "maps.csv": _maps(edition),
        "published.csv": _published(edition),
    }
    return {name: _csv(header, rows) for name, (header, rows) in made.items()}


Table = tuple[Row, Iterable[Row]]


def _csv(header: Row, rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _struct_rows(items: Iterable[Any], fields: Sequence[str]) -> list[Row]:
    return [
        ["; ".join(map(str, v)) if isinstance(v := getattr(i, f), tuple) else v for f in fields]
        for i in items
    ]


def _records(edition: Edition) -> Table:
    fields = [
        "id",
        "members",
        "title",
        "verdict",
        "decided_by",
        "reason",
        "note",
        "authors",
        "year",
        "date",
        "journal",
        "volume",
        "pages",
        "pmid",
        "doi",
        "registry",
        "publication_types",
        "mesh",
        "has_abstract",
        "retracted",
        "studies",
    ]
    return fields, _struct_rows(edition.records, fields)


def _concepts(edition: Edition) -> Table:
    fields = ["concept", "field", "count", "start", "end", "polarity", "about", "found_by"]
    rows = [
        [record.id, *row]
        for record in edition.records
        for row in _struct_rows(record.concepts, fields)
    ]
    return ["record", *fields], rows


def _studies(edition: Edition) -> Table:
    fields = [
        "id",
        "label",
        "year",
        "design",
        "domain",
        "therapy",
        "population",
        "drug_resistant",
        "age_group",
        "blinding",
        "control",
        "n_randomized",
        "registry_ids",
        "overlaps",
        "source",
        "place",
        "read_by",
        "by_machine",
        "notes",
    ]
    rows = [
        ["; ".join(study.records), *row]
        for study in edition.studies
        for row in _struct_rows(study.readings, fields)
    ]
    return ["records", *fields], rows


def _results(edition: Edition) -> Table:
    fields = [
        "outcome",
        "subset",
        "events",
        "total",
        "percent",
        "percent_max",
        "derived",
        "verified",
        "actor",
    ]
    rows = []
    for study in edition.studies:
        for reading in study.readings:
            arms = {arm.id: arm for arm in reading.arms}
            for result in reading.results:
                arm = arms.get(result.arm)
                quote = result.quote or Quote(document="")
                rows.append(
                    [
                        reading.id,
                        result.arm,
                        arm.intervention if arm else "",
                        arm.role if arm else "",
                        *_struct_rows([result], fields)[0],
                        *(quote.document, quote.section, quote.start, quote.end),
                    ]
                )
    return ["study", "arm", "name", "role", *fields, "document", "section", "start", "end"], rows


def _comparisons(edition: Edition) -> Table:
    fields = [
        "study",
        "outcome",
        "subset",
        "arm",
        "first",
        "second",
        "first_reader",
        "second_reader",
        "agree",
    ]
    return fields, [r for s in edition.studies for r in _struct_rows(s.comparisons, fields)]


def _effects(edition: Edition) -> Table:
    fields = [
        "study",
        "label",
        "group",
        "intervention",
        "comparator",
        "measure",
        "estimate",
        "se",
        "ci_low",
        "ci_high",
        "events_1",
        "total_1",
        "events_2",
        "total_2",
        "weight",
        "derived",
        "verified",
        "notes",
    ]
    rows = [
        [result.id, *row]
        for result in edition.analyses
        for group in result.groups
        for row in _struct_rows(group.effects, fields)
    ]
    return ["analysis", *fields], rows


def _pooled(edition: Edition) -> Table:
    fields = [
        "group",
        "k",
        "n",
        "measure",
        "method",
        "test",
        "estimate",
        "ci_low",
        "ci_high",
        "p",
        "tau2",
        "i2",
        "q",
        "q_df",
        "q_p",
        "pi_low",
        "pi_high",
        "notes",
    ]
    rows = []
    for result in edition.analyses:
        for group in result.groups:
            planned = [group.pooled] if group.pooled else []
            for item, is_planned in [(p, True) for p in planned] + [
                (a, False) for a in group.alternatives
            ]:
                rows.append([result.id, is_planned, *_struct_rows([item], fields)[0]])
    return ["analysis", "planned", *fields], rows


def _omitted(edition: Edition) -> Table:
    fields = ["study", "label", "code", "detail"]
    rows = [[r.id, *row] for r in edition.analyses for row in _struct_rows(r.omitted, fields)]
    return ["analysis", *fields], rows


def _without(edition: Edition) -> Table:
    fields = ["study", "label", "estimate", "ci_low", "ci_high"]
    rows = [
        [result.id, group.concept, *row]
        for result in edition.analyses
        for group in result.groups
        for row in _struct_rows(group.without, fields)
    ]
    return ["analysis", "group", *fields], rows


def _specifications(edition: Edition) -> Table:
    fields = ["measure", "method", "test", "zero", "estimate", "ci_low", "ci_high", "p"]
    rows = [
        [result.id, group.concept, *row]
        for result in edition.analyses
        for group in result.groups
        if group.specifications
        for row in _struct_rows(group.specifications.done, fields)
    ]
    return ["analysis", "group", *fields], rows


def _networks(edition: Edition) -> Table:
    fields = [
        *("concept", "studies", "people", "estimate", "ci_low", "ci_high", "pi_low", "pi_high"),
        *("p_score", "mean_rank", "rank_low", "rank_high", "direct"),
    ]
    rows = [
        [result.id, result.measure, result.reference, *row]
        for result in edition.networks
        for row in _struct_rows(result.treatments, fields)
    ]
    return ["analysis", "measure", "reference", *fields], rows


def _pairs(edition: Edition) -> Table:
    fields = [
        *("a", "b", "estimate", "ci_low", "ci_high", "k", "direct", "direct_low", "direct_high"),
        *("indirect", "disagree_p"),
    ]
    rows = [
        [r.id, r.measure, *row] for r in edition.networks for row in _struct_rows(r.pairs, fields)
    ]
    return ["analysis", "measure", *fields], rows


def _searches(edition: Edition) -> Table:
    fields = [
        "search",
        "source",
        "typed",
        "sent",
        "start",
        "end",
        "hits",
        "outcome",
        "at",
        "translation",
        "version",
    ]
    return fields, _struct_rows(edition.searches, fields)


def _imports(edition: Edition) -> Table:
    fields = ["source", "name", "format", "read", "known", "digest", "at"]
    return fields, _struct_rows(edition.imports, fields)


def _flow(edition: Edition) -> Table:
    flow = edition.flow
    rows: list[Row] = [("identified", flow.identified)]
    rows += [(f"identified: {source.name}", source.read) for source in flow.sources]
    rows += [
        ("duplicates, same identifier", flow.duplicates_known),
        ("duplicates, merged", flow.duplicates_merged),
        ("screened", flow.screened.count),
        ("excluded", flow.excluded.count),
        ("excluded by a rule", flow.excluded_by_rule),
        ("excluded by a person", flow.excluded_by_person),
    ]
    rows += [(f"excluded: {reason}", box.count) for reason, box in flow.reasons.items()]
    if flow.assessed is not None:
        rows.append(("assessed in full", flow.assessed.count))
    rows += [(f"excluded in full: {r}", box.count) for r, box in flow.full_reasons.items()]
    rows += [
        ("undecided", flow.undecided.count),
        ("included", flow.included.count),
        ("studies with numbers read", flow.studies),
    ]
    return ("box", "count"), rows


def _windows(edition: Edition) -> Table:
    rows = []
    names = sorted({name for window in edition.windows for name in window.included})
    for name in names:
        rows.append([name, *(name in window.included for window in edition.windows)])
    return ["record", *(window.id for window in edition.windows)], rows


def _maps(edition: Edition) -> Table:
    rows = [
        [table.id, cell.row, cell.column, len(cell.records), cell.about, "; ".join(cell.records)]
        for table in edition.maps
        for cell in table.cells
    ]
    return ["map", "row", "column", "records", "about", "ids"], rows


def _published(edition: Edition) -> Table:
    fields = [
        "id",
        "kind",
        "citation",
        "population",
        "comparison",
        "outcome",
        "measure",
        "estimate",
        "ci_low",
        "ci_high",
        "k",
        "n",
        "i2",
        "concepts",
        "source",
    ]
    return fields, _struct_rows(edition.published, fields)
