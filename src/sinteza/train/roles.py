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
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinteza.text.roles import NEAR_BITS, OWN_BITS, PLACES, ROLES, RoleModel, features

SEED = 20261123
# chosen by cross-validation of the training data; neither more epochs nor other rates do better
EPOCHS = 12
RATE = 0.2
LEFT_OUT = 0.5
_NUMBER = {"BACKGROUND": 0, "OBJECTIVE": 0, "METHODS": 1, "RESULTS": 2, "CONCLUSIONS": 3}
Abstract = list[tuple[int, str]]
Floats = NDArray[np.float32]


def load(path: Path) -> list[Abstract]:
    """Abstracts as lists of (role, sentence)."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    raw = [json.loads(line)["sentences"] for line in text.splitlines() if line.strip()]
    return [[(_NUMBER[r], s) for r, s in item if r in _NUMBER] for item in raw if item]


def _rows(sentences: Sequence[str]) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
    """One abstract: rows of the joined table, their weights, and where each sentence begins."""
    near, after = 2**OWN_BITS, 2**OWN_BITS + 2**NEAR_BITS
    places = after + 2**NEAR_BITS
    rows: list[NDArray[np.int64]] = []
    weights: list[Floats] = []
    begins: list[int] = []
    count = 0
    for own, before, behind, spots in features(sentences):
        begins.append(count)
        for base, numbers in ((0, own), (near, before), (after, behind)):
            rows.append(base + numbers.astype(np.int64))
            weights.append(np.full(len(numbers), max(1, len(numbers)) ** -0.5, np.float32))
        rows.append(places + np.array(spots))
        weights.append(np.ones(len(spots), np.float32))
        count += len(own) + len(before) + len(behind) + len(spots)
    return np.concatenate(rows), np.concatenate(weights), np.array(begins)


def _log_sum(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    top = values.max(axis=axis, keepdims=True)
    total: NDArray[np.float64] = np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis)
    return total


def _expected(
    scores: NDArray[np.float64], start: NDArray[np.float64], steps: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of each role at each sentence, and expected number of each step."""
    forward, backward = scores.copy(), np.zeros_like(scores)
    forward[0] += start
    for i in range(1, len(scores)):
        forward[i] += _log_sum(forward[i - 1][:, None] + steps, 0)
    for i in range(len(scores) - 2, -1, -1):
        backward[i] = _log_sum(steps + (scores[i + 1] + backward[i + 1])[None], 1)
    total = _log_sum(forward[-1], 0)
    pairs = forward[:-1, :, None] + steps[None] + (scores[1:] + backward[1:])[:, None, :] - total
    return np.exp(forward + backward - total), np.exp(pairs).sum(axis=0)


def fit(abstracts: Sequence[Abstract]) -> dict[str, Floats]:
    """The random field by stochastic gradients, unquantized.

    Adagrad (Duchi, Hazan and Singer 2011) on the log likelihood of whole abstracts; at each step
    half of the features are left out (Srivastava et al. 2014); the weights are the mean of those
    after each of the last epochs.
    """
    random = np.random.default_rng(SEED)
    near, after = 2**OWN_BITS, 2**OWN_BITS + 2**NEAR_BITS
    places = after + 2**NEAR_BITS
    table = np.zeros((places + PLACES, len(ROLES)), np.float32)
    seen = np.full((places + PLACES, 1), 1e-3, np.float32)
    start, steps = np.zeros(len(ROLES)), np.zeros((len(ROLES), len(ROLES)))
    seen_start, seen_steps = np.ones_like(start), np.ones_like(steps)
    means: list[NDArray[Any]] = [np.zeros_like(item) for item in (table, start, steps)]
    data = [_rows([text for _, text in item]) for item in abstracts]
    truth = [np.array([role for role, _ in item]) for item in abstracts]
    for epoch in range(EPOCHS):
        for number in random.permutation(len(data)):
            rows, weights, begins = data[number]
            roles = truth[number]
            kept = random.random(len(weights), dtype=np.float32) >= LEFT_OUT
            weights = weights * kept / np.float32(1 - LEFT_OUT)
            scores = np.add.reduceat(table[rows] * weights[:, None], begins, axis=0)
            slope, step_slope = _expected(scores.astype(np.float64), start, steps)
            slope[np.arange(len(roles)), roles] -= 1
            np.subtract.at(step_slope, (roles[:-1], roles[1:]), 1)
            sizes = np.diff(begins, append=len(rows))
            change = np.repeat(slope, sizes, axis=0).astype(np.float32) * weights[:, None]
            np.add.at(seen, rows, (change**2).sum(axis=1, keepdims=True))
            np.subtract.at(table, rows, RATE * change / np.sqrt(seen[rows]))
            seen_start += slope[0] ** 2
            start -= RATE * slope[0] / np.sqrt(seen_start)
            seen_steps += step_slope**2
            steps -= RATE * step_slope / np.sqrt(seen_steps)
        if epoch >= EPOCHS // 2:
            for mean, item in zip(means, (table, start, steps), strict=True):
                mean += item / (EPOCHS - EPOCHS // 2)
    weights_, first, order = (item.astype(np.float32) for item in means)
    return {
        "own": weights_[:near],
        "before": weights_[near:after],
        "after": weights_[after:places],
        "places": weights_[places:],
        "start": first,
        "steps": order,
    }


def accuracy(model: RoleModel, abstracts: Sequence[Abstract]) -> float:
    """Share of sentences given their own section's role."""
    right = total = 0
    for abstract in abstracts:
        for found, (role, _) in zip(model.predict([s for _, s in abstract]), abstract, strict=True):
            right += found == ROLES[role]
            total += 1
    return right / total


def store(arrays: dict[str, Floats], path: Path) -> None:
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
