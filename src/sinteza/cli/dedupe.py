"""``sinteza dedupe``: merge the records that are one, in a review or in files."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.review_options import at_option, open_review
from sinteza.cli.screening import person_named, person_option

if TYPE_CHECKING:
    from sinteza.dedupe.cluster import Doubt, Link
    from sinteza.model.record import Cluster, Record
    from sinteza.review.review import Review


@click.command()
@click.argument(
    "paths", metavar="DIR|FILES...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--queue", "show_queue", is_flag=True, help="List the pairs that a person decides.")
@click.option("--links", "show_links", is_flag=True, help="List the reports of one study.")
@click.option(
    "--merge", "joined", nargs=2, metavar="A B", help="Make the entries A and B of DIR one."
)
@click.option(
    "--distinct",
    "told_apart",
    nargs=2,
    metavar="A B",
    help="Say that the entries A and B of DIR are two: the queue asks no more.",
)
@click.option("--split", "taken_back", metavar="ENTRY", help="Take the merge of ENTRY in DIR back.")
@click.option("--reason", default="", help="Why a merge is taken back, or two entries are two.")
@person_option
@at_option
@json_option
def command(
    paths: tuple[Path, ...],
    show_queue: bool,
    show_links: bool,
    joined: tuple[str, str] | None,
    told_apart: tuple[str, str] | None,
    taken_back: str | None,
    reason: str,
    person: str | None,
    at: str,
    as_json: bool,
) -> None:
    """Merge records that are one entry, and say why.

    In a review folder DIR the merges are recorded; of FILES of records (any format, any database)
    the duplicates are only shown. What is alike and not sure is listed with --queue, errata,
    conference abstracts and other reports of one study with --links.
    """
    # records are many small objects without cycles: looking for cycles costs a fifth of the time
    gc.set_threshold(200_000, 50, 50)
    is_review = len(paths) == 1 and paths[0].is_dir()
    if joined or told_apart or taken_back is not None:
        if not is_review:
            raise click.UsageError("--merge, --distinct and --split take the folder of one review.")
        with open_review(paths[0], at) as review:
            said, shown = _decide(review, joined, told_apart, taken_back, person, reason)
        if as_json:
            print_json(said)
        else:
            click.echo(shown)
        return
    if is_review:
        with open_review(paths[0], at) as review:
            new = review.dedupe()
            found = review.deduplication
            clusters: Iterable[Cluster] = [c for c in review.clusters if len(c.members) > 1]
            members = {name for entry in clusters for name in entry.members}
            members |= {name for doubt in found.queue for name in (doubt.left, doubt.right)}
            members |= {name for link in found.links for name in (link.left, link.right)}
            records = {r.id: r for r in review.records(members)}
        result: dict[str, Any] = {"new": new}
        origin: dict[str, str] = {}
    else:
        from sinteza.review.duplicates import in_files

        read = in_files(paths)
        found, records, origin = read.found, read.records, read.origin
        clusters = found.clusters
        result = {"records": len(records)}
    if as_json:
        result |= {
            "clusters": [_cluster(entry, records, origin) for entry in clusters],
            "queue": found.queue,
            "links": found.links,
        }
        print_json(result)
    elif show_queue or show_links:
        if show_queue:
            _print_queue(found.queue, records)
        if show_links:
            _print_links(found.links, records)
    else:
        _print_clusters(clusters)
        removed = sum(len(entry.members) - 1 for entry in clusters)
        click.echo(f"{len(list(clusters))} merged entries, {removed} records in excess")
        if is_review:
            click.echo(f"{result['new']} new or changed")
        click.echo(f"{len(found.queue)} pairs to look at (--queue)")
        click.echo(f"{len(found.links)} links between reports (--links)")


def _decide(
    review: Review,
    joined: tuple[str, str] | None,
    told_apart: tuple[str, str] | None,
    taken_back: str | None,
    person: str | None,
    reason: str,
) -> tuple[dict[str, Any], str]:
    """What a person says of entries: as data and in words."""
    actor = person_named(person)
    if joined:
        entry = review.merge(*joined, actor=actor)
        return {"merged": entry}, " = ".join(entry.members)
    if told_apart:
        two = review.distinguish(*told_apart, actor=actor, reason=reason)
        return {"distinct": two}, " ≠ ".join(" = ".join(entry.members) for entry in two)
    entry = review.split(str(taken_back), actor=actor, reason=reason)
    return {"split": entry}, f"{' | '.join(entry.members)}: stand alone again"


def _cluster(entry: Cluster, records: dict[str, Record], origin: dict[str, str]) -> dict[str, Any]:
    """An entry with its members' ids as their sources give them, in the order of ``ids``."""
    shown: dict[str, Any] = {
        "id": entry.id,
        "members": [records[name].source_id for name in entry.members],
        "ids": entry.members,
    }
    if origin:
        shown["files"] = [origin[name] for name in entry.members]
    return shown | {"representative": entry.representative, "evidence": entry.evidence}


def _print_clusters(clusters: Iterable[Cluster]) -> None:
    for entry in clusters:
        click.echo(" = ".join(entry.members))
        for item in entry.evidence:
            against = f"; against: {', '.join(item.disagree)}" if item.disagree else ""
            click.echo(f"  by {item.rule}; agree: {', '.join(item.agree)}{against}")


def _print_queue(queue: Iterable[Doubt], records: dict[str, Record]) -> None:
    for doubt in queue:
        click.echo(f"{doubt.left} ? {doubt.right}  ({doubt.score:g}: {'; '.join(doubt.reasons)})")
        for name in (doubt.left, doubt.right):
            click.echo(f"  {_line(records[name])}")


def _print_links(links: Iterable[Link], records: dict[str, Record]) -> None:
    for link in links:
        what = f" {link.what}" if link.what else ""
        click.echo(f"{link.left} ~ {link.right}  ({link.kind}{what})")
        for name in (link.left, link.right):
            if name in records:
                click.echo(f"  {_line(records[name])}")


def _line(record: Record) -> str:
    """One record on a line: who, when, what, where."""
    journal = record.journal
    place = " ".join(part for part in (journal.abbreviation or journal.title, journal.volume,
                                       f"({journal.issue})" if journal.issue else "",
                                       journal.pages) if part)  # fmt: skip
    who = record.authors[0].short if record.authors else ""
    parts = (who, str(record.year or ""), record.title or "(no title)", place)
    return ". ".join(part for part in parts if part)
