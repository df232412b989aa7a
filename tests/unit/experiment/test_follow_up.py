"""Effects by day: looking changes no life, the last look is the outcome, and a win can be a loss later."""

from dataclasses import fields

import numpy as np
import pytest

from sim.evidence.results import Interval
from sim.experiment.follow_up import Followed, followed
from sim.experiment.grade import Bench
from sim.experiment.outcomes import FEN, concatenate, metric, residual_table
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment
from sim.scenario.experiment_schema import Experiment
from sim.scenario.schema import Scenario
from tests.worlds import company, experiment, experiment_in, leaving, load_quiet, numbers

REPLICATIONS = 40


def bench_of(scenario: Scenario, plan: Experiment, replications: int = REPLICATIONS) -> Bench:
    start = draw_start(scenario, 1, numbers(replications), plan.horizon_days)
    block = live_experiment(start, plan, 1)
    assert block.trial is not None
    table = residual_table(scenario, block.rollouts[plan.reference])
    return Bench(
        plan, concatenate([block.trial]), block.rollouts, table,
        replications=replications, horizon=float(plan.horizon_days or scenario.horizon_days),
        margin=scenario.money.margin_share, seed=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shock() -> Bench:
    """Free days bind while they run; the first bill after them drives customers off (an effect below 0)."""
    world = load_quiet(
        customers=400,
        leaving=leaving(competitor=0.04),
        residual={"months": 6, "discount_per_year": 0.1},
        effects={"step_days": 400.0},
        reward={
            "max_reduction": -1.5,
            "half_dose_days": 15.0,
            "acts_on": ["competitor"],
            "lasts_days": 400.0,
            "half_life_days": 36500.0,
            "lock_in": True,
        },
    )
    arms = {"none": {}, "days": {"reward": {"free_days": 45}}}
    plan = experiment_in(world, arms, horizon_days=180, follow_up_days=[30, 60, 180, 300])
    return bench_of(world.value, plan)


def of(bench: Bench, name: str) -> list[Followed]:
    return [item for item in followed(bench) if item.metric == name]


def test_a_short_trial_shows_a_win_that_is_a_loss_later(shock: Bench) -> None:
    early, *_, late = of(shock, "churn_rate")
    assert isinstance(early.truth, Interval)
    assert isinstance(late.truth, Interval)
    assert early.truth.high < 0 < late.truth.low
    assert isinstance(early.misled, Interval)
    assert early.misled.value > 0.5
    assert isinstance(late.misled, Interval)
    assert late.misled.value == 0


def test_everybody_is_followed_and_the_horizon_is_the_outcome(shock: Bench) -> None:
    churn, net = of(shock, "churn_rate"), of(shock, "net_value_per_customer")
    assert {item.customers for item in churn} == {400}
    at_horizon = next(item for item in churn if item.day == 180.0)
    np.testing.assert_allclose(
        at_horizon.trials.value, shock.estimates(shock.trial, "churn_rate", "days", "none", 0.95).value
    )
    assert isinstance(net[2].truth, Interval)
    whole = shock.truth("net_value_per_customer", "days", "none")
    assert isinstance(whole, Interval)
    assert net[2].truth.value == pytest.approx(whole.value, abs=0.01)


def test_net_value_by_the_last_day_lived_is_that_with_residual() -> None:
    scenario = company({"customers": 200, "residual.months": 6})
    plan = experiment("reward_days", horizon_days=200, follow_up_days=(100, 200, 383))
    block = live_experiment(draw_start(scenario, 1, numbers(3), 200.0), plan, 1)
    for outcomes in block.rollouts.values():
        margin = scenario.money.margin_share
        whole = metric(outcomes, "net_value_with_residual_per_customer", margin)
        np.testing.assert_allclose(outcomes.net_at[:, -1] / FEN, whole, atol=0.05)
        np.testing.assert_allclose(
            outcomes.net_at[:, 1] / FEN, metric(outcomes, "net_value_per_customer", margin), atol=0.05
        )


def test_looking_changes_no_life() -> None:
    scenario = company({"customers": 200, "residual.months": 6})
    start = draw_start(scenario, 1, numbers(3), 200.0)
    plain, looked = (
        live_experiment(start, experiment("reward_days", horizon_days=200, follow_up_days=days), 1)
        for days in ((), (33, 77, 150, 200, 300))
    )
    assert plain.trial is not None
    assert looked.trial is not None
    pairs = [(plain.rollouts[arm], looked.rollouts[arm]) for arm in plain.rollouts]
    for one, other in [*pairs, (plain.trial, looked.trial)]:
        for field in fields(one):
            if field.name not in ("net_at", "lost_at"):
                np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)
    for arm, tally in plain.tallies.items():
        np.testing.assert_array_equal(tally, looked.tallies[arm])
