"""``sinteza classify``: find the taxonomy's concepts in the records of a review."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json, print_table
from sinteza.cli.review_options import at_option, folder_argument, open_review


@click.command()
@folder_argument
@at_option
@json_option
def command(folder: Path, at: str, as_json: bool) -> None:
    """Find the taxonomy's concepts in every entry of the review in DIR."""
    with open_review(folder, at) as review:
        changed = review.classify()
        counts = review.concept_counts()
        labels = {name: review.loaded.taxonomy.label(name) for name in counts}
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if as_json:
        listed = [{"concept": n, "label": labels[n], "entries": c} for n, c in ranked]
        print_json({"changed": changed, "concepts": listed})
        return
    print_table(("entries", "concept", "label"), [(c, n, labels[n]) for n, c in ranked])
    click.echo(f"{changed} entries new or changed")
