"""Every error Sinteza raises on purpose.

Each says *what* happened, *where*, and what to do next (*hint*)::

    SintezaError
    ├── ProtocolError          a protocol file that cannot be used (path, line)
    ├── QueryError             a search query that cannot be run (position)
    ├── FormatError            a file that cannot be read (path, line or byte)
    ├── SourceError            a database or library catalogue
    │   ├── SourceUnavailable  ... that does not answer now; trying again may help
    │   └── SourceRefused      ... that answered no; trying again does not help
    ├── ArchiveError           the local archive of PubMed
    ├── StoreError             the review's own file
    │   ├── SchemaTooNew       ... written by a newer Sinteza
    │   └── LogTampered        ... whose chain of events is broken
    ├── SynthesisError         numbers that cannot be pooled
    │   ├── TooFewStudies
    │   ├── NotConverged
    │   └── DisconnectedNetwork
    └── PluginError            an extension that cannot be loaded

Statistical cautions are not errors: they are data (``result.notes``).
"""

from __future__ import annotations


class SintezaError(Exception):
    """Something the user can act on.

    Parameters: ``what`` happened (a full sentence without the period), ``where`` (a file, line,
    study, position), ``hint`` (what to do next).
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.what}{advice}"


class ProtocolError(SintezaError):
    """A protocol file that cannot be used. ``path`` and ``line`` (from 1) say where."""

    def __init__(
        self, what: str, *, path: str = "", line: int | None = None, hint: str | None = None
    ) -> None:
        where = f"{path}:{line}" if path and line else path or None
        super().__init__(what, where=where, hint=hint)
        self.path = path
        self.line = line


class QueryError(SintezaError):
    """A search query that cannot be run. ``position`` counts characters from 0."""

    def __init__(
        self,
        what: str,
        *,
        query: str = "",
        position: int | None = None,
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        where = None if position is None else f"query, character {position + 1}"
        super().__init__(what, where=where, hint=hint)
        self.query = query
        self.position = position
        self.code = code


class FormatError(SintezaError):
    """A file that cannot be read. ``line`` counts from 1, ``byte`` from 0."""

    def __init__(
        self,
        what: str,
        *,
        path: str = "",
        line: int | None = None,
        byte: int | None = None,
        hint: str | None = None,
    ) -> None:
        where = path or None
        if path and line is not None:
            where = f"{path}:{line}"
        elif path and byte is not None:
            where = f"{path}, byte {byte}"
        super().__init__(what, where=where, hint=hint)
        self.path = path
        self.line = line
        self.byte = byte


class SourceError(SintezaError):
    """A database or library catalogue that did not give what was asked."""

    exit_code = 3


class SourceUnavailable(SourceError):
    """The source does not answer now (network, 429, 5xx): trying again may help."""


class SourceRefused(SourceError):
    """The source answered no (bad query, no access): trying again does not help."""


class ArchiveError(SintezaError):
    """The local archive of PubMed cannot be used."""


class StoreError(SintezaError):
    """The review's own file cannot be read or written."""


class SchemaTooNew(StoreError):
    """The review was written by a newer Sinteza."""


class LogTampered(StoreError):
    """The chain of events is broken: an event was changed, removed or added by hand.

    ``seq`` is the first event that does not verify.
    """

    def __init__(self, what: str, *, seq: int, where: str | None = None, hint: str | None = None):
        super().__init__(what, where=where, hint=hint)
        self.seq = seq


class SynthesisError(SintezaError):
    """Numbers that cannot be pooled as asked."""


class TooFewStudies(SynthesisError):
    """The method needs more studies than there are."""


class NotConverged(SynthesisError):
    """An iterative method did not reach its tolerance."""


class DisconnectedNetwork(SynthesisError):
    """The network of treatments falls into parts that no study connects."""


class PluginError(SintezaError):
    """An extension that cannot be loaded or does not keep its contract."""
