"""Grades by hand on trials whose answer can be counted."""

import numpy as np
import pytest

from sim.evidence.cells import Counts
from sim.evidence.grading import grade, level, run_share
from sim.evidence.multiplicity import holm_family
from sim.evidence.paired import paired_difference, prediction_interval, run_mean
from sim.evidence.proportions import risk_difference
from sim.evidence.results import Estimate, Estimates, Interval, Refused, joined

TRIALS = 5


def trials(**changes: object) -> Estimates:
    fields = {
        "estimand": "mean_difference",
        "label": "difference of means",
        "method": "made by hand",
        "value": np.array([-3.0, -1.0, 2.0, -4.0, np.nan]),
        "low": np.array([-5.0, -3.0, 1.0, -6.0, np.nan]),
        "high": np.array([-1.0, 1.0, 3.0, -2.5, np.nan]),
        "p_value": np.array([0.01, 0.30, 0.02, 0.001, np.nan]),
        "n": np.full(TRIALS, 10),
        "refusal": np.array([0, 0, 0, 0, 1]),
        "reasons": ("an arm has no customers",),
    }
    return Estimates(**{**fields, **changes})


def test_grades_by_hand():
    grades = grade(trials(), truth=-2.0, alpha=0.05)
    assert (grades.power.value, grades.power.n) == (3 / 5, 5)  # the refused trial is not significant
    assert (grades.coverage.value, grades.coverage.n) == (2 / 4, 4)  # and has no interval
    assert (grades.sign_error.value, grades.sign_error.n) == (1 / 3, 3)
    assert grades.size_error.value == pytest.approx((3 / 2 + 2 / 2 + 4 / 2) / 3)
    assert grades.size_error.standard_error == pytest.approx(np.std([1.5, 1.0, 2.0], ddof=1) / np.sqrt(3))
    assert grades.power.standard_error == pytest.approx(np.sqrt(0.6 * 0.4 / 5))
    assert {grade.of for grade in grades} == {"run"}


def test_adjusted_p_values_decide_where_given():
    grades = grade(trials(), truth=-2.0, alpha=0.05, p_adjusted=[0.02, 0.6, 0.04, 0.06, np.nan])
    assert grades.power.value == 2 / 5
    with pytest.raises(ValueError, match="p_adjusted must have shape"):
        grade(trials(), truth=-2.0, alpha=0.05, p_adjusted=[0.5])


def test_nothing_significant_and_one_significant():
    grades = grade(trials(p_value=np.full(TRIALS, 0.5)), truth=-2.0, alpha=0.05)
    assert grades.power.value == 0
    assert grades.power.high > 0
    assert grades.sign_error == grades.size_error == Refused("no trial was significant")
    one = grade(trials(p_value=np.array([0.01, 0.5, 0.5, 0.5, np.nan])), truth=-2.0, alpha=0.05)
    assert one.sign_error.value == 0
    assert "only one trial" in one.size_error.reason


def test_a_truth_of_nothing_has_no_sign():
    for truth in (0.0, Interval(0.01, -0.02, 0.04, "run")):
        grades = grade(trials(), truth=truth, alpha=0.05)
        assert "truth is 0 within its run doubt" in grades.sign_error.reason
        assert isinstance(grades.power, Interval)
    assert isinstance(grade(trials(), truth=Interval(-2.0, -2.1, -1.9, "run"), alpha=0.05).sign_error, Interval)


def test_each_trial_against_its_own_truth():
    grades = grade(trials(), truth=[-3.0, 0.5, 2.0, -1.0, 9.0], alpha=0.05)
    assert grades.coverage.value == 3 / 4
    assert grades.sign_error.value == 0


def test_ratios_are_graded_on_the_log_scale():
    logs = trials()
    ratios = trials(**{name: np.exp(getattr(logs, name)) for name in ("value", "low", "high")})
    for ours, expected in zip(
        grade(ratios, truth=float(np.exp(-2.0)), alpha=0.05, ratio=True),
        grade(logs, truth=-2.0, alpha=0.05),
        strict=True,
    ):
        assert (ours.value, ours.n) == (pytest.approx(expected.value), expected.n)
    assert isinstance(grade(ratios, truth=1.0, alpha=0.05, ratio=True).sign_error, Refused)


def test_a_test_without_size_has_power_only():
    grades = grade(trials(effect_refused="gives no size"), truth=0.0, alpha=0.05)
    assert grades.power.value == 3 / 5
    assert grades.coverage == grades.sign_error == grades.size_error == Refused("gives no size")


def test_a_truth_that_is_not_known_leaves_the_power():
    unknown = Refused("one replication shows no run doubt")
    assert grade(trials(), truth=unknown, alpha=0.05).coverage == unknown
    assert grade(trials(), truth=unknown, alpha=0.05).power.value == 3 / 5
    assert "must be positive" in grade(trials(), truth=0.0, alpha=0.05, ratio=True).coverage.reason


def test_level_and_shares():
    assert level([0.01, 0.2, np.nan, 0.05], alpha=0.05).value == 2 / 4
    assert run_share([]) == Refused("no replication can be counted")
    none = run_share(np.zeros(100, dtype=bool))
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(3.8415 / 103.8415, abs=1e-5)  # Wilson: z^2 / (n + z^2)


def test_a_family_keeps_refusals_out_and_says_which_correction_it_carries():
    first, second = (risk_difference(Counts(x, 100), Counts(30, 100)).one() for x in (12, 22))
    family = holm_family({"a": first, "b": Refused("nobody there"), "c": second}, "churn_rate")
    assert family["b"] == Refused("nobody there")
    assert isinstance(family["a"], Estimate)
    assert family["a"].p_adjusted == pytest.approx(2 * first.p_value)
    assert family["c"].p_adjusted == pytest.approx(second.p_value)
    assert "Holm over 2 tests of the family 'churn_rate'" in family["a"].correction
    assert family["a"].effect == first.effect
    assert holm_family({}, "empty") == {}


def test_runs_by_hand():
    arm, against = np.array([3.0, 5.0, 4.0]), np.array([1.0, 2.0, 3.0])
    interval = paired_difference(arm, against)
    assert (interval.value, interval.standard_error, interval.n) == (2.0, pytest.approx(np.sqrt(1 / 3)), 3)
    assert interval.high == pytest.approx(2.0 + 4.302653 * np.sqrt(1 / 3), rel=1e-6)
    constant = run_mean([0.0, 0.0, 0.0])
    assert (constant.low, constant.high) == (0.0, 0.0)
    assert prediction_interval(np.arange(1.0, 400.0)).low == 10.0


def test_batches_join_in_order_and_only_with_their_like():
    first = risk_difference(Counts([5, 0], [61, 0]), Counts([9, 3], [61, 9]))
    second = risk_difference(Counts(7, 61), Counts(2, 61))
    both = joined([first, second])
    assert len(both) == 3
    assert both.one(1) == first.one(1)
    assert both.one(2) == second.one(0)
    with pytest.raises(ValueError, match="one procedure"):
        joined([first, risk_difference(Counts(7, 61), Counts(2, 61), level=0.9)])


def test_plain_results_are_json():
    interval = Interval(0.1, 0.0, 0.2, "trial", standard_error=0.05, n=61)
    assert interval.plain() == {
        "value": 0.1, "low": 0.0, "high": 0.2, "of": "trial", "level": 0.95, "standard_error": 0.05, "n": 61,
    }  # fmt: skip
    assert Refused("why").plain() == {"refused": "why"}
