"""The frontier: the best mix at each budget, what it promises, what remains of that, and what the next yuan buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from sim.planning.budget.estimate import Estimates, cell_sizes, estimate
from sim.planning.budget.lives import VALUE
from sim.planning.budget.mix import Mix, Programme
from sim.planning.budget.optimism import cross_optimism, mix_sums
from sim.planning.budget.responses import Responses

if TYPE_CHECKING:
    from sim.planning.budget.question import Question

BUDGETS = 30
BEYOND = 1.1
"""The frontier ends so far above the spend at which more money buys nothing."""
STEP_YUAN = 10_000.0
"""The step whose value is shown beside that of the next yuan."""
SURE = 0.95
"""Chance with which the mean spend of a mix stays within its cap."""


@dataclass(frozen=True, eq=False)
class Point:
    """A budget and its mix.

    Attributes
    ----------
    budget : float
        Yuan.
    reserves : float64 array, shape (periods,)
        What is held back of each account, since mean spend is known only within the run's noise.
    mix : Mix
        With the value and spend that the estimates promise.
    optimism : float
        What of the promised value is only luck of the choice.
    error : float
        Standard error of the value over replications, yuan.
    next_yuan, next_step : float
        What a yuan, and `STEP_YUAN`, more would add (relaxation), yuan.
    relaxed : float
        Value of the relaxation without reserve.
    """

    budget: float
    reserves: np.ndarray
    mix: Mix
    optimism: float
    error: float
    next_yuan: float
    next_step: float
    relaxed: float

    @property
    def value(self) -> float:
        """What remains of the promised value."""
        return self.mix.value - self.optimism


class Planner:
    """Chooses mixes by the responses of some replications.

    Parameters
    ----------
    question : Question
    responses : Responses
        At least two replications.
    checked_on : int
        Fresh replications on which the mean spend of the mix will be seen.
    """

    def __init__(self, question: Question, responses: Responses, checked_on: int) -> None:
        self.question, self.responses, self.checked_on = question, responses, checked_on
        self.actions = list(question.actions)
        self.purse = question.purse
        self.sizes = cell_sizes(responses.customers)
        self.value = responses.column(self.actions, VALUE)
        periods = len(question.division.days)
        self.spends = responses.spends(self.actions, cash_only=question.cash_only, periods=periods)
        self.programme = self.programme_of(responses)

    @cached_property
    def _floor(self) -> float:
        """The budget that the limits cost at least."""
        return self.programme.least_budget()

    @cached_property
    def _accounts(self) -> np.ndarray:
        """What accounts pay, by replication; shape (periods, replications, actions, cells)."""
        return self.purse.accounts(self.spends)

    @property
    def _nothing(self) -> Mix:
        return self.programme.mix(np.zeros(self.estimates.value.shape))

    @property
    def estimates(self) -> Estimates:
        """What all replications together say."""
        return self.programme.of

    def programme_of(self, responses: Responses) -> Programme:
        """The choice by the estimates of some replications."""
        asked = self.question
        of = estimate(responses, self.actions, asked.division, self.sizes, cash_only=asked.cash_only)
        return Programme(of, asked.limits, asked.division, self.actions, asked.purse, asked.begun)

    def saturation(self) -> Mix:
        """The best mix if money were no matter: the budget that it needs is where more buys nothing."""
        return self.programme.best(np.inf)

    def need(self, mix: Mix) -> float:
        """The budget that pays a mix."""
        return self.purse.need(mix.accounts)

    def cheapest(self) -> tuple[float, int, int]:
        """The least that anything costs for one customer, with its action and cell; spend of 0 or less is no price."""
        spend = np.where((self.estimates.spend > 0) & (self.sizes > 0), self.estimates.spend, np.inf)
        action, cell = np.unravel_index(int(spend.argmin()), spend.shape)
        return float(spend[action, cell]), int(action), int(cell)

    def budgets(self, asked: float) -> list[float]:
        """Budgets of a frontier, from what the limits cost up to beyond saturation, closest where a yuan buys most.

        Raises
        ------
        LimitsContradict
            Also where the limits cost more than the budget asked for.
        """
        least = self._floor
        if least > asked:
            self.programme.best(asked)
        most = BEYOND * self.need(self.saturation())
        if most <= least:
            return [least]
        budgets: list[float] = (least + (most - least) * np.linspace(0.0, 1.0, BUDGETS) ** 2).tolist()
        return budgets

    def points(self, budgets: Sequence[float], lowered: np.ndarray | float = 0.0) -> list[Point]:
        """Plan for some budgets in rising order; `lowered` is held back of each account besides the reserve."""
        of = cross_optimism(self.responses, self.value, self._accounts, self.sizes, budgets, self._in_fold)
        least = self.purse.caps(self._floor)
        points: list[Point] = []
        for number, budget in enumerate(budgets):
            reserves = lowered + self._reserve(self.programme.best(budget, whole=False), of.spend[number])
            left = self.purse.caps(budget) - reserves
            # a price of 0 is an estimate too: with nothing left, nothing is bought
            nothing = (left <= 0).all() and self._floor == 0
            mix = self._nothing if nothing else self.programme.best(np.maximum(left, least))
            if points and points[-1].mix.value > mix.value:
                mix = points[-1].mix
            points.append(self._point(budget, reserves, mix, float(of.value[number])))
        return points

    def _in_fold(self, responses: Responses, caps: Sequence[float]) -> list[Mix]:
        programme = self.programme_of(responses)
        floor = programme.least_budget()
        return [programme.best(max(cap, floor), whole=False) for cap in caps]

    def _reserve(self, mix: Mix, overshoot: np.ndarray) -> np.ndarray:
        """What must be held back so that the fresh check sees no account above its cap, but for chance `1 - SURE`.

        Both sides are noisy: the spend that is promised, and the mean of the fresh replications. The chance is shared
        out among the accounts (Bonferroni).
        """
        replications = len(self.responses)
        sums = mix_sums(mix, self.sizes, self._accounts)
        errors = np.array([standard_error(of) for of in sums]) * np.sqrt(1 + replications / self.checked_on)
        quantile = float(stdtrit(replications - 1, 1 - (1 - SURE) / len(sums)))
        return np.maximum(overshoot, 0.0) + quantile * errors  # type: ignore[no-any-return]

    def _point(self, budget: float, reserves: np.ndarray, mix: Mix, optimism: float) -> Point:
        relaxed, price = self.programme.relaxed(budget)
        further, _ = self.programme.relaxed(budget + STEP_YUAN)
        nothing = not mix.customers.any()
        return Point(
            budget=budget,
            reserves=reserves,
            mix=mix,
            optimism=0.0 if nothing else optimism,
            error=standard_error(mix_sums(mix, self.sizes, self.value)),
            next_yuan=price,
            next_step=further - relaxed,
            relaxed=relaxed,
        )


def standard_error(values: np.ndarray) -> float:
    """Standard error of the mean of replications."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def lowered(planner: Planner, point: Point, by: np.ndarray) -> Point:
    """The same budget with more held back of its accounts."""
    (found,) = planner.points([point.budget], lowered=by)
    return replace(found, next_yuan=point.next_yuan, next_step=point.next_step)
