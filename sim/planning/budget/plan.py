"""The whole plan: live responses, choose, live the choice on fresh replications, and doubt it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed

from sim.customer.kernel_cache import kernels_are_compiled
from sim.planning.blocks import Progress, blocks, in_order, silent
from sim.planning.budget.doubt import Lives
from sim.planning.budget.draws import Draw, draw_worlds
from sim.planning.budget.foresight import KNOWN, UNKNOWN, live_unknowing
from sim.planning.budget.fresh import Fresh, join_fresh, live_fresh
from sim.planning.budget.frontier import STEP_YUAN, Planner, Point, lowered
from sim.planning.budget.lives import period_columns
from sim.planning.budget.mix import BUDGET, LimitsContradict, Mix
from sim.planning.budget.optimism import mix_sums
from sim.planning.budget.responses import Begun, Responses, join, live_responses
from sim.planning.quantities import COMPILING, FEW
from sim.planning.scored import with_score
from sim.scenario.problems import InputProblems, KeyPath, Problem

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
    used : dict of frozenset of int
        Actions that stand in a mix of the frontier, with the numbers of the periods in which they begin.
    unlike : tuple of Planner and Point, or None
        What would be chosen with the other knowledge of rivals' promotions.
    seconds : dict of float
        By step: 'living' and 'choosing'.
    checked : int
        Customers lived in fresh checks.
    checked_years : float
        Customer-years of that.
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
    used: dict[str, frozenset[int]]
    unlike: tuple[Planner, Point] | None
    seconds: dict[str, float]
    checked: int
    checked_years: float


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

    def live_choice(knowledge: str) -> Responses:
        if knowledge == KNOWN:
            tasks = [
                delayed(live_responses)(scenario, division, question.actions, [], seed, block, question.begun)
                for block in blocks(scenario, replications)
            ]
            return join(list(in_order(tasks, "living every action", tell, workers)))
        tasks = [
            delayed(live_unknowing)(scenario, division, question.actions, seed, block, question.begun)
            for block in blocks(scenario, replications)
        ]
        return join(list(in_order(tasks, "living every action without knowing the dates", tell, workers)))

    knowledge = question.promotions or KNOWN
    planner = Planner(question, clock("living", partial(live_choice, knowledge)), checked_on=fresh)
    unlike = None
    tell("choosing mixes", 0, 1)
    try:
        points = clock("choosing", lambda: _points(planner, question.budget))
        if question.promotions is not None:
            lives = clock("living", partial(live_choice, UNKNOWN if knowledge == KNOWN else KNOWN))
            other = Planner(question, lives, checked_on=fresh)
            unlike = other, clock("choosing", lambda: other.points([question.budget]))[0]
    except LimitsContradict as found:
        raise InputProblems([_contradiction(loaded, question, found)]) from found
    tell("choosing mixes", 1, 1)
    asked = next(point for point in points if point.budget == question.budget)

    policies = [] if question.against is None else [question.against]
    mixes = [] if unlike is None else [unlike[1]]
    used = _used(planner, [*points, *mixes])
    held, attempts, checked, checked_years = np.zeros(len(division.days)), 0, 0, 0.0
    caps = question.purse.caps(question.budget)
    while True:
        shares = _shares(planner, asked, used)
        first = replications + attempts * fresh
        attempts += 1
        actions = {name: question.actions[name] for name in used}

        def live_check(
            first: int = first, shares: np.ndarray = shares, actions: Any = actions, used: Begun = used
        ) -> Fresh:
            tasks = [
                delayed(live_fresh)(scenario, division, actions, shares, policies, seed, first + block, used)
                for block in blocks(scenario, fresh)
            ]
            return join_fresh(list(in_order(tasks, "living the mix whole", tell, workers)))

        lived = clock("living", live_check)
        checked += lived.responses.lived
        checked_years += lived.responses.years
        excess = accounts_of(question, lived.whole).mean(axis=1) - caps
        if (excess <= 0).all() or attempts == ATTEMPTS or not asked.mix.customers.any():
            break
        held += np.maximum(excess, 0.0)
        asked = clock("choosing", partial(lowered, planner, asked, held))
        points = [asked if point.budget == question.budget else point for point in points]
        used = _used(planner, [*points, *mixes])

    worlds = draw_worlds(loaded, seed, draws)
    centre = replications + (attempts - 1) * fresh
    actions = {name: question.actions[name] for name in used}

    def live_draws() -> Responses | None:
        tasks = [
            delayed(live_responses)(
                world.scenario, division, actions, policies, seed, np.array([centre + number % fresh]), used
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
        unlike=unlike,
        seconds=clock.seconds,
        checked=checked,
        checked_years=checked_years,
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


def accounts_of(question: Question, books: np.ndarray) -> np.ndarray:
    """What each account pays, by replication; shape (periods, replications).

    Parameters
    ----------
    question : Question
    books : float64 array, shape (replications, columns)
    """
    periods = len(question.division.days)
    columns = [list(period_columns(question.cash_only, period, periods)) for period in range(periods)]
    return question.purse.accounts(np.stack([books[:, of].sum(axis=1) for of in columns]))


def lives_of(plan: Plan, mix: Mix, *columns: int, planner: Planner | None = None) -> Lives:
    """A mix as the sum of its cells, on the fresh replications and in the draws.

    Parameters
    ----------
    planner : Planner, optional
        That chose it: shares are of its cells.
    """
    chooser = planner or plan.planner
    rows = [chooser.actions.index(name) for name in plan.used]

    def of(responses: Responses | None) -> np.ndarray:
        if responses is None:
            return np.zeros(0)
        if not rows:
            return np.zeros(len(responses))
        used = replace(mix, customers=mix.customers[rows])
        return mix_sums(used, chooser.sizes, responses.column(plan.used, *columns))

    return Lives(of(plan.fresh.responses), of(plan.drawn))


def _used(planner: Planner, points: Sequence[Point]) -> dict[str, frozenset[int]]:
    """Actions of any mix, in the order of the file, with their periods."""
    given = np.sum([point.mix.customers for point in points], axis=0)
    period = planner.question.division.period
    return {
        name: frozenset(period[customers > 0].tolist())
        for name, customers in zip(planner.actions, given, strict=True)
        if customers.any()
    }


def _shares(planner: Planner, point: Point, used: Iterable[str]) -> np.ndarray:
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
        places.append(f"{name} (line {loaded.places.line(_path_of(name), of_key=True)})")
    path = _path_of(next((name for name in found.names if name != BUDGET), ""))
    got = "limits that contradict each other: " + ", ".join(places)
    return loaded.places.problem(path, got, "limits that at least one mix keeps")


def _path_of(limit: str) -> KeyPath:
    """Where a limit stands in the file."""
    if limit.startswith("periods."):
        return ("planning", *limit.split("."))
    return ("planning", "limits", *(limit.split(".") if limit else ()))
