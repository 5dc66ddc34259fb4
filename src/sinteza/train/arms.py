"""Train the model of arms: ``python -m sinteza.train.arms RECORDS READ...``.

``RECORDS`` is a folder of PubMed files (``*.xml.gz``), each ``READ`` a file of reports read by
hand, one JSON object a line with ``pmid``, ``arms`` and ``outcomes``. The figures of each reading
are a chain whose states are arms; a figure may have every arm that fits what was read by hand, and
none where nobody read it, so the likelihood is that of all chains that fit (Quattoni et al. 2007,
https://doi.org/10.1109/TPAMI.2007.1124). Weights are drawn to what the grammar lets expect
(``EXPECTED``). Scored by five folds of reports, then fitted to all; the same data give the same
file.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from sinteza.extraction.align import best, scores
from sinteza.extraction.cues import NOBODY, Cue, Scene
from sinteza.extraction.numbers import Value
from sinteza.extraction.read import Told, read
from sinteza.formats import pubmed_xml
from sinteza.model.record import Record
from sinteza.text.roles import load as load_roles

FOLDS = 5
# of 1, 2 and 3 by cross-validation
PENALTY = 2.0
Floats = NDArray[np.float64]

# what the grammar lets expect before any report was read
EXPECTED: dict[str, float] = {
    "joined after": 1.5,
    "joined before": 1.5,
    "joined on the usual side": 0.5,
    "joined on the unusual side": -0.5,
    "another name beside it": -1,
    "the name beside another": -0.5,
    "the name beside its list": 2,
    "far after": -0.3,
    "far before": -0.3,
    "past figures": -0.3,
    "past names after": -0.4,
    "past names before": -0.4,
    "past a semicolon": -0.5,
    "row before once": 1.0,
    "row before once respectively": 1.5,
    "row right behind once": 1,
    "row right behind once respectively": 1.5,
    "row behind once": 0.3,
    "row behind once respectively": 1,
    "row all": 0.7,
    "row all respectively": 1.2,
    "row before in turns": 0.8,
    "row before but held once": 0.7,
    "row before but held once respectively": 1.2,
    "row doses": 0.7,
    "doses in a list": 1,
    "vague, its doses named": -1.5,
    "vague": -0.3,
    "row usual": 0.5,
    "same place in lists": 1,
    "same place in lists respectively": 1.5,
    "order before once none named": 2,
    "order before again none named": 1.5,
    "the only one named one": 1.5,
    "the only one named more": 0.5,
    "unnamed all one T": -1,
    "unnamed all several T": -1,
    "unnamed all one E": -1.5,
    "unnamed all several E": -1.5,
    "unnamed all none T": 1,
    "unnamed doses several T": -1,
    "unnamed one of several one T": -1,
    "all of them": 2,
    "unnamed doses one E": -1,
    "unnamed doses one T": -1,
    "unnamed doses one D": -1,
    "unnamed all one D": -1,
    "order before once named": 0.3,
    "same arm versus": -3,
    "same arm listed contrast": -1.5,
    "same arm, labels differ": 0.7,
    "treated more greater E": 1,
    "treated less greater E": -1,
    "treated more unsaid E": 0.7,
    "treated less unsaid E": -0.7,
    "treated less smaller T": 0.7,
    "treated more smaller T": -0.7,
    "treated less smaller S": 0.7,
    "treated more smaller S": -0.7,
    "treated more greater T": 0.7,
    "treated less greater T": -0.7,
    "held against": -0.7,
    "a contrast between one": -1.5,
    "a contrast between more": -0.5,
    "more than the arm had": -2,
    "unnamed though named": -1.5,
    "unnamed beside a name": -1,
    "all, then each": 2,
    "more than any arm had": 2,
    "of as many as the arm had": 1.5,
    "of as many as all": 1,
}


@dataclass(frozen=True, slots=True)
class Example:
    """One reading and, of each figure, the candidates that fit what was read by hand."""

    pmid: str
    scene: Scene
    fitting: Sequence[frozenset[int]]


def _doses(name: str) -> frozenset[float]:
    return frozenset(float(x.replace(",", "")) for x in re.findall(r"\d+(?:[.,]\d+)?", name))


def _same(value: Value, item: Mapping[str, Any]) -> bool:
    """The same printed figure: what both state agrees, and both state something."""
    pairs = [
        (value.events, item.get("events"), 0.0),
        (value.percent, item.get("percent"), 0.0501),
    ]
    both = [(abs(a), abs(b), room) for a, b, room in pairs if a is not None and b is not None]
    return bool(both) and all(abs(a - b) <= room for a, b, room in both)


def fitting(scene: Scene, report: Mapping[str, Any]) -> list[frozenset[int]]:
    """Of each figure of a scene the candidates that fit a report read by hand; empty for a figure
    that nothing can be said of."""
    arms = {arm["id"]: arm for arm in report["arms"]}
    told = [
        (item, arms.get(item["arm"], {}))
        for outcome in report["outcomes"]
        if outcome["code"] == scene.code
        for item in outcome["values"]
    ]
    out: list[frozenset[int]] = []
    for value in scene.values:
        same = [arm for item, arm in told if _same(value, item)]
        if same:
            out.append(frozenset(n for arm in same for n in _of(scene, arm)))
        elif value.percent_max is not None and told:
            out.append(frozenset())
        else:
            out.append(frozenset({scene.nobody}))
    return out


def _of(scene: Scene, arm: Mapping[str, Any]) -> list[int]:
    """The candidates of a scene that are this arm, or else have its role."""
    name = arm.get("name") or ""
    loose = [
        n
        for n, c in enumerate(scene.candidates)
        if c.arm != NOBODY and scene.table.arms[c.arm].role == arm.get("role")
    ]
    drafts = {n: scene.table.arms[scene.candidates[n].arm] for n in loose}
    fit = [
        n
        for n, draft in drafts.items()
        if draft.role == "comparator" or _doses(draft.name) == _doses(name)
    ]
    if arm.get("role") == "pooled":
        everybody = name.lower().startswith(("all", "total", "overall", "whole", "both"))
        fit = [n for n in fit if (drafts[n].drug == "all") == everybody] or fit
    return fit or loose


def load(folder: Path, read_by_hand: Sequence[Path]) -> list[tuple[Record, dict[str, Any]]]:
    """Records with what was read by hand, in the order of the files."""
    wanted: dict[str, dict[str, Any]] = {}
    for path in read_by_hand:
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            wanted[item["pmid"]] = item
    records: dict[str, Record] = {}
    for path in sorted(folder.glob("*.xml.gz")):
        stream = io.BytesIO(gzip.decompress(path.read_bytes()))
        records |= {r.pmid: r for r in pubmed_xml.read(stream) if r.pmid in wanted}
    return [(records[pmid], item) for pmid, item in wanted.items() if pmid in records]


def examples(
    reports: Sequence[tuple[Record, dict[str, Any]]], weights: Mapping[str, float]
) -> list[Example]:
    """The readings of reports of which something is known."""
    roles = load_roles().predict
    found: list[Example] = []
    for record, item in reports:
        told = Told(weights=weights)
        read(record, roles, told)
        for scene in told.scenes:
            fit = fitting(scene, item)
            if any(fit):
                found.append(Example(record.pmid, scene, fit))
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """Where an example stands in the tables: its first rows, its size, what does not fit."""

    own: int
    following: int
    figures: int
    arms: int
    shut: Floats


class _Tables:
    """The cues of examples: a row for each arm of a figure, and for each two of neighbors."""

    def __init__(self, found: Sequence[Example]) -> None:
        place: dict[str, int] = {}
        entries: tuple[list[tuple[int, int, float]], list[tuple[int, int, float]]] = ([], [])
        ends = [0, 0]

        def add(kind: int, cues: Sequence[Cue]) -> None:
            for name, size in cues:
                entries[kind].append((ends[kind], place.setdefault(name, len(place)), size))
            ends[kind] += 1

        self.parts: list[_Part] = []
        for example in found:
            scene, own, following = example.scene, ends[0], ends[1]
            states = scene.candidates
            shut = np.zeros((len(scene.values), len(states)))
            for i, fit in enumerate(example.fitting):
                if fit:
                    shut[i] = -1e9
                    shut[i, sorted(fit)] = 0
                for one in states:
                    add(0, scene.own(i, one))
                if i + 1 < len(scene.values):
                    for one in states:
                        for two in states:
                            add(1, scene.next(i, one, two))
            self.parts.append(_Part(own, following, len(scene.values), len(states), shut))
        self.cues = list(place)
        self.own, self.following = (
            csr_matrix(
                ([e[2] for e in rows], ([e[0] for e in rows], [e[1] for e in rows])),
                shape=(max(end, 1), len(place)),
            )
            for rows, end in zip(entries, ends, strict=True)
        )


def _log_sum(values: Floats, axis: int) -> Floats:
    top = values.max(axis=axis, keepdims=True)
    total: Floats = np.log(np.exp(values - top).sum(axis=axis, keepdims=True)) + top
    return total.squeeze(axis)


def _chances(own: Floats, steps: Floats) -> tuple[float, Floats, Floats]:
    """Log of the sum over all chains, and the chance of each state and of each two."""
    ahead, behind = own.copy(), np.zeros_like(own)
    for i in range(1, len(own)):
        ahead[i] += _log_sum(ahead[i - 1][:, None] + steps[i - 1], 0)
    for i in range(len(own) - 2, -1, -1):
        behind[i] = _log_sum(steps[i] + own[i + 1] + behind[i + 1], 1)
    whole = float(_log_sum(ahead[-1], 0))
    pairs = np.exp(ahead[:-1, :, None] + steps + (own + behind)[1:, None, :] - whole)
    return whole, np.exp(ahead + behind - whole), pairs


def fit(found: Sequence[Example]) -> dict[str, float]:
    """Weight of each cue: penalized likelihood of the chains that fit."""
    tables = _Tables(found)
    expected = np.array([EXPECTED.get(cue, 0.0) for cue in tables.cues])

    def loss(weights: Floats) -> tuple[float, Floats]:
        own, following = tables.own @ weights, tables.following @ weights
        slope, steep = np.zeros_like(own), np.zeros_like(following)
        value = 0.0
        for part in tables.parts:
            rows = slice(part.own, part.own + part.figures * part.arms)
            twos = slice(part.following, part.following + (part.figures - 1) * part.arms**2)
            each = own[rows].reshape(part.figures, part.arms)
            steps = following[twos].reshape(part.figures - 1, part.arms, part.arms)
            every, shares, pairs = _chances(each, steps)
            some, kept, joint = _chances(each + part.shut, steps)
            value += every - some
            slope[rows] = (shares - kept).ravel()
            steep[twos] = (pairs - joint).ravel()
        apart = weights - expected
        gradient = tables.own.T @ slope + tables.following.T @ steep + PENALTY * apart
        return value + PENALTY / 2 * float(apart @ apart), gradient

    found_at = minimize(loss, expected, jac=True, method="L-BFGS-B").x
    weights = {cue: round(float(w), 2) for cue, w in zip(tables.cues, found_at, strict=True)}
    return {cue: weight for cue, weight in sorted(weights.items()) if weight}


def right(found: Sequence[Example], weights: Mapping[str, float]) -> tuple[int, int]:
    """Figures that were given an arm that fits, and figures of which that is known."""
    hit = known = 0
    for example in found:
        nobody = example.scene.nobody
        own, following = scores(example.scene, weights)
        for row in own:
            row[nobody] = -np.inf
        for state, fit_of in zip(best(own, following), example.fitting, strict=True):
            if fit_of and fit_of != {nobody}:
                known += 1
                hit += state in fit_of
    return hit, known


def main(arguments: Sequence[str]) -> None:
    """Score, fit, store."""
    reports = load(Path(arguments[0]), [Path(name) for name in arguments[1:]])
    # what a sentence before told of depends on the weights: those expected, then those found
    weights: Mapping[str, float] = fit(examples(reports, EXPECTED))
    found = examples(reports, weights)
    hit = known = 0
    for fold in range(FOLDS):
        inside = [e for e in found if int(e.pmid) % FOLDS != fold]
        more = right([e for e in found if int(e.pmid) % FOLDS == fold], fit(inside))
        hit, known = hit + more[0], known + more[1]
    summary = {
        "reports": len(reports),
        "readings": len(found),
        "five_folds": {"figures": known, "arm_right": round(hit / known, 4)},
        "weights": fit(found),
    }
    out = Path(__file__).parent.parent / "extraction" / "models" / "arms.json"
    out.write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(summary["five_folds"]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
