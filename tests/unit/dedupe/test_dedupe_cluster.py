"""Clusters, the queue and the links."""

from __future__ import annotations

from sinteza.dedupe.cluster import deduplicate, provenance, represent
from tests.unit.dedupe.records import TITLE, made


def test_a_cluster_lists_its_evidence() -> None:
    (entry,) = deduplicate([made("b"), made("a"), made("c", "Something else altogether")]).clusters
    assert (entry.id, entry.members) == ("a", ("a", "b"))
    (evidence,) = entry.evidence
    assert (evidence.left, evidence.right, evidence.rule) == ("a", "b", "title")
    assert "first page" in evidence.agree
    assert not evidence.disagree


def test_what_was_split_stays_apart_even_through_a_third() -> None:
    found = deduplicate([made("a"), made("b"), made("c")], apart={("a", "b")})
    together = [entry.members for entry in found.clusters]
    assert together in ([("a", "c")], [("b", "c")])
    assert not any({doubt.left, doubt.right} == {"a", "b"} for doubt in found.queue)


def test_two_pubmed_numbers_are_not_joined_by_a_record_without_one() -> None:
    found = deduplicate([made("a", pmid="1"), made("b"), made("c", pmid="2")])
    assert [len(entry.members) for entry in found.clusters] == [2]
    assert len(found.queue) == 1


def test_ids_stay_when_records_are_added() -> None:
    before = deduplicate([made("m"), made("n")]).clusters
    after = deduplicate([made("a"), made("m"), made("n")], held=before).clusters
    assert [(entry.id, entry.members) for entry in after] == [("m", ("a", "m", "n"))]
    assert set(before[0].evidence) < set(after[0].evidence)


def test_merges_made_before_stay() -> None:
    one, other = made("a"), made("b", "Another title that was merged by an earlier version")
    (held,) = deduplicate([one, made("b")]).clusters
    assert deduplicate([one, other], held=[held]).clusters == (held,)


def test_reports_of_one_study_are_linked() -> None:
    records = [
        made("article"),
        made("abstract", pages="S12", issue="Suppl 1", year=2014, volume="55"),
        made("erratum", f"Erratum: {TITLE}", pages="900", issue="9"),
        made("update", year=2019, volume="60", issue="1", pages="5-15", doi="10.1/u.pub2"),
        made("protocol", "A protocol", authors="Someone E", registry=("ClinicalTrials.gov/NCT1",)),
        made("result", "Final result", authors="Other A", registry=("ClinicalTrials.gov/NCT1",)),
    ]
    found = deduplicate(records)
    assert not found.clusters
    kinds = {(link.left, link.right): link.kind for link in found.links}
    assert kinds["article", "erratum"] == "notice"
    assert kinds["abstract", "article"] == "conference abstract"
    assert kinds["article", "update"] == "version"
    assert kinds["protocol", "result"] == "registration"
    assert ("article", "erratum") not in {(d.left, d.right) for d in found.queue}


def test_the_representative_keeps_the_best_and_says_where_from() -> None:
    full = made("full", abstract="Seizures were counted.", doi="10.1/x", journal="")
    bare = made("bare", pmid="7")
    best = represent([bare, full])
    assert (best.id, best.pmid, best.doi) == ("full", "7", "10.1/x")
    origin = provenance([bare, full])
    assert origin["abstract"] == ("full",)
    assert set(origin["identifiers"]) == {"full", "bare"}


def test_nothing_gives_nothing() -> None:
    found = deduplicate([])
    assert (found.clusters, found.queue, found.links) == ((), (), ())
