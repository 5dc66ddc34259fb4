"""``sinteza dedupe``: merge the records of a review that are one."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.review_options import at_option, folder_argument, open_review


@click.command()
@folder_argument
@at_option
@json_option
def command(folder: Path, at: str, as_json: bool) -> None:
    """Merge records of the review in DIR that are one entry, and say why."""
    with open_review(folder, at) as review:
        new = review.dedupe()
        merged = [entry for entry in review.clusters if len(entry.members) > 1]
    if as_json:
        print_json({"new": new, "clusters": merged})
        return
    for entry in merged:
        click.echo(" = ".join(entry.members))
        for item in entry.evidence:
            against = f"; against: {', '.join(item.disagree)}" if item.disagree else ""
            click.echo(f"  by {item.rule}; agree: {', '.join(item.agree)}{against}")
    click.echo(f"{len(merged)} merged entries, {new} new or changed")
