"""``sinteza screen simulate``: how soon would a ranking have found all of them?"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

import click

from sinteza.cli.output import json_option, print_json, print_table, progress


@click.command("simulate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--labels", default="label_included", show_default=True, help="The column of decisions."
)
@click.option(
    "--model", default="sinteza", show_default=True, help="sinteza, elas_u4, or a plugin."
)
@click.option("--prior-included", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--prior-excluded", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--seed", default=1, show_default=True, help="Draws the priors.")
@click.option("--term", "terms", multiple=True, help="A word or phrase of the protocol; repeat.")
@click.option(
    "--terms",
    "terms_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A text file of the protocol's terms, one a line.",
)
@click.option("--target", default=0.95, show_default=True, help="The recall to be certified.")
@click.option("--confidence", default=0.95, show_default=True)
@click.option(
    "--curve", type=click.Path(dir_okay=False, path_type=Path), help="Write the recall curve (SVG)."
)
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "ro"]))
@json_option
def command(
    file: Path,
    labels: str,
    model: str,
    prior_included: int,
    prior_excluded: int,
    seed: int,
    terms: tuple[str, ...],
    terms_file: Path | None,
    target: float,
    confidence: float,
    curve: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Replay the screening of FILE (JSON lines, CSV or RIS with known decisions).

    Records are read in the order of the model, which learns as it goes. Priors count neither as
    read nor as found. Without priors the model begins with the terms of the protocol alone.
    """
    import gzip

    from sinteza.i18n import Language
    from sinteza.screening import curve as drawing
    from sinteza.screening.labeled import read_labeled
    from sinteza.screening.ranking import ranker
    from sinteza.screening.simulate import check_labels, draw_priors, simulate
    from sinteza.screening.stopping import would_stop

    lang = Language(language)
    with file.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if packed else raw
        records, known = read_labeled(stream, labels=labels, path=str(file))
    check_labels(records, known)
    words = list(terms)
    if terms_file is not None:
        lines = terms_file.read_text("utf-8").splitlines()
        words += [line.strip() for line in lines if line.strip()]
    priors = draw_priors(known, included=prior_included, excluded=prior_excluded, seed=seed)
    tell = progress()
    done = simulate(
        records,
        known,
        ranker(model),
        priors=priors,
        terms=words,
        seed=seed,
        progress=lambda read, total: tell("screened", read, total),
    )
    found = done.curve
    stops = {
        rule: None
        if read is None
        else {"read": read, "recall": found.recall_at(read), "saved": 1 - read / found.records}
        for rule, read in would_stop(found.found, target=target, confidence=confidence).items()
    }
    if curve is not None:
        marks = [drawing.Mark(rule, int(stop["read"])) for rule, stop in stops.items() if stop]
        curve.write_text(drawing.draw(found, marks=marks, language=lang), "utf-8")
    figures = found.summary()
    own = {record.id: record.source_id for record in records}
    if as_json:
        print_json(
            {
                "file": file.name,
                "model": model,
                "seed": seed,
                "priors": [own[name] for name in priors],
                "trainings": done.trainings,
                **figures,
                "stops": stops,
            }
        )
        return
    names = {
        "records": lang.text("records"),
        "relevant": lang.text("relevant"),
        "loss": lang.text("loss"),
        "atd": lang.text("average time to discovery"),
        **{
            f"recall_{share}": lang.text("recall at {share} read", share=lang.percent(share / 100))
            for share in (5, 10, 20, 50)
        },
        **{
            f"wss_{share}": lang.text(
                "work saved at {share} recall", share=lang.percent(share / 100)
            )
            for share in (95, 100)
        },
    }
    print_table(
        (lang.text("figure"), lang.text("value")),
        [
            (names[key], lang.integer(value) if isinstance(value, int) else lang.number(value, 3))
            for key, value in figures.items()
        ],
    )
    click.echo()
    never = lang.text("never")
    print_table(
        (lang.text("stopping rule"), lang.text("read"), lang.text("recall"), lang.text("saved")),
        [
            (
                rule,
                never if stop is None else lang.integer(int(stop["read"])),
                "" if stop is None else lang.percent(stop["recall"], 1),
                "" if stop is None else lang.percent(stop["saved"], 1),
            )
            for rule, stop in stops.items()
        ],
    )
