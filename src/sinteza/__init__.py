"""Sinteza: a living evidence-synthesis engine.

From a review's protocol to a defensible, updatable answer, on one machine, with every number
traceable to its source. The names here are loaded when first used: ``import sinteza`` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinteza.errors import SintezaError as SintezaError
    from sinteza.formats.registry import read as read_records
    from sinteza.i18n import Language as Language
    from sinteza.model.edition import Edition as Edition
    from sinteza.model.protocol import Protocol as Protocol
    from sinteza.model.record import Record as Record
    from sinteza.model.study import Study as Study
    from sinteza.query.syntax import parse as parse_query
    from sinteza.review.protocols import check as check_protocol
    from sinteza.review.protocols import load as load_protocol
    from sinteza.review.review import Review as Review
    from sinteza.review.review import open_review as open  # noqa: A004 - sinteza.open(DIR)
    from sinteza.review.run import run as run
    from sinteza.sources.files import open_records as open_records
    from sinteza.sources.files import write_records as write_records
    from sinteza.stats import effect_sizes as effect_sizes
    from sinteza.stats import pool as pool
    from sinteza.stats.network import network as network

_WHERE = {
    "Edition": ("sinteza.model.edition", "Edition"),
    "Language": ("sinteza.i18n", "Language"),
    "Protocol": ("sinteza.model.protocol", "Protocol"),
    "Record": ("sinteza.model.record", "Record"),
    "Review": ("sinteza.review.review", "Review"),
    "SintezaError": ("sinteza.errors", "SintezaError"),
    "Study": ("sinteza.model.study", "Study"),
    "check_protocol": ("sinteza.review.protocols", "check"),
    "effect_sizes": ("sinteza.stats", "effect_sizes"),
    "load_protocol": ("sinteza.review.protocols", "load"),
    "network": ("sinteza.stats.network", "network"),
    "open": ("sinteza.review.review", "open_review"),
    "open_records": ("sinteza.sources.files", "open_records"),
    "parse_query": ("sinteza.query.syntax", "parse"),
    "pool": ("sinteza.stats", "pool"),
    "read_records": ("sinteza.formats.registry", "read"),
    "run": ("sinteza.review.run", "run"),
    "write_records": ("sinteza.sources.files", "write_records"),
}

__all__ = [
    "Edition",
    "Language",
    "Protocol",
    "Record",
    "Review",
    "SintezaError",
    "Study",
    "check_protocol",
    "effect_sizes",
    "load_protocol",
    "network",
    "open",
    "open_records",
    "parse_query",
    "pool",
    "read_records",
    "run",
    "write_records",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        import importlib

        module, attribute = _WHERE[name]
        return getattr(importlib.import_module(module), attribute)
    raise AttributeError(f"module 'sinteza' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(_WHERE)
