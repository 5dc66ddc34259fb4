"""Kill -9 at random moments: what is committed is sound, and the next call goes on."""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from sinteza.archive.build import build
from sinteza.archive.search import Info, open_archive
from sinteza.archive.verify import verify

_LOAD = (
    "import sys; from pathlib import Path; from sinteza.archive.build import build, update; "
    "call = update if sys.argv[1] == 'update' else build; "
    "call(Path(sys.argv[2]), [Path(p) for p in sys.argv[3:]], batch=20, jobs=2)"
)


def load(what: str, folder: Path, files: list[Path], *, kill_after: float | None) -> bool:
    """Run the load in a process of its own; True if it came to its end."""
    command = [sys.executable, "-c", _LOAD, what, str(folder), *map(str, files)]
    process = subprocess.Popen(command, env=dict(os.environ))
    try:
        process.wait(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False
    assert process.returncode == 0
    return True


def still_running(folder: Path) -> list[str]:
    """Processes that were started on a folder and have not ended (Linux)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


def contents(folder: Path) -> tuple[Info, tuple[str, ...]]:
    with open_archive(folder) as archive:
        return archive.info(), archive.search("all[sb]").ids


def test_killed_at_random_moments(shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "asm_trials").glob("*.xml.gz"))
    update_file = tmp_path / "update.xml"
    text = gzip.decompress(files[0].read_bytes()).decode()
    deletion = '<DeleteCitation><PMID Version="1">193359</PMID></DeleteCitation>'
    update_file.write_text(text.replace("</PubmedArticleSet>", f"{deletion}</PubmedArticleSet>"))

    whole = tmp_path / "whole"
    build(whole, files, batch=20)
    moments = random.Random(5)
    folder = tmp_path / "killed"
    kills = 0
    for what, inputs in (("build", files), ("update", [update_file])):
        # longer from time to time, so that a busy machine comes to the end, too
        while not load(
            what, folder, inputs, kill_after=(0.25 + moments.random() * 0.5) * (1 + kills / 20)
        ):
            kills += 1
            if (folder / "archive.db").exists():
                assert verify(folder, quick=True) == ()
            assert kills < 200
            time.sleep(0)
        if what == "build":
            assert contents(folder)[1] == contents(whole)[1]
            assert contents(folder)[0].digest == contents(whole)[0].digest
    assert kills >= 2
    # processes of a loading that was killed end by themselves
    until = time.monotonic() + 20
    while still_running(folder) and time.monotonic() < until:
        time.sleep(0.1)
    assert still_running(folder) == []
    assert verify(folder) == ()
    with open_archive(folder) as archive:
        assert archive.search("193359[pmid]").count == 0
        assert archive.info().unfinished == ()
