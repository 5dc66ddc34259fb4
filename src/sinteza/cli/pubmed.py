"""``sinteza pubmed``: the live PubMed from the command line."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json, progress


@click.group("pubmed")
def command() -> None:
    """Search and fetch from PubMed through NCBI's E-utilities.

    Set NCBI_EMAIL, and NCBI_API_KEY for 10 requests a second instead of 3.
    """


def _day(ctx: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


_DATE = click.DateTime(formats=["%Y-%m-%d", "%Y/%m/%d"])
keep_option = click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder where answers wait, so that an interrupted run goes on.",
)


@command.command("search")
@click.argument("query")
@click.option("--from", "first", type=_DATE, callback=_day, help="First day of the window.")
@click.option("--to", "last", type=_DATE, callback=_day, help="Last day of the window.")
@click.option("--date-field", default="dp", show_default=True, help="dp, crdt, edat, mhda, lr ...")
@click.option("--allow", multiple=True, metavar="CODE", help="Send in spite of this note.")
@click.option("--count", "only_count", is_flag=True, help="Print the number of records only.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, send nothing.")
@keep_option
@json_option
def search_command(
    query: str,
    first: date | None,
    last: date | None,
    date_field: str,
    allow: tuple[str, ...],
    only_count: bool,
    dry_run: bool,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Print every PMID of QUERY, one a line; how PubMed read it goes to standard error."""
    from sinteza.query.lint import ensure_sendable
    from sinteza.sources.eutils import connect

    if (first is None) != (last is None):
        raise click.UsageError("give both --from and --to, or neither")
    window = (first, last) if first and last else None
    ensure_sendable(query, allow=allow)
    with connect(keep=keep) as pubmed:
        if dry_run:
            for request in pubmed.requests(query, window=window, date_field=date_field):
                click.echo(request.shown())
            return
        if only_count:
            number = pubmed.count(query, window=window, date_field=date_field)
            print_json({"count": number}) if as_json else click.echo(number)
            return
        answer = pubmed.search(
            query, window=window, date_field=date_field, allow=allow, progress=progress()
        )
    if as_json:
        print_json(
            {
                "query": answer.query, "term": answer.term, "at": answer.at.isoformat(),
                "count": answer.count, "translation": answer.translation,
                "translation_set": answer.translation_set, "warnings": answer.warnings,
                "ids": answer.ids,
            }
        )  # fmt: skip
        return
    for pmid in answer.ids:
        click.echo(pmid)
    click.echo(f"{answer.count:,} records on {answer.at:%Y-%m-%d %H:%M} UTC", err=True)
    click.echo(f"PubMed read: {answer.translation}", err=True)
    for warning in answer.warnings:
        click.echo(f"PubMed warns: {warning}", err=True)
    _say_difference(query, answer.translation)


def _say_difference(query: str, theirs: str) -> None:
    """How PubMed's translation differs from the one made here."""
    from sinteza.errors import QueryError
    from sinteza.query.mesh import shipped
    from sinteza.query.syntax import parse
    from sinteza.query.translate import difference, translate

    try:
        found = difference(translate(parse(query), shipped()).root, theirs)
    except QueryError as error:
        click.echo(f"PubMed's translation is not read here: {error.what}", err=True)
        return
    for title, terms in (("Only PubMed searches", found.theirs), ("Only we search", found.ours)):
        if terms:
            click.echo(f"{title}: {'; '.join(terms)}", err=True)


@command.command("fetch")
@click.argument("pmids", nargs=-1)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@keep_option
def fetch_command(pmids: tuple[str, ...], out: Path, keep: Path | None) -> None:
    """Write the records of PMIDS (or of standard input, one a line) into OUT as EFetch XML."""
    from sinteza.sources.eutils import connect

    wanted = pmids or tuple(sys.stdin.read().split())
    out.mkdir(parents=True, exist_ok=True)
    absent: list[tuple[str, ...]] = []
    with connect(keep=keep or out / ".part") as pubmed:
        bodies = pubmed.fetch(wanted, missing=absent.append, progress=progress())
        for number, body in enumerate(bodies):
            (out / f"efetch-{number:05d}.xml").write_bytes(body)
        pubmed.forget()
    if keep is None and (out / ".part").is_dir():
        (out / ".part").rmdir()
    for missing in absent:
        click.echo(f"PubMed has no record for: {' '.join(missing)}", err=True)
        sys.exit(3)


@command.command("info")
@json_option
def info_command(as_json: bool) -> None:
    """Say when PubMed was last built and how many records it has."""
    from sinteza.sources.eutils import connect

    with connect() as pubmed:
        about = pubmed.info()
    if as_json:
        print_json(about)
        return
    click.echo(f"{about['build']}: {about['records']:,} records, updated {about['updated']}")
