"""``sinteza mesh``: build a MeSH file from NLM's, look headings up."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.query import mesh_option


@click.group("mesh")
def command() -> None:
    """MeSH, the vocabulary of PubMed, as versioned data."""


@command.command("build")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--year", type=click.IntRange(1960, 2100), required=True, help="The year of MeSH.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def build_command(files: tuple[Path, ...], year: int, out: Path) -> None:
    """Make one MeSH file of NLM's descriptor, qualifier and supplementary FILES.

    XML (desc, qual, supp), mtrees .bin and tables, plain or gzip. Use it with --mesh or by
    setting SINTEZA_MESH.
    """
    from sinteza.query.mesh import dump
    from sinteza.query.mesh_files import build

    with ExitStack() as stack:
        named = [(path.name, stack.enter_context(path.open("rb"))) for path in files]
        thesaurus = build(named, year=year)
    data = dump(thesaurus)
    fresh = out.with_name(out.name + ".part")
    fresh.write_bytes(data)
    fresh.replace(out)
    click.echo(
        f"MeSH {year}: {len(thesaurus.descriptors):,} descriptors, "
        f"{len(thesaurus.supplements):,} supplementary concepts, {len(data):,} bytes in {out.name}"
    )


@command.command("show")
@click.argument("term")
@mesh_option
@json_option
def show_command(term: str, mesh_path: Path | None, as_json: bool) -> None:
    """Show the heading of a TERM: tree numbers, entry terms, what lies below it."""
    from sinteza.cli.query import _thesaurus
    from sinteza.errors import QueryError

    thesaurus = _thesaurus(mesh_path)
    found = thesaurus.find(term)
    if found is None:
        raise QueryError(
            f"MeSH {thesaurus.year} has no heading or entry term '{term}'",
            hint=f"This MeSH is partial: {thesaurus.partial}." if thesaurus.partial else None,
        )
    below = sorted(thesaurus.explode(found.name) - {found.name})
    if as_json:
        print_json(
            {
                "name": found.name, "year": thesaurus.year, "trees": found.trees,
                "terms": found.terms, "actions": found.actions, "explodes_to": below,
            }
        )  # fmt: skip
        return
    click.echo(f"{found.name}  (MeSH {thesaurus.year}: {', '.join(found.trees) or 'no tree'})")
    for title, names in (("Entry terms", found.terms), ("Explodes to", below)):
        if names:
            click.echo(f"{title}:")
            for name in names:
                click.echo(f"  {name}")
