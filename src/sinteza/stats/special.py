"""``scipy.special``, loaded at the first function asked for.

Loading it costs twice what numpy costs, and reading data or naming a result needs none of it:
``from sinteza.stats import special`` and then ``special.erfc`` as usual.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from scipy import special

    found = globals()[name] = getattr(special, name)
    return found
