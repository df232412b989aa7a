"""What adjusted means, ratios of totals, clustered means and the bootstrap promise."""

import numpy as np

from sim.evidence.bootstrap import bootstrap_mean_difference
from sim.evidence.clusters import clustered_mean_difference
from sim.evidence.ratios import ratio, ratio_difference
from sim.evidence.regression import adjusted_mean_difference
from sim.evidence.results import Estimates
from tests.family import Family, generator, replications

ALPHA = 0.05
TRIALS = 4_000
BLOCK = 1_000  # trials that are held in memory at once


def blocks(trials: int) -> list[int]:
    return [min(BLOCK, trials - start) for start in range(0, trials, BLOCK)]


def covers(estimates: Estimates, truth: float | np.ndarray) -> np.ndarray:
    return (estimates.low <= truth) & (truth <= estimates.high)


def each(check: str, trials: int) -> list[np.random.Generator]:
    """A generator a trial, as a caller keys them."""
    return [generator(f"{check}, trial {i}") for i in range(trials)]


def numbered(trials: int, size: int) -> np.ndarray:
    return np.repeat(np.arange(trials), size)


def test_adjusted_means_keep_their_level_on_skewed_amounts(family: Family) -> None:
    check = "adjusted mean: level, skewed amounts"
    draw, rejected = generator(check), []
    for trials in blocks(replications(TRIALS)):
        before = draw.lognormal(3, 0.7, trials * 400)
        amount = before * draw.gamma(2, 0.5, before.size)  # spread that grows with the covariate
        arm = np.tile(np.arange(400) % 2, trials)
        estimates = adjusted_mean_difference(amount, arm, before, trial=numbered(trials, 400), trials=trials)
        rejected.append(estimates.p_value <= ALPHA)
    family.rate(check, np.concatenate(rejected), "is", ALPHA)


def test_adjusted_means_cover_the_effect_on_those_enrolled(family: Family) -> None:
    # a quarter is in the arm, whose slopes differ: the truth of a trial hangs on who is enrolled
    check = "adjusted mean: coverage, unequal arms and slopes"
    draw, covered = generator(check), []
    for trials in blocks(replications(TRIALS)):
        before = draw.normal(0, 1, (trials, 400, 2))
        arm = np.tile(np.arange(400) % 4 == 0, (trials, 1))
        effect = 0.5 + before[:, :, 0] - 0.5 * before[:, :, 1]
        amount = before.sum(axis=2) + effect * arm + draw.normal(0, np.where(arm, 2.0, 1.0))
        estimates = adjusted_mean_difference(
            amount.ravel(), arm.ravel(), before.reshape(-1, 2), trial=numbered(trials, 400), trials=trials
        )
        covered.append(covers(estimates, effect.mean(axis=1)))
    family.rate(check, np.concatenate(covered), "is", 0.95)


def test_adjusted_means_cover_the_effect_on_all_of_whom_the_enrolled_are_a_sample(family: Family) -> None:
    # what the arm costs is nearly a multiple of the covariate, so who is enrolled is most of the doubt
    check = "adjusted mean: coverage, population, slopes apart"
    draw, covered = generator(check), []
    for trials in blocks(replications(TRIALS)):
        before = draw.gamma(4, 0.25, trials * 400)
        arm = np.tile(np.arange(400) % 2, trials)
        amount = before * (1 + arm) + draw.normal(0, 0.1, before.size)
        estimates = adjusted_mean_difference(
            amount, arm, before, population=True, trial=numbered(trials, 400), trials=trials
        )
        covered.append(covers(estimates, np.ones(trials)))
    family.rate(check, np.concatenate(covered), "is", 0.95)


def test_hc3_is_wide_rather_than_short_in_small_trials(family: Family) -> None:
    check = "adjusted mean: coverage, HC3 at 20 an arm"
    draw, trials = generator(check), replications(TRIALS)
    before, arm = draw.lognormal(0, 1, trials * 40), np.tile(np.arange(40) % 2, trials)
    amount = 2 * before + arm + draw.normal(0, 1, before.size)
    estimates = adjusted_mean_difference(
        amount, arm, before, robust="HC3", interactions=False, trial=numbered(trials, 40), trials=trials
    )
    family.rate(check, covers(estimates, 1.0), "at least", 0.95)


def revenue(draw: np.random.Generator, trials: int, size: int, stays: float) -> tuple[np.ndarray, np.ndarray]:
    """Revenue and active months: customers differ in fee and in how long they stay, big ones stay longer."""
    fee = draw.gamma(4, 10, trials * size)
    months = np.minimum(12, 1 + np.floor(draw.exponential(stays * fee / 40)))
    return months * fee * draw.uniform(0.5, 1.5, fee.size), months


def test_ratios_of_totals_keep_level_and_coverage(family: Family) -> None:
    check = "ratio of totals: level"
    draw, trials = generator(check), replications(TRIALS)
    trial = numbered(trials, 300)
    sides = [ratio(*revenue(draw, trials, 300, 8.0), trial=trial, trials=trials) for _ in range(2)]
    family.rate(check, ratio_difference(*sides).p_value <= ALPHA, "is", ALPHA)

    check = "ratio of totals: coverage, unequal activity"
    draw = generator(check)
    whole = [ratio(*revenue(draw, 1, 1_000_000, stays)) for stays in (12.0, 4.0)]
    truth = float((whole[0].ratio - whole[1].ratio)[0])
    sides = [ratio(*revenue(draw, trials, 300, stays), trial=trial, trials=trials) for stays in (12.0, 4.0)]
    family.rate(check, covers(ratio_difference(*sides), truth), "is", 0.95)


def test_clustered_means_keep_level_and_coverage(family: Family) -> None:
    check = "clusters: level at 30 an arm"
    draw, trials = generator(check), replications(TRIALS)
    cluster = np.tile(np.repeat(np.arange(60), 6), trials)
    trial = numbered(trials, 360)
    luck = draw.normal(0, 1, (trials, 60))[trial, cluster]
    test = clustered_mean_difference(
        luck + draw.normal(0, 1, luck.size), cluster % 2, cluster, trial=trial, trials=trials
    )
    family.rate(check, test.p_value <= ALPHA, "is", ALPHA)

    check = "clusters: coverage, circles of unequal size"
    draw = generator(check)
    cluster = np.tile(np.repeat(np.arange(120), np.repeat([1, 2, 3, 4, 5, 6], 20)), trials)
    trial = numbered(trials, cluster.size // trials)
    hazard = draw.beta(2, 5, (trials, 120))[trial, cluster]
    arm = cluster % 2
    left = draw.uniform(size=hazard.size) < hazard * np.where(arm == 1, 0.7, 1.0)
    test = clustered_mean_difference(left, arm, cluster, trial=trial, trials=trials)
    family.rate(check, covers(test, -0.3 * 2 / 7), "is", 0.95)


def test_the_bootstrap_stays_near_level_and_coverage_on_skewed_amounts(family: Family) -> None:
    # near is what it promises: Welch's coverage is nearer to 95% here, but its misses are nearly all on one side
    draw, trials, size = generator("BCa bootstrap"), replications(1_000), 200
    arm, trial = np.tile(np.arange(2 * size) % 2, trials), numbered(trials, 2 * size)
    amount = draw.gamma(1, 100, arm.size)
    check = "BCa bootstrap: level"
    test = bootstrap_mean_difference(amount, arm, each(check, trials), trial=trial, resamples=500)
    family.rate(check, test.p_value <= ALPHA, "at most", 0.07)

    check = "BCa bootstrap: coverage, skewed amounts"
    test = bootstrap_mean_difference(
        draw.gamma(1, 100, arm.size) * (1 + arm), arm, each(check, trials), trial=trial, resamples=500
    )
    family.rate(check, covers(test, 100.0), "at least", 0.93)
