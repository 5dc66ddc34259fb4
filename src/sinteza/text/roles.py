"""What each sentence of an abstract does: objective, methods, results or conclusions.

A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) on hashed words, pairs
of words and first words of the sentence, words of its neighbors and its place, decoded over the
whole abstract (Viterbi), trained by ``python -m sinteza.train.roles`` on open-access structured
abstracts whose own section labels are the truth. Used where an abstract carries no labels. Its
scores stand in ``models/roles.json``.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Iterable, Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sinteza.text.normalize import fold

ROLES = ("OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS")
OWN_BITS = 18
NEAR_BITS = 16
PLACES = 250
# an abstract of more sentences is cut into pieces of this size
_MOST = 400
_TOKEN = re.compile(r"[a-z]+|\d[\d.,]*|[%<>=±≥≤]")
_LONGEST = 3000

Hashes = NDArray[np.uint32]


def _numbers(words: Iterable[str]) -> Hashes:
    return np.array([zlib.crc32(word.encode()) for word in dict.fromkeys(words)], dtype=np.uint32)


def hashes(sentence: str) -> tuple[Hashes, Hashes]:
    """A sentence as 32-bit numbers: what tells about itself, and what tells about its neighbors.

    Its words, pairs of words and first four words; its words alone. Figures are all one word.
    """
    tokens = [
        "0" if token[0].isdigit() else token for token in _TOKEN.findall(fold(sentence[:_LONGEST]))
    ]
    if not tokens:
        return _numbers(()), _numbers(())
    pairs = [f"{a} {b}" for a, b in zip(["^", *tokens], [*tokens, "$"], strict=True)]
    first = [f"f:{number}:{token}" for number, token in enumerate(tokens[:4])]
    return _numbers([*tokens, *pairs, *first]), _numbers(tokens)


def place(index: int, count: int) -> tuple[int, ...]:
    """Where a sentence stands: tenth, distance to the ends, and twentieth by length of abstract."""
    last = count - 1 - index
    edge = 10 + min(index, 6) if index <= last else 17 + min(last, 6)
    twentieth = 24 + 20 * min(count // 3, 9) + min(19, 20 * index // count)
    return 10 * index // count, edge, twentieth, 224 + min(index, 12), 237 + min(last, 12)


def features(sentences: Sequence[str]) -> list[tuple[Hashes, Hashes, Hashes, tuple[int, ...]]]:
    """For each sentence of an abstract its own numbers, those before and after, and its places.

    The numbers are rows of the tables of :class:`RoleModel`.
    """
    words = [hashes(sentence) for sentence in sentences]
    own = [numbers & (2**OWN_BITS - 1) for numbers, _ in words]
    near = [numbers & (2**NEAR_BITS - 1) for _, numbers in words]
    none = _numbers(())
    return [
        (
            own[i],
            near[i - 1] if i else none,
            near[i + 1] if i + 1 < len(words) else none,
            place(i, len(words)),
        )
        for i in range(len(words))
    ]


class RoleModel:
    """The weights, and their use.

    Shapes: ``own`` (2**18, 4), ``before`` and ``after`` (2**16, 4), ``places`` (250, 4), ``start``
    (4,) and ``steps`` (4, 4): what a role scores at the beginning, and after another.
    """

    def __init__(self, arrays: dict[str, NDArray[np.float32]]) -> None:
        self.own = arrays["own"]
        self.before = arrays["before"]
        self.after = arrays["after"]
        self.places = arrays["places"]
        self.start = arrays["start"]
        self.steps = arrays["steps"]

    def scores(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Score of each role for each sentence, shape (n, 4), before decoding."""
        out = np.zeros((len(sentences), len(ROLES)), dtype=np.float32)
        for row, (own, before, after, places) in zip(out, features(sentences), strict=True):
            row += self.places[list(places)].sum(axis=0)
            for table, numbers in ((self.own, own), (self.before, before), (self.after, after)):
                if len(numbers):
                    row += table[numbers].sum(axis=0) / np.float32(len(numbers) ** 0.5)
        return out

    def predict(self, sentences: Sequence[str]) -> list[str]:
        """The role of each sentence of one abstract, in order."""
        found: list[str] = []
        for low in range(0, len(sentences), _MOST):
            found.extend(self._decode(self.scores(sentences[low : low + _MOST])))
        return found

    def _decode(self, scores: NDArray[np.float32]) -> list[str]:
        n = len(scores)
        best = self.start + scores[0]
        back = np.zeros((n, len(ROLES)), dtype=np.int64)
        for i in range(1, n):
            ways = best[:, None] + self.steps
            back[i] = ways.argmax(axis=0)
            best = ways.max(axis=0) + scores[i]
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
        for name in ("own", "before", "after", "places", "start", "steps"):
            array = stored[name].astype(np.float32)
            if f"{name}_scale" in stored:
                array *= np.float32(stored[f"{name}_scale"])
            arrays[name] = array
    return RoleModel(arrays)
