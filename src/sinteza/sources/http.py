"""One polite way to talk to a server: a rate limit shared by all processes, and patient retries.

Everything that makes a run unrepeatable (clock, sleep, randomness, the network itself) is an
argument, so that the rules are testable without any of them.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol

from sinteza.errors import SourceRefused, SourceUnavailable

RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Request:
    """A POST of form fields or of a ``body`` (or a GET without either).

    ``secret`` fields are hidden when shown; ``headers`` and ``body`` are not shown at all.
    """

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    secret: frozenset[str] = frozenset({"api_key"})
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def shown(self) -> str:
        """What would be sent, one line, secrets hidden and long values shortened."""
        parts = []
        for name, value in self.fields.items():
            text = "..." if name in self.secret else value
            parts.append(f"{name}={text if len(text) <= 300 else text[:297] + '...'}")
        return f"{self.method} {self.url} " + " & ".join(parts)


@dataclass(frozen=True)
class Reply:
    """What came back, whole."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header by name, whatever its case; empty if absent."""
        wanted = name.casefold()
        return next((v for k, v in self.headers.items() if k.casefold() == wanted), "")


class Transport(Protocol):
    """Sends one request. Raises SourceUnavailable when no whole answer comes."""

    def send(self, request: Request, *, timeout: float) -> Reply:
        """Send and wait for the whole answer (``timeout`` in seconds)."""

    def close(self) -> None:
        """Let the connections go."""


class HttpxTransport:
    """The real network, through httpx2; one connection pool per instance."""

    def __init__(self, *, agent: str = "sinteza") -> None:
        self._agent = agent
        self._client: Any = None

    def send(self, request: Request, *, timeout: float) -> Reply:
        """Send through httpx2; every failure of the connection is SourceUnavailable."""
        import httpx2

        if self._client is None:
            self._client = httpx2.Client(headers={"User-Agent": self._agent}, follow_redirects=True)
        data = dict(request.fields) or None
        try:
            answer = self._client.request(
                request.method,
                request.url,
                data=data,
                content=request.body or None,
                headers=dict(request.headers),
                timeout=timeout,
            )
        except httpx2.RequestError as error:
            raise SourceUnavailable(
                f"no whole answer ({type(error).__name__}: {error})", where=request.url
            ) from error
        return Reply(answer.status_code, answer.content, dict(answer.headers))

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[Any]:
    """A file opened for reading and writing that one process at a time holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        try:
            import fcntl
        except ImportError:  # Windows: no lock, the limit then holds per process
            yield handle
            return
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield handle
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


@dataclass
class RateLimit:
    """At most ``per_second`` starts a second, over all processes that share the file ``path``.

    The file holds the time of the last slot given away. A process takes the next slot under a
    lock and then sleeps until it comes, so waiting never holds the others up. Without a path the
    limit is this object's own.
    """

    per_second: float
    path: Path | None = None
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _last: float = field(default=0.0, init=False)

    def wait(self) -> None:
        """Sleep until the next free slot."""
        if self.path is None:
            slot = self._last = self._next(self._last)
        else:
            with locked(self.path) as handle:
                handle.seek(0)
                try:
                    last = float(handle.read() or 0)
                except ValueError:
                    last = 0.0
                slot = self._next(last)
                handle.seek(0)
                handle.truncate()
                handle.write(repr(slot))
                handle.flush()
        delay = slot - self.now()
        if delay > 0:
            self.sleep(delay)

    def _next(self, last: float) -> float:
        now = self.now()
        if last > now + 600:  # the clock was set back: the old slot means nothing
            last = 0.0
        return max(now, last + 1.0 / self.per_second)


@dataclass
class Http:
    """Requests with a rate limit and retries.

    A try is repeated after a connection that breaks, a status of ``RETRY_STATUSES``, or an answer
    the caller's ``check`` finds unusable (SourceUnavailable); the pause doubles from ``base``
    seconds to ``cap``, with full jitter, or is what Retry-After asks (up to ``patience``). After
    ``attempts`` tries SourceUnavailable says what the last one met. Other statuses of 400 and
    above are SourceRefused at once.
    """

    transport: Transport
    limit: RateLimit
    attempts: int = 7
    base: float = 1.0
    cap: float = 60.0
    patience: float = 300.0
    timeout: float = 120.0
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def send(self, request: Request, check: Callable[[Reply], None] | None = None) -> Reply:
        """The first whole and usable answer."""
        failure: SourceUnavailable | None = None
        for attempt in range(self.attempts):
            self.limit.wait()
            pause: float | None = None
            try:
                reply = self.transport.send(request, timeout=self.timeout)
                pause = self._asked_pause(reply)
                self._usable(request, reply)
                if check is not None:
                    check(reply)
            except SourceUnavailable as error:
                failure = error
            else:
                return reply
            if attempt + 1 < self.attempts:
                if pause is None:
                    pause = self.uniform(0, min(self.cap, self.base * 2**attempt))
                self.sleep(pause)
        assert failure is not None
        raise SourceUnavailable(
            f"{failure.what}; tried {self.attempts} times",
            where=request.url,
            hint="Run the same command later: what was fetched is kept.",
        ) from failure

    def _usable(self, request: Request, reply: Reply) -> None:
        if reply.status in RETRY_STATUSES:
            raise SourceUnavailable(f"the server answers {reply.status}", where=request.url)
        if reply.status >= 400:
            start = " ".join(reply.body[:200].decode("utf-8", "replace").split())
            raise SourceRefused(f"the server answers {reply.status}: {start}", where=request.url)

    def _asked_pause(self, reply: Reply) -> float | None:
        asked = reply.header("Retry-After").strip()
        if not asked or reply.status not in RETRY_STATUSES:
            return None
        try:
            seconds = float(asked)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(asked).timestamp() - self.now()
            except ValueError:
                return None
        return min(max(seconds, 0.0), self.patience)
