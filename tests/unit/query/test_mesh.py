"""The thesaurus: reading NLM's files, lookup, explosion, one file out and in."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from sinteza.errors import FormatError
from sinteza.query.mesh import Descriptor, Qualifier, Supplement, Thesaurus, dump, load, shipped
from sinteza.query.mesh_files import build, known_qualifiers

SMALL = Thesaurus(
    2030,
    {
        "A": Descriptor("A", ("C01", "D05.1"), ("first letter", "Alpha")),
        "B": Descriptor("B", ("C01.100",), ()),
        "C": Descriptor("C", ("C01.100.2", "D05.1.7"), (), ("B",)),
        "Lone": Descriptor("Lone", (), ("solitary",), ui="D9"),
        "Orphan": Descriptor("Orphan", ("E02.200.3",)),
    },
    {"therapy": Qualifier("therapy", "TH", ("Y1",)), "diet": Qualifier("diet", "DH", ("Y1.2",))},
    {"newdrug": Supplement("newdrug", ("nd-1",), ("A",), ("B",), "C1")},
)


def test_round_trip() -> None:
    assert load(dump(SMALL)) == SMALL


def test_find_ignores_case_and_punctuation() -> None:
    found = SMALL.find("FIRST-letter")
    assert found is not None
    assert found.name == "A"
    assert SMALL.find("nothing") is None
    substance = SMALL.find_substance("ND 1")
    assert substance is not None
    assert substance.name == "newdrug"


def test_explosion_takes_all_tree_positions() -> None:
    assert SMALL.explode("A") == {"A", "B", "C"}
    assert SMALL.explode("B") == {"B", "C"}
    assert SMALL.explode("Lone") == {"Lone"}
    assert SMALL.explode("unknown") == {"unknown"}
    assert SMALL.narrower("A") == ("B", "C")


def test_explosion_is_by_whole_numbers() -> None:
    near = Thesaurus(1, {"X": Descriptor("X", ("C1",)), "Y": Descriptor("Y", ("C10",))})
    assert near.explode("X") == {"X"}


def test_pharmacological_action_includes_narrower_actions() -> None:
    assert SMALL.with_action("B") == {"C", "newdrug"}
    assert SMALL.with_action("A") == {"C", "newdrug"}


def test_qualifiers_explode() -> None:
    assert SMALL.explode_qualifier("therapy") == {"therapy", "diet"}
    known = Thesaurus(1, {}, known_qualifiers())
    assert "transplantation" in known.explode_qualifier("therapy")
    assert known.explode_qualifier("drug therapy") == {"drug therapy"}


def test_wildcard_matches_whole_headings() -> None:
    names = ["Risk", "Risk Factors", "Asterisk", "Suicide Risk Assessment"]
    mesh = Thesaurus(1, {name: Descriptor(name) for name in names})
    assert mesh.matching("risk*") == ("Risk",)
    assert mesh.matching("risk factor*") == ("Risk Factors",)
    assert mesh.matching("zzzz*") == ()


@pytest.mark.parametrize("data", [b"", b"no", gzip.compress(b"sinteza-mesh 1")])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        load(data)


def test_unknown_files_are_refused() -> None:
    with pytest.raises(FormatError, match="not a MeSH file"):
        build([("x.txt", io.BytesIO(b"hello\nworld\n"))], year=2022)
    with pytest.raises(FormatError, match="broken or cut off"):
        build([("d.xml", io.BytesIO(b"<?xml version='1.0'?><DescriptorRecordSet><Descr"))], year=1)
    with pytest.raises(FormatError, match="no MeSH descriptor"):
        build([], year=1)


def test_real_xml(shared: Path) -> None:
    names = ["desc_samples.xml.gz", "supp_samples.xml.gz"]
    made = build(
        [(name, io.BytesIO((shared / "mesh" / name).read_bytes())) for name in names], year=2026
    )
    calcimycin = made.find("A-23187")
    assert calcimycin is not None
    assert calcimycin.name == "Calcimycin"
    assert calcimycin.ui == "D000001"
    assert "D03.438.221.173" in calcimycin.trees
    assert set(calcimycin.actions) == {"Anti-Bacterial Agents", "Calcium Ionophores"}
    aeron = made.find_substance("aeron")
    assert aeron is not None
    assert "Scopolamine Derivatives" in aeron.mapped
    assert load(dump(made)) == made


def test_shipped_serves_the_flagship() -> None:
    mesh = shipped()
    found = mesh.find("refractory epilepsy")
    assert found is not None
    assert found.name == "Drug Resistant Epilepsy"
    assert "Lacosamide" in mesh.with_action("Anticonvulsants")
    assert mesh.find_substance("cenobamate") is not None
    assert mesh.partial
