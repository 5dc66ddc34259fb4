"""``sinteza screen``: read records, one card at a time, and what belongs to it."""

from __future__ import annotations

import click

from sinteza.cli.main import LazyGroup

SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "simulate": ("sinteza.cli.screen_simulate", "replay a screening whose decisions are known"),
}


@click.group("screen", cls=LazyGroup, table=SUBCOMMANDS)
def command() -> None:
    """Read records and decide on them."""
