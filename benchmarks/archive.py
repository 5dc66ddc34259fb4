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
from pathlib import Path

from benchmarks import _edirect, measure

SIZES = tuple(int(n) for n in os.environ.get("SINTEZA_ARCHIVE_SIZES", "30000").split(","))
PEER = os.environ.get("SINTEZA_PUBMED_PARSER", "")  # python that has pubmed_parser
A_FILE = 10_000
EDIRECT_UP_TO = 30_000  # each record is some files of its own

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
The records are 1,716 real ones under new numbers, in a new random order each time, with last names
varied; other words do not grow as they would in other real records, so that the dictionary of as
many different records would be larger. What recurs within 256 neighboring records is read once, and
days and attributes are remembered: of the 1,716 records by themselves, each read once, reading and
indexing take a fifth more time. Query times
are CPU time of one process in which the archive is open; those of EDirect are of a process of its
own for each query, as it is used. Hours on 2 cores are the CPU time of one process, halved
(`--jobs 2`; writing and merging is left to one of them), and like the gigabytes they are taken as
linear.

Reading every field the archive searches is about at 100 MB/s: 79 to 113 in runs on a machine
shared with other work, always 4.0 to 4.3 times as fast as by lxml and about half as fast as
`xtract`, which is compiled and reads eight fields. Loading at 3,400 records a CPU second is not
reached: what is left is spread over the stages above.

EDirect was built from our files by the steps of `archive-pubmed -index` without its downloads (the
files themselves, and NLM's table of MeSH trees, written here from our MeSH). Its postings hold the
words of titles and abstracts by their stems, without stopwords, and few other fields: no
affiliations, no headings by name without NLM's table of names, no words of registry, grants or
identifiers, no history of versions; records whose headings came without numbers are not found by
[CODE]. It was built for the smallest size only: 300,000 records would be a million files.
"""

_READ = """
import sys; from itertools import islice; from pathlib import Path
from sinteza.archive.drafts import AT_ONCE
from sinteza.archive.indexing import index
from sinteza.archive.splitting import items, open_file
from sinteza.archive.reading import read
articles = (item.raw for item in items(open_file(Path(sys.argv[1]))))
count = 0
while part := list(islice(articles, AT_ONCE)):
    batch = read(part)
    count += batch.articles
    if sys.argv[2] == "searched":
        index(batch)
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
_LOAD = """
import sys; from pathlib import Path
from sinteza.archive.build import build, update
call = update if (Path(sys.argv[1]) / "archive.db").exists() else build
print(call(Path(sys.argv[1]), [Path(p) for p in sys.argv[2:]]).records)
"""
_ASK = """
import json, sys, time; from pathlib import Path
from sinteza.archive.search import open_archive
times, counts = [], []
with open_archive(Path(sys.argv[1])) as archive:
    for query in json.loads(sys.argv[2]):
        runs = []
        for _ in range(4):
            begin = time.process_time(); answer = archive.search(query)
            runs.append(time.process_time() - begin)
        times.append(runs); counts.append(answer.count)
    info = archive.info()
    sums = [archive.db.execute(f"SELECT sum(length(data)) FROM {name}").fetchone()[0]
            for name in ("page", "block", "number")]
print(json.dumps([times, counts, info.bytes, sums, info.records, info.segments]))
"""
_PLACES = """
import sys; from pathlib import Path
from sinteza.archive.build import connect
from sinteza.archive.pages import Page
db = connect(Path(sys.argv[1]))
print(sum(int(Page(data).counts.sum()) for (data,) in db.execute("SELECT data FROM page")))
"""
_TANTIVY = """
import sys, tantivy; from collections import defaultdict; from pathlib import Path
from sinteza.archive.drafts import AT_ONCE
from sinteza.archive.indexing import index
from sinteza.archive.reading import read
from sinteza.archive.splitting import items, open_file
schema = tantivy.SchemaBuilder()
for kind in range(20):
    schema.add_text_field(f"k{kind}", tokenizer_name="whitespace", index_option="position")
schema.add_text_field("key", tokenizer_name="raw", index_option="basic")
made = tantivy.Index(schema.build(), path=sys.argv[1])
writer = made.writer(heap_size=300_000_000, num_threads=1)
def write(part):
    contents = index(read(part))
    rows = [defaultdict(list) for _ in part]
    values, keys = contents.values, contents.key_rows
    for at, kind, what in zip(values.article.tolist(), values.kind.tolist(), values.what.tolist()):
        rows[at][f"k{kind}"].append(contents.texts[what].decode())
    for at, what in zip(keys.article.tolist(), keys.what.tolist()):
        rows[at]["key"].append(contents.keys[what].decode())
    for row in rows:
        writer.add_document(tantivy.Document(**row))
part = []
for path in sys.argv[2:]:
    for item in items(open_file(Path(path))):
        part.append(item.raw)
        if len(part) == AT_ONCE:
            write(part); part = []
if part: write(part)
writer.commit(); writer.wait_merging_threads()
print(sum(p.stat().st_size for p in Path(sys.argv[1]).iterdir()))
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


def make(folder: Path, begin: int, end: int, real: list[bytes]) -> list[Path]:
    """Files of real records under the numbers from ``begin`` + 1 to ``end``.

    All records once, in random order, then all again in another; from the second time on their last
    names are varied, so that the dictionary grows.
    """
    letters = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(676)]
    paths: list[Path] = []
    order: list[bytes] = []
    for first in range(begin, end, A_FILE):
        path = folder / f"made{first:07}.xml"
        with path.open("wb") as out:
            out.write(b"<?xml version='1.0'?>\n<PubmedArticleSet>\n")
            for pmid in range(first + 1, min(first + A_FILE, end) + 1):
                if not order:
                    order = random.Random(pmid).sample(real, len(real))
                raw = _PMID.sub(rb"\g<1>%d\g<2>" % pmid, order.pop(), count=1)
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
        ("Sinteza archive, every field", lambda: _python(_READ, path, "read")),
        ("... and what of them is searched where", lambda: _python(_READ, path, "searched")),
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
    rows = ["## The local archive", "", measure.stamp("numpy", "lxml", "isal", "tantivy"), ""]
    columns: list[dict[str, str]] = []
    slowest: list[str] = []
    beside: list[tuple[int, list[Path], list[tuple[int, float]]]] = []
    real = articles()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        before = 0
        for size in SIZES:
            files = make(folder, before, size, real)
            if not before:
                rows += _reading(files[0])
                rows += _stages(folder, files[0])
                rows += _limits(files[0])
                rows += _tantivy(folder, files, size)
            column, slow = _archive(folder / "archive", files, size, size - before)
            columns.append(column)
            slowest.append(f"- {size:,} records: {slow}")
            print(column, slow, file=sys.stderr, flush=True)
            if size <= EDIRECT_UP_TO and _edirect.available():
                beside.append((size, files, _pairs(folder / "archive")))
            else:
                for path in files:
                    path.unlink()
            before = size
        rows += [
            "One archive that grows; each column loads what is new in it, in one process.",
            "",
            "| records | " + " | ".join(f"{size:,}" for size in SIZES) + " |",
            "|---|" + "---:|" * len(SIZES),
            *(
                f"| {name} | " + " | ".join(column[name] for column in columns) + " |"
                for name in columns[0]
            ),
            "",
            "Slowest of the 50 queries, asked again (CPU ms, records found):",
            "",
            *slowest,
            "",
        ]
        print("\n".join(rows), file=sys.stderr, flush=True)
        before = 0
        for size, files, ours in beside:
            rows += _beside_edirect(folder / "edirect", files, size, size - before, ours)
            before = size
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


def _limits(path: Path) -> list[str]:
    """What no loader passes: reading the compressed bytes, unpacking, and cutting into records."""
    import time

    from isal import isal_zlib

    packed = path.with_suffix(".gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), 6))
    with packed.open("rb") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        begin = time.perf_counter()
        data = stream.read()
        disk = time.perf_counter() - begin
    begin = time.process_time()
    whole = isal_zlib.decompress(data, wbits=31)
    unpack = time.process_time() - begin
    begin = time.process_time()
    isal_zlib.decompress(data, wbits=31)
    unpack = min(unpack, time.process_time() - begin)
    cut = min(_python(_SPLIT, path).cpu for _ in range(2))
    packed.unlink()
    forty = 40e6 / A_FILE / 3600
    return [
        f"The physical limit, of the same file: {len(data) / 1e6:.1f} MB packed with gzip are read "
        f"from the disk in {disk:.2f} s ({len(data) / disk / 1e6:.0f} MB/s), unpacked by isal in "
        f"{unpack:.2f} CPU s ({len(whole) / unpack / 1e6:.0f} MB/s) and cut into records in "
        f"{cut:.2f} CPU s. 40 million such records: {disk * forty:.1f} hours of reading, "
        f"{unpack * forty:.1f} of unpacking, {cut * forty:.1f} of cutting.",
        "",
    ]


def _tantivy(folder: Path, files: list[Path], size: int) -> list[str]:
    made = folder / "tantivy"
    made.mkdir()
    other = _python(_TANTIVY, made, *files)
    shutil.rmtree(made)
    return [
        f"An index of the same words and names with their positions by tantivy, one field for each "
        f"kind of content, nothing stored ({size:,} records): {int(other.stdout) / size:,.0f} "
        f"bytes a record, {other.cpu:.0f} CPU s with our reading, {other.peak_mb:.0f} MB.",
        "",
    ]


def _pairs(archive: Path) -> list[tuple[int, float]]:
    """Records and CPU milliseconds of the queries that EDirect has too."""
    asked = _python(_ASK, archive, json.dumps([ours for ours, _ in _edirect.PAIRS]))
    times, counts, *_ = json.loads(asked.stdout)
    return [
        (found, statistics.median(runs[1:]) * 1e3)
        for runs, found in zip(times, counts, strict=True)
    ]


def _beside_edirect(
    made: Path, files: list[Path], size: int, new: int, ours: list[tuple[int, float]]
) -> list[str]:
    steps = _edirect.build(made, files)
    count, archive, postings = _edirect.sizes(made)
    total = sum(cost.cpu for cost in steps.values())
    rows = [
        f"EDirect's local archive (Debian ncbi-entrez-direct) of the same {size:,} records, to "
        f"bring in {new:,}: "
        + ", ".join(f"{name} {cost.cpu:,.0f}" for name, cost in steps.items())
        + f", together {total:,.0f} CPU s ({new / total:,.0f} records/s), at most "
        f"{max(cost.peak_mb for cost in steps.values()):,.0f} MB of memory; {count / size:.1f} "
        f"files a record, {archive / size:,.0f} bytes a record for the XML and "
        f"{postings / size:,.0f} for the index on this disk.",
        "",
        "| query | records | CPU ms | EDirect's nearest | records | CPU ms, whole process |",
        "|---|---:|---:|---|---:|---:|",
    ]
    for (query, theirs), (found, taken) in zip(_edirect.PAIRS, ours, strict=True):
        hits, cpu = _edirect.ask(made, theirs)
        rows.append(f"| `{query}` | {found:,} | {taken:.1f} | `{theirs}` | {hits:,} | {cpu:.1f} |")
    print("\n".join(rows), file=sys.stderr, flush=True)
    return [*rows, ""]


def _archive(archive: Path, files: list[Path], size: int, new: int) -> tuple[dict[str, str], str]:
    raw = sum(path.stat().st_size for path in files)
    loaded = _python(_LOAD, archive, *files)
    assert int(loaded.stdout) == new
    asked = _python(_ASK, archive, json.dumps(QUERIES))
    times, counts, taken, (pages, blocks, numbers), records, segments = json.loads(asked.stdout)
    assert records == size
    places = int(_python(_PLACES, archive).stdout)
    first = sorted(runs[0] * 1e3 for runs in times)
    again = [statistics.median(runs[1:]) * 1e3 for runs in times]
    slowest = sorted(zip(again, counts, QUERIES, strict=True))[-4:]
    again.sort()

    def at(values: list[float], share: float) -> str:
        return f"{values[min(len(values) - 1, int(share * len(values)))]:.1f}"

    rate = new / loaded.cpu
    column = {
        "loading what is new, CPU s": f"{loaded.cpu:,.0f}",
        "records a CPU second": f"{rate:,.0f}",
        "MB of XML a CPU second": f"{raw / 1e6 / loaded.cpu:.1f}",
        "peak memory of loading, MB": f"{loaded.peak_mb:.0f}",
        "segments": f"{segments}",
        "bytes a record, whole archive": f"{taken / size:,.0f}",
        "... the XML, compressed": f"{blocks / size:,.0f}",
        "... index": f"{pages / size:,.0f}",
        "... days and places of the records": f"{numbers / size:.1f}",
        "words and names a record": f"{places / size:,.0f}",
        "bytes of index a word or name": f"{pages / places:.2f}",
        "50 queries, first time: p50 / p99 CPU ms": f"{at(first, 0.5)} / {at(first, 0.99)}",
        "50 queries, again: p50 / p99 CPU ms": f"{at(again, 0.5)} / {at(again, 0.99)}",
        "peak memory of asking, MB": f"{asked.peak_mb:.0f}",
        "40 million records: hours on 2 cores": f"{40e6 / rate / 3600 / 2:.1f}",
        "40 million records: GB": f"{taken / size * 40e6 / 1e9:.0f}",
    }
    slow = "; ".join(f"`{q[:60]}` {ms:.0f}, {n:,}" for ms, n, q in reversed(slowest))
    return column, slow
