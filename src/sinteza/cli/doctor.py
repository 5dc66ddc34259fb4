"""``sinteza doctor``: is a review sound?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.review_options import folder_argument, open_review


@click.command()
@folder_argument
@click.option("--rebuild", is_flag=True, help="Make the projections again from the log.")
@json_option
def command(folder: Path, rebuild: bool, as_json: bool) -> None:
    """Verify the chain of events, the artifacts, the projections and the counts of DIR."""
    from sinteza.review.doctor import examine

    with open_review(folder) as review:
        findings = examine(review, rebuild=rebuild)
    if as_json:
        print_json(findings)
    else:
        for item in findings:
            click.echo(f"{'sound' if item.sound else 'WRONG':<6} {item.check:<12} {item.detail}")
    sys.exit(0 if all(item.sound for item in findings) else 1)
