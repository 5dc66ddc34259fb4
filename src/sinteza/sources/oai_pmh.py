"""Harvesting repositories and library catalogues by OAI-PMH 2.0.

Identify, sets, metadata formats, and records page by page with resumption tokens, deletions and
dates. Raw answers are kept, and a harvest that is cut goes on where it was. Source: the Open
Archives Initiative Protocol for Metadata Harvesting, version 2.0 (2002, document of 2015-01-08).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from sinteza.errors import SourceRefused, SourceUnavailable
from sinteza.formats import dublin_core, marc
from sinteza.formats.fields import Identity
from sinteza.formats.xml import below, children, first, local, text
from sinteza.model.record import Record
from sinteza.sources.http import Http, Reply, Request
from sinteza.sources.pages import Pages

log = logging.getLogger(__name__)

HINTS = {
    "badArgument": "Check the dates (from before until, as the repository's granularity has them).",
    "badResumptionToken": "The token has expired; harvest again.",
    "badVerb": "The address answers, but knows no such question: is it the OAI-PMH endpoint?",
    "cannotDisseminateFormat": "Ask for a format that the repository lists (source probe).",
    "idDoesNotExist": "Check the identifier.",
    "noMetadataFormats": "The record has no metadata to give.",
    "noSetHierarchy": "The repository has no sets; harvest without one.",
}


@dataclass(frozen=True)
class Repository:
    """What a repository says of itself. ``granularity`` is ``YYYY-MM-DD`` or with the time."""

    name: str
    endpoint: str
    version: str
    earliest: str
    deleted: str
    granularity: str
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class Harvested:
    """One entry of a harvest: a record, or the news that one was deleted."""

    identifier: str
    datestamp: str
    sets: tuple[str, ...]
    deleted: bool
    record: Record | None


def parse(body: bytes, endpoint: str = "") -> Any:
    """The root of an answer.

    Raises SourceUnavailable for what is no whole OAI-PMH answer (a cut page, a page in HTML), and
    SourceRefused with the protocol's code for its errors, save ``noRecordsMatch``.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SourceUnavailable(
            f"The answer is no whole XML: {error.msg}", where=endpoint or None
        ) from error
    if local(root) != "OAI-PMH":
        raise SourceUnavailable(
            f"The answer is no OAI-PMH, but <{local(root)}>",
            where=endpoint or None,
            hint="Check the endpoint; DSpace has it at /oai/request.",
        )
    for error_element in children(root, "error"):
        code = error_element.get("code", "")
        if code != "noRecordsMatch":
            said = text(error_element)
            raise SourceRefused(
                f"The repository answers {code}" + (f": {said}" if said else ""),
                where=endpoint or None,
                hint=HINTS.get(code, "Ask the repository's administrator."),
            )
    return root


def entries(root: Any, source: str) -> Iterator[Harvested]:
    """The records of an answer to ListRecords or GetRecord."""
    for verb in ("ListRecords", "GetRecord"):
        for element in below(root, verb, "record"):
            header = next(children(element, "header"), element)
            identifier = first(header, "identifier")
            deleted = header.get("status") == "deleted"
            record = None
            if not deleted:
                for metadata in children(element, "metadata"):
                    record = _record(metadata, source, identifier)
            if record is None and not deleted:
                log.warning("%s has no metadata that can be read; passed over", identifier)
                continue
            yield Harvested(
                identifier,
                first(header, "datestamp"),
                tuple(text(s) for s in children(header, "setSpec")),
                deleted,
                record,
            )


def _record(metadata: Any, source: str, identifier: str) -> Record | None:
    """What a metadata element holds: MARC, Dublin Core or xoai."""
    for element in metadata:
        kind = local(element)
        if kind == "collection":
            element, kind = next(iter(element)), "record"
        if kind == "record" and any(local(c) in ("datafield", "controlfield") for c in element):
            record = marc.to_record(marc.from_element(element), source, Identity())
        elif kind == "metadata" or kind.endswith("dc"):
            record = dublin_core.from_element(element, source, Identity(), identifier)
        else:
            continue
        # the repository's identifier stays; a control number alone may change with the system
        return replace(record, id=f"{source}:{identifier}", source_id=identifier)
    return None


class OaiPmh:
    """A repository that speaks OAI-PMH.

    ``http`` brings the rate limit and the retries; a 503 with Retry-After is waited for there.
    """

    def __init__(self, endpoint: str, http: Http, *, source: str = "oai") -> None:
        self.endpoint = endpoint
        self.source = source
        self._http = http
        self._repository: Repository | None = None
        # pages fetched to see whether a token lives, not yet kept
        self._ahead: dict[str, tuple[bytes, Any]] = {}

    def _ask(self, **arguments: str) -> tuple[bytes, Any]:
        asked = {key.rstrip("_"): value for key, value in arguments.items() if value}
        sign = "&" if "?" in self.endpoint else "?"
        request = Request(url=f"{self.endpoint}{sign}{urlencode(asked)}", method="GET")
        found: list[Any] = []

        def check(reply: Reply) -> None:
            found[:] = [parse(reply.body, self.endpoint)]

        reply = self._http.send(request, check)
        return reply.body, found[0]

    def identify(self) -> Repository:
        """Who the repository is; asked once."""
        if self._repository is None:
            _, root = self._ask(verb="Identify")
            element = next(children(root, "Identify"), root)
            self._repository = Repository(
                name=first(element, "repositoryName"),
                endpoint=first(element, "baseURL"),
                version=first(element, "protocolVersion"),
                earliest=first(element, "earliestDatestamp"),
                deleted=first(element, "deletedRecord"),
                granularity=first(element, "granularity"),
                emails=tuple(text(e) for e in children(element, "adminEmail")),
            )
        return self._repository

    def metadata_formats(self) -> tuple[str, ...]:
        """The prefixes the repository can give, such as ``oai_dc``, ``marcxml``, ``xoai``."""
        _, root = self._ask(verb="ListMetadataFormats")
        found = below(root, "ListMetadataFormats", "metadataFormat")
        return tuple(first(element, "metadataPrefix") for element in found)

    def sets(self) -> Iterator[tuple[str, str]]:
        """The sets by spec and name; none if the repository has no sets."""
        token = ""
        while True:
            try:
                _, root = self._ask(verb="ListSets", resumptionToken=token)
            except SourceRefused as error:
                if "noSetHierarchy" in error.what:
                    return
                raise
            for element in below(root, "ListSets", "set"):
                yield first(element, "setSpec"), first(element, "setName")
            token = first(root, "ListSets", "resumptionToken")
            if not token:
                return

    def record(self, identifier: str, *, prefix: str = "oai_dc") -> Harvested:
        """One record by its identifier."""
        _, root = self._ask(verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
        return next(entries(root, self.source))

    def harvest(
        self,
        *,
        prefix: str = "oai_dc",
        set_: str = "",
        start: str = "",
        end: str = "",
        folder: Path | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Iterator[Harvested]:
        """Every record (and deletion) of a set between two days, both included.

        ``start`` and ``end`` are ISO days or times, cut to the repository's granularity. With a
        ``folder`` the answers are kept and a cut harvest goes on; a harvest that is done is read
        from there. An expired token begins the harvest anew, once. ``progress`` gets the entries
        so far and the size the repository states. Raises SourceUnavailable when the network fails
        to the end, SourceRefused for the protocol's errors.
        """
        asked = {"prefix": prefix, "set": set_, "from": self._day(start), "until": self._day(end)}
        pages = Pages(folder, {"endpoint": self.endpoint, **asked})
        count = 0
        seen: set[str] = set()
        if pages.next and not self._token_lives(pages):
            pages.forget()
        for body in pages.kept():
            for entry in entries(parse(body, self.endpoint), self.source):
                count += 1
                yield entry
        while not pages.done:
            token = pages.next
            if token in seen:
                raise SourceRefused(
                    "The repository gives the same resumption token again and again",
                    where=self.endpoint,
                    hint="Tell its administrator; harvest by month (from and until) meanwhile.",
                )
            seen.add(token)
            body, root = (
                self._ahead.pop(token) if token in self._ahead else self._page(token, asked)
            )
            resumption = next(below(root, "ListRecords", "resumptionToken"), None)
            following = "" if resumption is None else text(resumption)
            size = "" if resumption is None else resumption.get("completeListSize", "")
            notes = {} if pages.notes else {"answered": first(root, "responseDate")}
            pages.keep(body, following, **notes)
            for entry in entries(root, self.source):
                count += 1
                yield entry
            if progress is not None:
                progress(count, int(size) if size.isdigit() else None)

    def _token_lives(self, pages: Pages) -> bool:
        try:
            self._ahead[pages.next] = self._page(pages.next, {})
        except SourceRefused as error:
            if "badResumptionToken" not in error.what:
                raise
            log.warning("%s: the resumption token has expired; beginning anew", self.endpoint)
            return False
        return True

    def _page(self, token: str, asked: dict[str, str]) -> tuple[bytes, Any]:
        if token:
            return self._ask(verb="ListRecords", resumptionToken=token)
        return self._ask(
            verb="ListRecords",
            metadataPrefix=asked["prefix"],
            set=asked["set"],
            from_=asked["from"],
            until=asked["until"],
        )

    def _day(self, moment: str) -> str:
        """A day or time as the repository's granularity has it."""
        if not moment:
            return ""
        if self.identify().granularity == "YYYY-MM-DD":
            return moment[:10]
        return moment if "T" in moment or len(moment) < 10 else f"{moment}T00:00:00Z"


def answered(folder: Path) -> str:
    """When the first page of a kept harvest was answered: the ``start`` of the next one."""
    import msgspec

    state = msgspec.json.decode((folder / "state.json").read_bytes())
    return str(state.get("notes", {}).get("answered", ""))
