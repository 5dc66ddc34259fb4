"""``sinteza extract``: read reports, record what they say, have a person verify it."""

from __future__ import annotations

import click

from sinteza.cli.main import LazyGroup

SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "files": ("sinteza.cli.extract_files", "read files (also: sinteza extract FILES)"),
    "record": ("sinteza.cli.extract_record", "read the reports of a review and keep the readings"),
    "verify": ("sinteza.cli.extract_verify", "accept, correct or reject values, quote by quote"),
    "agreement": (
        "sinteza.cli.extract_agreement",
        "how far those who extract agree, and where not",
    ),
    "overlaps": ("sinteza.cli.extract_overlaps", "studies that tell of the same people, or may"),
}


class ExtractGroup(LazyGroup):
    """``sinteza extract FILES`` is ``sinteza extract files FILES``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A first word that is no subcommand belongs to the files."""
        if args and args[0] not in self.table and args[0] not in ("-h", "--help"):
            args = ["files", *args]
        return super().parse_args(ctx, args)


@click.group("extract", cls=ExtractGroup, table=SUBCOMMANDS)
def command() -> None:
    """Read arms and outcomes out of titles, abstracts and full texts.

    ``sinteza extract FILES`` reads files of records and JATS XML. In a review, ``record`` keeps
    what is read as a proposal, ``verify`` shows a person each value beside its quote,
    ``agreement`` compares two who did the same, and ``overlaps`` names studies of the same people.
    """
