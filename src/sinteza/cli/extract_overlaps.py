"""``sinteza extract overlaps DIR``: studies that tell of the same people, or may."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.extract_options import language_of, language_option
from sinteza.cli.output import json_option, print_json, print_table
from sinteza.cli.review_options import at_option, folder_argument, open_review
from sinteza.cli.screening import person_named

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.model.study import Sharing, Study


@click.command("overlaps")
@folder_argument
@click.option("--same", nargs=2, metavar="A B", help="Say that A and B tell of the same people.")
@click.option("--distinct", nargs=2, metavar="A B", help="Say that A and B tell of others.")
@click.option("--reason", default="", help="Why.")
@click.option("--all", "everything", is_flag=True, help="List what is settled, too.")
@click.option("--person", default=None, help="Your name (default: the name you are logged in by).")
@at_option
@language_option
@json_option
def command(
    folder: Path,
    same: tuple[str, str] | None,
    distinct: tuple[str, str] | None,
    reason: str,
    everything: bool,
    person: str | None,
    at: str,
    language: str,
    as_json: bool,
) -> None:
    """List pairs of studies in DIR that may share people, and judge them.

    Interim and full reports, extensions and pooled analyses tell of people who were counted
    before; an analysis takes the larger study of such a pair and names the other. The evidence
    base, a registration in common or a person settles a pair; a trial's name, a treatment with the
    same sizes and shared authors only raise the question. What a person says holds.
    """
    from sinteza.review import overlapping
    from sinteza.review.studies import gather

    if same and distinct:
        raise click.UsageError("--same and --distinct are about one pair each: give one of them.")
    with open_review(folder, at) as review:
        lang = language_of(review, language)
        if pair := same or distinct:
            said = overlapping.judge(
                review, *pair, same=bool(same), actor=person_named(person), reason=reason
            )
            if as_json:
                print_json(said)
            else:
                click.echo(f"{said.left} {'=' if said.same else '≠'} {said.right}")
            return
        studies, found = gather(review)
    known = {reading.study.id: reading.study for reading in studies}
    chosen = [item for item in found if everything or item.same is None]
    if as_json:
        print_json(chosen)
        return
    if chosen:
        header = (lang.text("study"), lang.text("other study"), lang.text("the same people"))
        print_table(
            (*header, lang.text("signs")),
            [(*_pair(item, known), _same(lang, item), _signs(lang, item)) for item in chosen],
        )
    settled = len(found) - sum(item.same is None for item in found)
    click.echo(
        lang.plural("{n} pair to judge", "{n} pairs to judge", len(found) - settled)
        + ", "
        + lang.plural("{n} settled (--all)", "{n} settled (--all)", settled)
    )


def _pair(item: Sharing, known: dict[str, Study]) -> tuple[str, str]:
    one, other = (
        f"{name} ({known[name].label})" if name in known else name
        for name in (item.left, item.right)
    )
    return one, other


def _same(lang: Language, item: Sharing) -> str:
    if item.same is None:
        return "?"
    grounds = {
        "told": lang.text("the evidence base says so"),
        "judged": lang.text("a person says so"),
        "registration": lang.text("one registration"),
        "signs": "",
    }[item.grounds]
    return f"{lang.text('yes') if item.same else lang.text('no')}: {grounds}"


def _signs(lang: Language, item: Sharing) -> str:
    words = {
        "registration": lang.text("registration"),
        "name": lang.text("trial name"),
        "sizes": lang.text("arm sizes"),
        "randomized": lang.text("randomized"),
        "authors": lang.text("shared authors"),
    }
    told = [f"{words[kind]} {value}" for kind, value in item.signs]
    return "; ".join([*told, *filter(None, [item.note])])
