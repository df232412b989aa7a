"""How often checks of sound records cry wolf, and the level of CUPED with one slope for all arms."""

import numpy as np

from sim.evidence.cells import sample
from sim.evidence.checks import SURELY, alike_before, arm_sizes
from sim.evidence.cuped import without_the_past
from sim.evidence.means import mean_difference
from tests.family import generator, replications


def test_sizes_dealt_by_chance(family):
    name = "sample-ratio check: false alarms, three arms"
    draws = generator(name).multinomial(900, [1 / 3] * 3, replications(40_000))
    family.rate(name, [arm_sizes(sizes.tolist()).fired for sizes in draws], "at most", SURELY)


def test_covariates_dealt_by_chance(family):
    name = "balance check: p, three arms and skewed covariates"
    draw = generator(name)
    p_values = []
    for _ in range(replications(4000)):
        covariates = {"age": draw.normal(size=300), "fees": draw.lognormal(size=300)}
        rows, _ = alike_before(covariates, draw.integers(0, 3, 300), 3)
        p_values.append(rows[0].p_value)
    family.rate(name, np.array(p_values) <= 0.05, "is", 0.05)


def test_cuped_without_an_effect(family):
    name = "CUPED with one slope for all arms: level, skewed amounts"
    draw = generator(name)
    found = []
    for _ in range(replications(4000)):
        past = draw.lognormal(size=600)
        rest, _ = without_the_past(past * draw.lognormal(sigma=0.5, size=600), past)
        arm = np.arange(600) % 3
        found.append(mean_difference(sample(rest[arm == 1]), sample(rest[arm == 0])).p_value[0] <= 0.05)
    family.rate(name, found, "is", 0.05)
