"""The evidence base as tables: each row to the right reading, gaps as gaps, errors with a line."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from sinteza.errors import FormatError
from sinteza.model.record import Record
from sinteza.model.study import Arm, Study
from sinteza.sources import evidence

STUDIES = """\
reading,study,label,year,pmid,doi,registry,design,domain,therapy,population,drug_resistant,\
age_group,blinding,control,n_randomized,weeks,source,place,read_by,notes
table,s1,One 2001,2001,11,10.1/x,NCT01,rct_parallel,epilepsy,lev,adults,explicit,adults,double,\
placebo,99,12,https://example.org/x,Table 2,Ana,
reports,s1,,2001,11,,,rct_parallel,epilepsy,lev,,,,,placebo,,,PubMed 11,abstract,Bob,a note
table,s2,Two,,,,,single_arm,epilepsy,,,,,,none,,,https://example.org/y,,Ana,
"""
ARMS = """\
reading,study,arm,role,intervention,concept,control,n_randomized,n_analyzed
table,s1,a0,intervention,Lev 1000 mg,lev,,50,48
table,s1,a1,comparator,Placebo,,placebo,49,
reports,s1,t,intervention,levetiracetam,lev,,,
"""
RESULTS = """\
reading,study,arm,outcome,subset,events,total,percent,percent_max,derived,start,end,place
table,s1,a0,RR50,,20,48,41.7,,,,,Table 2
reports,s1,t,RR50,,20,,41.7,42,percent,10,25,abstract
table,s2,a0,SF,adults,0,,,,,,,p. 3
"""
OVERLAPS = "study,other,reason\ns1,s2,the same people\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("studies", STUDIES),
        ("arms", ARMS),
        ("results", RESULTS),
        ("overlaps", OVERLAPS),
    ):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def test_each_reading_holds_its_own_rows(folder: Path) -> None:
    table, reports, other = evidence.read_studies(folder)
    assert (table.id, table.read_by, reports.id, reports.read_by) == ("s1", "Ana", "s1", "Bob")
    assert [arm.id for arm in table.arms] == ["a0", "a1"]
    assert table.arms[1] == Arm(
        id="a1", role="comparator", intervention="Placebo", control="placebo", n_randomized=49
    )
    assert [arm.id for arm in reports.arms] == ["t"]
    assert (table.reports, table.registry_ids, table.n_randomized) == (("pmid:11",), ("NCT01",), 99)
    assert (other.reports, other.registry_ids, other.year, other.n_randomized) == (
        (),
        (),
        None,
        None,
    )
    assert reports.notes == "a note"
    assert not any(study.by_machine for study in (table, reports, other))


def test_values_say_who_read_them_and_where(folder: Path) -> None:
    table, reports, other = evidence.read_studies(folder)
    (value,) = table.results
    assert (value.events, value.total, value.percent, value.percent_max) == (20, 48, 41.7, None)
    assert (value.actor, value.verified, value.derived) == ("Ana", True, "")
    assert value.quote is not None
    assert (value.quote.document, value.quote.section) == ("pmid:11", "Table 2")
    (value,) = reports.results
    assert (value.total, value.percent_max, value.derived) == (None, 42.0, "percent")
    assert value.quote is not None
    assert (value.quote.start, value.quote.end) == (10, 25)
    (value,) = other.results
    # nobody is a count, nothing printed is none
    assert (value.events, value.total, value.percent, value.subset) == (0, None, None, "adults")
    assert value.quote is not None
    assert value.quote.document == "https://example.org/y"


def test_overlaps_hold_both_ways_for_every_reading(folder: Path) -> None:
    assert [s.overlaps for s in evidence.read_studies(folder)] == [("s2",), ("s2",), ("s1",)]
    (pair,) = evidence.read_overlaps(folder)
    assert (pair.study, pair.other, pair.reason) == ("s1", "s2", "the same people")


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    assert evidence.read_studies(tmp_path) == []
    assert evidence.read_machine(tmp_path) == []
    assert evidence.read_published(tmp_path) == []
    assert evidence.read_concepts(tmp_path) == {}
    assert evidence.read_criteria(tmp_path) == {}


def test_a_machines_reading_is_marked_whatever_the_file_says(tmp_path: Path) -> None:
    study = Study(id="s", label="S", read_by="extractor/1", by_machine=False)
    (tmp_path / "machine.jsonl").write_bytes(msgspec.json.encode(study) + b"\n")
    (read,) = evidence.read_machine(tmp_path)
    assert read.by_machine
    (tmp_path / "machine.jsonl").write_bytes(msgspec.json.encode(study) + b"\n{cut")
    with pytest.raises(FormatError, match=r"machine\.jsonl:2"):
        evidence.read_machine(tmp_path)


def test_records_in_their_order_and_a_broken_line_named(tmp_path: Path) -> None:
    records = [Record(id=f"e:{n}", source="e", source_id=str(n), title="Ț") for n in (2, 1)]
    lines = [msgspec.json.encode(record) for record in records]
    file = tmp_path / "records.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    assert list(evidence.read_records(tmp_path)) == records
    file.write_bytes(lines[0] + b'\n{"id": 5}\n')
    reading = evidence.read_records(tmp_path)
    assert next(reading) == records[0]
    with pytest.raises(FormatError) as caught:
        next(reading)
    assert (caught.value.path, caught.value.line) == ("evidence/records.jsonl", 2)


def test_what_machines_found(tmp_path: Path) -> None:
    (tmp_path / "concepts.csv").write_text(
        "pmid,concept,start,end,count,polarity,weight,about,found_by\n"
        "11,lev,3,9,2,present,0.5,1,rule:taxonomy/4\n11,gaba,,,1,absent,1.0,0,rule:taxonomy/4\n"
    )
    (tmp_path / "criteria.csv").write_text(
        "pmid,criterion,met_by\n11,terms,abstract: refractory\n11,other,title: x\n"
    )
    first, second = evidence.read_concepts(tmp_path)["11"]
    assert (first.concept, first.start, first.end, first.count, first.weight, first.about) == (
        "lev",
        3,
        9,
        2,
        0.5,
        True,
    )
    assert str(first.actor) == "rule:taxonomy/4"
    assert (second.polarity, second.start, second.about) == ("absent", None, False)
    assert evidence.read_criteria(tmp_path) == {
        "11": {"terms": "abstract: refractory", "other": "title: x"}
    }


def test_estimates_of_others(tmp_path: Path) -> None:
    (tmp_path / "published.csv").write_text(
        "id,kind,citation,population,comparison,outcome,measure,estimate,ci_low,ci_high,k,n,i2,"
        "concepts,source\np1,pooled,Somebody 2001,adults,a vs b,RR50,RR,1.5,1.1,,7,,0,lev gaba,x\n"
    )
    (got,) = evidence.read_published(tmp_path)
    assert (got.estimate, got.ci_low, got.ci_high, got.k, got.n, got.i2) == (
        1.5,
        1.1,
        None,
        7,
        None,
        0.0,
    )
    assert got.concepts == ("lev", "gaba")


@pytest.mark.parametrize(
    ("table", "old", "new", "what"),
    [
        ("arms", ",n_randomized,", ",people,", "missing"),
        ("arms", "high stimulation,vns,,31,", "high stimulation,vns,,many,", "does not hold"),
        ("studies", "table,pmid-8026408,", "table,pmid-1,", "missing"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(
    tmp_path: Path, table: str, old: str, new: str, what: str
) -> None:
    shipped = Path(str(files("sinteza.protocols") / "dre" / "evidence"))
    for name in ("studies", "arms", "results", "overlaps"):
        text = (shipped / f"{name}.csv").read_text("utf-8")
        if name == table:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    with pytest.raises(FormatError, match=what) as caught:
        evidence.read_studies(tmp_path)
    assert "evidence/studies.csv" in str(caught.value)
