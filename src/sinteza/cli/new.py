"""``sinteza new``: a folder with a protocol to begin from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--from", "source", default="dre", show_default=True, help="Protocol to copy.")
@click.option("--evidence/--no-evidence", default=False, help="Copy its evidence base too.")
def command(folder: Path, source: str, evidence: bool) -> None:
    """Copy a protocol and its taxonomy into DIR, to be made your own.

    DIR also gets protocol.schema.json, which lets editors complete and check the TOML.
    """
    from sinteza.review.protocols import start_from

    for path in start_from(folder, source, evidence=evidence):
        click.echo(path)
    click.echo(f"\nEdit it, then: sinteza check {folder} && sinteza run {folder} --out {folder}")
