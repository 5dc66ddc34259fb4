from __future__ import annotations

import pytest

from sinteza.charts.evidence_map import MapAxis, MapCell, evidence_map
from sinteza.i18n import Language
from tests.unit.charts.geometry import NS, check, links, texts

ROWS = [
    MapAxis("t", "Ipoteza transportorilor de medicamente", "#t"),
    MapAxis("g", "Ipoteza variantelor genetice"),
    MapAxis("n", "Neuroinflamația"),
]
COLUMNS = [
    MapAxis("asm", "Medicamente anticonvulsivante", "#asm"),
    MapAxis("vns", "Stimulare de nerv vag"),
    MapAxis("kd", "Dieta ketogenă"),
    MapAxis("imm", "Imunomodulatoare și antiinflamatoare"),
]
CELLS = [
    MapCell("t", "asm", 12, 2400, "high", "#t-asm"),
    MapCell("t", "kd", 1, 20, "very low"),
    MapCell("n", "imm", 1200, 20, None, "#n-imm"),
    MapCell("nowhere", "imm", 3),
    MapCell("g", "vns", 0),
]


@pytest.mark.parametrize("code", ["en", "ro"])
@pytest.mark.parametrize("style", ["bubble", "heat"])
@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize("cells", [CELLS, [], [MapCell("t", "asm", 3)]], ids=len)
def test_nothing_collides_or_is_clipped(
    code: str, style: str, layout: str, cells: list[MapCell]
) -> None:
    check(
        evidence_map(
            ROWS,
            COLUMNS,
            cells,
            lang=Language(code),
            corner=("Ipoteză", "Terapie"),
            style=style,
            layout=layout,
        )
    )


def test_gaps_are_shown_and_counted() -> None:
    root = check(evidence_map(ROWS, COLUMNS, CELLS, lang=Language("en")))
    dashed = [r for r in root.iter(f"{NS}rect") if r.get("stroke-dasharray")]
    assert len(dashed) == 9 + 1  # the gaps and the legend
    assert root.findtext(f"{NS}desc").startswith("3 of 12 pairs have reports, 9 are gaps; most:")


def test_cells_and_headings_link() -> None:
    root = check(evidence_map(ROWS, COLUMNS, CELLS, lang=Language("en")))
    assert {"#t", "#asm", "#t-asm", "#n-imm"} <= set(links(root))


def test_certainty_is_a_glyph_as_well_as_a_color() -> None:
    root = check(evidence_map(ROWS, COLUMNS, CELLS, lang=Language("ro")))
    assert texts(root).count("⊕⊕⊕⊕") == 1
    assert "⊕⊕⊕⊕ certitudine ridicată" in texts(root)


def test_forty_columns() -> None:
    columns = [MapAxis(str(i), f"Biomarkerul {i}") for i in range(40)]
    check(evidence_map(ROWS, columns, [MapCell("t", "3", 2)], lang=Language("ro"), style="heat"))


def test_an_empty_map_is_still_a_picture() -> None:
    check(evidence_map([], [], [], lang=Language("en")))
