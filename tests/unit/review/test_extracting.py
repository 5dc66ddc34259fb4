from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.extract import command
from sinteza.errors import SintezaError
from sinteza.review.extracting import judge, pending, record_readings
from sinteza.review.review import Review
from sinteza.store import projections

AT = "2026-01-01T00:00:00Z"
XML = """<?xml version="1.0"?>
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">1</PMID><Article>
<Journal><Title>A journal</Title><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue>
</Journal><ArticleTitle>Lotramacetam for focal seizures: a randomized trial</ArticleTitle>
<Abstract><AbstractText>In this double-blind trial, 120 adults with refractory focal seizures were
randomized to lotramacetam 300 mg/day (n = 60) or placebo (n = 60). The responder rate was 40.0% on
lotramacetam and 20.0% on placebo.</AbstractText></Abstract>
<PublicationTypeList><PublicationType UI="D016449">Randomized Controlled Trial</PublicationType>
</PublicationTypeList></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "one.xml"
    source.write_text(XML, "utf-8")
    place = tmp_path / "review"
    with Review(place, create=True, at=AT) as review:
        review.import_files([source])
    return place


def test_readings_are_proposals_recorded_once(folder: Path) -> None:
    with Review(folder, at=AT) as review:
        assert record_readings(review) == 1
        assert record_readings(review) == 0
        waiting = pending(review)
        assert [(i.arm, i.result.percent) for i in waiting] == [
            ("lotramacetam 300 mg/day", 40.0),
            ("placebo", 20.0),
        ]
        assert waiting[0].quote.startswith("The responder rate was 40.0%")


def test_a_judgment_is_an_event_and_ends_the_waiting(folder: Path) -> None:
    with Review(folder, at=AT) as review:
        record_readings(review)
        first, second = pending(review)
        judge(review, first, "Ana", "accept")
        assert [i.result for i in pending(review)] == [second.result]
        (held,) = projections.verifications(review.store.connection)
        assert (held.verdict, held.result) == ("accept", first.result)
        with pytest.raises(SintezaError, match="verdict"):
            judge(review, second, "Ana", "perhaps")
        with pytest.raises(SintezaError, match="figures"):
            judge(review, second, "Ana", "correct")


def test_the_terminal_shows_quote_and_value(folder: Path) -> None:
    run = CliRunner()
    assert "1 reading recorded" in run.invoke(command, ["record", str(folder)]).output
    listed = run.invoke(command, ["verify", str(folder), "--json"])
    assert len(json.loads(listed.stdout_bytes)) == 2
    done = run.invoke(command, ["verify", str(folder), "--person", "Ana"], input="c\n25\n\n-\nr\n")
    assert done.exit_code == 0, done.output
    assert "The responder rate was 40.0%" in done.output
    with Review(folder, at=AT) as review:
        first, second = projections.verifications(review.store.connection)
        assert second.verdict == "reject"
        assert first.corrected
        assert (first.corrected.events, first.corrected.percent) == (25, None)
        assert first.corrected.verified
        assert pending(review) == []
    assert "Nothing waits" in run.invoke(command, ["verify", str(folder)]).output


def test_files_are_read_without_a_review(folder: Path) -> None:
    run = CliRunner()
    source = str(folder.parent / "one.xml")
    report = json.loads(run.invoke(command, ["--json", source]).stdout_bytes)
    assert report["design"]["type"] == "rct_parallel"
    assert [arm["n_randomised"] for arm in report["arms"]] == [60, 60]
    study = json.loads(run.invoke(command, [source, "--studies"]).stdout_bytes)
    assert study["results"][0]["quote"]["document"] == "pmid:1"
    assert "lotramacetam 300 mg/day" in run.invoke(command, [source]).output
