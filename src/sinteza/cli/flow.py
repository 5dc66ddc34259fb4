"""``sinteza flow``: the PRISMA counts of a review."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.review_options import folder_argument, open_review


@click.command()
@folder_argument
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Show the flow of records of the review in DIR; with --json each box lists its entries."""
    from sinteza.cli.flow_lines import flow_data, print_flow

    with open_review(folder) as review:
        flow = review.flow()
    if as_json:
        print_json(flow_data(flow))
    else:
        print_flow(flow)
