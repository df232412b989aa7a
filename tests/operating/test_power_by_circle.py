"""Power where arms are dealt to circles: simulated against the formula, in a world whose correlation is known."""

import math
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim.evidence.clusters import FEWEST_CLUSTERS, NOT_BY_CIRCLE
from sim.evidence.power import Sizes, Spread
from sim.evidence.power_by_cluster import clustered_power, design_effect
from sim.evidence.results import Interval, Refused
from sim.planning.power import Asked, Study, study
from sim.report.power_view import design
from tests import family as stated
from tests.worlds import experiment_in, leaving, load_quiet

MONTH = 365 / 12
HAZARD, TAKEN, FOLLOWS, CUSTOMERS, DAYS = 0.05, 0.6, 0.5, 300, 182.0
HEARD = DAYS - 7  # secondary cards follow at the week's end, and the last one is the horizon
SIZES = {1: 60, 2: 60, 5: 24}
BLOCKS: dict[str, Any] = {
    "customers": CUSTOMERS,
    "leaving": leaving(competitor=HAZARD),
    "reward": {
        "max_reduction": 1.0,
        "half_dose_days": 10.0,
        "acts_on": ["competitor"],
        "lasts_days": 400.0,
        "half_life_days": 36500.0,
    },
    "effects": {"step_days": 400.0},
    "circles": {
        "sizes": [{"size": 2, "share": 0.4}, {"size": 5, "share": 0.4}],
        "cards": {"follows_share": FOLLOWS},
    },
}


class Known(NamedTuple):
    """Churn of an arm, and the variance of a circle's distance from it in all circles, a customer."""

    churn: float
    variance: float

    @property
    def design_effect(self) -> float:
        return self.variance / (self.churn * (1 - self.churn))


def known(hazard: float) -> Known:
    """A main card leaves by itself, a secondary one also where the main one did and it follows.

    Two cards are alike by that alone: with p who leaves by itself within the horizon and q early enough to be followed,
    the covariance of main and secondary is f q (1 - p)^2, that of two secondaries f^2 q (1 - q) (1 - p)^2.
    """
    p, q = (1 - math.exp(-hazard * days / MONTH) for days in (DAYS, HEARD))
    follower = 1 - (1 - p) * (1 - FOLLOWS * q)
    to_main, to_each_other = FOLLOWS * q * (1 - p) ** 2, FOLLOWS**2 * q * (1 - q) * (1 - p) ** 2
    churn = sum(many * (p + (size - 1) * follower) for size, many in SIZES.items()) / CUSTOMERS
    squares = 0.0
    for size, many in SIZES.items():
        others = size - 1
        within = p * (1 - p) + others * follower * (1 - follower)
        within += 2 * others * to_main + others * (others - 1) * to_each_other
        squares += many * (within + (p + others * follower - size * churn) ** 2)
    return Known(churn, squares / CUSTOMERS)


WITHOUT, WITH = known(HAZARD), known(HAZARD * (1 - TAKEN))


@pytest.fixture(scope="module")
def found() -> Study:
    """Free days without a fade take a share of the hazard away; secondary cards follow the main one."""
    world = load_quiet(**BLOCKS)
    plan = experiment_in(world, {"none": {}, "days": {"reward": {"free_days": 15}}}, unit="circle", horizon_days=182)
    size = stated.replications(1000)
    return study(world, plan, Asked(precision=0.001, most=size), seed=stated.seed("power by circle: cards that follow"))


def by_formula(times: float) -> float | Refused:
    spread = Spread(*(math.sqrt(of.variance) for of in (WITH, WITHOUT)))
    half, circles = CUSTOMERS / 2 * times, sum(SIZES.values()) / 2 * times
    return clustered_power(WITH.churn - WITHOUT.churn, spread, Sizes(half, half), Sizes(circles, circles))


def test_the_world_is_as_alike_as_it_must_be(found: Study) -> None:
    """The design effect that is read off the pilot is that of the closed form, within five errors."""
    [truth] = found.of("design", "truth", "churn_rate")
    assert isinstance(truth.value, Interval)
    assert truth.value.standard_error is not None
    assert abs(truth.value.value - (WITH.churn - WITHOUT.churn)) < 5 * truth.value.standard_error
    [effect], [alike] = (found.of("design", what, "churn_rate") for what in ("design_effect", "correlation_in_circles"))
    assert isinstance(effect.value, float)
    assert isinstance(alike.value, float)
    # a circle's square has a standard deviation of less than the root of 8 of its mean
    slack = 5 * math.sqrt(8 / (found.replications * sum(SIZES.values())))
    assert effect.value == pytest.approx(WITHOUT.design_effect, rel=slack)
    weight = sum(size**2 * many for size, many in SIZES.items()) / CUSTOMERS
    assert design_effect(weight, alike.value) == pytest.approx(effect.value)
    assert 0.1 < alike.value < 0.4


def happened(share: Interval, trials: int) -> np.ndarray:
    return np.arange(trials) < round(share.value * trials)


def test_power_is_the_closed_forms(found: Study, family) -> None:
    exact = by_formula(1)
    assert isinstance(exact, float)
    assert 0.6 < exact < 0.95
    [point] = found.of("design", "power_alone", "churn_rate")
    assert isinstance(point.value, Interval)
    family.rate("power by circle: churn", happened(point.value, found.replications), "is", exact)
    assert point.formula == pytest.approx(exact, abs=0.01)
    independent = clustered_power(
        WITH.churn - WITHOUT.churn,
        Spread(*(math.sqrt(of.churn * (1 - of.churn)) for of in (WITH, WITHOUT))),
        Sizes(150, 150),
        Sizes(150, 150),
    )
    assert isinstance(independent, float)
    assert independent > point.value.high  # as of customers: the design would be taken for better than it is


def test_power_of_a_larger_trial_is_the_closed_forms(found: Study, family) -> None:
    exact = by_formula(2)
    assert isinstance(exact, float)
    [point] = [p for p in found.of("customers", "power_alone", "churn_rate") if p.times == 2]
    assert isinstance(point.value, Interval)
    family.rate("power by circle: churn, twice the size", happened(point.value, found.replications // 2), "is", exact)


def test_an_effect_put_in_is_found_as_the_closed_form_says(found: Study, family) -> None:
    for metric, name in (
        ("churn_rate", "power by circle: share put in"),
        ("net_value_per_customer", "power by circle: amount put in"),
    ):
        point = found.of("effect", "power_alone", metric)[3]
        assert isinstance(point.value, Interval)
        assert isinstance(point.formula, float)
        family.rate(name, happened(point.value, found.replications), "is", point.formula)


def test_level_holds(found: Study, family) -> None:
    [point] = found.of("design", "type_one", "churn_rate")
    assert isinstance(point.value, Interval)
    family.rate("power by circle: level", happened(point.value, found.replications), "is", 0.05)
    assert point.formula == pytest.approx(0.05)


def test_least_effect_and_size_hold_the_formulas(found: Study) -> None:
    [least] = found.of("design", "least_effect", "churn_rate")
    assert isinstance(least.value, Interval)
    assert isinstance(least.formula, float)
    slack = (least.value.high - least.value.low) / 2  # the reading between points on the probit scale is not exact
    assert least.value.low - slack < least.formula < least.value.high + slack
    [needed] = found.of("design", "customers_needed", "net_value_per_customer")
    assert isinstance(needed.value, float)
    assert needed.formula == pytest.approx(needed.value, rel=0.1)


def test_a_ratio_of_totals_is_refused_and_does_not_hide_the_formula_of_others() -> None:
    """Catches a size for what no trial can analyse, and an effect put in where it harms: keeping more is better."""
    world = load_quiet(**BLOCKS)
    metrics = ["kept_revenue_share", "kept_share", "churn_rate", "net_value_per_customer"]
    plan = experiment_in(world, {"none": {}, "days": {"reward": {"free_days": 15}}}, unit="circle", metrics=metrics)
    few = study(world, plan, Asked(precision=0.4, most=100), seed=1)
    for measure in ("power", "power_alone", "type_one", "customers_needed"):
        [point] = few.of("design", measure, "kept_revenue_share")
        assert point.value == Refused(NOT_BY_CIRCLE)
    [least] = few.of("design", "least_effect", "kept_share")
    assert isinstance(least.value, Interval)
    assert isinstance(least.formula, float)
    assert min(least.value.low, least.formula) > 0
    assert "There is no formula" not in design(few)


def test_too_few_circles_are_refused_and_enough_of_them_are_not() -> None:
    """Extreme: 20 circles an arm are refused as by the analysis, and by the formula; twice as many are not."""
    world = load_quiet(**(BLOCKS | {"customers": 200, "circles": {"sizes": [{"size": 5, "share": 1.0}]}}))
    arms = {"none": {}, "days": {"reward": {"free_days": 15}}}
    few = study(world, experiment_in(world, arms, unit="circle"), Asked(precision=0.4, most=100), seed=1)
    for measure in ("power_alone", "power", "type_one", "coverage", "least_effect"):
        [point] = few.of("design", measure, "churn_rate")
        assert isinstance(point.value, Refused)
        assert not isinstance(point.formula, float)
    [power] = few.of("design", "power", "churn_rate")
    assert isinstance(power.value, Refused)
    assert f"fewer than {FEWEST_CLUSTERS} clusters" in power.value.reason
    assert "There is no formula beside: an arm has fewer than" in design(few)
    [twice] = [p for p in few.of("customers", "power_alone", "churn_rate") if p.times == 2]
    assert isinstance(twice.value, Interval)
    assert isinstance(twice.formula, float)
    [needed] = few.of("design", "customers_needed", "churn_rate")
    assert isinstance(needed.formula, float)
    assert needed.formula >= 5 * FEWEST_CLUSTERS - 1
