"""Looking while a trial runs: one look at the end is the log-rank test, peeking cries wolf, planned looks do not."""

import numpy as np
import pytest

from sim.evidence.results import Interval
from sim.experiment.grade import LOG_RANK, Bench
from sim.experiment.looking import Looked, looked
from tests.unit.experiment.test_follow_up import bench_of
from tests.worlds import experiment_in, leaving, load_quiet

REPLICATIONS = 300


@pytest.fixture(scope="module")
def bench() -> Bench:
    world = load_quiet(
        customers=300,
        leaving=leaving(competitor=0.05),
        effects={"step_days": 400.0},
        reward={
            "max_reduction": 1.0,
            "half_dose_days": 15.0,
            "acts_on": ["competitor"],
            "lasts_days": 400.0,
            "half_life_days": 36500.0,
        },
    )
    looks = {"days": [60, 120, 180, 240, 300], "futility": {"hazard_ratio": 0.5}}
    arms = {"none": {}, "days": {"reward": {"free_days": 15}}}
    return bench_of(world.value, experiment_in(world, arms, horizon_days=300, looks=looks), REPLICATIONS)


@pytest.fixture(scope="module")
def ways(bench: Bench) -> dict[str, Looked]:
    return {item.way: item for item in looked(bench)}


def value(item: object) -> float:
    assert isinstance(item, Interval)
    return item.value


def test_one_look_at_the_end_is_the_log_rank_test(bench: Bench, ways: dict[str, Looked]) -> None:
    p = bench.estimates(bench.trial, LOG_RANK, "days", "none", 0.95).p_value
    assert ways["once"].first_p == pytest.approx(p[0])
    assert value(ways["once"].power) == np.mean(p <= 0.05)
    assert value(ways["once"].days) == 300


def test_levels_are_as_promised_and_peeking_breaks_its_promise(ways: dict[str, Looked]) -> None:
    for way in ("planned", "any_time", "once"):
        level = ways[way].level
        assert isinstance(level, Interval)
        assert level.low <= 0.05
    peeking = ways["peeking"].level
    assert isinstance(peeking, Interval)
    assert peeking.low > 0.05
    assert 0.1 < peeking.value < 0.2  # 14.2% at five looks (Armitage, McPherson and Rowe 1969)


def test_looks_save_time_and_cost_little_power(ways: dict[str, Looked]) -> None:
    assert value(ways["planned"].days) < 0.8 * value(ways["once"].days)
    assert value(ways["planned"].power) > value(ways["once"].power) - 0.1
    assert value(ways["any_time"].power) <= value(ways["planned"].power)
    assert value(ways["planned"].days_without) < 300  # futility
    assert value(ways["peeking"].days) <= value(ways["planned"].days)


def test_the_first_trial_is_told_with_its_hazard_ratio(ways: dict[str, Looked]) -> None:
    for item in ways.values():
        assert item.first_why in ("benefit", "harm", "futility", "end")
        assert item.first_day in (60, 120, 180, 240, 300)
        assert isinstance(item.first, Interval)
        assert item.first.low < np.log(0.5) < item.first.high
