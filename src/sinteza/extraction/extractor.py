"""Who reads a report: the contract of the plugin group ``sinteza.extractors``, and the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast, runtime_checkable

from sinteza.errors import PluginError
from sinteza.extraction.read import NAME, VERSION, Roles, read
from sinteza.extraction.report import Report
from sinteza.model.record import Record

GROUP = "sinteza.extractors"


@runtime_checkable
class Extractor(Protocol):
    """Reads one record at a time. An entry point of the group is called without arguments for one.

    ``name`` and ``version`` are the reader's in the log; a report's ``extractor`` is
    ``name/version``. Offsets of evidence count characters of
    :meth:`sinteza.model.record.Record.passage`.
    """

    name: str
    version: str

    def read(self, record: Record, /) -> Report:
        """What the record says; nothing where it says nothing. Raises SintezaError."""


class Rules:
    """The built-in reader: rules, and the small model of sentence roles."""

    name = NAME
    version = VERSION

    def __init__(self) -> None:
        self._roles: Roles | None = None

    def read(self, record: Record, /) -> Report:
        """See :func:`sinteza.extraction.read.read`."""
        if self._roles is None:
            from sinteza.text.roles import load as load_roles

            self._roles = load_roles().predict
        return read(record, self._roles)


def load(name: str = "rules") -> Extractor:
    """An extractor by name: the built-in rules, or what is installed under that name.

    Raises :class:`~sinteza.errors.PluginError` for an unknown name and for an extension that does
    not keep the contract.
    """
    if name == "rules":
        return Rules()
    from sinteza import plugins

    make = cast(Callable[[], object], plugins.load(GROUP, name))
    made = make()
    if not isinstance(made, Extractor):
        raise PluginError(
            f"The extension '{name}' of {GROUP} is no extractor",
            hint="An extractor has name, version and read(record).",
        )
    return made
