"""``sinteza check``: everything that is wrong with a protocol."""

from __future__ import annotations

import sys

import click

from sinteza.cli.output import json_option, print_json


@click.command()
@click.argument("protocol", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema for editors and stop.")
@json_option
def command(protocol: str | None, schema: bool, as_json: bool) -> None:
    """Check a protocol: all problems at once, each with its line and what was meant."""
    if schema:
        from sinteza.model.protocol import json_schema

        print_json(json_schema())
        return
    if protocol is None:
        raise click.UsageError("Name a protocol: a shipped one, a protocol.toml or its folder.")
    from sinteza.review.protocols import check

    shown, problems = check(protocol)
    if as_json:
        fields = ("line", "where", "what", "hint")
        print_json([{name: getattr(p, name) for name in fields} for p in problems])
    else:
        for problem in problems:
            hint = f" {problem.hint}" if problem.hint else ""
            place = f"{problem.where}: " if problem.where else ""
            click.echo(f"{shown}:{problem.line}: {place}{problem.what}.{hint}")
        count = len(problems)
        click.echo("nothing wrong" if not count else f"{count} problem{'s' * (count > 1)}")
    sys.exit(1 if problems else 0)
