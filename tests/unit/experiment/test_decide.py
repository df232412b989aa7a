"""Decisions by rules that are data: each rule at and beside its bounds."""

import pytest

from sim.experiment.decide import decide
from tests.worlds import experiment

COSTS = {"none": 0.0, "days_15": 10.0, "days_45": 30.0}


def decision(values, *, choose="highest", indifferent=0.01, costs=None):
    loaded = experiment("reward_days")
    rule = loaded.decision.model_copy(update={"choose": choose, "indifferent_within": indifferent})
    named = dict(zip(COSTS, values, strict=True))
    return decide(loaded.model_copy(update={"decision": rule}), named, costs or COSTS)


def test_the_best_arm_wins_where_it_is_ahead():
    """Catches the cheapest or the first arm being taken whatever its value."""
    found = decision([1_000.0, 1_050.0, 1_100.0])
    assert found.arm == "days_45"
    assert "50.0 yuan a customer ahead of days_15" in found.reason
    assert decision([1_000.0, 900.0, 950.0]).arm == "none"


def test_within_indifference_the_cheaper_wins():
    """Catches indifference that is measured from the reference, or as a share of the best."""
    assert decision([1_000.0, 1_095.0, 1_100.0]).arm == "days_15"  # 5 behind, 10 is 1% of the reference
    assert decision([1_000.0, 1_089.0, 1_100.0]).arm == "days_45"  # 11 behind
    assert decision([1_000.0, 1_005.0, 1_009.0]).arm == "none"
    assert decision([1_000.0, 1_090.0, 1_100.0]).arm == "days_15"  # exactly 1% counts as within
    assert "behind" in decision([1_000.0, 1_095.0, 1_100.0]).reason


def test_no_indifference_means_the_best():
    """Catches a slack that is never zero."""
    assert decision([1_000.0, 1_000.1, 1_000.2], indifferent=0.0).arm == "days_45"


def test_lowest_turns_the_order_round():
    """Catches a churn rate that is maximised."""
    assert decision([0.30, 0.25, 0.20], choose="lowest").arm == "days_45"
    assert decision([0.20, 0.25, 0.30], choose="lowest").arm == "none"


def test_values_below_zero_have_a_slack_too():
    """Catches a negative slack: the best arm itself would not be within it."""
    assert decision([-1_000.0, -995.0, -991.0]).arm == "none"
    assert decision([-1_000.0, -900.0, -800.0]).arm == "days_45"


@pytest.mark.parametrize("cheapest", list(COSTS))
def test_costs_decide_among_equals_whatever_their_order(cheapest):
    """Catches a tie that goes by the order of the file."""
    costs = {arm: 0.0 if arm == cheapest else 5.0 for arm in COSTS}
    assert decision([1_000.0, 1_001.0, 1_002.0], costs=costs).arm == cheapest
