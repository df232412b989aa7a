"""Curves of each arm of many trials at once, read off the risk table: one row of a matrix a group.

A group is a trial, or a trial and stratum. What is summed or multiplied along a row never meets another
group's numbers, so a trial's result is the same to the last bit in whatever batch it stands.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.results import FloatArray, IntArray
from sim.evidence.risk_table import Lives, RiskTable, lives

SHORT = "an arm's follow-up ends before day {day:g}, and not all of it had left: its curve is not known so far"


class Steps(NamedTuple):
    """One arm's curve up to a day; every array has shape (groups, steps), a column a day on which somebody of
    the group left.

    Rows with fewer days are filled up with steps at day ``upto``, with nobody at risk and nothing happening.
    ``before`` and ``after`` are the shares still there just before and after each step
    (Kaplan and Meier 1958), ``greenwood`` is events / (at risk x (at risk - events)), 0 where everybody at
    risk left.
    """

    upto: float
    day: FloatArray
    at_risk: FloatArray
    events: FloatArray
    before: FloatArray
    after: FloatArray
    greenwood: FloatArray


class Places(NamedTuple):
    """Where each entry of a risk table stands in the matrix: its group's row, its step's column."""

    kept: IntArray
    row: IntArray
    column: IntArray
    shape: tuple[int, int]

    def spread(self, values: NDArray[Any], filling: float = 0.0) -> FloatArray:
        """``values``, one an entry of the table, as a matrix of shape (groups, steps)."""
        matrix = np.full(self.shape, filling)
        matrix[self.row, self.column] = values[self.kept]
        return matrix


def places(customers: Lives, table: RiskTable, groups: int, upto: float) -> Places:
    """Places of all entries up to and including day ``upto``; there are ``groups`` groups."""
    kept = np.flatnonzero(customers.days[table.row] <= upto)
    row = customers.group[table.row[kept]]
    column = np.arange(len(kept)) - np.searchsorted(row, row, side="left")
    return Places(kept, row, column, (groups, int(column.max(initial=-1)) + 1))


def steps(customers: Lives, table: RiskTable, where: Places, *, upto: float, in_arm: bool) -> Steps:
    """The curve of the arm (or of the one it is compared with) in every group."""
    at_risk, events = table.at_risk_in_arm, table.events_in_arm
    if not in_arm:
        at_risk, events = table.at_risk - at_risk, table.events - events
    n, d = where.spread(at_risk), where.spread(events)
    after = np.cumprod(1 - d / np.maximum(n, 1), axis=1, dtype=np.float64)
    before = np.concatenate([np.ones((len(after), 1)), after[:, :-1]], axis=1)[:, : after.shape[1]]
    greenwood = np.where(n > d, d / np.maximum(n * (n - d), 1), 0.0)
    return Steps(upto, where.spread(customers.days[table.row], upto), n, d, before, after, greenwood)


def from_the_right(values: FloatArray) -> FloatArray:
    """Sum of each entry and of all behind it in its row; shape as given."""
    sums: FloatArray = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
    return sums


def total(values: FloatArray) -> FloatArray:
    """Sum of each row from left to right, shape (groups,): zeros that fill a row up change no bit of it."""
    sums: FloatArray = np.cumsum(values, axis=1)[:, -1] if values.shape[1] else np.zeros(len(values))
    return sums


def known(customers: Lives, groups: int, upto: float, *, in_arm: bool) -> NDArray[np.bool_]:
    """Whether the arm's curve is known up to the day: somebody was followed so far, or all had left; shape
    (groups,).
    """
    mine = customers.in_arm == in_arm
    group, days = customers.group[mine], customers.days[mine]
    longest = np.full(groups, -np.inf)
    np.maximum.at(longest, group, days)
    still_there = np.bincount(group[(days == longest[group]) & ~customers.left[mine]], minlength=groups)
    followed: NDArray[np.bool_] = (longest >= upto) | ((longest >= 0) & (still_there == 0))
    return followed


def restratified(customers: Lives, trials: int, strata: int, merged: NDArray[np.bool_]) -> Lives:
    """The customers with the ``merged`` strata of each trial, shape (trials, strata), as one more stratum, the
    last.
    """
    stratum = np.where(merged.ravel()[customers.group], strata, customers.group % strata)
    columns = customers.days, customers.left, customers.in_arm, customers.trial
    again = lives(*columns, trials, stratum, strata + 1)
    return again._replace(order=customers.order[again.order])


def sizes(customers: Lives, groups: int) -> tuple[FloatArray, FloatArray]:
    """Customers of each group in the arm and in the one it is compared with, both of shape (groups,)."""
    n1, n0 = (np.bincount(customers.group[customers.in_arm == arm], minlength=groups) for arm in (True, False))
    return n1.astype(np.float64), n0.astype(np.float64)
