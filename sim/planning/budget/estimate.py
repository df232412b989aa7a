"""From responses to the numbers that a mix is chosen by: value, spend and contacts of one customer of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.planning.budget.lives import CONTACTS, VALUE
from sim.planning.budget.shrinkage import shrink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.planning.budget.cells import Division
    from sim.planning.budget.responses import Responses


@dataclass(frozen=True, eq=False)
class Estimates:
    """What a customer of a cell brings and costs under an action, less nothing.

    Attributes
    ----------
    value, contacts : float64 arrays, shape (actions, cells)
        Yuan, and contacts a customer; so that `sizes` of them add up to the mean of the replications' sums.
    spends : float64 array, shape (periods, actions, cells)
        Yuan a customer, by the period in which they are paid.
    sizes : int64 array, shape (cells,)
        Customers of a cell in a base.
    """

    value: np.ndarray
    spends: np.ndarray
    contacts: np.ndarray
    sizes: np.ndarray

    @property
    def spend(self) -> np.ndarray:
        """Yuan a customer in all periods; shape (actions, cells)."""
        return self.spends.sum(axis=0)  # type: ignore[no-any-return]


def cell_sizes(customers: np.ndarray) -> np.ndarray:
    """Mean customers of each cell, rounded so that they add up to the base; shape (cells,).

    Parameters
    ----------
    customers : float64 array, shape (replications, cells)
    """
    mean = customers.mean(axis=0)
    whole: np.ndarray = np.floor(mean).astype(np.int64)
    missing = round(mean.sum()) - int(whole.sum())
    largest = np.argsort(-(mean - whole), kind="stable")[:missing]
    whole[largest] += 1
    return whole


def estimate(
    responses: Responses, actions: Sequence[str], division: Division, sizes: np.ndarray, *, cash_only: bool
) -> Estimates:
    """Estimate from replications, shrunken over the cells of each day.

    Parameters
    ----------
    responses : Responses
    actions : sequence of str
    division : Division
    sizes : int64 array, shape (cells,)
        Cells of size 0 have no customer to give anything to.
    """
    customers, design = responses.customers, division.design()
    per_customer = np.divide(customers.mean(axis=0), sizes, out=np.zeros(len(sizes)), where=sizes > 0)
    there = (sizes > 0) & (customers.sum(axis=0) > 0)
    periods = len(division.days)
    days = [there & (division.period == period) for period in range(periods)]

    def shrunken(sums: np.ndarray, of: Sequence[np.ndarray]) -> np.ndarray:
        found = np.zeros(sums.shape[1:])
        for number in range(len(actions)):
            for day in of:
                if not sums[:, number, day].any():
                    continue  # the action does not begin then
                means, variances = ratio_means(sums[:, number, day], customers[:, day])
                fit = design[np.flatnonzero(day) % division.at_once]
                found[number, day] = shrink(means, variances, fit, sizes[day].astype(float))
        a_customer: np.ndarray = found * per_customer
        return a_customer

    spends = responses.spends(actions, cash_only=cash_only, periods=periods)
    contacts = responses.column(actions, CONTACTS).mean(axis=0)
    return Estimates(
        value=shrunken(responses.column(actions, VALUE), days),
        # nothing is paid for a campaign before it has begun
        spends=np.stack([shrunken(sums, days[: period + 1]) for period, sums in enumerate(spends)]),
        contacts=np.divide(contacts, sizes, out=np.zeros(contacts.shape), where=sizes > 0),
        sizes=sizes,
    )


def ratio_means(sums: np.ndarray, customers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means per customer over replications, and their sampling variances.

    A ratio of two sums; its variance is that of the sum's distance to the mean (Cochran 1977, section 6.4). Where
    nothing ever happened (variance 0) the cells' common variance per customer stands in: rare is not never.

    Parameters
    ----------
    sums, customers : float64 arrays, shape (replications, cells)

    Returns
    -------
    means, variances : float64 arrays, shape (cells,)
    """
    replications, total = len(sums), customers.sum(axis=0)
    means = sums.sum(axis=0) / total
    distance = ((sums - means * customers) ** 2).sum(axis=0)
    per_customer = distance * replications / (replications - 1) / total
    common = distance.sum() * replications / (replications - 1) / total.sum()
    variances = np.where(per_customer > 0, per_customer, common) / total
    return means, variances
