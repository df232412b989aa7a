"""Time in evidence against time in simulation, for the operating characteristics of one design."""

import time
from typing import NamedTuple

import numpy as np

from sim.experiment.operating import Operating, firms_table, joined_sums, sum_up
from sim.planning.blocks import blocks
from sim.planning.power import live_part, widest
from sim.scenario.experiment_schema import Experiment
from sim.scenario.schema import Scenario

SIZES = (1, 2, 4, 8)


class Spent(NamedTuple):
    """Seconds on one core."""

    living: float
    evidence: float


def measure(scenario: Scenario, experiment: Experiment, replications: int) -> Spent:
    """Live trials of a design, sum them up, and grade all contrasts and decisions at several sizes."""
    cut = blocks(scenario, replications)
    live_part(scenario, experiment, 1, np.arange(1))  # compiles
    living = evidence = 0.0
    parts, table = [], None
    for numbers in cut:
        started = time.perf_counter()
        block = live_part(scenario, experiment, 1, numbers)
        living += time.perf_counter() - started
        started = time.perf_counter()
        table = firms_table(scenario, experiment, [block]) if table is None else table
        parts.append(sum_up(scenario, experiment, block, numbers, table, 1))
        evidence += time.perf_counter() - started
    started = time.perf_counter()
    operating = Operating(scenario, experiment, joined_sums(parts), 1)
    widest(operating)
    for times in SIZES:
        for name in experiment.metrics:
            operating.judged(name, times)
        operating.concluded(times)
    return Spent(living, evidence + time.perf_counter() - started)
