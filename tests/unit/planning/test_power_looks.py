"""A design that is looked at while it runs: what `sim power` says is what its trials did."""

import numpy as np
import pytest

from sim.evidence.results import Interval
from sim.experiment.accounts import cost
from sim.experiment.grade import Bench
from sim.experiment.look_sums import LookSums, courses
from sim.experiment.looking import looked
from sim.experiment.operating import Operating, firms_table, joined_sums, sum_up
from sim.experiment.outcomes import FEN, concatenate, residual_table
from sim.experiment.start import Starts
from sim.experiment.trial import live_experiment
from sim.planning.power_looks import AXIS, look_points
from tests.worlds import experiment_in, leaving, load_quiet, numbers

HALF = 6
REWARD = {
    "max_reduction": 0.9, "half_dose_days": 1.0, "acts_on": ["competitor"], "lasts_days": 400.0,
    "half_life_days": 36500.0, "lock_in": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def studied() -> tuple[Operating, Bench]:
    """Two blocks of trials in waves, summed up apart; and all of them analysed at once."""
    loaded = load_quiet(
        customers=300, leaving=leaving(competitor=0.08), reward=REWARD, effects={"step_days": 400.0},
        residual={"months": 6, "discount_per_year": 0.1},
    )  # fmt: skip
    arms = {"none": {}, "few": {"reward": {"free_days": 5}}, "many": {"reward": {"free_days": 30}}}
    plan = experiment_in(
        loaded, arms, starts={"waves": 2, "every_days": 50}, horizon_days=180, looks={"days": [40, 90, 160, 230]}
    )
    halves = [numbers(2 * HALF)[:HALF], numbers(2 * HALF)[HALF:]]
    lived = [live_experiment(Starts(loaded.value, 1, half).of(plan), plan, 1) for half in halves]
    table = firms_table(loaded.value, plan, lived)
    sums = [sum_up(loaded.value, plan, block, half, table, 1) for block, half in zip(lived, halves, strict=True)]
    rollouts = {arm: concatenate(block.rollouts[arm] for block in lived) for arm in arms}
    trial = concatenate(block.trial for block in lived if block.trial is not None)
    bench = Bench(
        plan, trial, rollouts, residual_table(loaded.value, rollouts["none"]),
        replications=2 * HALF, horizon=180.0, margin=0.5, seed=1,
    )  # fmt: skip
    return Operating(loaded.value, plan, joined_sums(sums), 1), bench


def test_it_is_what_the_run_would_say(studied: tuple[Operating, Bench]) -> None:
    operating, bench = studied
    points = {
        (p.metric, p.measure, p.arm): p.value for p in look_points(operating) if not p.measure.startswith("trial")
    }
    run = list(looked(bench))
    assert len(points) == len(run) * 5
    for item in run:
        for measure in ("power", "harmed", "level", "days", "days_without"):
            assert points[item.way, measure, item.arm] == getattr(item, measure)
    assert any(item.power.value > 0.5 for item in run if isinstance(item.power, Interval))


def test_a_trial_ends_with_the_last_contrast_and_costs_what_it_has_spent(studied: tuple[Operating, Bench]) -> None:
    operating, bench = studied
    sums = operating.sums.looks
    assert isinstance(sums, LookSums)
    # by its own horizon each arm has cost what the ledgers say; a wave that has not begun has cost nothing
    own = [cost(one.ledger).reshape(-1) for one in (bench.trial, bench.rollouts["none"])]
    whole = np.bincount(bench.trial.replication, weights=(own[0] - own[1]) / FEN)
    np.testing.assert_allclose(sums.spent[:, -1], whole)
    assert (np.diff(sums.spent, axis=1) >= 0).all()
    assert (sums.begun[:, 0] < sums.begun[:, 1]).all()
    found = {course.way: course for course in courses(bench.experiment, sums, list(looked(bench)))}
    once, planned = found["once"], found["planned"]
    assert isinstance(once.days, Interval)
    assert isinstance(planned.days, Interval)
    assert isinstance(once.cost, Interval)
    assert (once.days.value, once.cost.value) == (230.0, pytest.approx(whole.mean()))
    ends = np.max([item.stopped for item in looked(bench) if item.way == "planned"], axis=0)
    assert planned.days.value == pytest.approx(np.array([40, 90, 160, 230])[ends].mean())
    assert planned.days.value < 230


def test_without_looks_nothing_is_said(studied: tuple[Operating, Bench]) -> None:
    operating, _ = studied
    assert {point.axis for point in look_points(operating)} == {AXIS}
    plain = Operating.__new__(Operating)
    plain.__dict__ |= operating.__dict__ | {"sums": type(operating.sums)({}, {}, {})}
    assert list(look_points(plain)) == []
