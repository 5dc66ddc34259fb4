"""CPU seconds and peak memory of whole processes, and the words that date a table."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SINTEZA_SHARED", ROOT.parent / "shared")) / "data"


@dataclass(frozen=True)
class Cost:
    """What a process took: CPU seconds (user + system, children included), peak MB, stdout."""

    cpu: float
    peak_mb: float
    stdout: str


_WRAPPER = """
import json, os, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.write("\\n@cost " + json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
sys.stdout.buffer.write(done.stdout)
sys.exit(done.returncode)
"""


def run(command: Sequence[str], env: dict[str, str] | None = None) -> Cost:
    """Run a process to its end; a failing one raises with its stderr."""
    import json

    done = subprocess.run(
        [sys.executable, "-c", _WRAPPER, *command],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    cpu, peak = json.loads(done.stderr.rsplit("@cost ", 1)[1])
    return Cost(cpu, peak, done.stdout)


def median_cpu(command: Sequence[str], times: int = 3) -> float:
    """Median CPU seconds of several runs."""
    return statistics.median(run(command).cpu for _ in range(times))


def own_cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def stamp(*packages: str) -> str:
    """One line: date, Python, machine size and the versions of the named packages."""
    parts = [f"{name} {version(name)}" for name in packages]
    day = datetime.now(UTC).date().isoformat()
    return f"{day}, Python {platform.python_version()}, {os.cpu_count()} CPUs, " + ", ".join(parts)
