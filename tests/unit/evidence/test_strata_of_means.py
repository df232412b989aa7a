"""The declared rule for strata that are too small: merged into one, which grows by the smallest until it is
known.
"""

import numpy as np
import pytest

from sim.evidence.cells import Sample, sample
from sim.evidence.means import mean_difference, merged_strata, stratified_mean_difference


def merged(arm: list[int], against: list[int], enrolled: list[int] | None = None) -> list[int]:
    n1, n0 = np.array([arm], dtype=float), np.array([against], dtype=float)
    size = n1 + n0 if enrolled is None else np.array([enrolled], dtype=float)
    return np.flatnonzero(merged_strata(n1, n0, size)[0]).tolist()


def test_nothing_is_merged_where_every_stratum_holds_two_of_each_arm():
    assert merged([2, 9], [2, 9]) == []


def test_short_strata_are_merged_with_each_other_first():
    assert merged([1, 9, 1, 5], [1, 9, 1, 5]) == [0, 2]


def test_a_merged_stratum_that_is_still_short_takes_the_smallest_of_the_others():
    assert merged([1, 9, 5], [1, 9, 5]) == [0, 2]
    assert merged([0, 2, 2], [3, 2, 2]) == [0, 1]  # equally small: the lower number


def test_it_grows_until_both_arms_have_two():
    assert merged([0, 1, 8], [9, 9, 9]) == [0, 1, 2]


def test_strata_without_customers_are_left_out_and_those_of_other_arms_only_are_not():
    assert merged([0, 5], [0, 5]) == []
    assert merged([0, 5, 9], [0, 5, 9], enrolled=[3, 15, 27]) == [0, 1]


def test_the_estimate_with_a_merged_stratum_by_hand():
    arm = {0: [1.0, 3.0, 8.0], 1: [10.0], 2: [20.0, 26.0]}
    against = {0: [2.0, 2.5, 4.0, 1.5], 1: [9.0], 2: [21.0]}
    cells = []
    for side in (arm, against):
        stratum = np.repeat([0, 1, 2], [len(values) for values in side.values()])
        cells.append(sample(np.concatenate(list(side.values())), stratum=stratum, strata=3))
    estimate = stratified_mean_difference(*cells)
    # strata 1 and 2 are merged: 3 and 2 customers
    first, second = (arm[0], against[0]), (arm[1] + arm[2], against[1] + against[2])
    weights = 7 / 12, 5 / 12
    value = sum(w * (np.mean(a) - np.mean(b)) for w, (a, b) in zip(weights, (first, second), strict=True))
    variance = sum(
        w**2 * (np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
        for w, (a, b) in zip(weights, (first, second), strict=True)
    )
    assert estimate.value[0] == pytest.approx(value)
    assert estimate.standard_error[0] == pytest.approx(np.sqrt(variance))


def test_weights_are_the_shares_of_all_enrolled():
    arm, against = Sample([10, 10], [1.0, 5.0], [1.0, 1.0]), Sample([10, 10], [0.0, 0.0], [1.0, 1.0])
    assert stratified_mean_difference(arm, against).value[0] == pytest.approx(3.0)
    assert stratified_mean_difference(arm, against, enrolled=[30, 90]).value[0] == pytest.approx(4.0)


def test_a_trial_whose_strata_all_end_in_one_is_analysed_as_unstratified():
    values, other = np.array([3.0, 5.0, 9.0]), np.array([1.0, 2.0, 2.5])
    cells = [sample(v, stratum=[0, 1, 2], strata=3) for v in (values, other)]
    within, plain = stratified_mean_difference(*cells), mean_difference(sample(values), sample(other))
    assert within.p_value == pytest.approx(plain.p_value)
