"""Doses of a design, and metrics that are ratios of totals, against the procedures they are made of."""

import numpy as np
import pytest

from sim.evidence.cells import counts
from sim.evidence.ratios import ratio, ratio_difference
from sim.evidence.results import Interval
from sim.evidence.trend import share_trend
from sim.experiment.additive import Ratios, compare, ratios_of
from sim.experiment.doses import dose_answers
from sim.experiment.grade import Bench
from sim.experiment.outcomes import metric, residual_table
from sim.experiment.ratios import PARTS
from sim.experiment.start import Starts
from sim.experiment.trial import live_experiment
from sim.scenario.problems import InputProblems
from tests.worlds import DESK, experiment_in, leaving, load_quiet, numbers

ROWS = 6
REWARD = {
    "max_reduction": 0.9, "half_dose_days": 3.0, "acts_on": ["competitor"], "lasts_days": 400.0,
    "half_life_days": 36500.0, "lock_in": False,
}  # fmt: skip
ARMS = {"none": {}, "few": {"reward": {"free_days": 5}}, "many": {"reward": {"free_days": 40}}}
DOSES = {"none": 0, "few": 5, "many": 40}
METRICS = ["churn_rate", "kept_share", "save_rate", "revenue_per_customer_month", "contacts_per_customer"]


@pytest.fixture(scope="module")
def bench() -> Bench:
    loaded = load_quiet(
        customers=300, leaving=leaving(competitor=0.1), reward=REWARD, effects={"step_days": 400.0},
        desk=DESK | {"reasons": ["competitor"]},
    )  # fmt: skip
    keys = {"metrics": [*METRICS, "net_value_per_customer"], "doses": DOSES, "horizon_days": 300}
    plan = experiment_in(loaded, ARMS, **keys)
    block = live_experiment(Starts(loaded.value, 1, numbers(ROWS)).of(plan), plan, 1)
    assert block.trial is not None
    table = residual_table(loaded.value, block.rollouts["none"])
    return Bench(
        plan, block.trial, block.rollouts, table, replications=ROWS, horizon=300.0, margin=0.5, seed=1
    )  # fmt: skip


def test_the_trend_is_that_of_the_arms_shares(bench: Bench) -> None:
    found = {(item.metric, item.what): item for item in dose_answers(bench)}
    trend = found["churn_rate", "trend"]
    first = bench.trial.where(bench.trial.replication == 0)
    arms = [counts(first.left[first.arm == number]) for number in range(3)]
    assert trend.trials.p_value[0] == pytest.approx(share_trend(arms, list(DOSES.values())).p_value[0])
    assert isinstance(trend.truth, Interval)
    assert trend.truth.high < 0
    kept = found["kept_share", "trend"].truth
    assert isinstance(kept, Interval)
    assert kept.value == pytest.approx(-trend.truth.value)
    least = found["churn_rate", "least_dose"].truth
    # 0.9 of the reduction at 40 days by a dose-response of half-dose 3: 22 days; churn is near it, not linear in it
    assert isinstance(least, Interval)
    assert 10 < least.value < 30


def test_a_ratio_is_the_same_from_customers_and_from_sums(bench: Bench) -> None:
    """Catches sums that lose the delta method on their way to power, or that do not add up over trials."""
    trial = bench.trial
    for name in ("save_rate", "revenue_per_customer_month"):
        whole = bench.estimates(trial, name, "many", "none", 0.95)
        summed = compare(bench.cells(name), name, 2, 0, stratified=True, level=0.95)
        assert summed.value == pytest.approx(whole.value)
        assert summed.p_value == pytest.approx(whole.p_value, rel=1e-6)
        assert summed.low == pytest.approx(whole.low)
        # three trials in one, whatever the strata were
        stratum = trial.id % 2
        cells = ratios_of(PARTS[name](trial), trial.replication, ROWS, stratum, 2, trial.arm, 3)
        assert isinstance(cells, Ratios)
        merged = compare(cells.merged(3), name, 2, 0, stratified=False, level=0.95)
        top, bottom = PARTS[name](trial)
        sides = [
            ratio(top[mask], bottom[mask], trial=trial.replication[mask] // 3, trials=ROWS // 3)
            for mask in (trial.arm == 2, trial.arm == 0)
        ]
        expected = ratio_difference(*sides)
        assert merged.value == pytest.approx(expected.value)
        assert merged.p_value == pytest.approx(expected.p_value, rel=1e-6)


def test_the_save_rate_counts_calls(bench: Bench) -> None:
    trial = bench.trial
    assert (trial.saved <= trial.answered).all()
    assert trial.saved.sum() > 30
    left_unsaved = trial.answered - trial.saved
    assert (left_unsaved <= trial.left).all()  # who is answered and not saved has left
    rate = bench.by_replication("none", "save_rate")
    assert rate.mean() == pytest.approx(DESK["success_share"], abs=0.1)
    assert np.array_equal(metric(trial, "kept_share", 0.5), 1 - metric(trial, "churn_rate", 0.5))


def test_what_cannot_be_measured_is_refused() -> None:
    loaded = load_quiet(customers=50, leaving=leaving(competitor=0.1), reward=REWARD)
    for keys, said in (
        ({"metrics": [*METRICS, "net_value_per_customer"]}, "no block 'desk'"),
        ({"metrics": ["churn_rate", "net_value_per_customer", "kept_share_middle_and_high"]}, "no block 'tiers'"),
        ({"doses": {"none": 0, "few": 5}}, "there is none of many"),
        ({"doses": dict.fromkeys(ARMS, 1)}, "doses that differ"),
        ({"doses": DOSES, "starts": {"waves": 2, "every_days": 10}}, "knows no strata"),
    ):
        with pytest.raises(InputProblems, match=said):
            experiment_in(loaded, ARMS, **keys)
