"""``sinteza run``: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json, progress
from sinteza.cli.review_options import at_option, moment, window_option


@click.command()
@click.argument("protocol")
@click.option("--out", type=click.Path(path_type=Path), help="The review's folder.")
@click.option(
    "--records",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of records of your own; may be given several times, or followed by several.",
)
@click.option(
    "--source",
    "live",
    multiple=True,
    help="A source of the protocol to search over the network (pubmed ...); several times.",
)
@click.option(
    "--archive",
    type=click.Path(path_type=Path),
    help="Search this local copy of PubMed (see sinteza archive) with the protocol's queries.",
)
@click.argument("more_records", nargs=-1, type=click.Path(path_type=Path))
@window_option
@at_option
@json_option
def command(
    protocol: str,
    out: Path | None,
    records: tuple[Path, ...],
    live: tuple[str, ...],
    archive: Path | None,
    more_records: tuple[Path, ...],
    window: str,
    at: str,
    as_json: bool,
) -> None:
    """From a protocol to a bilingual edition.

    PROTOCOL is a shipped name (dre), a protocol.toml or its folder. The run needs no network: it
    takes the evidence base of the protocol and the files given with --records; --source pubmed
    also asks the live PubMed (set NCBI_EMAIL, and NCBI_API_KEY if you have one). Run it again to go
    on after an interruption, or to take in more records.
    """
    from sinteza.cli.flow_lines import flow_data, print_flow
    from sinteza.review.run import run

    folder = out or Path("reviews") / Path(protocol).name.removesuffix(".toml")
    done = run(
        protocol,
        folder,
        records=(*records, *more_records),
        live=live,
        archive=archive,
        window=window,
        at=moment(at),
        progress=progress(),
    )
    if as_json:
        print_json(
            {
                "folder": done.folder,
                "edition": done.number,
                "window": done.window,
                "flow": flow_data(done.flow),
                "pages": done.pages,
                "digest": done.digest,
            }
        )
        return
    print_flow(done.flow)
    click.echo(f"\nedition {done.number}, window {done.window}")
    for page in done.pages.values():
        click.echo(page)
