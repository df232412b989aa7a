"""Power by simulation against the formula, where nothing is shared and so the formula holds."""

import math

import numpy as np
import pytest

from sim.evidence.power import (
    Sizes,
    Spread,
    crossing,
    customers_needed,
    least_effect,
    mean_power,
    normal_share_power,
    share_power,
)
from sim.evidence.results import Interval, Refused
from sim.planning.power import Asked, Study, study
from tests import family as stated
from tests.worlds import experiment_in, leaving, load_quiet

MONTH = 365 / 12
HAZARD, TAKEN, CUSTOMERS, DAYS = 0.05, 0.6, 300, 182.0


@pytest.fixture(scope="module")
def found() -> Study:
    """A world of constant hazards, in which free days without a fade take a share of the hazard away."""
    world = load_quiet(
        customers=CUSTOMERS,
        leaving=leaving(competitor=HAZARD),
        reward={
            "max_reduction": 1.0,
            "half_dose_days": 10.0,
            "acts_on": ["competitor"],
            "lasts_days": 400.0,
            "half_life_days": 36500.0,
        },
        effects={"step_days": 400.0},
    )
    plan = experiment_in(world, {"none": {}, "days": {"reward": {"free_days": 15}}}, horizon_days=int(DAYS))
    size = stated.replications(1500)
    return study(world, plan, Asked(precision=0.001, most=size), seed=stated.seed("power: constant hazards"))


def left(hazard: float) -> float:
    return 1 - math.exp(-hazard * DAYS / MONTH)


def test_power_of_a_share_is_the_closed_forms(found: Study, family) -> None:
    arm, against = left(HAZARD * (1 - TAKEN)), left(HAZARD)
    exact = share_power(arm, against, Sizes(CUSTOMERS / 2, CUSTOMERS / 2))
    assert 0.6 < exact < 0.99
    [truth] = found.of("design", "truth", "churn_rate")
    assert isinstance(truth.value, Interval)
    assert truth.value.standard_error is not None
    assert abs(truth.value.value - (arm - against)) < 5 * truth.value.standard_error
    [point] = found.of("design", "power_alone", "churn_rate")
    assert isinstance(point.value, Interval)
    happened = np.arange(found.replications) < round(point.value.value * found.replications)
    family.rate("power: churn under constant hazards", happened, "is", exact)


def test_power_of_a_larger_trial_is_the_closed_forms(found: Study, family) -> None:
    arm, against = left(HAZARD * (1 - TAKEN)), left(HAZARD)
    [point] = [p for p in found.of("customers", "power_alone", "churn_rate") if p.times == 2]
    assert isinstance(point.value, Interval)
    trials = found.replications // 2
    happened = np.arange(trials) < round(point.value.value * trials)
    family.rate(
        "power: churn, trials of twice the size", happened, "is", share_power(arm, against, Sizes(CUSTOMERS, CUSTOMERS))
    )


def test_an_effect_put_in_is_found_as_the_closed_form_says(found: Study, family) -> None:
    for metric, name in (("churn_rate", "power: share put in"), ("net_value_per_customer", "power: amount put in")):
        point = found.of("effect", "power_alone", metric)[4]
        assert isinstance(point.value, Interval)
        assert isinstance(point.formula, float)
        happened = np.arange(found.replications) < round(point.value.value * found.replications)
        family.rate(name, happened, "is", point.formula)


def test_least_effect_and_size_hold_the_formulas(found: Study) -> None:
    [least] = found.of("design", "least_effect", "churn_rate")
    assert isinstance(least.value, Interval)
    assert isinstance(least.formula, float)
    slack = (least.value.high - least.value.low) / 2  # the reading between points on the probit scale is not exact
    assert least.value.low - slack < least.formula < least.value.high + slack


@pytest.mark.parametrize("seed", range(6))
def test_two_small_trials_are_studied_too(seed: int) -> None:
    """Catches an effect put in that is larger than the few who left in the placebo's arm."""
    world = load_quiet(customers=30, leaving=leaving(competitor=0.02))
    few = study(world, experiment_in(world, {"none": {}, "other": {}}), Asked(precision=0.4, most=2), seed=seed)
    assert len(few.of("effect", "power_alone", "churn_rate")) in (0, 7)


def test_formulas_agree_with_printed_values() -> None:
    # Fleiss, Levin and Paik 2003, table A.4: 0.3 against 0.5, power 80%, without their correction 93 an arm
    assert customers_needed(lambda n: share_power(0.3, 0.5, Sizes(n, n)) if n >= 1 else 0.0) == pytest.approx(93, abs=2)
    # Cohen 1988, table 2.4.1: d = 0.5, power 80%, 64 an arm
    needed = customers_needed(lambda n: mean_power(0.5, Spread(1, 1), Sizes(n, n)) if n >= 2 else 0.0)
    assert needed == pytest.approx(64, abs=0.3)
    assert mean_power(0.0, Spread(1, 1), Sizes(30, 30)) == pytest.approx(0.05)
    assert share_power(0.2, 0.2, Sizes(20_000, 20_000)) == pytest.approx(0.05, abs=2e-4)


def test_power_of_a_huge_effect_is_a_number() -> None:
    """Catches the far tail of scipy's noncentral t, which is no number where an effect is many errors large."""
    for errors in np.geomspace(1, 400, 200):
        for sign in (-1, 1):
            found = mean_power(sign * errors * math.sqrt(2 / 500), Spread(1, 1), Sizes(500, 500))
            assert 0.1 < found <= 1


def test_the_normal_formula_meets_enumeration_where_it_takes_over() -> None:
    sizes = Sizes(10_000, 10_000)
    exact, normal = share_power(0.2, 0.21, sizes), normal_share_power(0.2, 0.21, sizes, 0.05)
    assert normal == pytest.approx(exact, abs=1e-3)


def test_least_effect_is_the_inverse_of_power() -> None:
    def at(effect: float) -> float:
        return share_power(0.3 + effect, 0.3, Sizes(20_000, 20_000))

    effect = least_effect(at, -0.3)
    assert isinstance(effect, float)
    assert at(effect) == pytest.approx(0.8, abs=1e-3)
    assert isinstance(least_effect(lambda e: share_power(0.01 + e, 0.01, Sizes(20, 20)), -0.01), Refused)


def test_a_curve_is_read_between_its_points() -> None:
    assert crossing(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.8) is None
    assert crossing(np.array([2.0, 3.0]), np.array([0.9, 0.95]), 0.8) == 2.0
    at = crossing(np.array([0.0, 1.0]), np.array([0.5, 0.975]), 0.8)
    assert at == pytest.approx(0.8416 / 1.96, abs=1e-3)
