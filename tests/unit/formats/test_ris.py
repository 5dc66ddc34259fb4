"""RIS: entries, dialects, leftovers and the way back."""

from __future__ import annotations

import io

import pytest

from sinteza.errors import FormatError
from sinteza.formats import ris
from sinteza.model.record import Record


def read(text: str, **how: str) -> list[Record]:
    return list(ris.read(io.BytesIO(text.encode()), **how))


def written(*records: Record) -> str:
    stream = io.BytesIO()
    ris.write(records, stream)
    return stream.getvalue().decode()


ENTRY = """TY  - JOUR
AN  - X1
TI  - A title that goes
on in the next line
AU  - Popescu, Ștefan A
AU  - The Lamotrigine Study Group
PY  - 2019
DA  - 2019/03/07/
T2  - Epilepsia
J2  - Epilepsia
VL  - 60
IS  - 2
SP  - 101
EP  - 9
SN  - 0013-9580
DO  - https://doi.org/10.1111/epi.99999
KW  - seizures
KW  - trial
Z9  - kept as it is
ER  -
"""


def test_an_entry_gives_its_fields() -> None:
    (record,) = read(ENTRY)
    assert record.id == "ris:X1"
    assert record.title == "A title that goes on in the next line"
    assert [(a.last, a.initials, a.collective) for a in record.authors] == [
        ("Popescu", "ȘA", ""),
        ("", "", "The Lamotrigine Study Group"),
    ]
    assert (record.year, record.dates.printed) == (2019, "2019-03-07")
    assert record.journal.title == "Epilepsia"
    assert record.journal.pages == "101-9"
    assert record.doi == "10.1111/epi.99999"
    assert record.identifier("accession") == "X1"
    assert record.keywords == ("seizures", "trial")


def test_unknown_tags_come_back_word_for_word() -> None:
    (record,) = read(ENTRY)
    assert record.extra["ris:Z9"] == ("kept as it is",)
    assert "\r\nZ9  - kept as it is\r\n" in written(record)
    assert read(written(record)) == [record]


def test_leftovers_of_another_format_travel_in_u5() -> None:
    (record,) = read("TY  - JOUR\nTI  - T\nU5  - nbib:OWN=NLM\nU5  - my own\nER  - \n")
    assert record.extra["nbib:OWN"] == ("NLM",)
    assert record.extra["ris:U5"] == ("my own",)
    assert read(written(record)) == [record]


@pytest.mark.parametrize(
    ("lines", "who", "pmid"),
    [
        ("DB  - Scopus\nC2  - 38580657", "scopus", "38580657"),
        ("DB  - Embase\nU2  - L2029880245\nC5  - 38773066", "embase", "38773066"),
        ("AN  - CN-00778158\nC3  - PUBMED 21314913", "cochrane", "21314913"),
        ("AN  - rayyan-42924189", "rayyan", ""),
        ("AN  - WOS:000282053100002", "wos", ""),
        ("DB  - PubMed\nAN  - 12345678", "pubmed", "12345678"),
        ("N1  - PMID: 12345678", "ris", "12345678"),
        ("C2  - 38580657", "ris", ""),
    ],
)
def test_the_dialect_says_where_the_pubmed_number_is(lines: str, who: str, pmid: str) -> None:
    text = f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n"
    (entry,) = ris._entries(text.splitlines())
    assert ris.dialect(entry) == who
    assert read(text)[0].pmid == pmid


def test_numbers_and_headers_between_entries_are_passed_over() -> None:
    text = (
        "Record #3 of 18\nProvider: X\n\n6. \nTY  -  JOUR\nTI  -  One\nER  -  \n\n\n"
        "47. \nTY  - JOUR\nTI  - Two\n"
    )
    assert [r.title for r in read(text)] == ["One", "Two"]


def test_an_entry_without_an_end_ends_at_the_next_type() -> None:
    assert [r.title for r in read("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\n")] == [
        "One",
        "Two",
    ]


def test_words_of_an_abstract_cannot_end_the_entry() -> None:
    (record,) = read("TY  - JOUR\nTI  - T\nN1  - one\n      ER  - two\nER  - \n")
    assert record.notes == ("one\nER  - two",)
    assert read(written(record)) == [record]


def test_two_entries_with_one_accession_get_two_ids() -> None:
    text = "TY  - JOUR\nAN  - 7\nTI  - One\nER  - \n" * 2
    assert [r.source_id for r in read(text)] == ["7", "7#2"]


def test_an_id_does_not_depend_on_the_export() -> None:
    one = "TY  - JOUR\nTI  - A title\nAU  - Roe, A.\nPY  - 2001\nSP  - 1\nEP  - 2\nER  - \n"
    other = one.replace("TI", "T1").replace("AU", "A1").replace("PY  - 2001", "Y1  - 2001///")
    assert read(one)[0].id == read(other)[0].id


def test_what_is_not_ris_says_so() -> None:
    with pytest.raises(FormatError, match="no RIS entry") as caught:
        read("nothing here\n", path="notes.txt")
    assert caught.value.line == 1
    assert "Export" in (caught.value.hint or "")
