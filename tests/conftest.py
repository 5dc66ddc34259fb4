"""Shared data is read from where it lies; where it is absent, tests say so and skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SINTEZA_SHARED", ROOT.parent / "shared"))

settings.register_profile(
    "sinteza", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("sinteza")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data (SINTEZA_SHARED, or ../shared)."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"the shared data is not here: {SHARED.name}/data (set SINTEZA_SHARED)")
    return SHARED / "data"
