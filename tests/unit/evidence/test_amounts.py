"""Adjusted means, ratios, clusters and the bootstrap: by hand, refusals, and what must hold for all data."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.bootstrap import bootstrap_mean_difference
from sim.evidence.cells import sample
from sim.evidence.clusters import clustered_mean_difference
from sim.evidence.means import mean_difference
from sim.evidence.ratios import ratio, ratio_difference
from sim.evidence.regression import adjusted_mean_difference
from sim.evidence.results import Refused

FIELDS = ("value", "low", "high", "p_value", "standard_error")
ROWS = 200


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=21))


def generators(trials: int, key: int = 0) -> list[np.random.Generator]:
    return [np.random.Generator(np.random.Philox(key=[key, i])) for i in range(trials)]


def bootstrap(values, arm, resamples: int = 999):
    return bootstrap_mean_difference(values, arm, generators(1), resamples=resamples)


def ratios(amount, months, arm):
    return ratio_difference(*(ratio(amount[side], months[side]) for side in (arm, ~arm)))


def reason_of(result: object) -> str:
    assert isinstance(result, Refused), result
    return result.reason


def numbers(estimates, trial: int = 0) -> list[float]:
    return [float(getattr(estimates, field)[trial]) for field in FIELDS]


@st.composite
def customers(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    seed = draw(st.integers(0, 10_000))
    rows = draw(st.integers(20, 80))
    generator = np.random.Generator(np.random.Philox(key=seed))
    arm = generator.permutation(rows) % draw(st.integers(2, 3)) == 0
    before = generator.gamma(2, 50, rows)
    return 0.5 * before + generator.lognormal(3, 1, rows) * (1 + arm), arm, before, generator.integers(1, 13, rows)


@given(customers(), st.floats(-1e4, 1e4), st.floats(0.01, 1e3))
def test_a_shift_moves_no_difference_and_a_unit_scales_it(rows, shift, unit):
    amount, arm, before, months = rows
    cluster = np.arange(len(amount)) // 2 * 2 + arm
    for estimate in (
        lambda values: adjusted_mean_difference(values, arm, before),
        lambda values: adjusted_mean_difference(values, arm, before, interactions=False, robust="HC3"),
        lambda values: clustered_mean_difference(values, arm, cluster, fewest=2),
        lambda values: bootstrap(values, arm, resamples=100),
        lambda values: ratios(values, np.ones(len(arm)), arm),
    ):
        plain = estimate(amount)
        moved = estimate(unit * amount + shift)
        assert [getattr(moved, f)[0] for f in ("value", "low", "high")] == pytest.approx(
            [unit * getattr(plain, f)[0] for f in ("value", "low", "high")], rel=1e-6, abs=1e-7 * unit, nan_ok=True
        )
    assert ratios(unit * amount, months, arm).value[0] == pytest.approx(unit * ratios(amount, months, arm).value[0])
    assert ratios(amount, unit * months, arm).low[0] == pytest.approx(ratios(amount, months, arm).low[0] / unit)


@given(customers())
def test_arms_changed_over_turn_the_sign(rows):
    amount, arm, before, months = rows
    cluster = np.arange(len(amount)) // 2 * 2 + arm
    for one, other in (
        [adjusted_mean_difference(amount, side, before) for side in (arm, ~arm)],
        [ratios(amount, months, side) for side in (arm, ~arm)],
        [clustered_mean_difference(amount, side, cluster, fewest=2) for side in (arm, ~arm)],
    ):
        assert (one.value[0], one.low[0], one.p_value[0]) == pytest.approx(
            (-other.value[0], -other.high[0], other.p_value[0]), rel=1e-6
        )


@given(customers())
def test_a_covariate_in_another_unit_or_order_of_columns_adjusts_the_same(rows):
    amount, arm, before, months = rows
    one = adjusted_mean_difference(amount, arm, np.stack([before, months], axis=1))
    other = adjusted_mean_difference(amount, arm, np.stack([7.0 - months, 1e6 + 1e3 * before], axis=1))
    assert numbers(one) == pytest.approx(numbers(other), rel=1e-6)


def test_without_covariates_hc2_is_welchs_variance_and_with_one_it_is_cuped(draw):
    arm, before = draw.integers(0, 2, ROWS) == 1, draw.gamma(2, 50, ROWS)
    amount = before + draw.normal(0, 10 + 20 * arm)
    none = adjusted_mean_difference(amount, arm, np.empty((ROWS, 0)))
    welch = mean_difference(sample(amount[arm]), sample(amount[~arm]))
    assert (none.value[0], none.standard_error[0]) == pytest.approx((welch.value[0], welch.standard_error[0]))
    cuped = adjusted_mean_difference(amount, arm, before, interactions=False)
    inside = [(amount[side] - amount[side].mean(), before[side] - before[side].mean()) for side in (arm, ~arm)]
    theta = sum((y * x).sum() for y, x in inside) / sum((x * x).sum() for _, x in inside)
    by_hand = amount - theta * before
    assert cuped.value[0] == pytest.approx(by_hand[arm].mean() - by_hand[~arm].mean())
    assert cuped.standard_error[0] < 0.5 * welch.standard_error[0]


def test_slopes_of_each_arms_own_predict_both_arms_for_all_enrolled(draw):
    arm, before = draw.integers(0, 3, ROWS) == 1, draw.normal(0, 1, ROWS)
    amount = 3 * before * arm + draw.normal(0, 1, ROWS)
    fitted = [np.polynomial.Polynomial.fit(before[side], amount[side], 1)(before).mean() for side in (arm, ~arm)]
    assert adjusted_mean_difference(amount, arm, before).value[0] == pytest.approx(fitted[0] - fitted[1])


def test_a_ratio_is_of_totals_and_its_error_the_delta_methods(draw):
    months = draw.integers(0, 13, ROWS)
    amount = months * draw.gamma(4, 10, ROWS)
    one = ratio(amount, months)
    r, x = amount.sum() / months.sum(), months.mean()
    cov = np.cov(amount, months)
    assert one.ratio[0] == pytest.approx(r)
    assert one.variance[0] == pytest.approx((cov[0, 0] - 2 * r * cov[0, 1] + r**2 * cov[1, 1]) / x**2)


def test_clusters_of_one_customer_are_nearly_plain_customers_and_copies_add_nothing(draw):
    arm, amount = np.arange(ROWS) % 2 == 1, draw.gamma(2, 50, ROWS)
    single = clustered_mean_difference(amount, arm, np.arange(ROWS))
    welch = mean_difference(sample(amount[arm]), sample(amount[~arm]))
    assert single.standard_error[0] == pytest.approx(welch.standard_error[0], rel=1e-2)
    copies = clustered_mean_difference(np.repeat(amount, 5), np.repeat(arm, 5), np.repeat(np.arange(ROWS), 5))
    assert copies.standard_error[0] == pytest.approx(single.standard_error[0], rel=1e-2)
    assert copies.value[0] == pytest.approx(single.value[0])


def test_bootstrap_p_is_where_the_interval_first_leaves_out_nothing(draw):
    arm = np.arange(60) % 2 == 1
    amount = draw.lognormal(3, 1, 60) * (1 + 0.5 * arm)
    p = bootstrap(amount, arm, resamples=4_999).p_value[0]
    assert 0.001 < p < 0.5
    for level, leaves_out in ((1 - p * 1.02, True), (1 - p * 0.98, False)):
        one = bootstrap_mean_difference(amount, arm, generators(1), resamples=4_999, level=level)
        assert (one.low[0] > 0 or one.high[0] < 0) == leaves_out
    far = bootstrap(amount + 1e4 * arm, arm)
    assert far.p_value[0] == 2 / 1000


def test_a_bootstrap_hangs_on_its_generator_alone(draw):
    arm, trial = np.arange(120) % 2 == 1, np.arange(120) // 40
    amount = draw.lognormal(3, 1, 120)
    batch = bootstrap_mean_difference(amount, arm, generators(3), trial=trial, resamples=200)
    alone = bootstrap_mean_difference(amount[80:], arm[80:], generators(3)[2:], resamples=200)
    assert numbers(batch, 2) == numbers(alone)
    other = bootstrap_mean_difference(amount[80:], arm[80:], generators(1, key=5), resamples=200)
    assert numbers(other)[1:3] != numbers(alone)[1:3]


def test_a_batch_is_one_trial_at_a_time_to_the_last_bit(draw):
    rows = 2_000
    trial, arm = draw.integers(0, 8, rows), draw.integers(0, 2, rows) == 1
    before, months = draw.gamma(2, 50, (rows, 2)), draw.integers(0, 13, rows)
    cluster = draw.integers(0, 40, rows) * 2 + arm
    amount = before[:, 0] + months * draw.gamma(2, 5, rows)

    def all_of(rows, **keys):
        yield adjusted_mean_difference(amount[rows], arm[rows], before[rows], **keys)
        yield clustered_mean_difference(amount[rows], arm[rows], cluster[rows], fewest=20, **keys)
        sides = (rows & side for side in (arm, ~arm))
        in_trial = keys.pop("trial", np.zeros(len(amount), dtype=int))
        whole = np.zeros(len(amount), dtype=int)
        whole[rows] = in_trial[rows] if keys else 0
        yield ratio_difference(*(ratio(amount[side], months[side], trial=whole[side], **keys) for side in sides))

    batches = list(all_of(np.ones(rows, dtype=bool), trial=trial, trials=8))
    for i in range(8):
        for batch, one in zip(batches, all_of(trial == i), strict=True):
            assert numbers(batch, i) == numbers(one)
            assert batch.n[i] == one.n[0]


TEN = np.arange(10)
ARM = TEN % 2 == 1
SPREAD = TEN**2.0


@pytest.mark.parametrize(
    ("amount", "arm", "covariates", "why"),
    [
        ([], [], np.empty((0, 1)), "an arm has no customers"),
        (SPREAD, TEN < 0, TEN, "an arm has no customers"),
        (SPREAD, TEN < 1, TEN, "too few customers for 1 covariates"),
        (SPREAD[:4], ARM[:4], TEN[:4], "too few customers for 1 covariates"),
        (SPREAD, ARM, np.full(10, 0.1), "constant or a combination"),
        (SPREAD, ARM, np.stack([TEN, 3 * TEN + 1], axis=1), "constant or a combination"),
        (SPREAD, ARM, TEN == 3, "constant or a combination"),
        (SPREAD, ARM, (TEN == 3) | (TEN == 4), "leverage is 1"),
        (np.full(10, 0.1), ARM, TEN, "no spread left"),
        (3.3 * TEN + ARM, ARM, TEN, "no spread left"),
    ],
)
def test_refused_adjusted_means(amount, arm, covariates, why):
    assert why in reason_of(adjusted_mean_difference(amount, arm, covariates).one())


@pytest.mark.parametrize(
    ("amount", "months", "arm", "why"),
    [
        (SPREAD, TEN + 1, TEN < 0, "an arm has no customers"),
        (SPREAD, TEN + 1, TEN < 1, "fewer than 2 customers"),
        (SPREAD, TEN * ARM, ARM, "denominators of an arm are all 0"),
        (SPREAD, TEN * 0, ARM, "denominators of an arm are all 0"),
        (0.1 * (TEN + 1), TEN + 1, ARM, "no spread"),
    ],
)
def test_refused_ratios(amount, months, arm, why):
    assert why in reason_of(ratios(amount, months, arm).one())


@pytest.mark.parametrize(
    ("amount", "arm", "cluster", "why"),
    [
        ([], [], [], "an arm has no customers"),
        (np.arange(58.0), np.arange(58) % 2, np.arange(58), "fewer than 30 clusters"),
        (np.full(120, 0.1), np.arange(120) % 2, np.arange(120), "no spread between clusters"),
        (np.arange(120.0), np.ones(120), np.arange(120), "an arm has no customers"),
    ],
)
def test_refused_clusters(amount, arm, cluster, why):
    assert why in reason_of(clustered_mean_difference(amount, arm, cluster).one())


@pytest.mark.parametrize(
    ("amount", "arm", "why"),
    [
        ([], [], "an arm has no customers"),
        (SPREAD, TEN < 0, "an arm has no customers"),
        (SPREAD, ARM, "fewer than 8 customers"),
        (np.ones(40), np.arange(40) % 2, "no spread in either arm"),
    ],
)
def test_refused_bootstraps(amount, arm, why):
    assert why in reason_of(bootstrap(amount, arm).one())


NAN, PAIR = math.nan, [1.0, 2.0]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: adjusted_mean_difference([1.0, NAN], [0, 1], PAIR), "values must be finite"),
        (lambda: adjusted_mean_difference(PAIR, [0, 1], [1.0, math.inf]), "covariates must be finite"),
        (lambda: adjusted_mean_difference(PAIR, [0, 2], PAIR), "in_arm must be 0 or 1"),
        (lambda: adjusted_mean_difference(PAIR, [0, 1], [[1.0, 2.0]]), "covariates must have a row for each of 2"),
        (lambda: ratio(PAIR, [1.0, -1.0]), "denominator must not be negative"),
        (lambda: ratio([NAN, 1.0], PAIR), "numerator must be finite"),
        (lambda: ratio(PAIR, [1.0]), "equally long"),
        (lambda: clustered_mean_difference(PAIR, [0, 1], [0, 1], fewest=1), "fewest must be 2 or more"),
        (lambda: clustered_mean_difference(PAIR, [0, 1], [0, 0.5]), "cluster must be whole numbers"),
        (lambda: bootstrap(PAIR, [0, 1], resamples=10), "resamples must be 100 or more"),
        (lambda: bootstrap([1.0, NAN], [0, 1]), "values must be finite"),
    ],
)
def test_mistakes(call, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        call()
