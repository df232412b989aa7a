"""Group-sequential trials: estimates that are adjusted for the looks, after stopping and at every look."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize.elementwise import bracket_root, find_root

from sim.evidence.bounds import Bounds, Design, Harm, bounds
from sim.evidence.inputs import finite
from sim.evidence.looks import FARTHEST, REACH, Going, Walk
from sim.evidence.results import FloatArray, IntArray
from sim.evidence.stopping import Better, Stops, by_look, first_crossing, looks_of, stops_of

STAGEWISE = "median-unbiased estimate, interval and p by stagewise ordering"
LARGEST = FARTHEST - REACH  # of z after the first look, up to which the integration is exact


class Repeated(NamedTuple):
    """Intervals for every look, whatever was seen and done before; arrays of shape (trials, looks)."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    method: str
    correction: str


def group_sequential(
    z: ArrayLike, information: ArrayLike, customers: ArrayLike, design: Design, *,
    planned: ArrayLike | None = None, better: Better = "higher", estimand: str, label: str,
) -> Stops:  # fmt: skip
    """Where trials of a group-sequential design stop, and the estimate adjusted for the looks.

    Parameters
    ----------
    z, information
        Estimate / standard error and 1 / variance at each look, shape (trials, looks); information also
        (looks,). z is NaN at looks that a trial did not come to. `sim.evidence.interim` makes them of arms.
    customers
        Customers counted at each look, same shapes as ``information``.
    planned
        Information planned for the end, scalar or (trials,). Default: that of the last look, which a firm
        knows beforehand only where it is fixed.
    better
        The direction in which an effect is a benefit ('lower' for churn).

    Returns
    -------
    Stops
        Value: median-unbiased; interval of level 1 - 2 alpha and p (two-sided) by stagewise ordering
        (Tsiatis, Rosner and Mehta 1984, Biometrics 40, 797-803; Jennison and Turnbull 2000, sections 8.4 and
        8.5). The limit on the side of harm, and the p for benefit, count only bounds that must be followed,
        so a trial shows benefit exactly where it passed its upper bound; value and the other limit count
        all. Refused: one look; information that does not ascend; no statistic at a look the trial came to;
        a trial not ended; a z beyond the range of the integration.

    Raises
    ------
    ValueError
        If shapes do not fit, information or planned information is NaN or not positive.
    """
    looks = looks_of(z, information, customers, better)
    limits, row = _limits(design, looks.information, planned)
    look, why = first_crossing(looks, limits.benefit[row], limits.harm[row], limits.futility[row])
    reached = looks.z[np.arange(len(look)), look]
    looks.refusals.add((look > 0) & (np.abs(reached) > LARGEST), f"z is beyond {LARGEST:g}: no integration that far")
    interval, p_value = _stagewise(limits, row, look, reached, design, looks.refusals.codes > 0)
    return stops_of(
        looks, look, why, better, interval, p_value, estimand=estimand, label=label, level=1 - 2 * design.alpha,
        method=f"group-sequential, {looks.z.shape[1]} looks, {design.spending}: {STAGEWISE}",
        correction=f"looks: {design.spending} (value, interval and p)",
    )  # fmt: skip


def repeated_intervals(
    z: ArrayLike, information: ArrayLike, design: Design, *, planned: ArrayLike | None = None
) -> Repeated:
    """Repeated confidence intervals: all looks together hold the effect with chance 1 - 2 alpha.

    z / sqrt(I) +- c / sqrt(I) with c the symmetric two-sided bounds of the design's spending (Jennison and
    Turnbull 1989, JRSS B 51, 305-361). They hold whatever rule stops the trial, so futility plays no part.
    Parameters as `group_sequential`; NaN where z is. Interval and value are in the direction of z.
    """
    statistic, steps = by_look(z, information)
    symmetric = Design(design.alpha, design.spending, Harm(design.alpha, design.spending))
    limits, row = _limits(symmetric, steps, planned)
    value, half = statistic / np.sqrt(steps), limits.benefit[row] / np.sqrt(steps)
    return Repeated(
        value, value - half, value + half, 1 - 2 * design.alpha, "repeated confidence interval",
        f"looks: {design.spending}, any stopping rule (interval)",
    )  # fmt: skip


def _limits(design: Design, information: FloatArray, planned: ArrayLike | None) -> tuple[Bounds, IntArray]:
    """Bounds for each distinct schedule, and which of them is a trial's."""
    plan = information[:, -1] if planned is None else np.broadcast_to(finite("planned", planned), len(information))
    rows, row = np.unique(np.column_stack([information, plan]), axis=0, return_inverse=True)
    return bounds(design, rows[:, :-1], planned=rows[:, -1]), row.reshape(-1).astype(np.int64)


def _stagewise(
    limits: Bounds, row: IntArray, look: IntArray, z: FloatArray, design: Design, refused: NDArray[np.bool_]
) -> tuple[tuple[FloatArray, FloatArray, FloatArray], FloatArray]:
    """(value, low, high) and two-sided p, shape (trials,), in the better direction."""
    reach = REACH + float(np.nanmax(np.abs(np.where(refused | (look == 0), 0.0, z)), initial=0.0))
    followed = [limits.lower, _binding(limits, design)]
    value, low, high, above, below = (np.full(len(z), np.nan) for _ in range(5))
    walk = Walk(limits.information, reach)
    stages = [_Stage([], walk.start()) for _ in followed]
    for now in range(limits.information.shape[1]):
        chosen = np.flatnonzero((look == now) & ~refused)
        if chosen.size:
            every, must = (stage.of(row[chosen], limits, now) for stage in stages)
            value[chosen] = every.effect(z[chosen], 0.5)
            high[chosen] = every.effect(z[chosen], 1 - design.alpha)
            low[chosen] = must.effect(z[chosen], design.alpha)
            above[chosen] = must.chance(z[chosen], np.zeros(chosen.size))
            below[chosen] = 1 - every.chance(z[chosen], np.zeros(chosen.size))
        stages = [
            _Stage([*stage.before, stage.going], walk.onwards(stage.going, now, lower[:, now], limits.benefit[:, now]))
            for stage, lower in zip(stages, followed, strict=True)
        ]
    return (value, low, high), np.minimum(2 * np.minimum(above, below), 1.0)


def _binding(limits: Bounds, design: Design) -> FloatArray:
    """The lower bounds that must be followed."""
    return limits.lower if design.futility is None or design.futility.binding else limits.harm


class _Stage(NamedTuple):
    """Those who come to a look, and to each one before it."""

    before: list[Going]
    going: Going

    def of(self, row: IntArray, limits: Bounds, look: int) -> _Ordering:
        parts = [going.rows(row) for going in [*self.before, self.going]]
        return _Ordering(parts, limits.information[row, : look + 1], limits.benefit[row, :look])


class _Ordering(NamedTuple):
    """Trials that all stopped at one look, ordered by stage: earlier benefit is more, then a higher z."""

    going: list[Going]
    information: FloatArray
    benefit: FloatArray

    def chance(self, z: FloatArray, effect: FloatArray, rows: IntArray | None = None) -> FloatArray:
        """Chance of an outcome at least as high as to stop here with ``z``, all of shape (trials,)."""
        index = np.arange(len(z)) if rows is None else rows
        bound = np.column_stack([self.benefit[index], z])
        parts = [
            going.rows(index).chance(self.information[index, look], bound[:, look], effect, above=True)
            for look, going in enumerate(self.going)
        ]
        total: FloatArray = np.sum(parts, axis=0)
        return total

    def effect(self, z: FloatArray, chance: float) -> FloatArray:
        """The effect under which that chance is as given: it grows with the effect (Jennison and Turnbull 8.4)."""

        def excess(effect: FloatArray, trial: FloatArray) -> FloatArray:
            rows = trial.astype(np.int64)
            return self.chance(z[rows], effect, rows) - chance

        trials = np.arange(len(z), dtype=np.float64)
        scale = 1 / np.sqrt(self.information[:, -1])
        ends = bracket_root(excess, (z - 1) * scale, (z + 1) * scale, args=(trials,))
        root: FloatArray = find_root(excess, ends.bracket, args=(trials,), tolerances={"xrtol": 1e-12}).x
        return root
