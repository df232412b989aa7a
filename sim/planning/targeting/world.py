"""One world: its base valued by its twins' futures, its policies ranked by records and trials of other bases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.luck import SLOT
from sim.planning.targeting.features import monthly_fee, visible
from sim.planning.targeting.pilot import run_pilot, uplift
from sim.planning.targeting.policies import ORACLE, by_trial, ranked, ties, without_a_trial
from sim.planning.targeting.question import FIRST_PILOT, FIRST_RECORD, RECORDS
from sim.planning.targeting.records import Records, keep_records
from sim.planning.targeting.twins import FOLDS, Twins, live_twins

if TYPE_CHECKING:
    from sim.planning.targeting.pilot import Belief
    from sim.planning.targeting.question import Question
    from sim.scenario.schema import Scenario

SHARES = np.linspace(0.0, 1.0, 11)
"""Shares of the base at which each policy's curve is known."""
NOBODY = "nobody"


@dataclass(frozen=True, eq=False)
class Treated:
    """What became of those whom a policy treats.

    Attributes
    ----------
    value, spend : float
        Less nothing, yuan of the whole base.
    customers : float
    curve : float64 array, shape (shares,)
        Value where a share of the base is treated in the policy's order.
    """

    value: float
    spend: float
    customers: float
    curve: np.ndarray


@dataclass(frozen=True, eq=False)
class WorldFound:
    """What one world shows.

    Attributes
    ----------
    policies : dict of Treated
        By name; of trials the mean.
    by_trials : float64 array, shape (sizes, trials)
        Value of the policy that each trial teaches.
    sure : dict of float
        By name: value where only those who are expected to be worth something are treated.
    choosing, valuing : dict of float64 arrays, shape (folds,)
        Value of what can be done without a trial, by name: by the futures that choose, and by those that value.
    everybody : tuple of float
        Value and spend if all are treated, yuan a customer.
    lived : int
        Customers lived, each in each world once.
    years : float
        Customer-years lived.
    """

    policies: dict[str, Treated]
    by_trials: np.ndarray
    sure: dict[str, float]
    choosing: dict[str, np.ndarray]
    valuing: dict[str, np.ndarray]
    everybody: tuple[float, float]
    lived: int
    years: float


def live_believed(scenario: Scenario, question: Question, seed: int, number: int) -> tuple[float, float]:
    """What the action brings in this world (`Records.brings` and `Records.differs`)."""
    records = _records(scenario, question, seed, number)
    return records.brings, records.differs


def _records(scenario: Scenario, question: Question, seed: int, number: int) -> Records:
    slots = FIRST_RECORD + np.arange(RECORDS)
    return keep_records(scenario, question.rule, question.starts, seed, number + slots * SLOT)


def live_world(scenario: Scenario, question: Question, belief: Belief | None, seed: int, number: int) -> WorldFound:
    """Live one world and value every policy in it.

    Parameters
    ----------
    scenario : Scenario
    question : Question
    belief : Belief or None
        What is thought of the action before a trial, and a trial's worth is reckoned with; None for nothing.
    seed : int
    number : int
        Of the replication: base, twins, records and trials all have luck of their own that hangs on it.
    """
    records = _records(scenario, question, seed, number)
    twins = live_twins(
        scenario, question.rule, question.starts, seed, number, question.twins, cash_only=question.cash_only
    )
    base, fee = twins.base, monthly_fee(twins.base)
    seen = records.scale(visible(scenario, base, question.starts))
    price, tie = records.price_of(seen, fee), ties(seed, base)
    scores = without_a_trial(scenario, base, seen, records)
    expected = [twins.expected(twins.fold(fold)[0]) for fold in range(FOLDS)]

    bench = _Bench(question, twins, price, tie)
    policies = {name: bench.treat(score) for name, score in scores.items()}
    sure: dict[str, float] = {}
    by_trials = np.zeros((len(question.sizes), question.trials))
    bases = question.bases_of_a_trial(scenario.customers)
    lived, years = records.lived + twins.lived, records.years + twins.years
    learned: list[list[tuple[Treated, float]]] = [[] for _ in question.sizes]
    for trial in range(question.trials):
        slots = FIRST_PILOT + trial * bases + np.arange(bases)
        pilot = run_pilot(scenario, question.rule, question.starts, records, seed, number + slots * SLOT)
        lived, years = lived + pilot.lived, years + pilot.years
        for place, size in enumerate(question.sizes):
            alone, weighed = (uplift(pilot.learn(size, prior), seen, fee, price) for prior in (None, belief))
            learned[place].append((bench.treat(alone), bench.sure(weighed)))
    for place, size in enumerate(question.sizes):
        by_trials[place] = [treated.value for treated, _ in learned[place]]
        policies[by_trial(size)] = _mean([treated for treated, _ in learned[place]])
        sure[by_trial(size)] = float(np.mean([value for _, value in learned[place]]))
    turns = [(score, twins.fold(fold)[1]) for fold, score in enumerate(expected)]
    policies[ORACLE] = _mean([bench.treat(score, valued) for score, valued in turns])
    sure[ORACLE] = float(np.mean([bench.sure(score, valued) for score, valued in turns]))
    choosing, valuing = {NOBODY: np.zeros(FOLDS)}, {NOBODY: np.zeros(FOLDS)}
    for name, score in scores.items():
        both = [[bench.treat(score, part).value for part in twins.fold(fold)] for fold in range(FOLDS)]
        choosing[name], valuing[name] = np.array(both).T
    everybody = (float(twins.value.mean()), float(twins.spend.mean()))
    return WorldFound(policies, by_trials, sure, choosing, valuing, everybody, lived, years)


class _Bench:
    """Values whom a score would treat, by some of the futures."""

    def __init__(self, question: Question, twins: Twins, price: np.ndarray, tie: np.ndarray) -> None:
        self.question, self.twins, self.price, self.tie = question, twins, price, tie

    def treat(self, score: np.ndarray, valued: np.ndarray | slice = slice(None)) -> Treated:
        """Treat as many of the highest scores as the question says."""
        order = ranked(score, self.tie)
        count = self.question.reach.count(self.price[order])
        value, spend = (of[valued].mean(axis=0)[order] for of in (self.twins.value, self.twins.spend))
        summed = np.concatenate([[0.0], np.cumsum(value)])
        at = np.floor(SHARES * len(order) + 0.5).astype(int)
        return Treated(float(summed[count]), float(spend[:count].sum()), float(count), summed[at])

    def sure(self, score: np.ndarray, valued: np.ndarray | slice = slice(None)) -> float:
        """Value where, of those, only they are treated whose score is above 0."""
        order = ranked(score, self.tie)
        count = min(self.question.reach.count(self.price[order]), int((score > 0).sum()))
        return float(self.twins.value[valued].mean(axis=0)[order[:count]].sum())


def _mean(of: list[Treated]) -> Treated:
    value, spend, customers = np.mean([[one.value, one.spend, one.customers] for one in of], axis=0).tolist()
    return Treated(value, spend, customers, np.mean([one.curve for one in of], axis=0))
