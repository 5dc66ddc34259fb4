"""``sinteza network``: compare all treatments of a table of studies."""

from __future__ import annotations

import click

from sinteza.cli.output import json_option, print_json


@click.command("network")
@click.argument("data", type=click.Path(exists=True, dir_okay=False))
@click.option("--measure", required=True, help="OR RR RD ASD MD SMD ROM IRR IRD HR.")
@click.option("--method", default="DL", show_default=True, type=click.Choice(["DL", "REML", "ML"]))
@click.option("--reference", help="The treatment the others are compared with.")
@click.option(
    "--small-values",
    default="desirable",
    show_default=True,
    type=click.Choice(["desirable", "undesirable"]),
    help="Is a small outcome good for patients?",
)
@click.option("--test", default="z", show_default=True, type=click.Choice(["z", "t"]))
@click.option("--level", default=0.95, show_default=True, help="Of the intervals.")
@click.option("--increment", default=0.5, show_default=True, help="For studies with a zero cell.")
@click.option("--keep-double-zeros", is_flag=True, help="Keep studies without any event.")
@click.option(
    "--project", is_flag=True, help="Adjust multi-arm contrasts that do not add up, not refuse."
)
@click.option(
    "--contrast-covariance",
    default="full",
    show_default=True,
    type=click.Choice(["full", "ignored"]),
    help="REML and ML of multi-arm contrasts: 'ignored' gives netmeta's figures.",
)
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "ro"]))
@click.option(
    "--charts", type=click.Path(file_okay=False), help="Write all figures into this folder."
)
@json_option
def command(
    data: str,
    measure: str,
    method: str,
    reference: str | None,
    small_values: str,
    test: str,
    level: float,
    increment: float,
    keep_double_zeros: bool,
    project: bool,
    contrast_covariance: str,
    language: str,
    charts: str | None,
    as_json: bool,
) -> None:
    """Compare every treatment in DATA (CSV) with every other.

    Columns, one row an arm: study, treatment and events, n | mean, sd, n | events, time.
    Or one row a contrast: study, treat1, treat2, estimate, se (TE, seTE; ratios as logarithms).
    """
    import csv

    from sinteza.i18n import Language
    from sinteza.stats.network import network

    with open(data, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    fitted = network(
        rows,
        measure=measure,
        method=method,
        reference=reference,
        small_values=small_values,  # type: ignore[arg-type]  # click has checked the choice
        test=test,  # type: ignore[arg-type]  # same
        level=level,
        increment=increment,
        keep_double_zeros=keep_double_zeros,
        contrast_covariance=contrast_covariance,  # type: ignore[arg-type]  # same
        multi_arm="project" if project else "check",
    )
    if charts is not None:
        from pathlib import Path

        from sinteza.charts import from_network

        folder, lang = Path(charts), Language(language)
        folder.mkdir(parents=True, exist_ok=True)
        drawn = {
            "graph.svg": from_network.graph_of(fitted, lang=lang),
            "forest.svg": from_network.network_forest_of(fitted, lang=lang),
            "league.svg": from_network.league_of(fitted, lang=lang),
            "league.html": from_network.league_of(fitted, lang=lang, html=True),
            "ranks.svg": from_network.rankogram_of(fitted, lang=lang),
            "funnel.svg": from_network.funnel_of_network(fitted, lang=lang),
        }
        for name, text in drawn.items():
            (folder / name).write_text(text, encoding="utf-8")
    if as_json:
        print_json(fitted.as_dict())
    else:
        click.echo(fitted.summary(Language(language)))
