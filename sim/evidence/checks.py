"""Is what was recorded what was assigned? Checks of a trial's records, made before anybody looks at an effect.

Most are certain: a row that stands twice is a fault, whatever its effect. Where chance can play a part (sizes,
balance) a check fires at a p below `SURELY`, as it is made in every trial and should not cry wolf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, fdtrc

from sim.evidence.balance import sample_ratio
from sim.evidence.inputs import finite, flags, whole
from sim.evidence.multiplicity import holm
from sim.evidence.results import Refused

SURELY = 0.001


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found; ``p_value`` is None where chance has no part in it."""

    name: str
    fired: bool
    says: str
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """A covariate's means and standard deviations by arm, and the test that the arms are alike in it.

    ``apart`` is the largest difference of two arms' means in units of the pooled standard deviation.
    """

    name: str
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    apart: float
    p_value: float


def arm_sizes(sizes: Sequence[int], shares: Sequence[float] | None = None) -> Check | Refused:
    """Do the arms' sizes fit the planned shares? As `sim.evidence.balance.sample_ratio`, whatever the design.

    Where the design fixed the sizes, chance moves them less than the test allows for: it then fires too rarely, never
    too often.
    """
    found = sample_ratio(sizes, shares)
    if isinstance(found, Refused):
        return found
    counted = ", ".join(f"{seen:,} of {due:,.1f}" for seen, due in zip(found.observed, found.expected, strict=True))
    return Check("sample ratio", found.p_value < SURELY, f"customers by arm: {counted} expected", found.p_value)


def once_each(customer: ArrayLike) -> Check:
    """Does every customer stand in the records once? ``customer``: a number a row, shape (rows,)."""
    names = whole("customer", customer)
    again = len(names) - len(np.unique(names))
    return Check("one record a customer", again > 0, f"{again:,} of {len(names):,} rows are of a customer seen before")


def all_recorded(recorded: ArrayLike, enrolled: ArrayLike) -> Check | Refused:
    """Has everybody who was enrolled a record? Customers by arm, shape (arms,).

    p is chi-square's for losses that differ between arms; the check fires where anybody is missing or too many are
    there, since nobody knows what became of them.
    """
    seen, due = whole("recorded", recorded), whole("enrolled", enrolled)
    if seen.shape != due.shape or (due == 0).any():
        return Refused("customers enrolled must be known for every arm")
    gone = due - seen
    words = ", ".join(f"{n:,} of {of:,}" for n, of in zip(seen.tolist(), due.tolist(), strict=True))
    p_value = None
    if (gone >= 0).all() and 0 < gone.sum() < due.sum():
        share = gone.sum() / due.sum()
        spread = due * share * (1 - share)
        p_value = float(chdtrc(len(due) - 1, float(((gone - due * share) ** 2 / spread).sum())))
    return Check(
        "everybody has a record", bool((gone != 0).any()), f"records of those enrolled, by arm: {words}", p_value
    )


def as_assigned(arm: ArrayLike, received: ArrayLike) -> Check:
    """Did everybody get what the arm gives? Numbers of arms, shape (rows,)."""
    meant, got = whole("arm", arm), whole("received", received)
    other = int((meant != got).sum())
    return Check("treated as assigned", other > 0, f"{other:,} of {len(meant):,} got another arm's treatment")


def exposed_at_once(exposed_day: ArrayLike, treated: ArrayLike) -> Check:
    """Was everybody in a treated arm exposed on the day of enrolment?

    Parameters
    ----------
    exposed_day
        Days from enrolment to the first exposure, NaN for none, shape (rows,).
    treated
        Whether the customer's arm exposes it to something.
    """
    day: NDArray[np.float64] = np.asarray(exposed_day, dtype=np.float64)[flags("treated", treated)]
    late, never = int((day > 0).sum()), int(np.isnan(day).sum())
    words = f"of {len(day):,} in treated arms {late:,} were exposed after enrolment, {never:,} never"
    return Check("exposed at once", late + never > 0, words)


def followed_up(days: ArrayLike, left: ArrayLike, horizon_days: float) -> Check:
    """Was everybody followed to the horizon, or until it left? Arrays of shape (rows,)."""
    followed, gone = finite("days", days), flags("left", left)
    early = ~gone & (followed < horizon_days)
    words = f"{int(early.sum()):,} of {len(followed):,} were still there when their follow-up ended before the horizon"
    if early.any():
        words += f" of {horizon_days:g} days, the first on day {followed[early].min():g}"
    return Check("followed to the end", bool(early.any()), words)


def redeemed_where_given(redeemed: ArrayLike, given: ArrayLike) -> Check:
    """Are redemptions logged where there was something to redeem, and only there?

    Parameters
    ----------
    redeemed
        Amount logged, shape (rows,).
    given
        Whether the customer's arm gives it something to redeem.
    """
    amount, has = finite("redeemed", redeemed), flags("given", given)
    wrong = int((~has & (amount > 0)).sum())
    words = f"{wrong:,} of {int((~has).sum()):,} customers with nothing to redeem have a redemption logged"
    return Check("redemptions where given", wrong > 0, words)


def alike_before(
    covariates: Mapping[str, ArrayLike], arm: ArrayLike, arms: int
) -> tuple[list[Balance], Check | Refused]:
    """Were the arms alike in what was known before? One-way analysis of variance a covariate, Holm over covariates.

    Parameters
    ----------
    covariates
        By name, shape (rows,).
    arm
        Number of the arm, shape (rows,).

    Returns
    -------
    A row a covariate that varies, and the check, refused where none does.
    """
    of_arm = whole("arm", arm)
    rows = [_balance(name, finite(name, values), of_arm, arms) for name, values in covariates.items()]
    known = [row for row in rows if row is not None]
    if not known:
        return [], Refused("no covariate varies, or an arm has fewer than 2 customers")
    adjusted = holm([row.p_value for row in known])
    worst = int(np.argmin(adjusted))
    words = f"{known[worst].name} differs most: {known[worst].apart:.2f} standard deviations"
    lowest = float(adjusted[worst])
    return known, Check("alike before the trial", lowest < SURELY, f"{words} (Holm over {len(known)})", lowest)


def _balance(name: str, values: NDArray[np.float64], arm: NDArray[np.int64], arms: int) -> Balance | None:
    n = np.bincount(arm, minlength=arms)
    if (n < 2).any():
        return None
    mean = np.bincount(arm, weights=values, minlength=arms) / n
    within = np.bincount(arm, weights=(values - mean[arm]) ** 2, minlength=arms)
    degrees = len(values) - arms
    pooled = within.sum() / degrees
    if pooled <= (1e-12 * np.abs(values).max(initial=0.0)) ** 2:
        return None
    between = float((n * (mean - values.mean()) ** 2).sum()) / (arms - 1)
    return Balance(
        name,
        tuple(mean.tolist()),
        tuple(np.sqrt(within / (n - 1)).tolist()),
        float(np.ptp(mean) / np.sqrt(pooled)),
        float(fdtrc(arms - 1, degrees, between / pooled)),
    )
