"""Quantities by their names: which exist, how long a life they need, and what a wrong name is told."""

import numpy as np
import pytest

from sim.planning.quantities import check_quantities, join, known_quantities, life_of, live_quantities, total
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario
from tests.worlds import leaving, load_company, load_quiet

KNOWN = known_quantities(load_company().value)


def test_a_quantity_needs_no_longer_life_than_shows_it() -> None:
    assert life_of(["day0.satisfaction.very", "day0.share.m1_to_2 + day0.share.over_10m"], KNOWN) == 0
    assert life_of(["day0.satisfaction.very", "year1.annual_churn"], KNOWN) == 1
    assert life_of(["year1.annual_churn + year2.annual_churn"], KNOWN) == 2
    assert life_of([], KNOWN) == 0


def test_a_shorter_life_shows_the_same() -> None:
    # catches a target that is fitted to in another world than the one that is validated
    world, few = load_company().with_value("customers", 60).value, np.arange(2)
    day, year, years = (live_quantities(world, life, 1, few) for life in (0, 1, 2))
    for short, long in ((day, year), (year, years)):
        for name, values in short.items():
            np.testing.assert_array_equal(values, long[name], err_msg=name)


def test_a_world_without_a_history_has_a_first_year() -> None:
    known = known_quantities(load_quiet().value)
    assert known["year1.annual_churn.all"] == 1
    assert "year2.annual_churn" not in known


def test_blocks_are_joined_and_quantities_added() -> None:
    parts = [{"a": np.array([1.0, 2.0]), "b": np.array([0.5, np.nan])}, {"a": np.array([3.0]), "b": np.array([0.5])}]
    whole = join(parts)
    np.testing.assert_array_equal(total("a", whole), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(total("a + b", whole), [1.5, np.nan, 3.5])


def wrong(**blocks: object) -> Loaded[Scenario]:
    return load_quiet(leaving=leaving(competitor=0.02), **blocks)


@pytest.mark.parametrize(
    ("world", "line"),
    [
        (
            wrong(targets=[{"quantity": "year1.anual_churn.all", "reported": 0.3}]),
            "targets.0.quantity: got 'year1.anual_churn.all', must be one of year1.mean_base, year1.losses, ",
        ),
        (
            wrong(targets=[{"quantity": "day0.share.all + day0.share.some", "reported": 1}]),
            "got 'day0.share.some', must be day0.share.all, or a sum of such (did you mean 'day0.share.all'?)",
        ),
        (
            wrong(validation=[{"fact": "H-01.customers", "name": "n", "quantity": "churn", "kind": "given"}]),
            "validation.0.quantity: got 'churn', must be one of day0..., year1..., base..., or a sum of such",
        ),
        (
            wrong(targets=[{"quantity": "year2.annual_churn", "reported": 0.3}]),
            "must be one of day0..., year1..., base..., or a sum of such (did you mean 'year1.annual_churn'?)",
        ),
    ],
)
def test_an_unknown_quantity_is_refused_with_its_place(world: Loaded[Scenario], line: str) -> None:
    with pytest.raises(InputProblems) as caught:
        check_quantities(world, known_quantities(world.value))
    assert line in str(caught.value)
    assert len(caught.value.problems) == 1


def test_the_base_thins_out_as_its_constant_rate_says() -> None:
    # catches a year that begins or ends elsewhere: 12 months at 0.05 a month of 365/12 days leave exp(-0.6)
    world = load_quiet(leaving=leaving(competitor=0.05), horizon_days=800, customers=4000).value
    of = live_quantities(world, 3, 1, np.arange(5))
    assert "base.still_there_3" not in of
    for year in (1, 2):
        errors = 4 * np.sqrt(0.25 / 20_000)
        assert abs(of[f"base.still_there_{year}"].mean() - np.exp(-0.6 * year)) < errors
        assert abs(of[f"base.churn_in_year_{year}"].mean() - (1 - np.exp(-0.6))) < 2 * errors
