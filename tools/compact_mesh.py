"""Make the MeSH that ships: ``python tools/compact_mesh.py FOLDER``.

FOLDER holds the 2022 tables (mesh2022_*.tsv.gz, mtrees2022.bin.gz) and
mesh_term_frequency_*.csv.gz. Every descriptor and tree position is kept, so that explosion is
exact. Entry terms are kept for the diseases, treatments and outcomes of epilepsy, for publication
types and population groups, and for headings on at least COMMON records (inverted forms left out);
pharmacological actions for the agents of the central nervous system.
Content courtesy of the U.S. National Library of Medicine.
"""

from __future__ import annotations

import csv
import gzip
import sys
from dataclasses import replace
from pathlib import Path

from sinteza.query.mesh import Descriptor, Thesaurus, dump
from sinteza.query.mesh_files import build

COMMON = 40_000
BRANCHES = (
    "C10.228.140.490", "C23.888.592", "C10.597.742", "D27.505.954.427", "E02.642.249", "V0", "M01",
)  # fmt: skip
ACTION = "Anticonvulsants"
ACTIONS = "D27.505.954.427"
TARGET = Path(__file__).parent.parent / "src" / "sinteza" / "query" / "mesh2022.xz"


def main(folder: Path) -> None:
    paths = [*sorted(folder.glob("mesh2022_*.tsv.gz")), folder / "mtrees2022.bin.gz"]
    full = build([(path.name, path.open("rb")) for path in paths], year=2022)
    counts: dict[str, int] = {}
    frequencies = next(folder.glob("mesh_term_frequency_*.csv.gz"))
    with gzip.open(frequencies, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            counts[row["mesh_term_lower"]] = int(row["n_pmids"])
    central = full.explode(next(n for n, d in full.descriptors.items() if ACTIONS in d.trees))

    def slim(found: Descriptor) -> Descriptor:
        actions = tuple(action for action in found.actions if action in central)
        wanted = (
            any(tree.startswith(BRANCHES) for tree in found.trees)
            or found.name == "Therapeutics"  # "treatment" in the flagship's question
            or ACTION in actions
            or counts.get(found.name.casefold(), 0) >= COMMON
        )
        terms = tuple(term for term in found.terms if "," not in term) if wanted else ()
        return replace(found, ui="", terms=terms, actions=actions)

    compact = Thesaurus(
        full.year,
        {name: slim(found) for name, found in full.descriptors.items()},
        full.qualifiers,
        {
            name: replace(extra, ui="", actions=(ACTION,))
            for name, extra in full.supplements.items()
            if ACTION in extra.actions
        },
        "entry terms only for epilepsy, its treatments, publication types and common headings",
    )
    TARGET.write_bytes(dump(compact))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
