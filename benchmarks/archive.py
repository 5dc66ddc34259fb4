"""The local archive: reading and loading PubMed's XML, answering 50 queries, what it costs."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from benchmarks import measure

SIZES = tuple(int(n) for n in os.environ.get("SINTEZA_ARCHIVE_SIZES", "30000").split(","))
PEER = os.environ.get("SINTEZA_PUBMED_PARSER", "")  # python that has pubmed_parser
A_FILE = 10_000

QUERIES = (
    "epilepsy", "epilepsy[mh]", "epilepsy[mh:noexp]", "epilepsy[majr]", "seizures[tiab]",
    "levetiracetam", "levetiracetam[nm]", "anticonvulsants[pa]", "anticonvulsants[mh]",
    "drug therapy[sh]", "epilepsy/drug therapy[mh]", "epilepsy/therapy[majr]", "adult[mh]",
    "humans[mh]", "patient[tiab] OR patients[tiab]", "patients[tiab]", "of the[tiab]",
    '"quality of life"[tiab]',
    '"drug resistant epilepsy"', '"double blind"[tiab] AND placebo[tiab]', "random*[tiab]",
    "anti*[tiab]", "epilep*[tw]", "tumo*r[tiab]", '"partial seizure*"[tiab]',
    '"seizure frequency"[tiab:~3]', '"drug epilepsy resistant"[tiab:~5]',
    '"patients the of"[tiab:~2]', '"neurology university"[ad:~4]', "university[ad]",
    "smith[au]", "french ja[au]", "brodie mj[1au]", "wang*[au]", "epilepsia[ta]",
    "english[la]", "randomized controlled trial[pt]", "clinical trial[pt]", "review[pt]",
    "2015:2021[dp]", "2010/01/01:2012/06/30[crdt]", '"last 5 years"[dp]', "hasabstract",
    "medline[sb]", "10.1111/epi*[aid]", "ucb[gr] OR nih[gr]", "1:200000[uid]",
    "humans[mh] NOT (child[mh] OR adolescent[mh])",
    "(epilepsy[mh] OR epilep*[tiab] OR seizure*[tiab]) AND (randomized controlled trial[pt] OR "
    "random*[tiab] OR placebo[tiab]) NOT (animals[mh:noexp] NOT humans[mh])",
    "(drug-resistance in epilepsy OR treatment of drug-resistant epilepsy) AND "
    '("clinical trial"[pt] OR "meta-analysis"[pt] OR "multicenter study"[pt] OR '
    '"randomized controlled trial"[pt]) AND 2015/01/01:2021/01/06[dp]',
)  # fmt: skip

REMARKS = """\
The records are real ones under new numbers, with last names varied; words do not grow as they
would in other real records, so that the index of as many different records would be larger. Query
times are CPU time of one process in which the archive is open. Sizes larger than those above were
not run; those of 40 million records are extrapolated, and one process loads at a time.

Against the aims: reading every field the archive searches is above 100 MB/s; the reader finds the
elements of some hundred articles at once by array operations, and a test holds each value against a
parser's. Loading at 3,400 records a CPU second is not reached: what is left is spread over the
stages above. Several processes load at once (`--jobs`), so that more is reached by the clock; every
figure here is CPU time. EDirect's own archive and `phrase-search` are not
compared: they are made from what they download themselves.
"""

_READ = """
import sys; from itertools import islice; from pathlib import Path
from sinteza.archive.drafts import AT_ONCE
from sinteza.archive.splitting import items, open_file
from sinteza.archive.reading import read
articles = (item.raw for item in items(open_file(Path(sys.argv[1]))))
count = 0
while part := list(islice(articles, AT_ONCE)):
    count += read(part).articles
print(count)
"""
_STAGES = """
import json, sys; from pathlib import Path; from time import process_time as now
from isal import isal_zlib; from scipy.sparse import csr_array
from sinteza.archive import build, drafts, pages, postings, segments, splitting
times = {}
def timed(name, call):
    def wrapped(*arguments, **named):
        begin = now(); before = sum(times.values())
        found = call(*arguments, **named)
        inside = sum(times.values()) - before
        times[name] = times.get(name, 0) + now() - begin - inside
        return found
    return wrapped
def listed(call):
    return lambda *arguments, **named: iter(list(call(*arguments, **named)))
build.check = timed("checking that files are whole", build.check)
drafts.read = timed("reading", drafts.read)
drafts.index = timed("finding what is searched where", drafts.index)
drafts.days = timed("finding what is searched where", drafts.days)
drafts._add_block = timed("compressing records", drafts._add_block)
drafts.Collector.add = timed("numbering words", drafts.Collector.add)
pages.write = timed("packing places", listed(pages.write))
drafts.Collector.pages = timed("sorting places", listed(drafts.Collector.pages))
segments.merge = timed("merging segments", segments.merge)
build._Writer.commit = timed("writing", build._Writer.commit)
begin = now()
build.build(Path(sys.argv[1]), [Path(sys.argv[2])])
times["cutting, and the rest"] = now() - begin - sum(times.values())
print(json.dumps(times))
"""
_SPLIT = """
import sys; from pathlib import Path
from sinteza.archive.splitting import items, open_file
print(sum(1 for item in items(open_file(Path(sys.argv[1])))))
"""
_LXML = """
import sys; from sinteza.formats import pubmed_xml
print(sum(1 for _ in pubmed_xml.read(open(sys.argv[1], "rb"))))
"""
_PARSER = """
import sys, pubmed_parser
print(sum(1 for _ in pubmed_parser.parse_medline_xml(sys.argv[1])))
"""
_BUILD = """
import sys; from pathlib import Path
from sinteza.archive.build import build
build(Path(sys.argv[1]), [Path(p) for p in sys.argv[2:]]); print(1)
"""
_ASK = """
import json, sys, time; from pathlib import Path
from sinteza.archive.search import open_archive
times, counts = [], []
with open_archive(Path(sys.argv[1])) as archive:
    queries = json.loads(sys.stdin.read() if len(sys.argv) < 3 else sys.argv[2])
    for query in queries:
        runs = []
        for _ in range(4):
            begin = time.process_time(); answer = archive.search(query)
            runs.append(time.process_time() - begin)
        times.append(runs); counts.append(answer.count)
    info = archive.info()
    pages = archive.db.execute("SELECT sum(length(data)) FROM page").fetchone()[0]
    blocks = archive.db.execute("SELECT sum(length(data)) FROM block").fetchone()[0]
print(json.dumps([times, counts, info.bytes, pages, blocks, info.records]))
"""
_LAST_NAME = re.compile(rb"(<LastName>[^<]+)")
_PMID = re.compile(rb"(<PMID [^>]*>)\d+(</PMID>)")


def articles() -> list[bytes]:
    from sinteza.archive.splitting import ARTICLE, items, open_file

    found = []
    for folder in ("asm_trials", "bib_formats/pubmed_xml"):
        for path in sorted((measure.SHARED / folder).rglob("*.xml.gz")):
            with open_file(path) as stream:
                found += [item.raw for item in items(stream) if item.kind == ARTICLE]
    return found


def make(folder: Path, count: int) -> list[Path]:
    """Real records under new numbers, shuffled; last names varied so that the dictionary grows."""
    real = articles()
    random.Random(1).shuffle(real)
    letters = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(676)]
    paths: list[Path] = []
    source = enumerate(islice(cycle(real), count), 1)
    for number in range(0, count, A_FILE):
        path = folder / f"made{number:07}.xml"
        with path.open("wb") as out:
            out.write(b"<?xml version='1.0'?>\n<PubmedArticleSet>\n")
            for pmid, raw in islice(source, A_FILE):
                raw = _PMID.sub(rb"\g<1>%d\g<2>" % pmid, raw, count=1)
                if pmid > len(real):
                    raw = _LAST_NAME.sub(rb"\g<1>" + letters[pmid % 676].encode(), raw)
                out.write(raw + b"\n")
            out.write(b"</PubmedArticleSet>\n")
        paths.append(path)
    return paths


def _python(code: str, *arguments: object) -> measure.Cost:
    env = {"PYTHONPATH": str(measure.ROOT / "src"), "OMP_NUM_THREADS": "1"}
    return measure.run([sys.executable, "-c", code, *map(str, arguments)], env)


def readers(path: Path) -> list[tuple[str, Callable[[], measure.Cost]]]:
    fields = (
        "MedlineCitation/PMID ArticleTitle AbstractText LastName Title DescriptorName "
        "PublicationType PubDate/Year"
    )
    command = f"xtract -input '{path}' -pattern PubmedArticle -element {fields} | wc -l"
    found: list[tuple[str, Callable[[], measure.Cost]]] = [
        ("Sinteza archive, every field", lambda: _python(_READ, path)),
        ("Sinteza pubmed_xml (lxml), every field", lambda: _python(_LXML, path)),
        ("Sinteza archive, cutting only", lambda: _python(_SPLIT, path)),
    ]
    if shutil.which("xtract"):
        found.append(("EDirect xtract, eight fields", lambda: measure.run(["sh", "-c", command])))
    if PEER:
        packed = path.with_suffix(".xml.gz")  # the only thing it reads
        packed.write_bytes(gzip.compress(path.read_bytes(), 1))
        command_line = [PEER, "-c", _PARSER, str(packed)]
        found.append(("pubmed_parser (from gzip)", lambda: measure.run(command_line)))
    return found


def run() -> str:
    rows = ["## The local archive", "", measure.stamp("numpy", "lxml", "isal"), ""]
    with tempfile.TemporaryDirectory() as temporary:
        for size in SIZES:
            folder = Path(temporary) / str(size)
            folder.mkdir()
            files = make(folder, size)
            if size == SIZES[0]:
                rows += _reading(files[0])
                rows += _stages(folder, files[0])
            rows += _archive(folder, files, size)
            shutil.rmtree(folder)
    return "\n".join(rows) + "\n" + REMARKS


def _reading(path: Path) -> list[str]:
    size = path.stat().st_size / 1e6
    rows = [
        f"Reading one file of {A_FILE:,} records ({size:.0f} MB uncompressed), whole process.",
        "",
        "| reader | CPU s | MB/s | records/s | peak MB | ratio to lxml |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    costs = []
    for name, call in readers(path):
        tries = [call() for _ in range(2)]
        # a peer that read nothing is not fast
        assert all(cost.stdout.split()[-1] == str(A_FILE) for cost in tries), name
        costs.append((name, min(cost.cpu for cost in tries), max(c.peak_mb for c in tries)))
    lxml = next(cpu for name, cpu, _ in costs if "(lxml)" in name)
    for name, cpu, peak in costs:
        rows.append(
            f"| {name} | {cpu:.2f} | {size / cpu:.0f} | {A_FILE / cpu:,.0f} | {peak:.0f} "
            f"| {lxml / cpu:.2f} |"
        )
    return [*rows, ""]


def _stages(folder: Path, path: Path) -> list[str]:
    times = json.loads(_python(_STAGES, folder / "stages", path).stdout)
    total = sum(times.values())
    shutil.rmtree(folder / "stages")
    return [
        f"Loading the same file, stage by stage: {A_FILE / total:,.0f} records a CPU second.",
        "",
        "| stage | microseconds a record | share |",
        "|---|---:|---:|",
        *(
            f"| {name} | {taken / A_FILE * 1e6:.0f} | {taken / total:.0%} |"
            for name, taken in sorted(times.items(), key=lambda one: -one[1])
        ),
        "",
    ]


def _archive(folder: Path, files: list[Path], size: int) -> list[str]:
    raw = sum(path.stat().st_size for path in files)
    built = _python(_BUILD, folder / "archive", *files)
    asked = _python(_ASK, folder / "archive", json.dumps(QUERIES))
    times, counts, taken, pages, blocks, records = json.loads(asked.stdout)
    assert records == size
    first = sorted(runs[0] * 1e3 for runs in times)
    warm = sorted(statistics.median(runs[1:]) * 1e3 for runs in times)
    slowest = sorted(
        zip((statistics.median(r[1:]) * 1e3 for r in times), counts, QUERIES, strict=True)
    )[-3:]

    def at(values: list[float], share: float) -> str:
        return f"{values[min(len(values) - 1, int(share * len(values)))]:.1f}"

    return [
        f"### {size:,} records",
        "",
        "| measure | value |",
        "|---|---:|",
        f"| loading, CPU seconds | {built.cpu:.1f} |",
        f"| records a CPU second | {size / built.cpu:,.0f} |",
        f"| MB of XML a CPU second | {raw / 1e6 / built.cpu:.1f} |",
        f"| peak memory of loading, MB | {built.peak_mb:.0f} |",
        f"| bytes a record, whole archive | {taken / size:,.0f} |",
        f"| ... of which index | {pages / size:,.0f} |",
        f"| ... of which the XML, compressed | {blocks / size:,.0f} |",
        f"| 50 queries, first time: p50 / p99 CPU ms | {at(first, 0.5)} / {at(first, 0.99)} |",
        f"| 50 queries, again: p50 / p99 CPU ms | {at(warm, 0.5)} / {at(warm, 0.99)} |",
        f"| peak memory of asking, MB | {asked.peak_mb:.0f} |",
        f"| 40 million records, hours of one core (if linear) | "
        f"{40e6 / (size / built.cpu) / 3600:.1f} |",
        f"| 40 million records, GB (if linear) | {taken / size * 40e6 / 1e9:.0f} |",
        "",
        "Slowest queries (CPU ms, records found): "
        + "; ".join(f"`{q[:60]}` {ms:.0f}, {n:,}" for ms, n, q in reversed(slowest)),
        "",
    ]
