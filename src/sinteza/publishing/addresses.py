"""Where things stand in an edition: anchors and lists, the same for figures, tables and pages."""

from __future__ import annotations

import re


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def record_anchor(name: str) -> str:
    """The place of an entry on ``records.html``."""
    return f"r-{_plain(name)}"


def study_anchor(name: str) -> str:
    """The place of a study on ``studies.html``."""
    return f"s-{_plain(name)}"


def cell_anchor(table: str, row: str, column: str) -> str:
    """The place of a map's cell on ``maps.html``."""
    return f"c-{_plain(table)}-{_plain(row)}-{_plain(column)}"


def record_list(name: str) -> str:
    """The address of a list of entries: all, include, exclude, duplicates, reason-..."""
    return f"records.html#list-{_plain(name)}"
