"""How many of the flagged stay (M-01): counted by hand from who stood on which list and when each left."""

import numpy as np

from sim.experiment.flagged import flagged_kept
from sim.experiment.start import draw_start
from tests.worlds import early_warning, leaving, quiet, tenure

POLICIES = {"before": {}, "calls": {"others": {"warning_call": True}}}


def lived():
    world = {"customers": 300, "leaving": leaving(competitor=0.08), "base": tenure(3, 12), "policies": POLICIES}
    scenario = quiet(**world, early_warning=early_warning(list_share=0.2, within_days=60))
    world = draw_start(scenario, 1, np.arange(3)).world("calls")
    world.begin()
    world.live(365.0)
    return world


def test_entries_of_lists_are_counted_one_by_one() -> None:
    """Catches a leaving before the list, one after its days, and an entry whose days are not over."""
    world = lived()
    kept, entries = np.zeros(3), np.zeros(3)
    for noted in world.listed:
        for position, day in zip(noted["position"], noted["day"], strict=True):
            customer = world.customers[position]
            if 100.0 <= day <= 300.0 - 60.0:
                entries[customer["row"]] += 1
                kept[customer["row"]] += not day < customer["lost_at"] <= day + 60.0
    assert (entries > 50).all()
    np.testing.assert_array_equal(flagged_kept(world, 100.0, 300.0), kept / entries)
    nobody = flagged_kept(world, 100.0, 300.0, np.zeros(len(world.customers), dtype=bool))
    assert np.isnan(nobody).all()
