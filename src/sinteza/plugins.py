"""Extensions through entry points; the built-ins go through the same door.

A group is one of ``sinteza.sources``, ``sinteza.formats``, ``sinteza.rankers``,
``sinteza.extractors`` and ``sinteza.protocols``.
"""

from __future__ import annotations

import difflib
import functools
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from sinteza.errors import PluginError

GROUPS = (
    "sinteza.sources",
    "sinteza.formats",
    "sinteza.rankers",
    "sinteza.extractors",
    "sinteza.protocols",
)


@functools.cache  # reading the metadata of every installed package takes milliseconds
def available(group: str) -> dict[str, EntryPoint]:
    """The extensions of a group by name, sorted; nothing is imported."""
    found = sorted(entry_points(group=group), key=lambda point: point.name)
    return {point.name: point for point in found}


def load(group: str, name: str) -> Any:
    """Import one extension.

    Raises :class:`~sinteza.errors.PluginError` for an unknown name or one that fails to import.
    """
    points = available(group)
    if name not in points:
        near = difflib.get_close_matches(name, points, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(points) or 'none'}."
        raise PluginError(f"No extension '{name}' in {group}", hint=hint)
    try:
        return points[name].load()
    except Exception as error:
        raise PluginError(
            f"The extension '{name}' of {group} cannot be loaded: {error}",
            where=points[name].value,
            hint="Install it again, or remove the package that brings it.",
        ) from error
