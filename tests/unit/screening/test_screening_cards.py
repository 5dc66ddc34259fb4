"""The terminal: cards, status, conflicts, decisions in and out, several processes at once."""

import json
import multiprocessing
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinteza.cli.main import cli
from sinteza.model.decision import Actor, Decision
from sinteza.model.event import ScreeningDecided
from sinteza.review import protocols
from sinteza.review.review import Review
from sinteza.screening.highlight import spans

RECORDS = [
    ("Levetiracetam as add-on for drug-resistant epilepsy", "Adults with refractory epilepsy."),
    ("Asthma in children", "Inhaled steroids in a cohort."),
    ("Vagus nerve stimulation for intractable seizures", "Seizure freedom after stimulation."),
    ("Epilepsy surgery and its outcome", "A cohort of temporal lobe surgery."),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    exported = tmp_path / "in.ris"
    exported.write_text(
        "".join(
            f"TY  - JOUR\nTI  - {title}\nAB  - {abstract}\nPY  - 2020\nID  - r{i}\nER  - \n\n"
            for i, (title, abstract) in enumerate(RECORDS)
        ),
        "utf-8",
    )
    made = tmp_path / "review"
    with Review(made, create=True) as review:
        review.adopt(protocols.load("dre"))
        review.import_files([exported])
    return made


def type_in(folder: Path, keys: str, *more: str) -> str:
    done = CliRunner().invoke(
        cli, ["screen", str(folder), "--as", "Ana", "--plain", *more], input=keys
    )
    assert done.exit_code == 0, done.output
    return done.output


def status(folder: Path) -> dict[str, object]:
    done = CliRunner().invoke(cli, ["screen", "status", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.output)
    return found


def decisions(folder: Path) -> list[tuple[str, str, str, str]]:
    with Review(folder) as review:
        return [
            (e.payload.decision.cluster, e.payload.decision.verdict, e.payload.decision.reason,
             e.payload.decision.note)
            for e in review.store.events(kinds=("screening.decided",))
            if isinstance(e.payload, ScreeningDecided)
        ]  # fmt: skip


def test_a_sitting_keeps_each_decision(folder: Path) -> None:
    # the protocol's words bring a record of its subject first
    said = type_in(folder, "1\nn\nsee full text\n3\na\n")
    assert "0 of 4 · 0 included" in said
    assert "Included: " in said
    assert "1 since the last inclusion" in said
    first, second = decisions(folder)
    assert first[1:] == ("include", "", "")
    assert second[1:] == ("exclude", "retracted", "see full text")
    assert "2 of 4 · 1 included" in type_in(folder, "q\n")


def test_undo_brings_the_card_back(folder: Path) -> None:
    said = type_in(folder, "1\n3\n\nz\nz\nz\nq\n")
    assert said.count("Taken back: ") == 2
    assert "Nothing of yours is left to take back." in said
    assert "0 of 4 · 0 included" in said.split("Taken back: ")[2]


def test_full_text_asks_for_a_reason(folder: Path) -> None:
    type_in(folder, "1\n1\n1\n1\n")
    with Review(folder) as review:
        for cluster in review.entries:
            other = Actor(kind="person", name="Bob")
            decision = Decision(
                cluster=cluster, stage="title_abstract", verdict="include", actor=other
            )
            review.store.append(other, review.at, [(cluster, ScreeningDecided(decision=decision))])
    said = type_in(folder, "3\n?\nd\nq\n", "--stage", "full_text")
    assert "Choose one of the letters." in said
    assert decisions(folder)[-1][1:3] == ("exclude", "epilepsy")


def test_the_end_is_said_and_unknown_keys_do_nothing(folder: Path) -> None:
    said = type_in(folder, "x\n?\nw\n1\n1\n1\n1\n")
    assert "'x' does nothing here" in said
    assert "take back your latest decision" in said
    assert "Nothing is left to decide at this stage." in said


def test_the_card_speaks_romanian(folder: Path) -> None:
    said = type_in(folder, "1\n3\n\nq\n", "--language", "ro")
    assert "Inclus" in said
    assert "de la ultima includere" in said
    for english in ("included", "include ", "leave", "Criteria", "Reason"):
        assert english not in said
    assert not set(said) & set("şţŞŢ")


def test_a_real_terminal_takes_single_keys(folder: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "sinteza", "screen", str(folder), "--as", "Ana"]
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm"}
    )
    os.close(slave)
    seen = b""

    def wait_for(text: bytes) -> None:
        nonlocal seen
        end = time.monotonic() + 20
        while text not in seen:
            ready, _, _ = select.select([master], [], [], max(0, end - time.monotonic()))
            assert ready, seen.decode()
            seen += os.read(master, 65536)
        seen = seen.split(text, 1)[1]

    try:
        wait_for(b"q leave")
        # two keys at once: the second is kept for the next card
        os.write(master, b"13")
        wait_for(b"Included: ")
        wait_for(b"z goes back")
        os.write(master, b"e")
        wait_for(b"Excluded: ")
        wait_for(b"q leave")
        os.write(master, b"z")
        wait_for(b"Taken back: ")
        wait_for(b"q leave")
        os.write(master, b"q")
        wait_for(b"Every decision is kept")
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    assert [one[1:3] for one in decisions(folder)] == [("include", ""), ("exclude", "resistance")]


def test_conflicts_are_listed_and_settled(folder: Path) -> None:
    runner = CliRunner()
    type_in(folder, "1\nq\n")
    cluster = decisions(folder)[0][0]
    with Review(folder) as review:
        bob = Actor(kind="person", name="Bob")
        decision = Decision(cluster=cluster, stage="title_abstract", verdict="exclude", actor=bob)
        review.store.append(bob, review.at, [(cluster, ScreeningDecided(decision=decision))])
    listed = runner.invoke(cli, ["screen", "resolve", str(folder)])
    assert "Ana: include" in listed.output
    assert "Bob: exclude" in listed.output
    found = status(folder)
    assert found["conflicts"] == 1
    assert found["agreement"]["percent"]["value"] == 0  # type: ignore[index]
    alone = runner.invoke(
        cli, ["screen", "resolve", str(folder), cluster, "include", "--as", "Ana"]
    )
    assert "one of those who differ" in str(alone.exception)
    done = runner.invoke(cli, ["screen", "resolve", str(folder), cluster, "include", "--consensus"])
    assert done.exit_code == 0, done.output
    assert status(folder)["conflicts"] == 0


def test_the_certificate_goes_into_the_log(folder: Path) -> None:
    type_in(folder, "3\n\n" * 4)
    done = CliRunner().invoke(cli, ["screen", "status", str(folder), "--record"])
    assert done.exit_code == 0, done.output
    assert "You may stop" in done.output
    with Review(folder) as review:
        [event] = list(review.store.events(kinds=("screening.certified",)))
    assert event.payload.values["total"] == 4  # type: ignore[union-attr]
    assert event.payload.values["met"] == 1  # type: ignore[union-attr]


def test_an_audit_is_drawn_read_and_tested(folder: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    type_in(folder, "1\nq\n")
    command = ["screen", "audit", str(folder)]
    assert "No sample was drawn" in str(runner.invoke(cli, command).exception)
    drawn = json.loads(runner.invoke(cli, [*command, "--draw", "2", "--json"]).output)
    assert len(drawn["unread"]) == 2
    assert drawn["audit"] is None
    listed = runner.invoke(cli, command).output
    assert "2 of 2 drawn records are still to be read" in listed
    sample = tmp_path / "sample.txt"
    sample.write_text(listed, "utf-8")
    said = type_in(folder, "3\n\n3\n\n", "--only", str(sample))
    assert "Nothing is left to decide" in said
    # one more decision, outside of the sample, changes nothing of the draw
    type_in(folder, "3\n\nq\n")
    done = json.loads(runner.invoke(cli, [*command, "--json"]).output)
    assert done["sample"] == drawn["sample"]
    assert done["audit"]["rest"] == 3
    assert done["audit"]["sample"] == 2
    assert done["audit"]["found"] == 0
    assert done["audit"]["before"] == 1
    assert done["audit"]["missing_high"] == 1
    assert "0 found in 2 of 3" in runner.invoke(cli, command).output
    assert "only 0 are unread" in str(runner.invoke(cli, [*command, "--draw", "9"]).exception)


def test_decisions_go_out_and_come_back(folder: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    type_in(folder, "1\n3\nd\n2\n")
    before = {cluster: verdict for cluster, verdict, _, _ in decisions(folder)}
    out = tmp_path / "out.ris"
    done = runner.invoke(cli, ["screen", "export", str(folder), str(out)])
    assert "4 records written, 3 with a decision" in done.output
    assert "RAYYAN-INCLUSION" in out.read_text("utf-8")
    back = runner.invoke(cli, ["screen", "import", str(folder), str(out), "--as", "Eva"])
    assert back.exit_code == 0, back.output
    assert "3 decisions taken in as Eva's; 1 records carry none" in back.output
    mine = {c: (v, r) for c, v, r, _ in decisions(folder)[3:]}
    assert {cluster: verdict for cluster, (verdict, _) in mine.items()} == before
    assert "epilepsy" in {reason for _, reason in mine.values()}
    again = runner.invoke(cli, ["screen", "import", str(folder), str(out), "--as", "Eva"])
    assert "0 decisions taken in" in again.output


def test_what_is_not_in_the_review_is_named(folder: Path, tmp_path: Path) -> None:
    strange = tmp_path / "other.ris"
    strange.write_text(
        "TY  - JOUR\nTI  - A trial of something else altogether\nPY  - 1999\nID  - zz\n"
        "N1  - ASReview_relevant\nER  - \n",
        "utf-8",
    )
    done = CliRunner().invoke(cli, ["screen", "import", str(folder), str(strange), "--as", "Eva"])
    assert "0 decisions taken in" in done.output
    assert "not in the review: A trial of something else altogether" in done.output


def _decide(folder: str, names: list[str], clusters: list[str]) -> None:
    with Review(Path(folder)) as review:
        for name in names:
            actor = Actor(kind="person", name=name)
            for cluster in clusters:
                decision = Decision(
                    cluster=cluster, stage="title_abstract", verdict="include", actor=actor
                )
                draft = (cluster, ScreeningDecided(decision=decision))
                review.store.append(actor, "2026-01-01T00:00:00Z", [draft])


def test_fifty_reviewers_in_several_processes_lose_nothing(folder: Path) -> None:
    with Review(folder) as review:
        clusters = list(review.entries)
    names = [f"reviewer {i:02d}" for i in range(50)]
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_decide, args=(str(folder), names[i::4], clusters)) for i in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    with Review(folder) as review:
        events = list(review.store.events(kinds=("screening.decided",)))
    said = [(e.payload.decision.actor.name, e.payload.decision.cluster) for e in events]  # type: ignore[union-attr]
    assert len(said) == 200
    assert set(said) == {(name, cluster) for name in names for cluster in clusters}


def test_terms_are_found_whole_and_without_regard_to_marks() -> None:
    text = "Epilepsia rezistentă; add on therapy, non-responders, Seizures"
    found = [text[a:b] for a, b in spans(text, ["rezistenta", "add-on", "seizure*", "respond"])]
    assert found == ["rezistentă", "add on", "Seizures"]
    assert spans(text, []) == []
