"""The frontier: nondecreasing, its relaxation concave, its marginal values falling; money held back."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.planning.budget.frontier import BUDGETS, Planner
from sim.planning.budget.responses import Responses
from tests.plans import question, responses

SIZES = np.array([30, 40, 20, 25, 10, 15])


def planner(seed: int, *, budget: float = 400.0, spend_noise: float = 0.5) -> Planner:
    random = np.random.default_rng(seed)
    value, spend = random.normal(5, 20, (3, 6)), random.uniform(1, 20, (3, 6))
    made = responses(random, value, spend, SIZES, replications=30, noise=40.0, spend_noise=spend_noise)
    return Planner(question(["a0", "a1", "a2"], budget), made, checked_on=30)


@pytest.mark.parametrize("seed", range(4))
def test_more_money_is_never_worth_less_and_its_relaxation_is_concave(seed: int) -> None:
    of = planner(seed)
    points = of.points(sorted({*of.budgets(400.0), 400.0}))
    assert len(points) == BUDGETS + 1
    for one, other in pairwise(points):
        assert other.mix.value >= one.mix.value
        assert other.next_yuan <= one.next_yuan + 1e-9
        assert one.relaxed <= other.relaxed + 1e-6
        assert other.relaxed <= one.relaxed + one.next_yuan * (other.budget - one.budget) + 1e-6
    slopes = [(b.relaxed - a.relaxed) / (b.budget - a.budget) for a, b in pairwise(points)]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(slopes))


def test_the_frontier_reaches_saturation() -> None:
    of = planner(1)
    points = of.points(of.budgets(0.0))
    most = of.saturation()
    assert points[0].mix.value == 0.0
    assert points[-1].mix.value == pytest.approx(most.value, rel=1e-6)
    assert points[-1].next_yuan == 0.0
    best_of_each_cell = (np.maximum(of.estimates.value.max(axis=0), 0) * of.sizes).sum()
    assert most.value == pytest.approx(best_of_each_cell)


def test_promised_spend_leaves_the_reserve() -> None:
    for point in planner(2).points([100.0, 400.0]):
        assert point.reserves[0] > 0
        assert point.mix.spend <= point.budget - point.reserves[0] + 1e-9


def test_known_prices_need_no_reserve() -> None:
    (point,) = planner(2, spend_noise=0.0).points([400.0])
    assert point.reserves == pytest.approx([0.0], abs=1e-6)


def test_without_money_nothing_is_bought_however_cheap_it_looks() -> None:
    """Prices around 0 are estimates: some look like 0 or less, and are not."""
    random = np.random.default_rng(5)
    made = responses(
        random, np.full((2, 6), 5.0), np.full((2, 6), 0.05), SIZES, replications=20, noise=1.0, spend_noise=2.0
    )
    of = Planner(question(["a0", "a1"], 0.0), made, checked_on=20)
    assert (of.estimates.spend <= 0).any()
    assert not of.points([0.0])[0].mix.customers.any()


def test_money_that_is_saved_is_not_spent_again() -> None:
    random = np.random.default_rng(6)
    value = np.array([[5.0] * 6, [50.0] * 6])
    spend = np.array([[-10.0] * 6, [10.0] * 6])
    made = responses(random, value, spend, SIZES, replications=20, noise=1.0, spend_noise=0.0)
    of = Planner(question(["saves", "costs"], 100.0), _named(made), checked_on=20)
    (point,) = of.points([100.0])
    assert point.mix.customers[1].sum() == 10
    assert point.mix.customers[0].sum() == SIZES.sum() - 10


def _named(made: Responses) -> Responses:
    return replace(made, books={"saves": made.books["a0"], "costs": made.books["a1"]})


def test_the_cheapest_action_is_found() -> None:
    of = planner(3)
    price, action, cell = of.cheapest()
    assert price == of.estimates.spend.min() == of.estimates.spend[action, cell]
