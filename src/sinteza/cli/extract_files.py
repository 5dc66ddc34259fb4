"""``sinteza extract FILES``: arms and outcomes out of abstracts and full texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.extract_options import extractor_option, language_option
from sinteza.cli.output import json_option, print_jsonl, print_table

if TYPE_CHECKING:
    from sinteza.extraction.report import Report
    from sinteza.i18n import Language
    from sinteza.model.record import Record
    from sinteza.model.study import Study


@click.command("files")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@json_option
@click.option("--studies", is_flag=True, help="Print studies: facts, places and digests, no text.")
@extractor_option
@language_option
def command(
    files: tuple[Path, ...], as_json: bool, studies: bool, extractor: str, language: str
) -> None:
    """Read arms, outcomes and design out of FILES of records or full texts.

    Any format of records is read, plain or packed; of JATS XML (.xml, .nxml) the body and its
    tables are read as well.

    With --json one report a line: design, population, arms, outcomes with their values, each with
    its place in the text, its confidence, and whether a person needs to look at it. With
    --studies the same as studies of a review, one a line: what may be kept where the abstracts may
    not.
    """
    if studies:
        print_jsonl(_studies(files, extractor))
        return
    reports = (report for _, report in _reports(files, extractor))
    if as_json:
        print_jsonl(reports)
        return
    from sinteza.i18n import Language

    lang = Language(language or "en")
    rows = []
    for report in reports:
        names = {arm.id: arm.name for arm in report.arms}
        for outcome in report.outcomes:
            for value in outcome.values:
                rows.append(
                    (
                        report.pmid,
                        report.design.type,
                        names.get(value.arm, ""),
                        outcome.code,
                        "" if value.events is None else value.events,
                        "" if value.total is None else value.total,
                        _percent(value.percent, value.percent_min, value.percent_max, lang),
                        lang.number(value.confidence),
                        lang.text("look") if value.needs_look else "",
                    )
                )
    header = ("pmid", "design", "arm", "outcome", "events", "total", "percent", "confidence", "")
    print_table([lang.text(word) for word in header], rows)


def _percent(value: float | None, low: float | None, high: float | None, lang: Language) -> str:
    if value is not None:
        written = f"{value:g}"
    elif low is not None and high is not None:
        written = f"{low:g}\N{EN DASH}{high:g}"
    else:
        written = ""
    return written.replace(".", lang.decimal_mark)


def _studies(files: tuple[Path, ...], extractor: str) -> Iterator[Study]:
    from sinteza.extraction.study import study

    for record, report in _reports(files, extractor):
        yield study(report, record)


def _reports(files: tuple[Path, ...], extractor: str) -> Iterator[tuple[Record, Report]]:
    from sinteza.extraction.extractor import load
    from sinteza.sources.files import open_many

    reader = load(extractor)
    for record in open_many(files):
        yield record, reader.read(record)
