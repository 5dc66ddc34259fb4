"""``sinteza extract agreement DIR``: how far those who extract and verify agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.extract_options import language_of, language_option
from sinteza.cli.output import json_option, print_json, print_table
from sinteza.cli.review_options import folder_argument, open_review

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.screening.agreement import Agreement


@click.command("agreement")
@folder_argument
@language_option
@json_option
def command(folder: Path, language: str, as_json: bool) -> None:
    """Compare people who verified the same values in DIR, and readers of the same studies.

    Percent agreement with Wilson's interval (for figures: exactly the same), Cohen's kappa for a
    pair and Fleiss' for more, then the list of differences. ``sinteza extract verify --second``
    lets another person judge what one has judged.
    """
    from sinteza.review.agreeing import REJECTED, extraction_agreement

    with open_review(folder) as review:
        found = extraction_agreement(review)
        lang = language_of(review, language)
    if as_json:
        print_json(found)
        return
    measured = (
        (lang.text("Verdicts of people"), found.verdicts),
        (lang.text("Figures they leave standing"), found.figures),
        (lang.text("Designs, by reader"), found.designs),
        (lang.text("Outcomes present, by reader"), found.outcomes),
        (lang.text("Figures, by reader"), found.values),
    )
    rows = [_row(lang, name, item) for name, item in measured if item is not None]
    if not rows:
        click.echo(lang.text("Nothing was extracted or verified twice."))
        return
    header = ("", lang.text("compared"), lang.text("agreement"), lang.text("95% interval"))
    print_table((*header, lang.text("kappa")), rows)
    if not found.differences:
        click.echo(lang.text("No difference."))
        return
    click.echo("")
    print_table(
        (lang.text("study"), lang.text("what"), lang.text("by whom")),
        [
            (
                item.study,
                item.subject or lang.text(item.what),
                "; ".join(
                    f"{who}: {lang.text('rejected') if value == REJECTED else value}"
                    for who, value in item.said.items()
                ),
            )
            for item in found.differences
        ],
    )


def _row(lang: Language, name: str, item: Agreement) -> tuple[str, ...]:
    kappa = (item.cohen or item.fleiss).value
    return (
        name,
        lang.integer(item.records),
        lang.percent(item.percent.value, 1),
        f"{lang.percent(item.percent.low, 1)}\N{EN DASH}{lang.percent(item.percent.high, 1)}",
        "" if kappa != kappa else lang.number(kappa),  # NaN: one and the same answer everywhere
    )
