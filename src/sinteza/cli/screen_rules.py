"""``sinteza screen rules``: the protocol's criteria applied to every entry."""

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
    """Include or exclude every entry of the review in DIR by the protocol's rules.

    Each decision says what met the criteria, or which one failed first. People's decisions stay
    and hold before a rule's.
    """
    from sinteza.cli.flow_lines import flow_data, print_flow
    from sinteza.review.run import window_of

    with open_review(folder, at) as review:
        chosen = window_of(review.loaded.protocol.windows, window or review.window)
        new = review.screen(chosen)
        flow = review.flow()
    if as_json:
        print_json({"new": new, "window": chosen.id, "flow": flow_data(flow)})
        return
    print_flow(flow)
    click.echo(f"{new} decisions new or changed, window {chosen.id}")
