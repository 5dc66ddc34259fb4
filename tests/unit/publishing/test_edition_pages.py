"""The edition as files: what sources wrote is text, tables read back, figures are XML."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from sinteza.i18n import Language
from sinteza.model.edition import Edition
from sinteza.model.flow import Box
from sinteza.model.study import ArmResult
from sinteza.publishing import downloads, figures, words
from sinteza.publishing.html import PAGES, render
from sinteza.publishing.words import Words
from sinteza.review.run import RunResult

replace = msgspec.structs.replace
EVIL = "<script>alert(\"1\")</script> & 'x' </title> {{ 7 * 7 }} ]]>"


@pytest.fixture(scope="module")
def whole(demo: tuple[Path, RunResult]) -> Edition:
    body = (demo[0] / "edition/edition.json").read_bytes()
    return msgspec.json.decode(body, type=Edition)


@pytest.fixture(scope="module")
def small(whole: Edition) -> Edition:
    """A part of the flagship's entries with their studies: everything, but little of it."""
    effects = [e for g in whole.analyses[0].groups for e in g.effects]
    entered = {effect.study for effect in effects}
    studies = tuple(s for s in whole.studies if s.study.id in entered)
    wanted = {name for s in studies for name in s.records}
    wanted |= {r.id for r in whole.records if r.verdict == "exclude"} & set(
        list(whole.flow.excluded.clusters)[:5]
    )
    records = tuple(r for r in whole.records if r.id in wanted)

    def box(old: Box) -> Box:
        names = tuple(name for name in old.clusters if name in wanted)
        return Box(count=len(names), clusters=names)

    flow = replace(
        whole.flow,
        screened=box(whole.flow.screened),
        included=box(whole.flow.included),
        excluded=box(whole.flow.excluded),
        undecided=box(whole.flow.undecided),
        reasons={reason: box(old) for reason, old in whole.flow.reasons.items()},
    )
    maps = tuple(
        replace(
            table,
            cells=tuple(
                replace(cell, records=tuple(n for n in cell.records if n in wanted))
                for cell in table.cells
            ),
        )
        for table in whole.maps
    )
    differences = tuple(
        replace(
            d,
            only_first=tuple(n for n in d.only_first if n in wanted),
            only_second=tuple(n for n in d.only_second if n in wanted),
        )
        for d in whole.differences
    )
    return replace(
        whole, records=records, studies=studies, flow=flow, maps=maps, differences=differences
    )


def poisoned(edition: Edition) -> Edition:
    """Everything that a source writes holds markup."""
    records = tuple(
        replace(r, title=EVIL, authors=(EVIL,), journal=EVIL, note=f"terms=title: {EVIL}", doi=EVIL)
        for r in edition.records
    )

    def study(s: Any) -> Any:
        arms = tuple(replace(arm, intervention=EVIL) for arm in s.arms)
        return replace(
            s, label=EVIL, population=EVIL, notes=EVIL, arms=arms, source=EVIL, place=EVIL
        )

    studies = tuple(
        replace(s, study=study(s.study), readings=tuple(study(r) for r in s.readings))
        for s in edition.studies
    )
    analyses = tuple(
        replace(
            a,
            groups=tuple(
                replace(
                    g,
                    effects=tuple(
                        replace(e, label=EVIL, intervention=EVIL, comparator=EVIL)
                        for e in g.effects
                    ),
                    without=tuple(replace(w, label=EVIL) for w in g.without),
                )
                for g in a.groups
            ),
            omitted=tuple(replace(o, label=EVIL, detail=EVIL) for o in a.omitted),
        )
        for a in edition.analyses
    )
    searches = tuple(
        replace(s, typed=EVIL, sent=EVIL, translation=EVIL, warnings=(EVIL,))
        for s in edition.searches
    )
    imports = tuple(replace(i, name=EVIL) for i in edition.imports)
    sources = tuple(replace(s, name=EVIL) for s in edition.flow.sources)
    published = tuple(replace(p, citation=EVIL, comparison=EVIL) for p in edition.published)
    return replace(
        edition,
        records=records,
        studies=studies,
        analyses=analyses,
        searches=searches,
        imports=imports,
        published=published,
        flow=replace(edition.flow, sources=sources),
    )


def test_what_sources_wrote_is_text_and_never_markup(small: Edition) -> None:
    made = render(poisoned(small), ("en", "ro"))
    seen = 0
    for name, body in made.items():
        if name.endswith(".html"):
            text = body.decode()
            assert "<script" not in text, name
            assert not re.search(r'(?:href|src)="(?:javascript|data):', text, flags=re.I), name
            seen += text.count("&lt;script&gt;")
    assert seen > 50


def svgs(edition: Edition, code: str) -> dict[str, str]:
    said = Words(edition, Language(code))
    made = {}
    for layout in figures.LAYOUTS:
        made[f"flow {layout}"] = figures.flow_figure(edition, said, layout)
        for table in edition.maps:
            made[f"map {table.id} {layout}"] = figures.map_figure(table, edition, said, layout)
        for result in edition.analyses:
            made[f"forest {result.id} {layout}"] = figures.forest_figure(
                result, edition, said, layout
            )
            plan = next(p for p in edition.protocol.analyses if p.id == result.id)
            for group in (g for g in result.groups if g.pooled):
                name = f"{result.id} {group.concept} {layout}"
                made[f"without {name}"] = figures.without_figure(plan, group, said, layout)
                made[f"specifications {name}"] = figures.specification_figure(plan, group, said)
                made[f"funnel {name}"] = figures.funnel_figure(group, said)
    for network in edition.networks:
        made[f"network {network.id}"] = figures.network_graph_figure(network, said)
        made[f"network forest {network.id}"] = figures.network_forest_figure(
            network, edition, said, "narrow"
        )
    return made


@pytest.mark.parametrize("code", ["en", "ro"])
def test_figures_are_well_formed_and_named(small: Edition, code: str) -> None:
    drawn = svgs(poisoned(small), code)
    assert len(drawn) > 8
    for name, svg in drawn.items():
        root = ElementTree.fromstring(svg)
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert root.tag.endswith("svg"), name
        assert "title" in tags, name
        assert tags.isdisjoint({"script", "foreignObject"}), name


def test_the_planned_analysis_is_marked_among_all_reasonable_ones(whole: Edition) -> None:
    said = Words(whole, Language("en"))
    pooled = [
        (plan, group)
        for plan in whole.protocol.analyses
        for result in whole.analyses
        if result.id == plan.id
        for group in result.groups
        if group.pooled
    ]
    assert pooled
    for plan, group in pooled:
        assert group.specifications is not None
        assert len(group.specifications.done) == group.specifications.n
        assert "main analysis" in figures.specification_figure(plan, group, said)


def test_the_agreement_of_readers_stands_beside_their_differences(whole: Edition) -> None:
    found = {row.what: row for row in whole.agreement}
    assert set(found) == {"designs", "outcomes", "values"}  # people and a machine read the same
    for row in found.values():
        assert 0 < row.low <= row.percent <= row.high <= 1
    page = render(whole, ["en"])["en/index.html"].decode()
    for row in found.values():
        assert Language("en").percent(row.percent, 1) in page


def test_figures_of_readers_have_the_decimal_mark_of_the_page(whole: Edition) -> None:
    (item, *_) = [c for s in whole.studies for c in s.comparisons if not c.agree and "." in c.first]
    pages = render(whole, ["en", "ro"])
    assert f"{item.first} / " in pages["en/index.html"].decode()
    page = pages["ro/index.html"].decode()
    assert f"{item.first.replace('.', ',')} / " in page
    assert f"{item.first} / " not in page


def test_a_value_that_nobody_verified_is_starred(small: Edition) -> None:
    said = Words(small, Language("en"))
    result = small.analyses[0]
    doubted = replace(
        result,
        groups=tuple(
            replace(g, effects=tuple(replace(e, verified=False) for e in g.effects))
            for g in result.groups
        ),
    )
    label = result.groups[0].effects[0].label.split()[-1]
    drawn = [figures.forest_figure(r, small, said, "narrow") for r in (result, doubted)]
    assert [f"{label} *" in svg for svg in drawn] == [False, True]


def test_tables_read_back_with_a_cell_for_every_column(whole: Edition) -> None:
    # a value that no place of a source supports has no quote
    study = whole.studies[0]
    bare = ArmResult(arm=study.study.arms[0].id, outcome="RR50", events=1)
    reading = replace(study.readings[0], results=(bare,))
    changed = replace(
        whole,
        studies=(replace(study, readings=(reading,)), *whole.studies[1:]),
        records=(replace(whole.records[0], title='a "b", c\nd; e'), *whole.records[1:]),
    )
    made = downloads.tables(changed)
    assert len(made) == 18
    rows = {}
    for name, body in made.items():
        assert body.startswith(b"\xef\xbb\xbf"), name
        table = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
        assert len(set(table[0])) == len(table[0]), name
        ragged = {len(row) for row in table} - {len(table[0])}
        assert not ragged, name
        rows[name] = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    assert len(rows["records.csv"]) == len(whole.records)
    assert rows["records.csv"][0]["title"] == 'a "b", c\nd; e'
    effects = [e for a in whole.analyses for g in a.groups for e in g.effects]
    assert [float(row["estimate"]) for row in rows["effects.csv"]] == [e.estimate for e in effects]
    counts = {row["box"]: int(row["count"]) for row in rows["flow.csv"]}
    assert counts["identified"] == whole.flow.identified
    assert counts["included"] == whole.flow.included.count
    by_reason = sum(n for box, n in counts.items() if box.startswith("excluded: "))
    assert by_reason == counts["excluded"]
    for row in rows["windows.csv"]:
        assert set(row.values()) & {"True"}


@pytest.mark.parametrize("code", ["en", "ro"])
def test_an_edition_that_includes_nothing(small: Edition, code: str) -> None:
    nothing = Box(count=0)
    empty = replace(
        small,
        records=(),
        studies=(),
        analyses=tuple(replace(a, groups=(), omitted=()) for a in small.analyses),
        unverified=(),
        networks=(),
        differences=(),
        windows=tuple(
            replace(w, included=(), pooled=dict.fromkeys(w.pooled, ())) for w in small.windows
        ),
        maps=tuple(
            replace(m, cells=tuple(replace(c, records=(), about=0) for c in m.cells))
            for m in small.maps
        ),
        flow=replace(
            small.flow,
            sources=(),
            identified=0,
            duplicates_known=0,
            duplicates_merged=0,
            screened=nothing,
            included=nothing,
            excluded=nothing,
            undecided=nothing,
            excluded_by_rule=0,
            excluded_by_person=0,
            reasons={},
            studies=0,
        ),
    )
    made = render(empty, (code,))
    assert {f"{code}/{page}" for page in PAGES} <= set(made)
    said = Language(code)
    page = made[f"{code}/index.html"].decode()
    for words_of_it in (
        "No class of therapy has two studies that can be pooled in this window.",
        "This window holds too few comparisons for a network.",
    ):
        assert said.text(words_of_it) in page
    assert all(len(body) > 3 for name, body in made.items() if name.startswith("data/"))


def test_an_undecided_entry_is_listed_as_waiting(small: Edition) -> None:
    name = small.flow.included.clusters[0]
    waiting = replace(
        small,
        records=tuple(
            replace(r, verdict="undecided", decided_by="") if r.id == name else r
            for r in small.records
        ),
        flow=replace(
            small.flow,
            included=Box(
                count=small.flow.included.count - 1, clusters=small.flow.included.clusters[1:]
            ),
            undecided=Box(count=1, clusters=(name,)),
        ),
    )
    page = render(waiting, ("ro",))["ro/records.html"].decode()
    assert 'id="list-undecided"' in page


def test_every_word_has_a_romanian_one_and_unknown_codes_stand_as_they_are(
    small: Edition,
) -> None:
    romanian = Words(small, Language("ro"))
    same = {
        text
        for table in words.TABLES
        for text in table.values()
        if Language("ro").text(text) == text
    }
    # words that both languages write alike
    assert same == {"placebo", "comparator", "Knapp-Hartung", "t", "MeSH", "normal"}
    assert romanian.of(words.DESIGN, "a_new_design") == "a_new_design"
    assert romanian.concept("a_new_concept") == "a_new_concept"
    assert romanian.reason("unstated") == "unstated"


def test_a_note_is_told_part_by_part(small: Edition) -> None:
    english = Words(small, Language("en"))
    criterion = small.protocol.criteria[0]
    assert english.note("") == []
    assert english.note(f"{criterion.id}=title: refractory; x=nothing known") == [
        (criterion.label.en, "title", "refractory"),
        ("x", "", "nothing known"),
    ]
    assert english.note("no abstract at hand") == [("", "", "no abstract at hand")]
    assert english.note("odd: words") == [("", "", "odd: words")]
