"""Holm's correction over a family of tests; a test that was refused is no member of the family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from sim.evidence.results import Estimate, FloatArray, Refused

HOLM = "Holm over {tests} tests of the family '{family}' (p only; the interval stands alone)"


def holm(p_values: ArrayLike) -> FloatArray:
    """Holm's adjusted p-values, shape (family,) or (trials, family) -> same; NaN (refused) stays NaN,
    uncounted.

    Source: Holm 1979 (Scandinavian Journal of Statistics 6, 65-70).

    Raises
    ------
    ValueError
        If a p-value lies outside 0 to 1.
    """
    p: FloatArray = np.asarray(p_values, dtype=np.float64)
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p-values must lie between 0 and 1 (NaN: refused)")
    order = np.argsort(p, axis=-1, kind="stable")  # NaN sorts last
    ascending = np.take_along_axis(p, order, axis=-1)
    tests = np.sum(~np.isnan(p), axis=-1, keepdims=True)
    raised = ascending * (tests - np.arange(p.shape[-1]))
    stepped = np.minimum(np.maximum.accumulate(raised, axis=-1), 1.0)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.where(np.isnan(ascending), np.nan, stepped), axis=-1)
    return adjusted


def holm_family(estimates: Mapping[str, Estimate | Refused], family: str) -> dict[str, Estimate | Refused]:
    """The same estimates with ``p_adjusted``, ``family`` and ``correction`` set; refusals pass through as
    they are.
    """
    given = {name: estimate for name, estimate in estimates.items() if isinstance(estimate, Estimate)}
    adjusted = dict(zip(given, holm([estimate.p_value for estimate in given.values()]), strict=True)) if given else {}
    correction = HOLM.format(tests=len(given), family=family)
    return {
        name: replace(estimate, p_adjusted=float(adjusted[name]), family=family, correction=correction)
        if isinstance(estimate, Estimate)
        else estimate
        for name, estimate in estimates.items()
    }
