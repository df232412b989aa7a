"""CUPED as firms run it: one slope from everybody in the trial, taken out of every customer's number beforehand."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.evidence.inputs import finite, same_length
from sim.evidence.results import FloatArray, Refused

ROUNDING = 1e-12  # of the values: the spread that a constant leaves behind


def without_the_past(values: ArrayLike, covariate: ArrayLike) -> tuple[FloatArray, float] | Refused:
    """The values less slope x (covariate - its mean), and the slope.

    Parameters
    ----------
    values, covariate
        The metric, and what was known of it before the trial, of the customers of *all* arms, shape (rows,).

    Returns
    -------
    values of shape (rows,) and the slope cov(values, covariate) / var(covariate), or Refused
        Deng, Xu, Kohavi and Walker 2013 (WSDM, section 3.2). Compare the arms' means of the result by Welch's test:
        the error of the slope is of a lower order and is not counted in. With one slope for all arms the estimate of a
        pair depends on the other arms too; least squares of the pair alone differs in its last digits
        (`sim.evidence.regression`). Refused: a constant covariate.

    Raises
    ------
    ValueError
        If a number is NaN or infinite or lengths differ.
    """
    amount, known = finite("values", values), finite("covariate", covariate)
    rows = same_length(values=amount, covariate=known)
    centred = known - known.mean() if rows else known
    spread = float(centred @ centred)
    if spread <= rows * (ROUNDING * float(np.abs(known).max(initial=0.0))) ** 2:
        return Refused("the covariate is constant: it explains nothing")
    slope = float(centred @ amount) / spread
    return amount - slope * centred, slope
