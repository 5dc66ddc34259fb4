"""A hundred megabytes of PubMed XML, beside pubmed_parser.

pubmed_parser is no dependency: ``SINTEZA_PEER_PUBMED_PARSER`` names a Python that has it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import SHARED, stamp
from benchmarks.measure import run as measure

SIZE = 100_000_000
_ARTICLE = re.compile(rb"<PubmedArticle>.*?</PubmedArticle>", re.S)
_PMID = re.compile(rb"(<PMID[^>]*>)\d+(</PMID>)")

OURS = """
import json, resource, sys
from sinteza.sources.files import open_records
peaks, count = [], 0
for count, record in enumerate(open_records(sys.argv[1]), 1):
    if count in (1_000, 5_000):
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps([count, peaks]))
"""
THEIRS = """
import sys, pubmed_parser
print(len(list(pubmed_parser.parse_medline_xml(sys.argv[1]))))
"""


def build(path: Path) -> float:
    """Real articles, renumbered and repeated until the file is as large as a baseline file."""
    articles: list[bytes] = []
    for source in sorted((SHARED / "asm_trials").glob("*.xml.gz")):
        articles += _ARTICLE.findall(gzip.decompress(source.read_bytes()))
    number, size = 0, 0
    with gzip.open(path, "wb", 1) as out:
        out.write(b'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n')
        while size < SIZE:
            article = articles[number % len(articles)]
            number += 1
            fresh = b"\\g<1>%d\\g<2>" % (50_000_000 + number)
            size += out.write(_PMID.sub(fresh, article, count=1) + b"\n")
        out.write(b"</PubmedArticleSet>\n")
    return size / 1e6


def run() -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.xml.gz"
        megabytes = build(path)
        ours = measure([sys.executable, "-c", OURS, str(path)])
        count, peaks = json.loads(ours.stdout)
        rows = [
            f"| sinteza | {count:,} | {ours.cpu:.1f} | {count / ours.cpu:,.0f} "
            f"| {ours.peak_mb:.0f} | 1.0 |"
        ]
        peer = os.environ.get("SINTEZA_PEER_PUBMED_PARSER", "")
        words = "pubmed_parser was not measured: set SINTEZA_PEER_PUBMED_PARSER."
        if peer:
            theirs = measure([peer, "-c", THEIRS, str(path)])
            version = measure(
                [
                    peer,
                    "-c",
                    "from importlib.metadata import version as v; print(v('pubmed_parser'))",
                ]
            ).stdout.strip()
            found = int(theirs.stdout)
            rows.append(
                f"| pubmed_parser {version} | {found:,} | {theirs.cpu:.1f} "
                f"| {found / theirs.cpu:,.0f} | {theirs.peak_mb:.0f} "
                f"| {theirs.cpu / ours.cpu:.2f} |"
            )
            words = "One run each, whole processes."
    steady = ", ".join(f"{peak:.0f}" for peak in peaks)
    return f"""## PubMed XML, {megabytes:.0f} MB

Real articles, renumbered and repeated. {words} Peak memory of our reader after 1,000 and 5,000
articles: {steady} MB.

| reader | records | CPU s | records a CPU s | peak MB | CPU, ours = 1 |
|---|--:|--:|--:|--:|--:|
{chr(10).join(rows)}

{stamp("sinteza", "lxml")}
"""
