"""The command ``sinteza``: a group whose commands are imported only when called.

A command lives in the module named here, under the name ``command``.
"""

from __future__ import annotations

import importlib
import sys

import click

from sinteza.errors import SintezaError

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module, what the overview says of it)
    "network": ("sinteza.cli.network", "compare all treatments of a network of studies"),
    "convert": ("sinteza.cli.convert", "a file of records into another format"),
    "source": ("sinteza.cli.source", "ask a library catalogue what it can be asked"),
}


class LazyGroup(click.Group):
    """Lists the commands without importing them, so that ``--help`` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that is asked for."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview from the table, not from the modules."""
        if not COMMANDS:
            return
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say the nearest command when one is mistyped."""
        name = args[0] if args else ""
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1)
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
