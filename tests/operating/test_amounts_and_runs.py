"""What the procedures on amounts, families of tests, sizes and replications promise."""

import numpy as np

from sim.evidence.balance import FEWEST_EXPECTED, sample_ratio
from sim.evidence.cells import Counts, Sample
from sim.evidence.equivalence import mean_equivalence
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.multiplicity import holm
from sim.evidence.paired import paired_difference, prediction_interval
from sim.evidence.proportions import risk_difference
from sim.evidence.results import Interval
from tests.family import Family, generator, replications

ALPHA = 0.05
TRIALS = 10_000


def summed(values: np.ndarray) -> Sample:
    """Cells over the last axis."""
    return Sample(np.full(values.shape[:-1], values.shape[-1]), values.mean(axis=-1), values.var(axis=-1, ddof=1))


def test_welch_with_equal_arms_keeps_its_level_on_skewed_amounts(family: Family) -> None:
    check = "Welch: level, skewed amounts"
    draw, trials = generator(check), replications(TRIALS)
    one, other = (summed(draw.lognormal(8, 1.0, (trials, 500))) for _ in range(2))
    family.rate(check, mean_difference(one, other).p_value <= ALPHA, "is", ALPHA)


def test_welch_covers_with_unequal_spread(family: Family) -> None:
    check = "Welch: coverage, unequal spread"
    draw, trials = generator(check), replications(TRIALS)
    estimates = mean_difference(summed(draw.normal(3, 1, (trials, 60))), summed(draw.normal(0, 4, (trials, 180))))
    family.rate(check, (estimates.low <= 3) & (estimates.high >= 3), "is", 0.95)


def test_means_within_strata_keep_level_and_coverage(family: Family) -> None:
    check = "means within strata: level"
    draw, trials = generator(check), replications(TRIALS)
    centre = np.linspace(0, 20, 10)[:, None]
    one, other = (summed(draw.gamma(2.0, 1.0, (trials, 10, 50)) + centre) for _ in range(2))
    family.rate(check, stratified_mean_difference(one, other).p_value <= ALPHA, "is", ALPHA)

    check = "means within strata: coverage, merged strata"
    draw = generator(check)
    sizes = np.array([40, 30, 20, 1, 1, 1])  # the last three hold one customer an arm and are merged
    means = np.linspace(0, 5, 6)
    values = [
        Sample(*(np.stack(column, axis=1) for column in zip(*cells, strict=True)))
        for cells in (
            [
                small(draw.normal(m + shift, 1 + k, (trials, n)))
                for k, (m, n) in enumerate(zip(means, sizes, strict=True))
            ]
            for shift in (0.5, 0.0)
        )
    ]
    estimates = stratified_mean_difference(*values)
    # the merged stratum's variance holds the differences between its strata too: wide rather than short
    family.rate(check, (estimates.low <= 0.5) & (estimates.high >= 0.5), "at least", 0.95)


def small(values: np.ndarray) -> Sample:
    return (
        Sample(*summed(values))
        if values.shape[1] > 1
        else Sample(np.ones(len(values)), values[:, 0], np.zeros(len(values)))
    )


def test_equivalence_of_means_on_the_margin(family: Family) -> None:
    check = "TOST of means: level on the margin"
    draw, trials = generator(check), replications(TRIALS)
    one, other = summed(draw.normal(0.5, 1, (trials, 300))), summed(draw.normal(0, 2, (trials, 300)))
    family.rate(check, mean_equivalence(one, other, margin=0.5).p_value <= ALPHA, "at most", ALPHA)


def test_holm_bounds_the_chance_of_any_false_finding(family: Family) -> None:
    # the family of the shipped experiments: two arms against one reference, at a real trial's size
    check = "Holm: family-wise error"
    draw, trials = generator(check), replications(10_000)
    left = draw.binomial(61, 0.3, (3, trials))
    p_values = [risk_difference(Counts(left[arm], 61), Counts(left[0], 61)).p_value for arm in (1, 2)]
    family.rate(check, np.nanmin(holm(np.stack(p_values, axis=1)), axis=1) <= ALPHA, "at most", ALPHA)


def test_sample_ratio_under_simple_assignment(family: Family) -> None:
    check = "sample ratio: level under simple assignment"
    sizes = generator(check).multinomial(184, [1 / 3] * 3, replications(5_000))
    assert sizes.min() > FEWEST_EXPECTED
    family.rate(check, [sample_ratio(row).p_value <= ALPHA for row in sizes], "at most", ALPHA)


def test_intervals_over_replications_cover(family: Family) -> None:
    check = "run mean: coverage"
    draw, trials = generator(check), replications(5_000)
    shared = draw.normal(0, 5, (trials, 20))
    arm, against = shared + draw.normal(1, 1, (trials, 20)), shared + draw.normal(0, 1, (trials, 20))
    intervals = [paired_difference(a, b) for a, b in zip(arm, against, strict=True)]
    family.rate(check, [interval.low <= 1 <= interval.high for interval in intervals], "is", 0.95)

    check = "prediction interval: coverage"
    draw = generator(check)
    seen, following = draw.gamma(3, 1, (trials, 200)), draw.gamma(3, 1, trials)
    intervals = [prediction_interval(values) for values in seen]
    assert all(isinstance(interval, Interval) for interval in intervals)
    held = [i.low <= value <= i.high for i, value in zip(intervals, following, strict=True)]
    family.rate(check, held, "is", 1 - 2 * 5 / 201)  # order statistics 5 and 196 of 200
