"""Train the model of sentence roles: ``python -m sinteza.train.roles DATA``.

``DATA`` is a file of structured abstracts, one JSON object a line with ``sentences``: pairs of role
and text (``.jsonl`` or ``.jsonl.gz``). Background and objective are one role, because publishers
use the two labels differently. Every fifth abstract is held out for the scores, then the model is
fitted to all. The seed is fixed: the same data give the same file.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinteza.text.roles import NEAR_BITS, OWN_BITS, PLACES, ROLES, RoleModel, hashes, place

SEED = 20261123
# how much the order of roles counts against the words; of 0.5 to 2 the best on held-out abstracts
ORDER = 0.75
_NUMBER = {"BACKGROUND": 0, "OBJECTIVE": 0, "METHODS": 1, "RESULTS": 2, "CONCLUSIONS": 3}
Abstract = list[tuple[int, str]]


def load(path: Path) -> list[Abstract]:
    """Abstracts as lists of (role, sentence)."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    raw = [json.loads(line)["sentences"] for line in text.splitlines() if line.strip()]
    return [[(_NUMBER[r], s) for r, s in item if r in _NUMBER] for item in raw if item]


def features(abstracts: Sequence[Abstract]) -> tuple[Any, NDArray[np.int64]]:
    """Sparse rows (own words, words before, words after, place) and the roles."""
    from scipy.sparse import csr_matrix

    near, after = 2**OWN_BITS, 2**OWN_BITS + 2**NEAR_BITS
    places = after + 2**NEAR_BITS
    rows: list[NDArray[np.int64]] = []
    data: list[NDArray[np.float32]] = []
    roles: list[int] = []
    for abstract in abstracts:
        words = [hashes(text).astype(np.int64) for _, text in abstract]
        for i, (role, _) in enumerate(abstract):
            parts = [words[i] & (2**OWN_BITS - 1)]
            if i:
                parts.append(near + (words[i - 1] & (2**NEAR_BITS - 1)))
            if i + 1 < len(words):
                parts.append(after + (words[i + 1] & (2**NEAR_BITS - 1)))
            weights = [np.full(len(p), 1.0 / max(1.0, len(p) ** 0.5), np.float32) for p in parts]
            parts.append(np.array([places + spot for spot in place(i, len(words))]))
            weights.append(np.ones(2, np.float32))
            rows.append(np.concatenate(parts))
            data.append(np.concatenate(weights))
            roles.append(role)
    ends = np.cumsum([0, *[len(row) for row in rows]])
    shape = (len(rows), places + PLACES)
    matrix = csr_matrix((np.concatenate(data), np.concatenate(rows), ends), shape=shape)
    return matrix, np.array(roles)


def fit(abstracts: Sequence[Abstract]) -> dict[str, NDArray[np.float32]]:
    """Weights and the order of roles, unquantized."""
    from sklearn.linear_model import SGDClassifier

    matrix, roles = features(abstracts)
    model = SGDClassifier(
        loss="log_loss", alpha=2e-6, max_iter=25, tol=None, average=True, random_state=SEED
    )
    model.fit(matrix, roles)
    weights = model.coef_.T.astype(np.float32)
    start = np.ones(len(ROLES))
    steps = np.ones((len(ROLES), len(ROLES)))
    for abstract in abstracts:
        start[abstract[0][0]] += 1
        for (left, _), (right, _) in pairwise(abstract):
            steps[left, right] += 1
    near, after = 2**OWN_BITS, 2**OWN_BITS + 2**NEAR_BITS
    places = after + 2**NEAR_BITS
    return {
        "own": weights[:near],
        "before": weights[near:after],
        "after": weights[after:places],
        "places": weights[places:],
        "bias": model.intercept_.astype(np.float32),
        "start": ORDER * np.log(start / start.sum()).astype(np.float32),
        "steps": ORDER * np.log(steps / steps.sum(axis=1, keepdims=True)).astype(np.float32),
    }


def accuracy(model: RoleModel, abstracts: Sequence[Abstract]) -> float:
    """Share of sentences given their own section's role."""
    right = total = 0
    for abstract in abstracts:
        for found, (role, _) in zip(model.predict([s for _, s in abstract]), abstract, strict=True):
            right += found == ROLES[role]
            total += 1
    return right / total


def store(arrays: dict[str, NDArray[np.float32]], path: Path) -> None:
    """Write the big tables in eight bits each, with their scale."""
    out: dict[str, NDArray[Any]] = {}
    for name, array in arrays.items():
        if name in ("own", "before", "after"):
            scale = float(np.quantile(np.abs(array[array != 0]), 0.9995)) / 127
            out[name] = np.clip(np.rint(array / scale), -127, 127).astype(np.int8)
            out[f"{name}_scale"] = np.float32(scale)  # type: ignore[assignment] # a 0-d array
        else:
            out[name] = array
    np.savez_compressed(path, **out)  # type: ignore[arg-type] # numpy's stub mistakes the keywords


def main(arguments: Sequence[str]) -> None:
    """Fit, score, store."""
    data = Path(arguments[0])
    folder = Path(__file__).parent.parent / "text" / "models"
    abstracts = load(data)
    held = abstracts[::5]
    kept = [item for number, item in enumerate(abstracts) if number % 5]
    score = accuracy(RoleModel(fit(kept)), held)
    store(fit(abstracts), folder / "roles.npz")
    summary = {
        "data": data.name,
        "abstracts": len(abstracts),
        "sentences": sum(map(len, abstracts)),
        "held_out_abstracts": len(held),
        "held_out_accuracy_4_roles": round(score, 4),
        "seed": SEED,
    }
    (folder / "roles.json").write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
