"""Competitors' promotions, compiled into a timetable before lives begin (model.md section 6)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.draws import Decision, uniform
from sim.customer.laws import MONTH, YEAR, Timetable
from sim.customer.life import OURS, RIVALS

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Run = tuple[float, float]
Running = tuple[float, float, float, int]
"""First day, last day, strength, and whose promotion it is."""


def past_days(scenario: Scenario) -> float:
    """Days before day 0 that somebody of the base has lived."""
    mix = scenario.base.tenure_mix
    return max(band.to_month for band in mix.bands) * MONTH if mix is not None else 0.0


def compile_timetable(
    scenario: Scenario, seed: int, replications: np.ndarray, end: float, futures: np.ndarray | None = None
) -> Timetable:
    """Compile all promotions from the past's beginning to `end`.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    replications : int64 array, shape (rows,)
        Random promotions differ between replications.
    end : float
        Day.
    futures : int64 array, shape (rows,), optional
        Replications by whose luck random promotions start from day 0 on; what has begun before goes on as it was.
    """
    begin = -past_days(scenario)
    segments = list(scenario.segments)
    start, time, level = [0], [], []
    for replication, future in zip(replications, replications if futures is None else futures, strict=True):
        runs: dict[str, list[Running]] = {segment: [] for segment in segments}
        for name, promotion in scenario.promotions.items():
            number = zlib.crc32(name.encode())  # its luck hangs on its name, not on its place in the file
            both = [_runs(scenario, promotion, number, seed, int(luck), begin, end) for luck in (replication, future)]
            began = [run for run in both[0] if run[0] < 0]
            for first, last in began + [run for run in both[1] if run[0] >= 0]:
                for segment in promotion.segments or segments:
                    runs[segment].append((first, last, promotion.strength, OURS if promotion.ours else RIVALS))
        for segment in segments:
            for day, strengths in _steps(runs[segment]):
                time.append(day)
                level.append(strengths)
            start.append(len(time))
    return Timetable(
        np.array(start, dtype=np.int64), np.array(time, dtype=float), np.array(level, dtype=float).reshape(-1, 2)
    )


def _runs(scenario, promotion, number, seed, replication, begin, end) -> list[Run]:  # type: ignore[no-untyped-def]
    """First and last day of each run of a promotion that touches [begin, end)."""
    if promotion.dated is not None:
        first = float((promotion.dated.from_ - scenario.start).days)
        last = float((promotion.dated.to - scenario.start).days)
        return [(first, last)] if last > begin and first < end else []
    if promotion.recurring is not None:
        every, lasts = promotion.recurring.every_days, promotion.recurring.lasts_days
        first = float((promotion.recurring.first - scenario.start).days)
        skipped = max(0, int((begin - first) // every))
        first += skipped * every
        runs = []
        while first < end:
            runs.append((first, first + lasts))
            first += every
        return runs
    runs = []
    if promotion.random.per_year == 0:
        return runs
    t, occurrence = begin - promotion.random.lasts_days, 0  # so that one may already run when the past begins
    while True:
        u = uniform(seed, number, int(Decision.PROMOTION), 0, occurrence, replication)
        t += -np.log(u) / promotion.random.per_year * YEAR
        if t >= end:
            return runs
        runs.append((t, t + promotion.random.lasts_days))
        occurrence += 1


def _steps(runs: list[Running]) -> list[tuple[float, list[float]]]:
    """Overlapping runs as one step function: (day of a change, sums of the strengths from then on)."""
    days = sorted({day for first, last, _, _ in runs for day in (first, last)})
    return [
        (day, [sum(s for first, last, s, of in runs if of == side and first <= day < last) for side in (RIVALS, OURS)])
        for day in days
    ]
