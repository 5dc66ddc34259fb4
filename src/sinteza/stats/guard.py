"""What every public function promises: an answer, or a refusal in words.

Arithmetic that leaves double precision, or equations without a solution, reach the caller as
SynthesisError and not as numpy's or Python's own errors; a result with a number that these data do
not define says so in its notes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, ParamSpec, TypeVar

import numpy as np

from sinteza.errors import SynthesisError
from sinteza.stats import notes as say

P = ParamSpec("P")
R = TypeVar("R")

#: the numbers a reader expects of a pooled result
_EXPECTED = (
    *("estimate", "se", "statistic", "p", "ci_low", "ci_high", "tau2", "i2", "h2", "q", "q_p"),
    *("qm", "qm_p", "expected"),
)


def guarded(function: Callable[P, R]) -> Callable[P, R]:
    """The function with this promise kept. Not for what divides by zero on purpose: that sets its
    own ``np.errstate``."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                return noted(function(*args, **kwargs))
        except (np.linalg.LinAlgError, ArithmeticError) as error:
            raise SynthesisError(
                f"{function.__name__} cannot be computed in double precision: {error}",
                hint="estimates or variances differ too much in size, or moderators are nearly "
                "redundant; check the units",
            ) from error

    return run


def noted(result: R) -> R:
    """The result with a note naming the expected numbers it lacks."""
    if not is_dataclass(result) or isinstance(result, type):
        return result
    names = {f.name for f in fields(result)}
    if "notes" not in names:
        return result
    lacking = [n for n in _EXPECTED if n in names and _lacks(getattr(result, n))]
    if not lacking:
        return result
    note = say.UNDEFINED.format(names=", ".join(lacking))
    held: Any = result
    if note in held.notes:
        return result
    return replace(held, notes=(*held.notes, note))  # type: ignore[no-any-return] # R is kept


def _lacks(value: Any) -> bool:
    if isinstance(value, float):
        return value != value
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and bool(np.isnan(value).any())


def converting(function: Callable[P, R]) -> Callable[P, R]:
    """A conversion of single numbers: it takes finite ones and gives finite ones, or refuses."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for value in (*args, *kwargs.values()):
            if isinstance(value, int | float) and not np.isfinite(value):
                raise SynthesisError(f"{function.__name__} needs finite numbers, not {value}")
        try:
            with np.errstate(all="ignore"):
                made = function(*args, **kwargs)
        except ArithmeticError as error:
            raise SynthesisError(f"{function.__name__}: {error}") from error
        parts: Any = made if isinstance(made, tuple) else (made,)
        if is_dataclass(made):
            parts = [v for f in fields(made) if isinstance(v := getattr(made, f.name), float)]
        if not np.isfinite(np.asarray(parts, dtype=complex)).all() or np.iscomplex(parts).any():
            raise SynthesisError(
                f"{function.__name__} has no value for these numbers",
                hint="a variance, a size or a standard error must be positive",
            )
        return made

    return run
