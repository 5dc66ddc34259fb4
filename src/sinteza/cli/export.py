"""``sinteza export``: the records of a review with their decisions, for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.review_options import folder_argument, open_review


@click.command()
@folder_argument
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", "form", default="", help="Format; told by FILE's ending without it.")
@click.option(
    "--only",
    type=click.Choice(["include", "exclude", "undecided"]),
    help="Only entries with this decision.",
)
def command(folder: Path, target: Path, form: str, only: str | None) -> None:
    """Write the entries of the review in DIR, decisions and reasons included, to FILE."""
    with open_review(folder) as review:
        count = review.export(target, form=form, only=only or "")
    click.echo(f"{count} records written to {target}")
