"""Is the difference smaller than a stated margin? Two one-sided tests, and one of them alone
(non-inferiority).

For shares the score test was chosen by exact enumeration: of the score, Wald, Agresti-Caffo and Newcombe
forms it is the one that stays nearest to its size (tests/reference/test_equivalence_size.py; table in
docs/evidence.md).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from sim.evidence.cells import Counts, Sample
from sim.evidence.inputs import share
from sim.evidence.means import difference_of_means
from sim.evidence.proportions import mantel_haenszel, tables
from sim.evidence.results import Estimates, FloatArray, IntArray, Refusals
from sim.evidence.score import score, score_interval

Worse = Literal["higher", "lower"]
SHARES, MEANS, WITHIN = "difference of shares", "difference of means", ", within strata"


def share_equivalence(arm: Counts, against: Counts, *, margin: float, alpha: float = 0.05) -> Estimates:
    """Is the difference of two shares within +-``margin``? Equivalence is shown where p <= ``alpha``.

    Parameters
    ----------
    arm, against
        Events and sizes, scalars or shape (trials,).
    margin
        Largest difference that does not matter, as a share (5 points: 0.05).

    Returns
    -------
    Estimates
        p is the larger of the two one-sided score p-values (Schuirmann 1987; Farrington and Manning 1990,
        with the variance factor of Miettinen and Nurminen 1985); the interval is the score interval of
        level 1 - 2 alpha, which lies within the margin exactly where p <= alpha. Refused: an empty arm. No
        events in either arm is evidence here, not a refusal.

    Raises
    ------
    ValueError
        If counts are broken or ``margin`` does not lie between 0 and 1.
    """
    return _shares(arm, against, margin, alpha, "equivalence")


def share_non_inferiority(
    arm: Counts, against: Counts, *, margin: float, worse: Worse = "higher", alpha: float = 0.05
) -> Estimates:
    """Is the share of ``arm`` worse by less than ``margin``? One-sided half of `share_equivalence`.

    ``worse`` says which direction is bad: ``higher`` for churn. p is one-sided; all else as
    `share_equivalence`.
    """
    return _shares(arm, against, margin, alpha, worse)


def stratified_share_equivalence(arm: Counts, against: Counts, *, margin: float, alpha: float = 0.05) -> Estimates:
    """As `share_equivalence` after stratified assignment; counts of shape (strata,) or (trials, strata).

    Mantel-Haenszel difference with Sato's variance, two one-sided normal tests, interval of level 1 - 2
    alpha. Refused: an empty arm, no stratum with both arms, a variance of 0.
    """
    _check(margin, alpha)
    x1, n1, x0, n0 = tables(arm, against, dimensions=2)
    refusals = _empty_arms(n1.sum(axis=1), n0.sum(axis=1))
    difference, variance = mantel_haenszel(x1, n1, x0, n0)
    refusals.add(~(variance > 0), "no stratum holds both arms with events that vary: the variance is not known")
    error = np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        above, below = ndtr(-(difference + margin) / error), ndtr((difference - margin) / error)
    half = ndtri(1 - alpha) * error
    return _estimates(
        "risk_difference", SHARES + WITHIN, "Mantel-Haenszel with Sato's variance",
        "equivalence", margin, alpha, (difference, difference - half, difference + half), (above, below),
        ((n1 + n0) * ((n1 > 0) & (n0 > 0))).sum(axis=1), refusals,
    )  # fmt: skip


def mean_equivalence(
    arm: Sample, against: Sample, *, margin: float, strata: bool = False, alpha: float = 0.05
) -> Estimates:
    """Is the difference of two means within +-``margin`` (in the metric's unit)?

    Two one-sided Welch tests, or with ``strata`` those of `sim.evidence.means.stratified_mean_difference`;
    refusals and errors as there. The interval has level 1 - 2 alpha.
    """
    return _means(arm, against, margin, strata, alpha, "equivalence")


def mean_non_inferiority(
    arm: Sample, against: Sample, *, margin: float, worse: Worse, strata: bool = False, alpha: float = 0.05
) -> Estimates:
    """Is the mean of ``arm`` worse by less than ``margin``? One-sided half of `mean_equivalence`.

    ``worse`` says which direction is bad: ``lower`` for revenue. p is one-sided; all else as `mean_equivalence`.
    """
    return _means(arm, against, margin, strata, alpha, worse)


def _means(arm: Sample, against: Sample, margin: float, strata: bool, alpha: float, question: str) -> Estimates:
    if not (margin > 0 and np.isfinite(margin)):
        raise ValueError(f"margin must be positive, got {margin}")
    share("alpha", 2 * alpha)
    difference, variance, degrees, n, refusals = difference_of_means(arm, against, strata=strata)
    error = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        above, below = (
            stdtr(degrees, -(difference + margin) / error),
            stdtr(degrees, (difference - margin) / error),
        )
        half = stdtrit(degrees, 1 - alpha) * error
    return _estimates(
        "mean_difference", MEANS + WITHIN * strata, "t tests" if strata else "Welch tests", question,
        margin, alpha, (difference, difference - half, difference + half), (above, below), n, refusals,
    )  # fmt: skip


def _shares(arm: Counts, against: Counts, margin: float, alpha: float, question: str) -> Estimates:
    _check(margin, alpha)
    x1, n1, x0, n0 = tables(arm, against, dimensions=1)
    refusals = _empty_arms(n1, n0)
    n1, n0 = np.maximum(n1, 1), np.maximum(n0, 1)  # refused trials are computed on and blanked
    above, below = ndtr(-score(x1, n1, x0, n0, -margin)), ndtr(score(x1, n1, x0, n0, margin))
    low, high = score_interval(x1, n1, x0, n0, level=1 - 2 * alpha)
    return _estimates(
        "risk_difference", SHARES, "score tests (Miettinen-Nurminen)", question, margin, alpha,
        (x1 / n1 - x0 / n0, low, high), (above, below), n1 + n0, refusals,
    )  # fmt: skip


def _estimates(
    estimand: str, label: str, tests: str, question: str, margin: float, alpha: float,
    interval: tuple[FloatArray, FloatArray, FloatArray], one_sided: tuple[FloatArray, FloatArray],
    n: IntArray, refusals: Refusals,
) -> Estimates:  # fmt: skip
    """``one_sided``: p-values against 'at or below -margin' and against 'at or above +margin'."""
    above, below = one_sided
    p_value = {"equivalence": np.maximum(above, below), "higher": below, "lower": above}[question]
    asked = "TOST" if question == "equivalence" else "non-inferiority, one-sided"
    return refusals.estimates(
        estimand=estimand,
        label=label,
        method=f"{asked}, margin {margin:g}: {tests}; {1 - 2 * alpha:.0%} interval",
        p_value=p_value,
        n=n,
        interval=interval,
        level=1 - 2 * alpha,
    )


def _empty_arms(n1: IntArray, n0: IntArray) -> Refusals:
    refusals = Refusals(len(n1))
    refusals.add((n1 == 0) | (n0 == 0), "an arm has no customers")
    return refusals


def _check(margin: float, alpha: float) -> None:
    share("margin", margin)
    share("alpha", 2 * alpha)
