"""Pooling speed beside metafor (R), PyMARE and statsmodels, on the same data in the same run.

The peers run from an environment of their own: set ``SINTEZA_PEERS`` to its Python (numpy, PyMARE,
statsmodels); metafor through ``Rscript``. Each task is timed inside one process, after one untimed
call, in CPU seconds.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import run as measure
from benchmarks.measure import stamp

_MAKE = """
import numpy as np
rng = np.random.default_rng(20240101)
def data(k, groups=1):
    v = rng.uniform(0.01, 0.5, k * groups)
    y = rng.normal(0.3, np.sqrt(v + 0.1))
    return y, v
"""

_OURS = """
import json, sys, time
import numpy as np
from sinteza.stats import gosh, pool, pool_many
data = json.load(open(sys.argv[1]))
out = {}
def clock(name, call, times=1, batches=5):
    call()
    spent = []
    for _ in range(batches):
        start = time.process_time()
        for _ in range(times):
            value = call()
        spent.append((time.process_time() - start) / times)
    out[name] = sorted(spent)[batches // 2]
    return value
values = {}
for k, times in (("10", 100), ("100", 100), ("1000", 50), ("10000", 20)):
    y, v = map(np.array, data[k])
    values[k] = clock(k, lambda: pool(y, v, method="REML", test="z"), times).tau2
y, v = map(np.array, data["many"])
groups = np.repeat(np.arange(len(y) // 10), 10)
many = clock("many", lambda: pool_many(y, v, groups, method="REML", test="z"))
values["many"] = float(many.tau2.sum())
out["unconverged"] = int((~np.isfinite(many.estimate)).sum())
y, v = map(np.array, data["gosh"])
clock("gosh", lambda: gosh(y, v, method="REML"), batches=1)
clock("gosh_ee", lambda: gosh(y, v, method="EE"))
print(json.dumps([out, values]))
"""

_PYMARE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
from pymare import Dataset
from pymare.estimators import VarianceBasedLikelihoodEstimator
data = json.load(open(sys.argv[1]))
out, values = {}, {}
def clock(name, call, times=1, batches=5):
    call()
    spent = []
    for _ in range(batches):
        start = time.process_time()
        for _ in range(times):
            value = call()
        spent.append((time.process_time() - start) / times)
    out[name] = sorted(spent)[batches // 2]
    return value
def fit(y, v):
    est = VarianceBasedLikelihoodEstimator(method="REML")
    found = est.fit_dataset(Dataset(y=y, v=v)).summary()
    found.get_fe_stats()  # estimate, se, interval and p, as ours come with the fit
    found.get_heterogeneity_stats()  # Q, I2, H
    return found
for k, times in (("10", 20), ("100", 10), ("1000", 5), ("10000", 3)):
    y, v = (np.array(x)[:, None] for x in data[k])
    values[k] = float(np.ravel(clock(k, lambda: fit(y, v), times).tau2)[0])
y, v = (np.array(x).reshape(-1, 10).T.copy() for x in data["many"])
values["many"] = float(np.nansum(clock("many", lambda: fit(y, v)).tau2))
from importlib.metadata import version
print(json.dumps([out, values, version("pymare")]))
"""

_STATSMODELS = """
import json, sys, time
import numpy as np
from statsmodels.stats.meta_analysis import combine_effects
data = json.load(open(sys.argv[1]))
out = {}
for k, times in (("10", 100), ("100", 50), ("1000", 20), ("10000", 5)):
    y, v = map(np.array, data[k])
    combine_effects(y, v, method_re="iterated")
    spent = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(times):
            combine_effects(y, v, method_re="iterated")
        spent.append((time.process_time() - start) / times)
    out[k] = sorted(spent)[2]
from importlib.metadata import version
print(json.dumps([out, version("statsmodels")]))
"""

_METAFOR = """
suppressMessages({library(metafor); library(jsonlite)})
data <- fromJSON(commandArgs(TRUE)[1])
out <- list(); values <- list()
clock <- function(call, times) {
  call()
  median(sapply(seq_len(if (times > 1) 5 else 1), function(batch) {
    t <- proc.time()
    for (i in seq_len(times)) call()
    d <- proc.time() - t
    as.numeric((d[1] + d[2]) / times)
  }))
}
fit <- function(y, v) rma(y, v, method="REML")
for (k in c("10", "100", "1000")) {
  y <- data[[k]][1, ]; v <- data[[k]][2, ]
  out[[k]] <- clock(function() fit(y, v), c("10"=50, "100"=20, "1000"=1)[[k]])
  values[[k]] <- rma(y, v, method="REML", control=list(threshold=1e-12))$tau2
}
y <- matrix(data$many[1, ], ncol=10, byrow=TRUE); v <- matrix(data$many[2, ], ncol=10, byrow=TRUE)
failed <- 0; n <- 500
t <- proc.time()
for (i in seq_len(n)) tryCatch(fit(y[i, ], v[i, ]), error=function(e) failed <<- failed + 1)
d <- proc.time() - t
out$many <- as.numeric((d[1] + d[2]) / n * nrow(y)); out$failed <- failed
y <- data$gosh[1, ]; v <- data$gosh[2, ]
res <- rma(y, v, method="REML")
t <- proc.time(); g <- gosh(res, subsets=500, progbar=FALSE); d <- proc.time() - t
out$gosh <- as.numeric((d[1] + d[2]) / nrow(g$res) * (2^20 - 1))
cat(toJSON(list(out, values, as.character(packageVersion("metafor")), R.version$version.string),
  auto_unbox=TRUE, digits=15))
"""


def _run(program: str, command: list[str], data: str, suffix: str) -> list:  # type: ignore[type-arg]
    with tempfile.NamedTemporaryFile("w", suffix=suffix, delete=False) as script:
        script.write(program)
    try:
        env = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        return json.loads(measure([*command, script.name, data], env=env).stdout)  # type: ignore[no-any-return]
    finally:
        Path(script.name).unlink()


def run() -> str:
    """Measure all and return the table."""
    space: dict[str, object] = {}
    exec(_MAKE, space)
    make = space["data"]
    sets = {k: make(int(k)) for k in ("10", "100", "1000", "10000")}  # type: ignore[operator]
    sets["many"] = make(10, 10_000)  # type: ignore[operator]
    sets["gosh"] = make(20)  # type: ignore[operator]
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump({k: [list(map(float, x)) for x in v] for k, v in sets.items()}, file)
    peers = os.environ.get("SINTEZA_PEERS", "")
    ours, our_tau2 = _run(_OURS, [sys.executable], file.name, ".py")
    metafor, their_tau2, version, r = _run(_METAFOR, ["Rscript"], file.name, ".R")
    pymare, pymare_tau2, pymare_version = _run(_PYMARE, [peers], file.name, ".py")
    models, models_version = _run(_STATSMODELS, [peers], file.name, ".py")
    importing = _importing()
    Path(file.name).unlink()
    return _table(
        ours,
        metafor,
        pymare,
        models,
        our_tau2,
        their_tau2,
        pymare_tau2,
        importing,
        f"{r}, metafor {version}, PyMARE {pymare_version}, statsmodels {models_version}",
    )


def _importing() -> tuple[float, float]:
    """CPU seconds to import the package, and to import it and use pool()."""
    from benchmarks.measure import median_cpu

    empty = median_cpu([sys.executable, "-c", "pass"], 5)
    lazy = median_cpu([sys.executable, "-c", "import sinteza.stats"], 5)
    used = median_cpu([sys.executable, "-c", "from sinteza.stats import pool, effect_sizes"], 5)
    return lazy - empty, used - empty


def _milli(seconds: float | None) -> str:
    return "" if seconds is None else f"{1000 * seconds:,.2f}"


def _ratio(theirs: float | None, ours: float) -> str:
    return "" if theirs is None else f"{theirs / ours:,.1f}x"


def _table(ours, metafor, pymare, models, a, b, c, importing, versions) -> str:  # type: ignore[no-untyped-def]
    names = {
        "10": "REML, k = 10",
        "100": "REML, k = 100",
        "1000": "REML, k = 1,000",
        "10000": "REML, k = 10,000",
        "many": "10,000 REML analyses of k = 10",
        "gosh": "GOSH, k = 20, REML, all 1,048,575 subsets",
    }
    lines = [
        "## Pairwise meta-analysis: speed",
        "",
        f"{stamp('numpy', 'scipy')}; {versions}",
        "",
        "CPU milliseconds, medians of five batches; ratios are peer / ours. metafor's 10,000"
        " analyses and GOSH are scaled up"
        " from 500 fits; statsmodels has no REML, so its iterated Paule-Mandel stands beside.",
        "",
        "| task | ours | metafor | ratio | PyMARE | ratio | statsmodels (PM) | ratio |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for key, name in names.items():
        cells = [_milli(ours[key])]
        for peer in (metafor, pymare, models):
            cells += [_milli(peer.get(key)), _ratio(peer.get(key), ours[key])]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    apart = max(abs(a[k] - b[k]) / b[k] for k in b)
    gap = max(abs(a[k] - c[k]) / c[k] for k in c)
    lines += [
        "",
        f"GOSH with equal effects: {_milli(ours['gosh_ee'])} ms. "
        f"Not converged: ours {ours['unconverged']} of 10,000, metafor {metafor['failed']} of 500. "
        f"tau2 agrees with metafor (threshold 1e-12) to {apart:.1e}, with PyMARE to"
        f" {gap:.1e} relative.",
        "",
        f"`import sinteza.stats` takes {importing[0]:.3f} CPU s; with `pool` and `effect_sizes` in"
        f" hand (numpy loaded; the first call loads scipy.special besides) {importing[1]:.3f} CPU"
        " s.",
    ]
    return "\n".join(lines)
