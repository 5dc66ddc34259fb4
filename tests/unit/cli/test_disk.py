"""A full disk and a folder one may not write to: said clearly, the review as it was."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinteza.review.run import RunResult

AT = "2026-01-01T00:00:00Z"


def sinteza(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sinteza", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Eight megabytes that are soon full."""
    if os.geteuid():
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "small"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may write to, not even root."""
    if os.geteuid():
        pytest.skip("only root can mount a folder to be read only")
    folder = tmp_path / "locked"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def state(folder: Path) -> tuple[int, str]:
    with contextlib.closing(sqlite3.connect(folder / "review.sqlite")) as connection:
        found = connection.execute("SELECT seq, digest FROM event ORDER BY seq DESC LIMIT 1")
        return tuple(found.fetchone() or (0, ""))


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_disk_that_fills_during_the_run(small_disk: Path) -> None:
    folder = small_disk / "review"
    done = sinteza("run", "dre", "--out", folder, "--at", AT)
    refused(done, str(folder), "full")
    # what was written before is sound
    mount("-o", "remount,size=64m", str(small_disk))
    found = sinteza("doctor", folder)
    assert (found.returncode, "WRONG" in found.stdout) == (0, False), found.stdout + found.stderr


def test_a_full_disk_leaves_the_review_as_it_was(
    small_disk: Path, demo: tuple[Path, RunResult], tmp_path: Path
) -> None:
    mount("-o", "remount,size=64m", str(small_disk))
    folder = small_disk / "review"
    folder.mkdir()
    shutil.copy(demo[0] / "review.sqlite", folder)
    before = state(folder)
    own = tmp_path / "own.ris"
    own.write_text(
        "".join(
            f"TY  - JOUR\nTI  - Number {i}\nAB  - {os.urandom(800).hex()}\nER  - \n"
            for i in range(400)
        )
    )
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(b"x" * (free - 40_000))
    refused(sinteza("import", folder, own), "review.sqlite", "full")
    refused(sinteza("publish", folder), str(folder))
    (small_disk / "filler").unlink()
    assert state(folder) == before
    assert sinteza("doctor", folder).returncode == 0


def test_a_folder_nobody_may_write_to(
    read_only: Path, demo: tuple[Path, RunResult], tmp_path: Path
) -> None:
    folder = read_only / "review"
    folder.mkdir()
    shutil.copy(demo[0] / "review.sqlite", folder)
    before = state(folder)
    mount("-o", "remount,ro", str(read_only))
    own = tmp_path / "own.ris"
    own.write_text("TY  - JOUR\nTI  - A title\nER  - \n")
    refused(sinteza("import", folder, own), "review.sqlite")
    refused(sinteza("run", "dre", "--out", read_only / "new"), "new", "may write to")
    refused(sinteza("new", read_only / "mine"), "mine")
    refused(sinteza("export", demo[0], read_only / "out.ris"), "out.ris")
    # what only reads goes on working: a review that was put away is still a review
    for words in (("flow",), ("log",), ("analyze",), ("doctor",)):
        there, here = (sinteza(*words, place) for place in (folder, demo[0]))
        assert there.returncode == 0, there.stderr
        assert there.stdout.replace(str(folder), "") == here.stdout.replace(str(demo[0]), "")
    mount("-o", "remount,rw", str(read_only))
    assert state(folder) == before


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    for words in (
        ("run", "dre", "--out", taken),
        ("new", taken),
        ("import", taken, taken),
        ("flow", taken),
    ):
        refused(sinteza(*words), "taken")
    assert taken.read_text() == "mine"
