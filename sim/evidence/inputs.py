"""Refuses what only a programming error can hand in: NaN, negative counts, arrays that do not fit together.

These are ValueErrors. Conditions of the data (an empty arm, no events) are not: they end in a refusal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.results import FloatArray, IntArray


def finite(name: str, values: ArrayLike) -> FloatArray:
    """``values`` as float64; ValueError where one is NaN or infinite."""
    array: FloatArray = np.asarray(values, dtype=np.float64)
    bad = ~np.isfinite(array)
    if bad.any():
        raise ValueError(f"{name} must be finite: {int(bad.sum())} of {array.size} are NaN or infinite")
    return array


def whole(name: str, values: ArrayLike) -> IntArray:
    """``values`` as int64; ValueError where one is negative or not a whole number."""
    array = finite(name, values)
    if (array < 0).any() or (array != np.floor(array)).any():
        raise ValueError(f"{name} must be whole numbers of 0 or more, got {array.min()} to {array.max()}")
    return array.astype(np.int64)


def share(name: str, value: float) -> float:
    """``value`` if it lies strictly between 0 and 1, else ValueError."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, got {value}")
    return float(value)


def same_length(**columns: NDArray[Any]) -> int:
    """The common length of one-dimensional columns, else ValueError."""
    shapes = {name: column.shape for name, column in columns.items()}
    if any(len(shape) != 1 for shape in shapes.values()) or len(set(shapes.values())) != 1:
        raise ValueError(f"columns must be one-dimensional and equally long, got {shapes}")
    return int(next(iter(shapes.values()))[0])


def labels(name: str, values: ArrayLike | None, rows: int, groups: int) -> IntArray:
    """Group numbers 0 to ``groups`` - 1 a row; None puts every row into group 0."""
    if values is None:
        return np.zeros(rows, dtype=np.int64)
    array = whole(name, values)
    if array.shape != (rows,):
        raise ValueError(f"{name} must have one entry for each of {rows} rows, got shape {array.shape}")
    if rows and int(array.max()) >= groups:
        raise ValueError(f"{name} must be below {groups}, got {int(array.max())}")
    return array


def flags(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """``values`` as bool; ValueError where one is neither 0 nor 1."""
    array = np.asarray(values)
    if array.dtype != np.bool_ and not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} must be 0 or 1 (or False or True)")
    return array.astype(np.bool_)
