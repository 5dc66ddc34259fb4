"""A run killed at any moment leaves a sound log, and the next run finishes the job."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from sinteza.review.doctor import examine
from sinteza.review.review import FILE, Review

AT = "2026-01-01T00:00:00Z"
KILLS = 30


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sinteza", "run", "dre", "--out", str(folder), "--at", AT]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_thirty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "dre"
    began = time.monotonic()
    assert start(tmp_path / "measure").wait() == 0
    whole = time.monotonic() - began
    dice = random.Random(20260101)
    killed = 0
    for number in range(KILLS):
        if number % 6 == 0:  # begin anew now and then, so that every step is hit
            folder = tmp_path / f"dre{number}"
        process = start(folder)
        try:
            process.wait(timeout=dice.uniform(0.15, 1.0) * whole)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        if (folder / FILE).is_file():
            with Review(folder) as review:
                assert review.store.verify() >= 0
                assert review.store.differences() == []
                if review.store.head()[0] > 2:
                    assert all(finding.sound for finding in examine(review))
    assert killed >= KILLS // 2
    assert start(folder).wait() == 0
    with Review(folder) as review:
        flow = review.flow()
        assert (flow.identified, flow.duplicates, flow.problems()) == (782, 0, [])
        assert all(finding.sound for finding in examine(review))
    reference = (tmp_path / "measure" / "edition" / "data" / "records.csv").read_bytes()
    assert (folder / "edition" / "data" / "records.csv").read_bytes() == reference
