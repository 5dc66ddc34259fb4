"""``sinteza log``: what happened to a review."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_jsonl
from sinteza.cli.review_options import folder_argument, open_review


@click.command()
@folder_argument
@click.option("--kind", multiple=True, help="Only this kind (screening.decided ...).")
@click.option("--subject", default="", help="Only events on this record, study or search.")
@click.option("--last", type=click.IntRange(min=0), default=0, help="Only the last N.")
@json_option
def command(folder: Path, kind: tuple[str, ...], subject: str, last: int, as_json: bool) -> None:
    """List the events of the review in DIR, oldest first; with --json one a line."""
    with open_review(folder) as review:
        events = [
            event
            for event in review.store.events(kinds=kind)
            if not subject or event.subject == subject
        ][-last:]
    if as_json:
        print_jsonl(events)
        return
    for event in events:
        click.echo(f"{event.seq:>7}  {event.at}  {event.kind:<20} {event.actor}  {event.subject}")
