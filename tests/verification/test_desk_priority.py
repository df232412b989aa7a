"""The save desk with two classes against Cobham's formula: M/M/c, non-preemptive, one service rate.

Everybody is talked into staying, so the large pool goes on asking at the same rate. With one service rate the mean wait
over both classes is that without priority (the conservation law). What the finite pool changes there is asserted: half
a percent, a small part of what the checks can see.
"""

import numpy as np
import pytest

from sim.customer.record import NO_TIER, PLATINUM
from tests.family import Family, seed
from tests.verification.test_desk import (
    END,
    MINUTES,
    POOL,
    REPLICATIONS,
    REST,
    SEATS,
    SERVICE_A_DAY,
    SERVICE_MINUTES,
    TOGETHER,
    WARM_UP,
    WINDOW,
    compare,
    queue,
)
from tests.worlds import MONTH, day_zero, leaving, quiet

LOAD, FIRST_SHARE = 4.0, 0.4


def cobham(load: float, first_share: float) -> tuple[float, float]:
    """Mean minutes of waiting of the first and of the second class (Cobham 1954; c seats by Davis 1966)."""
    waits = queue(np.inf, load, None).waits
    use, first = load / SEATS, load / SEATS * first_share
    until_a_seat_is_free = waits * SERVICE_MINUTES / SEATS
    return until_a_seat_is_free / (1 - first), until_a_seat_is_free / ((1 - first) * (1 - use))


def test_two_classes_wait_as_cobham_says(family: Family):
    """Catches a talk that is broken off for a better caller, a class that waits for the other, and a place lost."""
    assert REPLICATIONS >= 30
    high, low = cobham(LOAD, FIRST_SHARE)
    theory, finite = queue(np.inf, LOAD, None), queue(POOL, LOAD, None)
    assert FIRST_SHARE * high + (1 - FIRST_SHARE) * low == pytest.approx(theory.wait_minutes)
    assert finite.wait_minutes == pytest.approx(theory.wait_minutes, rel=0.005)
    assert low > 4 * high

    scenario = quiet(
        customers=POOL,
        horizon_days=int(END),
        segments={"big": {"share": FIRST_SHARE, "fee_relative": 3}, "small": {"share": 1 - FIRST_SHARE}},
        tiers={"rule": "threshold", "platinum": {"value_yuan_per_year": 1200}},
        leaving=leaving(competitor=LOAD * SERVICE_A_DAY / POOL * MONTH),
        desk={
            "seats": SEATS,
            "service_minutes": SERVICE_MINUTES,
            "success_share": 1.0,
            "reasons": ["competitor"],
            "priority": "tier",
        },
    )
    waited: dict[int, list[np.ndarray]] = {PLATINUM: [], NO_TIER: []}
    for first in range(0, REPLICATIONS, TOGETHER):
        world = day_zero(scenario, seed=seed("Cobham"), replications=range(first, first + TOGETHER), until=END)
        world.begin()
        world.live(END)
        for desk in world.desks:
            inside = [call for call in desk.calls if WARM_UP <= call.asked < END - REST]
            for tier, waits in waited.items():
                waits.append(np.array([call.waited for call in inside if call.tier == tier]) * MINUTES)

    of_first, of_second = waited.values()
    a_day = finite.calls_a_day * FIRST_SHARE
    family.mean("Cobham: calls of the first class", [len(w) for w in of_first], a_day * WINDOW)
    compare(family, "Cobham: minutes the first class waits", of_first, high)
    compare(family, "Cobham: minutes the second class waits", of_second, low)
    compare(family, "Cobham: chance that the first class waits", [w > 0 for w in of_first], theory.waits)
    compare(family, "Cobham: chance that the second class waits", [w > 0 for w in of_second], theory.waits)
