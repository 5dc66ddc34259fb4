"""NBIB: every field of the model has a tag, and the rest travels along."""

from __future__ import annotations

import io

from sinteza.formats import nbib
from sinteza.model.record import Chemical, Grant, Link, MeshHeading, MeshQualifier, Record

ENTRY = """
PMID- 1
OWN - NLM
STAT- MEDLINE
DCOM- 20190301
IS  - 1234-5678 (Print)
IS  - 2234-5678 (Electronic)
IS  - 1234-5678 (Linking)
VI  - 3
DP  - 2019 Jan-Feb
TI  - A trial of something that is long enough to be folded over two lines by the
      writer, and is.
PG  - 12-9
LID - 10.1000/x [doi]
AB  - BACKGROUND: One. METHODS: Two? RESULTS: Three.
FAU - Popescu, Ștefan A Jr
AU  - Popescu SA Jr
AUID- ORCID: 0000-0001-0000-0001
AD  - Iași.
CN  - Study Group
LA  - eng
GR  - R01 X/1/NS/NINDS NIH HHS/United States
SI  - ClinicalTrials.gov/NCT00000001
PT  - Journal Article
RN  - 0 (Anticonvulsants)
CIN - J. 2020;1:2. PMID: 5
MH  - *Epilepsy/drug therapy/*genetics
OT  - seizures
EDAT- 2019/02/01 06:00
PHST- 2018/12/01 00:00 [received]
ZZZ - something new
"""


def read(text: str) -> list[Record]:
    return list(nbib.read(io.BytesIO(text.encode())))


def test_an_entry_gives_its_fields() -> None:
    (record,) = read(ENTRY)
    assert record.id == "pubmed:1"
    assert record.title.endswith("by the writer, and is.")
    assert [(s.label, s.text) for s in record.abstract] == [
        ("BACKGROUND", "One."),
        ("METHODS", "Two?"),
        ("RESULTS", "Three."),
    ]
    first, group = record.authors
    assert (first.last, first.fore, first.initials, first.suffix) == (
        "Popescu",
        "Ștefan A",
        "SA",
        "Jr",
    )
    assert first.orcid == "0000-0001-0000-0001"
    assert first.affiliations == ("Iași.",)
    assert group.collective == "Study Group"
    assert (record.dates.printed, record.dates.medline) == ("2019-01", "2019 Jan-Feb")
    assert record.dates.entered == "2019-02-01"
    assert record.dates.history == (("received", "2018-12-01"),)
    assert record.grants == (
        Grant(number="R01 X/1", acronym="NS", agency="NINDS NIH HHS", country="United States"),
    )
    assert record.registry == ("ClinicalTrials.gov/NCT00000001",)
    assert record.chemicals == (Chemical(name="Anticonvulsants", registry_number="0"),)
    assert record.links == (Link(kind="CommentIn", citation="J. 2020;1:2.", pmid="5"),)
    assert record.mesh == (
        MeshHeading(
            name="Epilepsy",
            major=True,
            qualifiers=(
                MeshQualifier(name="drug therapy"),
                MeshQualifier(name="genetics", major=True),
            ),
        ),
    )
    assert record.journal.issn_linking == "1234-5678"
    assert record.identifier("issn") == "2234-5678"
    assert record.extra == {"nbib:OWN": ("NLM",), "nbib:ZZZ": ("something new",)}


def test_it_comes_back_as_it_was() -> None:
    (record,) = read(ENTRY)
    stream = io.BytesIO()
    nbib.write([record, record], stream)
    assert max(len(line) for line in stream.getvalue().decode().splitlines()) <= 88
    assert read(stream.getvalue().decode()) == [record, record]


def test_old_records_have_one_address_ahead_of_the_names() -> None:
    (record,) = read("PMID- 2\nTI  - T\nAD  - Cluj.\nAU  - Ion I\nAU  - Pop P\n")
    assert [a.affiliations for a in record.authors] == [("Cluj.",), ()]
