"""What must hold for all data: symmetry, order of rows, unit, agreement of interval and test."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence.cells import Counts, Sample, counts, sample
from sim.evidence.cox import hazard_ratio
from sim.evidence.equivalence import share_equivalence, share_non_inferiority
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.multiplicity import holm
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.results import Refused
from sim.evidence.survival import kaplan_meier, log_rank

FIXED = settings(derandomize=True, deadline=None)  # the same examples in every run


@st.composite
def arms(draw: st.DrawFn) -> tuple[Counts, Counts]:
    n1, n0 = draw(st.integers(1, 400)), draw(st.integers(1, 400))
    return Counts(draw(st.integers(0, n1)), n1), Counts(draw(st.integers(0, n0)), n0)


@st.composite
def lives(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = draw(st.integers(4, 40))
    columns = [draw(st.lists(st.integers(1, high), min_size=rows, max_size=rows)) for high in (9, 2, 2)]
    days, left, arm = (np.array(column) for column in columns)
    return days.astype(float), left == 1, arm == 1


@FIXED
@given(arms())
def test_the_interval_holds_its_value_and_swapping_arms_turns_the_sign(pair):
    one, other = risk_difference(*pair).one(), risk_difference(*reversed(pair)).one()
    if isinstance(one, Refused):
        assert isinstance(other, Refused)
        return
    assert -1 <= one.effect.low <= one.effect.value <= one.effect.high <= 1
    assert 0 <= one.p_value <= 1
    assert (one.effect.low, one.effect.value) == pytest.approx((-other.effect.high, -other.effect.value))
    assert one.p_value == pytest.approx(other.p_value)


@FIXED
@given(arms())
def test_one_stratum_is_no_stratum(pair):
    plain, within = risk_difference(*pair), stratified_risk_difference(*pair)
    if all(side.events in (0, side.n) for side in pair):
        assert within.refused.all()  # Sato's variance is 0, Newcombe's interval is not
        return
    assert within.p_value == pytest.approx(plain.p_value, nan_ok=True)
    assert within.value == pytest.approx(plain.value, nan_ok=True)


@FIXED
@given(arms(), st.sampled_from([0.02, 0.05, 0.2]))
def test_equivalence_is_shown_exactly_where_the_interval_lies_within_the_margin(pair, margin):
    estimate = share_equivalence(*pair, margin=margin).one()
    inside = -margin < estimate.effect.low and estimate.effect.high < margin
    if abs(estimate.p_value - 0.05) > 1e-9:
        assert inside == (estimate.p_value < 0.05)
    halves = [share_non_inferiority(*pair, margin=margin, worse=worse).one() for worse in ("higher", "lower")]
    assert estimate.p_value == max(half.p_value for half in halves)
    assert estimate.effect.low <= estimate.effect.value + 1e-12
    assert estimate.effect.value <= estimate.effect.high + 1e-12


@FIXED
@given(lives(), st.randoms(use_true_random=False))
def test_lives_in_another_order_or_unit_tell_the_same(columns, random):
    days, left, arm = columns
    order = list(range(len(days)))
    random.shuffle(order)
    fit = hazard_ratio(days, left, arm, horizon_days=9)
    again = hazard_ratio(days[order] * 24, left[order], arm[order], horizon_days=9)
    assert again.value == pytest.approx(fit.value, nan_ok=True)
    assert again.standard_error == pytest.approx(fit.standard_error, nan_ok=True)
    turned = hazard_ratio(days, left, ~arm, horizon_days=9)
    assert turned.value == pytest.approx(1 / fit.value, rel=1e-6, nan_ok=True)
    assert turned.p_value == pytest.approx(fit.p_value, rel=1e-6, nan_ok=True)
    ranks = log_rank(days, left, arm).p_value
    assert log_rank(days[order], left[order], ~arm[order]).p_value == pytest.approx(ranks, nan_ok=True)


@FIXED
@given(lives())
def test_without_early_ends_the_curve_is_the_share_still_there(columns):
    days, _, _ = columns
    left = days < 9
    curve = kaplan_meier(days, left, [0, 3, 8.5, 9])
    assert curve.share == pytest.approx([(days > at).mean() for at in (0, 3, 8.5)] + [1 - left.mean()])
    assert np.all(np.diff(curve.share) <= 0)
    known = ~np.isnan(curve.low)
    assert np.all(curve.low[known] <= curve.share[known] + 1e-12)
    assert np.all(curve.share[known] <= curve.high[known] + 1e-12)


@FIXED
@given(st.lists(st.floats(0, 1) | st.just(np.nan), min_size=1, max_size=8))
def test_holm_never_lowers_a_p_and_leaves_refusals_out(p_values):
    p, adjusted = np.array(p_values), holm(p_values)
    there = ~np.isnan(p)
    assert np.array_equal(np.isnan(adjusted), ~there)
    assert np.all(adjusted[there] >= p[there])
    assert np.all(adjusted[there] <= np.minimum(1, p[there] * there.sum()) + 1e-15) or there.sum() > 1
    assert adjusted[there] == pytest.approx(holm(p[there]))


def test_cells_are_what_a_loop_gives():
    draw = np.random.Generator(np.random.Philox(key=3))
    trial, stratum = draw.integers(0, 5, 300), draw.integers(0, 4, 300)
    event, amount = draw.integers(0, 2, 300), draw.normal(1e9, 1.0, 300)
    keys = {"trial": trial, "trials": 5, "stratum": stratum, "strata": 4}
    tables, cells = counts(event, **keys), sample(amount, **keys)
    for t in range(5):
        for s in range(4):
            rows = (trial == t) & (stratum == s)
            assert (tables.events[t, s], tables.n[t, s]) == (event[rows].sum(), rows.sum())
            assert cells.mean[t, s] == pytest.approx(amount[rows].mean(), rel=1e-15)
            assert cells.variance[t, s] == pytest.approx(amount[rows].var(ddof=1), rel=1e-6)
    assert counts(event).n.tolist() == [300]


def test_equal_amounts_have_no_variance_left_by_rounding():
    assert sample(np.full(1000, 0.1)).variance.tolist() == [0.0]
    assert isinstance(mean_difference(sample(np.full(7, 0.1)), sample(np.full(9, 1 / 3))).one(), Refused)


def test_one_stratum_of_means_is_welch():
    arms = (30, 5.0, 4.0), (40, 4.0, 9.0)
    plain = mean_difference(*(Sample(*arm) for arm in arms))
    within = stratified_mean_difference(*(Sample(*([number] for number in arm)) for arm in arms))
    for name in ("value", "low", "high", "p_value", "standard_error"):
        assert getattr(within, name) == pytest.approx(getattr(plain, name), rel=1e-14)
