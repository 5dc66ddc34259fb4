"""RevMan 5: references with decisions, and the lines of the analyses."""

from __future__ import annotations

import io

from sinteza.formats import decisions, revman

REVIEW = b"""<?xml version="1.0" encoding="UTF-8"?>
<COCHRANE_REVIEW><STUDIES_AND_REFERENCES><STUDIES>
<INCLUDED_STUDIES><STUDY ID="STD-Roe-2001"><REFERENCE TYPE="JOURNAL_ARTICLE"><AU>Roe A, Poe B</AU>
<TI>A trial</TI><SO>Epilepsia</SO><YR>2001</YR><VL>4</VL><PG>1-9</PG><IDENTIFIERS>
<IDENTIFIER TYPE="PUBMED" VALUE="123"/></IDENTIFIERS></REFERENCE></STUDY></INCLUDED_STUDIES>
<EXCLUDED_STUDIES><STUDY ID="STD-Doe-2002"><REFERENCE TYPE="OTHER"><TI>Another</TI><YR>2002</YR>
</REFERENCE></STUDY></EXCLUDED_STUDIES></STUDIES></STUDIES_AND_REFERENCES>
<ANALYSES_AND_DATA><COMPARISON ID="CMP-001"><NAME>Drug or placebo</NAME>
<DICH_OUTCOME ID="CMP-001.01" EFFECT_MEASURE="RR" METHOD="MH" RANDOM="YES"><NAME>Responders</NAME>
<DICH_SUBGROUP ID="CMP-001.01.01"><NAME>Adults</NAME><DICH_DATA STUDY_ID="STD-Roe-2001"
EVENTS_1="12" TOTAL_1="40" EVENTS_2="5" TOTAL_2="41" EFFECT_SIZE="2.46"/></DICH_SUBGROUP>
</DICH_OUTCOME></COMPARISON></ANALYSES_AND_DATA></COCHRANE_REVIEW>"""


def test_references_come_with_the_decision_on_their_study() -> None:
    first, second = revman.read(io.BytesIO(REVIEW))
    assert (first.pmid, first.year, first.journal.title) == ("123", 2001, "Epilepsia")
    assert [a.short for a in first.authors] == ["Roe A", "Poe B"]
    assert decisions.of(first)[0] == "include"
    assert decisions.of(second)[0] == "exclude"


def test_each_line_of_an_analysis_has_its_numbers() -> None:
    (row,) = revman.analyses(io.BytesIO(REVIEW))
    assert (row.measure, row.method, row.random) == ("RR", "MH", True)
    assert (row.name, row.subgroup, row.study) == ("Responders", "Adults", "STD-Roe-2001")
    assert (row.events_1, row.total_1, row.events_2, row.total_2) == (12, 40, 5, 41)
    assert row.mean_1 is None
