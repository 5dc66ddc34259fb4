"""``sinteza screen audit``: a random sample of the unread records, and what it proves."""

from __future__ import annotations

from pathlib import Path

import click

from sinteza.cli.output import json_option, print_json
from sinteza.cli.screening import (
    folder_argument,
    home_of,
    language_option,
    payloads,
    stage_of,
    stage_option,
    state_of,
    write,
)

RULE = "audit sample"


@click.command("audit")
@folder_argument
@click.option("--draw", "sample", type=click.IntRange(min=1), help="Draw so many unread records.")
@click.option("--seed", default=1, show_default=True, help="Of the draw.")
@stage_option
@language_option
@json_option
def command(
    folder: Path, sample: int | None, seed: int, stage: str, language: str, as_json: bool
) -> None:
    """Draw a random sample of what is unread in DIR, or test the one that was drawn last.

    The draw is written into the log and worked out again from there. What is to be read is listed;
    'sinteza screen DIR --only FILE' shows the cards of such a list.
    """
    from sinteza.errors import SintezaError
    from sinteza.i18n import Language
    from sinteza.model.decision import Actor
    from sinteza.model.event import ScreeningCertified
    from sinteza.review.review import Review
    from sinteza.screening import reviewing
    from sinteza.screening.stopping import audit, audit_size, draw_audit

    lang, at = Language(language), stage_of(stage)
    nobody = Actor(kind="person", name="")
    with Review(folder) as review:
        plan = review.loaded.protocol.screening
        home, entries = home_of(review), list(review.entries)
        if sample is not None:
            state = state_of(review)
            known = reviewing.labels(state, at, plan)
            unread = [
                n for n in reviewing.queue(state, entries, at, nobody, plan) if n not in known
            ]
            if sample > len(unread):
                raise SintezaError(
                    f"{sample} records are to be drawn, but only {len(unread)} are unread"
                )
            drawn_at = float(review.store.head()[0])
            values = {"seed": float(seed), "sample": float(sample), "after": drawn_at}
            rule = Actor(kind="rule", name=RULE, version="1")
            write(review, rule, [ScreeningCertified(stage=at, rule=RULE, values=values)])
        draws = [
            event.payload
            for event in review.store.events(kinds=("screening.certified",))
            if isinstance(event.payload, ScreeningCertified)
            and event.payload.rule == RULE
            and event.payload.stage == at
        ]
        if not draws:
            raise SintezaError("No sample was drawn yet", hint="Draw one with --draw N.")
        values = draws[-1].values
        past = [payload for seq, payload in payloads(review) if seq <= values["after"]]
        then, now = reviewing.replay(past, home=home), state_of(review)
        known = reviewing.labels(then, at, plan)
        rest = [n for n in reviewing.queue(then, entries, at, nobody, plan) if n not in known]
    drawn = draw_audit(rest, int(values["sample"]), seed=int(values["seed"]))
    decided = reviewing.labels(now, at, plan)
    left = [name for name in drawn if name not in decided]
    before = sum(verdict != "exclude" for verdict in known.values())
    found = sum(decided[name] != "exclude" for name in drawn if name in decided)
    options = {"target": plan.target_recall, "confidence": plan.confidence}
    done = (
        None
        if left
        else audit(before=before, rest=len(rest), sample=len(drawn), found=found, **options)
    )
    needed = audit_size(before=before, rest=len(rest), **options)
    if as_json:
        print_json({"sample": drawn, "unread": left, "needed": needed, "audit": done})
        return
    if done is None:
        click.echo(
            lang.text(
                "{left} of {sample} drawn records are still to be read; {needed} without a find "
                "would certify the target",
                left=lang.integer(len(left)),
                sample=lang.integer(len(drawn)),
                needed=lang.integer(needed),
            )
        )
        for name in left:
            click.echo(name)
        return
    click.echo(
        lang.text(
            "{found} found in {sample} of {rest}: at most {missing} left, recall at least {low}, "
            "p = {p}",
            found=lang.integer(done.found),
            sample=lang.integer(done.sample),
            rest=lang.integer(done.rest),
            missing=lang.integer(done.missing_high),
            low=lang.percent(done.recall_low, 1),
            p=lang.number(done.p, 3),
        )
    )
