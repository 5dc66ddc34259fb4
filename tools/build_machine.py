"""Read the shared reports by machine, for the evidence that ships with the DRE protocol.

    python tools/build_machine.py SHARED/data

Reads ``asm_trials/*.xml.gz`` with the built-in extractor, as ``sinteza extract --studies`` does;
writes ``src/sinteza/protocols/dre/evidence/machine.jsonl``, a study a line. Facts, places and
digests only: no abstract and no sentence of one is written. Nobody has verified it.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sinteza.extraction.extractor import Rules
from sinteza.extraction.study import study
from sinteza.formats import pubmed_xml

OUT = Path(__file__).resolve().parent.parent / "src/sinteza/protocols/dre/evidence"


def lines(shared: Path) -> Iterator[bytes]:
    """A study a line, in the order of the files."""
    rules = Rules()
    for path in sorted((shared / "asm_trials").glob("*.xml.gz")):
        with gzip.open(path) as stream:
            for record in pubmed_xml.read(stream):
                yield msgspec.json.encode(study(rules.read(record), record)) + b"\n"


def main(shared: Path) -> None:
    """Write the file anew."""
    (OUT / "machine.jsonl").write_bytes(b"".join(lines(shared)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
