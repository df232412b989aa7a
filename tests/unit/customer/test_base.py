"""The base as an array: who stands where in it, and draws at the edges of their ranges."""

import numpy as np
import pytest
from scipy.stats import gamma

from sim.customer.base import STREAM_FIRST, STREAM_WIDTH, _gamma, row_starts
from sim.customer.life import PROSPECT
from sim.customer.record import customer_dtype
from tests.worlds import HORIZON, draw, quiet, tenure

TWO = {"a": {"share": 0.5}, "b": {"share": 0.5}}


def test_gamma_quantiles_are_those_of_the_distribution():
    """Catches shape and scale swapped, and a standard deviation taken for a variance."""
    u = np.array([0.001, 0.3, 0.999])
    found = _gamma(u, np.full(3, 2.0), np.full(3, 0.5))
    assert found == pytest.approx(gamma.ppf(u, 16.0, scale=1 / 8))


@pytest.mark.parametrize("sd", [0.0, 1e-300, 1e-160, 1e-12, 1e-6])
def test_a_spread_of_almost_nothing_is_nothing(sd):
    """Catches a shape that overflows: a rate that is no number would never fire."""
    assert _gamma(np.array([1e-16, 0.5, 1.0]), np.ones(3), np.full(3, sd)) == pytest.approx(np.ones(3), abs=1e-4)
    assert _gamma(np.array([0.5]), np.zeros(1), np.full(1, sd)) == pytest.approx([0.0], abs=1e-4)


def test_the_largest_uniform_has_a_finite_quantile():
    """Catches an infinite fee, growth or frailty for the one draw in 2^53 that is 1."""
    assert np.isfinite(_gamma(np.ones(1), np.ones(1), np.ones(1))).all()


def test_customers_stand_by_replication_and_by_id():
    """Catches an order in which ties would go to others, and an id that two share."""
    scenario = quiet(customers=30, segments=TWO, base=tenure(3.0) | {"joining_share_per_month": 0.5})
    _, _, c = draw(scenario, replications=[4, 7])
    assert (np.diff(c["row"]) >= 0).all()
    for row, replication in enumerate([4, 7]):
        inside = c[c["row"] == row]
        assert (np.diff(inside["id"].astype(np.int64)) > 0).all()
        assert (inside["replication"] == replication).all()
    starts = row_starts(c, 2)
    assert starts.tolist() == [0, (c["row"] == 0).sum(), len(c)]


def test_joiners_come_from_the_stream_of_their_segment_in_the_order_of_time():
    """Catches an id that hangs on another stream, and arrivals that are numbered across replications."""
    scenario = quiet(customers=40, segments=TWO, base={"joining_share_per_month": 0.5})
    _, _, c = draw(scenario, replications=3)
    new = c[c["id"] >= STREAM_FIRST]
    assert (new["state"] == PROSPECT).all()
    assert ((new["joined"] > 0) & (new["joined"] < HORIZON)).all()
    for row in range(3):
        for segment in range(2):
            stream = new[(new["row"] == row) & (new["segment"] == segment)]
            assert len(stream) > 50
            first = STREAM_FIRST + segment * STREAM_WIDTH
            assert (stream["id"] == first + np.arange(len(stream))).all()
            assert (np.diff(stream["joined"]) > 0).all()


def test_a_longer_life_adds_joiners_and_changes_none():
    """Catches arrivals that hang on how long the world will be lived."""
    scenario = quiet(customers=40, segments=TWO, base={"joining_share_per_month": 0.5})
    (_, _, short), (_, _, long) = (draw(scenario, until=days) for days in (365.0, 700.0))
    there = np.isin(long["id"], short["id"])
    assert (long[there]["joined"] == short["joined"]).all()
    assert (long[~there]["joined"] >= 365.0).all()
    assert (~there).sum() > 100


def test_a_record_is_small():
    """Catches a field that makes a base of millions too large for a machine."""
    assert customer_dtype.itemsize <= 664


def test_nobody_joins_where_the_rate_is_zero():
    """Catches an empty stream that is read."""
    _, _, c = draw(quiet(customers=5), replications=2)
    assert len(c) == 10
    assert (c["joined"] <= 0).all()
