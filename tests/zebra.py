"""A real SRU server: Debian's idzebra over MARCXML records of our own making."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

MODULES = Path("/usr/lib/x86_64-linux-gnu/idzebra-2.0/modules")
TABLES = Path("/usr/share/idzebra-2.0/tab")


def available() -> bool:
    """True if zebra and its DOM filter are installed."""
    return bool(
        shutil.which("zebrasrv") and shutil.which("zebraidx") and (MODULES / "mod-dom.so").exists()
    )


INDEX = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:m="http://www.loc.gov/MARC21/slim" xmlns:z="http://indexdata.com/zebra-2.0">
<xsl:template match="m:record"><z:record z:id="{m:controlfield[@tag='001']}">
 <z:index name="title:w any:w"><xsl:value-of select="m:datafield[@tag='245']/m:subfield"/></z:index>
 <z:index name="author:w any:w"><xsl:value-of select="m:datafield[@tag='100']/m:subfield"/>
 </z:index>
 <xsl:for-each select="m:datafield[@tag='650']"><z:index name="subject:w any:w">
  <xsl:value-of select="m:subfield"/></z:index></xsl:for-each>
 <z:index name="date:w date:n"><xsl:value-of select="m:datafield[@tag='264']/m:subfield"/></z:index>
</z:record></xsl:template></xsl:stylesheet>"""

DC = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:m="http://www.loc.gov/MARC21/slim" xmlns:dc="http://purl.org/dc/elements/1.1/">
<xsl:template match="m:record"><dc:dc><dc:title>
 <xsl:value-of select="m:datafield[@tag='245']/m:subfield"/></dc:title><dc:creator>
 <xsl:value-of select="m:datafield[@tag='100']/m:subfield"/></dc:creator><dc:date>
 <xsl:value-of select="m:datafield[@tag='264']/m:subfield"/></dc:date></dc:dc>
</xsl:template></xsl:stylesheet>"""

FILTER = """<dom xmlns="http://indexdata.com/zebra-2.0">
<input syntax="xml"><xmlreader level="1"/></input>
<extract name="index"><xslt stylesheet="index.xsl"/></extract>
<retrieve name="marcxml"/><retrieve name="dc"><xslt stylesheet="dc.xsl"/></retrieve></dom>"""

PQF = """set.cql = info:srw/cql-context-set/1/cql-v1.1
set.dc = info:srw/cql-context-set/1/dc-v1.1
index.cql.serverChoice = 1=any
index.cql.allRecords = 1=_ALLRECORDS 2=103
index.dc.title = 1=title
index.dc.creator = 1=author
index.dc.subject = 1=subject
index.dc.date = 1=date 4=109
relation.< = 2=1
relation.le = 2=2
relation.eq = 2=3
relation.ge = 2=4
relation.> = 2=5
relation.scr = 2=3
relation.exact = 2=3
relation.all = 4=6
position.any = 3=3 6=1
structure.* = 4=1
truncation.right = 5=1
truncation.none = 5=100
"""

SERVER = """<yazgfs><listen id="tcp">tcp:127.0.0.1:{port}</listen><server id="s" listenref="tcp">
<config>zebra.cfg</config><cql2rpn>pqf.properties</cql2rpn>
<retrievalinfo>
 <retrieval syntax="xml" name="marcxml"><backend syntax="xml" name="marcxml"/></retrieval>
 <retrieval syntax="xml" name="dc"><backend syntax="xml" name="dc"/></retrieval>
</retrievalinfo>
<explain xmlns="http://explain.z3950.org/dtd/2.0/">
 <serverInfo><host>127.0.0.1</host><port>{port}</port><database>Default</database></serverInfo>
 <databaseInfo><title>Catalogul bibliotecii</title></databaseInfo>
 <indexInfo><set identifier="info:srw/cql-context-set/1/dc-v1.1" name="dc"/>
  <index><map><name set="dc">title</name></map></index>
  <index><map><name set="dc">creator</name></map></index></indexInfo>
 <schemaInfo><schema identifier="info:srw/schema/1/marcxml-v1.1" name="marcxml"/>
  <schema identifier="info:srw/schema/1/dc-v1.1" name="dc"/></schemaInfo>
</explain></server></yazgfs>"""


def record(n: int, title: str, author: str, year: int, subjects: tuple[str, ...]) -> str:
    """A MARCXML record."""
    words = "".join(
        f'<datafield tag="650" ind1=" " ind2="0"><subfield code="a">{escape(s)}</subfield>'
        "</datafield>"
        for s in subjects
    )
    return (
        "<record><leader>00000nab a2200000 i 4500</leader>"
        f'<controlfield tag="001">rec{n:04d}</controlfield>'
        f'<datafield tag="100" ind1="1" ind2=" "><subfield code="a">{escape(author)}</subfield>'
        '</datafield><datafield tag="245" ind1="1" ind2="0">'
        f'<subfield code="a">{escape(title)}</subfield></datafield>'
        f'<datafield tag="264" ind1=" " ind2="1"><subfield code="c">{year}</subfield></datafield>'
        f"{words}</record>"
    )


@contextlib.contextmanager
def serve(folder: Path, records: list[str]) -> Iterator[str]:
    """The address of an SRU server over these records; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    collection = f'<collection xmlns="http://www.loc.gov/MARC21/slim">{"".join(records)}'
    for name, text in (
        ("index.xsl", INDEX),
        ("dc.xsl", DC),
        ("filter.xml", FILTER),
        ("pqf.properties", PQF),
        ("server.xml", SERVER.format(port=port)),
        ("records.xml", collection + "</collection>"),
        (
            "zebra.cfg",
            f"profilePath: .:{TABLES}\nmodulePath: {MODULES}\nattset: bib1.att\n"
            "recordtype: dom.filter.xml\nstoreData: 1\nstoreKeys: 1\n",
        ),
    ):
        (folder / name).write_text(text, "utf-8")
    for step in (["init"], ["update", "records.xml"], ["commit"]):
        subprocess.run(
            ["zebraidx", "-c", "zebra.cfg", *step], cwd=folder, check=True, capture_output=True
        )
    server = subprocess.Popen(
        ["zebrasrv", "-S", "-f", "server.xml", "-v", "none"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/Default"
    finally:
        server.terminate()
        server.wait(10)
