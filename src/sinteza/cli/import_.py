"""``sinteza import``: records from files into a review."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json, print_table
from sinteza.cli.review_options import at_option, folder_argument, open_review


@click.command()
@folder_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@at_option
@json_option
def command(folder: Path, files: tuple[Path, ...], at: str, as_json: bool) -> None:
    """Take FILES (PubMed XML, NBIB, RIS ...; .gz and .zip too) into the review in DIR.

    All of them or none: after an error the review is as it was. A file it already holds is passed
    over.
    """
    with open_review(folder, at) as review:
        done = review.import_files(files)
    if as_json:
        print_json(done)
        return
    rows = [(item.name, item.read, item.added, item.known) for item in done]
    print_table(("file", "read", "added", "held before"), rows)
    if len(done) < len(files):
        click.echo(f"{len(files) - len(done)} file(s) passed over: the review holds them already")
