"""``sinteza query``: check, explain and translate search strategies."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.output import json_option, print_json, print_tree

if TYPE_CHECKING:
    from sinteza.query.mesh import Thesaurus
    from sinteza.query.tree import Note, Query


@click.group("query")
def command() -> None:
    """Check, explain and translate a search strategy.

    QUERY is the text itself, the name of a file after "@", or "-" for standard input.
    """


mesh_option = click.option(
    "--mesh",
    "mesh_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SINTEZA_MESH",
    help="A MeSH file made by 'sinteza mesh build' (or SINTEZA_MESH).",
)


def _text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    if query.startswith("@"):
        path = Path(query[1:])
        if not path.is_file():
            raise click.BadParameter(f"there is no file '{path}'")
        return path.read_text("utf-8")
    return query


def _thesaurus(path: Path | None) -> Thesaurus:
    from sinteza.query.mesh import load, shipped

    return load(path.read_bytes(), name=path.name) if path else shipped()


def _show(note: Note, text: str) -> None:
    """The line of the query with the place marked below it."""
    begin = text.rfind("\n", 0, note.start) + 1
    end = text.find("\n", note.start)
    line = text[begin : end if end >= 0 else len(text)]
    column = note.start - begin
    shift = max(0, column - 50)
    shown = line[shift : shift + 78]
    click.echo(f"{note.code}: {note.message}")
    if shown.strip():
        width = max(1, min(note.end - note.start, len(shown) - (column - shift)))
        click.echo(f"  {shown}")
        click.echo("  " + " " * (column - shift) + "^" * width)
    if note.hint:
        click.echo(f"  {note.hint}")


@command.command("check")
@click.argument("query")
@mesh_option
@json_option
def check_command(query: str, mesh_path: Path | None, as_json: bool) -> None:
    """Say what PubMed would misread, with the place and the fix.

    Ends with 1 if the query must not be sent as it is.
    """
    from sinteza.query.lint import check

    text = _text(query).strip()
    report = check(text, thesaurus=_thesaurus(mesh_path))
    if as_json:
        print_json({"sendable": report.sendable, "error": report.error, "notes": report.notes})
    else:
        for note in (*((report.error,) if report.error else ()), *report.notes):
            _show(note, text)
        click.echo("Ready to send." if report.sendable else "Not ready to send.")
    sys.exit(0 if report.sendable else 1)


@command.command("explain")
@click.argument("query")
@click.option("--notation", is_flag=True, help="Print the exact tree in one line.")
@click.option("--translated", is_flag=True, help="Explain the query after its term mapping.")
@click.option(
    "--archive",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Count the records of every part in a local archive.",
)
@mesh_option
@json_option
def explain_command(
    query: str,
    notation: bool,
    translated: bool,
    folder: Path | None,
    mesh_path: Path | None,
    as_json: bool,
) -> None:
    """Show the tree of a query."""
    from msgspec.structs import replace

    from sinteza.errors import QueryError
    from sinteza.query.explain import exact, explain
    from sinteza.query.strategy import parse_strategy
    from sinteza.query.syntax import parse
    from sinteza.query.translate import translate

    if notation and folder:
        raise click.UsageError("--notation prints the tree alone: leave out --archive")
    text = _text(query).strip()
    thesaurus = _thesaurus(mesh_path)
    if notation:
        try:
            written, notes = exact(parse(text), thesaurus)
            codes = [note.code for note in notes]
        except QueryError as error:
            written, codes = "ERROR", [error.code or ""]
        if as_json:
            print_json({"notation": written, "notes": codes})
        else:
            click.echo(written)
            for code in codes:
                click.echo(code, err=True)
        sys.exit(1 if written == "ERROR" else 0)
    parsed: Query = parse_strategy(text, local=folder is not None)
    if translated:
        parsed = replace(parsed, root=translate(parsed, thesaurus).root)
    if folder is None:
        lines = explain(parsed.root)
    else:
        from sinteza.archive.search import open_archive

        with open_archive(folder, thesaurus=thesaurus) as archive:
            lines = archive.explain(parsed)
    if as_json:
        print_json(lines)
    else:
        print_tree(lines)


@command.command("translate")
@click.argument("query")
@click.option("--from", "source", type=click.Choice(["pubmed", "ovid"]), default="pubmed")
@click.option("--to", "target", type=click.Choice(["pubmed", "ovid"]), default="pubmed")
@mesh_option
@json_option
def translate_command(
    query: str, source: str, target: str, mesh_path: Path | None, as_json: bool
) -> None:
    """Rewrite a strategy: PubMed's term mapping, Ovid to PubMed, PubMed to Ovid.

    What has no equal in the other language is said on standard error.
    """
    from sinteza.query.ovid import parse_ovid, to_ovid
    from sinteza.query.strategy import parse_strategy
    from sinteza.query.syntax import to_pubmed
    from sinteza.query.translate import translate

    text = _text(query).strip()
    if source == "pubmed" and target == "pubmed":
        done = translate(parse_strategy(text), _thesaurus(mesh_path))
        if as_json:
            print_json(done)
            return
        click.echo(done.text)
        click.echo(f"MeSH {done.mesh_year}", err=True)
        for note in done.notes:
            click.echo(f"{note.code}: {note.message}", err=True)
        return
    parsed = parse_ovid(text) if source == "ovid" else parse_strategy(text)
    notes = list(parsed.notes)
    if target == "ovid":
        written, more = to_ovid(parsed.root)
        notes += more
    else:
        written = to_pubmed(parsed.root, short=True)
    if as_json:
        print_json({"text": written, "notes": notes})
        return
    click.echo(written)
    for note in notes:
        click.echo(f"{note.code}: {note.message}", err=True)
