"""Repeated looks: refusals, mistakes, and what must hold whatever was seen."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import chdtrc

from sim.evidence.anytime import always_valid, confidence_sequence, mixing_variance
from sim.evidence.bounds import Design, Futility, Harm, bounds, needed_information, operating
from sim.evidence.cells import Counts, Sample
from sim.evidence.interim import interim_means, interim_shares
from sim.evidence.means import mean_difference
from sim.evidence.proportions import risk_difference
from sim.evidence.results import Estimate, Refused
from sim.evidence.spending import Spending
from sim.evidence.stagewise import group_sequential, repeated_intervals
from sim.evidence.stopping import WHY, peeking

NAMES = {"estimand": "risk_difference", "label": "difference of shares"}
FOUR = np.array([2, 4.5, 7, 9])
nan = np.nan
statistic = st.floats(-6, 6)
FEW = settings(max_examples=12)  # each integrates anew


def procedures():
    yield lambda z, information, **more: group_sequential(z, information, 100, Design(), **NAMES, **more)
    yield lambda z, information, **more: peeking(z, information, 100, **NAMES, **more)
    yield lambda z, information, **more: always_valid(z, information, 100, tuned_at=5.0, **NAMES, **more)


@pytest.mark.parametrize(
    ("z", "information", "why"),
    [
        ([2.0], [1.0], "one look"),
        ([0.1, 0.2, 0.3], [1.0, 2.0, 2.0], "information does not grow"),
        ([0.1, 0.2, 0.3], [0.0, 2.0, 3.0], "information does not grow"),
        ([0.1, nan, 0.3], [1.0, 2.0, 3.0], "gave no statistic"),
        ([0.1, 0.2, nan], [1.0, 2.0, 3.0], "has not ended"),
    ],
)
def test_what_looks_cannot_tell_is_refused(z, information, why):
    for procedure in procedures():
        stops = procedure([z], information)
        refused = stops.estimates.one()
        assert isinstance(refused, Refused)
        assert why in refused.reason
        assert (stops.look[0], stops.why[0]) == (-1, -1)


def test_a_statistic_out_of_range_is_refused():
    refused = group_sequential([[0.0, -30.0]], [1.0, 2.0], 100, Design(), **NAMES).estimates.one()
    assert isinstance(refused, Refused)
    assert "beyond 28" in refused.reason


def test_a_trial_that_stopped_needs_no_later_looks():
    for procedure in procedures():
        stops = procedure([[0.5, 9.0, nan, nan], [0.5, 9.0, -3.0, 1.0]], FOUR)
        assert stops.look.tolist() == [1, 1]
        assert stops.estimates.one(0) == stops.estimates.one(1)
        assert isinstance(stops.estimates.one(0), Estimate)
        assert "look" in stops.estimates.one(0).correction


def test_why_a_trial_stopped():
    design = Design(harm=Harm(), futility=Futility(1.0))
    z = [[5.0, 0, 0, 0], [-5.0, 0, 0, 0], [1.0, -0.5, 0, 0], [1.0, 1.5, 1.8, 1.9]]
    stops = group_sequential(z, FOUR, [10, 20, 30, 40], design, **NAMES)
    assert [WHY[why] for why in stops.why] == list(WHY)
    assert stops.look.tolist() == [0, 0, 1, 3]
    assert stops.estimates.n.tolist() == [10, 10, 20, 40]


@FEW
@given(st.lists(st.tuples(statistic, statistic, statistic, statistic), min_size=1, max_size=5))
def test_the_direction_of_better_turns_all_signs(rows):
    z = np.array(rows)
    for procedure in procedures():
        one, other = procedure(z, FOUR), procedure(-z, FOUR, better="lower")
        assert one.why.tolist() == other.why.tolist()
        assert one.estimates.value == pytest.approx(-other.estimates.value)
        assert one.estimates.low == pytest.approx(-other.estimates.high)
        assert one.estimates.p_value == pytest.approx(other.estimates.p_value)


@FEW
@given(st.lists(st.tuples(statistic, statistic, statistic, statistic), min_size=1, max_size=5))
def test_interval_p_and_bound_agree(rows):
    z = np.array(rows)
    for futility in (None, Futility(1.0), Futility(1.0, binding=True)):
        stops = group_sequential(z, FOUR, 100, Design(futility=futility), **NAMES)
        estimates = stops.estimates
        assert ((stops.why == WHY.index("benefit")) == (estimates.low > 0)).all()
        assert ((estimates.low < estimates.value) & (estimates.value < estimates.high)).all()
        assert ((estimates.p_value >= 0) & (estimates.p_value <= 1)).all()
    valid = always_valid(z, FOUR, 100, tuned_at=5.0, **NAMES)
    away = (valid.estimates.low > 0) | (valid.estimates.high < 0)
    assert ((valid.estimates.p_value <= 0.05) == away).all()
    assert ((valid.why <= 1) == away).all()


@FEW
@given(st.lists(st.floats(0.1, 3.0), min_size=2, max_size=6), st.sampled_from(["O'Brien-Fleming", "Pocock"]))
def test_bounds_spend_what_they_may(steps, family):
    information = np.cumsum(steps)
    spending = Spending(family)
    limits = bounds(Design(spending=spending, harm=Harm(spending=spending)), information)
    stops = operating(limits, 0.0)
    spent = np.diff(spending.spent(0.025, information / information[-1]), prepend=0.0)
    assert stops.benefit[0] == pytest.approx(spent, abs=1e-12)
    assert stops.harm[0] == pytest.approx(spent, abs=1e-12)


def test_a_schedule_of_its_own_in_every_trial():
    information = np.array([[1.0, 2.0, 4.0], [2.0, 3.0, 4.0], [1.0, 2.0, 4.0]])
    z = np.array([[0.3, 1.0, 2.5], [0.3, 1.0, 2.5], [-0.3, 0.2, 0.4]])
    together = group_sequential(z, information, 100, Design(), planned=[4.0, 5.0, 4.0], **NAMES)
    for trial, plan in enumerate((4.0, 5.0, 4.0)):
        alone = group_sequential(z[[trial]], information[trial], 100, Design(), planned=plan, **NAMES)
        for name in ("value", "low", "high", "p_value"):
            expected = getattr(alone.estimates, name)[0]
            assert getattr(together.estimates, name)[trial] == pytest.approx(expected, rel=1e-9)


def test_more_information_than_planned_spends_no_more():
    over = bounds(Design(), [3.0, 6.0, 9.0], planned=6.0)
    assert over.benefit[0, 2] > 6  # all is spent at the second look
    assert operating(over, 0.0).power[0] == pytest.approx(0.025, abs=1e-12)


def test_power_and_needed_information_are_inverse():
    shares = np.array([0.4, 0.7, 1.0])
    for design in (Design(), Design(harm=Harm()), Design(futility=Futility(0.3, binding=True))):
        information = needed_information(design, shares, effect=0.3, power=0.8)
        stops = operating(bounds(design, shares * information), 0.3)
        assert stops.power[0] == pytest.approx(0.8, abs=1e-9)
        assert stops.expected_information[0] < information


def test_repeated_intervals_follow_the_direction_of_z():
    interval = repeated_intervals([[1.0, nan, 2.0]], [1.0, 2.0, 4.0], Design(), planned=4.0)
    assert interval.value[0, [0, 2]].tolist() == [1.0, 1.0]
    assert np.isnan(interval.low[0, 1])
    widths = (interval.high - interval.low)[0, [0, 2]]
    assert widths[0] > widths[1]


def test_a_confidence_sequence_is_narrowest_where_it_was_tuned():
    best = mixing_variance(50.0)
    half = [
        confidence_sequence([[0.0]], [50.0], tuned_at=50.0 * factor).high[0, 0] for factor in (0.8, 0.99, 1, 1.01, 1.2)
    ]
    assert min(half) == half[2]
    assert best == pytest.approx(mixing_variance(1.0) / 50)


def test_p_of_a_sequence_never_rises():
    sequence = confidence_sequence([[2.0, 1.0, nan, 3.0, 0.0]], np.arange(1.0, 6.0), tuned_at=3.0)
    there = sequence.p_value[0, [0, 1, 3, 4]]
    assert all(later <= earlier for earlier, later in pairwise(there))


def test_what_interim_data_say():
    shares = interim_shares(Counts([0, 5, 20], [10, 50, 100]), Counts([0, 9, 31], [10, 50, 100]))
    assert shares.z[0, 0] == 0  # no events yet
    assert (np.diff(shares.information) > 0).all()
    assert shares.customers.tolist() == [[20, 100, 200]]
    pearson = risk_difference(Counts(20, 100), Counts(31, 100)).p_value[0]
    assert chdtrc(1, shares.z[0, 2] ** 2 * 199 / 200) == pytest.approx(pearson)
    means = interim_means(Sample([1, 40], [3.0, 5.0], [0.0, 4.0]), Sample([9, 50], [2.0, 4.0], [1.0, 2.0]))
    assert np.isnan(means.z[0, 0])
    welch = mean_difference(Sample(40, 5.0, 4.0), Sample(50, 4.0, 2.0))
    assert means.z[0, 1] == pytest.approx(welch.value[0] / welch.standard_error[0])
    assert means.information[0, 1] == pytest.approx(welch.standard_error[0] ** -2)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Spending("Pocock", -2.0), "gamma belongs to"),
        (lambda: Spending("Hwang-Shih-DeCani"), "gamma belongs to"),
        (lambda: Spending().spent(0.025, [1.5]), "between 0 and 1"),
        (lambda: Design(alpha=0.6), "alpha must lie between 0 and 1"),
        (lambda: Design(futility=Futility(-1.0)), "must be positive"),
        (lambda: bounds(Design(), [2.0, 1.0]), "must ascend"),
        (lambda: bounds(Design(), [1.0, 2.0], planned=0.0), "planned information must be positive"),
        (lambda: needed_information(Design(), [0.5, 0.9], effect=1.0, power=0.8), "must end with 1"),
        (lambda: group_sequential([[np.inf, 1.0]], [1.0, 2.0], 9, Design(), **NAMES), "z must be finite"),
        (lambda: confidence_sequence([[1.0]], [0.0], tuned_at=1.0), "information positive"),
        (lambda: confidence_sequence([[1.0]], [1.0], tuned_at=0.0), "must be positive"),
    ],
)
def test_mistakes(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call()
