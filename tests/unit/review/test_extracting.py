from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.extract import command
from sinteza.errors import SintezaError, SourceUnavailable
from sinteza.extraction.extractor import Rules
from sinteza.extraction.report import Report
from sinteza.model.record import Record
from sinteza.review.agreeing import extraction_agreement
from sinteza.review.extracting import judge, pending, record_readings
from sinteza.review.review import Review
from sinteza.sources.chat import ChatExtractor
from sinteza.store import projections
from tests.fake_chat import FakeChat, serving
from tests.unit.formats.test_jats import ARTICLE

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


def test_two_people_verify_the_same_values_and_are_compared(folder: Path) -> None:
    run = CliRunner()
    run.invoke(command, ["record", str(folder)])
    nothing = run.invoke(command, ["agreement", str(folder)])
    assert "twice" in nothing.output
    run.invoke(command, ["verify", str(folder), "--person", "Ana"], input="a\na\n")
    blind = ["verify", str(folder), "--person", "Bogdan", "--second", "--language", "ro"]
    shown = run.invoke(command, blind, input="a\nc\n\n\n22,5\n")
    assert shown.exit_code == 0, shown.output
    assert "[a] acceptă" in shown.output
    assert run.invoke(command, blind).output.strip() == "Nicio valoare nu așteaptă verificarea."
    with Review(folder, at=AT) as review:
        found = extraction_agreement(review)
    assert found.verdicts is not None
    assert found.figures is not None
    assert (found.figures.reviewers, found.figures.records) == (("Ana", "Bogdan"), 2)
    assert found.figures.percent.value == 0.5
    # Wilson's interval of 1 of 2
    assert found.figures.percent.low == pytest.approx(0.0945, abs=1e-4)
    assert found.values is None
    (difference,) = found.differences
    assert set(difference.said) == {"Ana", "Bogdan"}
    assert "22.5" in difference.said["Bogdan"]
    plain = run.invoke(command, ["agreement", str(folder), "--language", "ro"])
    assert plain.exit_code == 0, plain.output
    assert "50,0" in plain.output
    assert "Bogdan" in plain.output
    listed = json.loads(run.invoke(command, ["agreement", str(folder), "--json"]).stdout_bytes)
    assert listed["figures"]["records"] == 2
    assert run.invoke(command, ["verify", str(folder), "--second"]).exit_code == 2


def test_a_word_where_a_figure_belongs_is_asked_again(folder: Path) -> None:
    run = CliRunner()
    run.invoke(command, ["record", str(folder)])
    done = run.invoke(
        command, ["verify", str(folder), "--person", "Ana"], input="c\nmany\n24\n\n\nq\n"
    )
    assert done.exit_code == 0, done.output
    assert "'many' is no number" in done.output


def test_files_are_read_without_a_review(folder: Path) -> None:
    run = CliRunner()
    source = str(folder.parent / "one.xml")
    report = json.loads(run.invoke(command, ["--json", source]).stdout_bytes)
    assert report["design"]["type"] == "rct_parallel"
    assert [arm["n_randomised"] for arm in report["arms"]] == [60, 60]
    study = json.loads(run.invoke(command, [source, "--studies"]).stdout_bytes)
    assert study["results"][0]["quote"]["document"] == "pmid:1"
    assert "lotramacetam 300 mg/day" in run.invoke(command, [source]).output


def test_a_second_extractor_stands_beside_the_first(folder: Path) -> None:
    answer = {
        "domain": "epilepsy",
        "design": {"type": "rct_parallel", "randomised": True},
        "population": {"n_randomised": 120},
        "arms": [{"id": "x", "role": "intervention", "name": "lotramacetam", "n_randomised": 60}],
        "outcomes": [
            {
                "code": "RR50",
                "quote": "The responder rate was 40.0% on lotramacetam and 20.0% on placebo.",
                "values": [{"arm": "x", "percent": 40.0}],
            }
        ],
    }
    with serving(FakeChat(content=json.dumps(answer))) as chat, Review(folder, at=AT) as review:
        asked = ChatExtractor(chat.url, "made-up/model-1", chat.key)
        assert record_readings(review) == 1
        assert record_readings(review, asked) == 1
        compared = extraction_agreement(review)
        assert compared.designs is not None
        assert compared.designs.percent.value == 1.0
        assert compared.outcomes is not None
        assert compared.outcomes.records == 1
        assert record_readings(review, asked) == 0
        asked.close()
        readers = [reading.read_by for reading in projections.readings(review.store.connection)]
        assert sorted(readers) == ["chat/made-up/model-1", "sinteza-rules/3"]
        told = [item for item in pending(review) if item.study.read_by.startswith("chat/")]
        (item,) = told
        assert (item.result.percent, item.result.events) == (40.0, 24)
        assert "needs_look" in item.result.flags
        assert item.quote.startswith("The responder rate")
        last = [event for event in review.store.events() if event.kind == "extraction.recorded"][-1]
        assert str(last.actor) == "model:chat/made-up/model-1"


class Failing:
    """The rules, until the server is gone."""

    name = "failing"
    version = "1"

    def __init__(self, after: int) -> None:
        self.left = after
        self.rules = Rules()

    def read(self, record: Record, /) -> Report:
        if not self.left:
            raise SourceUnavailable("gone")
        self.left -= 1
        return self.rules.read(record)


def test_what_was_read_before_a_failure_is_kept(tmp_path: Path) -> None:
    head, _, rest = XML.partition("<PubmedArticle>")
    one, _, tail = rest.partition("</PubmedArticleSet>")
    many = "".join(
        f"<PubmedArticle>{one}".replace(">1</PMID>", f">{n}</PMID>").replace(
            "a randomized trial", f"randomized trial number {n}"
        )
        for n in range(1, 41)
    )
    source = tmp_path / "many.xml"
    source.write_text(f"{head}{many}</PubmedArticleSet>{tail}", "utf-8")
    with Review(tmp_path / "review", create=True, at=AT) as review:
        review.import_files([source])
        with pytest.raises(SourceUnavailable):
            record_readings(review, Failing(30))
        assert len(list(projections.readings(review.store.connection))) == 30
        assert record_readings(review, Rules()) == 10


def test_a_full_text_of_a_review_is_read_and_quoted(tmp_path: Path) -> None:
    source = tmp_path / "trial.nxml"
    source.write_text(ARTICLE, "utf-8")
    with Review(tmp_path / "review", create=True, at=AT) as review:
        review.import_files([source])
        assert record_readings(review) == 1
        quotes = {item.result.outcome: item.quote for item in pending(review)}
    assert quotes["SF"].startswith("Seizure freedom was achieved")
    assert quotes["SAE"] == "Serious adverse events | 1 (1.7) | 3 (5.0)"
