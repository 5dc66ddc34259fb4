"""The marginal likelihood of a multilevel model, block by block.

The covariance M of the estimates falls into independent blocks of rows; blocks of one size are
kept and factored together as one array (blocks x size x size).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinteza.errors import NotConverged, SynthesisError
from sinteza.stats.arrays import FloatArray
from sinteza.stats.random_effects import IntArray, Term


@dataclass(frozen=True)
class Group:
    """All blocks of one size: ``rows`` (blocks x size), known covariance, term membership."""

    rows: IntArray
    known: FloatArray
    same: tuple[NDArray[np.bool_], ...]  # per term: do two rows share the group?
    cells: tuple[tuple[IntArray, IntArray], ...]  # per term: inner levels of two rows


@dataclass(frozen=True)
class Model:
    """The checked, scaled model: what the likelihood needs. ``scale`` is the unit of y."""

    y: FloatArray
    X: FloatArray
    terms: tuple[Term, ...]
    groups: tuple[Group, ...]
    scale: float
    reml: bool

    def marginal(self, p: FloatArray, group: Group) -> FloatArray:
        """Marginal covariance of the blocks of one group."""
        total = group.known.copy()
        at = 0
        for t, term in enumerate(self.terms):
            matrix, _ = term.covariance(p[at : at + term.size])
            total += matrix[group.cells[t]] * group.same[t]
            at += term.size
        return total


@dataclass(frozen=True)
class Pieces:
    """What one evaluation gives: beta, its covariance, log-likelihood and its gradient."""

    beta: FloatArray
    vb: FloatArray
    loglik: float
    gradient: FloatArray
    rss: float


def evaluate(model: Model, p: FloatArray, *, gradient: bool = True) -> Pieces | None:
    """Profile log-likelihood at the random parameters; None where M is not positive definite."""
    X, y = model.X, model.y
    k, width = X.shape
    log_det, xwx, xwy, ywy = 0.0, np.zeros((width, width)), np.zeros(width), 0.0
    inverses = []
    for group in model.groups:
        try:
            root = np.linalg.cholesky(model.marginal(p, group))
        except np.linalg.LinAlgError:
            return None
        log_det += 2 * float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum())
        inverse = np.linalg.inv(root)
        inverse = np.swapaxes(inverse, 1, 2) @ inverse
        inverses.append(inverse)
        xb, yb = X[group.rows], y[group.rows]
        wx = inverse @ xb
        xwx += np.einsum("bik,bil->kl", xb, wx)
        xwy += np.einsum("bik,bi->k", wx, yb)
        ywy += float(np.einsum("bi,bij,bj->", yb, inverse, yb))
    try:
        vb = np.asarray(np.linalg.inv(xwx), np.float64)
        sign, log_xwx = np.linalg.slogdet(xwx)
    except np.linalg.LinAlgError:
        return None
    if sign <= 0:
        return None
    beta = vb @ xwy
    rss = ywy - float(xwy @ beta)
    loglik = -0.5 * (k * np.log(2 * np.pi) + log_det + rss)
    if model.reml:
        loglik += 0.5 * (width * np.log(2 * np.pi) + float(np.linalg.slogdet(X.T @ X)[1]) - log_xwx)
    slope = np.zeros(len(p))
    if gradient:
        residual = y - X @ beta
        for group, inverse in zip(model.groups, inverses, strict=True):
            wr = np.einsum("bij,bj->bi", inverse, residual[group.rows])
            # d l / d M = (w r r' w - W + [REML] W X vb X' W) / 2, taken against each dM
            pull = wr[:, :, None] * wr[:, None, :] - inverse
            if model.reml:
                wx = inverse @ X[group.rows]
                pull = pull + wx @ vb @ np.swapaxes(wx, 1, 2)
            at = 0
            for t, term in enumerate(model.terms):
                masked = pull * group.same[t]
                n = term.n_levels
                folded = np.bincount(
                    (group.cells[t][0] * n + group.cells[t][1]).ravel(), masked.ravel(), n * n
                ).reshape(n, n)
                _, slopes = term.covariance(p[at : at + term.size])
                for s, matrix in enumerate(slopes):
                    slope[at + s] += 0.5 * float((folded * matrix).sum())
                at += term.size
    return Pieces(beta, vb, float(loglik), slope, rss)


def maximize(
    model: Model, fixed: dict[int, float] | None = None, start: FloatArray | None = None
) -> tuple[FloatArray, Pieces]:
    """The best of several starts; ``fixed`` holds parameters at given values (profiles)."""
    from scipy import optimize

    held = fixed or {}
    size = sum(term.size for term in model.terms)
    free = np.array([i for i in range(size) if i not in held], dtype=np.int64)

    def whole(q: FloatArray) -> FloatArray:
        p = np.empty(size)
        p[free] = q
        for i, value in held.items():
            p[i] = value
        return p

    def loss(q: FloatArray) -> tuple[float, FloatArray]:
        found = evaluate(model, whole(q))
        if found is None:
            return 1e300, np.zeros(len(free))
        return -found.loglik, -found.gradient[free]

    starts = [start] if start is not None else [
        np.concatenate([np.empty(0), *(t.start(sd, rho) for t in model.terms)])
        for sd, rho in ((0.5, 0.5), (0.1, 0.2), (1.0, 0.8))
    ]  # fmt: skip
    best: tuple[float, FloatArray] | None = None
    for given in starts:
        q = given[free]
        if len(free):
            done = optimize.minimize(loss, q, jac=True, method="BFGS", options={"gtol": 1e-7})
            q = polish(loss, np.asarray(done.x))
        value = loss(q)[0]
        if best is None or value < best[0] - 1e-10:
            best = (value, q)
    assert best is not None
    p = whole(best[1])
    found = evaluate(model, p)
    if found is None or not np.isfinite(found.loglik):
        raise NotConverged(
            "the likelihood of the multilevel model has no maximum where M is positive definite",
            hint="simplify the random part",
        )
    slope = found.gradient[free]
    if len(free) and float(np.max(np.abs(slope))) > 1e-3:
        raise NotConverged(f"the gradient at the maximum is {np.max(np.abs(slope)):.2g}, not 0")
    return p, found


def polish(loss: Any, q: FloatArray) -> FloatArray:
    """A few Newton steps with a Hessian by differences of the gradient."""
    value, slope = loss(q)
    for _ in range(6):
        if float(np.max(np.abs(slope))) < 1e-11:
            break
        h = 1e-5 * np.maximum(np.abs(q), 1e-2)
        rows = [(loss(q + e)[1] - loss(q - e)[1]) / (2 * s)
                for e, s in zip(np.diag(h), h, strict=True)]  # fmt: skip
        matrix = (np.array(rows) + np.array(rows).T) / 2
        if not (np.linalg.eigvalsh(matrix) > 1e-8).all():
            break
        moved = q - np.linalg.solve(matrix, slope)
        new, new_slope = loss(moved)
        if new > value + 1e-12 or np.max(np.abs(new_slope)) >= np.max(np.abs(slope)):
            break
        q, value, slope = moved, new, new_slope
    return q


def components(k: int, labels: Sequence[IntArray], pairs: IntArray) -> list[IntArray]:
    """Rows joined by a shared label or a nonzero covariance, as arrays of row numbers."""
    from scipy import sparse
    from scipy.sparse import csgraph

    left, right = [pairs[0]], [pairs[1]]
    for group in labels:
        order = np.argsort(group, kind="stable")
        neighbours = group[order[1:]] == group[order[:-1]]
        left.append(order[:-1][neighbours])
        right.append(order[1:][neighbours])
    i, j = np.concatenate(left), np.concatenate(right)
    graph = sparse.coo_matrix((np.ones(len(i)), (i, j)), shape=(k, k))
    count, part = csgraph.connected_components(graph, directed=False)
    order = np.argsort(part, kind="stable")
    return np.split(order, np.cumsum(np.bincount(part, minlength=count))[:-1])


def known(V: ArrayLike | Sequence[ArrayLike], k: int) -> tuple[FloatArray, IntArray, FloatArray]:
    """Diagonal, off-diagonal pairs (2 x m, i < j) and their covariances."""
    none = np.zeros((2, 0), np.int64)
    if isinstance(V, list | tuple) and len(V) and np.ndim(V[0]) == 2:
        diagonal, pairs, values = [], [none], [np.zeros(0)]
        at = 0
        for block in V:
            matrix = _covariance(np.asarray(block, float))
            i, j = np.triu_indices(len(matrix), 1)
            diagonal.append(np.diag(matrix))
            pairs.append(np.stack([i + at, j + at]))
            values.append(matrix[i, j])
            at += len(matrix)
        found = np.concatenate(diagonal), np.concatenate(pairs, axis=1), np.concatenate(values)
    else:
        given = np.asarray(V, dtype=float)
        if given.ndim == 1:
            found = given, none, np.zeros(0)
        else:
            given = _covariance(given)
            i, j = np.nonzero(np.triu(given, 1))
            found = np.diag(given).copy(), np.stack([i, j]), given[i, j]
    if len(found[0]) != k:
        raise SynthesisError(f"V is for {len(found[0])} rows, yi has {k}")
    return found


def _covariance(matrix: FloatArray) -> FloatArray:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise SynthesisError("V must be square")
    if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=0, equal_nan=True):
        raise SynthesisError("V must be symmetric")
    return matrix


def groups(
    blocks: list[IntArray], terms: tuple[Term, ...], diagonal: FloatArray,
    pairs: IntArray, values: FloatArray,
) -> tuple[Group, ...]:  # fmt: skip
    """The blocks of every size with their known covariance and what the terms join."""
    sizes = np.array([len(b) for b in blocks])
    k = len(diagonal)
    block_of, place = np.empty(k, np.int64), np.empty(k, np.int64)
    made = []
    for size in np.unique(sizes):
        rows = np.stack([b for b in blocks if len(b) == size])
        block_of[:] = -1
        block_of[rows] = np.arange(len(rows))[:, None]
        place[rows] = np.arange(size)
        known = np.zeros((len(rows), size, size))
        known[:, np.arange(size), np.arange(size)] = diagonal[rows]
        inside = block_of[pairs[0]] >= 0
        i, j = pairs[0][inside], pairs[1][inside]
        known[block_of[i], place[i], place[j]] = values[inside]
        known[block_of[i], place[j], place[i]] = values[inside]
        same = tuple(t.group[rows][:, :, None] == t.group[rows][:, None, :] for t in terms)
        cells = tuple(
            (
                np.broadcast_to(t.level[rows][:, :, None], known.shape),
                np.broadcast_to(t.level[rows][:, None, :], known.shape),
            )
            for t in terms
        )
        made.append(Group(rows, known, same, cells))
    return tuple(made)
