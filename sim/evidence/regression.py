"""The difference between two means after what was known before the trial is taken out (regression adjustment).

Covariates measured before assignment cannot be moved by it, so adjusting changes no effect, only its error:
with a covariate that explains a share R of the spread the variance falls by that share. CUPED (Deng and others
2013) is the case of one covariate, the metric's own past, without interactions.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.inputs import finite, flags, labels, same_length
from sim.evidence.means import student
from sim.evidence.results import Doubt, Estimates, FloatArray, IntArray, Refusals
from sim.evidence.risk_table import per_trial

Robust = Literal["HC2", "HC3"]
SINGULAR = 1e-10  # of the largest eigenvalue: columns that are one another's combination up to rounding
SURE = 1e-10  # how near leverage may come to 1, where a customer's value fits itself
ROUNDING = 1e-12  # of the values: what fitting them exactly leaves behind


def adjusted_mean_difference(
    values: ArrayLike, in_arm: ArrayLike, covariates: ArrayLike, *, interactions: bool = True,
    robust: Robust = "HC2", population: bool = False, trial: ArrayLike | None = None, trials: int = 1,
    level: float = 0.95, of: Doubt = "trial",
) -> Estimates:  # fmt: skip
    """Mean of the arm minus mean of the one it is compared with, adjusted by least squares; one trial or many.

    Parameters
    ----------
    values, in_arm
        The metric, and whether the customer is in the arm (else: in the one it is compared with), shape (rows,).
    covariates
        Known before assignment, shape (rows,) or (rows, covariates); a stratum enters as columns of 0 and 1, one
        less than there are strata.
    interactions
        Each arm has its own slopes (Lin 2013, Ann Appl Stat 7:295): never less precise in large
        samples than the plain difference, also with unequal arms; else one slope for both arms, as CUPED has.
    robust
        Squared residuals divided by 1 - h (HC2), h being the customer's leverage, or by (1 - h)^2 (HC3, wider):
        MacKinnon and White 1985, J Econometrics 29:305. Without covariates HC2 is Welch's variance.
    population
        Whether the mean effect is meant on all customers of whom those enrolled are a sample: where slopes differ it
        moves with the mean of the covariates, whose doubt is added (Negi and Wooldridge 2021, Econometric Reviews
        40:504). Else it is that on those enrolled.
    trial, trials
        Trial number a row (default: one trial) and how many there are.

    Returns
    -------
    Estimates
        The arm's coefficient with covariates centred on the mean of both arms of the trial: the mean effect on
        those enrolled. Interval and two-sided p by t with rows - columns degrees of freedom. Refused: an empty
        arm, too few customers for the covariates, a covariate that is constant or a combination of others, a
        customer whom the covariates single out (leverage 1), values without any spread left.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, a flag is not 0 or 1, or lengths differ.
    """
    amount, arm, known = finite("values", values), flags("in_arm", in_arm), finite("covariates", covariates)
    known = known[:, None] if known.ndim == 1 else known
    rows = same_length(values=amount, in_arm=arm)
    if known.ndim != 2 or len(known) != rows:
        raise ValueError(f"covariates must have a row for each of {rows} customers, got shape {known.shape}")
    of_trial = labels("trial", trial, rows, trials)
    design = _design(known, arm, of_trial, trials, interactions)
    columns = design.shape[1]
    n, n1 = per_trial(of_trial, trials), per_trial(of_trial[arm], trials)
    refusals = Refusals(trials)
    refusals.add((n1 == 0) | (n1 == n), "an arm has no customers")
    fewest = 2 + known.shape[1] * interactions
    few = (np.minimum(n1, n - n1) < fewest) | (n <= columns)
    refusals.add(few, f"too few customers for {known.shape[1]} covariates")
    inverse, singular = _inverse(design, of_trial, trials)
    refusals.add(singular, "a covariate is constant or a combination of others")
    centred = amount - (per_trial(of_trial, trials, amount) / np.maximum(n, 1))[of_trial]
    value, variance, surest, left, slopes_apart = _fit(design, centred, inverse, of_trial, trials, robust)
    if population and interactions:
        apart = sum(slopes_apart[of_trial, k] * design[:, 2 + k] for k in range(known.shape[1]))
        variance = variance + per_trial(of_trial, trials, np.square(apart)) / np.maximum(n * (n - 1), 1)
    refusals.add(surest > 1 - SURE, "the covariates single a customer out: its leverage is 1")
    size = per_trial(of_trial, trials, amount**2)
    refusals.add(left <= ROUNDING**2 * size, "no spread left: the values are constant or fitted exactly")
    slopes = "slopes of each arm's own (Lin)" if interactions else "common slopes"
    whom = ", those enrolled being a sample" if population and interactions else ""
    method = f"least squares on {known.shape[1]} centred covariates, {slopes}; {robust}{whom}, t interval and test"
    return student(
        "mean_difference", "difference of means, adjusted", method, value, variance, np.maximum(n - columns, 1),
        n, refusals, level=level, of=of,
    )  # fmt: skip


def _design(
    known: FloatArray, arm: NDArray[np.bool_], of_trial: IntArray, trials: int, interactions: bool
) -> FloatArray:
    """Columns: 1, arm, centred covariates in units of their spread, and these times arm; shape (rows, columns)."""
    n = np.maximum(per_trial(of_trial, trials), 1)
    columns = [np.ones(len(arm)), arm.astype(np.float64)]
    for covariate in known.T:
        centred = covariate - (per_trial(of_trial, trials, covariate) / n)[of_trial]
        spread = np.sqrt(per_trial(of_trial, trials, centred**2) / n)
        size = np.sqrt(per_trial(of_trial, trials, covariate**2) / n)
        varies = spread > ROUNDING * size
        columns.append(centred * (varies / np.where(varies, spread, 1.0))[of_trial])
    columns += [column * arm for column in columns[2:]] if interactions else []
    return np.stack(columns, axis=1)


def _inverse(design: FloatArray, of_trial: IntArray, trials: int) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Inverse of each trial's cross products, shape (trials, columns, columns), and where there is none."""
    columns = design.shape[1]
    gram = np.empty((trials, columns, columns))
    for i in range(columns):
        for j in range(i + 1):
            gram[:, i, j] = gram[:, j, i] = per_trial(of_trial, trials, design[:, i] * design[:, j])
    eigenvalues = np.linalg.eigvalsh(gram)
    singular: NDArray[np.bool_] = eigenvalues[:, 0] <= SINGULAR * eigenvalues[:, -1]
    gram[singular] = np.eye(columns)
    inverse: FloatArray = np.linalg.inv(gram).astype(np.float64)
    return inverse, singular


def _fit(
    design: FloatArray, values: FloatArray, inverse: FloatArray, of_trial: IntArray, trials: int, robust: Robust
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Coefficient of the arm, its robust variance, the highest leverage and the squares left, shape (trials,); and the
    last columns' coefficients, by how much the arms' slopes differ where each has its own, shape (trials, columns).
    """
    columns = design.T
    products = np.stack([per_trial(of_trial, trials, column * values) for column in columns], axis=1)
    coefficients = (inverse * products[:, None, :]).sum(axis=2)
    residual = values - sum(column * coefficients[of_trial, k] for k, column in enumerate(columns))
    leverage = np.zeros(len(values))
    pull = np.zeros(len(values))  # how much the arm's coefficient moves with this customer's value
    for j, column in enumerate(columns):
        solved = sum(inverse[of_trial, i, j] * other for i, other in enumerate(columns))
        leverage += column * solved
        pull += inverse[of_trial, 1, j] * column
    surest = np.zeros(trials)
    np.maximum.at(surest, of_trial, leverage)
    power = {"HC2": 1, "HC3": 2}[robust]
    variance = per_trial(of_trial, trials, (pull * residual) ** 2 / np.maximum(1 - leverage, SURE) ** power)
    apart = coefficients[:, 2 + (len(columns) - 2) // 2 :]
    return coefficients[:, 1], variance, surest, per_trial(of_trial, trials, residual**2), apart
