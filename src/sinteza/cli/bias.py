"""``sinteza bias``: small-study effects of the studies of a table."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli._table import column_options, read_columns
from sinteza.cli.output import json_option, print_json


@click.command("bias")
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--measure", required=True, help="RR, OR, RD, MD, SMD, PLO, GEN ...")
@click.option("--method", default="REML", show_default=True, help="The estimator of tau2.")
@click.option("--test", default="knha", show_default=True, help="z, t, knha or adhoc.")
@click.option(
    "--alternative",
    type=click.Choice(["greater", "less", "two.sided"]),
    help="The direction that selection favors (default: that of the pooled estimate).",
)
@click.option("--level", default=0.95, show_default=True, help="Level of the intervals.")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "ro"]))
@column_options
@json_option
def command(
    data: Path,
    measure: str,
    method: str,
    test: str,
    alternative: str | None,
    level: float,
    language: str,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Test the studies of the table DATA for small-study effects and adjust for them.

    Egger, Thompson-Sharp, Begg (and Harbord, Peters, Macaskill for 2x2 tables), trim and fill,
    PET-PEESE, limit meta-analysis, Henmi-Copas, selection models, fail-safe N, excess significance
    and p-curve; what the data do not allow is said.
    """
    from sinteza.stats import effect_sizes
    from sinteza.stats.bias_report import assess_bias

    values, labels, _, _ = read_columns(data, measure, columns)
    drop = measure in ("RR", "OR", "IRR")  # studies without events say nothing about a ratio
    sizes = effect_sizes(measure, drop00=drop, labels=labels, **values)
    tables = None
    if measure in ("RR", "OR") and "ai" in values and "ci" in values:
        tables = {"ai": values["ai"], "ci": values["ci"]}
        for total, event, other in (("n1i", "ai", "bi"), ("n2i", "ci", "di")):
            tables[total] = values.get(total) or [
                a + b for a, b in zip(values[event], values[other], strict=True)
            ]
    found = assess_bias(
        sizes.yi,
        sizes.vi,
        ni=sizes.ni,
        tables=tables,
        method=method,
        test=test,
        alternative=alternative,
        level=level,
    )
    if as_json:
        print_json(
            {
                "measure": measure,
                "k": found.k,
                "tested": found.tested,
                "rows": found.rows(),
                "failed": found.failed,
                "notes": [*sizes.notes, *found.notes],
            }
        )
        return
    from sinteza.i18n import Language
    from sinteza.stats.notes import translate

    lang = Language(language)
    click.echo(found.summary(lang))
    for note in sizes.notes:
        click.echo(f"{lang.text('Note')}: {translate(note, lang)}")
