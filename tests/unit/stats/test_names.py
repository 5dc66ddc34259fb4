"""Every name the package promises can be loaded."""

from __future__ import annotations

import subprocess
import sys

import sinteza.stats


def test_every_public_name_loads() -> None:
    for name in sinteza.stats.__all__:
        assert callable(getattr(sinteza.stats, name)), name
    assert set(dir(sinteza.stats)) == set(sinteza.stats.__all__)


def test_pool_and_effect_sizes_wait_for_scipy() -> None:
    program = (
        "import sys; from sinteza.stats import effect_sizes, pool;"
        "print([m for m in sys.modules if m.split('.')[0] == 'scipy'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
