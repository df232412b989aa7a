"""What customers share costs: company H with one mechanism more, against the same company without it.

What acts on customers at an epoch does so by appointment. A row says how fast lives go by with the mechanism, how much
of the time SimPy's calendar and Python take beside kernels and mechanisms, and what an appointment costs: one epoch for
one customer of the base.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import sim.world.world
from benchmarks.engine import Stopwatch, kernel_stopwatch
from benchmarks.private import private_scenario
from sim.customer.base import draw_base
from sim.customer.laws import compile_laws
from sim.scenario.schema import Scenario
from sim.world.timetable import compile_timetable
from sim.world.world import World

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "h_broadband.yaml"
POLICY = "programme"
LIVING = ((sim.world.world, ("live", "close", "attend")),)
"""Compiled functions that live customers; those of mechanisms are in the mechanisms' own time."""

_CALL = {
    "delay_days": 3,
    "cost_yuan": 5,
    "reach_share": 0.8,
    "effect": {"max_reduction": 0.2, "acts_on": ["competitor"], "half_life_days": 30, "lasts_days": 90},
}
LISTS = {"early_warning": {"auc": 0.7, "list_share": 0.05, "call": _CALL}}
CIRCLES = {
    "circles": {
        "sizes": [{"size": 2, "share": 0.3}, {"size": 4, "share": 0.4}],
        "news": {"raises": 0.5, "lasts_days": 60, "acts_on": ["competitor"]},
    }
}
RETURNS = {"win_back": {"from_days": 30, "to_days": 180, "success_share": 0.25, "cost_yuan": 50}}
PURSE = {"campaign_budget": {"yuan": 1_000_000, "per": "month", "counts": "cash_and_forgone", "covers": ["reward"]}}
MECHANISMS: dict[str, Mapping[str, Any]] = {
    "monthly lists": LISTS,
    "weekly news": CIRCLES,
    "monthly win-back": RETURNS,
    "a purse": PURSE,
    "lists and news": {**LISTS, **CIRCLES},
}
"""Blocks that are added to company H, each row of the bench by its name."""


@dataclass(frozen=True)
class SharedLives:
    """A world lived from day 0 to its horizon on one core.

    Attributes
    ----------
    seconds : float
        From day 0 on.
    events : int
    acting_seconds : float
        Spent in mechanisms at their epochs.
    calendar_share : float
        Part of the time outside compiled lives and mechanisms: SimPy, and Python between them.
    epochs : int
        Times that some mechanism acted.
    customers : int
        There on day 0.
    """

    seconds: float
    events: int
    acting_seconds: float
    calendar_share: float
    epochs: int
    customers: int

    @property
    def seconds_per_appointment(self) -> float:
        """Seconds of one epoch for one customer."""
        return self.acting_seconds / max(self.epochs * self.customers, 1)


def with_blocks(scenario: Scenario, blocks: Mapping[str, Any]) -> Scenario:
    """The scenario with blocks added, and a policy that calls and wins back where there is something to do so with."""
    tree = scenario.model_dump(mode="json", by_alias=True) | dict(blocks)
    for plan in tree["policies"].values():
        for part in plan.values():
            part["warning_call"] = "early_warning" in blocks
            part["win_back"] = {"attempts": 3} if "win_back" in blocks else None
    return Scenario.model_validate(tree)


def live(scenario: Scenario, policy: str, customers: int, seed: int = 1) -> SharedLives:
    """Live one base of `customers` from day 0 to the horizon."""
    scenario = scenario.model_copy(update={"customers": customers})
    horizon = float(scenario.horizon_days)
    numbers = np.arange(1, dtype=np.int64)
    laws = compile_laws(scenario, seed, [horizon])
    timetable = compile_timetable(scenario, seed, numbers, horizon)
    people = draw_base(scenario, laws, timetable, numbers)
    acting = Stopwatch()
    with kernel_stopwatch(LIVING) as kernel:
        world = World(scenario, laws, timetable, people, 1, policy)
        world.agenda.act = acting.timed(world.agenda.act)  # type: ignore[method-assign]
        started = time.perf_counter()
        world.score()
        world.begin()
        world.live(horizon)
        seconds = time.perf_counter() - started
    outside = seconds - acting.seconds - kernel.seconds
    return SharedLives(seconds, world.events, acting.seconds, outside / seconds, acting.calls, customers)


def table(customers: int) -> tuple[list[tuple[str, str, str]], dict[str, float]]:
    """Rows for people, and figures by their names in bench.json: every mechanism against the company without it."""
    scenario = private_scenario(SCENARIO)
    live(scenario, POLICY, 50)
    without = min((live(scenario, POLICY, customers) for _ in range(2)), key=lambda lives: lives.seconds)
    rows = [(f"without, {customers:,} customers, s", f"{without.seconds:.2f}", "a roll-out of a year, on one core")]
    figures = {"shared_customers": float(customers), "shared_without_seconds": without.seconds}
    for name, blocks in MECHANISMS.items():
        of = with_blocks(scenario, blocks)
        live(of, POLICY, 50)
        lives = min((live(of, POLICY, customers) for _ in range(2)), key=lambda lives: lives.seconds)
        ratio = lives.seconds / without.seconds
        speed = (
            f"times that; {lives.events / lives.seconds / 1e6:.1f} million events/s, calendar and Python "
            f"{lives.calendar_share:.1%}, {lives.seconds_per_appointment * 1e9:.0f} ns each"
        )
        rows.append((name, f"{ratio:.2f}", speed))
        key = name.replace(" ", "_")
        figures |= {
            f"{key}_over_without": ratio,
            f"{key}_events_per_second": lives.events / lives.seconds,
            f"{key}_calendar_share": lives.calendar_share,
            f"{key}_seconds_per_appointment": lives.seconds_per_appointment,
        }
    return rows, figures
