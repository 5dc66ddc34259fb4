"""What each sentence of an abstract does: objective, methods, results or conclusions.

A linear model on hashed words and pairs of words of the sentence and its neighbors and on its
place, decoded over the whole abstract (Viterbi), trained by ``python -m sinteza.train.roles`` on
open-access structured abstracts whose own section labels are the truth. Used where an abstract
carries no labels. Its scores stand in ``models/roles.json``.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sinteza.text.normalize import fold

ROLES = ("OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS")
OWN_BITS = 17
NEAR_BITS = 16
PLACES = 24
# an abstract of more sentences is cut into pieces of this size
_MOST = 400
_TOKEN = re.compile(r"[a-z]+|\d[\d.,]*|[%<>=±≥≤]")
_LONGEST = 3000

Hashes = NDArray[np.uint32]


def hashes(sentence: str) -> Hashes:
    """The words and pairs of words of a sentence as 32-bit numbers; figures are all one word."""
    tokens = [
        "0" if token[0].isdigit() else token for token in _TOKEN.findall(fold(sentence[:_LONGEST]))
    ]
    if not tokens:
        return np.zeros(0, dtype=np.uint32)
    pairs = [f"{a} {b}" for a, b in zip(["^", *tokens], [*tokens, "$"], strict=True)]
    return np.array(
        [zlib.crc32(word.encode()) for word in dict.fromkeys([*tokens, *pairs])], dtype=np.uint32
    )


def place(index: int, count: int) -> tuple[int, int]:
    """Where a sentence stands: tenth of the abstract, and number from the start or the end."""
    tenth = min(9, 10 * index // max(count, 1))
    edge = 10 + min(index, 6) if index < count - index else 17 + min(count - 1 - index, 6)
    return tenth, edge


class RoleModel:
    """The weights, and their use.

    Shapes: ``own`` (2**17, 4), ``before`` and ``after`` (2**16, 4), ``places`` (24, 4),
    ``bias`` (4,), ``start`` (4,) and ``steps`` (4, 4) log probabilities of the order of roles.
    """

    def __init__(self, arrays: dict[str, NDArray[np.float32]]) -> None:
        self.own = arrays["own"]
        self.before = arrays["before"]
        self.after = arrays["after"]
        self.places = arrays["places"]
        self.bias = arrays["bias"]
        self.start = arrays["start"]
        self.steps = arrays["steps"]

    def scores(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Log odds of each role for each sentence, shape (n, 4), before decoding."""
        words = [hashes(sentence) for sentence in sentences]
        own = [self.own[w & (2**OWN_BITS - 1)].sum(axis=0) for w in words]
        near = [w & (2**NEAR_BITS - 1) for w in words]
        scale = [1.0 / max(1.0, float(len(w)) ** 0.5) for w in words]
        out = np.zeros((len(words), len(ROLES)), dtype=np.float32)
        for i in range(len(words)):
            tenth, edge = place(i, len(words))
            out[i] = self.bias + own[i] * scale[i] + self.places[tenth] + self.places[edge]
            if i:
                out[i] += self.before[near[i - 1]].sum(axis=0) * scale[i - 1]
            if i + 1 < len(words):
                out[i] += self.after[near[i + 1]].sum(axis=0) * scale[i + 1]
        return out

    def predict(self, sentences: Sequence[str]) -> list[str]:
        """The role of each sentence of one abstract, in order."""
        found: list[str] = []
        for low in range(0, len(sentences), _MOST):
            found.extend(self._decode(self.scores(sentences[low : low + _MOST])))
        return found

    def _decode(self, odds: NDArray[np.float32]) -> list[str]:
        # one against the rest: odds to log probabilities
        chance = -np.logaddexp(0.0, -odds)
        n = len(chance)
        best = self.start + chance[0]
        back = np.zeros((n, len(ROLES)), dtype=np.int64)
        for i in range(1, n):
            ways = best[:, None] + self.steps
            back[i] = ways.argmax(axis=0)
            best = ways.max(axis=0) + chance[i]
        role = int(best.argmax())
        path = [role]
        for i in range(n - 1, 0, -1):
            role = int(back[i, role])
            path.append(role)
        return [ROLES[role] for role in reversed(path)]


@functools.cache
def load() -> RoleModel:
    """The model that ships with the package."""
    with (files("sinteza.text") / "models" / "roles.npz").open("rb") as stream:
        stored = np.load(stream, allow_pickle=False)
        arrays = {}
        for name in ("own", "before", "after", "places", "bias", "start", "steps"):
            array = stored[name].astype(np.float32)
            if f"{name}_scale" in stored:
                array *= np.float32(stored[f"{name}_scale"])
            arrays[name] = array
    return RoleModel(arrays)
