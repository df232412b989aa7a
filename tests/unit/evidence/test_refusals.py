"""What the data cannot tell is refused with its reason; what only a mistake can hand in is a ValueError."""

import math
import re

import numpy as np
import pytest

from sim.evidence.balance import sample_ratio
from sim.evidence.cells import Counts, Sample, counts, sample
from sim.evidence.cox import hazard_ratio
from sim.evidence.equivalence import mean_equivalence, share_equivalence, stratified_share_equivalence
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.multiplicity import holm
from sim.evidence.paired import paired_difference, prediction_interval, run_mean
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.results import Estimate, Interval, Refused
from sim.evidence.survival import kaplan_meier, log_rank


def reason(result: object) -> str:
    assert isinstance(result, Refused), result
    return result.reason


@pytest.mark.parametrize(
    ("arm", "against", "why"),
    [
        (Counts(0, 0), Counts(3, 10), "an arm has no customers"),
        (Counts(0, 61), Counts(0, 61), "no events in either arm"),
        (Counts(61, 61), Counts(61, 61), "every customer of both arms"),
    ],
)
def test_shares(arm, against, why):
    assert why in reason(risk_difference(arm, against).one())
    strata = [Counts([side.events, 0], [side.n, 0]) for side in (arm, against)]
    assert why in reason(stratified_risk_difference(*strata).one())


def test_no_events_in_one_arm_is_no_refusal():
    estimate = risk_difference(Counts(0, 61), Counts(5, 61)).one()
    assert isinstance(estimate, Estimate)
    assert estimate.effect.low < -5 / 61 < estimate.effect.high


def test_strata_without_both_arms():
    apart = stratified_risk_difference(Counts([3, 0], [10, 0]), Counts([0, 4], [0, 10])).one()
    assert "no stratum holds customers of both arms" in reason(apart)
    same = stratified_risk_difference(Counts([0, 5], [5, 5]), Counts([0, 5], [5, 5])).one()
    assert "events do not vary inside any stratum" in reason(same)


def test_equivalence_needs_customers_but_no_events():
    assert "no customers" in reason(share_equivalence(Counts(0, 0), Counts(0, 10), margin=0.05).one())
    assert share_equivalence(Counts(0, 500), Counts(0, 500), margin=0.05).one().p_value < 0.001
    apart = stratified_share_equivalence(Counts([3, 0], [10, 0]), Counts([0, 4], [0, 10]), margin=0.05)
    assert "variance is not known" in reason(apart.one())


@pytest.mark.parametrize(
    ("arm", "against", "why"),
    [
        (Sample(0, 0, 0), Sample(5, 1, 1), "an arm has no customers"),
        (Sample(1, 3, 0), Sample(5, 1, 1), "fewer than 2 customers"),
        (Sample(5, 3, 0), Sample(5, 1, 0), "no spread"),
    ],
)
def test_means(arm, against, why):
    assert why in reason(mean_difference(arm, against).one())
    assert why in reason(mean_equivalence(arm, against, margin=1.0).one())
    one_stratum = [Sample(*([number] for number in side)) for side in (arm, against)]
    assert why in reason(stratified_mean_difference(*one_stratum).one())


def test_lives():
    days, nobody, somebody = [5.0, 6.0, 7.0, 8.0], [0, 0, 0, 0], [1, 0, 1, 0]
    for test in (log_rank, lambda *a: hazard_ratio(*a, horizon_days=8)):
        assert "no customers" in reason(test(days, somebody, [1, 1, 1, 1]).one())
        assert "no customers" in reason(test([], [], []).one())
        assert "no events" in reason(test(days, nobody, [0, 1, 0, 1]).one())
    apart = log_rank([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1], [0, 0, 1, 1], stratum=[0, 0, 1, 1]).one()
    assert "no event happened while both arms were at risk" in reason(apart)


def test_a_hazard_ratio_without_a_finite_maximum():
    days = [5.0, 6.0, 9.0, 9.0]
    assert "hazard ratio is 0" in reason(hazard_ratio(days, [1, 1, 0, 0], [0, 0, 1, 1], horizon_days=9).one())
    assert "no finite" in reason(hazard_ratio(days, [1, 1, 0, 0], [1, 1, 0, 0], horizon_days=9).one())
    # all leave, but the arm only after the other has gone
    assert "hazard ratio is 0" in reason(hazard_ratio(days, [1, 1, 1, 1], [0, 0, 1, 1], horizon_days=9).one())


def test_one_cluster():
    fit = hazard_ratio([1.0, 2.0, 3.0, 4.0], [1] * 4, [0, 1, 0, 1], horizon_days=4, cluster=[7] * 4)
    assert "fewer than 2 clusters" in reason(fit.one())


def test_curves():
    assert "no customers" in reason(kaplan_meier([], [], [1.0]))
    assert "beyond the longest follow-up" in reason(kaplan_meier([3.0, 5.0], [1, 0], [6.0]))
    assert kaplan_meier([3.0, 5.0], [1, 1], [6.0]).share.tolist() == [0.0]


def test_sample_ratio():
    assert "fixed by complete assignment" in reason(sample_ratio([62, 61, 61], fixed_by="complete"))
    assert "fewer than 5" in reason(sample_ratio([4, 4]))


def test_runs():
    assert "one replication" in reason(run_mean([0.3]))
    assert "39 needed" in reason(prediction_interval(np.arange(38.0)))
    assert isinstance(prediction_interval(np.arange(39.0)), Interval)


def test_a_refused_trial_leaves_the_others_of_its_batch_as_they_are():
    batch = risk_difference(Counts([5, 0, 7], [61, 0, 61]), Counts([9, 3, 0], [61, 9, 61]))
    assert batch.refused.tolist() == [False, True, False]
    assert np.isnan([batch.value[1], batch.low[1], batch.high[1], batch.p_value[1]]).all()
    assert batch.one(2) == risk_difference(Counts(7, 61), Counts(0, 61)).one()


NAN, INFINITE = math.nan, math.inf


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: risk_difference(Counts(5, 4), Counts(1, 4)), "more events than customers"),
        (lambda: risk_difference(Counts(-1, 4), Counts(1, 4)), "whole numbers of 0 or more"),
        (lambda: risk_difference(Counts(NAN, 4), Counts(1, 4)), "arm.events must be finite"),
        (lambda: risk_difference(Counts(1.5, 4), Counts(1, 4)), "whole numbers"),
        (lambda: risk_difference(Counts(1, 4), Counts(1, 4), level=95), "level must lie between 0 and 1"),
        (lambda: risk_difference(Counts([[1]], 4), Counts(1, 4)), "at most 1 dimensions"),
        (lambda: share_equivalence(Counts(1, 4), Counts(1, 4), margin=5), "margin must lie between 0 and 1"),
        (lambda: mean_equivalence(Sample(2, 1, 1), Sample(2, 1, 1), margin=-1), "margin must be positive"),
        (lambda: mean_difference(Sample(5, INFINITE, 1), Sample(5, 1, 1)), "arm.mean must be finite"),
        (lambda: mean_difference(Sample(5, 1, -1), Sample(5, 1, 1)), "must not be negative"),
        (lambda: sample([1.0, NAN]), "values must be finite: 1 of 2"),
        (lambda: counts([0, 2]), "event must be 0 or 1"),
        (lambda: counts([0, 1], trial=[0, 1], trials=1), "trial must be below 1"),
        (lambda: counts([0, 1], stratum=[0, 1]), "strata (how many there are) must be too"),
        (lambda: counts([0, 1], trial=[0], trials=1), "one entry for each of 2 rows"),
        (lambda: log_rank([1.0, -2.0], [1, 1], [0, 1]), "days must not be negative"),
        (lambda: log_rank([1.0, 2.0], [1], [0, 1]), "equally long"),
        (lambda: hazard_ratio([1.0], [1], [0], horizon_days=0), "horizon_days must be positive"),
        (
            lambda: hazard_ratio([1.0, 2.0], [1, 1], [0, 1], horizon_days=2, cluster=[1]),
            "cluster must have one",
        ),
        (lambda: kaplan_meier([1.0], [1], [2.0, 1.0]), "must ascend"),
        (lambda: sample_ratio([5]), "at least 2 arms"),
        (lambda: holm([0.5, 1.5]), "between 0 and 1"),
        (lambda: run_mean([]), "no replications"),
        (lambda: run_mean([1.0, NAN]), "must be finite"),
        (lambda: paired_difference([1.0, 2.0], [1.0]), "pairs must be complete"),
        (lambda: Interval(0.5, NAN, 1.0, "trial"), "refuse it instead"),
        (
            lambda: stratified_mean_difference(Sample([5], [1], [1]), Sample([5], [1], [1]), enrolled=[9]),
            "enrolled must count at least",
        ),
    ],
)
def test_mistakes(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call()
