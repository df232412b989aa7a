"""Scores and tiers: who is worth keeping, decided at an epoch for everybody at once (model.md section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from sim.customer.ahead import ask_ahead_for_life, ask_ahead_for_score
from sim.customer.borrow import borrowed, borrowed_shared
from sim.customer.laws import MONTH
from sim.customer.life import LOST, PROSPECT, follow_policy
from sim.customer.record import GOLD, NO_TIER, PLATINUM

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

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
            shares[number] = tier.share or 0.0
        elif tier.value_yuan_per_year is not None:
            thresholds[number] = tier.value_yuan_per_year * 100
    excluded = np.array([segment in tiers.excluded_segments for segment in scenario.segments], dtype=np.int64)
    return TierRule(int(tiers.rule == "quota"), shares, thresholds, excluded)


@njit
def value_of(c):
    """Yearly cash flow with its growth, fen (the N and G of H-07)."""
    return 12.0 * c.fee * (1.0 + c.growth)


@njit
def largest(values, k, otherwise):
    """The k-th largest value; `otherwise` where k is 0.

    Hoare 1961, 'Algorithm 65: FIND': numba's own partition takes longer to compile than all the rest of a score.
    """
    if k == 0:
        return otherwise
    place = values.shape[0] - k
    found = values.copy()
    low, high = 0, found.shape[0] - 1
    while low < high:
        pivot = found[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while found[i] < pivot:
                i += 1
            while pivot < found[j]:
                j -= 1
            if i <= j:
                found[i], found[j] = found[j], found[i]
                i += 1
                j -= 1
        if place <= j:
            high = j
        elif place >= i:
            low = i
        else:
            break
    return found[place]


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
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws, the_firm = borrowed(laws)[0], borrowed(firm)[0]
    for row in range(row_start.shape[0] - 1):
        first, last = row_start[row], row_start[row + 1]
        members = 0
        candidates = 0
        who = np.empty(last - first, np.int64)
        values = np.empty(last - first)
        for i in range(first, last):
            ask_ahead_for_score(customers, i)
            c = customers[i]
            if c.state == PROSPECT or c.state == LOST:
                continue
            members += 1
            c.tier = _NO_TIER
            if rule.excluded[c.segment] == 0:
                who[candidates] = i
                values[candidates] = value_of(c)
                candidates += 1
        values = values[:candidates]
        gold, platinum = rule.thresholds[_GOLD], rule.thresholds[_PLATINUM]
        in_platinum = in_gold = candidates
        if rule.by_quota == 1:
            in_platinum = min(candidates, int(np.floor(rule.shares[_PLATINUM] * members + 0.5)))
            in_gold = min(candidates - in_platinum, int(np.floor(rule.shares[_GOLD] * members + 0.5)))
            platinum = largest(values, in_platinum, _NEVER)
            gold = largest(values, in_platinum + in_gold, platinum)
        # who stands exactly at a cut-off gets in by id, while there is room
        room_platinum = in_platinum - np.sum(values > platinum)
        room_gold = in_platinum + in_gold - np.sum(values > gold)
        for k in range(candidates):
            at_platinum, at_gold = values[k] == platinum, values[k] == gold
            if values[k] > platinum or (at_platinum and room_platinum > 0):
                customers[who[k]].tier = _PLATINUM
            elif values[k] > gold or (at_gold and room_gold > 0):
                customers[who[k]].tier = _GOLD
            room_platinum -= at_platinum
            room_gold -= at_gold
        for segment in range(shared.cuts.shape[1]):
            allowed = rule.excluded[segment] == 0
            shared.cuts[row, segment, _GOLD] = gold if allowed else _NEVER
            shared.cuts[row, segment, _PLATINUM] = platinum if allowed else _NEVER
        follow_in_order(customers, first, last, the_laws, the_firm, shared, t, rewards)


@njit
def follow_in_order(customers, first, last, laws, firm, shared, t, rewards):
    """Let customers follow the policy; where a purse can run out, the best tier is served first, then by id."""
    by_tier = laws.purse == 1
    for lower in range(3 if by_tier else 1):
        for i in range(first, last):
            ask_ahead_for_life(customers, i)
            c = customers[i]
            if c.state != PROSPECT and c.state != LOST and (not by_tier or c.tier == _PLATINUM - lower):
                follow_policy(c, t, laws, firm, shared, rewards, True)


@njit(cache=True)
def follow(customers, laws, firm, shared, t, rewards):
    """Let everybody follow the firm's policy as it is from `t` on."""
    customers, shared = borrowed(customers), borrowed_shared(shared)
    the_laws, the_firm = borrowed(laws)[0], borrowed(firm)[0]
    follow_in_order(customers, 0, customers.shape[0], the_laws, the_firm, shared, t, rewards)


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
    """Where a customer stands by value among `base` of its replication: 0 the most valuable, 1 the least; shape
    (n,).
    """
    value = 12.0 * customers["fee"] * (1.0 + customers["growth"])
    rank = np.ones(len(customers))
    for row in range(rows):
        inside = np.flatnonzero(base & (customers["row"] == row))
        order = inside[np.argsort(-value[inside], kind="stable")]
        rank[order] = np.arange(1, len(order) + 1) / max(len(order), 1)
    return rank
