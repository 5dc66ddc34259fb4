"""``sinteza analyze``: the planned analyses of a review."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json, print_table
from sinteza.cli.review_options import folder_argument, open_review


@click.command()
@folder_argument
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Pool what the review in DIR includes, as its protocol plans."""
    with open_review(folder) as review:
        from sinteza.review.edition import analyses_of

        results = analyses_of(review)
    if as_json:
        print_json(results)
        return
    rows = []
    for result in results:
        for group in result.groups:
            if group.pooled is None:
                (only,) = group.effects
                rows.append((result.id, group.concept, 1, only.label, "", "", ""))
                continue
            pooled = group.pooled
            interval = f"{pooled.ci_low:.2f} to {pooled.ci_high:.2f}"
            spread = "" if pooled.i2 is None else f"{100 * pooled.i2:.0f}%"
            effect = f"{pooled.measure} {pooled.estimate:.2f}"
            rows.append(
                (result.id, group.concept, pooled.k, effect, interval, spread, pooled.method)
            )
    header = ("analysis", "group", "studies", "effect", "95% interval", "I2", "method")
    print_table(header, rows)
