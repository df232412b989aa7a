"""The save desk against queueing theory: Erlang C without, Erlang A with exponential patience.

A large pool of customers with a constant hazard asks at a rate that hardly depends on how many stand at the desk.
What the finite pool changes is computed from the closed queue: a small part of what the checks can see.
Each replication is one observation: calls of one replication depend on each other. Sums over the calls of a
replication less their expectation given their number have mean 0 in the long run, where ratios would be biased.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from sim.scenario.schema import Scenario
from tests.family import Family, seed
from tests.worlds import MONTH, day_zero, leaving, quiet

POOL = 20_000
SEATS, SERVICE_MINUTES = 5, 10.0
REPLICATIONS, TOGETHER = 40, 4
WARM_UP, END, REST = 1.0, 7.0, 0.25  # days; calls of the rest may be unanswered at the end
WINDOW = END - WARM_UP - REST
MINUTES = 24 * 60.0
SERVICE_A_DAY = MINUTES / SERVICE_MINUTES


@dataclass(frozen=True)
class Queue:
    """What theory says: chances and means as calls see them."""

    calls_a_day: float
    waits: float
    wait_minutes: float
    abandons: float


def queue(pool: float, load: float, patience_minutes: float | None, states: int = 400) -> Queue:
    """Birth and death with seats, and patience; from an endless pool, or as the next of a finite one sees it."""
    rate = load * SERVICE_A_DAY
    tired = 0.0 if patience_minutes is None else MINUTES / patience_minutes

    def stationary(others: float) -> np.ndarray:
        weight = np.zeros(states)
        for k in range(1, states):
            asks = rate if np.isinf(pool) else rate / pool * (others - (k - 1))
            dies = min(k, SEATS) * SERVICE_A_DAY + max(k - SEATS, 0) * tired
            weight[k] = weight[k - 1] + np.log(asks / dies)
        chance: np.ndarray = np.exp(weight - weight.max())
        return chance / chance.sum()

    seen, there = stationary(pool - 1), stationary(pool)
    k = np.arange(states)
    asked = rate if np.isinf(pool) else float(there @ (pool - k)) * rate / pool
    waiting = float(there @ np.maximum(k - SEATS, 0))
    return Queue(asked, float(seen[SEATS:].sum()), waiting / asked * MINUTES, waiting * tired / asked)


def world_of(load: float, patience: float | None, joining: float = 0.0) -> Scenario:
    """Everybody asks before leaving and is talked into staying, unless it tires."""
    rate = load * SERVICE_A_DAY / POOL * MONTH
    desk = {
        "seats": SEATS,
        "service_minutes": SERVICE_MINUTES,
        "success_share": 1.0,
        "reasons": ["competitor"],
    }
    if patience is not None:
        desk["patience_minutes"] = patience
    return quiet(
        customers=POOL,
        horizon_days=int(END),
        leaving=leaving(competitor=rate),
        base={"joining_share_per_month": joining},
        desk=desk,
    )


def calls_of(scenario: Scenario, key: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Of each replication, after warm-up: minutes waited, and whether the call was given up."""
    found = []
    for first in range(0, REPLICATIONS, TOGETHER):
        world = day_zero(scenario, seed=key, replications=range(first, first + TOGETHER), until=END)
        world.begin()
        world.live(END)
        for desk in world.desks:
            asked, waited, outcome = (np.array([call[part] for call in desk.calls]) for part in range(3))
            inside = (asked >= WARM_UP) & (asked < END - REST)
            found.append((waited[inside] * MINUTES, outcome[inside] == "tired"))
    return found


def compare(family: Family, name: str, values: list[np.ndarray], target: float) -> None:
    """Check that the values' mean over all calls in the long run is the target."""
    calls = np.array([len(v) for v in values])
    family.mean(name, [target + (v.sum() - target * len(v)) / calls.mean() for v in values], target)


def test_without_patience_it_is_erlang_c(family: Family):
    """Catches a seat that stands empty while somebody waits, another service time, and waits of the wrong calls."""
    load = 4.0
    theory, finite = queue(np.inf, load, None), queue(POOL, load, None)
    # Erlang's own formula
    terms = np.cumprod([1.0, *(load / k for k in range(1, SEATS))])
    last = terms[-1] * load / SEATS * SEATS / (SEATS - load)
    assert theory.waits == pytest.approx(last / (terms.sum() + last), rel=1e-9)
    assert theory.wait_minutes == pytest.approx(theory.waits * SERVICE_MINUTES / (SEATS - load), rel=1e-9)
    # what the finite pool changes: a quarter of a percent of the chance, half a percent of the mean wait
    assert finite.waits == pytest.approx(theory.waits, rel=0.0025)
    assert finite.wait_minutes == pytest.approx(theory.wait_minutes, rel=0.005)

    calls = calls_of(world_of(load, None), seed("Erlang C"))
    family.mean("Erlang C: calls in the window", [len(w) for w, _ in calls], finite.calls_a_day * WINDOW)
    compare(family, "Erlang C: chance of waiting", [w > 0 for w, _ in calls], theory.waits)
    compare(family, "Erlang C: minutes waited", [w for w, _ in calls], theory.wait_minutes)
    # who waits, waits an exponential time
    mean = SERVICE_MINUTES / (SEATS - load)
    late = theory.waits * np.exp(-2.0)
    compare(family, "Erlang C: waits twice the mean", [w > 2 * mean for w, _ in calls], late)
    assert not any(tired.any() for _, tired in calls)


def test_with_exponential_patience_it_is_erlang_a(family: Family):
    """Catches patience that runs on in service, that is drawn anew, or a place in the queue kept by the tired.

    Who tires leaves; joiners replace them at the same rate, so that the pool stays as large as it was.
    """
    load, patience = 5.5, 15.0
    theory, finite = queue(np.inf, load, patience), queue(POOL, load, patience)
    assert finite.abandons == pytest.approx(theory.abandons, rel=0.0025)
    assert finite.wait_minutes == pytest.approx(theory.wait_minutes, rel=0.0025)
    lost_a_day = theory.abandons * theory.calls_a_day

    calls = calls_of(world_of(load, patience, joining=lost_a_day * MONTH / POOL), seed("Erlang A"))
    family.mean("Erlang A: calls in the window", [len(w) for w, _ in calls], finite.calls_a_day * WINDOW)
    compare(family, "Erlang A: share that tires", [tired for _, tired in calls], theory.abandons)
    compare(family, "Erlang A: minutes waited", [w for w, _ in calls], theory.wait_minutes)
    compare(family, "Erlang A: chance of waiting", [w > 0 for w, _ in calls], theory.waits)
