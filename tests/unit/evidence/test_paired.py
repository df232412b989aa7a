"""Differences between runs: against scipy, and where there is nothing to tell."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from sim.evidence.paired import paired_difference, unpaired_difference
from sim.evidence.results import Interval, Refused


def test_runs_that_share_no_luck_are_compared_by_welch() -> None:
    generator = np.random.default_rng(3)
    one, other = generator.normal(2.0, 1.0, 25), generator.normal(0.5, 3.0, 40)
    found = unpaired_difference(one, other)
    known = ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert isinstance(found, Interval)
    assert found.value == pytest.approx(one.mean() - other.mean(), rel=1e-12)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), rel=1e-9)
    assert (found.of, found.n) == ("run", 65)


def test_luck_that_is_shared_cancels_only_in_pairs() -> None:
    luck = np.random.default_rng(4).normal(size=50)
    pairs, apart = paired_difference(luck + 0.1, luck), unpaired_difference(luck + 0.1, luck)
    assert isinstance(pairs, Interval)
    assert isinstance(apart, Interval)
    assert pairs.low > 0.099
    assert apart.low < 0 < apart.high


def test_values_without_spread_have_no_doubt() -> None:
    found = unpaired_difference([2.0, 2.0], [1.0, 1.0, 1.0])
    assert isinstance(found, Interval)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(("one", "other"), [([1.0], [1.0, 2.0]), ([1.0, 2.0], [1.0])])
def test_one_replication_shows_no_doubt(one: list[float], other: list[float]) -> None:
    assert isinstance(unpaired_difference(one, other), Refused)
