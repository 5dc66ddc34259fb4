"""``sinteza extract verify DIR``: a person's judgment on each value that a machine read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.review_options import at_option, folder_argument, open_review

if TYPE_CHECKING:
    from sinteza.model.study import ArmResult
    from sinteza.review.extracting import Pending


@click.command("verify")
@folder_argument
@click.option("--person", metavar="NAME", help="Who judges (asked for if not given).")
@click.option("--outcome", default="", metavar="CODE", help="Only this outcome (RR50, SF ...).")
@click.option("--list", "only_list", is_flag=True, help="List what waits, without asking.")
@at_option
@json_option
def command(
    folder: Path, person: str | None, outcome: str, only_list: bool, at: str, as_json: bool
) -> None:
    """Show each value that a machine read in the review in DIR beside its quote.

    Accept, correct or reject it; every judgment is an event of its own in the log.
    """
    from sinteza.review.extracting import judge, pending

    with open_review(folder, at) as review:
        waiting = [item for item in pending(review) if outcome in ("", item.result.outcome)]
        if only_list or as_json:
            _listing(waiting, as_json)
            return
        if not waiting:
            click.echo("Nothing waits for a person.")
            return
        name = person or click.prompt("Your name")
        for number, item in enumerate(waiting, 1):
            _card(item, number, len(waiting))
            answer = click.prompt(
                "[a]ccept [c]orrect [r]eject [s]kip [q]uit",
                type=click.Choice(["a", "c", "r", "s", "q"]),
                show_choices=False,
            )
            if answer == "q":
                break
            if answer == "a":
                judge(review, item, name, "accept")
            elif answer == "r":
                judge(review, item, name, "reject")
            elif answer == "c":
                judge(review, item, name, "correct", _corrected(item.result))


def _listing(waiting: list[Pending], as_json: bool) -> None:
    if as_json:
        print_json([{"study": item.study.id, "result": item.result} for item in waiting])
        return
    from sinteza.cli.output import print_table

    print_table(
        ("study", "arm", "outcome", "value", "confidence"),
        [
            (
                i.study.id,
                i.arm,
                i.result.outcome,
                _value(i.result),
                f"{i.result.confidence or 0:.2f}",
            )
            for i in waiting
        ],
    )


def _value(result: ArmResult) -> str:
    parts = []
    if result.events is not None:
        parts.append(f"{result.events}" + (f"/{result.total}" if result.total else ""))
    if result.percent is not None:
        top = f" to {result.percent_max:g}" if result.percent_max is not None else ""
        parts.append(f"{result.percent:g}{top}%")
    if result.derived:
        parts.append("(events follow from the percentage)")
    return " ".join(parts)


def _card(item: Pending, number: int, total: int) -> None:
    click.echo(f"\n{number}/{total}  {item.study.label}  {item.title}")
    place = " ".join(filter(None, [item.result.subset, item.result.period]))
    click.secho(
        f"  {item.result.outcome}  {item.arm}: {_value(item.result)}"
        + (f"  [{place}]" * bool(place)),
        bold=True,
    )
    for flag in item.result.flags:
        click.echo(f"  flag: {flag.replace('_', ' ')}")
    click.echo(f"  “{item.quote}”" if item.quote else "  the abstract is not at hand")


def _corrected(result: ArmResult) -> ArmResult:
    """The result with a person's figures; an empty answer keeps what was read."""
    import msgspec

    def ask(what: str, held: float | None, kind: type[int] | type[float]) -> float | None:
        shown = "none" if held is None else f"{held:g}"
        answer = click.prompt(
            f"  {what} (now {shown}, '-' for none)", default="", show_default=False
        )
        if answer == "":
            return held
        return None if answer == "-" else kind(answer)

    events, total = ask("events", result.events, int), ask("total", result.total, int)
    return msgspec.structs.replace(
        result,
        events=None if events is None else int(events),
        total=None if total is None else int(total),
        percent=ask("percent", result.percent, float),
        derived="" if events != result.events else result.derived,
    )
