"""Run by the peer's own interpreter: the groups that bib-dedupe finds in a table of records.

``python _bib_dedupe.py records.csv.gz`` prints one JSON object: version and groups of ids. Only the
name of the id's column is changed.
"""

import json
import sys
from importlib.metadata import version

import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep


def main(path: str) -> None:
    """Prepare, block, match and cluster on one core."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if "ID" not in table:
        table = table.rename(columns={"record_id": "ID"})
        table.loc[table["doi"] == "NA", "doi"] = ""
    records = prep(table, verbosity_level=0, cpu=1)
    pairs = block(records, verbosity_level=0, cpu=1)
    matched = match(pairs, verbosity_level=0, cpu=1)
    groups = cluster(matched, verbosity_level=0)
    found = [sorted(map(str, group)) for group in groups]
    print(json.dumps({"version": version("bib-dedupe"), "groups": found}))


if __name__ == "__main__":
    main(sys.argv[1])
