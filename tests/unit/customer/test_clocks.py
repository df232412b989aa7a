"""Clocks fire when the integral of their rate says, however often the rate is changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from sim.customer.clocks import rebase, rewind
from sim.customer.draws import Decision, exponential
from sim.customer.record import MOMENTS, customer_dtype

COMPETITOR = 3
SEED = 5


@njit
def drive(customers, k, times, rates, end):
    """Run one clock through a step function of its rate; the days of its firings up to `end`."""
    c = customers[0]
    c.rate[k] = 0.0
    rewind(c, k, 0.0, SEED)
    fired = []
    for i in range(len(times)):
        rebase(c, k, times[i], rates[i])
        until = times[i + 1] if i + 1 < len(times) else end
        while c.due[MOMENTS + k] < until:
            t = c.due[MOMENTS + k]
            fired.append(t)
            rewind(c, k, t, SEED)
    return np.array(fired)


def firings(times: list[float], rates: list[float], end: float, k: int = COMPETITOR) -> np.ndarray:
    customers = np.zeros(1, dtype=customer_dtype)
    return drive(customers, k, np.array(times), np.array(rates), end)


def by_the_integral(times: list[float], rates: list[float], end: float, k: int = COMPETITOR) -> list[float]:
    """Days at which the integral of the rate passes the sums of the thresholds."""
    edges = [*times, end]
    total = np.concatenate([[0.0], np.cumsum(np.diff(edges) * rates)])
    fired, reached = [], 0.0
    for number in range(10_000):
        reached += exponential(SEED, 0, int(Decision.CLOCK) + k, 0, number, 0)
        if reached >= total[-1]:
            return fired
        i = int(np.searchsorted(total, reached, side="right")) - 1
        fired.append(times[i] + (reached - total[i]) / rates[i])
    raise AssertionError("too many firings")


def test_a_clock_fires_when_the_integral_of_its_rate_says():
    """Catches a remainder that is not carried over a change of rate, a pause, or a firing."""
    times, rates, end = [0.0, 10.0, 11.5, 40.0, 41.0], [0.3, 0.0, 2.0, 0.05, 1.0], 60.0
    fired = firings(times, rates, end)
    assert len(fired) > 20
    assert fired == pytest.approx(by_the_integral(times, rates, end), rel=1e-9)


def test_a_clock_at_rest_never_fires():
    """Catches a division by a rate of zero."""
    assert len(firings([0.0], [0.0], 1e6)) == 0


def test_clocks_have_luck_of_their_own():
    """Catches two clocks that share their thresholds."""
    assert not set(firings([0.0], [1.0], 50.0, k=3)) & set(firings([0.0], [1.0], 50.0, k=4))


STEPS = st.lists(st.tuples(st.floats(0.01, 30.0), st.floats(0.0, 2.0), st.floats(0.0, 1.0)), min_size=1, max_size=8)


@given(STEPS)
def test_a_clock_whose_rate_is_never_higher_never_fires_earlier(steps):
    """Catches a threshold that is drawn anew, or lost, when a rate changes: twins would differ in luck."""
    times = np.concatenate([[0.0], np.cumsum([length for length, _, _ in steps])])
    rates = [rate for _, rate, _ in steps]
    lower = [rate * factor for _, rate, factor in steps]
    end = float(times[-1])
    fast, slow = (firings(list(times[:-1]), r, end) for r in (rates, lower))
    assert len(slow) <= len(fast) + (len(fast) > 0 and np.isclose(fast[-1], end))
    paired = min(len(slow), len(fast))
    assert np.all(slow[:paired] >= fast[:paired] * (1 - 1e-12))
