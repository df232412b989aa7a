"""What a trial leaves of a metric, as sums that add up: two trials side by side are one of both their customers.

So one set of lives shows trials of many sizes: replications are firms of one kind, and two of them together are a firm
twice as large whose halves have their own luck with random promotions (what one firm shares, a desk say, each half has
its own of).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.evidence.cells import Counts, Sample, sample
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.results import Estimates

SHARES = ("churn_rate", "kept_share")
"""Metrics that are a share of all customers."""


@dataclass(frozen=True, eq=False)
class Cells:
    """One metric of many trials; every array has shape (trials, strata, arms).

    Attributes
    ----------
    n : customers
    mean : their mean, 0 where there are none
    squares : sum of their squared distances from it
    """

    n: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    def __len__(self) -> int:
        return len(self.n)

    def merged(self, times: int) -> Cells:
        """Trials of `times` neighbours each; those left over are left out."""
        if times == 1:
            return self
        trials = len(self) // times
        n, mean, squares = (
            part[: trials * times].reshape(trials, times, *part.shape[1:]) for part in (self.n, self.mean, self.squares)
        )
        together = n.sum(axis=1)
        centre = (n * mean).sum(axis=1) / np.maximum(together, 1)
        return Cells(together, centre, (squares + n * (mean - centre[:, None]) ** 2).sum(axis=1))

    def followed_by(self, others: Sequence[Cells]) -> Cells:
        """These trials, then those of other batches of the same kind."""
        parts = [self, *others]
        return Cells(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("n", "mean", "squares")))

    def counts(self, arm: int) -> Counts:
        """Of a share: events and sizes in an arm, shape (trials, strata)."""
        return Counts(np.rint(self.n[..., arm] * self.mean[..., arm]), self.n[..., arm])

    def sample(self, arm: int) -> Sample:
        """Sizes, means and variances in an arm, shape (trials, strata)."""
        n = self.n[..., arm]
        return Sample(n, self.mean[..., arm], self.squares[..., arm] / np.maximum(n - 1, 1))

    def flat_counts(self, arm: int) -> Counts:
        """As `counts`, of cells that have one stratum; shape (trials,)."""
        return Counts(*(np.asarray(part)[:, 0] for part in self.counts(arm)))

    def flat_sample(self, arm: int) -> Sample:
        """As `sample`, of cells that have one stratum; shape (trials,)."""
        return Sample(*(np.asarray(part)[:, 0] for part in self.sample(arm)))

    def totals(self) -> Cells:
        """The same without strata, shape (trials, 1, arms)."""
        n = self.n.sum(axis=1, keepdims=True)
        centre = (self.n * self.mean).sum(axis=1, keepdims=True) / np.maximum(n, 1)
        squares = (self.squares + self.n * (self.mean - centre) ** 2).sum(axis=1, keepdims=True)
        return Cells(n, centre, squares)


def cells_of(
    values: np.ndarray, trial: np.ndarray, trials: int, stratum: np.ndarray, strata: int, arm: np.ndarray, arms: int
) -> Cells:
    """Sum up one number a customer by trial, stratum and arm."""
    found = sample(values, trial=trial, trials=trials, stratum=stratum * arms + arm, strata=strata * arms)
    n, mean, variance = (np.asarray(part).reshape(trials, strata, arms) for part in found)
    return Cells(n, mean, variance * np.maximum(n - 1, 0))


@dataclass(frozen=True, eq=False)
class Ratios(Cells):
    """A ratio of totals in many trials; `mean` is the ratio, `squares` the sum of squares of customers' parts in it.

    A customer's part is that of the delta method (`sim.evidence.ratios.ratio`), so that what is done with means is done
    with ratios. Where all denominators are 0 there is no ratio, and no customer counts.

    Attributes
    ----------
    sums : float64 array, shape (5, trials, strata, arms)
        Totals of the numerators y, the denominators x, y y, x y and x x.
    everybody : customers, whether they count or not
    """

    sums: np.ndarray
    everybody: np.ndarray

    def merged(self, times: int) -> Cells:
        """As of means."""
        trials = len(self) // times

        def together(part: np.ndarray) -> np.ndarray:
            sums: np.ndarray = part[..., : trials * times, :, :].reshape(
                *part.shape[:-3], trials, times, *part.shape[-2:]
            ).sum(axis=-3)  # fmt: skip
            return sums

        return _ratios(together(self.everybody), together(self.sums))

    def totals(self) -> Cells:
        """As of means."""
        return _ratios(self.everybody.sum(axis=1, keepdims=True), self.sums.sum(axis=2, keepdims=True))

    def followed_by(self, others: Sequence[Cells]) -> Cells:
        """As of means."""
        parts = [self, *(other for other in others if isinstance(other, Ratios))]
        return _ratios(
            np.concatenate([part.everybody for part in parts]), np.concatenate([part.sums for part in parts], axis=1)
        )


def ratios_of(
    parts: tuple[np.ndarray, np.ndarray],
    trial: np.ndarray,
    trials: int,
    stratum: np.ndarray,
    strata: int,
    arm: np.ndarray,
    arms: int,
) -> Ratios:
    """Sum up numerators and denominators, one of each a customer, by trial, stratum and arm."""
    (y, x), shape = parts, (trials, strata, arms)
    place = np.ravel_multi_index((trial, stratum, arm), shape)

    def total(weights: np.ndarray | None) -> np.ndarray:
        return np.bincount(place, weights=weights, minlength=trials * strata * arms).reshape(shape)

    return _ratios(total(None), np.stack([total(part) for part in (y, x, y * y, x * y, x * x)]))


def _ratios(n: np.ndarray, sums: np.ndarray) -> Ratios:
    y, x, yy, xy, xx = sums
    known = x > 0
    level = np.where(known, y / np.where(known, x, 1.0), 0.0)
    part = np.where(known, x / np.maximum(n, 1), 1.0)
    squares = np.maximum(yy - 2 * level * xy + level**2 * xx, 0.0) / part**2
    return Ratios(np.where(known, n, 0), level, np.where(known, squares, 0.0), sums, n)


def joined(parts: Sequence[Cells]) -> Cells:
    """Trials of several batches, one after the other."""
    return parts[0].followed_by(parts[1:])


def compare(cells: Cells, metric: str, arm: int, against: int, *, stratified: bool, level: float) -> Estimates:
    """One arm against another by the analysis that follows the design, in all trials at once."""
    if metric in SHARES:
        if stratified:
            return stratified_risk_difference(cells.counts(arm), cells.counts(against), level=level)
        return risk_difference(cells.flat_counts(arm), cells.flat_counts(against), level=level)
    if isinstance(cells, Ratios):  # strata have no ratios of their own that would add up to that of all
        cells, stratified = cells.totals(), False
    if stratified:
        return stratified_mean_difference(cells.sample(arm), cells.sample(against), level=level)
    return mean_difference(cells.flat_sample(arm), cells.flat_sample(against), level=level)


def with_effect(cells: Cells, metric: str, arm: int, effect: float, generator: np.random.Generator) -> Cells:
    """The same trials, had the arm an effect of a stated size on top.

    Parameters
    ----------
    cells : Cells
    metric : str
    arm : int
        The arm that has it.
    effect : float
        In the metric's unit. Of a share: each customer with the event (without it, if the effect is positive) is
        turned by a draw of its own, so that the share moves by `effect` on average over all trials, and in each stratum
        in proportion to whom there is to turn. Of an amount: everybody's is moved by `effect`.
    generator : numpy Generator
        For the draws of a share.

    Raises
    ------
    ValueError
        The share cannot move so far.
    """
    of = cells.totals() if isinstance(cells, Ratios) else cells
    n, mean, squares = of.n.copy(), of.mean.copy(), of.squares.copy()
    if metric not in SHARES:
        mean[..., arm] = np.where(n[..., arm] > 0, mean[..., arm] + effect, 0.0)
        return Cells(n, mean, squares)
    size = n[..., arm]
    events = np.rint(size * mean[..., arm]).astype(np.int64)
    room = events if effect < 0 else size - events
    chance = abs(effect) * size.sum() / max(room.sum(), 1)
    if chance > 1:
        raise ValueError(f"effect: got {effect}, but the share is {events.sum() / max(size.sum(), 1):.4g}")
    turned = generator.binomial(room, chance)
    after = events + np.where(effect < 0, -turned, turned)
    mean[..., arm] = after / np.maximum(size, 1)
    squares[..., arm] = after * (1 - mean[..., arm])
    return Cells(n, mean, squares)
