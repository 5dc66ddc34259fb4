"""Arguments that the commands on a review share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sinteza.review.review import Review

folder_argument = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
window_option = click.option("--window", default="", help="One of the protocol's windows.")
at_option = click.option(
    "--at",
    default="",
    metavar="TIME",
    help="Take this moment (2026-01-01T00:00:00Z) for now: the same input gives the same bytes.",
)


def moment(at: str) -> str:
    """A given moment, checked; the usage error says how to write one."""
    from datetime import UTC, datetime

    if not at:
        return ""
    try:
        parsed = datetime.fromisoformat(at)
    except ValueError:
        raise click.BadParameter(f"'{at}' is no moment; write 2026-01-01T00:00:00Z.") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return parsed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_review(folder: Path, at: str = "") -> Review:
    """The review in a folder, with a progress line."""
    from sinteza.cli.output import progress
    from sinteza.review.review import Review

    return Review(folder, at=moment(at), progress=progress())
