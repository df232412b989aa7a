"""Joint draws and Sobol indices: SALib's design and estimators, with intervals by its bootstrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.evidence.results import Interval, Refused

RESAMPLES = 1000
FEWEST_CHANGES = 10
"""An indicator that is rarer than this among all worlds shows no indices."""
ONE = Refused("there is only one assumption, so all of it is its doing")


@dataclass(frozen=True)
class Index:
    """First-order and total index of one factor."""

    first: Interval | Refused
    total: Interval | Refused


def base_points(factors: int, worlds: int) -> int:
    """Largest power of two whose design needs no more than `worlds`; 0 where there is none of at least 2."""
    each = worlds // (factors + 2)
    return 0 if each < 2 else 1 << (each.bit_length() - 1)


def design(factors: int, points: int, seed: int) -> np.ndarray:
    """Chances at which every factor is drawn in every world (Saltelli et al. 2010, from a scrambled Sobol sequence).

    Returns
    -------
    float64 array, shape (points x (factors + 2), factors)
        Per base point: the first draw, the first with one factor from the second (a row a factor), the second draw.
    """
    from SALib.sample import sobol

    drawn: np.ndarray = sobol.sample(_problem(factors), points, calc_second_order=False, seed=_seed(seed))
    return drawn


def independent(factors: int, points: int) -> np.ndarray:
    """Rows of `design` that are draws of the joint distribution: the first and the second of each base point."""
    starts = np.arange(points) * (factors + 2)
    return np.sort(np.concatenate([starts, starts + factors + 1]))


def indices(values: np.ndarray, factors: int, seed: int) -> list[Index] | Refused:
    """First-order and total indices.

    First order by Saltelli et al. 2010, total by Jansen 1999 (as SALib 1.6 has them); intervals are the 2.5% and 97.5%
    points of a bootstrap over base points.

    Parameters
    ----------
    values : float64 or bool array, shape (worlds,)
        In the order of `design`.
    factors, seed : int

    Returns
    -------
    list of Index, or why there are none
    """
    if values.dtype == np.bool_:
        rarer = int(min(values.sum(), (~values).sum()))
        if rarer < FEWEST_CHANGES:
            return Refused(f"it differs in {rarer} of {len(values)} worlds: too few to tell which assumption does it")
    y = values.astype(np.float64)
    if np.ptp(y) == 0.0:
        return Refused("it is the same in all worlds")
    from SALib.analyze import sobol

    with np.errstate(invalid="ignore", divide="ignore"):
        found: Any = sobol.analyze(
            _problem(factors),
            y,
            calc_second_order=False,
            num_resamples=RESAMPLES,
            keep_resamples=True,
            seed=_seed(seed),
        )
    return [
        Index(
            _interval(found["S1"][j], found["S1_conf_all"][:, j]), _interval(found["ST"][j], found["ST_conf_all"][:, j])
        )
        for j in range(factors)
    ]


def _interval(value: float, resamples: np.ndarray) -> Interval | Refused:
    known = resamples[np.isfinite(resamples)]
    if not np.isfinite(value) or len(known) < RESAMPLES // 2:
        return Refused("too few worlds differ for a bootstrap")
    low, high = np.percentile(known, (2.5, 97.5))
    return Interval(float(value), float(low), float(high), "run")


def _problem(factors: int) -> dict[str, Any]:
    return {"num_vars": factors, "names": [str(j) for j in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _seed(seed: int) -> int:
    """A seed that SALib uses: 0 it would take for none."""
    return seed + 1
