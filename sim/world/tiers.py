"""Scores and tiers: who is worth keeping, decided at an epoch for everybody at once (model.md section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from sim.customer.laws import MONTH
from sim.customer.life import LOST, PROSPECT, follow_policy
from sim.customer.record import GOLD, NO_TIER, PLATINUM

if TYPE_CHECKING:
    from sim.scenario import Scenario

Customers = np.ndarray[Any, Any]
_NEVER = np.inf
_NO_TIER, _GOLD, _PLATINUM = NO_TIER, GOLD, PLATINUM


class TierRule(NamedTuple):
    """How values become tiers; both kinds of bound always exist, the unused one lets everybody pass."""

    by_quota: int
    shares: np.ndarray  # (tier,) share of the active members
    thresholds: np.ndarray  # (tier,) fen a year
    excluded: np.ndarray  # (segment,) 1: no tier


def compile_tiers(scenario: Scenario) -> TierRule | None:
    """The scenario's tier rule; None where tiers are left out."""
    tiers = scenario.tiers
    if tiers is None:
        return None
    shares, thresholds = np.zeros(3), np.full(3, _NEVER)
    for number, tier in ((GOLD, tiers.gold), (PLATINUM, tiers.platinum)):
        if tier is None:
            continue
        if tiers.rule == "quota":
            shares[number] = tier.share
        else:
            thresholds[number] = tier.value_yuan_per_year * 100
    excluded = np.array([segment in tiers.excluded_segments for segment in scenario.segments], dtype=np.int64)
    return TierRule(int(tiers.rule == "quota"), shares, thresholds, excluded)


@njit
def value_of(c):
    """Yearly cash flow with its growth, fen (the N and G of H-07)."""
    return 12.0 * c.fee * (1.0 + c.growth)


@njit(cache=True)
def score(customers, row_start, rule, laws, firm, shared, t, rewards):
    """Give every active customer its tier, set the cut-offs for joiners, and let policies act.

    Parameters
    ----------
    customers : customer_dtype array, sorted by row
    row_start : int64 array, shape (rows + 1,)
    rule : TierRule
    firm, laws : firm_dtype, laws_dtype arrays, shape (1,)
    shared : Shared
        Its `cuts` are written.
    rewards : bool
        Whether entering a tier is rewarded as the policy says.
    """
    for row in range(row_start.shape[0] - 1):
        first, last = row_start[row], row_start[row + 1]
        values = np.full(last - first, -1.0)
        members = 0
        candidates = 0
        for i in range(first, last):
            c = customers[i]
            if c.state == PROSPECT or c.state == LOST:
                continue
            members += 1
            if rule.excluded[c.segment] == 0:
                values[i - first] = value_of(c)
                candidates += 1
        shared.cuts[row, :, :] = _NEVER
        gold, platinum = rule.thresholds[_GOLD], rule.thresholds[_PLATINUM]
        order = np.argsort(-values, kind="mergesort")  # stable: ties go to the lower id
        in_platinum = in_gold = 0
        if rule.by_quota == 1:
            in_platinum = min(candidates, int(np.floor(rule.shares[_PLATINUM] * members + 0.5)))
            in_gold = min(candidates - in_platinum, int(np.floor(rule.shares[_GOLD] * members + 0.5)))
            platinum = values[order[in_platinum - 1]] if in_platinum > 0 else _NEVER
            gold = values[order[in_platinum + in_gold - 1]] if in_gold > 0 else platinum
        for segment in range(shared.cuts.shape[1]):
            if rule.excluded[segment] == 0:
                shared.cuts[row, segment, _GOLD] = gold
                shared.cuts[row, segment, _PLATINUM] = platinum
        for place in range(last - first):
            c = customers[first + order[place]]
            if c.state == PROSPECT or c.state == LOST:
                continue
            value = values[order[place]]
            tier = _NO_TIER
            if value >= 0.0 and rule.excluded[c.segment] == 0:
                if rule.by_quota == 1:
                    if place < in_platinum:
                        tier = _PLATINUM
                    elif place < in_platinum + in_gold:
                        tier = _GOLD
                elif value >= platinum:
                    tier = _PLATINUM
                elif value >= gold:
                    tier = _GOLD
            c.tier = tier
            follow_policy(c, t, laws[0], firm[0], shared, rewards)


@njit(cache=True)
def follow(customers, laws, firm, shared, t, rewards):
    """Let everybody follow the firm's policy as it is from `t` on."""
    for i in range(customers.shape[0]):
        c = customers[i]
        if c.state != PROSPECT and c.state != LOST:
            follow_policy(c, t, laws[0], firm[0], shared, rewards)


def tenure_risk(scenario: Scenario, customers: Customers, t: float) -> np.ndarray:
    """Risk of leaving by tenure and price sensitivity (the T and P of H-07); shape (n,)."""
    if scenario.ngtp is None:
        return np.zeros(len(customers))
    steps = scenario.ngtp.tenure_risk.steps
    starts = np.array([step.from_month for step in steps]) * MONTH
    factors = np.array([step.factor for step in steps])
    band = np.searchsorted(starts, t - customers["joined"], side="right") - 1
    return factors[np.maximum(band, 0)] * customers["price_sensitivity"]


def value_share(customers: Customers, base: np.ndarray, rows: int) -> np.ndarray:
    """Where a customer stands by value among `base` of its replication: 0 the most valuable, 1 the least; shape (n,)."""
    value = 12.0 * customers["fee"] * (1.0 + customers["growth"])
    rank = np.ones(len(customers))
    for row in range(rows):
        inside = np.flatnonzero(base & (customers["row"] == row))
        order = inside[np.argsort(-value[inside], kind="stable")]
        rank[order] = np.arange(1, len(order) + 1) / max(len(order), 1)
    return rank
