"""What members of a circle do to each other, once a week (model.md section 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from sim.customer.bonds import hold
from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.circles import ALONE, NOBODY, hear
from sim.customer.clocks import refresh
from sim.customer.draws import Decision, uniform
from sim.customer.life import ASKING, LOST, PROSPECT
from sim.customer.living import close_if_due
from sim.customer.moves import COUNT_COLUMN
from sim.customer.parting import leave
from sim.customer.record import DISSATISFIED, Count, Moment
from sim.customer.recruiters import is_card
from sim.world.agenda import WEEK, weekly

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.world.world import World

Customers = np.ndarray[Any, Any]

_NEVER = np.inf
_JOIN = int(Moment.JOIN)
_FOLLOWED = int(Decision.FOLLOWED)
_NEWS, _REFERRALS = COUNT_COLUMN + int(Count.NEWS), COUNT_COLUMN + int(Count.REFERRALS)
_DISSATISFIED = DISSATISFIED


class CircleRule(NamedTuple):
    """What members do to each other; what a scenario leaves out does nothing."""

    follows: float  # chance that a secondary card follows the main one
    raises: float  # of rates, a loss that is heard of
    lasts: float  # days
    refers: bool


def circle_rule(scenario: Scenario) -> CircleRule | None:
    """The scenario's rule; None where members do nothing to each other, so that nothing has to be done weekly."""
    circles = scenario.circles
    if circles is None:
        return None
    holds = circles.holds is not None and circles.holds.reduction != 0.0
    rule = CircleRule(
        follows=circles.cards.follows_share if circles.cards is not None else 0.0,
        raises=circles.news.raises if circles.news is not None else 0.0,
        lasts=circles.news.lasts_days if circles.news is not None else 0.0,
        refers=circles.referral is not None and circles.referral.per_month > 0.0,
    )
    return rule if holds or rule.follows > 0.0 or rule.raises > 0.0 or rule.refers else None


def referrers_of(world: World, who: np.ndarray) -> np.ndarray:
    """Positions of those who bring customers (positions): the base stands first in its row, by id."""
    customers = world.customers
    found: np.ndarray = world.row_start[customers["row"][who]] + customers["referrer"][who]
    return found


class CircleNews:
    """At each week's start secondary cards follow the main one, members see who is there, and hear who is not."""

    def __init__(self, world: World, rule: CircleRule) -> None:
        self.world, self.rule = world, rule
        customers = world.customers
        circle, each = customers["circle"], int(customers["circle"].max(initial=ALONE)) + 1
        self.circle = np.where(circle == ALONE, ALONE, customers["row"] * each + circle).astype(np.int64)
        self.circles = each * world.rows
        self.seen = (customers["state"] != PROSPECT) & (customers["state"] != LOST)
        self.there = np.bincount(self.circle[self.seen & (self.circle != ALONE)], minlength=self.circles)
        who = np.flatnonzero((customers["referrer"] != NOBODY) & (customers["state"] == PROSPECT))
        self.prospects = who[np.argsort(customers["due"][who, _JOIN], kind="stable")]
        self.joining = customers["due"][self.prospects, _JOIN].copy()
        self.referrers = referrers_of(world, self.prospects)

    def epochs(self, until: float) -> list[float]:
        """Starts of weeks; day 0 too where it says who may join in the first week."""
        return [0.0, *weekly(until)] if self.rule.refers else weekly(until)

    def act(self, t: float) -> np.ndarray:
        """Let circles meet, then say who of this week's prospects will join."""
        surroundings = self.world.laws.table, self.world.shared
        of_circles = self.circle, self.there, self.seen
        touched = meet(self.world.customers, self.world.wakes, *of_circles, self.rule, *surroundings, t)
        if not self.rule.refers:
            return np.flatnonzero(touched)
        week = slice(*np.searchsorted(self.joining, [t, t + WEEK]))
        vouch(self.world.customers, self.prospects[week], self.referrers[week], *surroundings, t)
        return np.concatenate([np.flatnonzero(touched), self.prospects[week], self.referrers[week]])

    def fork(self, world: World) -> CircleNews:
        """The circles of a world that goes on from here."""
        twin = object.__new__(CircleNews)
        twin.__dict__ |= self.__dict__
        twin.world, twin.seen, twin.there = world, self.seen.copy(), self.there.copy()
        return twin


@njit(forceinline=True)
def is_there(c):
    """Whether the customer is one now."""
    return c.state != PROSPECT and c.state != LOST


@njit(cache=True)
def meet(customers, wakes, circle, there, seen, rule, laws, shared, t):
    """Let secondary cards follow, count who is there, and let members hear who has left since the last week's start.

    A record is read only where it is not known otherwise whether the customer is there, or where something has changed
    in its circle.

    Parameters
    ----------
    customers : contested_customer_dtype array, shape (n,)
    wakes : float64 array, shape (n,)
        When something is due of each customer next, as `live` says: never, of who has left.
    circle : int64 array, shape (n,)
        Number of each customer's circle among all replications', -1 alone.
    there : int64 array, shape (circles,)
        How many of each circle were there at the last week's start, before cards followed; written.
    seen : bool array, shape (n,)
        Who they were; written.
    rule : CircleRule
    laws : laws_dtype array, shape (1,)
    shared : Shared
    t : float
        A week's start; everybody has been lived up to it.

    Returns
    -------
    bool array, shape (n,)
        Of whom something else may be due now.
    """
    customers, shared = borrowed(customers), borrowed_shared(shared)
    circle, seen, wakes, there = borrowed(circle), borrowed(seen), borrowed(wakes), borrowed(there)
    the_laws = borrowed(laws)[0]
    losses, follow = np.zeros_like(there), np.zeros_like(there)
    changed = np.zeros(there.shape[0], np.bool_)
    main_lost = np.full(there.shape[0], -1)
    touched = np.zeros(customers.shape[0], np.bool_)
    for i in range(customers.shape[0]):
        k = circle[i]
        if k < 0:
            continue
        known = seen[i] and wakes[i] != -_NEVER
        here = wakes[i] < _NEVER if known else is_there(customers[i])
        if here == seen[i]:
            continue
        seen[i] = here
        changed[k] = True
        there[k] += 1 if here else -1
        if not here:
            losses[k] += 1
            if customers[i].main == 1 and not is_card(customers[i]):
                main_lost[k] = i
    if rule.follows > 0.0:
        for i in range(customers.shape[0]):
            k = circle[i]
            if k < 0 or main_lost[k] < 0 or not seen[i]:
                continue
            c, main = customers[i], customers[main_lost[k]]
            u = uniform(the_laws.seed, c.id, _FOLLOWED, c.life, main.life, c.replication)
            # who stands at the desk is being heard there, and a card kept for its commission follows nobody
            if u <= rule.follows and c.state != ASKING and not is_card(c):
                close_if_due(c, t, the_laws, shared)
                leave(c, main.reason, t, the_laws, shared)
                follow[k] += 1
                touched[i] = True
    for i in range(customers.shape[0]):
        k = circle[i]
        if k < 0 or not changed[k]:
            continue
        c = customers[i]
        here = is_there(c)
        c.fellows = there[k] - follow[k] - (1 if here else 0)
        if not here:
            continue
        if losses[k] > 0 and rule.raises > 0.0:
            close_if_due(c, t, the_laws, shared)
            hear(c, losses[k], rule.raises, rule.lasts, t)
            shared.tally[c.row, c.arm + 1, c.period, _NEWS] += losses[k]
        hold(c, t, the_laws)
        refresh(c, t, the_laws)
        touched[i] = True
    return touched


@njit(cache=True)
def vouch(customers, prospects, referrers, laws, shared, t):
    """Let this week's prospects join only where who would bring them is there and not dissatisfied.

    Parameters
    ----------
    customers : contested_customer_dtype array, shape (n,)
    prospects, referrers : int64 arrays, shape (m,)
        Positions of those who would join this week, and of who brings each.
    laws, shared, t
        As for `meet`.
    """
    the_laws = laws[0]
    for j in range(prospects.shape[0]):
        c, by = customers[prospects[j]], customers[referrers[j]]
        if is_there(by) and by.satisfaction != _DISSATISFIED:
            close_if_due(by, t, the_laws, shared)
            shared.tally[by.row, by.arm + 1, by.period, _REFERRALS] += 1
        else:
            c.due[_JOIN] = _NEVER
            c.joined = c.first_joined = _NEVER
