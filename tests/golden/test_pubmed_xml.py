"""PubMed XML: every field of an article written by hand, every kind of date, nobody else's ids."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sinteza.errors import FormatError
from sinteza.formats import pubmed_xml
from sinteza.model.record import (
    Author,
    Chemical,
    Dates,
    Grant,
    Identifier,
    Journal,
    Link,
    MeshHeading,
    MeshQualifier,
    OtherAbstract,
    PublicationType,
    Record,
    Section,
    SupplementaryConcept,
)

FULL = Path(__file__).with_name("full_article.xml")


def read(text: str | bytes) -> list[Record]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(pubmed_xml.read(io.BytesIO(content), path="hand.xml"))


EXPECTED = Record(
    id="pubmed:90000001",
    source="pubmed",
    source_id="90000001",
    title="Effect of imaginol on CO2 & Na+: a trial.",
    abstract=(
        Section(text="The drug imaginol is nota real.", label="BACKGROUND", category="BACKGROUND"),
        Section(text="With p<0.05, șase of țțț.", label="RESULTS", category="RESULTS"),
    ),
    other_abstracts=(
        OtherAbstract(sections=(Section(text="Un rezumat."),), kind="Publisher", language="rum"),
    ),
    vernacular_title="Efectul imaginolului.",
    authors=(
        Author(
            last="Popescu",
            fore="Ștefan A",
            initials="SA",
            suffix="Jr",
            orcid="0000-0001-2345-6789",
            affiliations=("First place.", "Second place."),
        ),
        Author(collective="The Imaginol Group"),
    ),
    investigators=(Author(last="Ionescu", fore="Ion", initials="I"),),
    year=2019,
    dates=Dates(
        printed="2019-03-07",
        electronic="2018-11-30",
        entered="2018-12-02",
        created="2018-12-01",
        indexed="2019-05-04",
        completed="2019-05-03",
        revised="2020-12-09",
        history=(("received", "2018-06-01"), ("accepted", "2018-10-12")),
    ),
    journal=Journal(
        title="Journal of invented trials",
        abbreviation="J Invent Trials",
        nlm_id="9999999",
        issn="1111-2222",
        issn_linking="1111-3333",
        volume="12",
        issue="3 Pt 1",
        pages="10-9",
        country="Romania",
    ),
    identifiers=(
        Identifier(kind="pmid", value="90000001"),
        Identifier(kind="doi", value="10.9999/jit.1"),
        Identifier(kind="pmc", value="PMC9999991"),
        Identifier(kind="mid", value="NIHMS999"),
        Identifier(kind="pii", value="S1111(19)1"),
    ),
    mesh=(
        MeshHeading(
            name="Drug Resistant Epilepsy",
            ui="D000069279",
            qualifiers=(
                MeshQualifier(name="drug therapy", ui="Q000188", major=True),
                MeshQualifier(name="complications", ui="Q000150"),
            ),
        ),
        MeshHeading(name="Humans", ui="D006801", major=True),
    ),
    supplementary=(SupplementaryConcept(name="Invented disease", ui="C888888", kind="Disease"),),
    publication_types=(
        PublicationType(name="Journal Article", ui="D016428"),
        PublicationType(name="Randomized Controlled Trial", ui="D016449"),
    ),
    chemicals=(
        Chemical(name="Anticonvulsants", ui="D000927", registry_number="0"),
        Chemical(name="imaginol", ui="C999999", registry_number="ABC123"),
    ),
    genes=("SCN1A",),
    keywords=("imaginol in vivo", "trials"),
    languages=("eng", "rum"),
    grants=(
        Grant(number="R01 NS000000", acronym="NS", agency="NINDS NIH HHS", country="United States"),
        Grant(agency="Nobody"),
    ),
    registry=(
        "ClinicalTrials.gov/NCT09999991",
        "ClinicalTrials.gov/NCT09999992",
        "ISRCTN/ISRCTN99999999",
    ),
    links=(
        Link(
            kind="RetractionIn",
            citation="J Invent Trials. 2020;13:1",
            pmid="90000009",
            note="Wrong.",
        ),
        Link(kind="ErratumIn", citation="J Invent Trials. 2019;12:99"),
        Link(kind="CommentIn", citation="Lancet. 2019", pmid="90000008"),
    ),
    subjects=(Author(last="Galen", fore="C", initials="C"),),
    conflict_of_interest="None to declare.",
    status="MEDLINE",
    model="Print-Electronic",
    citation_subsets=("IM", "N"),
    space_flight=("Flight 1",),
    notes=("A note.",),
)


def test_every_field_of_a_full_article() -> None:
    first, second = read(FULL.read_bytes())
    for field in Record.__struct_fields__:
        assert getattr(first, field) == getattr(EXPECTED, field), field
    # every field is covered: none of those compared stands at its default but `extra`
    empty = Record(id="", source="", source_id="")
    same = [f for f in Record.__struct_fields__ if getattr(first, f) == getattr(empty, f)]
    assert same == ["extra"]
    assert first.is_retracted
    assert second.id == "pubmed:90000003"


def test_books_and_deletions_are_passed_over_and_references_keep_their_ids() -> None:
    records = read(FULL.read_bytes())
    assert [record.pmid for record in records] == ["90000001", "90000003"]
    held = {item.value for record in records for item in record.identifiers}
    assert held.isdisjoint({"11111111", "22222222", "10.1/not-ours", "PMC1", "10.9999/wrong"})


def test_an_article_with_next_to_nothing() -> None:
    bare = read(FULL.read_bytes())[1]
    assert (bare.title, bare.abstract, bare.authors, bare.mesh) == ("", (), (), ())
    assert (bare.dates.printed, bare.dates.medline) == ("1998-12", "1998 Dec-1999 Jan")
    assert bare.year == 1998


@pytest.mark.parametrize(
    ("date", "printed", "medline"),
    [
        ("<Year>2019</Year>", "2019", ""),
        ("<Year>2019</Year><Month>Sep</Month>", "2019-09", ""),
        ("<Year>2019</Year><Month>09</Month><Day>2</Day>", "2019-09-02", ""),
        ("<Year>2019</Year><Season>Summer</Season>", "2019-07", "Summer"),
        ("<Year>2019</Year><Season>Winter</Season>", "2019-01", "Winter"),
        ("<Year>2019</Year><Season>Autumn</Season>", "2019-10", "Autumn"),
        ("<MedlineDate>2000 Spring</MedlineDate>", "2000-04", "2000 Spring"),
        ("<MedlineDate>2000 Nov-Dec</MedlineDate>", "2000-11", "2000 Nov-Dec"),
        ("<MedlineDate>1998-1999</MedlineDate>", "1998", "1998-1999"),
        ("<MedlineDate>2015 Mar 1-7</MedlineDate>", "2015-03", "2015 Mar 1-7"),
        ("<MedlineDate>Fall 1999</MedlineDate>", "1999-10", "Fall 1999"),
        ("<MedlineDate>Dec 1998-Jan 1999</MedlineDate>", "1998-12", "Dec 1998-Jan 1999"),
        ("<MedlineDate>undated</MedlineDate>", "", "undated"),
    ],
)
def test_dates_of_issues(date: str, printed: str, medline: str) -> None:
    (record,) = read(
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><Journal>"
        f"<JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal></Article>"
        "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )
    assert (record.dates.printed, record.dates.medline) == (printed, medline)
    assert record.year == (int(printed[:4]) if printed else None)


def test_the_records_before_a_break_are_given_and_the_line_is_named() -> None:
    whole = FULL.read_bytes()
    cut = whole[: whole.index(b"<DeleteCitation>")]
    records = pubmed_xml.read(io.BytesIO(cut), path="hand.xml")
    assert next(records).pmid == "90000001"
    assert next(records).pmid == "90000003"
    with pytest.raises(FormatError) as caught:
        next(records)
    assert caught.value.path == "hand.xml"
    assert caught.value.line == cut.count(b"\n") + 1


def test_other_xml_and_articles_without_a_number_are_refused() -> None:
    with pytest.raises(FormatError, match="not a PubMed article set"):
        read("<rss><item/></rss>")
    with pytest.raises(FormatError, match="no PMID") as caught:
        read(
            "<PubmedArticleSet>\n<PubmedArticle><MedlineCitation/></PubmedArticle>"
            "</PubmedArticleSet>"
        )
    assert caught.value.line == 2


def test_entities_from_outside_are_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    text = (
        f'<!DOCTYPE x [<!ENTITY leak SYSTEM "{secret.as_uri()}">]><PubmedArticleSet>'
        "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>a &leak; b"
        "</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )
    (record,) = read(text)
    assert "SECRET" not in record.title
