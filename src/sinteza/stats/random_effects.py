"""The random part of a multilevel model: which rows share an effect, with what covariance.

``Intercept(groups)`` is one effect a group (``nested("district", ...)`` builds the labels of nested
levels). ``Structured(inner, outer, structure)`` gives the rows of one ``outer`` group correlated
effects by the level of ``inner``:

====  =========================================================  ==========================
UN    every variance and every correlation its own               L L' (Cholesky)
HCS   every level its own variance, one correlation              t_i t_j rho
CS    one variance, one correlation                              tau2 rho
AR    one variance, rho^|i-j| (levels in order)                  tau2 rho^|i-j|
DIAG  every level its own variance, no correlation               diag(tau2_i)
ID    one variance, no correlation                               tau2 I
====  =========================================================  ==========================

Parameters are unconstrained for the optimizer and smooth at their boundaries: a variance is the
square of its parameter, a correlation its sine.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinteza.errors import SynthesisError
from sinteza.stats.arrays import FloatArray

IntArray = NDArray[np.int64]
STRUCTURES = ("UN", "HCS", "CS", "AR", "DIAG", "ID")


@dataclass(frozen=True)
class Intercept:
    """One random effect a group: ``groups`` has a label a row; ``name`` is for printing."""

    groups: Sequence[Hashable]
    name: str = "group"


@dataclass(frozen=True)
class Structured:
    """Correlated effects: rows of one ``outer`` group share effects by their ``inner`` level."""

    inner: Sequence[Hashable]
    outer: Sequence[Hashable]
    structure: str = "CS"
    name: str = "inner | outer"


def nested(*levels: Sequence[Hashable], names: Sequence[str] | None = None) -> list[Intercept]:
    """Nested random effects, from the outer level in: district / school / ...

    ``names``: one a level, for printing.

    Raises SynthesisError where the levels differ in length.
    """
    if len({len(level) for level in levels}) != 1:
        raise SynthesisError("the nested levels differ in length")
    called = list(names) if names else [f"level {d + 1}" for d in range(len(levels))]
    if len(called) != len(levels):
        raise SynthesisError(f"{len(called)} names for {len(levels)} nested levels")
    made = []
    for depth in range(1, len(levels) + 1):
        labels = list(zip(*levels[:depth], strict=True))
        made.append(Intercept(labels, name="/".join(called[:depth])))
    return made


@dataclass(frozen=True)
class Term:
    """A random term in numbers: ``group`` and ``level`` of each row, the structure's parameters."""

    name: str
    structure: str
    group: IntArray
    level: IntArray
    labels: tuple[str, ...]

    @property
    def n_levels(self) -> int:
        """Levels of the inner factor (1 for an intercept)."""
        return len(self.labels)

    @property
    def size(self) -> int:
        """Number of parameters."""
        n = self.n_levels
        return {"UN": n * (n + 1) // 2, "HCS": n + 1, "DIAG": n, "ID": 1}.get(self.structure, 2)

    def _range(self) -> tuple[float, float]:
        low = -1.0 / (self.n_levels - 1) if self.structure in ("CS", "HCS") else -1.0
        return (low + 1.0) / 2.0, (1.0 - low) / 2.0

    def _rho(self, angle: float) -> tuple[float, float]:
        middle, half = self._range()
        return middle + half * np.sin(angle), half * np.cos(angle)

    def start(self, sd: float, rho: float = 0.5) -> FloatArray:
        """Starting parameters with standard deviation ``sd`` everywhere."""
        n = self.n_levels
        if self.structure in ("ID", "DIAG"):
            return np.full(self.size, sd)
        if self.structure == "UN":
            matrix = sd**2 * (np.eye(n) * (1 - rho) + rho)
            return np.asarray(np.linalg.cholesky(matrix)[np.tril_indices(n)], np.float64)
        middle, half = self._range()
        angle = float(np.arcsin(np.clip((rho - middle) / half, -0.95, 0.95)))
        return np.append(np.full(self.size - 1, sd), angle)

    def covariance(self, p: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Covariance matrix of the levels and its derivative by each parameter."""
        n = self.n_levels
        eye = np.eye(n)
        if self.structure == "ID":
            return p[0] ** 2 * eye, [2 * p[0] * eye]
        if self.structure == "DIAG":
            return np.diag(p**2), [2 * p[i] * np.outer(eye[i], eye[i]) for i in range(n)]
        if self.structure == "UN":
            rows, columns = np.tril_indices(n)
            root = np.zeros((n, n))
            root[rows, columns] = p
            slopes = []
            for row, column in zip(rows, columns, strict=True):
                moved = np.outer(eye[row], root[:, column])
                slopes.append(moved + moved.T)
            return root @ root.T, slopes
        rho, turn = self._rho(float(p[-1]))
        if self.structure == "AR":
            lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n))).astype(float)
            shape = np.where(lag > 0, np.power(rho, lag), 1.0)
            slope = np.where(lag > 0, lag * np.power(rho, np.maximum(lag - 1, 0)), 0.0)
            return p[0] ** 2 * shape, [2 * p[0] * shape, p[0] ** 2 * slope * turn]
        shape = eye + rho * (1 - eye)
        if self.structure == "CS":
            return p[0] ** 2 * shape, [2 * p[0] * shape, p[0] ** 2 * (1 - eye) * turn]
        sd, sign = np.abs(p[:-1]), np.where(p[:-1] < 0, -1.0, 1.0)
        slopes = []
        for i in range(n):
            moved = sign[i] * np.outer(eye[i], shape[i] * sd)
            slopes.append(moved + moved.T)
        slopes.append(np.outer(sd, sd) * (1 - eye) * turn)
        return np.outer(sd, sd) * shape, slopes

    def report(self, p: FloatArray, scale: float) -> tuple[dict[str, float], dict[str, float]]:
        """Variances (by level) and correlations in the data's unit."""
        matrix = self.covariance(p)[0] * scale**2
        if self.structure in ("ID", "CS", "AR"):
            variances = {self.name: float(matrix[0, 0])}
        else:
            variances = {f"{self.name} {s}": float(v) for s, v in
                         zip(self.labels, np.diag(matrix), strict=True)}  # fmt: skip
        correlations = {}
        if self.structure in ("CS", "HCS", "AR"):
            correlations[f"{self.name} rho"] = float(self._rho(float(p[-1]))[0])
        elif self.structure == "UN":
            sd = np.sqrt(np.diag(matrix))
            for i in range(self.n_levels):
                for j in range(i):
                    both = sd[i] * sd[j]
                    name = f"{self.name} {self.labels[j]}-{self.labels[i]}"
                    correlations[name] = float(matrix[i, j] / both) if both > 0 else 0.0
        return variances, correlations


def codes(labels: Sequence[Hashable]) -> tuple[IntArray, list[Hashable]]:
    """Integer code of each row in order of first appearance, and the labels."""
    seen: dict[Hashable, int] = {}
    made = np.array([seen.setdefault(label, len(seen)) for label in labels], dtype=np.int64)
    return made, list(seen)


def make_term(given: Intercept | Structured, k: int, keep: NDArray[np.bool_]) -> Term:
    """The numeric term of the rows that are kept.

    Raises SynthesisError for labels of the wrong length or an unknown structure.
    """
    if isinstance(given, Intercept):
        if len(given.groups) != k:
            raise SynthesisError(f"{given.name} has {len(given.groups)} labels for {k} rows")
        group, _ = codes([g for g, use in zip(given.groups, keep, strict=True) if use])
        return Term(given.name, "ID", group, np.zeros(len(group), np.int64), (given.name,))
    if given.structure not in STRUCTURES:
        raise SynthesisError(
            f"no structure {given.structure}", hint=f"use one of {', '.join(STRUCTURES)}"
        )
    if len(given.inner) != k or len(given.outer) != k:
        raise SynthesisError(f"{given.name}: the labels do not have one entry for each of {k} rows")
    group, _ = codes([g for g, use in zip(given.outer, keep, strict=True) if use])
    inner: list[Any] = [g for g, use in zip(given.inner, keep, strict=True) if use]
    try:
        levels = sorted(set(inner))
    except TypeError:
        levels = list(dict.fromkeys(inner))
    if len(levels) < 2:
        raise SynthesisError(f"{given.name} has one inner level", hint="use an Intercept")
    index = {name: i for i, name in enumerate(levels)}
    level = np.array([index[i] for i in inner], dtype=np.int64)
    return Term(given.name, given.structure, group, level, tuple(str(s) for s in levels))
