"""A small OAI-PMH repository that answers over HTTP as the protocol says, with faults on demand."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title>'
    "<dc:creator>Popescu, Ștefan</dc:creator><dc:date>{year}</dc:date>"
    "<dc:identifier>https://doi.org/10.5555/{n}</dc:identifier>"
    "<dc:description>Rezumat {n}</dc:description><dc:type>info:eu-repo/semantics/article</dc:type>"
    "<dc:language>ro</dc:language></oai_dc:dc>"
)
MARC = (
    '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nab a2200000 i 4500</leader>'
    '<controlfield tag="001">{n}</controlfield><datafield tag="100" ind1="1" ind2=" ">'
    '<subfield code="a">Popescu, Ștefan</subfield></datafield>'
    '<datafield tag="245" ind1="1" ind2="0"><subfield code="a">{title} /</subfield></datafield>'
    '<datafield tag="264" ind1=" " ind2="1"><subfield code="c">{year}</subfield></datafield>'
    "</record>"
)
XOAI = (
    '<metadata xmlns="http://www.lyncode.com/xoai"><element name="dc"><element name="title">'
    '<element name="ro"><field name="value">{title}</field></element></element>'
    '<element name="contributor"><element name="author"><element name="none">'
    '<field name="value">Popescu, Ștefan</field></element></element></element>'
    '<element name="date"><element name="accessioned"><element name="none">'
    '<field name="value">2023-01-01</field></element></element><element name="issued">'
    '<element name="none"><field name="value">{year}</field></element></element></element>'
    "</element></metadata>"
)


@dataclass
class Repository:
    """``size`` records, ``page`` of them an answer; every seventh is deleted."""

    size: int = 23
    page: int = 5
    granularity: str = "YYYY-MM-DD"
    sets: bool = True
    faults: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)
    loop: bool = False

    def day(self, n: int) -> str:
        return f"2024-01-{n:02d}" if n <= 28 else f"2024-02-{n - 28:02d}"

    def answer(self, query: dict[str, str]) -> str:
        verb = query.get("verb", "")
        inner = {
            "Identify": self.identify,
            "ListSets": self.list_sets,
            "ListMetadataFormats": self.list_formats,
            "ListRecords": self.list_records,
            "GetRecord": self.get_record,
        }.get(verb)
        body = inner(query) if inner else self.error("badVerb", "no such verb")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f"<responseDate>2024-03-01T00:00:00Z</responseDate><request/>{body}</OAI-PMH>"
        )

    def error(self, code: str, words: str) -> str:
        return f'<error code="{code}">{words}</error>'

    def identify(self, query: dict[str, str]) -> str:
        return (
            "<Identify><repositoryName>Biblioteca</repositoryName><baseURL>x</baseURL>"
            "<protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail>"
            "<earliestDatestamp>2024-01-01</earliestDatestamp>"
            f"<deletedRecord>persistent</deletedRecord><granularity>{self.granularity}"
            "</granularity></Identify>"
        )

    def list_sets(self, query: dict[str, str]) -> str:
        if not self.sets:
            return self.error("noSetHierarchy", "")
        if query.get("resumptionToken"):
            return "<ListSets><set><setSpec>b</setSpec><setName>B</setName></set></ListSets>"
        return (
            "<ListSets><set><setSpec>a</setSpec><setName>Medicină</setName></set>"
            "<resumptionToken>more</resumptionToken></ListSets>"
        )

    def list_formats(self, query: dict[str, str]) -> str:
        names = "".join(
            f"<metadataFormat><metadataPrefix>{p}</metadataPrefix></metadataFormat>"
            for p in ("oai_dc", "marcxml", "xoai")
        )
        return f"<ListMetadataFormats>{names}</ListMetadataFormats>"

    def record(self, n: int, prefix: str) -> str:
        header = f"<identifier>oai:x:{n}</identifier><datestamp>{self.day(n)}</datestamp>"
        if n % 7 == 0:
            return f'<record><header status="deleted">{header}</header></record>'
        shape = {"oai_dc": DC, "marcxml": MARC, "xoai": XOAI}[prefix]
        told = shape.format(n=n, title=escape(f"Epilepsia & șocul {n}"), year=2000 + n)
        return (
            f"<record><header>{header}<setSpec>a</setSpec></header>"
            f"<metadata>{told}</metadata></record>"
        )

    def get_record(self, query: dict[str, str]) -> str:
        number = query["identifier"].rsplit(":", 1)[-1]
        if not number.isdigit() or not 1 <= int(number) <= self.size:
            return self.error("idDoesNotExist", "unknown")
        return f"<GetRecord>{self.record(int(number), query['metadataPrefix'])}</GetRecord>"

    def list_records(self, query: dict[str, str]) -> str:
        token = query.get("resumptionToken", "")
        if token:
            if token in self.expired:
                return self.error("badResumptionToken", "expired")
            prefix, first, last, start = token.split("|")
        else:
            prefix = query.get("metadataPrefix", "")
            if prefix not in ("oai_dc", "marcxml", "xoai"):
                return self.error("cannotDisseminateFormat", prefix)
            first, last, start = query.get("from", ""), query.get("until", ""), "0"
        wanted = [
            n
            for n in range(1, self.size + 1)
            if (not first or self.day(n) >= first[:10]) and (not last or self.day(n) <= last[:10])
        ]
        if not wanted:
            return self.error("noRecordsMatch", "")
        here = wanted[int(start) : int(start) + self.page]
        after = int(start) + self.page
        following = f"{prefix}|{first}|{last}|{after}" if after < len(wanted) else ""
        if self.loop and token:
            following = token
        size = f'completeListSize="{len(wanted)}" cursor="{start}"'
        resumption = f"<resumptionToken {size}>{following}</resumptionToken>"
        records = "".join(self.record(n, prefix) for n in here)
        return f"<ListRecords>{records}{resumption}</ListRecords>"


@contextlib.contextmanager
def serve(repository: Repository) -> Iterator[str]:
    """The repository at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            repository.asked.append(query)
            fault = repository.faults.pop(0) if repository.faults else ""
            body = repository.answer(query).encode()
            status = 200
            if fault == "busy":
                status, body = 503, b"later"
            elif fault == "cut":
                body = body[: len(body) // 2]
            elif fault == "html":
                body = b"<html><body>Login</body></html>"
            elif fault == "gone":
                status, body = 404, b"not here"
            self.send_response(status)
            if fault == "busy":
                self.send_header("Retry-After", "0")
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/oai/request"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
