"""Checks of a trial's records: what fires each, what does not, by hand; and CUPED's slope."""

import numpy as np
import pytest

from sim.evidence.checks import (
    alike_before,
    all_recorded,
    arm_sizes,
    as_assigned,
    exposed_at_once,
    followed_up,
    once_each,
    redeemed_where_given,
)
from sim.evidence.cuped import without_the_past
from sim.evidence.results import Refused


def test_sizes_far_from_the_plan_fire_and_a_small_gap_does_not():
    assert not arm_sizes([500, 530]).fired
    assert arm_sizes([500, 650]).fired
    assert not arm_sizes([1000, 500], [2.0, 1.0]).fired
    assert isinstance(arm_sizes([2, 3]), Refused)


def test_a_row_that_stands_twice_fires():
    assert not once_each([4, 2, 7]).fired
    found = once_each([4, 2, 4, 4])
    assert (found.fired, found.says) == (True, "2 of 4 rows are of a customer seen before")


def test_anybody_missing_fires_and_p_tells_whether_arms_lost_alike():
    assert not all_recorded([50, 50], [50, 50]).fired
    alike, unlike = all_recorded([450, 450], [500, 500]), all_recorded([500, 400], [500, 500])
    assert alike.fired
    assert alike.p_value == pytest.approx(1.0)
    assert unlike.p_value < 1e-6
    assert all_recorded([51, 50], [50, 50]).p_value is None  # more than were enrolled: no share was lost
    assert isinstance(all_recorded([1, 2], [0, 2]), Refused)


def test_losses_by_arm_are_pearsons_test():
    from scipy.stats import chi2_contingency

    found = all_recorded([470, 440, 455], [500, 500, 510])
    kept = np.array([[470, 440, 455], [30, 60, 55]])
    assert found.p_value == pytest.approx(chi2_contingency(kept, correction=False).pvalue, rel=1e-12)


def test_another_arms_treatment_fires():
    assert not as_assigned([0, 1, 1], [0, 1, 1]).fired
    assert as_assigned([0, 1, 1], [0, 0, 1]).says == "1 of 3 got another arm's treatment"


def test_late_and_missing_exposure_fire_in_treated_arms_only():
    treated = np.array([True, True, False])
    assert not exposed_at_once([0.0, 0.0, np.nan], treated).fired
    assert exposed_at_once([0.0, 3.0, 0.0], treated).fired
    assert exposed_at_once([0.0, np.nan, 0.0], treated).fired


def test_follow_up_that_ends_early_fires_unless_the_customer_left():
    assert not followed_up([10.0, 100.0], [True, False], 100.0).fired
    found = followed_up([10.0, 40.0, 60.0], [True, False, False], 100.0)
    assert found.says == (
        "2 of 3 were still there when their follow-up ended before the horizon of 100 days, the first on day 40"
    )


def test_a_redemption_where_nothing_was_given_fires():
    given = np.array([True, False])
    assert not redeemed_where_given([5.0, 0.0], given).fired
    assert redeemed_where_given([5.0, 1.0], given).fired


def test_balance_is_one_way_analysis_of_variance():
    from scipy.stats import f_oneway

    draw = np.random.Generator(np.random.Philox(key=3))
    arm, age = np.arange(300) % 3, draw.normal(40.0, 9.0, 300)
    rows, found = alike_before({"age": age, "constant": np.ones(300)}, arm, 3)
    (row,) = rows  # what does not vary cannot differ
    assert row.p_value == pytest.approx(f_oneway(*(age[arm == place] for place in range(3))).pvalue, rel=1e-10)
    assert row.means == pytest.approx([age[arm == place].mean() for place in range(3)])
    assert not found.fired
    assert alike_before({"age": age + 9 * (arm == 2)}, arm, 3)[1].fired


def test_balance_is_refused_where_nothing_can_be_compared():
    assert isinstance(alike_before({"age": np.ones(4)}, [0, 1, 0, 1], 2)[1], Refused)
    assert isinstance(alike_before({"age": np.arange(3.0)}, [0, 1, 0], 2)[1], Refused)


def test_cupeds_slope_by_hand():
    rest, slope = without_the_past([1.0, 2.0, 6.0], [0.0, 1.0, 2.0])
    assert slope == pytest.approx(2.5)
    assert rest == pytest.approx([3.5, 2.0, 3.5])


def test_cuped_leaves_the_mean_and_takes_out_what_the_past_explains():
    draw = np.random.Generator(np.random.Philox(key=4))
    past = draw.normal(100.0, 20.0, 1000)
    values = 3 * past + draw.normal(0.0, 10.0, 1000)
    rest, slope = without_the_past(values, past)
    assert slope == pytest.approx(np.polyfit(past, values, 1)[0], rel=1e-9)
    assert rest.mean() == pytest.approx(values.mean())
    assert np.corrcoef(rest, past)[0, 1] == pytest.approx(0.0, abs=1e-9)


def test_a_constant_past_explains_nothing():
    assert isinstance(without_the_past([1.0, 2.0], [5.0, 5.0]), Refused)
    with pytest.raises(ValueError, match="finite"):
        without_the_past([1.0, np.nan], [5.0, 6.0])
