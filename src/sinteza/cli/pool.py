"""``sinteza pool``: a pairwise meta-analysis of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinteza.cli._table import column_options, numbers, read_columns
from sinteza.cli.output import json_option, print_json

if TYPE_CHECKING:
    from sinteza.stats import Pooled, Regression

_DIRECT = ("MH", "PETO", "REVMAN")


@click.command("pool")
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--measure", required=True, help="RR, OR, RD, MD, SMD, PLO, GEN ...")
@click.option(
    "--method",
    default="REML",
    show_default=True,
    help="EE, DL, REML, PM ...; MH, PETO or REVMAN pool the tables themselves.",
)
@click.option("--test", default="knha", show_default=True, help="z, t, knha or adhoc.")
@click.option("--mods", multiple=True, metavar="COLUMN", help="A moderator; may be repeated.")
@click.option("--level", default=0.95, show_default=True, help="Level of the intervals.")
@click.option(
    "--zero",
    default="none",
    show_default=True,
    type=click.Choice(["none", "metafor", "only0", "revman"]),
    help="The rule for empty cells of MH.",
)
@click.option("--drop00/--keep00", default=None, help="Leave out studies with no events in both.")
@click.option("--interval", "kind", help="Also the interval of tau2: QP, PL, GENQ or HT.")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "ro"]))
@column_options
@json_option
def command(
    data: Path,
    measure: str,
    method: str,
    test: str,
    mods: tuple[str, ...],
    level: float,
    zero: str,
    drop00: bool | None,
    kind: str | None,
    language: str,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Pool the studies of the table DATA (CSV, UTF-8)."""
    from sinteza.errors import SynthesisError
    from sinteza.stats import effect_sizes, heterogeneity_interval, mantel_haenszel, peto, pool
    from sinteza.stats.revman import pool_revman

    values, labels, header, rows = read_columns(data, measure, columns)
    moderators = _moderators(data, header, rows, mods)
    if method in _DIRECT:
        if moderators or kind:
            raise SynthesisError(
                f"{method} knows no moderators and no tau2", hint="use --method REML"
            )
        if method == "MH":
            found: Pooled | Regression = mantel_haenszel(
                measure, zero=zero, level=level, labels=labels, **values
            )
        elif method == "PETO":
            found = peto(level=level, labels=labels, **values)
        else:
            found = pool_revman(measure, level=level, labels=labels, **values)
        return _show(found, None, (), as_json, language)
    # ratios say nothing about a study without events; RevMan and metafor's advice agree
    drop = measure in ("RR", "OR", "IRR") if drop00 is None else drop00
    sizes = effect_sizes(measure, drop00=drop, labels=labels, **values)
    options: dict[str, Any] = {"method": method, "level": level}
    found = pool(
        sizes.yi,
        sizes.vi,
        test=test,
        mods=moderators,
        measure=measure,
        labels=sizes.labels,
        **options,
    )
    interval = (
        heterogeneity_interval(sizes.yi, sizes.vi, kind=kind, mods=moderators, **options)
        if kind
        else None
    )
    return _show(found, interval, sizes.notes, as_json, language)


def _moderators(
    path: Path, header: list[str], rows: list[dict[str, str]], mods: tuple[str, ...]
) -> dict[str, Any] | None:
    """Columns as numbers where all cells are, else as levels."""
    from sinteza.errors import FormatError, SynthesisError

    made: dict[str, Any] = {}
    for name in mods:
        if name not in header:
            raise SynthesisError(
                f"there is no column {name!r}", hint=f"columns: {', '.join(header)}"
            )
        try:
            made[name] = numbers(path, rows, name)
        except FormatError:
            made[name] = [row.get(name) or None for row in rows]
    return made or None


def _show(found: Any, interval: Any, notes: tuple[str, ...], as_json: bool, language: str) -> None:
    from sinteza.i18n import Language
    from sinteza.stats.arrays import plain
    from sinteza.stats.notes import translate

    if not as_json:
        lang = Language(language)
        click.echo(found.summary(lang))
        if interval is not None:
            click.echo(interval.summary())
        for note in notes:
            click.echo(f"{lang.text('Note')}: {translate(note, lang)}")
        return
    fields = {
        name: plain(getattr(found, name))
        for name in found.__dataclass_fields__
        if name not in ("yi", "vi", "weights", "used", "notes", "x", "fitted")
    }
    body: dict[str, Any] = {**fields, "rows": found.rows(), "notes": [*notes, *found.notes]}
    if interval is not None:
        body["interval"] = {"kind": interval.kind, "rows": plain(interval.rows())}
    print_json(body)
