"""Responses: what everybody of day 0 brings and costs under an action, against the twin who gets nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.laws import YEAR
from sim.customer.life import PROSPECT
from sim.customer.record import NOT_ENROLLED, Line
from sim.experiment.accounts import INCOME
from sim.experiment.before import read_before
from sim.experiment.outcomes import FEN, Outcomes, metric, read_outcomes
from sim.experiment.start import Start, draw_start, residual_end
from sim.scenario.offers import Arm

if TYPE_CHECKING:
    from sim.planning.budget.cells import Division
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]

NO_SPENDING = (*INCOME, Line.FORGONE, Line.BAD_DEBT)
"""Lines of the ledger that no budget pays: income, what is not billed, what others do not pay."""
WITH_RESIDUAL, WITHIN_HORIZON = "net_value_with_residual_per_customer", "net_value_per_customer"
VALUE, CASH, FORGONE, CONTACTS = range(4)
"""Columns of a customer's books."""


def value_metric(scenario: Scenario) -> str:
    """The metric that is planned for: with residual value where the scenario has one."""
    return WITH_RESIDUAL if scenario.residual is not None else WITHIN_HORIZON


@dataclass(frozen=True, eq=False)
class Responses:
    """Sums over the customers of each cell, by replication; of actions less nothing.

    Attributes
    ----------
    customers : float64 array, shape (replications, cells)
    books : dict of float64 arrays, shape (replications, cells, 4)
        By action: net value, cash, forgone fees (yuan) and contacts.
    lived : int
        Customers lived, each in each world once.
    years : float
        Customer-years lived.
    """

    customers: np.ndarray
    books: dict[str, np.ndarray]
    lived: int
    years: float

    def __len__(self) -> int:
        return len(self.customers)

    def where(self, chosen: np.ndarray) -> Responses:
        """The replications at some places."""
        books = {name: of[chosen] for name, of in self.books.items()}
        return Responses(self.customers[chosen], books, self.lived, self.years)

    def column(self, actions: Iterable[str], *columns: int) -> np.ndarray:
        """Sums of some columns of the books; shape (replications, actions, cells)."""
        return np.stack([self.books[name][:, :, list(columns)].sum(axis=2) for name in actions], axis=1)


def spend_columns(cash_only: bool) -> tuple[int, ...]:
    """Columns of the books that a budget pays."""
    return (CASH,) if cash_only else (CASH, FORGONE)


def join(parts: Sequence[Responses]) -> Responses:
    """Put blocks of replications together, in their order."""
    return Responses(
        np.concatenate([part.customers for part in parts]),
        {name: np.concatenate([part.books[name] for part in parts]) for name in parts[0].books},
        sum(part.lived for part in parts),
        sum(part.years for part in parts),
    )


@dataclass(frozen=True, eq=False)
class Life:
    """The base of day 0 after one world.

    Attributes
    ----------
    books : float64 array, shape (n, 4)
        Net value, cash, forgone fees (yuan) and contacts of each customer.
    outcomes : Outcomes
        At the horizon, with residual values.
    years : float
        Customer-years lived.
    """

    books: np.ndarray
    outcomes: Outcomes
    years: float


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
    scenario = start.scenario
    world = start.world(policy or scenario.baseline_policy, arms=rules)
    if rules:
        arms = np.broadcast_to(np.asarray(arm), who.shape)
        inside = arms != NOT_ENROLLED
        world.enrol(who[inside], arms[inside])
    before = read_before(scenario, world.customers[who])
    world.begin()
    horizon = float(scenario.horizon_days)
    end = residual_end(scenario, horizon) if beyond else horizon
    world.live(horizon)
    base = world.customers[who]
    outcomes = read_outcomes(scenario, base, np.zeros(len(base), dtype=np.int64), before, horizon)
    contacts = base["contacts"].astype(float)
    if end > horizon:
        world.end_campaign(scenario.baseline_policy)
        world.live(end)
        outcomes.residual[:] = world.customers["residual"][who]
    ledger = outcomes.ledger / FEN
    cash = ledger.sum(axis=1) - ledger[:, list(NO_SPENDING)].sum(axis=1)
    value = metric(outcomes, value_metric(scenario), scenario.money.margin_share)
    books = np.stack([value, cash, ledger[:, Line.FORGONE], contacts], axis=1)
    lives = world.lives()
    years = lives.sums(lives.days(0.0, end))[who].sum() / YEAR
    return Life(books, outcomes, float(years))


class Twins:
    """Worlds of a block of replications that start from the same customers with the same luck.

    Parameters
    ----------
    scenario : Scenario
    division : Division
    seed : int
    replications : int64 array, shape (rows,)
    """

    def __init__(self, scenario: Scenario, division: Division, seed: int, replications: np.ndarray) -> None:
        self.scenario, self.seed = scenario, seed
        self.start: Start = draw_start(scenario, seed, replications)
        self.rows = len(replications)
        day_zero = self.start.world(scenario.baseline_policy).customers
        self.who = np.flatnonzero(day_zero["state"] != PROSPECT)
        base = day_zero[self.who]
        self.row = base["row"].astype(np.int64)
        self.ids, self.replication = base["id"].copy(), base["replication"].copy()
        self.cell = division.cell(scenario, base, self.rows)
        self.cells = len(division)

    def live(self, rules: Sequence[Arm] = (), arm: np.ndarray | int = 0, policy: str | None = None) -> Life:
        """Live the base once: customers in arms (`NOT_ENROLLED`: nothing), or all of it under a policy."""
        return live_base(self.start, self.who, rules, arm, policy)

    def sums(self, books: np.ndarray) -> np.ndarray:
        """Sums over cells; shape (rows, cells, 4)."""
        place = self.row * self.cells + self.cell
        size = self.rows * self.cells
        columns = [np.bincount(place, weights=column, minlength=size) for column in books.T]
        return np.stack(columns, axis=1).reshape(self.rows, self.cells, -1)

    def totals(self, values: np.ndarray) -> np.ndarray:
        """Sums over a replication's customers; shape (rows,)."""
        return np.bincount(self.row, weights=values, minlength=self.rows)

    @property
    def counts(self) -> np.ndarray:
        """Customers in each cell; shape (rows, cells)."""
        place = self.row * self.cells + self.cell
        count = np.bincount(place, minlength=self.rows * self.cells).reshape(self.rows, self.cells)
        return count.astype(float)


def live_responses(
    scenario: Scenario,
    division: Division,
    actions: Mapping[str, Arm],
    policies: Sequence[str],
    seed: int,
    replications: np.ndarray,
) -> Responses:
    """Live a block of replications under nothing, each action and each policy."""
    twins = Twins(scenario, division, seed, replications)
    nothing = twins.live()
    years, books = nothing.years, {}
    for name, rule in actions.items():
        life = twins.live([rule])
        books[name] = twins.sums(life.books - nothing.books)
        years += life.years
    for policy in policies:
        life = twins.live(policy=policy)
        books[policy_key(policy)] = twins.sums(life.books - nothing.books)
        years += life.years
    worlds = 1 + len(actions) + len(policies)
    return Responses(twins.counts, books, worlds * len(twins.who), years)


def policy_key(policy: str) -> str:
    """Name under which a policy stands beside actions; none of them can have it."""
    return f"policy {policy}"
