"""EDirect's local archive of the same files: NLM's own tools, built and asked without a network.

The steps are those of its ``archive-pubmed -index``, less the downloads: ``rchive -archive``,
``-e2incIndex``, ``-e2incInvert``, ``-merge``, ``-promote``; then ``rchive -query``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks import measure

FIELDS = (
    "UID TITL TIAB PAIR CODE TREE MESH SUBH YEAR PDAT RDAT JOUR VOL ISS PAGE LANG PROP PTYP ANUM "
    "AUTH FAUT LAUT CSRT INVR INUM SIZE"
)
PAIRS = (
    ("seizures[tiab]", "seizures [TIAB]"),
    ("patients[tiab]", "patients [TIAB]"),
    ('"quality of life"[tiab]', "quality of life [TIAB]"),
    ('"drug resistant epilepsy"[tiab]', "drug resistant epilepsy [TIAB]"),
    ('"double blind"[tiab] AND placebo[tiab]', "double blind [TIAB] AND placebo [TIAB]"),
    ("random*[tiab]", "random* [TIAB]"),
    ('"partial seizure*"[tiab]', "partial seizure* [TIAB]"),
    ('"seizure frequency"[tiab:~3]', "seizure ~ ~ ~ frequency [TIAB]"),
    ("epilepsy[mh:noexp]", "D004827 [CODE]"),
    ("epilepsy[mh]", "C10.228.140.490* [TREE]"),
    ("drug therapy[sh]", "drug therapy [SUBH]"),
    ("review[pt:noexp]", "review [PTYP]"),
    ("wang*[au]", "wang* [AUTH]"),
    ("french ja[au]", "french ja [AUTH]"),
    ("brodie mj[1au]", "brodie mj [FAUT]"),
    ("epilepsia[ta]", "epilepsia [JOUR]"),
    ("english[la]", "eng [LANG]"),
    ("humans[mh:noexp] NOT (child[mh:noexp] OR adolescent[mh:noexp])",
     "D006801 [CODE] NOT (D002648 [CODE] OR D000293 [CODE])"),
)  # fmt: skip
"""Queries of our list and the nearest that EDirect has; its words are taken to their stems."""

# the binary behind the shell script of the same name, so that no shell is measured
_RCHIVE = "/usr/lib/ncbi-entrez-direct/rchive"


def available() -> bool:
    """Whether it is installed (Debian ncbi-entrez-direct)."""
    return Path(_RCHIVE).exists() and shutil.which("transmute") is not None


def build(folder: Path, files: Sequence[Path]) -> dict[str, measure.Cost]:
    """Bring files into an archive, new or begun, and make its index; the cost of each step."""
    for name in ("Postings", "Merged"):  # made anew from what was inverted before and now
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("Archive/Sentinels", "Data", "Postings", "Extras", "Index", "Invert", "Merged"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _trees(folder / "Extras" / "meshtree.txt", files)
    archive, index, invert = folder / "Archive", folder / "Index", folder / "Invert"
    merged, postings = folder / "Merged", folder / "Postings"

    def step(script: str) -> measure.Cost:
        return measure.run(["bash", "-c", "set -e -o pipefail\n" + script])

    clean = folder / "clean.xml"
    into = (
        f"transmute -strict -normalize pubmed | transmute -compress -strict -wrp PubmedArticleSet "
        f"-pattern 'PubmedArticleSet/*' -format flush > {clean}\n"
        f"{_RCHIVE} -gzip -db pubmed -input {clean} -archive {archive} {index} {invert} "
        f"-index MedlineCitation/PMID^Version -pattern PubmedArticle < /dev/null > /dev/null 2>&1"
    )
    parts = [step(f"cat {path} | {into}") for path in files]
    return {
        "archive": measure.Cost(
            sum(part.cpu for part in parts), max(part.peak_mb for part in parts), ""
        ),
        "index": step(
            f"{_RCHIVE} -e2incIndex {archive} {index} "
            f"-transform {folder}/Extras/meshtree.txt -e2index > /dev/null 2>&1"
        ),
        "invert": step(f"{_RCHIVE} -e2incInvert {index} {invert} > /dev/null 2>&1"),
        "merge": step(f"cd {invert}; {_RCHIVE} -gzip -merge {merged} *.inv.gz > /dev/null 2>&1"),
        "promote": step(
            f"cd {merged}; ls *.mrg.gz | sort | xargs -n 100 "
            f"{_RCHIVE} -promote {postings} '{FIELDS}' > /dev/null 2>&1"
        ),
    }


def ask(folder: Path, query: str) -> tuple[int, float]:
    """Records found, and CPU milliseconds of the process."""
    command = [_RCHIVE, "-path", str(folder / "Postings"), "-db", "pubmed", "-query", query]
    tries = [measure.run(command) for _ in range(3)]
    return len(tries[0].stdout.split()), min(cost.cpu for cost in tries) * 1e3


def sizes(folder: Path) -> tuple[int, int, int]:
    """Files; bytes of the records; bytes of the postings, as they lie on the disk."""
    files = [path for path in folder.rglob("*") if path.is_file()]

    def taken(name: str) -> int:
        return sum(p.stat().st_blocks * 512 for p in files if (folder / name) in p.parents)

    return len(files), taken("Archive"), taken("Postings")


def _trees(path: Path, files: Sequence[Path]) -> None:
    """What its build downloads from NLM: the tree positions of the headings, by their numbers."""
    from sinteza.query.mesh import shipped

    thesaurus = shipped()
    names: dict[bytes, bytes] = {}
    for file in files:
        names |= dict(re.findall(rb'<DescriptorName UI="(D\d+)"[^>]*>([^<]+)<', file.read_bytes()))
    rows = []
    for code, name in sorted(names.items()):
        heading = thesaurus.find(name.decode())
        if heading is not None and heading.trees:
            rows.append(f"{code.decode()}\t{','.join(heading.trees)}\n")
    path.write_text("".join(rows))
