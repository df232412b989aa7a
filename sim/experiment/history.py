"""Two years of one base under two policies, one after the other: how a firm sees a programme, and its twin without.

The firm compares the year after with the year before. Beside it stands the same second year without the programme, so
that ageing of the base and effect of the programme are seen apart.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.laws import MONTH, YEAR
from sim.customer.life import PROSPECT
from sim.customer.record import GOLD, PLATINUM, SATISFACTION_NAMES, VERY, Line
from sim.experiment.accounts import cost, revenue
from sim.experiment.assignment import tenure_bands
from sim.experiment.ways_out import ratio, ways_out
from sim.world.tiers import tenure_risk, value_share

if TYPE_CHECKING:
    from sim.experiment.start import Start
    from sim.scenario.schema import Scenario
    from sim.world.world import World

Customers = np.ndarray[Any, Any]
Quantities = dict[str, np.ndarray]
PEAKS = (("first_peak", 3, 9), ("second_peak", 9, 15))
"""Months of tenure among which H-06 puts its two clusters of losses."""


def live_history(start: Start, first: str, then: str) -> Quantities:
    """Live a year under `first`, then a year under `then`, and that year once more under `first`.

    Returns
    -------
    dict of float64 arrays, shape (replications,)
        `day0.*`, `year1.*` (first policy), `year2.*` (then), `twin.*` (year two under the first policy), and
        `change.*`, `effect.*`, `ageing.*`: their differences. Shares are fractions, money is yuan. NaN where nobody
        could be counted.
    """
    scenario = start.scenario
    world = start.world(first)
    world.begin()
    quantities = _on_day_zero(scenario, world)
    world.live(YEAR)
    quantities |= _of_year(scenario, world, "year1", 0.0)
    programme = world.fork()
    programme.set_policy(then)
    programme.begin()
    programme.live(2 * YEAR)
    world.live(2 * YEAR)
    quantities |= _of_year(scenario, programme, "year2", YEAR)
    quantities |= _of_year(scenario, world, "twin", YEAR)
    for name in ("annual_churn", "revenue_a_customer_month", "revenue"):
        before, after, twin = (quantities[f"{year}.{name}"] for year in ("year1", "year2", "twin"))
        quantities[f"change.{name}"] = after - before
        quantities[f"change.{name}.relative"] = ratio(after, before) - 1
        quantities[f"effect.{name}"] = after - twin
        quantities[f"ageing.{name}"] = twin - before
    for part in ("change", "effect", "ageing"):  # the drop, and the two parts of which it is the sum
        of = quantities[f"{part}.annual_churn"]
        quantities[f"{part}.annual_churn.drop"] = ratio(-of, quantities["year1.annual_churn"])
    return quantities


def day_zero(start: Start) -> Quantities:
    """The quantities of day 0 alone."""
    return _on_day_zero(start.scenario, start.world(start.scenario.baseline_policy))


def live_first_year(start: Start, policy: str) -> Quantities:
    """The quantities of day 0 and of the first year alone."""
    world = start.world(policy)
    world.begin()
    quantities = _on_day_zero(start.scenario, world)
    world.live(YEAR)
    return quantities | _of_year(start.scenario, world, "year1", 0.0)


def live_whole_horizon(start: Start, policy: str) -> Quantities:
    """How the base of day 0 thins out over the years of the horizon (P-07).

    Returns
    -------
    dict of float64 arrays, shape (replications,)
        `base.still_there_<k>`: share of the customers of day 0 who are still there after k years, and
        `base.churn_in_year_<k>`: of those who were there at the year's begin, the share that left in it, for each
        whole year of the horizon.
    """
    world = start.world(policy)
    world.begin()
    customers, rows = world.customers, world.rows
    base = customers["state"] != PROSPECT
    years = int(start.laws.horizon // YEAR)
    world.live(years * YEAR)
    of = {}
    for year in range(1, years + 1):
        left_at = customers["lost_at"]
        there, still = base & (left_at >= (year - 1) * YEAR), left_at >= year * YEAR
        of[f"base.still_there_{year}"] = _share(customers, base, still, rows)
        of[f"base.churn_in_year_{year}"] = _share(customers, there, ~still, rows)
    return of


def _on_day_zero(scenario: Scenario, world: World) -> Quantities:
    """The base as it stands: segments, tenure, satisfaction, tiers, priorities."""
    customers, rows = world.customers, world.rows
    base = customers["state"] != PROSPECT
    of = {"day0.customers": _count(customers, base, rows)}
    for number, segment in enumerate(scenario.segments):
        of[f"day0.share.{segment}"] = _share(customers, base, customers["segment"] == number, rows)
    tenure = -customers["joined"] / MONTH
    starts = [*tenure_bands(scenario), np.inf]
    for low, high in itertools.pairwise(starts):
        of[f"day0.tenure_from_{low:g}"] = _share(customers, base, (tenure >= low) & (tenure < high), rows)
    for number, level in enumerate(SATISFACTION_NAMES):
        of[f"day0.satisfaction.{level}"] = _share(customers, base, customers["satisfaction"] == number, rows)
    fee = customers["fee"].astype(float)
    for name, tier in (("gold", GOLD), ("platinum", PLATINUM)):
        inside = customers["tier"] == tier
        of[f"day0.{name}_customers"] = _count(customers, base & inside, rows)
        of[f"day0.{name}_share"] = _share(customers, base, inside, rows)
        of[f"day0.{name}_revenue_share"] = _share(customers, base, inside, rows, weight=fee)
    if scenario.ngtp is not None:
        of |= _matrix(scenario, customers, base, rows)
    return of


VALUE_CLASSES, RISK_CLASSES = ("high", "middle", "low"), ("high", "low")


def _matrix(scenario: Scenario, customers: Customers, base: np.ndarray, rows: int) -> Quantities:
    """The revenue-risk matrix (H-07): shares of customers and of revenue, and where priority A stands."""
    value, risky = _value_and_risk(scenario, customers, base, rows)
    fee = customers["fee"].astype(float)
    of = {}
    for number, value_class in enumerate(VALUE_CLASSES):
        for risk_class in RISK_CLASSES:
            cell = (value == number) & (risky == (risk_class == "high"))
            name = f"matrix.{value_class}.{risk_class}"
            of[f"{name}.customers"] = _share(customers, base, cell, rows)
            of[f"{name}.revenue"] = _share(customers, base, cell, rows, weight=fee)
    tenure = -customers["joined"] / MONTH
    a = base & risky & (value == 0)
    quartiles = [
        np.quantile(tenure[a & (customers["row"] == row)], [0.25, 0.75])
        if (a & (customers["row"] == row)).any()
        else (np.nan, np.nan)
        for row in range(rows)
    ]
    of["day0.priority_a_tenure_low"], of["day0.priority_a_tenure_high"] = np.array(quartiles).T
    return of


def _value_and_risk(
    scenario: Scenario, customers: Customers, base: np.ndarray, rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """Value class (0 high, 1 middle, 2 low) and whether the risk is high; shapes (n,)."""
    assert scenario.ngtp is not None
    law = scenario.ngtp.priorities
    rank = value_share(customers, base, rows)
    value = np.where(rank <= law.a_value_share, 0, np.where(rank <= law.b_value_share, 1, 2))
    return value, tenure_risk(scenario, customers, 0.0) >= law.risk_at_least


def _of_year(scenario: Scenario, world: World, year: str, begin: float) -> Quantities:
    """What the firm's books say of the year that begins on day `begin`."""
    customers, rows = world.customers, world.rows
    end = begin + YEAR
    lives = world.lives()
    there, ended = lives.days(begin, end), lives.ended(begin, end)
    mean_base = np.bincount(lives.row, weights=there, minlength=rows) / YEAR
    losses = np.bincount(lives.row, weights=ended, minlength=rows)
    of = {
        f"{year}.mean_base": mean_base,
        f"{year}.losses": losses,
        f"{year}.annual_churn": ratio(losses, mean_base),
    }
    for number, segment in enumerate(scenario.segments):
        inside = (customers["segment"] == number)[lives.position]
        lost = np.bincount(lives.row, weights=ended & inside, minlength=rows)
        days = np.bincount(lives.row, weights=there * inside, minlength=rows)
        of[f"{year}.annual_churn.{segment}"] = ratio(lost, days / YEAR)
    left = lives.of_customers(ended)
    at_begin, at_end = (lives.of_customers(lives.covers(day)) for day in (begin, end))
    of[f"{year}.growth"] = ratio(_count(customers, at_end, rows), _count(customers, at_begin, rows)) - 1
    month = np.rint((lives.lost_at[ended] - lives.joined[ended]) / MONTH).astype(int)
    for name, low, high in PEAKS:
        near = (month >= low) & (month < high)
        place = lives.row[ended][near] * high + month[near]
        of[f"{year}.{name}"] = (
            np.bincount(place, minlength=rows * high).reshape(rows, high).argmax(axis=1).astype(float)
        )
    of[f"{year}.never_contacted"] = _share(customers, at_end, customers["contacts"] == 0, rows)
    of[f"{year}.churn_of_those_there"] = _share(customers, at_begin, left, rows)
    groups = {
        "answered_very": customers["answer"] == VERY,
        "solved": (customers["solved"] > 0) & (customers["answer"] >= 0),
        "never_answered": customers["answer"] < 0,
    }
    for name, group in groups.items():
        of[f"{year}.churn_{name}"] = _share(customers, at_begin & group, left, rows)
    marks = world.laws.marks
    periods = slice(int(np.searchsorted(marks, begin)), int(np.searchsorted(marks, end)))
    lines = world.shared.tally[:, :, periods, : len(Line)].sum(axis=(1, 2)) / 100.0
    income = revenue(lines)
    of |= ways_out(scenario, world, year, begin, end)
    of[f"{year}.revenue"] = income
    of[f"{year}.cost"] = cost(lines)
    of[f"{year}.revenue_a_customer_month"] = ratio(income, mean_base * 12.0)
    return of


def _count(customers: Customers, mask: np.ndarray, rows: int) -> np.ndarray:
    return np.bincount(customers["row"], weights=mask, minlength=rows)


def _share(
    customers: Customers, of: np.ndarray, mask: np.ndarray, rows: int, weight: np.ndarray | None = None
) -> np.ndarray:
    """Share of `of` for whom `mask` holds too, by replication; NaN where there is nobody."""
    weights = np.ones(len(customers)) if weight is None else weight
    whole = np.bincount(customers["row"], weights=weights * of, minlength=rows)
    part = np.bincount(customers["row"], weights=weights * (of & mask), minlength=rows)
    share: np.ndarray = np.divide(part, whole, out=np.full(rows, np.nan), where=whole > 0)
    return share
