"""Inner products of features, kept between one learning and the next."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags

from sinteza.screening.features import Features, Floats, Integers, Singles


class Kernel:
    """Inner products of the rows, plus one for the constant term, in single precision.

    :meth:`choose` names the rows to learn from. Their products are kept in the order given, so
    that a longer list costs only its new part. Up to ``dense`` rows all products are made at
    once; above, only those among the chosen rows, and scores go through the columns' weights.
    """

    def __init__(self, features: Features, *, dense: int = 4096) -> None:
        self.features = features
        self._diagonal = (features.diagonal + 1.0).astype(np.float32)
        inner = features.matrix.multiply(features.matrix).sum(axis=1)
        inner = np.asarray(inner).ravel() + np.einsum("ij,ij->i", features.dense, features.dense)
        self._alone = np.maximum(features.diagonal - inner, 0).astype(np.float32)
        self._gram: Singles | None = None
        self._rows: Integers = np.zeros(0, dtype=np.int64)
        self._among: Singles = np.zeros((64, 64), dtype=np.float32)
        self._wide: Singles = np.zeros((0, 0), dtype=np.float32)
        if features.matrix.shape[0] <= dense:
            self._gram = _gram(features.matrix) + features.dense @ features.dense.T
            self._gram += np.float32(1)
            np.fill_diagonal(self._gram, self._diagonal)
            self._wide = np.zeros((64, len(self._gram)), dtype=np.float32)

    def choose(self, rows: Integers) -> Singles:
        """The kernel among the rows, (m, m): a view that the next call changes."""
        shorter = min(len(rows), len(self._rows))
        differing = np.flatnonzero(rows[:shorter] != self._rows[:shorter])
        start = int(differing[0]) if len(differing) else shorter
        m = len(rows)
        if m > len(self._among):
            size = m + m // 2
            self._among = _grown(self._among, start, (size, size))
            if self._gram is not None:
                self._wide = _grown(self._wide, start, (size, len(self._gram)))
        if m > start:
            block = self._products(rows, start)
            self._among[start:m, :m] = block
            self._among[:start, start:m] = block[:, :start].T
        self._rows = rows
        return self._among[:m, :m]

    def _products(self, rows: Integers, start: int) -> Singles:
        """Products of the rows from ``start`` on with all the rows."""
        fresh = rows[start:]
        if self._gram is not None:
            self._wide[start : len(rows)] = self._gram[fresh]
            return self._wide[start : len(rows)].take(rows, axis=1)
        matrix, dense = self.features.matrix, self.features.dense
        block: Singles = (matrix[fresh] @ matrix[rows].T).toarray()
        block += dense[fresh] @ dense[rows].T + np.float32(1)
        block[np.arange(len(fresh)), np.arange(start, len(rows))] = self._diagonal[fresh]
        return block

    def scores(self, values: Floats) -> Floats:
        """Decision values of every row: the chosen rows' columns of the kernel times ``values``."""
        if self._gram is not None:
            found = values.astype(np.float32) @ self._wide[: len(values)]
        else:
            sparse, dense = self.columns(values)
            found = self.features.matrix @ sparse + self.features.dense @ dense
            found += np.float32(values.sum())
            # columns that one row alone has speak for that row itself
            found[self._rows] += self._alone[self._rows] * values.astype(np.float32)
        return np.asarray(found, dtype=np.float64)

    def columns(self, values: Floats) -> tuple[Singles, Singles]:
        """Weights of the sparse and the dense columns under the chosen rows' ``values``."""
        single = values.astype(np.float32)
        sparse: Singles = self.features.matrix[self._rows].T @ single
        dense: Singles = self.features.dense[self._rows].T @ single
        return sparse, dense


def _grown(array: Singles, kept: int, shape: tuple[int, int]) -> Singles:
    """A larger copy whose first ``kept`` rows are the old ones'."""
    larger = np.zeros(shape, dtype=np.float32)
    larger[:kept, : array.shape[1]] = array[:kept]
    return larger


def _gram(matrix: csr_matrix) -> Singles:
    """``X X'``: frequent columns as a dense product, the others as a sparse one."""
    documents = np.bincount(matrix.indices, minlength=matrix.shape[1])
    often = documents > max(8, matrix.shape[0] / 20)
    thick: Singles = matrix[:, np.flatnonzero(often)].toarray()
    rest = matrix @ diags([(~often).astype(np.float32)], [0])
    rest.eliminate_zeros()
    return np.asarray(thick @ thick.T + (rest @ rest.T).toarray(), dtype=np.float32)
