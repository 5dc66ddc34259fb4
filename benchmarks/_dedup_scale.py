"""Deduplicate 172,406 PubMed citations in a process of its own; prints one JSON object.

``python -m benchmarks._dedup_scale NAMED ADDED``: with ``NAMED`` 0 the records lose their PMIDs and
DOIs, so that every merge is a false one (each citation is another PubMed record); ``ADDED`` records
are given once more under other ids, as a second database would.
"""

from __future__ import annotations

import gzip
import json
import re
import sys

from benchmarks.measure import SHARED, own_cpu
from sinteza.dedupe.cluster import deduplicate
from sinteza.model.record import Author, Identifier, Journal, Record

CITATION = re.compile(
    r"^(?P<authors>.*?[A-Z]{1,3}(?: Jr| 2nd| 3rd)?(?:;.*?)?\.) (?P<title>.*?[.?!]) "
    r"(?P<journal>[^.]+)\. (?P<year>(?:19|20)\d\d)[^;:.]*"
    r"(?:;(?P<volume>[^(:;.]*)(?:\((?P<issue>[^)]*)\))?(?::(?P<pages>[^.]*))?)?\."
)
DOI = re.compile(r"doi: (10\.\S+?)\.(?: |$)")


def record(pmid: str, citation: str, named: bool, source: str) -> Record:
    """A citation as PubMed prints it, as a record; one that is not understood is all title."""
    found = CITATION.match(citation)
    doi = DOI.search(citation)
    identifiers = [Identifier(kind="pmid", value=pmid)]
    identifiers += [Identifier(kind="doi", value=doi[1])] if doi else []
    people = found["authors"].rstrip(".").split(", ") if found else []
    return Record(
        id=f"{source}:{pmid}",
        source=source,
        source_id=pmid,
        title=found["title"] if found else citation[:200],
        authors=tuple(
            Author(last=name.rpartition(" ")[0] or name, initials=name.rpartition(" ")[2])
            for name in people
        ),
        year=int(found["year"]) if found else None,
        journal=Journal(
            title=found["journal"],
            volume=found["volume"] or "",
            issue=found["issue"] or "",
            pages=found["pages"] or "",
        )
        if found
        else Journal(),
        identifiers=tuple(identifiers) if named else (),
    )


def main(named: bool, added: int) -> None:
    """Read, deduplicate, report the CPU seconds of the second."""
    path = SHARED / "scale" / "zheln_systematic_review_citations.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        latest = dict(line.rstrip("\n").split("\t", 1) for line in lines)
    records = [record(pmid, text, named, "pubmed") for pmid, text in latest.items()]
    again = list(latest.items())[:: max(1, len(latest) // added)][:added] if added else []
    records += [record(pmid, text, False, "other") for pmid, text in again]
    start = own_cpu()
    found = deduplicate(records)
    cpu = own_cpu() - start
    right = sum(
        len(entry.members) == 2 and len({name.partition(":")[2] for name in entry.members}) == 1
        for entry in found.clusters
    )
    result = {
        "records": len(records),
        "added": len(again),
        "cpu": cpu,
        "clusters": len(found.clusters),
        "right": right,
        "queue": len(found.queue),
        "examples": [entry.members for entry in found.clusters if len(
            {name.partition(":")[2] for name in entry.members}) > 1][:5],
    }  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1] == "1", int(sys.argv[2]))
