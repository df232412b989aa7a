"""Quantities of worlds whose customers change number, and of worlds without tiers."""

import numpy as np

from sim.experiment.baseline import live_baseline
from sim.experiment.history import live_first_year
from sim.experiment.start import Start, draw_start
from tests.worlds import leaving, quiet

RATES = leaving(competitor=0.06, need_gone=0.02)
CHANGE = {"per_month": {"growth": 0.04, "stable": 0.04}, "fee_drop_share": 0.1}


def start(**blocks: object) -> Start:
    return draw_start(quiet(customers=2_000, leaving=RATES, **blocks), 1, np.arange(2))


def test_destinations_add_up_and_go_with_the_rates():
    """Catches a destination that is counted twice, or under another's name."""
    of = live_first_year(start(number_change=CHANGE), "before")
    shares = [of[f"year1.share_{name}"] for name in ("external", "internal", "need_gone")]
    assert np.allclose(sum(shares), 1.0)
    assert np.allclose(np.mean(shares, axis=1), [6 / 12, 4 / 12, 2 / 12], atol=0.05)
    assert "year1.share_internal" not in live_first_year(start(), "before")


def test_a_world_without_tiers_has_no_middle_and_high_customers():
    """Catches a metric of nobody: NaN, on which a run's summary fails."""
    metrics, _ = live_baseline(start())
    assert all(np.isfinite(values).all() for values in metrics.values())
    assert "kept_share_middle_and_high" not in metrics
