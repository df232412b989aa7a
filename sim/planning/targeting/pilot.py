"""A simulated trial that a firm learns uplift from: half of some customers get the action, each lives once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.draws import Decision, uniforms
from sim.customer.life import PROSPECT
from sim.customer.record import NOT_ENROLLED
from sim.experiment.start import draw_start
from sim.planning.budget.lives import CASH, FORGONE, VALUE, live_base
from sim.planning.targeting.features import monthly_fee, visible
from sim.planning.targeting.mixed import Mixed, fit_mixed

if TYPE_CHECKING:
    from sim.planning.targeting.records import Records
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Belief:
    """What the assumptions say before any trial of what the action brings a customer on average, before its cost.

    Attributes
    ----------
    mean, variance : float
        Over the worlds of the assumptions, monthly fees (squared).
    differs : float
        Variance of what it changes by with a column of what is seen.
    """

    mean: float
    variance: float
    differs: float

    @classmethod
    def of(cls, brings: np.ndarray) -> Belief | None:
        """Believe what worlds of the assumptions show, shape (worlds, 2); nothing where there are fewer than 2."""
        if len(brings) < 2:
            return None
        return cls(float(brings[:, 0].mean()), float(brings[:, 0].var(ddof=1)), float(brings[:, 1].mean()))


@dataclass(frozen=True, eq=False)
class Pilot:
    """What was seen of those who took part, in the order in which they were enrolled.

    Attributes
    ----------
    treated : bool array, shape (n,)
        Every other one.
    seen : float64 array, shape (n, columns)
        In units of its spread.
    brought : float64 array, shape (n,)
        Net value before what the action costs (that is known, not learned), in monthly fees.
    lived : int
    years : float
        Customer-years lived.
    """

    treated: np.ndarray
    seen: np.ndarray
    brought: np.ndarray
    lived: int
    years: float

    def learn(self, size: int, belief: Belief | None = None) -> Mixed:
        """Learn from the first `size` customers what the action brings before its cost, in monthly fees.

        Least squares with slopes of each arm's own (an S-learner with all interactions, which is a T-learner): what
        customers are like may move the level freely, but the *difference* between the arms only as far as the data
        make likely (`fit_mixed`). So a small trial ranks by little more than the fee, a large one by all that is seen.
        With a belief the mean difference is weighed against it, each by how sure it is (normal prior), and how far
        the difference goes with what is seen is believed, not estimated.

        Returns
        -------
        Mixed
            Its last fixed coefficient is the mean difference, the drawn ones say how it goes with what is seen.
        """
        seen, side = self.seen[:size], np.where(self.treated[:size], 0.5, -0.5)
        ones = np.ones((size, 1))
        fixed = np.concatenate([ones, seen, side[:, None]], axis=1)
        differs = None if belief is None else belief.differs
        found = fit_mixed(self.brought[:size], fixed, side[:, None] * seen, differs)
        if belief is not None:
            doubt = 4.0 * found.noise / size
            weight = belief.variance / (belief.variance + doubt)
            found.fixed[-1] = weight * found.fixed[-1] + (1.0 - weight) * belief.mean
        return found


def uplift(learned: Mixed, seen: np.ndarray, fee: np.ndarray, price: np.ndarray) -> np.ndarray:
    """What a customer is expected to bring under the action, less what it costs, yuan; shape (n,)."""
    expected: np.ndarray = (learned.fixed[-1] + seen @ learned.drawn) * fee - price
    return expected


def run_pilot(
    scenario: Scenario,
    rule: Arm,
    starts: Sequence[float],
    records: Records,
    seed: int,
    replications: np.ndarray,
) -> Pilot:
    """Try the action on whole bases, both halves in one world, to the horizon.

    Parameters
    ----------
    scenario : Scenario
    rule : Arm
    starts : sequence of float
        Months at which bands of tenure start.
    records : Records
        By which those still there at the horizon are valued.
    seed : int
    replications : int64 array, shape (rows,)
        The customers of the first are enrolled first, each base's in an order of keyed draws.
    """
    start = draw_start(scenario, seed, replications)
    day_zero = start.world(scenario.baseline_policy).customers
    who = np.flatnonzero(day_zero["state"] != PROSPECT)
    base = day_zero[who]
    drawn = uniforms(seed, base["id"], int(Decision.TRIED), 0, 0, base["replication"])
    order = np.lexsort((drawn, base["row"]))
    treated = np.zeros(len(base), dtype=bool)
    treated[order[::2]] = True
    life = live_base(start, who, [rule], np.where(treated, 0, NOT_ENROLLED), beyond=False)
    fee = monthly_fee(base)
    gross = life.books[:, [VALUE, CASH, FORGONE]].sum(axis=1) + records.residual_of(life, fee)
    seen = records.scale(visible(scenario, base, tuple(starts)))
    return Pilot(treated[order], seen[order], (gross / fee)[order], len(base), life.years)
