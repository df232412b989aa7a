"""The engine, asked to live the same customers as the reference model."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim.customer.base
import sim.world.world
from benchmarks.lives import LINES, Lives
from sim.customer.base import draw_base
from sim.customer.laws import compile_laws
from sim.customer.record import Line
from sim.customer.states import Clock
from sim.scenario.schema import Scenario
from sim.world.timetable import compile_timetable
from sim.world.world import World

Kernels = tuple[tuple[Any, tuple[str, ...]], ...]
"""What runs compiled, by the module that calls it."""
KERNELS: Kernels = (
    (sim.customer.base, ("_begin", "live", "_open_accounts", "_arrivals", "uniforms")),
    (sim.world.world, ("live", "close", "score", "follow", "attend")),
)


@dataclass(frozen=True)
class EngineLives(Lives):
    """What the engine leaves besides.

    Attributes
    ----------
    kernel_seconds : float
        Part of `seconds` that was spent in compiled functions.
    firings : int
        Clocks that fired, and first thresholds of joiners: draws with a logarithm, from day 0 on.
    bytes_per_customer : float
        Records, tally and timetable, for each record.
    calls : int
        Calls at the save desk from day 0 on.
    """

    kernel_seconds: float
    firings: int
    bytes_per_customer: float
    calls: int


class Stopwatch:
    """Adds up the seconds spent in the functions that it wraps."""

    def __init__(self) -> None:
        self.seconds, self.calls = 0.0, 0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def call(*arguments: Any) -> Any:
            started = time.perf_counter()
            result = function(*arguments)
            self.seconds += time.perf_counter() - started
            self.calls += 1
            return result

        return call


@contextmanager
def kernel_stopwatch(kernels: Kernels = KERNELS) -> Iterator[Stopwatch]:
    """Time compiled functions while the context lasts."""
    watch = Stopwatch()
    originals = [(module, name, getattr(module, name)) for module, names in kernels for name in names]
    try:
        for module, name, function in originals:
            setattr(module, name, watch.timed(function))
        yield watch
    finally:
        for module, name, function in originals:
            setattr(module, name, function)


def live(scenario: Scenario, policy: str, customers: int, replications: int = 1, seed: int = 1) -> EngineLives:
    """Live `replications` bases of `customers` from day 0 to the horizon under `policy`, as one block."""
    scenario = scenario.model_copy(update={"customers": customers})
    horizon = float(scenario.horizon_days)
    started = time.perf_counter()
    numbers = np.arange(replications, dtype=np.int64)
    laws = compile_laws(scenario, seed, [horizon])
    timetable = compile_timetable(scenario, seed, numbers, horizon)
    people = draw_base(scenario, laws, timetable, numbers)
    firings, calls = int(people["firings"].sum()), int(people["calls"].sum())
    past_seconds = (born := time.perf_counter()) - started
    with kernel_stopwatch() as watch:
        world = World(scenario, laws, timetable, people, replications, policy)
        world.score()
        world.begin()
        world.live(horizon)
        seconds = time.perf_counter() - born
    size = people.nbytes + world.shared.tally.nbytes + sum(table.nbytes for table in timetable)
    reasons = np.array([clock.name.lower() for clock in Clock] + [""])
    left = np.isfinite(people["lost_at"])
    ledger = people["ledger"]
    return EngineLives(
        replication=people["replication"].astype(np.int64),
        joined=people["joined"].copy(),
        lost_at=people["lost_at"].copy(),
        reason=reasons[np.where(left, people["reason"], -1)],
        lines={name: ledger[:, Line[name.upper()]].copy() for name in LINES},
        events=world.events,
        seconds=seconds,
        past_seconds=past_seconds,
        kernel_seconds=watch.seconds,
        firings=int(people["firings"].sum()) - firings,
        bytes_per_customer=size / len(people),
        calls=int(people["calls"].sum()) - calls,
    )


def with_desk(scenario: Scenario, seats: int) -> Scenario:
    """The scenario with a save desk for those who leave for a competitor."""
    desk = {
        "seats": seats,
        "service_minutes": 10.0,
        "patience_minutes": 5.0,
        "success_share": 0.3,
        "reasons": ["competitor"],
    }
    values = {field: getattr(scenario, field) for field in type(scenario).model_fields}
    return type(scenario).model_validate(values | {"desk": desk})
