"""PubMed through NCBI's E-utilities: searches that are whole, and every record asked for.

:meth:`PubMed.search` counts first; a set above 9,999 is split by date of creation and, where one
day is still too large, by PMID, until every part fits, and the parts must add up to the count.
:meth:`PubMed.fetch` accounts for every PMID. There is a complete set or a clear error, never a
part that looks whole. Raw answers are kept as they came.

Source: NCBI, "Entrez Programming Utilities Help" (limits, history server, error forms).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sinteza.errors import SourceError, SourceRefused, SourceUnavailable
from sinteza.query.dates import written
from sinteza.query.fields import find
from sinteza.query.lint import ensure_sendable
from sinteza.sources.http import Http, HttpxTransport, RateLimit, Reply, Request

BASE = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
MAX_IDS = 9_999
"""PubMed gives no more than the first 9,999 PMIDs of a search."""
FIRST_DAY = date(1000, 1, 1)
LAST_DAY = date(3000, 12, 31)
FIRST_CREATED = date(1960, 1, 1)
"""Before any date of creation that PubMed gives; only where a split begins to look."""
LAST_PMID = 2**31 - 1
BATCH = 200
KEPT_FOR = timedelta(hours=12)
"""Parts of an interrupted search are used again for this long: PubMed changes every day."""

Window = tuple[date, date]
Raw = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Identity:
    """Who asks, as NCBI wants to know. An API key allows 10 requests a second instead of 3."""

    tool: str = "sinteza"
    email: str = ""
    api_key: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Identity:
        """NCBI_EMAIL (or EMAIL), NCBI_API_KEY and NCBI_TOOL."""
        env = os.environ if environ is None else environ
        return cls(
            env.get("NCBI_TOOL", "sinteza"),
            env.get("NCBI_EMAIL", env.get("EMAIL", "")),
            env.get("NCBI_API_KEY", ""),
        )

    @property
    def per_second(self) -> float:
        """Requests a second that NCBI allows."""
        return 10.0 if self.api_key else 3.0

    @property
    def fields(self) -> dict[str, str]:
        """The form fields that say so."""
        named = {"tool": self.tool, "email": self.email, "api_key": self.api_key}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class SearchAnswer:
    """A whole search: PMIDs in PubMed's order of the parts, and all PubMed said of it.

    ``translation`` and ``translation_set`` are those of the query itself (not of the parts it was
    split into); ``warnings`` are PubMed's; ``at`` is when the search began (UTC); ``raw`` the
    answers as they came, by name.
    """

    query: str
    term: str
    ids: tuple[str, ...]
    count: int
    translation: str
    translation_set: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    at: datetime
    raw: Raw


@dataclass(frozen=True)
class _Part:
    """One ESearch answer, read."""

    count: int
    ids: tuple[str, ...]
    translation: str
    translation_set: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


@dataclass
class _Log:
    """The answers of one search as they came, and when the first of them was asked for."""

    began: float
    answers: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, name: str, body: bytes, asked: float) -> None:
        self.answers.append((f"esearch-{len(self.answers):04d} {name}.xml", body))
        self.began = min(self.began, asked)


def connect(
    identity: Identity | None = None,
    *,
    keep: Path | None = None,
    lock: Path | None = None,
    base: str | None = None,
) -> PubMed:
    """PubMed over the real network, to be used in ``with``.

    ``base`` or SINTEZA_EUTILS name another server that speaks the same protocol.
    ``keep`` is where answers wait for a resumed run; ``lock`` the file that all processes of this
    machine share for the rate limit (by default in the user's cache).
    """
    who = identity or Identity.from_environment()
    limit = RateLimit(who.per_second, lock or _shared_folder() / "eutils.slot")
    http = Http(HttpxTransport(agent=f"{who.tool} ({who.email or 'no e-mail given'})"), limit)
    server = base or os.environ.get("SINTEZA_EUTILS") or BASE
    return PubMed(http, who, keep=keep, base=server)


def _shared_folder() -> Path:
    """Where all processes of this user find the rate limit: the cache, or else the temporary
    folder.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sinteza"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir())
    return cache if os.access(cache, os.W_OK) else Path(tempfile.gettempdir())


class PubMed:
    """The live PubMed. It knows queries, PMIDs and XML; no review."""

    def __init__(
        self,
        http: Http,
        identity: Identity | None = None,
        *,
        keep: Path | None = None,
        base: str = BASE,
        batch: int = BATCH,
        max_ids: int = MAX_IDS,
    ) -> None:
        self.http = http
        self.identity = identity or Identity()
        self.keep = keep
        self.base = base
        self.batch = batch
        self.max_ids = max_ids

    def __enter__(self) -> PubMed:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.transport.close()

    # ---- search

    def search(
        self,
        query: str,
        *,
        window: Window | None = None,
        date_field: str = "dp",
        allow: Collection[str] = (),
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> SearchAnswer:
        """Every PMID of a query, within a window of ``date_field`` (both days included).

        The query is checked first (QueryError; ``allow`` names accepted notes, see
        :mod:`sinteza.query.lint`). Raises SourceRefused if PubMed does not understand a field,
        SourceUnavailable if it does not answer, SourceError if the answers never add up.
        """
        ensure_sendable(query, allow=allow)
        term = within(query, window, date_field)
        for attempt in range(3):  # PubMed may change while the parts are read
            raw = _Log(self.http.now())
            whole = self._esearch(term, raw, "count", retmax=0, again=True)
            ids = self._collect(term, whole.count, raw, progress, by_date=attempt == 0)
            self._forget_searches()
            if ids is not None:
                return SearchAnswer(
                    query=query,
                    term=term,
                    ids=ids,
                    count=whole.count,
                    translation=whole.translation,
                    translation_set=whole.translation_set,
                    warnings=whole.warnings,
                    at=datetime.fromtimestamp(raw.began, UTC),
                    raw=tuple(raw.answers),
                )
        raise SourceError(
            "PubMed's parts of this search do not add up to its count",
            where=self.base,
            hint="PubMed may be updating: run the same search later.",
        )

    def requests(
        self, query: str, *, window: Window | None = None, date_field: str = "dp"
    ) -> tuple[Request, ...]:
        """What :meth:`search` would send first (a dry run): the count, then the PMIDs."""
        term = within(query, window, date_field)
        return (
            self._request("esearch", _search_fields(term, 0)),
            self._request("esearch", _search_fields(term, self.max_ids)),
        )

    def count(self, query: str, *, window: Window | None = None, date_field: str = "dp") -> int:
        """How many records a query finds now."""
        return self._esearch(
            within(query, window, date_field), _Log(0), "count", retmax=0, again=True
        ).count

    def _collect(
        self,
        term: str,
        count: int,
        raw: _Log,
        progress: Callable[[str, int, int | None], None] | None,
        *,
        by_date: bool,
    ) -> tuple[str, ...] | None:
        """All PMIDs, or None if the parts do not add up.

        Splitting by date gives few parts; by PMID alone serves where records lack a date.
        """
        if count == 0:
            return ()
        if count <= self.max_ids:
            return self._part(term, count, raw)
        found: dict[str, None] = {}
        if by_date:
            parts = self._split_by_date(term, count, raw)
        else:
            parts = self._split_by_pmid(term, "", count, raw)
        for clause, expected in parts:
            part = self._part(f"({term}) AND {clause}", expected, raw)
            if part is None:
                return None
            found.update(dict.fromkeys(part))
            if progress is not None:
                progress("PMIDs", len(found), count)
        return tuple(found) if len(found) == count else None

    def _split_by_date(self, term: str, count: int, raw: _Log) -> Iterator[tuple[str, int]]:
        """Clauses that cut the set into parts PubMed gives whole, with their counts.

        Every record has one date of creation, so the parts share nothing; only one half of each
        cut is counted, the other is what is left.
        """
        today = datetime.fromtimestamp(self.http.now(), UTC).date()
        first, last = FIRST_CREATED, today + timedelta(days=7)
        if self._size(term, f"{written(first)}:{written(last)}[crdt]", raw) != count:
            first, last = FIRST_DAY, LAST_DAY  # dates that should not be: look everywhere
        pending = [(first, last, count)]
        while pending:
            first, last, size = pending.pop()
            if size == 0:
                continue
            if size <= self.max_ids:
                yield f"{written(first)}:{written(last)}[crdt]", size
            elif first == last:
                day = f"{written(first)}:{written(first)}[crdt] AND "
                yield from self._split_by_pmid(term, day, size, raw)
            else:
                middle = first + (last - first) // 2
                clause = f"{written(first)}:{written(middle)}[crdt]"
                earlier = min(self._size(term, clause, raw), size)
                pending.append((middle + timedelta(days=1), last, size - earlier))
                pending.append((first, middle, earlier))

    def _split_by_pmid(
        self, term: str, day: str, count: int, raw: _Log
    ) -> Iterator[tuple[str, int]]:
        pending = [(1, LAST_PMID, count)]
        while pending:
            low, high, size = pending.pop()
            if size == 0:
                continue
            if size <= self.max_ids or low == high:
                yield f"{day}{low}:{high}[uid]", size
                continue
            middle = (low + high) // 2
            lower = min(self._size(term, f"{day}{low}:{middle}[uid]", raw), size)
            pending.append((middle + 1, high, size - lower))
            pending.append((low, middle, lower))

    def _size(self, term: str, clause: str, raw: _Log) -> int:
        return self._esearch(f"({term}) AND {clause}", raw, f"count {clause}", retmax=0).count

    def _part(self, term: str, expected: int, raw: _Log) -> tuple[str, ...] | None:
        """The PMIDs of a part that must have ``expected`` of them; None if it has not."""
        part = self._esearch(term, raw, "ids", retmax=self.max_ids)
        if part.count != expected or len(set(part.ids)) != expected:
            return None
        return part.ids

    def _esearch(
        self, term: str, raw: _Log, name: str, *, retmax: int, again: bool = False
    ) -> _Part:
        """One answer; a part of an interrupted search is read again unless ``again``."""
        request = self._request("esearch", _search_fields(term, retmax))
        body, began = None, raw.began
        if not again:
            body, began = self._kept("esearch", f"{retmax} {term}")
        if body is None:
            began = self.http.now()
            body = self.http.send(request, lambda reply: _check_search(reply, retmax)).body
            if not again:
                self._keep("esearch", f"{retmax} {term}", body)
        raw.add(name, body, began)
        return _read_search(_xml(body))

    def _path(self, kind: str, key: str) -> Path | None:
        if self.keep is None:
            return None
        return self.keep / f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:32]}.xml"

    def _kept(self, kind: str, key: str) -> tuple[bytes | None, float]:
        """What an interrupted run left, unless it is too old, and when it was asked."""
        path = self._path(kind, key)
        now = self.http.now()
        if path is None or not path.is_file():
            return None, now
        asked = path.stat().st_mtime
        if now - asked > KEPT_FOR.total_seconds():
            path.unlink(missing_ok=True)
            return None, now
        return path.read_bytes(), asked

    def _keep(self, kind: str, key: str, body: bytes) -> None:
        """Whole or not at all: a crash leaves no half file under the final name."""
        path = self._path(kind, key)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.part")
        with fresh.open("wb") as handle:
            handle.write(body)
            handle.flush()
            os.fsync(handle.fileno())
        now = self.http.now()
        os.utime(fresh, (now, now))
        fresh.replace(path)

    def _forget_searches(self) -> None:
        """Answers that served: the next search asks PubMed again."""
        if self.keep is not None:
            for path in self.keep.glob("esearch-*.xml"):
                path.unlink(missing_ok=True)

    # ---- records

    def fetch(
        self,
        ids: Sequence[str],
        *,
        missing: Callable[[tuple[str, ...]], None] | None = None,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> Iterator[bytes]:
        """EFetch XML (``PubmedArticleSet``) of every PMID, some hundred records at a time.

        Each answer is checked to be whole and to hold just the PMIDs asked for; what it lacks is
        asked for again, one by one. PMIDs that PubMed then still does not have (withdrawn ones)
        go to ``missing``, or raise SourceRefused when it is not given. With ``keep`` an
        interrupted fetch goes on where it stopped.
        """
        wanted = list(dict.fromkeys(str(pmid) for pmid in ids))
        for pmid in wanted:
            if not pmid.isdecimal():
                raise SourceRefused(f"'{pmid}' is not a PMID")
        absent: list[str] = []
        done = 0
        for start in range(0, len(wanted), self.batch):
            batch = wanted[start : start + self.batch]
            body, there = self._records(batch)
            if there:
                yield body
            for pmid in batch:
                if pmid in there:
                    continue
                for _ in range(2):  # twice: an empty answer may be a passing fault
                    body, found = self._records([pmid])
                    if found:
                        yield body
                        break
                else:
                    absent.append(pmid)
            done += len(batch)
            if progress is not None:
                progress("records", done, len(wanted))
        if absent:
            if missing is None:
                raise SourceRefused(
                    f"PubMed has no record for {len(absent)} of the PMIDs asked for: "
                    + ", ".join(absent[:20])
                    + (" ..." if len(absent) > 20 else ""),
                    where=self.base,
                    hint="They may have been withdrawn or merged; take them out of the list.",
                )
            missing(tuple(absent))

    def _records(self, batch: Sequence[str]) -> tuple[bytes, frozenset[str]]:
        """One answer and the PMIDs it holds, all of them asked for."""
        key = " ".join(batch)
        asked = frozenset(batch)
        body, _ = self._kept("efetch", key)
        if body is not None:
            return body, asked
        request = self._request("efetch", {"retmode": "xml", "id": ",".join(batch)})
        there: frozenset[str] = frozenset()

        def check(reply: Reply) -> None:
            nonlocal there
            there = _check_records(reply, asked)

        body = self.http.send(request, check).body
        if there == asked:
            self._keep("efetch", key, body)
        return body, there

    def forget(self) -> None:
        """Take away the answers kept for a resumed run: what they held is stored elsewhere now."""
        if self.keep is not None:
            for pattern in ("esearch-*.xml", "efetch-*.xml", "*.part"):
                for path in self.keep.glob(pattern):
                    path.unlink(missing_ok=True)

    # ---- the other utilities

    def post(self, ids: Iterable[str]) -> tuple[str, str]:
        """EPost: put PMIDs on the history server; its WebEnv and query key."""
        request = self._request("epost", {"id": ",".join(ids)})
        root = _xml(self.http.send(request, _check_xml).body)
        return root.findtext("WebEnv") or "", root.findtext("QueryKey") or ""

    def fetch_history(
        self, webenv: str, query_key: str, *, start: int = 0, size: int = BATCH
    ) -> bytes:
        """EFetch XML of ``size`` records of a set on the history server, from ``start``."""
        fields = {
            "retmode": "xml", "WebEnv": webenv, "query_key": query_key,
            "retstart": str(start), "retmax": str(size),
        }  # fmt: skip
        return self.http.send(self._request("efetch", fields), _check_xml).body

    def summaries(self, ids: Sequence[str]) -> Iterator[bytes]:
        """ESummary XML of PMIDs, some hundred at a time."""
        for start in range(0, len(ids), self.batch):
            fields = {"retmode": "xml", "id": ",".join(ids[start : start + self.batch])}
            yield self.http.send(self._request("esummary", fields), _check_xml).body

    def info(self) -> dict[str, Any]:
        """EInfo of PubMed: when it was last built, how many records, its fields."""
        root = _xml(self.http.send(self._request("einfo", {"retmode": "xml"}), _check_xml).body)
        about = root.find("DbInfo")
        if about is None:
            raise SourceError("EInfo says nothing of PubMed", where=self.base)
        return {
            "build": about.findtext("DbBuild") or "",
            "updated": about.findtext("LastUpdate") or "",
            "records": int(about.findtext("Count") or 0),
            "fields": {
                row.findtext("Name") or "": row.findtext("FullName") or ""
                for row in about.iterfind("FieldList/Field")
            },
        }

    def _request(self, utility: str, fields: Mapping[str, str]) -> Request:
        return Request(
            f"{self.base}{utility}.fcgi", {"db": "pubmed", **fields, **self.identity.fields}
        )


def within(query: str, window: Window | None, date_field: str = "dp") -> str:
    """The query limited to a window of dates, as it is sent."""
    if window is None:
        return query
    first, last = window
    known = find(date_field)
    if known is None or known.kind != "date":
        raise SourceRefused(f"PubMed has no date field [{date_field}]")
    if last < first:
        raise SourceRefused(f"the window ends ({last}) before it starts ({first})")
    return f"({query}) AND {written(first)}:{written(last)}[{known.key}]"


def _search_fields(term: str, retmax: int) -> dict[str, str]:
    return {"retmode": "xml", "usehistory": "y", "retmax": str(retmax), "term": term}


# ---- reading answers: errors hide inside HTTP 200

_BUSY = re.compile(
    r"rate limit|backend failed|temporar|timed? ?out|try again|unable to (?:obtain|connect|open)"
    r"|unavailable|server error|resource|overload|connection|WebEnv|history",
    re.IGNORECASE,
)


def _xml(body: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(body, parser)


def _check_xml(reply: Reply) -> None:
    _whole(reply)


def _whole(reply: Reply) -> Any:
    """The root of an answer; one that is no whole XML, or carries an error, does not pass."""
    from lxml import etree

    start = reply.body.lstrip()[:2000]
    if start[:1] == b"{":
        _check_json(start, reply.body)
    if b"<html" in start.lower() or b"<!doctype html" in start.lower():
        raise SourceUnavailable("a web page came instead of an answer")
    try:
        root = _xml(reply.body)
    except etree.XMLSyntaxError as error:
        raise SourceUnavailable(f"the answer is cut off or broken ({error.msg})") from error
    for found in root.iter("ERROR", "Error", "error"):
        _raise(found.text or "an error without words")
    return root


def _check_json(start: bytes, body: bytes) -> None:
    try:
        message = json.loads(body).get("error")
    except (ValueError, AttributeError):
        message = None
    if message:
        _raise(str(message))
    raise SourceUnavailable(f"JSON came instead of XML: {start[:80].decode('utf-8', 'replace')}")


def _raise(message: str) -> None:
    text = " ".join(message.split())[:300]
    if "retstart" in text or not _BUSY.search(text):
        raise SourceRefused(f"PubMed answers: {text}")
    raise SourceUnavailable(f"PubMed answers: {text}")


def _check_search(reply: Reply, retmax: int) -> None:
    part = _read_search(_whole(reply))
    expected = min(part.count, retmax)
    if len(part.ids) != expected or len(set(part.ids)) != expected:
        raise SourceUnavailable(
            f"PubMed says it gives {expected} PMIDs and gives {len(set(part.ids))}"
        )


def _read_search(root: Any) -> _Part:
    count = root.findtext("Count")
    if root.tag != "eSearchResult" or count is None or not count.isdecimal():
        raise SourceUnavailable("the answer has no count")
    unknown = [row.text or "" for row in root.iterfind("ErrorList/FieldNotFound")]
    if unknown:
        raise SourceRefused(
            f"PubMed has no field {', '.join(unknown)}", hint="Check it: sinteza query check."
        )
    warnings = [
        f"{row.tag}: {row.text or ''}"
        for path in ("ErrorList", "WarningList")
        for row in root.iterfind(f"{path}/*")
    ]
    return _Part(
        count=int(count),
        ids=tuple(row.text or "" for row in root.iterfind("IdList/Id")),
        translation=root.findtext("QueryTranslation") or "",
        translation_set=tuple(
            (row.findtext("From") or "", row.findtext("To") or "")
            for row in root.iterfind("TranslationSet/Translation")
        ),
        warnings=tuple(warnings),
    )


def _check_records(reply: Reply, asked: frozenset[str]) -> frozenset[str]:
    """The PMIDs of an answer to EFetch."""
    try:
        root = _whole(reply)
    except SourceRefused as refusal:
        if "empty result" in refusal.what.casefold():
            return frozenset()  # PubMed's way to say that it has no such record
        raise
    if root.tag != "PubmedArticleSet":
        raise SourceUnavailable(f"<{root.tag}> came instead of records")
    there = frozenset(
        row.text or ""
        for path in ("PubmedArticle/MedlineCitation/PMID", "PubmedBookArticle/BookDocument/PMID")
        for row in root.iterfind(path)
    )
    if there - asked:
        raise SourceUnavailable(
            f"PubMed gives records nobody asked for: {', '.join(sorted(there - asked)[:5])}"
        )
    return there
