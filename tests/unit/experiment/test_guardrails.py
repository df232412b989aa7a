"""Guardrails: a trial must show that an arm keeps to them, else the arm is not used."""

from typing import Any

import numpy as np
import pytest

from sim.evidence.cells import Sample
from sim.evidence.equivalence import mean_equivalence, mean_non_inferiority
from sim.experiment.additive import cells_of
from sim.experiment.decide import decide_trials
from sim.experiment.grade import Bench
from sim.experiment.guardrails import allowed, guarded
from sim.experiment.guardrails import tested as judged
from sim.planning.guardrails_summary import guardrails_part
from sim.scenario.experiment_schema import Experiment
from tests.unit.experiment.test_follow_up import bench_of
from tests.worlds import experiment_in, leaving, load_quiet

WORLD = load_quiet(
    customers=400,
    leaving=leaving(competitor=0.06),
    effects={"step_days": 400.0},
    reward={
        "max_reduction": 1.0,
        "half_dose_days": 20.0,
        "acts_on": ["competitor"],
        "lasts_days": 400.0,
        "half_life_days": 36500.0,
    },
)


def plan_of(rail: dict[str, Any]) -> Experiment:
    arms = {"none": {}, "days": {"reward": {"free_days": 60}}}
    metrics = ["churn_rate", "net_value_per_customer", "revenue_per_customer", "contacts_per_customer"]
    return experiment_in(WORLD, arms, horizon_days=180, metrics=metrics, guardrails=[rail])


def bench(margin: float) -> Bench:
    rail = {"metric": "revenue_per_customer", "worse": "lower", "margin": margin}
    return bench_of(WORLD.value, plan_of(rail), 30)


@pytest.mark.parametrize(("margin", "keeps", "used"), [(200.0, True, True), (5.0, False, False)])
def test_an_arm_is_used_only_if_it_keeps_to_the_guardrail(margin: float, keeps: bool, used: bool) -> None:
    of = bench(margin)
    [row] = guarded(of)
    assert row.keeps is keeps
    concluded = decide_trials(of, of.contrasts())
    assert concluded.shares is not None
    assert (concluded.shares["days"] > 0.9) is used
    assert (concluded.shares["days"] == 0) is not used
    assert set(allowed(of.experiment, of.cells)) == {"days"}


def test_one_side_of_equivalence_is_non_inferiority() -> None:
    one, other = Sample(50, 1.0, 4.0), Sample(60, 1.2, 5.0)
    sides = [mean_non_inferiority(one, other, margin=1.0, worse=w).p_value[0] for w in ("lower", "higher")]
    assert mean_equivalence(one, other, margin=1.0).p_value[0] == max(sides)
    assert np.isfinite(sides).all()
    assert sides[0] > sides[1]


@pytest.mark.parametrize(
    ("values", "worse", "kept"),
    [
        ((3.0, 3.0), "higher", True),  # nobody differs: no harm
        ((3.0, 3.0), "lower", True),
        ((5.0, 3.0), "higher", True),  # worse by less than the margin of 4
        ((7.0, 3.0), "higher", False),  # worse by all of it
        ((7.0, 3.0), "lower", True),  # better
        ((0.0, 9.0), "lower", False),
    ],
)
def test_a_metric_that_is_the_same_for_everybody_is_judged_as_it_stands(
    values: tuple[float, float], worse: str, kept: bool
) -> None:
    """Catches an arm that is kept out because a harmless metric has no spread, and one let in for the same reason."""
    plan = plan_of({"metric": "contacts_per_customer", "worse": worse, "margin": 4.0})
    arm = np.repeat([0, 1], 30)
    cells = cells_of(np.array(values[::-1])[arm], np.zeros(60, np.int64), 1, np.zeros(60, np.int64), 1, arm, 2)
    assert judged(plan, plan.guardrails[0], cells, "days").refused.all()
    assert allowed(plan, lambda _: cells)["days"].tolist() == [kept]


def test_an_arm_with_one_customer_or_none_keeps_to_nothing() -> None:
    """What others of the arm would have is not known, so that all alike is no evidence."""
    plan = plan_of({"metric": "contacts_per_customer", "worse": "higher", "margin": 4.0})
    for arm in (np.repeat([0, 1], [30, 1]), np.zeros(30, np.int64)):
        none = np.zeros(len(arm), np.int64)
        cells = cells_of(np.ones(len(arm)), none, 1, none, 1, arm, 2)
        assert allowed(plan, lambda _, cells=cells: cells)["days"].tolist() == [False]


def test_the_summary_says_that_a_guardrail_without_spread_is_kept() -> None:
    """Catches a decision that uses an arm whose guardrail the report calls not shown; nobody is contacted here."""
    of = bench_of(WORLD.value, plan_of({"metric": "contacts_per_customer", "worse": "higher", "margin": 1.0}), 30)
    [row] = guardrails_part(of)
    assert row["shown"] is True
    assert row["keeps"] is True
    assert "no spread" in row["effect"]["refused"]
    assert row["passed"]["value"] == 1.0
    concluded = decide_trials(of, of.contrasts())
    assert concluded.shares is not None
    assert concluded.shares["days"] > 0.9
