"""The command ``sinteza``: a group whose commands are imported only when called.

A command lives in the module named here, under the name ``command``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click

from sinteza.errors import SintezaError

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("sinteza.cli.run", "the main job: from a protocol to a bilingual edition"),
    "new": ("sinteza.cli.new", "a folder with a protocol to begin from"),
    "check": ("sinteza.cli.check", "everything that is wrong with a protocol"),
    "import": ("sinteza.cli.import_", "records from files into a review"),
    "dedupe": ("sinteza.cli.dedupe", "merge the records that are one"),
    "classify": ("sinteza.cli.classify", "find the taxonomy's concepts in the records"),
    "analyze": ("sinteza.cli.analyze", "pool what is included, as the protocol plans"),
    "publish": ("sinteza.cli.publish", "the edition of a review as it stands"),
    "flow": ("sinteza.cli.flow", "the PRISMA counts"),
    "log": ("sinteza.cli.log", "what happened to a review"),
    "doctor": ("sinteza.cli.doctor", "is a review sound? mend what follows from the log"),
    "export": ("sinteza.cli.export", "records with their decisions, for other tools"),
    "plugins": ("sinteza.cli.plugins", "what is installed through the doors of Sinteza"),
    # name: (module, what the overview says of it)
    "effect": ("sinteza.cli.effect", "effect sizes from a table of counts or means"),
    "pool": ("sinteza.cli.pool", "pool the studies of a table: a pairwise meta-analysis"),
    "query": ("sinteza.cli.query", "check, explain and translate a search strategy"),
    "mesh": ("sinteza.cli.mesh", "look up and build MeSH, PubMed's vocabulary"),
    "pubmed": ("sinteza.cli.pubmed", "search and fetch from the live PubMed"),
    "archive": ("sinteza.cli.archive", "a PubMed of your own: build, search as of any day"),
    "extract": ("sinteza.cli.extract", "read arms and outcomes out of abstracts"),
    "screen": (
        "sinteza.cli.screen",
        "read records in the likeliest order, decide, know when to stop",
    ),
    "bias": ("sinteza.cli.bias", "small-study effects: tests and adjusted estimates"),
    "multiverse": ("sinteza.cli.multiverse", "every reasonable analysis of a table at once"),
    "network": ("sinteza.cli.network", "compare all treatments of a network of studies"),
    "plot": ("sinteza.cli.plot", "draw a table: forest, funnel, network, league and more"),
    "convert": ("sinteza.cli.convert", "a file of records into another format"),
    "source": ("sinteza.cli.source", "ask a library catalogue what it can be asked"),
}


class LazyGroup(click.Group):
    """Lists the commands of its ``table`` without importing them: ``--help`` stays instant."""

    def __init__(
        self, *args: Any, table: Mapping[str, tuple[str, str]] = COMMANDS, **attributes: Any
    ) -> None:
        super().__init__(*args, **attributes)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the work."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that is asked for."""
        if cmd_name not in self.table:
            return None
        module = importlib.import_module(self.table[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview from the table, not from the modules."""
        if not self.table:
            return
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say the nearest command when one is mistyped."""
        name = args[0] if args else ""
        if name not in self.table and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, self.table, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sinteza", prog_name="sinteza")
def cli() -> None:
    """From a review's protocol to a traceable, bilingual, updatable answer."""


def main() -> None:
    """Run the command; errors the user can act on end with their exit code, bugs with 70."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo("Stopped. Nothing is lost: run the same command to go on.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SintezaError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception:  # noqa: BLE001 - the last door: a bug is said to be one, with its trace
        import traceback

        traceback.print_exc()
        click.echo(
            "\nThis is a bug in Sinteza, not your mistake. Please report the lines above.", err=True
        )
        sys.exit(70)
