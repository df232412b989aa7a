"""The base of day 0, lived again and again with the same luck: under nothing, under one campaign, or under a mix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.customer.laws import YEAR
from sim.customer.life import LOST, PROSPECT
from sim.customer.record import NOT_ENROLLED, Line
from sim.experiment.accounts import INCOME
from sim.experiment.before import read_before
from sim.experiment.outcomes import FEN, Outcomes, metric, read_outcomes
from sim.experiment.start import Start, draw_start, residual_end
from sim.scenario.offers import Arm
from sim.world.world import World

if TYPE_CHECKING:
    from sim.planning.budget.cells import Division
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

NO_SPENDING = (*INCOME, Line.FORGONE, Line.BAD_DEBT)
"""Lines of the ledger that no budget pays: income, what is not billed, what others do not pay."""
WITH_RESIDUAL, WITHIN_HORIZON = "net_value_with_residual_per_customer", "net_value_per_customer"
VALUE, CASH, FORGONE, CONTACTS = range(4)
"""Columns of a customer's books; behind them cash by period, then forgone fees by period."""
COLUMNS = 4


def value_metric(scenario: Scenario) -> str:
    """The metric that is planned for: with residual value where the scenario has one."""
    return WITH_RESIDUAL if scenario.residual is not None else WITHIN_HORIZON


def spend_columns(cash_only: bool) -> tuple[int, ...]:
    """Columns of the books that a budget pays."""
    return (CASH,) if cash_only else (CASH, FORGONE)


def period_columns(cash_only: bool, period: int, periods: int) -> tuple[int, ...]:
    """Columns of what a budget pays in one of its periods."""
    cash, forgone = COLUMNS + period, COLUMNS + periods + period
    return (cash,) if cash_only else (cash, forgone)


@dataclass(frozen=True, eq=False)
class Life:
    """The base of day 0 after one world.

    Attributes
    ----------
    books : float64 array, shape (n, 4 + 2 x periods)
        Net value, cash, forgone fees (yuan) and contacts of each customer; cash and forgone fees by period.
    outcomes : Outcomes
        At the horizon, with residual values.
    years : float
        Customer-years lived.
    lived : int
        Customers lived, of them.
    """

    books: np.ndarray
    outcomes: Outcomes
    years: float
    lived: int


class Moment(NamedTuple):
    """The day on which a period begins, in a world without campaigns.

    Attributes
    ----------
    world : World
        As it stands then; to be forked.
    there : int64 array, shape (m,)
        Who of the base is still there (places in `Twins.who`).
    cell : int64 array, shape (m,)
        Their cells.
    spent : float64 array, shape (n, 2 x periods)
        What everybody has cost until then.
    """

    world: World
    there: np.ndarray
    cell: np.ndarray
    spent: np.ndarray


Deal = Callable[[int, World], np.ndarray]
"""Gives the arm of everybody of the base as a period begins; shape (n,)."""


def live_base(
    start: Start,
    who: np.ndarray,
    rules: Sequence[Arm] = (),
    arm: np.ndarray | int = 0,
    policy: str | None = None,
    *,
    beyond: bool = True,
) -> Life:
    """Live the customers of day 0 once.

    Parameters
    ----------
    start : Start
    who : int64 array, shape (n,)
        Positions of those whose books are kept, and who are put into arms.
    rules : sequence of Arm
    arm : int64 array, shape (n,), or int
        Number of the rule that each gets; `NOT_ENROLLED` for none.
    policy : str, optional
        What everybody gets behind that; the baseline policy by default.
    beyond : bool
        False stops at the horizon: residual values are 0.
    """
    arms = np.broadcast_to(np.asarray(arm if rules else NOT_ENROLLED), who.shape)
    course = Course(start.world(policy or start.scenario.baseline_policy, arms=rules), who, (0.0,))
    return course.live(lambda _period, _world: arms, beyond=beyond)


class Course:
    """A world lived from one period's beginning through the horizon to the end of the residual time.

    Parameters
    ----------
    world : World
        As it stands when period `first` begins.
    who : int64 array, shape (n,)
        Positions of the base of day 0.
    days : tuple of float
        On which periods begin.
    first : int
    spent : float64 array, shape (n, 2 x periods), optional
        What they have cost in the periods before.
    """

    def __init__(
        self, world: World, who: np.ndarray, days: tuple[float, ...], first: int = 0, spent: np.ndarray | None = None
    ) -> None:
        self.world, self.who, self.days, self.first = world, who, days, first
        self.spent = np.zeros((len(who), 2 * len(days))) if spent is None else spent.copy()
        self.before = read_before(world.scenario, world.customers[who])

    def live(self, deal: Deal, *, beyond: bool = True, at_start: Callable[[int], None] | None = None) -> Life:
        """Live it; `at_start` is called with each period's number as it begins, before anybody is dealt anything."""
        world, who = self.world, self.who
        scenario, horizon = world.scenario, float(world.scenario.horizon_days)
        for period in range(self.first, len(self.days)):
            if at_start is not None:
                at_start(period)
            self._begin(period, deal(period, world))
            last = period + 1 == len(self.days)
            world.live(horizon if last else self.days[period + 1])
            if not last:
                world.score()  # a month begins with it, and campaigns ask for tiers
            self._book(period)
        base = world.customers[who]
        outcomes = read_outcomes(scenario, base, np.zeros(len(base), dtype=np.int64), self.before, horizon)
        contacts = base["contacts"].astype(float)
        end = residual_end(scenario, horizon) if beyond else horizon
        if end > horizon:
            world.end_campaign(scenario.baseline_policy)
            world.live(end)
            outcomes.residual[:] = world.customers["residual"][who]
        value = metric(outcomes, value_metric(scenario), scenario.money.margin_share)
        cash, forgone = _cash(outcomes.ledger), outcomes.ledger[:, Line.FORGONE] / FEN
        books = np.concatenate([np.stack([value, cash, forgone, contacts], axis=1), self.spent], axis=1)
        begun = self.days[self.first]
        lives = world.lives()
        years = lives.sums(lives.days(begun, end))[who].sum() / YEAR
        there = len(who) if self.first == 0 else int((world.customers["lost_at"][who] >= begun).sum())
        return Life(books, outcomes, float(years), there)

    def _begin(self, period: int, arms: np.ndarray) -> None:
        """Begin what campaigns the period has, and end those of the one before."""
        world, inside = self.world, arms != NOT_ENROLLED
        if period == 0:
            world.enrol(self.who[inside], arms[inside])
            world.begin()
        elif inside.any() or (world.customers["arm"][self.who] != NOT_ENROLLED).any():
            world.change_arms(self.who, arms)

    def _book(self, period: int) -> None:
        """Keep what the period has cost: all so far, less that of the periods before."""
        ledger, periods = self.world.customers["ledger"][self.who], len(self.days)
        cash, forgone = self.spent[:, :periods], self.spent[:, periods:]
        cash[:, period] = _cash(ledger) - cash[:, :period].sum(axis=1)
        forgone[:, period] = ledger[:, Line.FORGONE] / FEN - forgone[:, :period].sum(axis=1)


def _cash(ledger: np.ndarray) -> np.ndarray:
    """What customers have cost in money that goes out, yuan; shape (n,)."""
    paid: np.ndarray = (ledger.sum(axis=1) - ledger[:, list(NO_SPENDING)].sum(axis=1)) / FEN
    return paid


class Twins:
    """Worlds of a block of replications that start from the same customers with the same luck.

    Parameters
    ----------
    scenario : Scenario
    division : Division
    seed : int
    replications : int64 array, shape (rows,)
    rules : sequence of Arm
        What campaigns give, by number.
    start : Start, optional
        Day 0 of the block; drawn if left out.
    """

    def __init__(
        self,
        scenario: Scenario,
        division: Division,
        seed: int,
        replications: np.ndarray,
        rules: Sequence[Arm] = (),
        start: Start | None = None,
    ) -> None:
        self.scenario, self.division, self.seed, self.rules = scenario, division, seed, rules
        self.start = draw_start(scenario, seed, replications) if start is None else start
        self.rows = len(replications)
        world = self.start.world(scenario.baseline_policy, arms=rules)
        self.who = np.flatnonzero(world.customers["state"] != PROSPECT)
        base = world.customers[self.who]
        self.row = base["row"].astype(np.int64)
        self.ids, self.replication = base["id"].copy(), base["replication"].copy()
        self.moments: list[Moment] = []
        course = Course(world, self.who, division.days)
        nobody = np.full(len(self.who), NOT_ENROLLED)

        def remember(period: int) -> None:
            there, cell = self.cells_of(world, period)
            self.moments.append(Moment(world.fork(), there, cell, course.spent.copy()))

        self.nothing = course.live(lambda _period, _world: nobody, at_start=remember)

    def cells_of(self, world: World, period: int) -> tuple[np.ndarray, np.ndarray]:
        """Who of the base is there as a period begins (places in `who`), and in which cell."""
        base = world.customers[self.who]
        there = np.flatnonzero(base["state"] != LOST)
        return there, self.division.cell(self.scenario, base[there], self.rows, period)

    def campaign(self, rule: int, period: int = 0) -> Life:
        """Give everybody who is there one thing for one period."""
        moment = self.moments[period]
        arms = np.full(len(self.who), NOT_ENROLLED)
        arms[moment.there] = rule
        nobody = np.full(len(self.who), NOT_ENROLLED)
        course = Course(moment.world.fork(), self.who, self.division.days, period, moment.spent)
        return course.live(lambda now, _world: arms if now == period else nobody)

    def whole(self, deal: Deal) -> Life:
        """Live a mix: everybody gets what is dealt to it, in every period."""
        return Course(self.moments[0].world.fork(), self.who, self.division.days).live(deal)

    def policy(self, name: str) -> Life:
        """Live the base under a policy."""
        nobody = np.full(len(self.who), NOT_ENROLLED)
        return Course(self.start.world(name), self.who, self.division.days).live(lambda _period, _world: nobody)

    def sums(self, books: np.ndarray, period: int = 0) -> np.ndarray:
        """Sums over the cells of those who are there as a period begins; shape (rows, cells, columns)."""
        _, there, cell, _ = self.moments[period]
        cells = len(self.division)
        place, size = self.row[there] * cells + cell, self.rows * cells
        columns = [np.bincount(place, weights=column, minlength=size) for column in books[there].T]
        return np.stack(columns, axis=1).reshape(self.rows, cells, -1)

    def totals(self, books: np.ndarray) -> np.ndarray:
        """Sums over a replication's customers; shape (rows, columns)."""
        columns = [np.bincount(self.row, weights=column, minlength=self.rows) for column in books.T]
        return np.stack(columns, axis=1)

    def summed(self, values: np.ndarray) -> np.ndarray:
        """Sums of one number a customer over the cells of every period; shape (rows, cells)."""
        each = [self.sums(values[:, None], period)[..., 0] for period in range(len(self.moments))]
        total: np.ndarray = np.sum(each, axis=0)
        return total

    @property
    def counts(self) -> np.ndarray:
        """Customers in each cell; shape (rows, cells)."""
        return self.summed(np.ones(len(self.who)))
