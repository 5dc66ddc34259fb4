"""``sinteza multiverse``: every reasonable analysis of a table at once."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli._table import column_options, read_columns
from sinteza.cli.output import json_option, print_json


@click.command("multiverse")
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--measure", "measures", multiple=True, required=True, help="RR, OR, MD ...; may be repeated."
)
@click.option("--alpha", default=0.05, show_default=True, help="Level of significance.")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "ro"]))
@column_options
@json_option
def command(
    data: Path,
    measures: tuple[str, ...],
    alpha: float,
    language: str,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Analyze the table DATA with every measure, method, test and rule for empty cells.

    Says in how many analyses the direction and the significance stay: whether the conclusion
    depends on the analyst's choices.
    """
    from sinteza.stats.sensitivity import multiverse

    values, _, _, _ = read_columns(data, measures[0], columns)
    found = multiverse(measures=measures, alpha=alpha, **values)
    if as_json:
        print_json(
            {
                "rows": found.rows(),
                "direction": found.direction,
                "share_same_direction": found.share_same_direction,
                "share_significant": found.share_significant,
                "share_opposite_significant": found.share_opposite_significant,
                "robust": found.robust,
                "failed": [{"analysis": what, "why": why} for what, why in found.failed],
                "notes": list(found.notes),
            }
        )
        return
    from sinteza.i18n import Language

    lang = Language(language)
    click.echo(found.summary(lang))
