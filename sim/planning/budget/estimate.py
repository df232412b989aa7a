"""From responses to the numbers that a mix is chosen by: value, spend and contacts of one customer of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.planning.budget.responses import CONTACTS, VALUE, spend_columns
from sim.planning.budget.shrinkage import shrink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.planning.budget.responses import Responses


@dataclass(frozen=True, eq=False)
class Estimates:
    """What a customer of a cell brings and costs under an action, less nothing.

    Attributes
    ----------
    value, spend, contacts : float64 arrays, shape (actions, cells)
        Yuan, yuan, and contacts a customer; so that `sizes` of them add up to the mean of the replications' sums.
    sizes : int64 array, shape (cells,)
        Customers of a cell in a base.
    """

    value: np.ndarray
    spend: np.ndarray
    contacts: np.ndarray
    sizes: np.ndarray


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
    responses: Responses, actions: Sequence[str], design: np.ndarray, sizes: np.ndarray, *, cash_only: bool
) -> Estimates:
    """Estimate from replications, shrunken over cells.

    Parameters
    ----------
    responses : Responses
    actions : sequence of str
    design : float64 array, shape (cells, columns)
    sizes : int64 array, shape (cells,)
        Cells of size 0 have no customer to give anything to.
    """
    customers = responses.customers
    per_customer = np.divide(customers.mean(axis=0), sizes, out=np.zeros(len(sizes)), where=sizes > 0)
    there = (sizes > 0) & (customers.sum(axis=0) > 0)

    def shrunken(columns: tuple[int, ...]) -> np.ndarray:
        sums = responses.column(actions, *columns)
        found = np.zeros(sums.shape[1:])
        for number in range(len(actions)):
            means, variances = ratio_means(sums[:, number, there], customers[:, there])
            found[number, there] = shrink(means, variances, design[there], sizes[there].astype(float))
        a_customer: np.ndarray = found * per_customer
        return a_customer

    contacts = responses.column(actions, CONTACTS).mean(axis=0)
    return Estimates(
        value=shrunken((VALUE,)),
        spend=shrunken(spend_columns(cash_only)),
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
