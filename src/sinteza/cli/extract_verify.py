"""``sinteza extract verify DIR``: a person's judgment on each value that a machine read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.extract_options import language_of, language_option
from sinteza.cli.output import json_option, print_json, print_table
from sinteza.cli.review_options import at_option, folder_argument, open_review

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.model.study import ArmResult
    from sinteza.review.extracting import Pending


@click.command("verify")
@folder_argument
@click.option("--person", metavar="NAME", help="Who judges (asked for if not given).")
@click.option("--outcome", default="", metavar="CODE", help="Only this outcome (RR50, SF ...).")
@click.option(
    "--second", is_flag=True, help="Show what others have judged as well; needs --person."
)
@click.option("--list", "only_list", is_flag=True, help="List what waits, without asking.")
@at_option
@language_option
@json_option
def command(
    folder: Path,
    person: str | None,
    outcome: str,
    second: bool,
    only_list: bool,
    at: str,
    language: str,
    as_json: bool,
) -> None:
    """Show each value that a machine read in the review in DIR beside its quote.

    Accept, correct or reject it; every judgment is an event of its own in the log. With --second
    another person judges what the first has judged, without seeing how; ``sinteza extract
    agreement`` compares the two.
    """
    from sinteza.review.extracting import judge, pending

    if second and not person:
        raise click.UsageError("--second needs --person: who judges a second time.")
    with open_review(folder, at) as review:
        lang = language_of(review, language)
        waiting = [
            item
            for item in pending(review, second=(person or "") if second else "")
            if outcome in ("", item.result.outcome)
        ]
        if only_list or as_json:
            _listing(waiting, as_json, lang)
            return
        if not waiting:
            click.echo(lang.text("Nothing waits for a person."))
            return
        name = person or click.prompt(lang.text("Your name"))
        for number, item in enumerate(waiting, 1):
            _card(item, number, len(waiting), lang)
            answer = click.prompt(
                lang.text("[a]ccept [c]orrect [r]eject [s]kip [q]uit"),
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
                judge(review, item, name, "correct", _corrected(item.result, lang))


def _listing(waiting: list[Pending], as_json: bool, lang: Language) -> None:
    if as_json:
        print_json([{"study": item.study.id, "result": item.result} for item in waiting])
        return
    print_table(
        tuple(map(lang.text, ("study", "arm", "outcome", "value", "confidence"))),
        [
            (
                i.study.id,
                i.arm,
                i.result.outcome,
                _value(i.result, lang),
                lang.number(i.result.confidence or 0),
            )
            for i in waiting
        ],
    )


def _value(result: ArmResult, lang: Language) -> str:
    parts = []
    if result.events is not None:
        parts.append(f"{result.events}" + (f"/{result.total}" if result.total else ""))
    if result.percent is not None:
        if result.percent_max is not None:
            parts.append(f"{_figure(result.percent, lang)}\N{EN DASH}")
            parts[-1] += f"{_figure(result.percent_max, lang)}%"
        else:
            parts.append(f"{_figure(result.percent, lang)}%")
    if result.derived:
        parts.append(lang.text("(events follow from the percentage)"))
    return " ".join(parts)


def _figure(value: float, lang: Language) -> str:
    """A figure as printed, with the language's decimal mark."""
    return f"{value:g}".replace(".", lang.decimal_mark)


def _card(item: Pending, number: int, total: int, lang: Language) -> None:
    click.echo(f"\n{number}/{total}  {item.study.label}  {item.title}")
    place = " ".join(filter(None, [item.result.subset, item.result.period]))
    click.secho(
        f"  {item.result.outcome}  {item.arm}: {_value(item.result, lang)}"
        + (f"  [{place}]" * bool(place)),
        bold=True,
    )
    for flag in item.result.flags:
        click.echo("  " + lang.text("flag: {flag}", flag=lang.text(flag.replace("_", " "))))
    quoted = f"“{item.quote}”" if item.quote else lang.text("the abstract is not at hand")
    click.echo(f"  {quoted}")


def _corrected(result: ArmResult, lang: Language) -> ArmResult:
    """The result with a person's figures; an empty answer keeps what was read."""
    import msgspec

    def ask(what: str, held: float | None, kind: type[int] | type[float]) -> float | None:
        shown = lang.text("none") if held is None else _figure(held, lang)
        while True:
            answer = click.prompt(
                "  " + lang.text("{what} (now {shown}, '-' for none)", what=what, shown=shown),
                default="",
                show_default=False,
            ).strip()
            if answer in ("", "-"):
                return held if answer == "" else None
            try:
                return kind(answer.replace(lang.decimal_mark, "."))
            except ValueError:
                click.echo("  " + lang.text("'{answer}' is no number", answer=answer))

    events = ask(lang.text("events"), result.events, int)
    total = ask(lang.text("total"), result.total, int)
    return msgspec.structs.replace(
        result,
        events=None if events is None else int(events),
        total=None if total is None else int(total),
        percent=ask(lang.text("percent"), result.percent, float),
        derived="" if events != result.events else result.derived,
    )
