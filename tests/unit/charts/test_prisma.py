from __future__ import annotations

import dataclasses

import pytest

from sinteza.charts.prisma import Assessment, Count, PrismaFlow, prisma, prisma_problems
from sinteza.i18n import Language
from tests.unit.charts.geometry import NS, check, links, texts

FLOW = PrismaFlow(
    databases=(
        Count("PubMed", 1240, "#pubmed"),
        Count("Infomedica (biblioteca națională)", 37, "#ro"),
    ),
    registers=(Count("ClinicalTrials.gov", 12, "#ct"),),
    duplicates=Count("", 210, "#duplicates"),
    automation=Count("", 5, "#automation"),
    screened=Count("", 1074, "#screened"),
    excluded=Count("", 900, "#excluded"),
    excluded_by=(Count("by a rule", 800, "#rule"), Count("by a person", 100, "#person")),
    reports=Assessment(
        Count("", 174, "#sought"),
        Count("", 4, "#missing"),
        Count("", 170, "#assessed"),
        Count("", 120, "#out"),
        (Count("Wrong population: not drug-resistant", 80), Count("No outcome of interest", 40)),
    ),
    studies=Count("", 46, "#studies"),
    included_reports=Count("", 50, "#reports"),
)
OTHER = dataclasses.replace(
    FLOW,
    other=(Count("Websites", 3), Count("Citation searching", 7)),
    other_reports=Assessment(
        Count("", 10), Count("", 0), Count("", 10), Count("", 6), (Count("Duplicate", 6),)
    ),
    previous=(Count("Studies of edition 1", 12, "#one"),),
    total_studies=Count("", 58),
)
SMALL = PrismaFlow(
    databases=(Count("PubMed", 755),),
    screened=Count("", 755),
    excluded=Count("", 700),
    studies=Count("", 55),
)


@pytest.mark.parametrize("code", ["en", "ro"])
@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize(
    "flow", [FLOW, OTHER, SMALL, PrismaFlow()], ids=["full", "other", "small", "empty"]
)
def test_nothing_collides_or_is_clipped(code: str, layout: str, flow: PrismaFlow) -> None:
    root = check(prisma(flow, lang=Language(code), layout=layout, title="Flow"))
    assert float(root.get("width")) <= (360 if layout == "narrow" else 1280)


def test_every_box_links_to_its_records() -> None:
    found = links(check(prisma(FLOW, lang=Language("en"))))
    for target in ("pubmed", "duplicates", "automation", "screened", "rule", "sought", "studies"):
        assert f"#{target}" in found


def test_automation_has_its_own_line() -> None:
    shown = " ".join(texts(check(prisma(FLOW, lang=Language("en")))))
    assert "Marked as ineligible by automation tools (n\u00a0=\u00a05)" in shown.replace("  ", " ")


def test_the_sentence_is_made_from_the_counts() -> None:
    root = check(prisma(FLOW, lang=Language("ro")))
    assert root.findtext(f"{NS}desc") == (
        "1.289 de înregistrări identificate, 210 duplicate, 1.074 de înregistrări triate, "
        "900 de înregistrări excluse, 46 de studii incluse"
    )


def test_counts_that_reconcile_raise_no_problem() -> None:
    for flow in (FLOW, OTHER, SMALL, PrismaFlow()):
        assert prisma_problems(flow, Language("en")) == []


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("screened", Count("", 1000), "Records screened"),
        ("excluded", Count("", 899), "Records excluded"),
        ("reports", Assessment(sought=Count("", 170)), "Reports sought"),
    ],
)
def test_counts_that_do_not_reconcile_are_named(field: str, value: object, named: str) -> None:
    broken = dataclasses.replace(FLOW, **{field: value})
    problems = prisma_problems(broken, Language("en"))
    assert problems
    assert problems[0].startswith(named)
    shown = " ".join(texts(check(prisma(broken, lang=Language("en")))))
    assert "The counts do not add up:" in shown
