"""Exports of the same records field by field, and the rate of a large import."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import tempfile
import unicodedata
from pathlib import Path

from benchmarks.measure import SHARED, stamp
from benchmarks.measure import run as measure

FOLDER = SHARED / "bib_formats" / "asreview_citation_file_formatting"
SETS = {
    "Embase search": ("embase.ris", (
        "embase.ris", "embase.csv", "embase.xlsx", "excel.csv", "rayyan.ris", "rayyan.csv",
        "covidence_endnote.ris", "covidence_mendeley.ris", "covidence_refworks.ris",
        "covidence_zotero.ris", "covidence.csv", "zotero.ris", "zotero.csv", "mendeley.ris",
        "endnote.ris", "refworks.ris", "abstrackr.csv", "eppireviewer.ris", "eppireviewer.xlsx",
    )),
    "Lens": ("ris", ("ris", "csv", "tsv", "xlsx", "citavi.ris", "refworks.tsv")),
    "PubMed": ("pubmed.ris", ("pubmed.ris", "pubmed.csv")),
    "Scopus": ("scopus.ris", ("scopus.ris", "scopus.csv")),
    "CINAHL": ("cinahl.ris", ("cinahl.ris", "cinahl.csv")),
    "Cochrane": ("cochrane_endnote.ris", (
        "cochrane_endnote.ris", "cochrane_procite.ris", "cochrane_refman.ris", "cochrane.csv",
    )),
    "Google Scholar": ("googlescholar.ris", ("googlescholar.ris", "googlescholar.csv")),
    "OpenAlex": ("openalex.ris", ("openalex.ris", "openalex.csv")),
}  # fmt: skip
FIELDS = ("authors", "year", "journal", "volume", "pages", "doi", "issn", "abstract", "keywords")


def key(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text).casefold())


def path_of(name: str) -> Path:
    stem = "_baseline." if "." not in name else "_baseline_"
    found = FOLDER / f"{stem}{name}.gz"
    return found if found.exists() else FOLDER / f"{stem}{name}"


def facts(record: object) -> dict[str, object]:
    """The fields compared, written alike: letters and figures only."""
    from sinteza.model.record import Record

    assert isinstance(record, Record)
    return {
        "authors": tuple(key(a.last or a.collective) for a in record.authors),
        "year": record.year or "",
        "journal": key(record.journal.title),
        "volume": key(record.journal.volume),
        "pages": key(record.journal.pages),
        "doi": record.doi,
        "issn": record.journal.issn,
        "abstract": key(record.abstract_text)[:300],
        "keywords": frozenset(map(key, record.keywords)),
    }


def table() -> str:
    from sinteza.sources.files import open_records

    rows = []
    for group, (first, names) in SETS.items():
        whole = {key(r.title): facts(r) for r in open_records(path_of(first))}
        for name in names:
            records = list(open_records(path_of(name)))
            pairs = [(facts(r), whole[key(r.title)]) for r in records if key(r.title) in whole]
            cells = [f"{group}: {name}", str(len(records)), str(len(pairs))]
            for field in FIELDS:
                has = [(a[field], b[field]) for a, b in pairs if a[field] and b[field]]
                same = sum(1 for a, b in has if a == b)
                only = sum(1 for a, b in pairs if b[field] and not a[field])
                cells.append((f"{same}/{len(has)}" if has else "-") + (f" -{only}" if only else ""))
            rows.append("| " + " | ".join(cells) + " |")
    head = "| export | records | in the first too | " + " | ".join(FIELDS) + " |"
    return "\n".join([head, "|---|" + "--:|" * (len(FIELDS) + 2), *rows])


IMPORT = """
import json, resource, sys
from sinteza.sources.files import open_records
peaks, count = [], 0
for count, record in enumerate(open_records(sys.argv[1]), 1):
    if count in (20_000, 170_000):
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps([count, peaks]))
"""
RISPY = """
import sys, rispy
with open(sys.argv[1], encoding="utf-8") as handle:
    print(len(rispy.load(handle)))
"""


def citations(folder: Path) -> dict[str, Path]:
    """The 172 k citations of the scale set as RIS, NBIB and CSV, made from its columns."""
    source = SHARED / "scale" / "zheln_systematic_review_citations.tsv.gz"
    csv.field_size_limit(1 << 27)
    paths = {form: folder / f"citations.{form}" for form in ("ris", "nbib", "csv")}
    with (
        gzip.open(source, "rt", encoding="utf-8", newline="") as handle,
        paths["ris"].open("w", encoding="utf-8") as ris,
        paths["nbib"].open("w", encoding="utf-8") as nbib,
        paths["csv"].open("w", encoding="utf-8", newline="") as table_,
    ):
        out = csv.writer(table_)
        out.writerow(["pmid", "title", "authors", "journal", "year", "doi"])
        next(handle)
        for line in handle:
            pmid, _, citation = line.rstrip("\n").partition("\t")
            # "Names. Title. Journal. 2020 Jan;1(2):3-4. doi: 10.1/x."
            names, title, journal, *rest = [*re.split(r"[.?] ", citation, maxsplit=3), "", "", ""]
            year = (re.findall(r"\b(?:19|20)\d\d\b", rest[0]) or [""])[0]
            doi = (re.findall(r"10\.\d{4,9}/\S+[^.\s]", citation) or [""])[0]
            people = [name for name in names.split(", ") if name]
            ris.write(f"TY  - JOUR\nAN  - {pmid}\nDB  - PubMed\nTI  - {title}\n")
            ris.writelines(f"AU  - {p}\n" for p in people)
            ris.write(f"PY  - {year}\nT2  - {journal}\nDO  - {doi}\nER  - \n\n")
            nbib.write(f"PMID- {pmid}\nTI  - {title}\nDP  - {year}\nTA  - {journal}\n")
            nbib.writelines(f"AU  - {p}\n" for p in people)
            nbib.write(f"AID - {doi} [doi]\n\n")
            out.writerow([pmid, title, "; ".join(people), journal, year, doi])
    return paths


def scale() -> str:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths = citations(Path(folder))
        for form, path in paths.items():
            cost = measure([sys.executable, "-c", IMPORT, str(path)])
            count, peaks = json.loads(cost.stdout)
            early, late = (*peaks, 0, 0)[:2]
            rows.append(
                f"| {form} | {count:,} | {path.stat().st_size / 1e6:.0f} | {cost.cpu:.1f} "
                f"| {count / cost.cpu:,.0f} | {early:.0f} | {late:.0f} |"
            )
        peer = measure([sys.executable, "-c", RISPY, str(paths["ris"])])
        rows.append(
            f"| ris, read by rispy | {int(peer.stdout):,} | | {peer.cpu:.1f} "
            f"| {int(peer.stdout) / peer.cpu:,.0f} | | {peer.peak_mb:.0f} |"
        )
    head = (
        "| format | records | MB | CPU s | records a CPU s | peak MB at 20,000 | at 170,000 |\n"
        "|---|--:|--:|--:|--:|--:|--:|"
    )
    return "\n".join([head, *rows])


def run() -> str:
    return f"""## Formats: the exports of the same records

Each row is an export; a cell counts the records whose field equals that of the first export of its
set (letters and figures compared), out of those where both have it; `-n` counts records where this
export does not carry the field. Keywords are compared as sets.

{table()}

### 172 thousand citations

The citations of the scale set written as RIS, NBIB and CSV; the whole process with its start.

{scale()}

{stamp("sinteza", "rispy")}
"""
