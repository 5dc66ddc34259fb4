"""``sinteza convert IN OUT``: a file of records into another format."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--from", "from_", metavar="FORMAT", default="", help="Do not detect the format.")
@click.option("--to", metavar="FORMAT", default="", help="Do not go by the ending of OUT.")
def command(source: Path, target: Path, from_: str, to: str) -> None:
    """Write the records of a file in another format; nothing is lost on the way.

    Formats are told by content and, for OUT, by its ending: ris, nbib, bib, csv, tsv, xlsx, json
    (CSL-JSON, with --to csl-json), xml (with --to endnote-xml or pubmed-xml), ciw, mrc. Both may
    end in .gz.
    """
    from collections.abc import Iterator

    from sinteza.cli.output import progress
    from sinteza.model.record import Record
    from sinteza.sources.files import open_records, write_records

    draw = progress()
    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        for record in open_records(source, form=from_):
            count += 1
            if count % 1000 == 0:
                draw("records", count, None)
            yield record

    write_records(counted(), target, form=to)
    click.echo(f"{count:,} records written to {target}", err=True)
