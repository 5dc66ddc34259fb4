"""``sinteza extract record DIR``: what the extractor reads in the reports of a review."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.extract_options import extractor_option, language_of, language_option
from sinteza.cli.output import json_option, print_json
from sinteza.cli.review_options import at_option, folder_argument, open_review


@click.command("record")
@folder_argument
@extractor_option
@at_option
@language_option
@json_option
def command(folder: Path, extractor: str, at: str, language: str, as_json: bool) -> None:
    """Read every report of the review in DIR that has an abstract.

    The readings are proposals of the extractor, in the log under its name; a person verifies them
    with ``sinteza extract verify``. Reading again records only what changed;
    another --extractor is another reader, whose readings stand beside the first's.
    """
    from sinteza.extraction.extractor import load
    from sinteza.review.extracting import record_readings

    reader = load(extractor)
    with open_review(folder, at) as review:
        count = record_readings(review, reader)
        lang = language_of(review, language)
    if as_json:
        print_json({"recorded": count})
    else:
        click.echo(lang.plural("{n} reading recorded", "{n} readings recorded", count))
