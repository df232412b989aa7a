"""How sure a plan is: run noise and assumption doubt apart, which mix beats which, and what is at risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.evidence.paired import run_mean
from sim.evidence.results import Interval

LOW, HIGH = 0.05, 0.95
"""Shares of the draws below the ends of an assumption interval, as of the ranges in a scenario's file."""
FEWEST = 2
NO_DRAWS = "no draws of the assumptions were lived"


@dataclass(frozen=True, eq=False)
class Lives:
    """One quantity of one mix, fresh and in the draws.

    Attributes
    ----------
    fresh : float64 array, shape (replications,)
        At the centre of all assumptions.
    drawn : float64 array, shape (draws,)
        Draw `d` lives the fresh replication `d mod replications` again.
    """

    fresh: np.ndarray
    drawn: np.ndarray

    @property
    def mean(self) -> float:
        """Mean of the fresh replications."""
        return float(self.fresh.mean())

    @property
    def expected(self) -> np.ndarray:
        """What is expected in each draw's world: the mean, moved by what the draw changes in its replication."""
        twin = self.fresh[np.arange(len(self.drawn)) % len(self.fresh)]
        expected: np.ndarray = self.mean + self.drawn - twin
        return expected

    def run(self) -> dict[str, Any]:
        """The mean with its run doubt."""
        return run_mean(self.fresh).plain()

    def assumption(self) -> dict[str, Any]:
        """The mean with the range of what is expected in other worlds."""
        if len(self.drawn) < FEWEST:
            return {"refused": NO_DRAWS}
        low, high = np.quantile(self.expected, [LOW, HIGH])
        # a centre at the end of what the draws show belongs to its own interval
        low, high = min(float(low), self.mean), max(float(high), self.mean)
        return Interval(self.mean, low, high, "assumption", HIGH - LOW, n=len(self.drawn)).plain()

    def prediction(self) -> dict[str, Any]:
        """Where one base in one world of the draws lies, luck included."""
        of = self.drawn if len(self.drawn) >= FEWEST else self.fresh
        low, high = (float(end) for end in np.quantile(of, [LOW, HIGH]))
        return {
            "value": float(of.mean()),
            "low": low,
            "high": high,
            "of": "prediction",
            "level": HIGH - LOW,
            "n": len(of),
        }


def beats(values: Mapping[str, Lives]) -> list[dict[str, Any]]:
    """Share of the draws in which one is expected to be worth more than another, for all pairs; ties are halved."""
    names = list(values)
    found = []
    for one in names:
        for other in names:
            if one == other:
                continue
            gap = values[one].expected - values[other].expected
            if len(gap) >= FEWEST:
                share = float((gap > 0).mean() + (gap == 0).mean() / 2)
                found.append({"mix": one, "against": other, "share": share, "draws": len(gap)})
    return found


def regret(chosen: Lives, others: Sequence[Lives]) -> dict[str, Any]:
    """What the best of some mixes is expected to be worth more than the chosen one, in each world of the draws.

    A draw is one replication, whose luck lets the best of several look better than it is: rather too much than too
    little against these mixes.
    """
    if len(chosen.drawn) < FEWEST:
        return {"refused": NO_DRAWS}
    best = np.max([chosen.expected, *(other.expected for other in others)], axis=0)
    lost = best - chosen.expected
    return {
        "mean": float(lost.mean()),
        "high": float(np.quantile(lost, HIGH)),
        "level": HIGH,
        "best_share": float((lost <= 0).mean()),
        "mixes": len(others),
        "draws": len(lost),
    }


def at_risk(value: Lives) -> dict[str, Any]:
    """Value at risk: what one base in one world falls short of once in twenty times, and by how much on average."""
    of = value.drawn
    if len(of) < FEWEST:
        return {"refused": NO_DRAWS}
    bound = float(np.quantile(of, LOW))
    return {
        "value_at_risk": bound,
        "shortfall": float(of[of <= bound].mean()),
        "loses": float((of < 0).mean()),
        "level": LOW,
        "draws": len(of),
    }
