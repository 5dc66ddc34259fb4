"""A small E-utilities server for tests: real records over loopback, with faults on demand."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from sinteza.query.syntax import Boolean, DateRange, Node, PmidRange, parse

FAULTS = (
    "429", "429 with Retry-After", "500", "cut connection", "truncated XML", "HTML page",
    "wrong count", "missing PMIDs", "slow", "error in 200", "JSON error", "surplus record",
)  # fmt: skip

_RECORD = re.compile(rb"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL)
_PMID = re.compile(rb"<PMID Version=\"\d+\">(\d+)</PMID>")
_CREATED = re.compile(
    rb'<PubMedPubDate PubStatus="entrez"><Year>(\d+)</Year><Month>(\d+)</Month><Day>(\d+)</Day>'
)


@dataclass(frozen=True)
class FakeRecord:
    pmid: int
    created: date
    xml: bytes


def real_records(folder: Path) -> list[FakeRecord]:
    found = []
    for path in sorted(folder.glob("asm_trials_00*.xml.gz")):
        for xml in _RECORD.findall(gzip.decompress(path.read_bytes())):
            pmid, created = _PMID.search(xml), _CREATED.search(xml)
            assert pmid is not None
            day = date(*map(int, created.groups())) if created else date(2000, 1, 1)
            found.append(FakeRecord(int(pmid.group(1)), day, xml))
    return found


@dataclass
class FakePubMed:
    """What the server holds, and the faults it will commit: one per request, then none."""

    records: list[FakeRecord]
    faults: list[str] = field(default_factory=list)
    forever: str = ""
    slow: float = 0.6
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    after: Callable[[FakePubMed], None] | None = None

    def matching(self, node: Node) -> set[int]:
        if isinstance(node, Boolean) and node.op == "AND":
            return set.intersection(*(self.matching(part) for part in node.operands))
        if isinstance(node, DateRange) and node.field == "crdt":
            last = node.last or date.max
            return {r.pmid for r in self.records if node.first <= r.created <= last}
        if isinstance(node, PmidRange):
            return {r.pmid for r in self.records if node.first <= r.pmid <= node.last}
        return {r.pmid for r in self.records}  # every record is about the topic

    def esearch(self, form: dict[str, str], fault: str) -> bytes:
        ids = sorted(self.matching(parse(form["term"]).root) - self.hidden, reverse=True)
        count = len(ids)
        given = ids[: int(form["retmax"])]
        if fault == "wrong count":
            count += 3
        if fault == "missing PMIDs":
            given = given[:-1]
        rows = "".join(f"<Id>{pmid}</Id>" for pmid in given)
        return (
            '<?xml version="1.0" encoding="UTF-8" ?>\n<eSearchResult>'
            f"<Count>{count}</Count><RetMax>{len(given)}</RetMax><RetStart>0</RetStart>"
            f"<QueryKey>1</QueryKey><WebEnv>MCID_1</WebEnv><IdList>{rows}</IdList>"
            "<TranslationSet><Translation><From>epilepsy</From>"
            '<To>"epilepsy"[MeSH Terms]</To></Translation></TranslationSet>'
            f"<QueryTranslation>{escape(form['term'])}</QueryTranslation></eSearchResult>"
        ).encode()

    def efetch(self, form: dict[str, str], fault: str) -> bytes:
        wanted = {int(pmid) for pmid in form["id"].split(",")}
        found = [r for r in self.records if r.pmid in wanted and r.pmid not in self.hidden]
        if not found:
            return b"<eFetchResult><ERROR>Empty result - nothing to do</ERROR></eFetchResult>"
        if fault == "missing PMIDs":
            found = found[:-1]
        if fault == "surplus record":
            found.append(next(r for r in self.records if r.pmid not in wanted))
        body = b"\n".join(r.xml for r in found)
        return b'<?xml version="1.0" ?>\n<PubmedArticleSet>\n' + body + b"\n</PubmedArticleSet>\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    fake: FakePubMed

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is Python's
        pass

    def do_POST(self) -> None:
        fake = self.fake
        size = int(self.headers["Content-Length"])
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(size).decode()).items()}
        utility = self.path.rsplit("/", 1)[-1].removesuffix(".fcgi")
        fault = fake.faults.pop(0) if fake.faults else fake.forever
        fake.requests.append((utility, form))
        if fake.after is not None:
            fake.after(fake)
        if fault.startswith("429"):
            return self.answer(429, b"slow down", "1" if "Retry" in fault else None)
        if fault == "500":
            return self.answer(500, b"<html>Internal error</html>")
        if fault == "HTML page":
            return self.answer(200, b"<!DOCTYPE html><html><body>Maintenance</body></html>")
        if fault == "JSON error":
            return self.answer(200, b'{"error":"API rate limit exceeded","count":"4"}')
        if fault == "error in 200":
            return self.answer(
                200, b"<eSearchResult><ERROR>Search Backend failed</ERROR></eSearchResult>"
            )
        body = getattr(fake, utility)(form, fault)
        if fault == "slow":
            time.sleep(fake.slow)
        if fault == "truncated XML":
            body = body[: len(body) * 2 // 3]
        if fault == "cut connection":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            return None
        return self.answer(200, body)

    def answer(self, status: int, body: bytes, retry_after: str | None = None) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client no longer waits


class FakeServer:
    """``with FakeServer(fake) as base:`` serves on a free loopback port."""

    def __init__(self, fake: FakePubMed) -> None:
        handler = type("Handler", (_Handler,), {"fake": fake})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}/entrez/eutils/"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
