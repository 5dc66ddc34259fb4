"""Run by the peer's own interpreter: CPU milliseconds of one learning and ranking, and its loss.

Arguments: the CSV of a set, then a JSON list of lists of row numbers to learn from. Prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import asreview
import numpy as np
import pandas as pd
from asreview.metrics import loss
from asreview.models import AI_MODEL_CONFIGURATIONS


def main() -> None:
    table = pd.read_csv(sys.argv[1], keep_default_na=False)
    labels = table["included"].to_numpy()
    settings = next(item for item in AI_MODEL_CONFIGURATIONS if item["name"] == "elas_u4")
    cycle = asreview.ActiveLearningCycle.from_meta(settings["value"])
    features = cycle.transform(table[["title", "abstract"]])
    found = []
    for rows in json.loads(sys.argv[2]):
        rest = np.setdiff1d(np.arange(len(labels)), rows)
        spent = []
        for _ in range(7):
            start = time.process_time()
            cycle.fit(features[rows], labels[rows])
            cycle.rank(features[rest])
            spent.append(1000 * (time.process_time() - start))
        found.append(statistics.median(spent))
    print(json.dumps({"ms": found, "loss_of_rows": float(loss(labels.tolist()))}))


main()
