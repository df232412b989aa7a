"""The state from which every world of a block of replications starts: the same customers with the same luck."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.base import draw_base, without_books
from sim.customer.laws import MONTH, YEAR, Laws, Timetable, compile_laws
from sim.customer.terms import take_terms
from sim.world.timetable import compile_timetable
from sim.world.world import ArmRule, World

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

    def world(self, policy: str, without: Iterable[str] = (), arms: Iterable[ArmRule] = ()) -> World:
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
        )
        world.score()
        return world

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
        take_terms(customers, laws.table, without_books(timetable), 0.0)
        return Start(scenario, laws, timetable, customers, self.replications)


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
    """
    horizon = float(scenario.horizon_days if horizon is None else horizon)
    ends = {YEAR, 2 * YEAR, 2 * horizon}
    ends |= {day + part for day in begins for part in (0.0, horizon, residual_end(scenario, horizon))}
    laws = compile_laws(scenario, seed, ends, begins[-1] + horizon)
    timetable = compile_timetable(scenario, seed, replications, max(ends))
    return Start(scenario, laws, timetable, draw_base(scenario, laws, timetable, replications), replications)
