"""The state from which every world of a block of replications starts: the same customers with the same luck."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.base import draw_base, renew_prospects, without_books
from sim.customer.laws import MONTH, YEAR, Laws, Timetable, compile_laws
from sim.customer.terms import take_terms
from sim.experiment.score_curve import ScoreCurve, curve_of
from sim.scenario.offers import Arm
from sim.world.timetable import compile_timetable
from sim.world.world import World

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Question
    from sim.scenario.schema import Scenario

ON_DAY_ZERO = (0.0,)


@dataclass(frozen=True, eq=False)
class Start:
    """Day 0 of a block of replications."""

    scenario: Scenario
    laws: Laws
    timetable: Timetable
    customers: np.ndarray[Any, Any]
    replications: np.ndarray
    curve: ScoreCurve | None = None
    """What the early-warning score can tell; None where there is none."""

    def world(self, policy: str, without: Iterable[str] = (), arms: Iterable[Arm] = ()) -> World:
        """A world that starts here, scored on day 0; its campaign has not begun."""
        world = World(
            self.scenario,
            self.laws,
            self.timetable,
            self.customers.copy(),
            len(self.replications),
            policy,
            without=without,
            arms=arms,
            score_weight=self.score_weight(),
        )
        world.score()
        return world

    def score_weight(self) -> float:
        """Weight of true risk in the early-warning score: what its stated quality needs; 0 where there is none.

        Raises
        ------
        TooSharp
            The score is stated to be better than true risk is.
        """
        law = self.scenario.early_warning
        return self.curve.weight(law.auc) if law is not None and self.curve is not None else 0.0

    def under(self, scenario: Scenario) -> Start:
        """Day 0 of a firm that from now on has other terms: the same customers, past and luck (model.md section 16).

        Parameters
        ----------
        scenario : Scenario
            The same but for what a firm decides on.
        """
        seed, marks = self.laws.seed, self.laws.marks
        laws = compile_laws(scenario, seed, marks[1:], self.laws.horizon)
        timetable = compile_timetable(scenario, seed, self.replications, float(marks[-1]))
        customers = self.customers.copy()
        if scenario.prospects != self.scenario.prospects:
            customers = renew_prospects(scenario, laws, customers, self.replications)
        take_terms(customers, laws.table, without_books(timetable), 0.0)
        # the score was made before day 0: other terms change what is done with it, not what it can tell
        return Start(scenario, laws, timetable, customers, self.replications, self.curve)


def residual_end(scenario: Scenario, horizon: float) -> float:
    """Day to which roll-outs live on after the horizon."""
    months = scenario.residual.months if scenario.residual is not None else 0.0
    return float(np.ceil(horizon + months * MONTH))


class Starts:
    """Day 0 of a block of replications, drawn once for each horizon that is asked for."""

    def __init__(self, scenario: Scenario, seed: int, replications: np.ndarray) -> None:
        self._drawn: dict[tuple[float, tuple[float, ...]], Start] = {}
        self._key = (scenario, seed, replications)

    def at(self, horizon: float | None, begins: tuple[float, ...] = ON_DAY_ZERO) -> Start:
        """The start of worlds with this horizon, or with the scenario's: the same customers with the same luck."""
        scenario = self._key[0]
        day = float(scenario.horizon_days if horizon is None else horizon)
        if (day, begins) not in self._drawn:
            self._drawn[day, begins] = draw_start(*self._key, day, begins)
        return self._drawn[day, begins]

    def of(self, question: Question) -> Start:
        """The start of a question's worlds."""
        return self.at(question.horizon_days, question.start_days)


def draw_start(
    scenario: Scenario,
    seed: int,
    replications: np.ndarray,
    horizon: float | None = None,
    begins: tuple[float, ...] = ON_DAY_ZERO,
) -> Start:
    """Draw day 0 of a block of replications.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    replications : int64 array, shape (rows,)
    horizon : float, optional
        Days over which ledgers count, after which value is residual; the scenario's by default.
    begins : tuple of float
        Days on which customers begin, the last one last; each one's horizon counts from its own.

    Raises
    ------
    NobodySurvives
        The tenure mix cannot exist under the scenario's hazards.
    NobodyLeaves
        There is an early-warning score, and nothing that it could warn of.
    """
    horizon = float(scenario.horizon_days if horizon is None else horizon)
    ends = {YEAR, 2 * YEAR, 2 * horizon}
    ends |= {day + part for day in begins for part in (0.0, horizon, residual_end(scenario, horizon))}
    laws = compile_laws(scenario, seed, ends, begins[-1] + horizon)
    timetable = compile_timetable(scenario, seed, replications, max(ends))
    customers = draw_base(scenario, laws, timetable, replications)
    return Start(scenario, laws, timetable, customers, replications, curve_of(scenario))
