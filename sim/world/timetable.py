"""Promotions as step functions of time, compiled before lives begin; rivals that react add to them (model.md 6, 18)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.draws import Decision, uniform
from sim.customer.laws import MONTH, YEAR, Timetable
from sim.customer.life import ANSWERED, ANSWERS, OURS, RIVALS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sim.scenario.rivals import Intelligence
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
            for day, strengths in _steps(runs[segment], scenario.intelligence):
                time.append(day)
                level.append(strengths)
            start.append(len(time))
    return Timetable(
        np.array(start, dtype=np.int64), np.array(time, dtype=float), np.array(level, dtype=float).reshape(-1, 4)
    )


def with_run(
    timetable: Timetable, places: Collection[int], run: Running, intelligence: Intelligence | None
) -> Timetable:
    """Give a timetable with one more run.

    Parameters
    ----------
    timetable : Timetable
        Not written: other worlds may live by it.
    places : collection of int
        Where it runs: row x segments + segment.
    run : Running
    intelligence : Intelligence, optional
        By which the run is answered, if it is a rival's.
    """
    steps = _steps([run], intelligence)
    days, strengths = np.array([day for day, _ in steps]), np.array([level for _, level in steps])
    start, times, levels = [0], [], []
    for place in range(len(timetable.start) - 1):
        part = slice(timetable.start[place], timetable.start[place + 1])
        time, level = timetable.time[part], timetable.level[part]
        if place in places:
            both = np.union1d(time, days)
            time, level = both, _in_force(time, level, both) + _in_force(days, strengths, both)
        times.append(time)
        levels.append(level)
        start.append(start[-1] + len(time))
    return Timetable(np.array(start, dtype=np.int64), np.concatenate(times), np.concatenate(levels))


def _in_force(time: np.ndarray, level: np.ndarray, days: np.ndarray) -> np.ndarray:
    """A step function at other days, its own among them; an answer starts on one day only; shape (days, 4)."""
    found = np.zeros((len(days), 4))
    entry = np.searchsorted(time, days, side="right") - 1
    begun = entry >= 0
    found[begun] = level[entry[begun]]
    found[~np.isin(days, time), ANSWERS] = 0.0
    return found


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
    if promotion.reacts is not None or promotion.random.per_year == 0:
        return runs
    t, occurrence = begin - promotion.random.lasts_days, 0  # so that one may already run when the past begins
    while True:
        u = uniform(seed, number, int(Decision.PROMOTION), 0, occurrence, replication)
        t += -np.log(u) / promotion.random.per_year * YEAR
        if t >= end:
            return runs
        runs.append((t, t + promotion.random.lasts_days))
        occurrence += 1


def _steps(runs: list[Running], intelligence: Intelligence | None) -> list[tuple[float, list[float]]]:
    """Overlapping runs as one step function: (day of a change, columns of the timetable from then on)."""
    answers = [(*_answer(run, intelligence), run[2]) for run in runs]
    answers = [answer for answer in answers if answer[0] < answer[1]]
    ends = [run[:2] for run in runs] + [answer[:2] for answer in answers]
    found = []
    for day in sorted({day for both in ends for day in both}):
        level = [0.0] * 4
        for first, last, strength, side in runs:
            level[side] += strength if first <= day < last else 0.0
        for first, last, strength in answers:
            level[ANSWERED] += strength if first <= day < last else 0.0
            level[ANSWERS] += first == day
        found.append((day, level))
    return found


def _answer(run: Running, intelligence: Intelligence | None) -> Run:
    """First and last day of the firm's answer to a run; an empty time of one that is not answered."""
    first, last, _, side = run
    if intelligence is None or side == OURS:
        return first, first
    answer = intelligence.answer
    begins = first + intelligence.seen_after_days + answer.after_days
    return begins, last if answer.lasts_days is None else min(last, begins + answer.lasts_days)
