"""Replications in blocks, lived side by side: what comes out does not depend on the cut or on the processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

BLOCK_CUSTOMERS = 20_000
"""Customers lived as one array: enough to spread what a call costs, few enough for the caches and for memory."""


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody how far it is."""


def blocks(scenario: Scenario, replications: int) -> list[np.ndarray]:
    """Numbers of the replications of each block; results do not depend on how they are cut."""
    size = max(1, min(BLOCK_CUSTOMERS // scenario.customers, -(-replications // 4)))
    return np.split(np.arange(replications), range(size, replications, size))


def in_order(tasks: list[Any], stage: str, tell: Progress, jobs: int | Parallel) -> Iterator[Any]:
    """Run tasks on processes; results come in the order of the tasks.

    Parameters
    ----------
    tasks : list
        Made by `joblib.delayed`.
    stage : str
    tell : callable
    jobs : int or Parallel
        Processes, or those that are kept between stages (they must return a generator).
    """
    if not tasks:
        return
    tell(stage, 0, len(tasks))
    workers = Parallel(n_jobs=jobs, return_as="generator") if isinstance(jobs, int) else jobs
    for done, result in enumerate(workers(tasks), start=1):
        tell(stage, done, len(tasks))
        yield result
