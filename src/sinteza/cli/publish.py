"""``sinteza publish``: the edition of a review as it stands."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.review_options import at_option, folder_argument, open_review, window_option


@click.command()
@folder_argument
@window_option
@at_option
@json_option
def command(folder: Path, window: str, at: str, as_json: bool) -> None:
    """Write the edition of the review in DIR, in each of its languages."""
    from sinteza.review.run import publish, window_of

    with open_review(folder, at) as review:
        protocol = review.loaded.protocol
        done = publish(review, window_of(protocol.windows, window or review.window))
    if as_json:
        print_json({"edition": done.number, "window": done.window, "pages": done.pages})
        return
    click.echo(f"edition {done.number}, window {done.window}")
    for page in done.pages.values():
        click.echo(page)
