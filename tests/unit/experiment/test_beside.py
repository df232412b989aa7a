"""Other procedures on the same trials: what agrees by construction agrees, and adjusting helps where it can."""

import numpy as np
import pytest

from sim.evidence.results import Interval
from sim.experiment.beside import Beside, besides
from sim.experiment.grade import Bench
from tests.unit.experiment.test_follow_up import bench_of
from tests.worlds import company, experiment


@pytest.fixture(scope="module")
def bench() -> Bench:
    return bench_of(company({"customers": 600}), experiment("reward_days", horizon_days=200), 25)


@pytest.fixture(scope="module")
def rows(bench: Bench) -> dict[str, Beside]:
    return {item.what: item for item in besides(bench) if item.arm == "days_45"}


def effect(item: object) -> Interval:
    assert isinstance(item, Interval)
    return item


def test_destinations_add_up_to_churn(bench: Bench, rows: dict[str, Beside]) -> None:
    gone = [item for what, item in rows.items() if what.startswith("gone:")]
    assert len(gone) == 3
    whole = effect(bench.truth("churn_rate", "days_45", "none"))
    assert sum(effect(item.truth).value for item in gone) == pytest.approx(whole.value)
    churn = bench.estimates(bench.trial, "churn_rate", "days_45", "none", 0.95).value
    parts = np.stack([item.trials.value for item in gone])
    known = ~np.isnan(parts).any(axis=0)
    np.testing.assert_allclose(parts[:, known].sum(axis=0), churn[known], atol=1e-12)


def test_days_there_are_the_mean_of_days_where_all_are_followed(bench: Bench, rows: dict[str, Beside]) -> None:
    trial = bench.trial
    means = [trial.days[(trial.replication == 0) & (trial.arm == arm)].mean() for arm in (2, 0)]
    assert rows["days_there"].trials.value[0] == pytest.approx(means[0] - means[1])


def test_the_fee_explains_most_of_what_revenue_differs_by(rows: dict[str, Beside], bench: Bench) -> None:
    adjusted = rows["adjusted:revenue_per_customer"].trials
    plain = bench.estimates(bench.trial, "revenue_per_customer", "days_45", "none", 0.95)
    assert adjusted.standard_error is not None
    assert plain.standard_error is not None
    assert np.median(adjusted.standard_error / plain.standard_error) < 0.7


def test_the_bootstrap_is_of_the_first_trial_and_the_same_again(bench: Bench, rows: dict[str, Beside]) -> None:
    name = "bootstrap:net_value_with_residual_per_customer"
    again = next(item for item in besides(bench) if item.what == name and item.arm == "days_45")
    assert len(rows[name].trials) == 1
    assert rows[name].trials.low[0] == again.trials.low[0]
    plain = bench.estimates(bench.trial, "net_value_with_residual_per_customer", "days_45", "none", 0.95)
    assert rows[name].trials.value[0] == pytest.approx(plain.value[0])
