from __future__ import annotations

from pathlib import Path

import pytest

from sinteza.review.run import RunResult, run

AT = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """The flagship, run once, offline."""
    folder = tmp_path_factory.mktemp("demo") / "dre"
    return folder, run("dre", folder, at=AT)
