"""What comparisons of several arms, doses and subgroups promise, by simulation."""

import numpy as np

from sim.evidence.cells import Counts, Sample
from sim.evidence.contrasts import factorial_means, pooled_counts, share_contrast
from sim.evidence.dose_response import least_dose
from sim.evidence.dunnett import dunnett_means, dunnett_shares
from sim.evidence.multiplicity import benjamini_hochberg
from sim.evidence.proportions import risk_difference
from sim.evidence.subgroups import subgroup_means, subgroup_shares
from sim.evidence.trend import share_trend
from tests.family import Family, generator, replications

ALPHA = 0.05
ARMS = ["a", "b", "c"]


def normal(draw: np.random.Generator, spread: float, size: int, trials: int) -> Sample:
    """Means and variances of normal amounts, from their own laws."""
    mean = draw.normal(0, spread / np.sqrt(size), trials)
    return Sample(np.full(trials, size), mean, spread**2 * draw.chisquare(size - 1, trials) / (size - 1))


def test_dunnett_bounds_the_chance_of_any_false_finding(family: Family) -> None:
    check = "Dunnett: family-wise error, one variance"
    draw, trials = generator(check), replications(5_000)
    against, *arms = (normal(draw, 2.0, size, trials) for size in (60, 30, 40, 20))
    found = [e.p_adjusted <= ALPHA for e in dunnett_means(arms, against, labels=ARMS, variance="pooled")]
    family.rate(check, np.any(found, axis=0), "is", ALPHA)
    check = "Dunnett: family-wise error, each its own variance"
    draw, trials = generator(check), replications(1_000)
    against, *arms = (
        normal(draw, spread, size, trials) for spread, size in ((1.0, 120), (3.0, 80), (2.0, 80), (1.0, 60))
    )
    found = [e.p_adjusted <= ALPHA for e in dunnett_means(arms, against, labels=ARMS)]
    family.rate(check, np.any(found, axis=0), "is", ALPHA)
    check = "Dunnett: coverage of all intervals, shares"
    draw, trials = generator(check), replications(1_000)
    shares = {"a": 0.30, "b": 0.25, "c": 0.25}
    arms = [Counts(draw.binomial(1_000, share, trials), 1_000) for share in shares.values()]
    estimates = dunnett_shares(arms, Counts(draw.binomial(1_000, 0.30, trials), 1_000), labels=ARMS)
    truths = [share - 0.30 for share in shares.values()]
    held = [(e.low <= truth) & (truth <= e.high) for e, truth in zip(estimates, truths, strict=True)]
    family.rate(check, np.all(held, axis=0), "at least", 0.95)


def test_benjamini_hochberg_bounds_the_share_of_false_findings(family: Family) -> None:
    # 10 arms against one reference, 7 of them without effect. The false share of one trial's findings lies
    # between 0 and 1: a coin with that chance has the same mean, and its flips are a rate.
    check = "Benjamini-Hochberg: false discovery rate"
    draw, trials = generator(check), replications(10_000)
    reference = Counts(draw.binomial(500, 0.3, trials), 500)
    p_values = [
        risk_difference(Counts(draw.binomial(500, 0.3 if arm < 7 else 0.2, trials), 500), reference).p_value
        for arm in range(10)
    ]
    found = benjamini_hochberg(np.stack(p_values, axis=1)) <= ALPHA
    false_share = found[:, :7].sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    family.rate(check, draw.random(trials) < false_share, "at most", ALPHA)


def test_contrasts(family: Family) -> None:
    check = "contrast of means: level of an interaction"
    draw, trials = generator(check), replications(10_000)
    cells = [normal(draw, spread, 80, trials) for spread in (1.0, 2.0, 1.0, 3.0)]
    family.rate(check, factorial_means(cells, names=("a", "b"))["interaction"].p_value <= ALPHA, "is", ALPHA)
    check = "contrast of shares: coverage, pooled arms"
    draw = generator(check)
    reference, *arms = (Counts(draw.binomial(800, share, trials), 800) for share in (0.3, 0.2, 0.2))
    estimates = share_contrast([pooled_counts(arms), reference], [1, -1], label="any reward against none")
    family.rate(check, (estimates.low <= -0.1) & (estimates.high >= -0.1), "is", 0.95)


def test_trend_keeps_its_level(family: Family) -> None:
    check = "trend: level"
    draw, trials = generator(check), replications(10_000)
    arms = [Counts(draw.binomial(size, 0.3, trials), size) for size in (500, 500, 700, 600)]
    family.rate(check, share_trend(arms, [0, 15, 30, 45]).p_value <= ALPHA, "is", ALPHA)


def test_the_least_dose_is_covered(family: Family) -> None:
    check = "Emax: coverage of the least dose"
    draw, trials = generator(check), replications(3_000)
    doses = np.array([0, 5, 15, 30, 45, 60])
    values = 0.30 - 0.12 * doses / (10 + doses) + draw.normal(0, 0.004, (trials, 6))
    estimates = least_dose(values, np.full(values.shape, 0.004), doses, 60_000, of_largest=0.8)
    truth = 0.8 * 60 * 10 / (10 + 60 * 0.2)
    assert not estimates.refused.any()
    family.rate(check, (estimates.low <= truth) & (truth <= estimates.high), "is", 0.95)


def test_interactions_keep_their_level(family: Family) -> None:
    check = "interaction of shares: level"
    draw, trials = generator(check), replications(10_000)
    sizes, shares = np.array([1_000, 800, 600, 1_200]), np.array([0.2, 0.3, 0.4, 0.5])
    arm, against = (Counts(draw.binomial(sizes, shares - shift, (trials, 4)), sizes) for shift in (0.05, 0.0))
    found = subgroup_shares(arm, against, names=["a", "b", "c", "d"]).interaction
    family.rate(check, found.p_value <= ALPHA, "is", ALPHA)
    check = "interaction of means: level"
    draw = generator(check)
    sides = []
    for shift in (0.5, 0.0):
        groups = [normal(draw, spread, 60, trials) for spread in (1.0, 2.0, 3.0)]
        n, mean, variance = (np.stack(column, axis=1) for column in zip(*groups, strict=True))
        sides.append(Sample(n, mean + shift, variance))
    found = subgroup_means(*sides, names=["a", "b", "c"]).interaction
    family.rate(check, found.p_value <= ALPHA, "is", ALPHA)
