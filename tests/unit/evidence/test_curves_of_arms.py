"""Restricted means and cumulative incidences: by hand, refusals, and what must hold for all data."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.cells import counts
from sim.evidence.competing import cumulative_incidence, cumulative_incidence_difference
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.restricted_mean import restricted_mean_difference
from sim.evidence.results import Refused

FIELDS = ("value", "low", "high", "p_value", "standard_error")


@st.composite
def customers(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    rows = draw(st.integers(4, 40))
    columns = [draw(st.lists(st.integers(0, high), min_size=rows, max_size=rows)) for high in (8, 2, 1, 2)]
    days, reason, arm, stratum = (np.array(column) for column in columns)
    return days + 1.0, reason, arm == 1, stratum


def reason_of(result: object) -> str:
    assert isinstance(result, Refused), result
    return result.reason


def turned(one, other) -> None:
    """With the arms changed over the sign turns, and nothing else."""
    assert np.array_equal(one.refusal, other.refusal)
    assert other.value == pytest.approx(-one.value, nan_ok=True)
    assert other.low == pytest.approx(-one.high, nan_ok=True)
    assert other.p_value == pytest.approx(one.p_value, nan_ok=True)


def test_restricted_means_by_hand():
    # the arm: leaves on days 2 and 6 of 4 customers, one lost on day 4; the other: nobody leaves before day 8
    days, left = [2.0, 4.0, 6.0, 9.0, 8.0, 9.0, 9.0], [1, 0, 1, 0, 1, 0, 0]
    estimate = restricted_mean_difference(days, left, [1, 1, 1, 1, 0, 0, 0], within_days=8)
    area = 2 + 4 * 0.75 + 2 * 0.375
    assert estimate.value[0] == pytest.approx(area - 8)
    variance = (4 * 0.75 + 2 * 0.375) ** 2 / (4 * 3) + (2 * 0.375) ** 2 / (2 * 1)
    variance *= 4 / 3  # and the other arm, of whom nobody left so far, has none
    assert estimate.standard_error[0] == pytest.approx(math.sqrt(variance))


def test_without_early_ends_a_restricted_mean_is_the_mean_of_days_cut_off():
    draw = np.random.Generator(np.random.Philox(key=5))
    days, arm = np.ceil(draw.exponential(30, 400)), np.arange(400) % 2 == 0
    estimate = restricted_mean_difference(days, np.ones(400), arm, within_days=40)
    cut = np.minimum(days, 40)
    assert estimate.value[0] == pytest.approx(cut[arm].mean() - cut[~arm].mean())
    assert estimate.standard_error[0] == pytest.approx(math.sqrt((cut[arm].var(ddof=1) + cut[~arm].var(ddof=1)) / 200))


@given(customers())
def test_restricted_means_in_another_order_unit_or_sense(rows):
    days, reason, arm, stratum = rows
    left, back = reason > 0, slice(None, None, -1)
    for within in (None, stratum):
        plain = restricted_mean_difference(days, left, arm, within_days=7, stratum=within)
        swapped = restricted_mean_difference(days, left, ~arm, within_days=7, stratum=within)
        hours = restricted_mean_difference(
            24 * days[back], left[back], arm[back], within_days=168,
            stratum=None if within is None else within[back],
        )  # fmt: skip
        turned(plain, swapped)
        if not plain.refused[0]:
            assert (hours.value[0], hours.low[0]) == pytest.approx((24 * plain.value[0], 24 * plain.low[0]))
            assert abs(plain.value[0]) <= 7


@given(customers())
def test_shares_gone_without_early_ends_are_the_differences_of_shares(rows):
    days, reason, arm, stratum = rows
    reason = np.where(days > 6, 0, np.maximum(reason, 1))
    event = reason == 2
    ours = cumulative_incidence_difference(days, reason, arm, cause=2, within_days=6)
    plain = risk_difference(counts(event[arm]), counts(event[~arm]))
    within = cumulative_incidence_difference(days, reason, arm, cause=2, within_days=6, stratum=stratum)
    strata = int(stratum.max()) + 1
    cells = [counts(event[side], stratum=stratum[side], strata=strata) for side in (arm, ~arm)]
    for one, other in ((ours, plain), (within, stratified_risk_difference(*cells))):
        assert np.array_equal(one.refused, other.refused)
        for field in ("value", "low", "high", "p_value"):
            assert getattr(one, field) == pytest.approx(getattr(other, field), nan_ok=True, abs=1e-12)


@given(customers())
def test_shares_gone_add_up_to_all_who_left_and_turn_with_the_arms(rows):
    days, reason, arm, _ = rows
    parts = [cumulative_incidence_difference(days, reason, arm, cause=k, within_days=5) for k in (1, 2)]
    whole = cumulative_incidence_difference(days, reason > 0, arm, cause=1, within_days=5)
    if not any(one.refused[0] for one in (*parts, whole)):  # all gone is refused
        assert parts[0].value + parts[1].value == pytest.approx(whole.value, abs=1e-12)
    swapped = cumulative_incidence_difference(days, reason, ~arm, cause=1, within_days=5)
    turned(parts[0], swapped)
    if not parts[0].refused[0]:
        assert -1 <= parts[0].low[0] <= parts[0].value[0] <= parts[0].high[0] <= 1


def test_a_batch_is_one_trial_at_a_time_to_the_last_bit():
    draw = np.random.Generator(np.random.Philox(key=8))
    rows = 3_000
    days, reason = np.ceil(draw.exponential(20, rows)), draw.integers(0, 4, rows)
    arm, trial, stratum = (draw.integers(0, high, rows) for high in (2, 12, 4))

    def both(rows, **keys):
        columns = days[rows], arm[rows], stratum[rows]
        yield restricted_mean_difference(
            columns[0], reason[rows] > 0, columns[1], within_days=25, stratum=columns[2], **keys
        )
        for within in (None, columns[2]):
            yield cumulative_incidence_difference(
                columns[0], reason[rows], columns[1], cause=2, within_days=25, stratum=within, **keys
            )

    batches = list(both(slice(None), trial=trial, trials=12))
    for i in range(12):
        for batch, one in zip(batches, both(trial == i), strict=True):
            assert [getattr(batch, f)[i] for f in FIELDS] == [getattr(one, f)[0] for f in FIELDS]
            assert batch.n[i] == one.n[0]


def test_strata_in_which_an_arm_is_short_are_merged():
    # stratum 2 has one customer of the arm, stratum 0 none of the other: together they are one stratum
    days = np.array([3.0, 5.0, 9.0, 2.0, 9.0, 4.0, 9.0, 6.0, 7.0, 9.0])
    left = days < 9
    arm = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    stratum = np.array([0, 0, 1, 1, 2, 1, 1, 1, 2, 2])
    within = restricted_mean_difference(days, left, arm, within_days=9, stratum=stratum)
    merged = restricted_mean_difference(days, left, arm, within_days=9, stratum=np.where(stratum == 1, 1, 0))
    assert [getattr(within, f)[0] for f in FIELDS] == pytest.approx([getattr(merged, f)[0] for f in FIELDS])
    assert not within.refused[0]
    weighed = restricted_mean_difference(
        days, left, arm, within_days=9, stratum=np.where(stratum == 1, 1, 0), enrolled=[5, 50]
    )
    parts = [
        restricted_mean_difference(days[rows], left[rows], arm[rows], within_days=9)
        for rows in (stratum != 1, stratum == 1)
    ]
    assert weighed.value[0] == pytest.approx((parts[0].value[0] * 5 + parts[1].value[0] * 50) / 55)


def test_strata_in_which_an_arm_is_not_followed_are_merged():
    # in stratum 1 the other arm is followed for 4 days only
    days = np.array([3.0, 9.0, 5.0, 9.0, 6.0, 9.0, 2.0, 9.0, 3.0, 4.0])
    left = np.array([1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
    arm = np.array([1, 1, 0, 0, 1, 1, 1, 1, 0, 0])
    stratum = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    within = restricted_mean_difference(days, left, arm, within_days=9, stratum=stratum)
    plain = restricted_mean_difference(days, left, arm, within_days=9)
    assert [getattr(within, f)[0] for f in FIELDS] == pytest.approx([getattr(plain, f)[0] for f in FIELDS])
    gone = cumulative_incidence_difference(days, left, arm, cause=1, within_days=9, stratum=stratum)
    pooled = cumulative_incidence_difference(days, left, arm, cause=1, within_days=9, stratum=0 * stratum)
    assert [getattr(gone, f)[0] for f in FIELDS] == pytest.approx([getattr(pooled, f)[0] for f in FIELDS])


def test_one_arm_by_hand():
    # of 4: one gone for reason 1 on day 2, one for reason 2 on day 2, one lost on day 3, one gone for 1 on day 5
    curve = cumulative_incidence([2.0, 2.0, 3.0, 5.0], [1, 2, 0, 1], [1.0, 2.0, 5.0], cause=1)
    assert curve.share == pytest.approx([0.0, 0.25, 0.75])
    assert curve.standard_error[1] == pytest.approx(math.sqrt(0.25 * 0.75 / 4))
    assert (curve.low[0], curve.high[0] > 0) == (0.0, True)


DAYS, ARM = [5.0, 6.0, 7.0, 8.0], [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("days", "reason", "arm", "within", "why"),
    [
        ([], [], [], 5, "an arm has no customers"),
        (DAYS, [1, 1, 1, 1], [1, 1, 1, 1], 5, "an arm has no customers"),
        (DAYS, [0, 0, 0, 0], ARM, 5, "5 days"),
        (DAYS, [1, 1, 1, 1], ARM, 4, "4 days"),
        (DAYS, [1, 1, 0, 0], ARM, 9, "follow-up ends before day 9"),
        ([5.0, 8.0, 5.0, 8.0], [1, 0, 1, 0], ARM, 8, "equally long"),
        ([5.0, 5.0, 5.0, 5.0], [1, 1, 1, 1], ARM, 8, "equally long"),
        (DAYS, [1, 1, 1, 1], [1, 0, 0, 0], 5, "fewer than 2 customers"),
    ],
)
def test_refused_restricted_means(days, reason, arm, within, why):
    left = np.array(reason) > 0
    for stratum in (None, np.zeros(len(days), dtype=int)):
        estimate = restricted_mean_difference(days, left, arm, within_days=within, stratum=stratum)
        assert why in reason_of(estimate.one())


@pytest.mark.parametrize(
    ("days", "reason", "arm", "within", "why"),
    [
        ([], [], [], 5, "an arm has no customers"),
        (DAYS, [1, 1, 1, 1], [0, 0, 0, 0], 5, "an arm has no customers"),
        (DAYS, [2, 2, 2, 0], ARM, 5, "nobody left for this reason within 5 days"),
        (DAYS, [1, 1, 1, 1], ARM, 9, "everybody left for this reason within 9 days"),
        (DAYS, [1, 1, 0, 0], ARM, 9, "follow-up ends before day 9"),
    ],
)
def test_refused_shares_gone(days, reason, arm, within, why):
    for stratum in (None, np.zeros(len(days), dtype=int)):
        estimate = cumulative_incidence_difference(days, reason, arm, cause=1, within_days=within, stratum=stratum)
        assert why in reason_of(estimate.one())


def test_refused_curves_and_strata():
    assert "no customers" in reason_of(cumulative_incidence([], [], [1.0], cause=1))
    assert "ends before day 6" in reason_of(cumulative_incidence([3.0, 5.0], [1, 0], [4.0, 6.0], cause=1))
    apart = cumulative_incidence_difference(
        DAYS, [1, 1, 1, 1], [1, 1, 0, 0], cause=1, within_days=9, stratum=[0, 0, 1, 1]
    )
    assert "no stratum holds customers of both arms" in reason_of(apart.one())


def test_one_customer_an_arm_shows_no_share():
    found = cumulative_incidence_difference([3.0, 9.0], [1, 0], [1, 0], cause=1, within_days=9).one()
    assert isinstance(found, Refused)
    assert "1 customer" in found.reason


NAN = math.nan


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: restricted_mean_difference([1.0, NAN], [1, 1], [0, 1], within_days=5), "days must be finite"),
        (lambda: restricted_mean_difference([1.0, 2.0], [1, 1], [0, 1], within_days=0), "within_days must be positive"),
        (lambda: restricted_mean_difference([1.0, 2.0], [1], [0, 1], within_days=5), "equally long"),
        (
            lambda: restricted_mean_difference([1.0, 2.0], [1, 1], [0, 1], within_days=5, stratum=[0, 0], enrolled=[1]),
            "enrolled must count at least",
        ),
        (lambda: cumulative_incidence_difference([1.0], [1], [1], cause=0, within_days=5), "cause must be 1 or more"),
        (lambda: cumulative_incidence_difference([1.0], [1.5], [1], cause=1, within_days=5), "whole numbers"),
        (lambda: cumulative_incidence_difference([1.0], [1], [1], cause=1, within_days=math.inf), "must be positive"),
        (lambda: cumulative_incidence([-1.0], [1], [1.0], cause=1), "days must not be negative"),
        (lambda: cumulative_incidence([1.0], [1], [0.0], cause=1), "at must be positive"),
    ],
)
def test_mistakes(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call()
