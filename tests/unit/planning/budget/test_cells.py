"""Cells: every customer of day 0 is in exactly one, by what the firm can see."""

import numpy as np
import pytest

from sim.customer.laws import MONTH
from sim.customer.record import TIER_NAMES
from sim.experiment.history import day_zero
from sim.experiment.start import draw_start
from sim.planning.budget.cells import divide
from sim.planning.budget.responses import Twins
from tests.worlds import company

STARTS = (0.0, 3.0, 5.0, 9.0, 12.0)


def test_tiers_and_tenure_are_those_of_day_zero() -> None:
    world = company({"customers": 300})
    division = divide(world, ("tier", "tenure"), STARTS)
    twins = Twins(world, division, 1, np.arange(2))
    base = twins.start.world("before").customers[twins.who]
    months = -base["joined"] / MONTH
    assert len(division) == 15
    assert twins.counts.sum() == 600
    for number in range(len(base)):
        tier, tenure = division.names[twins.moments[0].cell[number]]
        assert tier == ("others" if base["tier"][number] == 0 else TIER_NAMES[base["tier"][number]])
        low, _, high = tenure.removesuffix(" months").removesuffix("+").partition("-")
        assert float(low) <= months[number] < float(high or "inf")


def test_priorities_are_those_of_the_revenue_risk_matrix() -> None:
    world = company({"customers": 400})
    division = divide(world, ("priority",))
    counts = Twins(world, division, 1, np.arange(3)).counts
    matrix = day_zero(draw_start(world, 1, np.arange(3)))
    shares = dict(zip(division.names, (counts / 400).T, strict=True))
    assert shares["A",] == pytest.approx(matrix["matrix.high.high.customers"])
    assert shares["B",] == pytest.approx(matrix["matrix.middle.high.customers"])


def test_an_additive_fit_has_a_column_a_level_and_one_part_has_none() -> None:
    world = company()
    two = divide(world, ("tier", "tenure"), STARTS)
    assert two.design().shape == (15, 1 + 2 + 4)
    assert np.linalg.matrix_rank(two.design()) == 7
    assert divide(world, ("segment",)).design().shape == (4, 1)


def test_tenure_bands_are_those_of_the_base_unless_named() -> None:
    assert divide(company(), ("tenure",)).levels == (("0-3 months", "3-12 months", "12+ months"),)
