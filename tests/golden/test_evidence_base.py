"""The shipped evidence base is what its tables and the real records give now.

Fails when the protocol, the taxonomy, the matcher or a reader changed without a rebuild:
``python tools/build_evidence.py SHARED/data`` mends it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tools import build_evidence

SHIPPED = build_evidence.OUT


@pytest.fixture(scope="module")
def rebuilt(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dre")
    for name in ("protocol.toml", "taxonomy.toml"):
        shutil.copy(SHIPPED.parent / name, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_evidence, "OUT", folder / "evidence")
        build_evidence.main(shared)
    return folder / "evidence"


@pytest.mark.parametrize(
    "name",
    [
        "records.jsonl",
        "criteria.csv",
        "concepts.csv",
        "studies.csv",
        "arms.csv",
        "results.csv",
        "overlaps.csv",
        "published.csv",
    ],
)
def test_a_rebuild_gives_what_is_shipped(rebuilt: Path, name: str) -> None:
    now = (rebuilt / name).read_text("utf-8").splitlines()
    shipped = (SHIPPED / name).read_text("utf-8").splitlines()
    differing = [pair for pair in zip(now, shipped, strict=False) if pair[0] != pair[1]]
    assert differing[:3] == []
    assert len(now) == len(shipped)


def test_the_rebuild_writes_no_file_that_is_not_compared(rebuilt: Path) -> None:
    assert len(list(rebuilt.iterdir())) == 8


def test_no_abstract_is_shipped() -> None:
    lines = (SHIPPED / "records.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 782
    for line in lines:
        assert '"abstract"' not in line
        assert '"other_abstracts"' not in line
