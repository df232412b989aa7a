"""The whole plan: live responses, choose, live the choice on fresh replications, and doubt it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed

from sim.customer.kernel_cache import kernels_are_compiled
from sim.planning.blocks import Progress, blocks, in_order, silent
from sim.planning.budget.draws import Draw, draw_worlds
from sim.planning.budget.fresh import Fresh, join_fresh, live_fresh
from sim.planning.budget.frontier import STEP_YUAN, Planner, Point, lowered
from sim.planning.budget.mix import BUDGET, LimitsContradict
from sim.planning.budget.responses import Responses, join, live_responses, spend_columns
from sim.planning.quantities import COMPILING, FEW
from sim.planning.scored import with_score
from sim.scenario.problems import InputProblems, Problem

if TYPE_CHECKING:
    from sim.planning.budget.question import Question
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

ATTEMPTS = 3
"""How often a mix is lived on fresh replications before the plan says that its cap does not hold."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that was found out.

    Attributes
    ----------
    planner : Planner
        With the responses that the mixes were chosen by.
    points : list of Point
        The frontier, the asked budget and one step more among them.
    asked : Point
        What is recommended.
    attempts : int
        Fresh checks that it took to keep the cap.
    fresh : Fresh
    draws : list of Draw
    drawn : Responses or None
        A replication a draw.
    used : list of str
        Actions that stand in a mix of the frontier.
    seconds : dict of float
        By step: 'living' and 'choosing'.
    checked : int
        Customers lived in fresh checks.
    """

    loaded: Loaded[Scenario]
    question: Question
    planner: Planner
    points: list[Point]
    asked: Point
    attempts: int
    fresh: Fresh
    draws: list[Draw]
    drawn: Responses | None
    used: list[str]
    seconds: dict[str, float]
    checked: int


class _Clock:
    """Adds up what each step takes."""

    def __init__(self) -> None:
        self.seconds = {"living": 0.0, "choosing": 0.0}

    def __call__(self, step: str, work: Callable[[], Any]) -> Any:
        began = perf_counter()
        try:
            return work()
        finally:
            self.seconds[step] += perf_counter() - began


@with_score
def plan(
    loaded: Loaded[Scenario],
    question: Question,
    *,
    seed: int,
    replications: int,
    fresh: int,
    draws: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Plan:
    """Plan a budget.

    Parameters
    ----------
    loaded : Loaded of Scenario
    question : Question
    seed : int
    replications : int
        By which mixes are chosen, at least 2.
    fresh : int
        Further replications on which the chosen one is lived whole, at least 2.
    draws : int
        Worlds of the assumptions; 0 for none.
    jobs : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (stage, done, total).

    Raises
    ------
    InputProblems
        The limits contradict each other or the budget.
    NobodySurvives
        The tenure mix cannot exist under the scenario's hazards.
    """
    tell, clock = progress or silent, _Clock()
    workers = Parallel(n_jobs=jobs, return_as="generator")
    scenario, division = loaded.value, question.division

    _compile(scenario, question, seed, tell)

    def live_choice() -> Responses:
        tasks = [
            delayed(live_responses)(scenario, division, question.actions, [], seed, block)
            for block in blocks(scenario, replications)
        ]
        return join(list(in_order(tasks, "living every action", tell, workers)))

    planner = Planner(question, clock("living", live_choice), checked_on=fresh)
    tell("choosing mixes", 0, 1)
    try:
        points = clock("choosing", lambda: _points(planner, question.budget))
    except LimitsContradict as found:
        raise InputProblems([_contradiction(loaded, question, found)]) from found
    tell("choosing mixes", 1, 1)
    asked = next(point for point in points if point.budget == question.budget)

    policies = [] if question.against is None else [question.against]
    used = _used(planner, points)
    held, attempts, checked = 0.0, 0, 0
    while True:
        shares = _shares(planner, asked, used)
        first = replications + attempts * fresh
        attempts += 1
        actions = {name: question.actions[name] for name in used}

        def live_check(first: int = first, shares: np.ndarray = shares, actions: Any = actions) -> Fresh:
            tasks = [
                delayed(live_fresh)(scenario, division, actions, shares, policies, seed, first + block)
                for block in blocks(scenario, fresh)
            ]
            return join_fresh(list(in_order(tasks, "living the mix whole", tell, workers)))

        lived = clock("living", live_check)
        checked += lived.responses.lived
        excess = float(lived.whole[:, list(spend_columns(question.cash_only))].sum(axis=1).mean()) - question.budget
        if excess <= 0 or attempts == ATTEMPTS or not asked.mix.customers.any():
            break
        held += excess
        asked = clock("choosing", partial(lowered, planner, asked, held))
        points = [asked if point.budget == question.budget else point for point in points]
        used = _used(planner, points)

    worlds = draw_worlds(loaded, seed, draws)
    centre = replications + (attempts - 1) * fresh
    actions = {name: question.actions[name] for name in used}

    def live_draws() -> Responses | None:
        tasks = [
            delayed(live_responses)(
                world.scenario, division, actions, policies, seed, np.array([centre + number % fresh])
            )
            for number, world in enumerate(worlds)
        ]
        return join(list(in_order(tasks, "living draws of the assumptions", tell, workers))) if tasks else None

    return Plan(
        loaded=loaded,
        question=question,
        planner=planner,
        points=points,
        asked=asked,
        attempts=attempts,
        fresh=lived,
        draws=worlds,
        drawn=clock("living", live_draws),
        used=used,
        seconds=clock.seconds,
        checked=checked,
    )


def _compile(scenario: Scenario, question: Question, seed: int, tell: Progress) -> None:
    """Compile the kernels in this process, before workers start, so that they are compiled once and seen as a stage."""
    if kernels_are_compiled():
        return
    tell(COMPILING, 0, 1)
    few = scenario.model_copy(update={"customers": min(scenario.customers, FEW)})
    live_responses(few, question.division, question.actions, [], seed, np.arange(1))
    tell(COMPILING, 1, 1)


def _points(planner: Planner, asked: float) -> list[Point]:
    frontier = planner.budgets(asked)
    return planner.points(sorted({*frontier, asked, asked + STEP_YUAN}))


def _used(planner: Planner, points: Sequence[Point]) -> list[str]:
    """Actions of any mix, in the order of the file."""
    given = np.sum([point.mix.customers.sum(axis=1) for point in points], axis=0)
    return [name for name, customers in zip(planner.actions, given, strict=True) if customers > 0]


def _shares(planner: Planner, point: Point, used: Sequence[str]) -> np.ndarray:
    """Share of each cell that gets each action that is used; shape (used, cells)."""
    rows = [planner.actions.index(name) for name in used]
    customers = point.mix.customers[rows] if rows else np.zeros((0, len(planner.sizes)))
    shares: np.ndarray = np.divide(customers, planner.sizes, out=np.zeros(customers.shape), where=planner.sizes > 0)
    return shares


def _contradiction(loaded: Loaded[Scenario], question: Question, found: LimitsContradict) -> Problem:
    places = []
    for name in found.names:
        if name == BUDGET:
            places.append(f"the budget of {question.budget:,.0f} {loaded.value.currency}")
            continue
        line = loaded.places.line(("planning", "limits", *name.split(".")), of_key=True)
        places.append(f"{name} (line {line})")
    first = next((name for name in found.names if name != BUDGET), "")
    path = ("planning", "limits", *(first.split(".") if first else ()))
    got = "limits that contradict each other: " + ", ".join(places)
    return loaded.places.problem(path, got, "limits that at least one mix keeps")
