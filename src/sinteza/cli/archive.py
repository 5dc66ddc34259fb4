"""``sinteza archive``: a PubMed of one's own, searched exactly and as of any day."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json, print_tree, progress

_DAY = click.DateTime(formats=["%Y-%m-%d", "%Y/%m/%d"])
folder_argument = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
files_argument = click.argument(
    "files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path)
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes that read and index; as many as there are CPUs if not given.",
)


@click.group("archive")
def command() -> None:
    """Keep PubMed's files in a folder and search them like PubMed.

    NLM publishes the whole of PubMed once a year (baseline) and its changes every day (update
    files), as XML packed with gzip; EFetch gives the same XML for single records.
    """


@command.command("build")
@folder_argument
@files_argument
@jobs_option
@json_option
def build_command(folder: Path, files: tuple[Path, ...], jobs: int | None, as_json: bool) -> None:
    """Make an archive in FOLDER of FILES, in the order given; go on with one that was cut."""
    from sinteza.archive.build import build

    _say(build(folder, files, progress=progress(), jobs=jobs), as_json)


@command.command("update")
@folder_argument
@files_argument
@jobs_option
@json_option
def update_command(folder: Path, files: tuple[Path, ...], jobs: int | None, as_json: bool) -> None:
    """Load update files in the order given: later versions replace, deletions remove.

    Files that are in already are passed over.
    """
    from sinteza.archive.build import update

    _say(update(folder, files, progress=progress(), jobs=jobs), as_json)


def _say(loaded: object, as_json: bool) -> None:
    from sinteza.archive.build import Loaded

    assert isinstance(loaded, Loaded)
    if as_json:
        print_json(loaded)
        return
    click.echo(f"{loaded.files:,} files read, {loaded.known:,} were in already")
    click.echo(f"{loaded.records:,} records, {loaded.deleted:,} deletions")


@command.command("search")
@folder_argument
@click.argument("query")
@click.option("--count", "only_count", is_flag=True, help="Print the number of records only.")
@click.option("--ids", "only_ids", is_flag=True, help="Print the PMIDs, one a line (the default).")
@click.option("--explain", "explained", is_flag=True, help="Print every part with its hits.")
@click.option("--as-of", type=_DAY, help="Answer as the archive stood on this day.")
@click.option("--from", "first", type=_DAY, help="First day of publication.")
@click.option("--to", "last", type=_DAY, help="Last day of publication.")
@click.option(
    "--mesh",
    "mesh_path",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="A MeSH built with 'sinteza mesh build'.",
)
@json_option
def search_command(
    folder: Path,
    query: str,
    only_count: bool,
    only_ids: bool,
    explained: bool,
    as_of: datetime | None,
    first: datetime | None,
    last: datetime | None,
    mesh_path: Path | None,
    as_json: bool,
) -> None:
    """Print every PMID of QUERY in FOLDER; how it was read goes to standard error."""
    from sinteza.archive.search import open_archive
    from sinteza.query import mesh

    if (first is None) != (last is None):
        raise click.UsageError("give both --from and --to, or neither")
    if sum((only_count, only_ids, explained, as_json)) > 1 and not (explained and as_json):
        raise click.UsageError("choose one of --count, --ids, --explain, --json")
    window = (first.date(), last.date()) if first and last else None
    thesaurus = mesh.load(mesh_path.read_bytes(), name=str(mesh_path)) if mesh_path else None
    day: date | None = as_of.date() if as_of else None
    with open_archive(folder, thesaurus=thesaurus) as archive:
        answer = archive.search(query, window, day, explained=explained)
    if as_json:
        print_json(answer)
        return
    if only_count:
        click.echo(str(answer.count))
    elif explained:
        print_tree(answer.lines)
    else:
        sys.stdout.write("".join(f"{pmid}\n" for pmid in answer.ids))
    click.echo(f"{answer.count:,} records as of {answer.as_of}", err=True)
    click.echo(f"MeSH {answer.mesh_year}: {answer.translation.text}", err=True)
    for note in answer.notes:
        click.echo(f"{note.code}: {note.message}", err=True)


@command.command("fetch")
@folder_argument
@click.argument("pmids", nargs=-1)
@click.option("--as-of", type=_DAY, help="The versions that stood on this day.")
def fetch_command(folder: Path, pmids: tuple[str, ...], as_of: datetime | None) -> None:
    """Write the XML of PMIDS (or of those on standard input) as one PubmedArticleSet."""
    from sinteza.archive.search import open_archive

    wanted = pmids or tuple(sys.stdin.read().split())
    for pmid in wanted:
        if not pmid.isdecimal():
            raise click.UsageError(f"'{pmid}' is not a PMID")
    with open_archive(folder) as archive:
        day = as_of.date() if as_of else None
        for part in archive.fetch(wanted, day, size=max(len(wanted), 1)):
            sys.stdout.buffer.write(part)


@command.command("info")
@folder_argument
@json_option
def info_command(folder: Path, as_json: bool) -> None:
    """Say what FOLDER holds: records, versions, files, date, digest."""
    import msgspec

    from sinteza.archive.search import open_archive

    with open_archive(folder) as archive:
        info = archive.info()
    if as_json:
        print_json(info)
        return
    for name, value in msgspec.structs.asdict(info).items():
        shown = ", ".join(value) or "none" if isinstance(value, tuple) else value
        click.echo(f"{name:<11} {shown:,}" if isinstance(shown, int) else f"{name:<11} {shown}")


@command.command("verify")
@folder_argument
@click.option("--quick", is_flag=True, help="Do not read every record again.")
@json_option
def verify_command(folder: Path, quick: bool, as_json: bool) -> None:
    """Check every page and record of FOLDER; ends with 1 if something is wrong."""
    from sinteza.archive.verify import verify

    problems = verify(folder, quick=quick, progress=progress())
    if as_json:
        print_json({"sound": not problems, "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        if not problems:
            click.echo("The archive is sound.")
    sys.exit(1 if problems else 0)
