"""``sinteza screen export``: decisions for another tool."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.screening import (
    folder_argument,
    language_option,
    stage_of,
    stage_option,
    state_of,
)


@click.command("export")
@folder_argument
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "person", metavar="NAME", help="One person's decisions, not the common ones.")
@click.option("--decided", is_flag=True, help="Leave out what nobody decided.")
@stage_option
@language_option
def command(
    folder: Path, file: Path, person: str | None, decided: bool, stage: str, language: str
) -> None:
    """Write the records of the review in DIR with their decisions to FILE.

    The ending names the format (.ris, .csv ...). Rayyan, Covidence, ASReview and Zotero find the
    decision where they look for it; so does ``sinteza screen import``.
    """
    from sinteza.formats import registry
    from sinteza.i18n import Language
    from sinteza.review.review import Review
    from sinteza.screening import exchange, reviewing

    lang, at = Language(language), stage_of(stage)
    form = registry.for_extension(str(file))
    with Review(folder) as review:
        state = state_of(review)
        entries = review.entries
        plan = review.loaded.protocol.screening
    given = {
        cluster: [one for one in said.values() if person in (None, one.actor.name)]
        for (cluster, where), said in state.people.items()
        if where == at
    }
    notes = {cluster: said[-1] for cluster, said in given.items() if said}
    if person is None:
        verdicts = reviewing.labels(state, at, plan)
        notes.update({c: d for (c, where), d in state.resolutions.items() if where == at})
    else:
        verdicts = {cluster: one.verdict for cluster, one in notes.items()}
    if decided:
        entries = {name: record for name, record in entries.items() if name in verdicts}
    with file.open("wb") as stream:
        form.write(exchange.outgoing(entries, verdicts, notes), stream)
    click.echo(
        lang.text(
            "{records} records written, {decided} with a decision",
            records=lang.integer(len(entries)),
            decided=lang.integer(len(verdicts.keys() & entries.keys())),
        )
    )
