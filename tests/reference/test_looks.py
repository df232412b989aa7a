"""Repeated looks against R (make_looks.R, another way to integrate) and printed tables."""

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.evidence.anytime import confidence_sequence
from sim.evidence.bounds import Bounds, Design, Futility, Harm, bounds, needed_information, operating
from sim.evidence.spending import Spending
from sim.evidence.stagewise import group_sequential, repeated_intervals
from sim.evidence.stopping import peeking_level

INFORMATION = np.array([2, 4.5, 7, 9])
OBF, POCOCK = Spending(), Spending("Pocock")

# Jennison and Turnbull 2000, tables 2.1 and 2.3: constants of Pocock and of O'Brien-Fleming, two-sided, equal steps
TABLES = {
    0.05: (
        [1.960, 2.178, 2.289, 2.361, 2.413, 2.453, 2.485, 2.512, 2.535, 2.555],
        [1.960, 1.977, 2.004, 2.024, 2.040, 2.053, 2.063, 2.072, 2.080, 2.087],
    ),
    0.10: ([1.645, 1.875, 1.992, 2.067, 2.122], [1.645, 1.678, 1.710, 1.733, 1.751]),
    0.01: ([2.576, 2.772, 2.873, 2.939, 2.986], [2.576, 2.580, 2.595, 2.609, 2.621]),
}


@pytest.fixture(scope="module")
def r() -> dict[str, float]:
    with (Path(__file__).parent / "r_values_looks.csv").open() as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


def series(r: dict[str, float], name: str) -> object:
    return pytest.approx([r[key] for key in r if key.startswith(f"{name}.")], rel=1e-8)


def test_bounds_against_r(r):
    for name, spending in (("obf", OBF), ("pocock", POCOCK), ("hsd", Spending("Hwang-Shih-DeCani", -2.0))):
        assert bounds(Design(spending=spending), INFORMATION).benefit[0] == series(r, f"{name}.upper")
    for name, spending in (("obf", OBF), ("pocock", POCOCK)):
        limits = bounds(Design(spending=spending, harm=Harm(spending=spending)), INFORMATION)
        assert limits.benefit[0] == series(r, f"{name}.symmetric")
        assert limits.harm == pytest.approx(-limits.benefit, rel=1e-12)


def test_futility_and_power_against_r(r):
    limits = bounds(Design(futility=Futility(1.0, 0.2, POCOCK)), INFORMATION)
    low = [r[f"futility.{look}"] for look in range(3)]
    assert limits.futility[0, :3] == pytest.approx(low, rel=1e-8)
    assert limits.futility[0, 3] == limits.benefit[0, 3]
    assert operating(limits, 1.0).power[0] == pytest.approx(r["futility.power"], rel=1e-9)


def test_estimates_after_stopping_against_r(r):
    stops = group_sequential([[0, 0, 2.6, np.nan]], INFORMATION, 100, Design(), estimand="d", label="difference")
    estimates = stops.estimates
    assert (stops.look[0], stops.why[0]) == (2, 0)
    for name, field in (("p", "p_value"), ("value", "value"), ("low", "low"), ("high", "high")):
        assert getattr(estimates, field)[0] == pytest.approx(r[f"stagewise.{name}"], rel=1e-8)


def test_repeated_intervals_are_the_symmetric_bounds(r):
    given = repeated_intervals(np.zeros((1, 4)), INFORMATION, Design())
    assert given.high[0] * np.sqrt(INFORMATION) == series(r, "obf.symmetric")
    assert given.low[0] == pytest.approx(-given.high[0])


@pytest.mark.parametrize("alpha", TABLES)
def test_constant_bounds_of_jennison_and_turnbull(alpha):
    for constants, falls in zip(TABLES[alpha], (False, True), strict=True):
        for looks, constant in enumerate(constants, start=1):
            share = np.arange(1, looks + 1)[None, :] / looks
            limit = constant / np.sqrt(share) if falls else np.full((1, looks), constant)
            stops = operating(Bounds(share, limit, -limit, np.full((1, looks), -np.inf)), 0.0)
            # three printed decimals: half a unit of the last one moves the level by this much at most
            assert stops.benefit.sum() + stops.harm.sum() == pytest.approx(alpha, abs=0.0005 * 3 * alpha)


def test_bounds_that_programs_print():
    # Lan-DeMets bounds for five equal looks at a two-sided 5%, as the R packages ldbounds and gsDesign print them
    five = np.arange(1, 6) / 5
    for spending, printed in (
        (OBF, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        (POCOCK, [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ):
        design = Design(spending=spending, harm=Harm(spending=spending))
        assert bounds(design, five).benefit[0] == pytest.approx(printed, abs=2e-4)
    # gsDesign's default design: three looks, alpha 2.5%, power 90%, spending -4 and -2, futility not binding
    design = Design(
        spending=Spending("Hwang-Shih-DeCani", -4.0),
        futility=Futility(1.0, 0.1, Spending("Hwang-Shih-DeCani", -2.0)),
    )
    thirds = np.array([1 / 3, 2 / 3, 1])
    information = needed_information(design, thirds, effect=1.0, power=0.9)
    assert information / (1.959964 + 1.281552) ** 2 == pytest.approx(1.070, abs=5e-4)
    limits = bounds(design, thirds * information)
    assert limits.benefit[0] == pytest.approx([3.01, 2.55, 2.00], abs=5e-3)
    assert limits.futility[0] == pytest.approx([-0.24, 0.94, 2.00], abs=5e-3)
    assert operating(limits, 0.0).power[0] == pytest.approx(0.0233, abs=5e-5)


def test_the_level_of_peeking():
    # Armitage, McPherson and Rowe 1969, table 2: looks at a fixed 5%
    printed = {1: 0.05, 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248}
    assert [peeking_level(np.arange(1, looks + 1)) for looks in printed] == pytest.approx(
        list(printed.values()), abs=5e-4
    )
    # the Simpson grid of the package gsdesign 0.1.5 (r = 80), another implementation
    for looks, other in ((2, 0.0831178033768), (5, 0.1416893326856), (10, 0.1933565936547)):
        assert peeking_level(np.arange(1, looks + 1)) == pytest.approx(other, abs=1e-9)


def test_a_confidence_sequence_uses_up_its_alpha_over_all_time():
    # Watched at all times from 0 on, a normal mixture is passed with chance alpha exactly (Robbins 1970, Annals of
    # Mathematical Statistics 41, 1397-1409). Looks miss what happens between them; that is worth 0.5826 standard
    # deviations of a step (Siegmund 1985, Sequential Analysis, chapter X), by which the limits are drawn in here.
    growth = 1.16
    information = growth ** np.arange(-60.0, 120.0)[None, :]
    limit = confidence_sequence(np.zeros(information.shape), information, tuned_at=1.0).high * np.sqrt(information)
    passed = []
    for drawn_in in (0.0, 0.5826 * np.sqrt(1 - 1 / growth)):
        z = limit - drawn_in
        stops = operating(Bounds(information, z, -z, np.full(z.shape, -np.inf)), 0.0)
        passed.append(float(stops.benefit.sum() + stops.harm.sum()))
    assert passed[0] < 0.05
    assert passed[1] == pytest.approx(0.05, abs=0.0015)
