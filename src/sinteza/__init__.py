"""Sinteza: a living evidence-synthesis engine.

From a review's protocol to a defensible, updatable answer, on one machine, with every number
traceable to its source. The names here are loaded when first used: ``import sinteza`` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinteza.errors import SintezaError as SintezaError
    from sinteza.i18n import Language as Language

_WHERE = {
    "SintezaError": "sinteza.errors",
    "Language": "sinteza.i18n",
}

__all__ = sorted(_WHERE)  # pyright: ignore


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        import importlib

        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'sinteza' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(_WHERE)
