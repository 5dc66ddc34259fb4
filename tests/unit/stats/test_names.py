"""Every name the package promises can be loaded."""

from __future__ import annotations

import sinteza.stats


def test_every_public_name_loads() -> None:
    for name in sinteza.stats.__all__:
        assert callable(getattr(sinteza.stats, name)), name
    assert set(dir(sinteza.stats)) == set(sinteza.stats.__all__)
