"""The whole choice on made-up responses with a known truth: its optimism, and whether its cap holds."""

import numpy as np

from sim.planning.budget.frontier import Planner
from sim.planning.budget.optimism import fold_of
from tests.family import Family, generator, replications
from tests.plans import question, responses

SIZES = np.array([60, 50, 30, 40, 12, 8])
BUDGET, REPLICATIONS = 600.0, 20
VALUE = np.array([[2.0, 1.0, 4.0, 3.0, 9.0, 6.0], [2.5, 0.0, 5.0, 2.0, 8.0, 9.0], [1.0, 1.5, 3.0, 4.0, 11.0, 7.0]])
SPEND = np.array([[4.0, 4.0, 4.0, 4.0, 4.0, 4.0], [6.0, 6.0, 7.0, 7.0, 9.0, 9.0], [5.0, 5.0, 5.0, 5.0, 5.0, 5.0]])


def test_the_shown_optimism_is_that_of_the_procedure(family: Family) -> None:
    random = generator("budget: optimism shown")
    agreed, promised, bitten, spent = [], [], [], []
    for _ in range(replications(300)):
        made = responses(random, VALUE, SPEND, SIZES, replications=REPLICATIONS, noise=80.0, spend_noise=3.0)
        planner = Planner(question(["a0", "a1", "a2"], BUDGET), made, checked_on=REPLICATIONS)
        (point,) = planner.points([BUDGET])
        # the same procedure with nine tenths of the replications, against the truth
        (nine_tenths,) = planner._in_fold(made.where(fold_of(REPLICATIONS) != 0), [BUDGET])
        truly = nine_tenths.value - (VALUE * nine_tenths.customers).sum()
        agreed.append(point.optimism - truly)
        truth = float((VALUE * point.mix.customers).sum())
        promised.append(point.mix.value - truth)
        bitten.append(point.value - truth)
        spent.append(float((SPEND * point.mix.customers).sum()))
    family.mean("budget: optimism shown", agreed, 0.0)
    family.rate("budget: mean spend within the cap", np.array(spent) <= BUDGET, "at least", 0.95)
    # the check has something to find: promises are too high, and most of that is taken away
    error = np.std(promised) / np.sqrt(len(promised))
    assert np.mean(promised) > 5 * error
    assert abs(np.mean(bitten)) < 0.5 * np.mean(promised)
