"""The main job on real records: counts, reproducibility, windows, the reader's own files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from sinteza.errors import FormatError, ProtocolError
from sinteza.model.edition import Edition
from sinteza.review.doctor import examine
from sinteza.review.review import Review
from sinteza.review.run import RunResult, run

AT = "2026-01-01T00:00:00Z"


def edition_of(folder: Path) -> Edition:
    return msgspec.json.decode((folder / "edition/edition.json").read_bytes(), type=Edition)


def files_of(folder: Path) -> dict[str, bytes]:
    root = folder / "edition"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_the_flow_reconciles(demo: tuple[Path, RunResult]) -> None:
    flow = demo[1].flow
    assert flow.problems() == []
    assert flow.identified == flow.duplicates + flow.screened.count == 782
    assert flow.screened.count == flow.included.count + flow.excluded.count
    listed = {name for box in flow.reasons.values() for name in box.clusters}
    assert listed.isdisjoint(flow.included.clusters)
    assert listed | set(flow.included.clusters) == set(flow.screened.clusters)


def test_the_review_is_sound(demo: tuple[Path, RunResult]) -> None:
    with Review(demo[0]) as review:
        findings = examine(review)
    assert [f.check for f in findings] == ["log", "artifacts", "projections", "counts"]
    assert all(f.sound for f in findings), findings


def test_running_again_adds_nothing_and_keeps_the_number(demo: tuple[Path, RunResult]) -> None:
    folder, first = demo
    before = files_of(folder)
    again = run("dre", folder, at=AT)
    assert (again.number, again.digest) == (first.number, first.digest)
    changed = {name for name, body in files_of(folder).items() if before[name] != body}
    assert changed == set()


def test_the_same_input_gives_the_same_bytes(demo: tuple[Path, RunResult], tmp_path: Path) -> None:
    run("dre", tmp_path / "elsewhere", at=AT)
    assert files_of(tmp_path / "elsewhere") == files_of(demo[0])


def test_the_printed_difference_agrees_with_two_runs(
    demo: tuple[Path, RunResult], tmp_path: Path
) -> None:
    run("dre", tmp_path / "other", at=AT, window="listing-2005")
    one, other = edition_of(demo[0]), edition_of(tmp_path / "other")
    seed, listing = set(one.flow.included.clusters), set(other.flow.included.clusters)
    (printed,) = [
        d for d in one.differences if (d.first, d.second) == ("seed-2015", "listing-2005")
    ]
    assert set(printed.only_first) == seed - listing
    assert set(printed.only_second) == listing - seed
    assert printed.both == len(seed & listing)
    assert printed in other.differences
    pooled = {w.id: w.pooled for w in one.windows}["listing-2005"]
    separate = {
        result.id: tuple(g.pooled for g in result.groups if g.pooled) for result in other.analyses
    }
    assert pooled == separate


def test_amending_the_window_of_a_review_is_a_new_edition(tmp_path: Path) -> None:
    first = run("dre", tmp_path / "r", at=AT)
    second = run("dre", tmp_path / "r", at=AT, window="listing-2005")
    assert (first.number, second.number) == (1, 2)
    assert second.flow.included.count > first.flow.included.count


def test_every_pooled_number_comes_from_rows_that_are_listed(demo: tuple[Path, RunResult]) -> None:
    edition = edition_of(demo[0])
    studies = {item.study.id: item for item in edition.studies}
    assert edition.analyses
    for result in edition.analyses:
        for group in result.groups:
            for effect in group.effects:
                study = studies[effect.study]
                assert study.records
                assert study.study.design == "rct_parallel"
                assert all(name in edition.flow.included.clusters for name in study.records)
            if group.pooled:
                assert group.pooled.k == len(group.effects)
                people = sum(e.total_1 + e.total_2 for e in group.effects)
                assert group.pooled.n == people
            entered = {effect.study for effect in group.effects}
            for name in entered:
                assert entered.isdisjoint(studies[name].study.overlaps)


def test_an_unknown_window_is_answered(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="Did you mean 'seed-2015'"):
        run("dre", tmp_path, window="seed-2014")


def test_all_records_of_the_readers_files_are_accounted_for(shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "asm_trials").glob("*.xml.gz"))
    done = run("dre", tmp_path / "r", records=files, at=AT)
    flow = done.flow
    assert flow.problems() == []
    assert sum(s.read for s in flow.sources if s.name.endswith(".xml.gz")) == 755
    assert flow.identified == 782 + 755
    edition = edition_of(tmp_path / "r")
    held = {member for record in edition.records for member in record.members}
    own = {name for name in held if name.startswith("pubmed:")}
    assert len(own) == 755
    for record in edition.records:
        assert record.verdict in ("include", "exclude")
        assert bool(record.reason) == (record.verdict == "exclude")
    # what the offline run decided without abstracts, it decides with them
    offline = run("dre", tmp_path / "offline", at=AT)
    with_abstracts = {m for r in edition.records if r.verdict == "include" for m in r.members}
    assert set(offline.flow.included.clusters) <= with_abstracts


def test_an_import_that_fails_leaves_the_review_as_it_was(
    demo: tuple[Path, RunResult], tmp_path: Path
) -> None:
    good = tmp_path / "good.ris"
    good.write_text("TY  - JOUR\nTI  - A title of some length here\nPY  - 2019\nER  - \n")
    bad = tmp_path / "bad.xml"
    bad.write_text("<PubmedArticleSet><PubmedArticle><MedlineCitation>")
    run("dre", tmp_path / "r", at=AT)
    with Review(tmp_path / "r", at=AT) as review:
        before = review.store.head()
        with pytest.raises(FormatError) as caught:
            review.import_files([good, bad])
        assert "bad.xml" in str(caught.value)
        assert review.store.head() == before
        assert review.store.differences() == []


def test_the_edition_is_json_that_anyone_can_read(demo: tuple[Path, RunResult]) -> None:
    data = json.loads((demo[0] / "edition/edition.json").read_text("utf-8"))
    assert data["schema"] == 1
    assert len(data["records"]) == 782


def test_a_truncated_gzip_is_named_with_its_place(shared: Path, tmp_path: Path) -> None:
    whole = next(iter(sorted((shared / "asm_trials").glob("*.xml.gz")))).read_bytes()
    cut = tmp_path / "cut.xml.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    with Review(tmp_path / "r", create=True, at=AT) as review:
        with pytest.raises(FormatError) as caught:
            review.import_files([cut])
        assert review.store.head() == (0, "")
    assert "cut.xml.gz" in str(caught.value)
    assert caught.value.hint


def test_bad_files_are_refused_clearly(tmp_path: Path) -> None:
    cases = {
        "empty.xml": b"",
        "cut.xml": b"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID>",
        "encoding.xml": b'<?xml version="1.0" encoding="utf-8"?><PubmedArticleSet>\xff\xfe\xfa'
        b"</PubmedArticleSet>",
        "garbage.bin": bytes(range(256)) * 8,
        "not-gzip.xml.gz": b"plain text that says it is packed",
        "cut.nbib.gz": gzip.compress(b"PMID- 1\nTI  - x\n" * 500)[:-30],
    }
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with Review(tmp_path / "r", create=True, at=AT) as review:
            with pytest.raises(FormatError) as caught:
                review.import_files([path])
            assert review.store.head() == (0, ""), name
        assert name in str(caught.value), name
        assert caught.value.hint, name
    with (
        Review(tmp_path / "r", create=True, at=AT) as review,
        pytest.raises(FormatError, match="cannot be read"),
    ):
        review.import_files([tmp_path / "missing.xml"])


def test_a_ris_with_unknown_tags_is_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / "odd.ris"
    path.write_text("TY  - JOUR\nTI  - Something odd about epilepsy\nQQ  - kept\nER  - \n")
    with Review(tmp_path / "r", create=True, at=AT) as review:
        (done,) = review.import_files([path])
        assert (done.read, done.added) == (1, 1)
        (record,) = review.entries.values()
    assert "kept" in str(record.extra)
