"""Questions about the firm: each arm is the whole firm under other terms, lived by the same customers (model.md 16).

Money is the firm's: its books over the customers of day 0, whoever they are of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.life import LOST, PROSPECT
from sim.customer.record import Line
from sim.experiment.accounts import cost, net_value, revenue
from sim.experiment.before import read_before
from sim.experiment.outcomes import FEN, Outcomes, concatenate, mean_by, read_outcomes
from sim.experiment.ratios import WIN_BACK_RATE
from sim.experiment.start import Start, residual_end
from sim.experiment.trial import horizon_of
from sim.experiment.truth import Customers, RolloutBlock, Truth
from sim.scenario.offers import Arm
from sim.scenario.terms import under_terms
from sim.world.lives import first_leaving
from sim.world.world import World

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import FirmArm, FirmQuestion

DEFINITIONS = {
    "churn_rate": ("share of the base on day 0 who left within the horizon", "share"),
    "revenue_per_customer": (
        "the firm's list fees and penalties less what was forgone, over the customers of day 0",
        "yuan",
    ),
    "cost_per_customer": ("all that the firm paid or forwent, over the customers of day 0", "yuan"),
    "net_value_per_customer": (
        "margin share x the firm's list fees + penalties - its cost, within the horizon, over the customers of day 0",
        "yuan",
    ),
    "net_value_with_residual_per_customer": (
        "net value and the discounted net value of the firm's books after the horizon, over the customers of day 0",
        "yuan",
    ),
    "save_rate": ("callers who were talked into staying, of those who were answered (挽留成功率)", "share"),
    "mean_wait_minutes": (
        "from asking to the talk, or to the end of patience; hours when the desk is closed count",
        "minutes",
    ),
    "abandoned_share": ("callers who left because their patience ran out, of all calls", "share"),
    "calls_per_customer": ("calls at the save desk within the horizon, over the customers of day 0", "calls"),
    WIN_BACK_RATE: ("of the base on day 0 who left within the horizon, the share who came back within it", "share"),
}
"""Wording and unit of what is known of a firm; the last ones where it has a save desk, or wins back."""


@dataclass(frozen=True, eq=False)
class FirmBlock(RolloutBlock):
    """A block of replications of a question about the firm.

    Attributes
    ----------
    measures : by arm and metric of `DEFINITIONS`, float64 (rows,); NaN where nobody could be counted
    """

    measures: dict[str, dict[str, np.ndarray]]

    def means(self, arm: str, name: str, replications: np.ndarray, margin: float) -> np.ndarray:
        """A metric of the firm."""
        return self.measures[arm][name]


def live_firm(start: Start, question: FirmQuestion) -> FirmBlock:
    """Live a block of replications of every arm's firm, to the horizon and on for the residual value."""
    rollouts: dict[str, Outcomes] = {}
    tallies: dict[str, np.ndarray] = {}
    customers: dict[str, Customers] = {}
    measures: dict[str, dict[str, np.ndarray]] = {}
    horizon = horizon_of(start, question)
    for number, (name, arm) in enumerate(question.arms.items()):
        world, base = begin_firm(start, question, arm)
        before = read_before(start.scenario, world.customers[base])
        world.live(horizon)
        unstratified = np.zeros(len(base), dtype=np.int64)
        outcomes = read_outcomes(start.scenario, world.customers[base], unstratified, before, horizon)
        outcomes.arm[:] = number
        tallies[name] = world.tally_to(horizon)
        measures[name] = _at_desk(world, base)
        world.live(residual_end(start.scenario, horizon))
        outcomes.residual[:] = world.customers["residual"][base]
        outcomes.lost_at[:] = first_leaving(world.customers)[base]
        rollouts[name] = outcomes
        measures[name] |= _in_books(world, base, tallies[name])
        row = world.customers["row"][base]
        measures[name]["churn_rate"] = mean_by(row, outcomes.left, world.rows)
        if start.scenario.win_back is not None:
            measures[name][WIN_BACK_RATE] = mean_by(row[outcomes.left], outcomes.returned[outcomes.left], world.rows)
        if 0 in start.replications:
            customers[name] = world.customers[: world.row_start[1]].copy()
    return FirmBlock(rollouts, tallies, customers, start.laws.marks, measures)


def begin_firm(start: Start, question: FirmQuestion, arm: FirmArm) -> tuple[World, np.ndarray]:
    """One arm's firm on day 0, under its terms and its policy, and who is its customer then (positions)."""
    terms = start.under(under_terms(start.scenario, arm.set))
    background = question.background
    if arm.policy is None:
        world = terms.world(background.policy, background.without, [Arm()])
    else:
        world = terms.world(arm.policy, arms=[Arm()])
    state = world.customers["state"]
    base = np.flatnonzero((state != PROSPECT) & (state != LOST))
    world.enrol(base, 0)  # the books of those there on day 0 stand apart from those of who joins
    world.begin()
    return world, base


def _in_books(world: World, base: np.ndarray, tally: np.ndarray) -> dict[str, np.ndarray]:
    """Money of the whole firm, yuan over the customers of day 0; shape (rows,) each."""
    rows = world.rows
    lines = tally[..., : len(Line)].sum(axis=(1, 2))
    net = net_value(lines, world.scenario.money.margin_share)
    later = np.zeros(rows, dtype=np.int64)
    np.add.at(later, world.customers["row"], world.customers["residual"])
    fen = {
        "revenue_per_customer": revenue(lines),
        "cost_per_customer": cost(lines),
        "net_value_per_customer": net,
        "net_value_with_residual_per_customer": net + later + world.residual,
    }
    there = np.bincount(world.customers["row"][base], minlength=rows)
    return {name: amount / FEN / there for name, amount in fen.items()}


def _at_desk(world: World, base: np.ndarray) -> dict[str, np.ndarray]:
    """What the save desk has done so far; empty where there is none."""
    if not world.desks:
        return {}
    found = world.desk_measures()
    there = np.bincount(world.customers["row"][base], minlength=world.rows)
    return {
        "save_rate": found.save_rate,
        "mean_wait_minutes": found.mean_wait_minutes,
        "abandoned_share": found.abandoned_share,
        "calls_per_customer": found.calls / there,
    }


class FirmTruth(Truth):
    """All arms' firms over all replications.

    Parameters
    ----------
    question : FirmQuestion
    blocks : sequence of FirmBlock
        In the order of replications.
    horizon : float
        Days.
    """

    def __init__(self, question: FirmQuestion, blocks: Sequence[FirmBlock], horizon: float) -> None:
        rollouts = {arm: concatenate(block.rollouts[arm] for block in blocks) for arm in question.arms}
        replications = sum(len(block.tallies[question.reference]) for block in blocks)
        super().__init__(question, rollouts, replications, horizon)
        self._blocks = blocks
        known = blocks[0].measures[question.reference]
        self.metrics = tuple(name for name in DEFINITIONS if name in known)

    def by_replication(self, arm: str, name: str) -> np.ndarray:
        """A metric of an arm's firm."""
        return np.concatenate([block.measures[arm][name] for block in self._blocks])

    def ledger(self, arm: str) -> np.ndarray:
        """Yuan of the firm's books over the customers of day 0."""
        books = sum(block.tallies[arm][..., : len(Line)].sum(axis=(0, 1, 2)) for block in self._blocks)
        each: np.ndarray = np.asarray(books) / FEN / len(self.rollouts[arm])
        return each
