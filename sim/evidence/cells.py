"""From rows of customers to the numbers that estimates need: one cell a trial, or a trial and stratum.

Rows of all trials stand in one long column with the trial's number beside them, so trials may differ in
size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.evidence.inputs import finite, flags, labels
from sim.evidence.results import FloatArray, IntArray


class Counts(NamedTuple):
    """Of ``n`` customers of an arm ``events`` had the event; shapes (trials,) or (trials, strata), or
    scalars.
    """

    events: ArrayLike
    n: ArrayLike


class Sample(NamedTuple):
    """Size, mean and variance (divisor n - 1) of an arm; shapes (trials,) or (trials, strata), or scalars.

    Where n is 0 the mean, and where n is below 2 the variance, is 0 and never used.
    """

    n: ArrayLike
    mean: ArrayLike
    variance: ArrayLike


def counts(
    event: ArrayLike,
    *,
    trial: ArrayLike | None = None,
    trials: int = 1,
    stratum: ArrayLike | None = None,
    strata: int | None = None,
) -> Counts:
    """Count customers and events of one arm.

    Parameters
    ----------
    event
        0 or 1 a customer, shape (rows,).
    trial, trials
        Trial number a row (default: all rows are trial 0) and how many trials there are.
    stratum, strata
        Stratum number a row and how many there are; without ``strata`` the result has shape (trials,), with
        it (trials, strata).

    Raises
    ------
    ValueError
        If columns do not fit together or a number is out of range.
    """
    happened = flags("event", event)
    cell, shape = _cells(len(happened), trial, trials, stratum, strata)
    size = int(np.prod(shape))
    return Counts(
        np.bincount(cell[happened], minlength=size).reshape(shape),
        np.bincount(cell, minlength=size).reshape(shape),
    )


def sample(
    values: ArrayLike,
    *,
    trial: ArrayLike | None = None,
    trials: int = 1,
    stratum: ArrayLike | None = None,
    strata: int | None = None,
) -> Sample:
    """Size, mean and variance of one arm's values; parameters and errors as for `counts`.

    Two passes, so that large amounts with a small spread (revenue in fen) lose no digits.
    """
    amounts = finite("values", values)
    cell, shape = _cells(len(amounts), trial, trials, stratum, strata)
    size = int(np.prod(shape))
    n = np.bincount(cell, minlength=size)
    mean: FloatArray = np.bincount(cell, weights=amounts, minlength=size) / np.maximum(n, 1)
    squares = np.bincount(cell, weights=(amounts - mean[cell]) ** 2, minlength=size)
    rounding = n * (n * np.finfo(np.float64).eps * mean) ** 2  # what a sum of equal values leaves behind
    variance: FloatArray = np.where(squares <= rounding, 0.0, squares) / np.maximum(n - 1, 1)
    return Sample(n.reshape(shape), mean.reshape(shape), variance.reshape(shape))


def _cells(
    rows: int, trial: ArrayLike | None, trials: int, stratum: ArrayLike | None, strata: int | None
) -> tuple[IntArray, tuple[int, ...]]:
    in_trial = labels("trial", trial, rows, trials)
    if strata is None:
        if stratum is not None:
            raise ValueError("stratum is given, so strata (how many there are) must be too")
        return in_trial, (trials,)
    return in_trial * strata + labels("stratum", stratum, rows, strata), (trials, strata)
