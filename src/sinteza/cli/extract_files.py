"""``sinteza extract FILES``: arms and outcomes out of abstracts and full texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.extract_options import extractor_option
from sinteza.cli.output import json_option, print_jsonl, print_table

if TYPE_CHECKING:
    from sinteza.extraction.report import Report
    from sinteza.model.record import Record
    from sinteza.model.study import Study


@click.command("files")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@json_option
@click.option("--studies", is_flag=True, help="Print studies: facts, places and digests, no text.")
@extractor_option
def command(files: tuple[Path, ...], as_json: bool, studies: bool, extractor: str) -> None:
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
                        _percent(value.percent, value.percent_min, value.percent_max),
                        f"{value.confidence:.2f}",
                        "look" if value.needs_look else "",
                    )
                )
    print_table(
        ("pmid", "design", "arm", "outcome", "events", "total", "percent", "confidence", ""), rows
    )


def _percent(value: float | None, low: float | None, high: float | None) -> str:
    if value is not None:
        return f"{value:g}"
    return f"{low:g} to {high:g}" if low is not None and high is not None else ""


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
