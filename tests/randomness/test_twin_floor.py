"""Twins reach their floor: with no luck shared between customers, luck is shared by twins and by nobody else.

Where nobody is harmed a twin difference is 0 or -1, so its mean over n customers, -d in the long run, has at best the
standard deviation sqrt(d (1 - d) / n). A design that leaks draws between arms stays well above it.
"""

import numpy as np
import pytest

from sim.customer.life import PROSPECT
from tests.worlds import HORIZON, leaving, quiet, roll_out

REPLICATIONS, CUSTOMERS = 2_000, 184


def private_world():
    """A world like that of company H in which nothing is shared, and a reward can only help."""
    rates = leaving(competitor=0.035, need_gone=0.002, variety=0.001)
    rates["competitor"] |= {"tenure_shape": "peaks", "price_sensitive": True, "frail": True}
    sensitivity = {"price_sensitivity": {"mean": 1.2, "sd": 0.6}, "growth_per_year": {"mean": 0.03, "sd": 0.1}}
    bands = [(0, 3, 0.13), (3, 12, 0.68), (12, 48, 0.19)]
    return quiet(
        customers=CUSTOMERS,
        segments={
            "middle": {"share": 0.6, "risk_factor": 1.4, "fee_sigma": 0.8, **sensitivity},
            "large": {"share": 0.4, "fee_relative": 4.0, "fee_sigma": 0.8, **sensitivity},
        },
        base={
            "tenure_mix": {"bands": [{"from_month": a, "to_month": b, "share": s} for a, b, s in bands]},
            "frailty_variance": 0.3,
        },
        tenure_shapes={
            "peaks": {
                "steps": [
                    {"from_month": m, "factor": f}
                    for m, f in [(0, 0.5), (5.5, 2.5), (6.5, 0.9), (11.5, 3.0), (12.5, 0.8)]
                ]
            }
        },
        leaving=rates,
        promotions={"year_end": {"strength": 0.5, "dated": {"from": "2010-11-15", "to": "2010-12-30"}}},
        reward={
            "max_reduction": 0.25,
            "half_dose_days": 4,
            "half_life_days": 90,
            "lasts_days": 365,
            "acts_on": ["competitor"],
        },
    )


def left(free_days: float, seed: int) -> np.ndarray:
    """Who left within the horizon; (replications, customers)."""
    world = roll_out(private_world(), (None, free_days), seed=seed, replications=REPLICATIONS)
    world.live(HORIZON)
    assert (world.customers["state"] != PROSPECT).all()
    return (world.customers["lost_at"] < HORIZON).reshape(REPLICATIONS, CUSTOMERS)


@pytest.fixture(scope="module")
def without() -> np.ndarray:
    return left(0.0, seed=1)


def over_the_floor(given: np.ndarray, without: np.ndarray) -> tuple[float, float]:
    """Effect, and the standard deviation of its mean in a replication over the least that is possible."""
    difference = given.astype(float) - without
    d = -float(difference.mean())
    return d, float(difference.mean(axis=1).std(ddof=1) / np.sqrt(d * (1 - d) / CUSTOMERS))


def test_twins_reach_the_floor(without: np.ndarray):
    """Catches arms whose draws differ, by counters, by order or by number: noise that twins should cancel.

    With 2,000 replications the ratio's own standard error is 1.6%, so 1.1 is six of them above a perfect 1.
    """
    given = left(15.0, seed=1)
    assert not (given & ~without).any()  # nobody is harmed
    d, ratio = over_the_floor(given, without)
    print(f"twins: effect {-d:.4f}, standard deviation {ratio:.3f} times the floor")
    assert d > 0.01
    assert ratio <= 1.1


def test_strangers_do_not_reach_the_floor(without: np.ndarray):
    """Shows that the test above can fail: with other luck in the other arm the spread is several times the floor."""
    d, ratio = over_the_floor(left(15.0, seed=2), without)
    assert d > 0
    assert ratio > 2.0
