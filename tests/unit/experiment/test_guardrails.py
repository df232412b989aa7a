"""Guardrails: a trial must show that an arm keeps to them, else the arm is not used."""

import numpy as np
import pytest

from sim.evidence.cells import Sample
from sim.evidence.equivalence import mean_equivalence, mean_non_inferiority
from sim.experiment.decide import decide_trials
from sim.experiment.grade import Bench
from sim.experiment.guardrails import allowed, guarded
from tests.unit.experiment.test_follow_up import bench_of
from tests.worlds import experiment_in, leaving, load_quiet


def bench(margin: float) -> Bench:
    world = load_quiet(
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
    rail = {"metric": "revenue_per_customer", "worse": "lower", "margin": margin}
    arms = {"none": {}, "days": {"reward": {"free_days": 60}}}
    return bench_of(world.value, experiment_in(world, arms, horizon_days=180, guardrails=[rail]), 30)


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
