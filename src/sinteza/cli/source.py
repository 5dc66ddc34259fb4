"""``sinteza source probe URL``: what a library catalogue or repository can be asked."""

from __future__ import annotations

import click

from sinteza.cli.output import json_option, print_json


@click.group()
def command() -> None:
    """Library catalogues and repositories."""


@command.command()
@click.argument("endpoint")
@click.option("--protocol", type=click.Choice(["oai-pmh", "sru"]), help="Do not try both.")
@click.option("--version", "sru_version", default="1.1", show_default=True, help="Of SRU.")
@json_option
def probe(endpoint: str, protocol: str | None, sru_version: str, as_json: bool) -> None:
    """Ask an endpoint what it is, its sets, formats, indexes and schemas."""
    from sinteza.errors import SourceError
    from sinteza.sources.http import Http, HttpxTransport, RateLimit
    from sinteza.sources.probe import probe_oai_pmh, probe_sru

    transport = HttpxTransport()
    http = Http(transport, RateLimit(1.0), attempts=2)
    failures: list[SourceError] = []
    try:
        for name in [protocol] if protocol else ["oai-pmh", "sru"]:
            try:
                found = (
                    probe_oai_pmh(endpoint, http)
                    if name == "oai-pmh"
                    else probe_sru(endpoint, http, sru_version)
                )
            except SourceError as error:
                failures.append(error)
                continue
            if as_json:
                print_json(found)
            else:
                for key, value in found.items():
                    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
                    click.echo(f"{key}: {shown}")
            return
    finally:
        transport.close()
    raise failures[-1]
