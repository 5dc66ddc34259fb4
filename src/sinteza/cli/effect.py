"""``sinteza effect``: one estimate and variance a study from a table of counts or means."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli._table import column_options, read_columns
from sinteza.cli.output import json_option, print_json, print_table


@click.command("effect")
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--measure", required=True, help="RR, OR, RD, MD, SMD, PLO ... (see the docs).")
@click.option("--add", default=0.5, show_default=True, help="Added to the cells of a study.")
@click.option(
    "--to",
    default="only0",
    show_default=True,
    type=click.Choice(["only0", "all", "if0all", "none"]),
    help="To which studies it is added.",
)
@click.option("--drop00", is_flag=True, help="Leave out studies without events in both arms.")
@click.option("--vtype", default="LS", show_default=True, help="The variance estimator.")
@column_options
@json_option
def command(
    data: Path,
    measure: str,
    add: float,
    to: str,
    drop00: bool,
    vtype: str,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Compute effect sizes from the table DATA (CSV, UTF-8)."""
    from sinteza.stats import effect_sizes

    values, labels, _, _ = read_columns(data, measure, columns)
    found = effect_sizes(
        measure, add=add, to=to, drop00=drop00, vtype=vtype, labels=labels, **values
    )
    if as_json:
        print_json({"measure": measure, "studies": found.rows(), "notes": list(found.notes)})
        return
    rows = [
        [row["study"], *("" if row[c] is None else f"{row[c]:.6g}" for c in ("yi", "vi", "sei"))]
        for row in found.rows()
    ]
    print_table(["study", "yi", "vi", "sei"], rows)
    for note in found.notes:
        click.echo(f"Note: {note}", err=True)
