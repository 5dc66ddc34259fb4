"""The commands of the main job through the real door: exit codes, JSON, errors with their place."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sinteza.cli.main import main
from sinteza.review.run import RunResult

AT = "2026-01-01T00:00:00Z"
RIS = "TY  - JOUR\nTI  - Refractory epilepsy, a title of our own\nPY  - 2019\nER  - \n"


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Sinteza = Callable[..., Done]


@pytest.fixture
def sinteza(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sinteza:
    """Run a command as the shell would; gives its exit code and what it wrote."""

    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["sinteza", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture
def review(demo: tuple[Path, RunResult], tmp_path: Path) -> Path:
    """A copy of the flagship's review, to do with as one likes."""
    return Path(shutil.copytree(demo[0], tmp_path / "review"))


def head(folder: Path) -> Any:
    with contextlib.closing(sqlite3.connect(folder / "review.sqlite")) as connection:
        return connection.execute("SELECT max(seq) FROM event").fetchone()[0]


def test_run_gives_the_flow_and_the_pages(sinteza: Sinteza, review: Path) -> None:
    before = head(review)
    done = sinteza("run", "dre", "--out", review, "--at", AT, "--json")
    assert done.code == 0
    assert done.json["flow"]["identified"] == 782
    assert done.json["edition"] == 1
    assert sorted(done.json["pages"]) == ["en", "ro"]
    assert all(Path(page).is_file() for page in done.json["pages"].values())
    assert head(review) == before


def test_run_of_what_does_not_exist(sinteza: Sinteza, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = sinteza("run", "drx", "--out", out)
    assert (done.code, done.out) == (1, "")
    assert "drx" in done.err
    assert "dre" in done.err
    assert not out.exists()
    done = sinteza("run", "dre", "--out", out, "--window", "sed-2015")
    assert done.code == 1
    assert "Did you mean 'seed-2015'" in done.err
    assert not out.exists()
    done = sinteza("run", "dre", "--out", out, "--at", "yesterday")
    assert done.code == 2
    assert "2026-01-01T00:00:00Z" in done.err
    assert not out.exists()
    assert sinteza("run").code == 2


def test_a_mistyped_command_is_answered(sinteza: Sinteza) -> None:
    done = sinteza("chekc")
    assert done.code == 2
    assert "Did you mean 'check'" in done.err


def test_new_copies_a_protocol_that_checks(sinteza: Sinteza, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    done = sinteza("new", folder, "--from", "dre")
    assert done.code == 0
    for name in ("protocol.toml", "taxonomy.toml", "protocol.schema.json"):
        assert (folder / name).is_file()
        assert name in done.out
    assert sinteza("check", folder).code == 0
    again = sinteza("new", folder)
    assert again.code == 1
    assert str(folder) in again.err
    assert sinteza("new", tmp_path / "x", "--from", "drx").code == 1


def test_check_names_line_and_what_was_meant(sinteza: Sinteza, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    sinteza("new", folder)
    file = folder / "protocol.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('measure = "RR"', 'mesure = "RR"', 1), "utf-8")
    line = next(
        n for n, words in enumerate(file.read_text("utf-8").splitlines(), 1) if "mesure" in words
    )
    done = sinteza("check", folder, "--json")
    assert done.code == 1
    (problem,) = done.json
    assert problem["line"] == line
    assert "measure" in problem["hint"]
    words = sinteza("check", folder)
    assert f"protocol.toml:{line}:" in words.out
    assert sinteza("check").code == 2
    assert sinteza("check", "--schema").json["title"] == "Sinteza protocol"
    assert sinteza("check", "dre", "--json").json == []


def test_import_takes_a_file_once(sinteza: Sinteza, review: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.ris"
    file.write_text(RIS)
    done = sinteza("import", review, file, "--at", AT, "--json")
    assert done.code == 0
    (item,) = done.json
    assert (item["name"], item["read"], item["added"]) == ("own.ris", 1, 1)
    again = sinteza("import", review, file)
    assert again.code == 0
    assert "1 file(s) passed over" in again.out
    assert sinteza("import", review).code == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [("cut.xml", b"<PubmedArticleSet><PubmedArticle>"), ("empty.nbib", b""), ("gone.ris", None)],
)
def test_a_bad_file_is_named_and_the_review_unchanged(
    sinteza: Sinteza, review: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    good, bad = tmp_path / "own.ris", tmp_path / name
    good.write_text(RIS)
    if content is not None:
        bad.write_bytes(content)
    before = head(review)
    done = sinteza("import", review, good, bad)
    assert (done.code, done.out) == (1, "")
    assert name in done.err
    assert "Traceback" not in done.err
    assert head(review) == before


def test_flow_reconciles(sinteza: Sinteza, review: Path) -> None:
    done = sinteza("flow", review, "--json")
    assert done.code == 0
    flow = done.json
    assert flow["problems"] == []
    assert flow["identified"] == flow["duplicates"] + flow["screened"]
    assert flow["screened"] == flow["included"] + flow["excluded"] + flow["undecided"]
    boxes = flow["boxes"]
    listed = [name for box in boxes if box != "screened" for name in boxes[box]]
    assert sorted(listed) == sorted(boxes["screened"])
    assert len(boxes["included"]) == flow["included"]
    words = sinteza("flow", review)
    assert words.code == 0
    assert str(flow["included"]) in words.out


def test_log_lists_events_and_chooses(sinteza: Sinteza, review: Path) -> None:
    done = sinteza("log", review, "--json")
    assert done.code == 0
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    last = sinteza("log", review, "--last", "3", "--json").out.splitlines()
    assert [json.loads(line) for line in last] == events[-3:]
    one = sinteza("log", review, "--kind", "edition.published", "--json").out.splitlines()
    assert [json.loads(line)["subject"] for line in one] == ["edition 1"]
    words = sinteza("log", review, "--subject", "edition 1").out
    assert len(words.splitlines()) == 1
    assert sinteza("log", review, "--last", "-1").code == 2


def test_doctor_finds_a_hand_edit(sinteza: Sinteza, review: Path) -> None:
    done = sinteza("doctor", review, "--json")
    assert done.code == 0
    assert all(finding["sound"] for finding in done.json)
    with sqlite3.connect(review / "review.sqlite") as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE event SET at = '1999-01-01T00:00:00Z' WHERE seq = 5")
    done = sinteza("doctor", review)
    assert done.code == 1
    assert "WRONG" in done.out
    assert "5" in done.out


def test_doctor_mends_what_follows_from_the_log(sinteza: Sinteza, review: Path) -> None:
    with sqlite3.connect(review / "review.sqlite") as connection:
        connection.execute("DELETE FROM decision WHERE rowid % 2 = 0")
    assert sinteza("doctor", review).code == 1
    assert sinteza("doctor", review, "--rebuild").code == 0
    assert sinteza("doctor", review).code == 0


def test_export_in_several_formats(sinteza: Sinteza, review: Path, tmp_path: Path) -> None:
    included = sinteza("flow", review, "--json").json["included"]
    file = tmp_path / "out.csv"
    done = sinteza("export", review, file, "--only", "include")
    assert done.code == 0
    assert f"{included} records written" in done.out
    with file.open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == included
    assert sinteza("export", review, tmp_path / "o.xml", "--to", "pubmed-xml").code == 0
    done = sinteza("export", review, tmp_path / "out.unknown")
    assert done.code == 1
    assert "out.unknown" in done.err
    assert sinteza("export", review, file, "--only", "all").code == 2
    done = sinteza("export", review, tmp_path / "no-folder" / "out.ris")
    assert done.code == 1
    assert "no-folder" in done.err


def test_publish_and_analyze(sinteza: Sinteza, review: Path) -> None:
    done = sinteza("publish", review, "--at", AT)
    assert done.code == 0
    assert "edition 1, window seed-2015" in done.out
    assert str(review / "edition/en/index.html") in done.out
    done = sinteza("publish", review, "--window", "nothing")
    assert done.code == 1
    assert "nothing" in done.err
    done = sinteza("analyze", review, "--json")
    assert done.code == 0
    assert {result["id"] for result in done.json}
    edition = json.loads((review / "edition/edition.json").read_text("utf-8"))
    assert done.json == edition["analyses"]


def test_plugins_are_listed(sinteza: Sinteza) -> None:
    done = sinteza("plugins", "--json")
    assert done.code == 0
    assert isinstance(done.json, list)
    assert sinteza("plugins").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("flow",),
        ("log",),
        ("doctor",),
        ("analyze",),
        ("publish",),
        ("dedupe",),
        ("classify",),
        ("screen", "rules"),
    ],
)
def test_a_folder_without_a_review(
    sinteza: Sinteza, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = sinteza(*words, tmp_path / "nowhere")
    assert (done.code, done.out) == (1, "")
    assert "nowhere" in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "nowhere").exists()
    assert sinteza(*words).code == 2


def test_studies_of_the_same_people_are_listed_and_judged(sinteza: Sinteza, review: Path) -> None:
    asked = sinteza("extract", "overlaps", review, "--json").json
    assert asked
    assert all(pair["same"] is None for pair in asked)
    settled = sinteza("extract", "overlaps", review, "--all", "--json").json
    assert len(settled) > len(asked)
    one, other = asked[0]["left"], asked[0]["right"]
    said = sinteza("extract", "overlaps", review, "--distinct", other, one, "--person", "Ana")
    assert said.out.strip() == f"{one} ≠ {other}"
    left = sinteza("extract", "overlaps", review, "--json").json
    assert len(left) == len(asked) - 1
    table = sinteza("extract", "overlaps", review, "--all", "--language", "ro")
    assert "o spune o persoană" in table.out
    unknown = sinteza("extract", "overlaps", review, "--same", "pmid-1", one, "--person", "Ana")
    assert unknown.code
    assert "No study 'pmid-1'" in unknown.err
    both = ["--same", one, other, "--distinct", one, other]
    assert sinteza("extract", "overlaps", review, *both).code
