"""The whole firm under a policy: its books and its losses, everybody counted (model.md section 16)."""

from __future__ import annotations

import numpy as np

from sim.customer.life import PROSPECT
from sim.customer.record import Line
from sim.experiment.outcomes import FEN, mean_by
from sim.experiment.start import Start, residual_end

MEASURES = {
    "churn_rate": "share of the customers of day 0 who left the operator within the horizon (流失率)",
    "revenue_per_customer": "list fee of the days served less what was forgone, of everybody who was a customer within "
    "the horizon, yuan a customer of day 0",
    "cost_per_customer": "all costs of the firm's books within the horizon, yuan a customer of day 0",
    "net_value_per_customer": "margin share x list fee of the days served - cost, within the horizon, yuan a customer "
    "of day 0",
    "net_value_with_residual_per_customer": "net value and the discounted net value, after the horizon, of those who "
    "joined before it, yuan a customer of day 0",
}
"""Wording of what is measured of a whole firm, by name."""


def live_whole(start: Start, scenario, policy: str) -> dict[str, np.ndarray]:
    """Live everybody under a policy to the horizon, and on for the residual value."""
    start = under(start, scenario)
    rows, horizon = len(start.replications), start.laws.horizon
    world = start.world(policy)
    customers = world.customers
    base = np.flatnonzero(customers["state"] != PROSPECT)
    world.begin()
    world.live(horizon)
    churn = mean_by(customers["row"][base], (customers["lost_at"][base] < horizon).astype(np.float64), rows)
    books = world.tally_to(horizon)[..., : len(Line)].sum(axis=(1, 2))
    world.live(residual_end(start.scenario, horizon))
    residual = np.bincount(customers["row"], weights=customers["residual"], minlength=rows)
    cost = books.sum(axis=1) - books[:, Line.LIST]
    net = np.rint(start.scenario.money.margin_share * books[:, Line.LIST]) - cost
    revenue = books[:, Line.LIST] - books[:, Line.FORGONE]
    money = np.stack([revenue, cost, net, net + residual]) / FEN / np.bincount(customers["row"][base], minlength=rows)
    return dict(zip(MEASURES, [churn, *money]))


def under(self, scenario):
    from sim.customer.laws import compile_laws
    from sim.world.timetable import compile_timetable
    seed, marks = self.laws.seed, self.laws.marks
    laws = compile_laws(scenario, seed, marks[1:], self.laws.horizon)
    timetable = compile_timetable(scenario, seed, self.replications, float(marks[-1]))
    return Start(scenario, laws, timetable, self.customers.copy(), self.replications)
