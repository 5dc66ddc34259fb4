"""A linear support vector machine in its dual variables.

Minimizes ``|w|^2/2 + sum_i c_i max(0, 1 - y_i f(x_i))^2`` (squared hinge, the constant term within
``w``). With ``f = K b`` the solution has ``b_i = 2 c_i (y_i - f_i)`` on the rows inside the margin
and zero elsewhere: Newton's method solves ``(K_SS + diag(1/(2 c_S))) b_S = y_S`` and updates S
(Chapelle O. Training a support vector machine in the primal. Neural Comput 2007;19:1155-1178).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sinteza.errors import NotConverged

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Booleans = NDArray[np.bool_]

_TOLERANCE = 1e-5


def fit(kernel: Singles, y: Floats, cost: Floats, *, most: int = 60) -> tuple[Floats, Booleans]:
    """Dual values and the rows inside the margin.

    ``kernel``: (m, m) with the constant term in it; ``y``: +1 or -1; ``cost``: c_i > 0. Each step
    starts from the one before, the first from zero: the result depends on the arguments alone.
    Raises :class:`~sinteza.errors.NotConverged` after ``most`` steps.
    """
    inside = np.ones(len(y), dtype=bool)
    beta = np.zeros(len(y))
    ridge = 1 / (2 * cost)
    best: tuple[float, Floats, Floats] | None = None
    for _ in range(most):
        beta = _solve(kernel, ridge, y, inside, beta)
        scores = np.asarray(kernel @ beta.astype(np.float32), dtype=np.float64)
        now = y * scores < 1
        if np.array_equal(now, inside):
            return beta, inside
        value = _objective(beta, scores, y, cost)
        if best is not None and value >= best[0]:
            value, beta, scores = _between(best, beta, scores, y, cost)
            if value >= best[0] * (1 - 1e-6):
                # rows on the very margin come and go within the arithmetic's precision
                return beta, y * scores < 1
            now = y * scores < 1
        best = (value, beta, scores)
        inside = now
    raise NotConverged(
        f"The ranking's solver did not settle in {most} steps",
        hint="This is not expected with any labels: please report it with the review's log.",
    )


def _objective(beta: Floats, scores: Floats, y: Floats, cost: Floats) -> float:
    slack = np.maximum(0, 1 - y * scores)
    return float(beta @ scores / 2 + (cost * slack * slack).sum())


def _between(
    best: tuple[float, Floats, Floats], beta: Floats, scores: Floats, y: Floats, cost: Floats
) -> tuple[float, Floats, Floats]:
    """The first of halved steps from the best point that lowers the objective, or that point."""
    value, old, before = best
    step = 0.5
    while step > 1e-3:
        trial, reached = old + step * (beta - old), before + step * (scores - before)
        lower = _objective(trial, reached, y, cost)
        if lower < value:
            return lower, trial, reached
        step /= 2
    return best


def _solve(kernel: Singles, ridge: Floats, y: Floats, inside: Booleans, start: Floats) -> Floats:
    """``(K_SS + diag(ridge_S)) b_S = y_S`` by conjugate gradients, preconditioned by the diagonal.

    The residual's length is at most 1e-5 of ``y``'s: ten times finer than usual for this problem.
    """
    mask = inside.astype(np.float32)
    damping = ridge.astype(np.float32)
    inverse = mask / (damping + np.diagonal(kernel))
    beta = start.astype(np.float32) * mask
    wanted = y.astype(np.float32) * mask
    residual = wanted - (kernel @ beta + damping * beta) * mask if beta.any() else wanted.copy()
    limit = _TOLERANCE**2 * float(wanted @ wanted)
    z = inverse * residual
    direction = z
    rho = float(residual @ z)
    for _ in range(200):
        if float(residual @ residual) <= limit:
            break
        image = (kernel @ direction + damping * direction) * mask
        alpha = np.float32(rho / float(direction @ image))
        beta += alpha * direction
        residual -= alpha * image
        z = inverse * residual
        fresh = float(residual @ z)
        direction = z + np.float32(fresh / rho) * direction
        rho = fresh
    return beta.astype(np.float64)
