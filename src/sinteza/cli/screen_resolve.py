"""``sinteza screen resolve``: conflicts between reviewers, listed and settled."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.screening import (
    folder_argument,
    language_option,
    person_named,
    person_option,
    stage_of,
    stage_option,
    state_of,
    write,
)


@click.command("resolve")
@folder_argument
@click.argument("cluster", required=False)
@click.argument("verdict", required=False, type=click.Choice(["include", "exclude", "maybe"]))
@person_option
@click.option("--consensus", is_flag=True, help="Its reviewers settle it together.")
@click.option("--reason", default="", help="A criterion's id.")
@click.option("--note", default="")
@stage_option
@language_option
@json_option
def command(
    folder: Path,
    cluster: str | None,
    verdict: str | None,
    person: str | None,
    consensus: bool,
    reason: str,
    note: str,
    stage: str,
    language: str,
    as_json: bool,
) -> None:
    """List the conflicts of the review in DIR, or settle the one on CLUSTER with VERDICT.

    A third person settles it (--as), or its reviewers together (--consensus). What they had
    decided stays in the log.
    """
    from sinteza.errors import SintezaError
    from sinteza.i18n import Language
    from sinteza.model.decision import Decision, Verdict
    from sinteza.review.review import Review
    from sinteza.screening import reviewing

    lang, at = Language(language), stage_of(stage)
    with Review(folder) as review:
        protocol = review.loaded.protocol
        plan, state = protocol.screening, state_of(review)
        if cluster is None:
            found = reviewing.conflicts(state, at, plan)
            if as_json:
                print_json(found)
                return
            for given in found:
                record = review.entries.get(given[0].cluster)
                click.echo(f"{given[0].cluster}  {record.title if record else ''}")
                for one in given:
                    why = "; ".join(text for text in (one.reason, one.note) if text)
                    click.echo(
                        f"    {one.actor.name}: {lang.text(one.verdict)}"
                        + (f" ({why})" if why else "")
                    )
            click.echo(lang.plural("{n} conflict", "{n} conflicts", len(found)))
            return
        if verdict is None:
            raise SintezaError(
                f"How is the conflict on {cluster} settled?",
                hint="Add include, exclude or maybe.",
            )
        given_by = [one.actor for one in state.people.get((cluster, at), {}).values()]
        actor = reviewing.consensus(given_by) if consensus else person_named(person)
        decision = Decision(
            cluster=cluster,
            stage=at,
            verdict=cast(Verdict, verdict),
            actor=actor,
            reason=reason,
            note=note,
        )
        reviewing.check(decision, protocol.criteria)
        write(review, actor, [reviewing.resolve(state, decision, plan)])
    click.echo(lang.text("Settled: {record}", record=cluster))
