"""Circles: who lives with whom, dealt once, and the prospects whom members bring (model.md section 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from sim.customer.bonds import hold
from sim.customer.draws import Decision, uniforms
from sim.customer.laws import MONTH
from sim.customer.record import ContestMoment

if TYPE_CHECKING:
    from sim.customer.laws import Laws
    from sim.scenario.circles import Circles
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

ALONE = -1
NOBODY = -1
_NEVER = np.inf
_NEWS_DUE = int(ContestMoment.NEWS)
_ROUNDING = 1e-9  # what a product of shares leaves behind; far less than a customer


def dealt(circles: Circles, customers: int) -> list[int]:
    """How many circles of each size are dealt among so many customers: whole ones only, in the order of the file."""
    return [int(of.share * customers / of.size + _ROUNDING) for of in circles.sizes]


def alone(customers: Customers) -> None:
    """Nobody lives with anybody yet; nothing where customers have no circles."""
    if "circle" in (customers.dtype.names or ()):
        customers["circle"] = ALONE
        customers["referrer"] = NOBODY


def deal_circles(scenario: Scenario, laws: Laws, base: Customers) -> None:
    """Deal the base customers of each replication, in random order, into circles; who is left over is alone.

    Parameters
    ----------
    scenario : Scenario
    laws : Laws
    base : contested_customer_dtype array, shape (rows * customers,)
        Row after row, each by id. Written in place; the first of a circle gets its main card.
    """
    circles = scenario.circles
    if circles is None:
        return
    many = dealt(circles, scenario.customers)
    sizes = np.repeat([of.size for of in circles.sizes], many)
    members = int(sizes.sum())
    number, main, fellows = np.full((3, scenario.customers), [[ALONE], [0], [0]])
    number[:members] = np.repeat(np.arange(len(sizes)), sizes)
    main[np.cumsum(sizes) - sizes] = 1
    fellows[:members] = np.repeat(sizes - 1, sizes)
    u = uniforms(laws.seed, base["id"], int(Decision.CIRCLED), 0, 0, base["replication"])
    order = np.lexsort((u, base["row"])).reshape(-1, scenario.customers)
    for field, values in (("circle", number), ("main", main), ("fellows", fellows)):
        base[field][order] = values


def referral_rate(scenario: Scenario) -> float:
    """Prospects a day whom the members of one replication would bring if all of them were there and content."""
    circles = scenario.circles
    if circles is None or circles.referral is None:
        return 0.0
    members = sum(of.size * many for of, many in zip(circles.sizes, dealt(circles, scenario.customers), strict=True))
    return circles.referral.per_month * members / MONTH


def refer(laws: Laws, base: Customers, prospects: Customers, rows: int) -> None:
    """Say who brings each prospect: a member of the base by key; the prospect is of its circle and of its segment.

    Parameters
    ----------
    laws : Laws
    base : contested_customer_dtype array
        All rows, row after row, each with the same number of members.
    prospects : contested_customer_dtype array
        Written in place.
    rows : int
    """
    members = np.flatnonzero(base["circle"] != ALONE).reshape(rows, -1)
    u = uniforms(laws.seed, prospects["id"], int(Decision.REFERRER), 0, 0, prospects["replication"])
    place = np.minimum((u * members.shape[1]).astype(np.int64), members.shape[1] - 1)
    by = members[prospects["row"], place]
    prospects["referrer"] = base["id"][by]
    prospects["circle"] = base["circle"][by]
    prospects["segment"] = base["segment"][by]
    prospects["fellows"] = base["fellows"][by] + 1  # all of day 0 until they are counted again


@njit
def hear(c, losses, raises, lasts, t):
    """Hear of losses in one's circle: what is heard adds to what still holds, and all of it holds anew from `t`."""
    c.news = (c.news if t < c.news_until else 0.0) + raises * losses
    c.news_until = t + lasts
    c.due[_NEWS_DUE] = c.news_until


@njit
def forget_news(c, t, laws):
    """What was heard has lost its hold."""
    c.news = 0.0
    c.due[_NEWS_DUE] = _NEVER
    hold(c, t, laws)
