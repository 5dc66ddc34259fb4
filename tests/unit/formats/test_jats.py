"""JATS: front matter, the body in sections, tables as lines; and what is read out of them."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.main import cli
from sinteza.errors import FormatError
from sinteza.extraction.extractor import load
from sinteza.extraction.study import study
from sinteza.formats import jats
from sinteza.model.record import Record

ARTICLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.2//EN" "JATS-archivearticle1.dtd">
<article article-type="research-article"><front>
<journal-meta><journal-id journal-id-type="nlm-ta">J Made</journal-id><journal-title-group>
<journal-title>Journal of Trials</journal-title></journal-title-group><issn>1234-567X</issn>
</journal-meta><article-meta><article-id pub-id-type="pmid">99</article-id>
<article-id pub-id-type="pmcid">PMC1</article-id>
<article-id pub-id-type="doi">10.1234/x</article-id>
<title-group><article-title>Lotramacetam for <italic>refractory</italic> focal
seizures<xref ref-type="fn">*</xref></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Roe</surname>
<given-names>Ana B</given-names></name></contrib><contrib contrib-type="editor"><name>
<surname>Poe</surname><given-names>C</given-names></name></contrib></contrib-group>
<pub-date pub-type="epub"><day>3</day><month>4</month><year>2020</year></pub-date>
<volume>5</volume><fpage>1</fpage><lpage>9</lpage>
<abstract abstract-type="graphical"><p>A picture.</p></abstract>
<abstract><sec><title>Methods</title><p>In this double-blind trial, 120 adults with drug-resistant
focal epilepsy were randomized to lotramacetam 300 mg/day (n = 60) or placebo (n = 60).</p></sec>
<sec><title>Results</title><p>The responder rate was 40.0% on lotramacetam and 20.0% on
placebo.</p></sec></abstract></article-meta></front>
<body><sec sec-type="intro"><title>Introduction</title><p>Earlier, 80% on lotramacetam and 10% on
placebo were responders<sup><xref ref-type="bibr">12</xref></sup>.</p></sec>
<sec><title>3. Results</title><p>All were analysed [<xref ref-type="bibr">2</xref>,
<xref ref-type="bibr">3</xref>].</p><sec><title>Seizures</title><p>Seizure freedom was achieved by
6 of 60 patients (10\u00b70%) on lotramacetam and 2 of 60 (3.3%) on placebo.</p><table-wrap>
<label>Table 1</label><caption><p>Safety</p></caption><table><thead><tr><th/>
<th>Placebo (N = 60)</th><th>Lotramacetam (N = 60)</th></tr></thead><tbody>
<tr><td>Serious adverse events</td><td>1 (1.7)</td><td>3 (5.0)</td></tr>
<tr><td>Completed school</td><td>50 (83.3)</td><td>49 (81.7)</td></tr></tbody></table></table-wrap>
</sec><sec><title>Seizures</title><p>Again.</p></sec></sec>
<sec><title>Discussion</title><p>Elsewhere 55% on lotramacetam and 5% on placebo were
responders.</p></sec></body></article>"""


def only(xml: str = ARTICLE) -> Record:
    (record,) = jats.read(io.BytesIO(xml.encode()))
    return record


def test_front_matter_and_abstract() -> None:
    record = only()
    assert (record.id, record.pmid, record.doi) == ("jats:99", "99", "10.1234/x")
    assert record.identifier("pmc") == "PMC1"
    assert record.title == "Lotramacetam for refractory focal seizures"
    assert [author.short for author in record.authors] == ["Roe AB"]
    assert (record.year, record.dates.electronic) == (2020, "2020-04-03")
    assert (record.journal.abbreviation, record.journal.pages) == ("J Made", "1-9")
    assert [part.category for part in record.abstract] == ["METHODS", "RESULTS"]


def test_the_body_in_sections_with_labels_of_their_own() -> None:
    record = only()
    assert [(part.label, part.category) for part in record.body] == [
        ("Introduction", "BACKGROUND"),
        ("3. Results", "RESULTS"),
        ("3. Results / Seizures", "RESULTS"),
        ("Table 1. Safety", "TABLE"),
        ("3. Results / Seizures (2)", "RESULTS"),
        ("Discussion", "CONCLUSIONS"),
    ]
    assert record.passage("Introduction").endswith("placebo were responders.")
    assert record.passage("3. Results") == "All were analysed."
    assert record.passage("abstract") == record.passage("") == record.abstract_text
    assert record.passage("no such section") == ""


def test_values_of_the_body_carry_section_and_place() -> None:
    record = only()
    report = load().read(record)
    read = {
        (outcome.code, value.arm): (value, outcome.evidence)
        for outcome in report.outcomes
        for value in outcome.values
    }
    # what introduction and discussion tell of other trials is not read
    assert {code for code, _ in read} == {"RR50", "SF", "SAE"}
    value, place = read["SF", "a0"]
    assert (value.events, value.total, value.percent, value.needs_look) == (6, 60, 10.0, True)
    assert place.section == "3. Results / Seizures"
    assert "10\u00b70%" in record.passage(place.section)[value.start : value.end]
    value, place = read["SAE", "a0"]
    assert (value.events, value.percent, place.section) == (3, 5.0, "Table 1. Safety")
    assert record.passage(place.section)[value.start : value.end] == "3 (5.0)"
    assert read["RR50", "a0"][1].section == ""
    quotes = {result.quote.section for result in study(report, record).results if result.quote}
    assert quotes == {"abstract", "3. Results / Seizures", "Table 1. Safety"}


def test_the_command_reads_a_file_of_full_text(tmp_path: Path) -> None:
    path = tmp_path / "trial.nxml"
    path.write_text(ARTICLE, encoding="utf-8")
    done = CliRunner().invoke(cli, ["extract", str(path), "--json", "--extractor", "rules"])
    assert done.exit_code == 0, done.output
    (line,) = done.output.splitlines()
    sections = {item["evidence"].get("section", "") for item in json.loads(line)["outcomes"]}
    assert sections == {"", "3. Results / Seizures", "Table 1. Safety"}


def test_a_baseline_table_and_a_lone_column_tell_no_results() -> None:
    baseline = ARTICLE.replace("<p>Safety</p>", "<p>Baseline characteristics</p>")
    lone = ARTICLE.replace("<th>Placebo (N = 60)</th>", "<th>All</th>")
    for xml in (baseline, lone):
        assert "SAE" not in {item.code for item in load().read(only(xml)).outcomes}


def test_spanning_heads_and_a_table_without_a_head() -> None:
    spanning = """<article><front/><body><table-wrap><table><thead>
    <tr><th/><th colspan="2">Drug</th></tr><tr><th/><th>n</th><th>%</th></tr></thead>
    <tbody><tr><td>Dead</td><td>1</td><td>2</td></tr></tbody></table></table-wrap>
    <table-wrap><table><tr><td/><td>Drug</td></tr><tr><td>Dead</td><td>1</td></tr></table>
    </table-wrap></body></article>"""
    record = only(spanning)
    assert [part.text for part in record.body] == [
        " | Drug n | Drug %\nDead | 1 | 2",
        " | Drug\nDead | 1",
    ]
    assert [part.label for part in record.body] == ["Table", "Table (2)"]


def test_deep_nesting_is_borne() -> None:
    deep = f"<article><body><p>{'<b>' * 900}x{'</b>' * 900}</p></body></article>"
    assert only(deep).body[0].text == "x"
    sections = f"<article><body>{'<sec><p>y</p>' * 700}{'</sec>' * 700}</body></article>"
    assert len({part.label for part in only(sections).body}) == 700


def test_what_is_no_article_is_refused() -> None:
    with pytest.raises(FormatError, match="no article"):
        list(jats.read(io.BytesIO(b"<PubmedArticleSet/>")))
    with pytest.raises(FormatError, match="damaged"):
        list(jats.read(io.BytesIO(ARTICLE[:-40].encode())))
    assert jats.sniff(ARTICLE.encode())
    assert not jats.sniff(b"<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>")


def test_real_articles_are_read_whole(shared: Path) -> None:
    folder = shared / "rct_extraction" / "numeric_outcomes_120rct"
    with gzip.open(folder / "articles.jsonl.gz", "rt", encoding="utf-8") as stream:
        articles = [json.loads(line) for line in stream]
    rules, read, cut = load(), 0, 0
    for article in articles:
        abstract, end, body = article["xml"].partition("</abstract>")
        whole = (
            '<article xmlns:xlink="http://www.w3.org/1999/xlink" '
            'xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><article-meta>'
            f"{abstract}{end}</article-meta></front><body>{body}</body></article>"
        )
        try:
            record = only(whole)
        except FormatError:
            cut += 1  # the data set cut some articles inside an element
            continue
        read += 1
        assert record.abstract_text
        assert any(part.category == "RESULTS" for part in record.body)
        for outcome in rules.read(record).outcomes:
            place = outcome.evidence
            text = record.passage(place.section)
            assert 0 <= place.start < place.end <= len(text)
            assert all(place.start <= v.start < v.end <= place.end for v in outcome.values)
            if place.section:
                assert all(value.needs_look for value in outcome.values)
    assert (read, cut) == (62, 5)
