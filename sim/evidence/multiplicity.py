"""Holm and Benjamini-Hochberg over a family of tests; a test that was refused is no member of the family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from sim.evidence.results import Estimate, FloatArray, IntArray, Refused

CORRECTION = "{name} over {tests} tests of the family '{family}' (p only; the interval stands alone)"


def holm(p_values: ArrayLike) -> FloatArray:
    """Holm's adjusted p-values, shape (family,) or (trials, family) -> same; NaN (refused) stays NaN,
    uncounted.

    Source: Holm 1979 (Scandinavian Journal of Statistics 6, 65-70).

    Raises
    ------
    ValueError
        If a p-value lies outside 0 to 1.
    """
    ascending, order, tests = _ascending(p_values)
    raised = ascending * (tests - np.arange(ascending.shape[-1]))
    return _placed(np.maximum.accumulate(raised, axis=-1), ascending, order)


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Benjamini and Hochberg's adjusted p-values; shapes, refusals and errors as `holm`.

    At most alpha is the expected share of false findings among the findings, where tests are independent or
    positively dependent (as arms against one reference are). Source: Benjamini and Hochberg 1995 (JRSS B
    57, 289-300); Benjamini and Yekutieli 2001 (Annals of Statistics 29, 1165-1188).
    """
    ascending, order, tests = _ascending(p_values)
    raised = ascending * (tests / np.arange(1, ascending.shape[-1] + 1))
    smallest_above = np.fmin.accumulate(raised[..., ::-1], axis=-1)[..., ::-1]
    return _placed(smallest_above, ascending, order)


def holm_family(estimates: Mapping[str, Estimate | Refused], family: str) -> dict[str, Estimate | Refused]:
    """The same estimates with ``p_adjusted``, ``family`` and ``correction`` set; refusals pass through as
    they are.
    """
    return _family(estimates, family, "Holm", holm)


def false_discovery_family(estimates: Mapping[str, Estimate | Refused], family: str) -> dict[str, Estimate | Refused]:
    """As `holm_family`, with Benjamini and Hochberg's correction."""
    return _family(estimates, family, "Benjamini-Hochberg (false discovery rate)", benjamini_hochberg)


def _ascending(p_values: ArrayLike) -> tuple[FloatArray, IntArray, IntArray]:
    """P-values in ascending order with NaN last, the order, and how many of each family are none."""
    p: FloatArray = np.asarray(p_values, dtype=np.float64)
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p-values must lie between 0 and 1 (NaN: refused)")
    order = np.argsort(p, axis=-1, kind="stable")
    return np.take_along_axis(p, order, axis=-1), order, np.sum(~np.isnan(p), axis=-1, keepdims=True)


def _placed(stepped: FloatArray, ascending: FloatArray, order: IntArray) -> FloatArray:
    adjusted = np.empty_like(ascending)
    np.put_along_axis(adjusted, order, np.where(np.isnan(ascending), np.nan, np.minimum(stepped, 1.0)), axis=-1)
    return adjusted


def _family(
    estimates: Mapping[str, Estimate | Refused], family: str, name: str, adjust: Callable[[ArrayLike], FloatArray]
) -> dict[str, Estimate | Refused]:
    given = {key: estimate for key, estimate in estimates.items() if isinstance(estimate, Estimate)}
    adjusted = dict(zip(given, adjust([estimate.p_value for estimate in given.values()]), strict=True)) if given else {}
    correction = CORRECTION.format(name=name, tests=len(given), family=family)
    return {
        key: replace(estimate, p_adjusted=float(adjusted[key]), family=family, correction=correction)
        if isinstance(estimate, Estimate)
        else estimate
        for key, estimate in estimates.items()
    }
