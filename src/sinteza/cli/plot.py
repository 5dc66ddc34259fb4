"""``sinteza plot``: the charts of a table of studies, as SVG, PNG or PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinteza.cli._table import column_options, numbers, read_columns, read_table

if TYPE_CHECKING:
    from sinteza.charts.forest import ArmData, EffectTest
    from sinteza.i18n import Language
    from sinteza.stats import Pooled
    from sinteza.stats.influence import Series

PAIRWISE = (
    "forest", "funnel", "radial", "labbe", "baujat", "drapery", "gosh", "cumulative",
    "leave-one-out", "specifications",
)  # fmt: skip
NETWORK = ("network", "league", "network-forest", "network-funnel", "rankogram", "net-heat")


@click.command("plot")
@click.argument("kind", type=click.Choice([*PAIRWISE, *NETWORK]))
@click.argument("data", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path),
              help="FILE.svg, .png or .pdf; left out, SVG goes to standard output.")  # fmt: skip
@click.option("--lang", default="en", show_default=True, type=click.Choice(["en", "ro"]))
@click.option("--measure", required=True, help="RR, OR, RD, MD, SMD, PLO, GEN ...")
@click.option("--method", help="REML (networks: DL) when left out; EE, DL, PM, MH, PETO ...")
@click.option("--test", default="knha", show_default=True, help="z, t, knha or adhoc.")
@click.option("--level", default=0.95, show_default=True, help="Level of the intervals.")
@click.option("--title", default="", help="Above the chart.")
@click.option("--arms", nargs=2, metavar="TREATED CONTROL", help="What the two arms are called.")
@click.option("--favors", nargs=2, metavar="LEFT RIGHT", help="Either side of no effect.")
@click.option("--subgroup", metavar="COLUMN", help="Forest: a diamond for each of its values.")
@click.option("--order", metavar="COLUMN", help="Sort the studies by this number first.")
@click.option("--link", metavar="COLUMN", help="Addresses the rows lead to.")
@click.option("--trim-fill", is_flag=True, help="Funnel: add what trim-and-fill would.")
@click.option("--narrow", is_flag=True, help="Forests for a phone: 360 pixels wide.")
@click.option("--scale", default=2.0, show_default=True, help="PNG pixels a chart pixel.")
@click.option("--reference", help="Networks: the treatment the others are compared with.")
@click.option("--small-values", default="desirable", show_default=True,
              type=click.Choice(["desirable", "undesirable"]),
              help="Networks: is a small outcome good for patients?")  # fmt: skip
@column_options
def command(
    kind: str, data: Path, out: Path | None, lang: str, scale: float, **options: Any
) -> None:
    """Draw DATA (CSV, UTF-8; columns as for pool, or as for network)."""
    from sinteza.charts.export import convert
    from sinteza.i18n import Language

    draw = _network if kind in NETWORK else _pairwise
    svg = draw(kind, data, Language(lang), options)
    if out is None:
        click.echo(svg)
        return
    picture = convert(svg, out.suffix.lstrip(".").lower() or "svg", scale=scale)
    try:
        out.write_bytes(picture)
    except OSError as error:
        from sinteza.errors import SintezaError

        raise SintezaError(
            f"the chart cannot be written: {error.strerror}",
            where=str(out),
            hint="Give a file in a folder you may write to, with -o.",
        ) from error
    click.echo(f"{out}", err=True)


@dataclass(frozen=True)
class _Table:
    """The rows to draw, in their order: effect sizes, and what stands beside them."""

    yi: Any
    vi: Any
    labels: tuple[str, ...]
    values: dict[str, list[float]]
    groups: tuple[str, ...]
    hrefs: tuple[str | None, ...]


def _read(data: Path, options: dict[str, Any]) -> _Table:
    from sinteza.cli._table import COLUMN_OPTIONS
    from sinteza.errors import SynthesisError
    from sinteza.stats import effect_sizes

    measure = options["measure"]
    columns = {name: options[name] for name in COLUMN_OPTIONS}
    values, labels, header, rows = read_columns(data, measure, columns)
    for name in ("subgroup", "order", "link"):
        if options[name] and options[name] not in header:
            raise SynthesisError(
                f"there is no column {options[name]!r}", hint=f"columns: {', '.join(header)}"
            )
    # As for pool: ratios say nothing about a study without events in both arms.
    sizes = effect_sizes(measure, labels=labels, drop00=measure in ("RR", "OR", "IRR"), **values)
    keep = [i for i in range(sizes.k) if sizes.vi[i] > 0]
    for i in sorted(set(range(sizes.k)) - set(keep)):
        click.echo(f"Not drawn, no estimate: {sizes.labels[i]}.", err=True)
    if options["order"]:
        by = numbers(data, rows, options["order"])
        keep.sort(key=lambda i: (by[i] != by[i], by[i]))
    if options["subgroup"]:
        names = list(dict.fromkeys(row.get(options["subgroup"], "") for row in rows))
        keep.sort(key=lambda i: names.index(rows[i].get(options["subgroup"], "")))
    return _Table(
        sizes.yi[keep],
        sizes.vi[keep],
        tuple(sizes.labels[i] for i in keep),
        {name: [column[i] for i in keep] for name, column in values.items()},
        tuple(rows[i].get(options["subgroup"] or "", "") for i in keep),
        tuple(rows[i].get(options["link"] or "") or None for i in keep),
    )


def _pool(table: _Table, options: dict[str, Any], rows: Sequence[int] | None = None) -> Pooled:
    """The result of all rows or of some."""
    from sinteza.stats import mantel_haenszel, peto, pool

    some = list(range(len(table.labels)) if rows is None else rows)
    labels = [table.labels[i] for i in some]
    measure, method, level = options["measure"], options["method"] or "REML", options["level"]
    if method in ("MH", "PETO"):
        values: Any = {name: [column[i] for i in some] for name, column in table.values.items()}
        if method == "PETO":
            return peto(level=level, labels=labels, **values)
        return mantel_haenszel(measure, level=level, labels=labels, **values)
    return pool(
        table.yi[some],
        table.vi[some],
        method=method,
        test=options["test"],
        level=level,
        measure=measure,
        labels=labels,
    )


def _pairwise(kind: str, data: Path, lang: Language, options: dict[str, Any]) -> str:
    from sinteza.charts import from_pooled

    table = _read(data, options)
    pooled = _pool(table, options)
    more: dict[str, Any] = {"lang": lang, "title": options["title"]}
    if kind == "forest":
        return _forest(table, pooled, options, more)
    if kind == "labbe":
        return _labbe(table, pooled, options, more)
    if kind == "gosh":
        from sinteza.stats import gosh

        subsets = gosh(table.yi, table.vi, method=pooled.method, most_subsets=1 << 17)
        return from_pooled.gosh_of(pooled, subsets.estimate, subsets.i2, **more)
    if kind in ("cumulative", "leave-one-out"):
        return _again(kind, table, pooled, options, more)
    if kind == "specifications":
        return _specifications(table, options, more)
    if kind == "drapery":
        return from_pooled.drapery_of(pooled, **more)
    if kind == "radial":
        return from_pooled.radial_of(pooled, hrefs=table.hrefs, **more)
    if kind == "baujat":
        from sinteza.stats.influence import baujat

        found = baujat(table.yi, table.vi, method=pooled.method, labels=table.labels)
        return from_pooled.baujat_of(found, hrefs=table.hrefs, **more)
    added: Sequence[tuple[float, float]] = ()
    if options["trim_fill"]:
        from sinteza.stats.trim_fill import trim_and_fill

        filled = trim_and_fill(table.yi, table.vi, method=pooled.method, test=options["test"])
        added = list(zip(filled.filled_yi.tolist(), filled.filled_vi.tolist(), strict=True))
    return from_pooled.funnel_of(pooled, added=added, hrefs=table.hrefs, **more)


def _arms(table: _Table) -> tuple[list[ArmData | None], list[ArmData | None]]:
    """The counts or means of both arms, where the table has them."""
    from sinteza.charts.forest import ArmData

    v = table.values

    def whole(value: float) -> int | None:
        return round(value) if value == value else None

    def known(value: float) -> float | None:
        return value if value == value else None

    def arm(events: str, others: str, total: str, mean: str, sd: str) -> list[ArmData | None]:
        out: list[ArmData | None] = []
        for i in range(len(table.labels)):
            if mean in v and total in v:
                made = ArmData(whole(v[total][i]), mean=known(v[mean][i]), sd=known(v[sd][i]))
            elif events in v and (total in v or others in v):
                n = v[total][i] if total in v else v[events][i] + v[others][i]
                made = ArmData(whole(n), known(v[events][i]))
            else:
                return []
            out.append(made)
        return out

    return arm("ai", "bi", "n1i", "m1i", "sd1i"), arm("ci", "di", "n2i", "m2i", "sd2i")


def _forest(table: _Table, pooled: Pooled, options: dict[str, Any], more: dict[str, Any]) -> str:
    from sinteza.charts.from_pooled import forest_of

    groups: dict[str, Pooled] | None = None
    if options["subgroup"]:
        groups = {
            name: _pool(table, options, [i for i, g in enumerate(table.groups) if g == name])
            for name in dict.fromkeys(table.groups)
        }
    treated, control = _arms(table)
    return forest_of(
        pooled,
        groups=groups,
        treated=treated,
        control=control,
        hrefs=table.hrefs,
        subgroup_test=_subgroup_test(table, options) if groups and len(groups) > 1 else None,
        arms=options["arms"],
        favors=options["favors"],
        layout="narrow" if options["narrow"] else "wide",
        **more,
    )


def _subgroup_test(table: _Table, options: dict[str, Any]) -> EffectTest | None:
    """The test of a model with the subgroups as moderator, one tau2 for all."""
    from sinteza.charts.forest import EffectTest
    from sinteza.stats import pool

    method = options["method"] or "REML"
    if method in ("MH", "PETO"):
        return None
    found = pool(table.yi, table.vi, method=method, test="z", mods={"subgroup": list(table.groups)})
    return EffectTest("χ²", found.qm, found.qm_p, found.qm_df1)


def _labbe(table: _Table, pooled: Pooled, options: dict[str, Any], more: dict[str, Any]) -> str:
    from sinteza.charts.diagnostics import StudyPoint, labbe
    from sinteza.errors import SynthesisError

    treated, control = _arms(table)
    points = [
        StudyPoint(label, c.events / c.total, t.events / t.total, t.total + c.total, href)
        for label, t, c, href in zip(table.labels, treated, control, table.hrefs, strict=False)
        if t and c and t.total and c.total and t.events is not None and c.events is not None
    ]
    if not points:
        raise SynthesisError(
            "a L'Abbé plot needs events and totals of both arms", hint="--measure RR, OR or RD"
        )
    return labbe(
        points,
        measure=pooled.measure,
        effect=pooled.display(pooled.estimate),
        arms=options["arms"],
        **more,
    )


def _again(
    kind: str, table: _Table, pooled: Pooled, options: dict[str, Any], more: dict[str, Any]
) -> str:
    """The result with one study more, or one less, each time."""
    from sinteza.charts.from_pooled import series_of
    from sinteza.stats.influence import cumulative, leave_one_out

    run: Callable[..., Series] = cumulative if kind == "cumulative" else leave_one_out
    series = run(
        table.yi,
        table.vi,
        method=options["method"] or "REML",
        test=options["test"],
        level=options["level"],
        labels=table.labels,
    )
    return series_of(
        series,
        pooled,
        hrefs=dict(zip(table.labels, table.hrefs, strict=True)),
        layout="narrow" if options["narrow"] else "wide",
        **more,
    )


def _specifications(table: _Table, options: dict[str, Any], more: dict[str, Any]) -> str:
    """Every reasonable analysis; the one asked for is marked."""
    from sinteza.charts.from_pooled import specification_curve_of
    from sinteza.stats.sensitivity import multiverse

    values: Any = table.values
    found = multiverse(**values)
    main = {
        "measure": options["measure"],
        "method": options["method"] or "REML",
        "test": options["test"],
        "zero": "only0",
    }
    return specification_curve_of(found, main=main, **more)


def _network(kind: str, data: Path, lang: Language, options: dict[str, Any]) -> str:
    from sinteza.charts import from_network
    from sinteza.stats.network import network

    _, rows = read_table(data)
    fitted = network(
        rows,
        measure=options["measure"],
        method=options["method"] or "DL",
        reference=options["reference"],
        small_values=options["small_values"],
        level=options["level"],
    )
    for one in fitted.dropped:
        click.echo(f"Not drawn: {one.study}, {one.reason}.", err=True)
    more: dict[str, Any] = {"lang": lang, "title": options["title"]}
    if kind == "network-forest":
        more |= {"favors": options["favors"], "layout": "narrow" if options["narrow"] else "wide"}
    charts: dict[str, Callable[..., str]] = {
        "network": from_network.graph_of,
        "league": from_network.league_of,
        "network-forest": from_network.network_forest_of,
        "network-funnel": from_network.funnel_of_network,
        "rankogram": from_network.rankogram_of,
        "net-heat": from_network.net_heat_of,
    }
    return charts[kind](fitted, **more)
