"""What every statistical function does with its inputs: float vectors, missing values, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sinteza.errors import SynthesisError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def vector(values: ArrayLike, name: str) -> FloatArray:
    """A one-dimensional float array; ``None`` and NaN both mean missing.

    Raises SynthesisError where a value is no number or the shape is not flat.
    """
    try:
        made = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SynthesisError(f"{name} holds a value that is not a number: {error}") from error
    if made.ndim > 1:
        raise SynthesisError(f"{name} must be one row of numbers, not {made.ndim} dimensions")
    return made if made.ndim else made.reshape(1)


def same_length(columns: dict[str, FloatArray]) -> int:
    """The common length of the columns; columns of length one are not stretched.

    Raises SynthesisError naming the columns that differ.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {count}" for name, count in lengths.items())
        raise SynthesisError(f"the columns differ in length: {said}")
    return next(iter(lengths.values()), 0)


def label(values: Sequence[str] | None, k: int) -> tuple[str, ...]:
    """The names of k studies, ``Study 1`` ... when none are given."""
    if values is None:
        return tuple(f"Study {i + 1}" for i in range(k))
    if len(values) != k:
        raise SynthesisError(f"{len(values)} labels for {k} studies")
    return tuple(str(value) for value in values)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: arrays as lists, NaN and infinities as None."""
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
