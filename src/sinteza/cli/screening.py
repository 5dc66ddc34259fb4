"""What the commands of ``sinteza screen`` share: the options, and the review as they need it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sinteza.model.decision import Actor, Stage
    from sinteza.model.event import Payload
    from sinteza.review.review import Review
    from sinteza.screening.reviewing import State

KINDS = ("screening.decided", "screening.withdrawn", "screening.resolved")

folder_argument = click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
stage_option = click.option(
    "--stage",
    default="title_abstract",
    show_default=True,
    type=click.Choice(["title_abstract", "full_text"]),
)
language_option = click.option(
    "--language", default="en", show_default=True, type=click.Choice(["en", "ro"])
)


def person_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--as NAME``: who decides; the name of the account without it."""
    return click.option(
        "--as", "person", metavar="NAME", help="Who decides (default: the account's name)."
    )(command)


def person_named(name: str | None) -> Actor:
    """The person who acts."""
    import getpass

    from sinteza.errors import SintezaError
    from sinteza.model.decision import Actor

    given = (name if name is not None else getpass.getuser()).strip()
    if not given:
        raise SintezaError("A decision needs a name", hint="Say who decides with --as NAME.")
    return Actor(kind="person", name=given)


def home_of(review: Review) -> dict[str, str]:
    """The entry that each merged record is a member of."""
    return {
        member: entry.id
        for entry in review.clusters
        for member in entry.members
        if member != entry.id
    }


def payloads(review: Review, *, after: int = 0) -> Iterator[tuple[int, Payload]]:
    """The events of screening with their numbers."""
    for event in review.store.events(after=after, kinds=KINDS):
        yield event.seq, event.payload


def state_of(review: Review) -> State:
    """The decisions in force."""
    from sinteza.screening import reviewing

    events = (payload for _, payload in payloads(review))
    return reviewing.replay(events, home=home_of(review))


def write(review: Review, actor: Actor, drafts: list[Payload]) -> None:
    """Append events of screening, each under its cluster."""
    from sinteza.model.event import ScreeningDecided, ScreeningResolved, ScreeningWithdrawn
    from sinteza.review.review import now

    named: list[tuple[str, Payload]] = []
    for payload in drafts:
        if isinstance(payload, ScreeningDecided | ScreeningResolved):
            named.append((payload.decision.cluster, payload))
        elif isinstance(payload, ScreeningWithdrawn):
            named.append((payload.cluster, payload))
        else:
            named.append(("screening", payload))
    review.store.append(actor, now(), named)


def stage_of(name: str) -> Stage:
    """The stage, as its type."""
    return "full_text" if name == "full_text" else "title_abstract"
