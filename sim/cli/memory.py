"""A base that this machine cannot hold is refused before anything is computed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

GIBIBYTE = 2**30


def check_memory(world: Loaded[Scenario]) -> None:
    """Refuse a base that does not fit into this machine's memory.

    Raises
    ------
    InputProblems
    """
    from sim.scenario.problems import InputProblems, Problem
    from sim.scenario.schema import memory_needed

    customers = world.value.customers
    needed, there = memory_needed(customers), _memory()
    if there is not None and needed > there:
        got = f"{customers} (about {needed / GIBIBYTE:,.1f} GiB of memory)"
        rule = f"a base that fits into this machine's {there / GIBIBYTE:,.1f} GiB"
        raise InputProblems([Problem(str(world.file), None, "customers", got, rule)])


def _memory() -> int | None:
    """Return the machine's memory in bytes; ``None`` where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
