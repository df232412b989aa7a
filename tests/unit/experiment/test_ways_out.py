"""How customers go in a year: parts add up to the whole, and what is measured is what happened."""

from functools import cache

import numpy as np

from sim.customer.life import DORMANT
from sim.customer.states import REASONS
from sim.experiment.history import live_first_year, live_history
from sim.experiment.start import Start, draw_start
from sim.scenario.load import load_scenario
from tests.worlds import ROOT, quiet

ROWS = np.arange(3)


@cache
def start() -> Start:
    return draw_start(load_scenario(ROOT / "scenarios" / "handan_unicom.yaml").value, 1, ROWS)


def test_reasons_add_up_to_a_segments_churn():
    """Catches a reason that is left out, and a mean base of another year."""
    of = live_history(start(), "before", "before")
    for year in ("year1", "year2", "twin"):
        for segment in start().scenario.segments:
            parts = [of[f"{year}.annual_churn.{segment}.{reason}"] for reason in REASONS.values()]
            np.testing.assert_allclose(np.sum(parts, axis=0), of[f"{year}.annual_churn.{segment}"], rtol=1e-12)


def test_tenures_of_leavers_add_up_to_all():
    of = live_first_year(start(), "before")
    bands = [values for name, values in of.items() if name.startswith("year1.leavers_tenure_from_")]
    assert len(bands) == 4
    np.testing.assert_allclose(np.sum(bands, axis=0), 1.0)


def test_silent_lines_are_those_of_the_last_day():
    """Catches silent lines of the year's begin, and of those who are gone."""
    of = live_first_year(start(), "before")
    world = start().world("before")
    world.begin()
    world.live(365.0)
    c = world.customers
    there = (c["joined"] < 365.0) & np.isinf(c["lost_at"])
    for row in ROWS:
        mine = there & (c["row"] == row)
        assert of["year1.silent_share"][row] == (c["state"][mine] == DORMANT).mean()


def test_the_desks_rate_of_a_year_counts_that_years_calls():
    """Catches the second year's rate mixed with the first's: the twin's years together are the desk's own measure."""
    of = live_history(start(), "before", "before")
    world = start().world("before")
    world.begin()
    world.live(365.0)
    first = world.desk_measures()
    np.testing.assert_allclose(of["year1.save_rate"], first.save_rate)
    world.live(730.0)
    both = world.desk_measures().save_rate
    low, high = np.sort([of["year1.save_rate"], of["twin.save_rate"]], axis=0)
    assert ((low <= both) & (both <= high)).all()
    assert (of["twin.save_rate"] != both).any()


def test_a_world_without_the_mechanisms_has_none_of_their_quantities():
    of = live_first_year(draw_start(quiet(), 1, ROWS), "before")
    for name in ("silent_share", "save_rate", "share_internal", "annual_churn.all.arrears"):
        assert f"year1.{name}" not in of
    assert np.isnan(of["year1.leavers_tenure_from_0"]).all()
