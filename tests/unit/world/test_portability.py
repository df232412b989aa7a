"""Numbers that can be taken along (model.md section 18)."""

from typing import Any

import numpy as np
import pytest

from sim.customer.states import Clock, State
from sim.scenario.schema import Scenario
from tests.worlds import HORIZON, MONTH, day_zero, differing, draw, live, quiet, tenure

HAZARD = {"growth": 0.03, "stable": 0.06, "warning": 0.09}


def scenario(**blocks: Any) -> Scenario:
    base = {
        "customers": 200,
        "stages": {"growth_months": 4},
        "base": tenure(0, 12),
        "warning": {"enter_per_month": 0.1, "recover_per_month": 0.2},
        "leaving": {"competitor": {"per_month": HAZARD}, "need_gone": {"per_month": HAZARD}},
        "number_change": {"per_month": HAZARD, "fee_drop_share": 0.1},
    }
    return quiet(**base | blocks)


PORTED = {"competitor_ratio": 2.0, "number_change_ratio": 0.25}


def written(ratio: float, change: float) -> Scenario:
    """A world in whose hazards the ratios are written out."""
    competitor, changes = ({state: rate * by for state, rate in HAZARD.items()} for by in (ratio, change))
    reasons = {"competitor": {"per_month": competitor}, "need_gone": {"per_month": HAZARD}}
    return scenario(leaving=reasons, number_change={"per_month": changes, "fee_drop_share": 0.1})


def test_where_it_has_always_been_so_the_past_has_it_too() -> None:
    """Catches a ratio on another clock, and one that begins on day 0: the same world as with other hazards."""
    one, other = (draw(world)[2] for world in (scenario(portability=PORTED), written(2.0, 0.25)))
    assert not differing(one, other).any()
    assert differing(one, draw(scenario())[2]).any()


def test_from_its_day_on_everybody_lives_by_other_rates() -> None:
    """Hand-computed rates of all who are there, joiners too; before that day no byte differs from a world without."""
    blocks = {"base": tenure(0, 12) | {"joining_share_per_month": 0.1}}
    ported = day_zero(scenario(portability={"from": "2010-03-02", **PORTED}, **blocks), replications=2)
    plain = day_zero(scenario(**blocks), replications=2)
    for world in (ported, plain):
        world.begin()
        world.live(60.0)
    assert not differing(ported.customers, plain.customers).any()
    for day in (60.01, 250.0):
        ported.live(day)
        c = ported.customers
        for state in (State.GROWTH, State.STABLE, State.WARNING):
            here = c["state"] == state
            assert here.sum() > 5
            rate = HAZARD[state.name.lower()] / MONTH
            assert np.allclose(c["rate"][here, Clock.COMPETITOR], 2 * rate, rtol=1e-12)
            assert np.allclose(c["rate"][here, Clock.NUMBER_CHANGE], rate / 4, rtol=1e-12)
            assert np.allclose(c["rate"][here, Clock.NEED_GONE], rate, rtol=1e-12)
    assert (c["joined"] > 60).any()


def test_its_day_leaves_the_laws_of_other_worlds_alone() -> None:
    """Catches laws that are written in place: a roll-out's next twin would start with them."""
    laws = draw(scenario(portability={"from": "2010-03-02", **PORTED}))[0]
    before = laws.table.tobytes()
    world = day_zero(scenario(portability={"from": "2010-03-02", **PORTED}))
    assert world.laws.table.tobytes() == before
    fork = world.fork()
    fork.begin()
    fork.live(100.0)
    assert fork.laws.table.tobytes() != before
    assert world.laws.table.tobytes() == before


@pytest.mark.parametrize("days", [1.0, 0.37])
def test_windows_change_no_byte(days: float) -> None:
    """Catches a day that acts twice, or at a window's end."""
    world = scenario(portability={"from": "2010-03-02", **PORTED})
    whole, cut = (live(world, replications=2, window_days=window) for window in (0.0, days))
    stopped = day_zero(world, replications=2)
    stopped.begin()
    for day in (60.0, 60.5, HORIZON):
        stopped.live(day)
    for other in (cut, stopped):
        assert not differing(whole.customers, other.customers).any()
        assert whole.shared.tally.tobytes() == other.shared.tally.tobytes()
