"""Searching library catalogues by SRU (1.1, 1.2, 2.0): explain, search, diagnostics.

Answers in MARCXML or Dublin Core become records; raw answers are kept and a search that is cut goes
on. Source: "SRU: Search/Retrieval via URL" (Library of Congress) and its list of diagnostics.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sinteza.errors import SourceRefused, SourceUnavailable
from sinteza.formats import dublin_core, marc
from sinteza.formats.fields import Identity
from sinteza.formats.xml import below, children, first, local, text
from sinteza.model.record import Record
from sinteza.sources.http import Http, Reply, Request
from sinteza.sources.pages import Pages

log = logging.getLogger(__name__)

HINTS = {
    "4": "Ask for another version: 1.1, 1.2 or 2.0.",
    "7": "The server wants a parameter that was not sent.",
    "10": "The query is not CQL to this server.",
    "16": "The catalogue has no such index; see which it has with source probe, and map to those.",
    "19": "The index does not take this relation (=, all, adj); map the field to another.",
    "61": "There are fewer records than asked for.",
    "66": "Ask for a schema that the catalogue lists (source probe).",
    "71": "Ask for recordPacking=xml.",
}
"""What to do, by the number of the diagnostic (``info:srw/diagnostic/1/16``)."""

_END = "61"  # first record position out of range: the list was shorter than announced


@dataclass(frozen=True)
class Explained:
    """What a catalogue says of itself: its name, indexes as ``set.name``, schemas of records."""

    title: str
    indexes: tuple[str, ...]
    schemas: tuple[str, ...]
    version: str


def parse(body: bytes, endpoint: str = "") -> Any:
    """The root of an answer.

    Raises SourceUnavailable for what is no whole answer of SRU, SourceRefused for a diagnostic,
    with its number.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SourceUnavailable(
            f"The answer is no whole XML: {error.msg}", where=endpoint or None
        ) from error
    if local(root) not in ("searchRetrieveResponse", "explainResponse"):
        raise SourceUnavailable(
            f"The answer is no SRU, but <{local(root)}>",
            where=endpoint or None,
            hint="Check the endpoint, with the database at its end.",
        )
    for element in below(root, "diagnostics", "diagnostic"):
        number = first(element, "uri").rsplit("/", 1)[-1]
        said = ": ".join(p for p in (first(element, "message"), first(element, "details")) if p)
        raise SourceRefused(
            f"The catalogue answers diagnostic {number}: {said}",
            where=endpoint or None,
            hint=HINTS.get(number, "Ask the library."),
        )
    return root


def hits(root: Any) -> int:
    """How many records the catalogue has for the query."""
    number = first(root, "numberOfRecords")
    return int(number) if number.isdigit() else 0


def records(root: Any, source: str, identity: Identity) -> Iterator[Record]:
    """The records of an answer; those replaced by a diagnostic, and holdings, are passed over."""
    for element in below(root, "records", "record"):
        data = next(children(element, "recordData"), None)
        if data is None:
            continue
        for inner in _unpacked(data, first(element, "recordPacking")):
            kind = local(inner)
            if kind == "diagnostic":
                log.warning("a record is missing: %s", text(inner))
            elif kind == "record":
                found = marc.from_element(inner)
                if found.leader[6:7] not in marc.NOT_BOOKS:
                    yield marc.to_record(found, source, identity)
            elif kind.endswith("dc"):
                key = first(element, "recordIdentifier")
                yield dublin_core.from_element(inner, source, identity, key)


def _unpacked(data: Any, packing: str) -> Iterator[Any]:
    """The record elements of recordData, packed as XML or as escaped text."""
    from lxml import etree

    inside = [child for child in data if local(child)]
    if not inside and (packing == "string" or "<" in text(data)):
        words = "".join(data.itertext()).strip()
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        root = etree.fromstring(words.encode(), parser)
        if root is None:
            root = etree.fromstring(html.unescape(words).encode(), parser)
        inside = [root] if root is not None else []
    for element in inside:
        if local(element) == "collection":
            yield from children(element, "record")
        else:
            yield element


class Sru:
    """A catalogue that speaks SRU. ``page`` records are asked for at a time."""

    def __init__(
        self,
        endpoint: str,
        http: Http,
        *,
        source: str = "sru",
        version: str = "1.1",
        schema: str = "marcxml",
        page: int = 50,
    ) -> None:
        self.endpoint = endpoint
        self.source = source
        self.version = version
        self.schema = schema
        self.page = page
        self._http = http

    def _ask(self, **arguments: str) -> tuple[bytes, Any]:
        asked = {"version": self.version, **{k: v for k, v in arguments.items() if v}}
        sign = "&" if "?" in self.endpoint else "?"
        request = Request(url=f"{self.endpoint}{sign}{urlencode(asked)}", method="GET")
        found: list[Any] = []

        def check(reply: Reply) -> None:
            found[:] = [parse(reply.body, self.endpoint)]

        reply = self._http.send(request, check)
        return reply.body, found[0]

    def explain(self) -> Explained:
        """What the catalogue can be asked."""
        _, root = self._ask(operation="explain")
        inside = next(below(root, "record", "recordData", "explain"), root)
        indexes = tuple(
            f"{name.get('set', '')}.{text(name)}".lstrip(".")
            for name in below(inside, "indexInfo", "index", "map", "name")
        )
        schemas = tuple(e.get("name", "") for e in below(inside, "schemaInfo", "schema"))
        return Explained(
            title=first(inside, "databaseInfo", "title"),
            indexes=indexes,
            schemas=schemas,
            version=first(root, "version"),
        )

    def count(self, query: str) -> int:
        """How many records match a CQL query."""
        _, root = self._ask(operation="searchRetrieve", query=query, maximumRecords="1",
                            recordSchema=self.schema)  # fmt: skip
        return hits(root)

    def search(
        self,
        query: str,
        *,
        folder: Path | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Iterator[Record]:
        """Every record that matches a CQL query.

        With a ``folder`` the answers are kept and a cut search goes on. Raises SourceUnavailable
        when the network fails to the end, SourceRefused for a diagnostic, and SourceUnavailable if
        the catalogue gives fewer records than it announced.
        """
        asked = {"endpoint": self.endpoint, "query": query, "schema": self.schema}
        pages = Pages(folder, {**asked, "version": self.version, "page": str(self.page)})
        identity = Identity()
        got = total = 0
        for body in pages.kept():
            root = parse(body, self.endpoint)
            total = hits(root)
            got += sum(1 for _ in below(root, "records", "record"))
            yield from records(root, self.source, identity)
        while not pages.done:
            start = int(pages.next or "1")
            body, root = self._ask(
                operation="searchRetrieve",
                query=query,
                recordSchema=self.schema,
                recordPacking="xml",
                startRecord=str(start),
                maximumRecords=str(self.page),
            )
            total = hits(root)
            here = sum(1 for _ in below(root, "records", "record"))
            if not here and start <= total:
                raise SourceUnavailable(
                    f"The catalogue announces {total} records but gives none from {start} on",
                    where=self.endpoint,
                    hint="Run the search again; what was fetched is kept.",
                )
            got += here
            pages.keep(body, str(start + here) if start + here <= total else "")
            yield from records(root, self.source, identity)
            if progress is not None:
                progress(got, total)
