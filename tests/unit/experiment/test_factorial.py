"""Two factors in four arms: effects are those of the arms' differences, in truth as in trials."""

import numpy as np
import pytest

from sim.evidence.results import Interval
from sim.experiment.factorial import factorial_effects
from tests.unit.experiment.test_follow_up import bench_of
from tests.worlds import company, experiment


def test_effects_are_differences_of_arms() -> None:
    bench = bench_of(company({"customers": 300}), experiment("reward_cadence", horizon_days=120, follow_up_days=()), 12)
    found = {(item.metric, item.effect): item for item in factorial_effects(bench)}
    assert {effect for _, effect in found} == {"first", "second", "interaction"}
    for metric in bench.experiment.metrics:
        level = {arm: bench.by_replication(arm, metric) for arm in bench.arms}
        alone, beside = level["days_15"] - level["none"], level["both"] - level["cadence"]
        first, both = found[metric, "first"].truth, found[metric, "interaction"].truth
        assert isinstance(first, Interval)
        assert isinstance(both, Interval)
        assert first.value == pytest.approx(np.mean((alone + beside) / 2))
        assert both.value == pytest.approx(np.mean(beside - alone))
    sums = bench.cells("churn_rate")
    mean = sums.mean[0, 0]
    seen = found["churn_rate", "interaction"].trials.value[0]
    order = [bench.arms.index(arm) for arm in ("none", "days_15", "cadence", "both")]
    assert seen == pytest.approx(mean[order[3]] - mean[order[2]] - mean[order[1]] + mean[order[0]])
