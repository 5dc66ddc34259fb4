"""``sinteza plugins``: what is installed through the doors of Sinteza."""

from __future__ import annotations

import click

from sinteza.cli.output import json_option, print_json, print_table


@click.command()
@json_option
def command(as_json: bool) -> None:
    """List the extensions by group: formats, sources, rankers, extractors, protocols."""
    from sinteza import plugins

    rows = [
        (group.removeprefix("sinteza."), name, point.value, point.dist.name if point.dist else "")
        for group in plugins.GROUPS
        for name, point in plugins.available(group).items()
    ]
    if as_json:
        fields = ("group", "name", "object", "package")
        print_json([dict(zip(fields, row, strict=True)) for row in rows])
    else:
        print_table(("group", "name", "object", "package"), rows)
