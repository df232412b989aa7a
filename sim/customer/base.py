"""The base on day 0 and those who join later (model.md section 1).

A base customer is the survivor of a lived past (decision record 2): it joins at minus its tenure and lives to day
0 by the same laws; who leaves on the way is tried again as another life, so that frailty, stage, satisfaction and
pending clocks have exactly the survivors' distribution.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from scipy import special

from sim.customer.bond_laws import has_bonds
from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.circles import alone, deal_circles, refer, referral_rate
from sim.customer.clocks import refresh
from sim.customer.contest_laws import is_contested
from sim.customer.draws import Decision, exponential, uniforms
from sim.customer.laws import AS_POLICY, FEN, MONTH, NO_CADENCE, Laws, Shared, Timetable, firm_dtype
from sim.customer.life import GROWTH, LOST, PROSPECT, start_life
from sim.customer.living import live
from sim.customer.mobile_laws import is_mobile_world
from sim.customer.money import accrue
from sim.customer.prospects import PROSPECT_FIRST, won
from sim.customer.record import (
    DISSATISFIED,
    NO_TIER,
    NOT_ASKED,
    NOT_ENROLLED,
    SATISFIED,
    VERY,
    Moment,
    bound_customer_dtype,
    contested_bound_customer_dtype,
    contested_customer_dtype,
    customer_dtype,
    mobile_customer_dtype,
)
from sim.scenario.problems import Impossible

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

STREAM_FIRST = 1 << 28
"""Ids of joiners start here; base customers stand below."""
STREAM_WIDTH = 1 << 24
"""Most joiners of one stream."""
REFERRED_STREAM = 32
"""Number of the stream of prospects whom members of circles bring; those before it are the segments' and the firm's."""
LIVES = 10_000
"""Attempts to live a past; a tenure that nobody survives in so many is refused."""

_NEVER = math.inf
_JOIN, _BOOKING = int(Moment.JOIN), int(Moment.BOOKING)
_JOINING = int(Decision.JOINING)


class NobodySurvives(Impossible):
    """The tenure mix asks for customers whom the scenario's hazards leave no chance to exist."""


def draw_base(scenario: Scenario, laws: Laws, timetable: Timetable, replications: np.ndarray) -> Customers:
    """Draw the customers of a block of replications as of day 0, and all who will join.

    Parameters
    ----------
    scenario : Scenario
    laws : Laws
    timetable : Timetable
        Promotions of the same replications, the past included.
    replications : int64 array, shape (rows,)
        Numbers of the replications.

    Returns
    -------
    customer_dtype array, sorted by row; within a row the base by id, then joiners by id, then prospects who will join

    Raises
    ------
    NobodySurvives
        A tenure of the mix is not survived in `LIVES` attempts.
    """
    rows = len(replications)
    base = _blank(np.arange(scenario.customers, dtype=np.uint32), rows, replications, kind_of_customer(scenario))
    base["segment"] = _choose(laws, base, Decision.SEGMENT, [s.share for s in scenario.segments.values()])
    base["joined"] = -_draw_tenure(scenario, laws, base)
    _draw_bill_day(laws, base)
    _draw_fees(scenario, laws, base)
    deal_circles(scenario, laws, base)
    _live_past(scenario, laws, timetable, base)
    if "first_joined" in (base.dtype.names or ()):
        base["first_joined"] = base["joined"]

    joiners = _draw_joiners(scenario, laws, rows, replications)
    if (rate := referral_rate(scenario)) > 0:
        referred = _stream(scenario, laws, REFERRED_STREAM, rate, rows, replications)
        refer(laws, base, referred, rows)
        joiners = np.concatenate([joiners, referred])
    return _together([base, _drawn(scenario, laws, joiners), _draw_prospects(scenario, laws, replications)])


def renew_prospects(scenario: Scenario, laws: Laws, customers: Customers, replications: np.ndarray) -> Customers:
    """Draw anew on day 0 who will join because he is called: calls are the firm's decision, and may be others now.

    Parameters
    ----------
    scenario : Scenario
        With the terms as they are from now on.
    laws : Laws
    customers : customer_dtype array, sorted by row
        Of day 0.
    replications : int64 array, shape (rows,)

    Returns
    -------
    customer_dtype array, sorted by row; within a row the base, joiners, and prospects who will join, each by id
    """
    others = customers[customers["id"] < PROSPECT_FIRST]
    return _together([others, _draw_prospects(scenario, laws, replications)])


def _together(parts: list[Customers]) -> Customers:
    everybody = np.concatenate(parts)
    return everybody[np.argsort(everybody["row"], kind="stable")]


def _drawn(scenario: Scenario, laws: Laws, joiners: Customers) -> Customers:
    """Those who will join, with all that is known of them on joining."""
    _draw_fees(scenario, laws, joiners)
    _draw_bill_day(laws, joiners)
    _draw_character(scenario, laws, joiners)
    if "first_joined" in (joiners.dtype.names or ()):
        joiners["first_joined"] = joiners["joined"]
    return joiners


def _draw_tenure(scenario: Scenario, laws: Laws, base: Customers) -> np.ndarray:
    """Days since joining; 0 where the scenario has no tenure mix."""
    if scenario.base.tenure_mix is None:
        return np.zeros(len(base))
    bands = scenario.base.tenure_mix.bands
    band = _choose(laws, base, Decision.TENURE_BAND, [b.share for b in bands])
    low = np.array([b.from_month for b in bands])[band]
    high = np.array([b.to_month for b in bands])[band]
    tenure: np.ndarray = (low + (high - low) * _uniforms(laws, base, Decision.TENURE)) * MONTH
    return tenure


def kind_of_customer(scenario: Scenario) -> np.dtype[Any]:
    """The record of one customer: more than a plain one only where a mechanism needs it."""
    if is_contested(scenario):
        return contested_bound_customer_dtype if is_mobile_world(scenario) else contested_customer_dtype
    if has_bonds(scenario):
        return bound_customer_dtype
    return mobile_customer_dtype if is_mobile_world(scenario) else customer_dtype


def row_starts(customers: Customers, rows: int) -> np.ndarray:
    """Where each replication's customers start; shape (rows + 1,)."""
    return np.searchsorted(customers["row"], np.arange(rows + 1)).astype(np.int64)


def _blank(ids: np.ndarray, rows: int, replications: np.ndarray, kind: np.dtype[Any]) -> Customers:
    customers = np.zeros(len(ids) * rows, dtype=kind)
    customers["id"] = np.tile(ids, rows)
    customers["row"] = np.repeat(np.arange(rows), len(ids))
    customers["replication"] = np.repeat(replications, len(ids))
    alone(customers)
    _reset(customers)
    return customers


def _reset(customers: Customers) -> None:
    """Nothing has happened yet."""
    customers["state"] = PROSPECT
    customers["lost_at"] = _NEVER
    customers["reason"] = -1
    customers["arm"] = NOT_ENROLLED
    customers["tier"] = NO_TIER
    customers["cadence"] = NO_CADENCE
    customers["answer"] = NOT_ASKED
    customers["reached_at"] = -_NEVER
    customers["free_until"] = -_NEVER
    customers["period"] = -1
    customers["due"] = _NEVER
    if "left_at" in (customers.dtype.names or ()):
        customers["left_at"], customers["left_for"], customers["returned_at"] = _NEVER, -1, -_NEVER


def _uniforms(laws: Laws, customers: Customers, decision: Decision, life: int = 0) -> np.ndarray:
    return uniforms(laws.seed, customers["id"], int(decision), life, 0, customers["replication"])


def _choose(laws: Laws, customers: Customers, decision: Decision, shares: list[float], life: int = 0) -> np.ndarray:
    """Index of the chosen share; the last takes what rounding leaves."""
    upper = np.cumsum(shares)[:-1]
    return np.searchsorted(upper, _uniforms(laws, customers, decision, life), side="left")


def _gamma(u: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Gamma quantiles; a standard deviation of 0 is a constant."""
    value = mean.copy()
    spread = (sd > 1e-9 * mean) & (mean > 0)  # below the last digits there is none
    shape = (mean[spread] / sd[spread]) ** 2
    # u = 1 (one draw in 2^53) has no finite quantile
    below_one = np.minimum(u[spread], 1.0 - 2.0**-53)
    value[spread] = special.gammaincinv(shape, below_one) * mean[spread] / shape
    return value


def _draw_fees(scenario: Scenario, laws: Laws, customers: Customers) -> None:
    segments = list(scenario.segments.values())
    relative = np.array([s.fee_relative for s in segments])
    sigma = np.array([s.fee_sigma for s in segments])
    mean = scenario.money.mean_fee_yuan_per_month * relative / sum(s.share * s.fee_relative for s in segments)
    z = special.ndtri(np.minimum(_uniforms(laws, customers, Decision.FEE), 1.0 - 2.0**-53))
    segment = customers["segment"]
    fee = mean[segment] * FEN * np.exp(sigma[segment] * z - sigma[segment] ** 2 / 2)
    customers["fee"] = np.floor(fee + 0.5).astype(np.int64)


def _draw_character(scenario: Scenario, laws: Laws, customers: Customers, life: int = 0) -> None:
    """What a customer is like; drawn anew for every life."""
    segments = list(scenario.segments.values())
    segment = customers["segment"]
    sensitivity = [np.array([getattr(s.price_sensitivity, x) for s in segments])[segment] for x in ("mean", "sd")]
    growth = [np.array([getattr(s.growth_per_year, x) for s in segments])[segment] for x in ("mean", "sd")]
    u = _uniforms(laws, customers, Decision.PRICE_SENSITIVITY, life)
    customers["price_sensitivity"] = _gamma(u, *sensitivity)
    z = special.ndtri(np.minimum(_uniforms(laws, customers, Decision.GROWTH, life), 1.0 - 2.0**-53))
    customers["growth"] = growth[0] + growth[1] * z
    ones = np.ones(len(customers))
    sd = ones * math.sqrt(scenario.base.frailty_variance)
    customers["frailty"] = _gamma(_uniforms(laws, customers, Decision.FRAILTY, life), ones, sd)
    customers["satisfaction"] = SATISFIED
    if scenario.satisfaction is not None:
        joining = scenario.satisfaction.joining_share
        level = _choose(
            laws,
            customers,
            Decision.SATISFACTION,
            [joining.very, joining.satisfied, joining.dissatisfied],
            life,
        )
        customers["satisfaction"] = np.array([VERY, SATISFIED, DISSATISFIED])[level]
    customers["life"] = life
    if "unreachable" in (customers.dtype.names or ()):
        _draw_mobile_character(scenario, laws, customers, life)


def _draw_bill_day(laws: Laws, customers: Customers) -> None:
    """Day of the month of the bill, uniform over four weeks; nothing where there are no bills."""
    if "bill_day" in (customers.dtype.names or ()):
        customers["bill_day"] = np.minimum(np.floor(28 * _uniforms(laws, customers, Decision.BILL_DAY)), 27)


def _draw_mobile_character(scenario: Scenario, laws: Laws, customers: Customers, life: int) -> None:
    """Whom no channel reaches."""
    unreachable = scenario.contact_rules.unreachable_share if scenario.contact_rules is not None else 0.0
    customers["unreachable"] = _uniforms(laws, customers, Decision.UNREACHABLE, life) <= unreachable


def _live_past(scenario: Scenario, laws: Laws, timetable: Timetable, base: Customers) -> None:
    """Live every base customer from joining to day 0; who does not last is tried again as another life."""
    firm = idle_firm()
    shared = without_books(timetable)
    pending = np.arange(len(base))
    for life in range(LIVES):
        attempt = base[pending]
        _reset(attempt)
        _draw_character(scenario, laws, attempt, life)
        _begin(attempt, laws.table, shared)
        live(attempt, laws.table, firm, shared, 0.0, np.full(len(attempt), -_NEVER))
        _open_accounts(attempt, laws.table, shared)
        survived = attempt["state"] != LOST
        base[pending[survived]] = attempt[survived]
        pending = pending[~survived]
        if len(pending) == 0:
            return
    months = -base["joined"][pending[0]] / MONTH
    raise NobodySurvives(
        f"base.tenure_mix asks for customers of {months:.0f} months' tenure, but none of {LIVES:,} survived so long "
        "under the scenario's hazards"
    )


def without_books(timetable: Timetable) -> Shared:
    """The timetable alone, for kernels that neither book nor let anybody join."""
    nothing = np.zeros((1, 1, 1, 1), dtype=np.int64)
    return Shared(*timetable, cuts=np.zeros((1, 1, 1)), tally=nothing, purse=np.zeros(1, dtype=np.int64))


@njit(cache=True)
def _begin(customers, laws, shared):
    """Let everybody begin a life on the day on which it joined."""
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws = borrowed(laws)[0]
    for i in range(customers.shape[0]):
        c = customers[i]
        c.state = GROWTH
        start_life(c, c.joined, the_laws, shared)
        refresh(c, c.joined, the_laws)


@njit(cache=True)
def _open_accounts(customers, laws, shared):
    """Open the accounts of who is there on day 0."""
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws = borrowed(laws)[0]
    for i in range(customers.shape[0]):
        c = customers[i]
        if c.state != LOST:
            accrue(c, 0.0, the_laws, shared)  # what the past served is no income any more, but stands on the next bill
            c.period = 0
            c.due[_BOOKING] = the_laws.marks[1]


def idle_firm() -> np.ndarray:
    """A firm that does nothing: no contacts, no rewards, no arms; firm_dtype array, shape (1,)."""
    firm = np.zeros(1, dtype=firm_dtype)
    firm["cadence"] = NO_CADENCE
    for field in firm_dtype.names or ():
        if field.startswith("arm_"):
            firm[field] = AS_POLICY
    return firm


def _draw_joiners(scenario: Scenario, laws: Laws, rows: int, replications: np.ndarray) -> Customers:
    """Prospects with the day on which they will join, from one numbered Poisson stream a segment."""
    parts = [np.zeros(0, dtype=kind_of_customer(scenario))]
    for stream, segment in enumerate(scenario.segments.values()):
        rate = scenario.base.joining_share_per_month * scenario.customers * segment.share / MONTH
        if rate > 0.0:
            part = _stream(scenario, laws, stream, rate, rows, replications)
            part["segment"] = stream
            parts.append(part)
    return np.concatenate(parts)


def _stream(scenario: Scenario, laws: Laws, stream: int, rate: float, rows: int, replications: np.ndarray) -> Customers:
    """Prospects of one numbered Poisson stream with the days on which they will join; row after row."""
    times, row = _arrivals(laws.seed, stream, rate, float(laws.marks[-1]), replications)
    part = np.zeros(len(times), dtype=kind_of_customer(scenario))
    alone(part)
    _reset(part)
    first = np.searchsorted(row, np.arange(rows))
    part["id"] = STREAM_FIRST + stream * STREAM_WIDTH + np.arange(len(times)) - first[row]
    part["row"] = row
    part["replication"] = replications[row]
    part["joined"] = times
    part["period"] = 0
    part["due"][:, _JOIN] = times
    return part


def _draw_prospects(scenario: Scenario, laws: Laws, replications: np.ndarray) -> Customers:
    """Prospects who will join because they are called, each with a segment of its own."""
    if scenario.prospects is None:
        return np.zeros(0, dtype=kind_of_customer(scenario))
    ids, days, rows = won(scenario.prospects, laws.seed, float(laws.marks[-1]), replications)
    found = np.zeros(len(ids), dtype=kind_of_customer(scenario))
    alone(found)
    _reset(found)
    found["id"], found["row"], found["replication"] = ids, rows, replications[rows]
    found["segment"] = _choose(laws, found, Decision.SEGMENT, [s.share for s in scenario.segments.values()])
    found["joined"] = days
    found["period"] = 0
    found["due"][:, _JOIN] = days
    return _drawn(scenario, laws, found)


@njit(cache=True)
def _arrivals(seed, stream, rate, end, replications):
    times = []
    rows = []
    for row in range(replications.shape[0]):
        t = 0.0
        number = 0
        while True:
            t += exponential(seed, stream, _JOINING, 0, number, replications[row]) / rate
            if t >= end:
                break
            times.append(t)
            rows.append(row)
            number += 1
    return np.array(times), np.array(rows)
