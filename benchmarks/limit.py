"""The least that the engine could do: its draws and logarithms in a bare loop, and nothing else."""

import time

from numba import njit

from sim.customer.draws import exponential, uniform


@njit(cache=False)
def bare_loop(exponentials: int, uniforms: int) -> float:
    """Sum of so many keyed draws with a logarithm and so many without; summing keeps them in the loop."""
    total = 0.0
    for i in range(exponentials):
        total += exponential(1, i, 64, 0, 0, 0)
    for i in range(uniforms):
        total += uniform(1, i, 20, 0, 0, 0)
    return total


def limit_seconds(exponentials: int, uniforms: int) -> float:
    """Fastest of five runs of the bare loop, compilation apart."""
    bare_loop(1, 1)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        bare_loop(exponentials, uniforms)
        best = min(best, time.perf_counter() - started)
    return best
