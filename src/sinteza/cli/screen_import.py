"""``sinteza screen import``: decisions from another tool."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.screening import (
    folder_argument,
    home_of,
    language_option,
    person_named,
    person_option,
    stage_of,
    stage_option,
    state_of,
    write,
)


@click.command("import")
@folder_argument
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@person_option
@stage_option
@language_option
def command(folder: Path, file: Path, person: str | None, stage: str, language: str) -> None:
    """Take the decisions in FILE into the review in DIR, as those of one person.

    FILE is what Rayyan, Covidence, ASReview or Sinteza exported. A record is known by its id,
    PubMed number, DOI, or title and year; those that are not in the review are named and left out.
    """
    from sinteza.formats import registry
    from sinteza.i18n import Language
    from sinteza.model.event import Payload, ScreeningDecided
    from sinteza.review.review import Review
    from sinteza.screening import exchange

    lang, actor = Language(language), person_named(person)
    with file.open("rb") as stream:
        records = list(registry.read(stream, path=str(file)))
    with Review(folder) as review:
        found = exchange.incoming(
            records,
            review.entries,
            actor=actor,
            stage=stage_of(stage),
            state=state_of(review),
            criteria=review.loaded.protocol.criteria,
            home=home_of(review),
        )
        drafts: list[Payload] = [ScreeningDecided(decision=one) for one in found.decisions]
        if drafts:
            write(review, actor, drafts)
    click.echo(
        lang.text(
            "{new} decisions taken in as {person}'s; {undecided} records carry none",
            new=lang.integer(len(found.decisions)),
            person=actor.name,
            undecided=lang.integer(found.undecided),
        )
    )
    for title in found.unmatched:
        click.echo(lang.text("not in the review: {title}", title=title), err=True)
    for cluster in found.contradicting:
        click.echo(lang.text("decided in two ways, left out: {record}", record=cluster), err=True)
