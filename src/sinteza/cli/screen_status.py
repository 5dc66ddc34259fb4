"""``sinteza screen status``: how far it is, whether one may stop, how far reviewers agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.output import json_option, print_json, print_table
from sinteza.cli.screening import (
    folder_argument,
    language_option,
    stage_of,
    stage_option,
    state_of,
    write,
)

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.screening.agreement import Agreement, Coefficient


@click.command("status")
@folder_argument
@stage_option
@language_option
@click.option("--all", "ruled_out", is_flag=True, help="Also what the protocol's rules excluded.")
@click.option("--record", is_flag=True, help="Write the certificate into the log.")
@json_option
def command(
    folder: Path, stage: str, language: str, ruled_out: bool, record: bool, as_json: bool
) -> None:
    """Progress of the screening in DIR, its stopping certificate and the reviewers' agreement."""
    import msgspec

    from sinteza.i18n import Language
    from sinteza.model.decision import Actor
    from sinteza.model.event import ScreeningCertified
    from sinteza.review.review import Review
    from sinteza.screening import reviewing
    from sinteza.screening.stopping import certify, consecutive, safe

    lang, at = Language(language), stage_of(stage)
    with Review(folder) as review:
        plan = review.loaded.protocol.screening
        state = state_of(review)
        found = reviewing.progress(state, list(review.entries), at, plan, ruled_out=ruled_out)
        certificate = certify(
            found.found, found.total, target=plan.target_recall, confidence=plan.confidence
        )
        if record:
            values = {
                key: float(value) for key, value in msgspec.structs.asdict(certificate).items()
            }
            rule = Actor(kind="rule", name="hypergeometric certificate", version="1")
            write(review, rule, [ScreeningCertified(stage=at, rule=rule.name, values=values)])
    hints = [consecutive(found.found, need) for need in (50, 100, 200)]
    hints += safe(found.found, found.total)
    together, pairs = reviewing.agreements(state, at)
    open_ = reviewing.conflicts(state, at, plan)
    if as_json:
        print_json(
            {
                "stage": at,
                "certificate": certificate,
                "hints": hints,
                "conflicts": len(open_),
                "agreement": together,
                "pairs": pairs,
            }
        )
        return
    click.echo(
        lang.text(
            "{read} of {total} read, {found} found; recall at least {low} with {level} confidence",
            read=lang.integer(found.screened),
            total=lang.integer(found.total),
            found=lang.integer(found.included),
            low=lang.percent(certificate.recall_low, 1),
            level=lang.percent(certificate.confidence),
        )
    )
    if certificate.met:
        verdict = lang.text("You may stop: recall of {target} is certified (p = {p})")
    else:
        verdict = lang.text("Go on: recall of {target} is not certified yet (p = {p})")
    click.echo(
        verdict.format(target=lang.percent(certificate.target), p=lang.number(certificate.p, 3))
    )
    click.echo(lang.text("Rules of thumb, which often stop too early:"))
    print_table(
        (lang.text("rule"), lang.text("have"), lang.text("need")),
        [(hint.rule, lang.integer(hint.have), lang.integer(hint.need)) for hint in hints],
    )
    click.echo(lang.plural("{n} conflict", "{n} conflicts", len(open_)))
    if together is not None:
        click.echo()
        print_table(
            (lang.text("reviewers"), lang.text("records"), "%", "kappa", "PABAK", "AC1"),
            [_row(one, lang) for one in ([together] if len(pairs) != 1 else []) + pairs],
        )


def _row(one: Agreement, lang: Language) -> tuple[str, ...]:
    def shown(value: Coefficient) -> str:
        return f"{lang.number(value.value)} ({lang.interval(value.low, value.high)})"

    return (
        ", ".join(one.reviewers),
        lang.integer(one.records),
        lang.percent(one.percent.value),
        shown(one.cohen or one.fleiss),
        shown(one.pabak),
        shown(one.ac1),
    )
