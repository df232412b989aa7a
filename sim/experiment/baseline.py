"""The world without any campaign: churn, kept share and revenue of the whole base under the baseline policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.customer.laws import MONTH, YEAR
from sim.customer.life import PROSPECT
from sim.customer.record import NO_TIER, Line
from sim.experiment.accounts import revenue
from sim.world.lives import first_leaving

if TYPE_CHECKING:
    from sim.experiment.start import Start
    from sim.world.world import World

DEFINITIONS = {
    "annual_churn": "losses in 365 days / mean base of those days (年离网率)",
    "churn_rate": "share of the base on day 0 that left within the horizon",
    "kept_share": "share of the base on day 0 that is still there at the horizon (保有率)",
    "kept_revenue_share": "share of the base's monthly list fees on day 0 whose customers are still there, at the fees "
    "of day 0 (收入保有率)",
    "kept_share_middle_and_high": "kept share of those who were gold or platinum on day 0 (中高端保有率)",
    "kept_revenue_share_middle_and_high": "kept revenue share of those who were gold or platinum on day 0",
    "revenue_per_customer_month": "revenue / months that anybody was a customer, yuan",
    "mean_base": "customers, mean over the horizon",
}


def live_baseline(start: Start) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Live the baseline policy to the horizon, and to a full year for the annual churn.

    Returns
    -------
    metrics : dict of float64 arrays, shape (replications,)
    tally : int64 array, (rows, 1, periods, columns), to the horizon
    """
    scenario, rows = start.scenario, len(start.replications)
    horizon = float(scenario.horizon_days)
    world = start.world(scenario.baseline_policy)
    world.begin()
    customers = world.customers
    base = customers["state"] != PROSPECT
    fee = customers["fee"].astype(np.float64)
    valued = customers["tier"] != NO_TIER
    world.live(horizon)
    tally = world.tally_to(horizon)
    kept = base & (customers["lost_at"] >= horizon)

    def share(part: np.ndarray, whole: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        row = customers["row"]
        weights = np.ones(len(row)) if weight is None else weight
        counted, of = (np.bincount(row, weights=weights * mask, minlength=rows) for mask in (part, whole))
        found: np.ndarray = np.divide(counted, of, out=np.full(rows, np.nan), where=of > 0)
        return found

    lines = tally[..., : len(Line)].sum(axis=(1, 2))
    months = _customer_days(world, horizon) / MONTH
    metrics = {
        "churn_rate": 1.0 - share(base & (first_leaving(customers) >= horizon), base),
        "kept_share": share(kept, base),
        "kept_revenue_share": share(kept, base, fee),
        "revenue_per_customer_month": revenue(lines) / 100.0 / np.maximum(months, 1e-9),
        "mean_base": months * MONTH / horizon,
    }
    if scenario.tiers is not None:  # without tiers nobody is of middle or high value
        metrics["kept_share_middle_and_high"] = share(kept & valued, base & valued)
        metrics["kept_revenue_share_middle_and_high"] = share(kept & valued, base & valued, fee)
    if horizon < YEAR:
        world.live(YEAR)
    lives = world.lives()
    losses = np.bincount(lives.row, weights=lives.ended(0.0, YEAR), minlength=rows)
    mean_base = _customer_days(world, YEAR) / YEAR
    return {"annual_churn": losses / np.maximum(mean_base, 1e-9), **metrics}, tally


def _customer_days(world: World, end: float) -> np.ndarray:
    lives = world.lives()
    return np.bincount(lives.row, weights=lives.days(0.0, end), minlength=world.rows)
