"""What a trial leaves of a metric where arms were dealt to circles, as sums that add up (`additive.py`).

A circle is the observation. Of an amount, sums over circles of what its members are away from the arm's mean show
every larger trial; of a share, circles are counted by members and events, so that customers can be turned one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from sim.evidence.clusters import Clusters, difference_by_cluster
from sim.evidence.power_by_cluster import correlation_within
from sim.evidence.results import Estimates, Refused
from sim.experiment.additive import SHARES, Cells, cells_of
from sim.experiment.outcomes import Outcomes


class Dealt(NamedTuple):
    """Customers of many trials and the circles that were dealt.

    Attributes
    ----------
    circle : position of each customer's circle, shape (customers,)
    trial, arm, members : of each circle, shape (circles,); members are those who take part
    """

    circle: np.ndarray
    trial: np.ndarray
    arm: np.ndarray
    members: np.ndarray


def dealt(outcomes: Outcomes, trial: np.ndarray, arm: np.ndarray) -> Dealt:
    """Who is in which circle; who is alone is one."""
    unit = outcomes.unit
    _, first, circle = np.unique(trial * (int(unit.max(initial=0)) + 1) + unit, return_index=True, return_inverse=True)
    return Dealt(circle, trial[first], arm[first], np.bincount(circle))


@dataclass(frozen=True, eq=False)
class CircleCells(Cells):
    """One metric of many trials whose arms were dealt to circles; arrays as those of `Cells`, with one stratum.

    Attributes
    ----------
    circles : how many
    sums : float64 array, shape (3, trials, 1, arms)
        Over circles, with r what the members are away from the arm's mean, in all, and m how many they are: the sums
        of r r, r m and m m.
    kinds : int64 array, shape (trials, 1, arms, kinds), or None for an amount
        Of a share: how many circles have m members of whom y had the event, in the order of `_kind`.
    """

    circles: np.ndarray
    sums: np.ndarray
    kinds: np.ndarray | None

    def merged(self, times: int) -> Cells:
        """As of means; circles of two replications are different ones."""
        if times == 1:
            return self
        trials = len(self) // times

        def apart(part: np.ndarray) -> np.ndarray:
            return part[: trials * times].reshape(trials, times, *part.shape[1:])

        n, mean = apart(self.n), apart(self.mean)
        together = n.sum(axis=1)
        centre = (n * mean).sum(axis=1) / np.maximum(together, 1)
        moved = centre[:, None] - mean
        rr, rm, mm = (apart(part) for part in self.sums)
        return CircleCells(
            n=together,
            mean=centre,
            squares=(apart(self.squares) + n * moved**2).sum(axis=1),
            circles=apart(self.circles).sum(axis=1),
            sums=np.stack(
                [part.sum(axis=1) for part in (rr - 2 * moved * rm + moved**2 * mm, rm - moved * mm, mm)]
            ),
            kinds=None if self.kinds is None else apart(self.kinds).sum(axis=1),
        )  # fmt: skip

    def totals(self) -> Cells:
        """The same: where circles are dealt there are no strata."""
        return self

    def followed_by(self, others: Sequence[Cells]) -> Cells:
        """As of means."""
        parts = [self, *(other for other in others if isinstance(other, CircleCells))]
        kinds = [part.kinds for part in parts if part.kinds is not None]
        plain = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("n", "mean", "squares", "circles")
        }
        sums = np.concatenate([part.sums for part in parts], axis=1)
        return CircleCells(**plain, sums=sums, kinds=np.concatenate(kinds) if kinds else None)

    def clusters(self, arm: int) -> Clusters:
        """An arm of every trial, shape (trials,)."""
        return Clusters(*(part[:, 0, arm] for part in (self.n, self.mean, self.sums[0], self.circles)))

    def compare(self, arm: int, against: int, level: float) -> Estimates:
        """One arm against another by circle, in all trials at once."""
        return difference_by_cluster(self.clusters(arm), self.clusters(against), level=level)

    def weight(self, arm: int | slice = slice(None)) -> float:
        """Members of the circle in which the average customer of an arm (of all arms) lives."""
        return float(self.sums[2][..., arm].sum() / max(self.n[..., arm].sum(), 1))

    def design_effect(self, arm: int | slice = slice(None)) -> float:
        """Variance of an arm's mean (of all arms') by circle over that of as many independent customers.

        The ratio of the two variances that the analysis by circle and Welch's take (Kish 1965, Survey Sampling,
        8.2), each with its factor for few, all trials pooled; 1 where nobody differs.
        """
        n, circles = self.n[..., arm], self.circles[..., arm]
        known = (circles > 1) & (n > 1)
        squares = self.sums[0][..., arm] * circles / np.maximum(circles - 1, 1)
        by_circle = squares[known].sum() / max(n[known].sum(), 1)
        alone = self.squares[..., arm][known].sum() / max((n - 1)[known].sum(), 1)
        return float(by_circle / alone) if alone > 0 else 1.0

    def correlation(self, arm: int | slice = slice(None)) -> float | Refused:
        """How alike members of a circle are in an arm (in all arms), all trials pooled; refused where all are alone."""
        return correlation_within(self.design_effect(arm), self.weight(arm))

    def with_effect(self, arm: int, effect: float, generator: np.random.Generator) -> Cells:
        """As `additive.with_effect`; customers of a share are turned without regard to their circle."""
        if self.kinds is None:
            mean = self.mean.copy()
            mean[..., arm] = np.where(self.n[..., arm] > 0, mean[..., arm] + effect, 0.0)
            return CircleCells(self.n, mean, self.squares, self.circles, self.sums, None)
        kinds = self.kinds.copy()
        members, events = _kinds_of(kinds.shape[-1])
        room = events if effect < 0 else members - events
        chance = abs(effect) * self.n[..., arm].sum() / max((kinds[..., arm, :] * room).sum(), 1)
        if chance > 1:
            share = (self.n * self.mean)[..., arm].sum() / max(self.n[..., arm].sum(), 1)
            raise ValueError(f"effect: got {effect}, but the share is {share:.4g}")
        after = np.zeros_like(kinds[..., arm, :])
        for kind, (size, there) in enumerate(zip(members, room, strict=True)):
            split = generator.multinomial(kinds[..., arm, kind], binom.pmf(np.arange(there + 1), there, chance))
            left = events[kind] + np.arange(there + 1) * (-1 if effect < 0 else 1)
            after[..., _kind(size, left)] += split
        kinds[..., arm, :] = after
        return _of_kinds(kinds)


def circle_cells_of(values: np.ndarray, of: Dealt, trials: int, arms: int, name: str, largest: int) -> CircleCells:
    """Sum up one number a customer by trial and arm.

    Parameters
    ----------
    values : float64 array, shape (customers,)
    of : Dealt
    trials, arms : int
    name : str
        The metric: a share is counted by kinds of circles.
    largest : int
        Members of the largest circle that there can be.
    """
    if name in SHARES:
        shape = (trials, 1, arms, largest * (largest + 3) // 2)
        kind = _kind(of.members, np.bincount(of.circle, weights=values, minlength=len(of.trial)).astype(np.int64))
        place = np.ravel_multi_index((of.trial, np.zeros_like(of.trial), of.arm, kind), shape)
        return _of_kinds(np.bincount(place, minlength=int(np.prod(shape))).reshape(shape))
    where = of.trial[of.circle], trials, np.zeros(len(values), dtype=np.int64), 1, of.arm[of.circle], arms
    cells = cells_of(values, *where)
    away = values - cells.mean[of.trial, 0, of.arm][of.circle]
    r, m = np.bincount(of.circle, weights=away, minlength=len(of.trial)), of.members
    place = of.trial * arms + of.arm

    def total(weights: np.ndarray | None) -> np.ndarray:
        return np.bincount(place, weights=weights, minlength=trials * arms).reshape(trials, 1, arms)

    sums = np.stack([total(part) for part in (r * r, r * m, m * m * 1.0)])
    return CircleCells(cells.n, cells.mean, cells.squares, total(None), sums, None)


def _kind(members: np.ndarray, events: np.ndarray) -> np.ndarray:
    """Number of the kind of circle: one member without the event, with it, two members without, ..."""
    kind: np.ndarray = members * (members + 1) // 2 - 1 + events
    return kind


def _kinds_of(kinds: int) -> tuple[np.ndarray, np.ndarray]:
    """Members and events of every kind, shape (kinds,)."""
    largest = int(np.sqrt(2 * kinds))
    members = np.repeat(np.arange(1, largest + 1), np.arange(2, largest + 2))[:kinds]
    return members, np.arange(kinds) - (members * (members + 1) // 2 - 1)


def _of_kinds(kinds: np.ndarray) -> CircleCells:
    """The sums of a share from its circles by kind."""
    m, y = _kinds_of(kinds.shape[-1])
    n = (kinds * m).sum(axis=-1)
    mean = (kinds * y).sum(axis=-1) / np.maximum(n, 1)
    away = y - mean[..., None] * m
    sums = np.stack([(kinds * part).sum(axis=-1) for part in (away**2, away * m, m * m * np.ones_like(away))])
    return CircleCells(n, mean, n * mean * (1 - mean), kinds.sum(axis=-1), sums, kinds)
