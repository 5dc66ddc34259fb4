"""``sinteza screen``: read records, one card at a time, and what belongs to it."""

from __future__ import annotations

import click

from sinteza.cli.main import LazyGroup

SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "cards": ("sinteza.cli.screen_cards", "decide, card by card (also: sinteza screen DIR)"),
    "rules": ("sinteza.cli.screen_rules", "decide by the protocol's rules, with the reason"),
    "status": ("sinteza.cli.screen_status", "progress, the stopping certificate, agreement"),
    "audit": ("sinteza.cli.screen_audit", "a random sample of the unread, and what it proves"),
    "resolve": ("sinteza.cli.screen_resolve", "list the conflicts, or settle one"),
    "import": ("sinteza.cli.screen_import", "take in decisions made in another tool"),
    "export": ("sinteza.cli.screen_export", "give decisions to another tool"),
    "simulate": ("sinteza.cli.screen_simulate", "replay a screening whose decisions are known"),
}


class ScreenGroup(LazyGroup):
    """``sinteza screen DIR`` is ``sinteza screen cards DIR``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A first word that is a folder opens its cards."""
        from pathlib import Path

        if args and args[0] not in self.table:
            if Path(args[0]).is_dir():
                args = ["cards", *args]
            elif "/" in args[0]:
                ctx.fail(f"There is no folder '{args[0]}'.")
        return super().resolve_command(ctx, args)


@click.group("screen", cls=ScreenGroup, table=SUBCOMMANDS)
def command() -> None:
    """Read records and decide on them.

    ``sinteza screen DIR`` opens the cards of the review in DIR.
    """
