"""The truth about a question's arms: roll-outs of each, compared replication by replication."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.paired import paired_difference, run_mean
from sim.evidence.results import Interval, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.experiment.outcomes import Outcomes
    from sim.scenario.experiment_schema import Question

Customers = np.ndarray[Any, Any]

NOBODY = Refused("no replication has customers of whom this could be said")


@dataclass(frozen=True, eq=False)
class RolloutBlock(ABC):
    """What the roll-outs of a block of replications leave behind.

    Attributes
    ----------
    rollouts : Outcomes by arm, with residual values
    tallies : by world (the arm's name, and 'trial' where there is one), int64 (rows, arms + 1, periods, columns), to
        the horizon
    customers : by arm, the roll-out's customers of the first row at the horizon, with residual values
    marks : days at which the accounts of these worlds were closed
    """

    rollouts: dict[str, Outcomes]
    tallies: dict[str, np.ndarray]
    customers: dict[str, Customers]
    marks: np.ndarray

    @abstractmethod
    def means(self, arm: str, name: str, replications: np.ndarray, margin: float) -> np.ndarray:
        """A metric in an arm's roll-out, by replication of the block; NaN where nobody could be counted."""


class Truth(ABC):
    """The roll-outs of a question over all replications.

    Parameters
    ----------
    question : Question
    rollouts : Outcomes by arm
    replications : int
    horizon : float
        Days.
    """

    metrics: tuple[str, ...]
    """What is known of every arm."""

    def __init__(self, question: Question, rollouts: Mapping[str, Outcomes], replications: int, horizon: float) -> None:
        self.question, self.rollouts, self.replications, self.horizon = question, rollouts, replications, horizon
        self.arms = list(question.arms)

    @abstractmethod
    def by_replication(self, arm: str, name: str) -> np.ndarray:
        """A metric in an arm's roll-out; shape (replications,), NaN where nobody could be counted."""

    @abstractmethod
    def ledger(self, arm: str) -> np.ndarray:
        """Yuan a customer within the horizon, by line of the ledger."""

    def arm_mean(self, arm: str, name: str) -> Interval | Refused:
        """A metric of an arm's roll-out with its run doubt."""
        values = self.by_replication(arm, name)
        known = values[~np.isnan(values)]
        return run_mean(known) if len(known) else NOBODY

    def truth(self, name: str, arm: str, against: str) -> Interval | Refused:
        """The difference between two arms' roll-outs with its run doubt."""
        return paired(self.by_replication(arm, name), self.by_replication(against, name))


def paired(one: np.ndarray, other: np.ndarray) -> Interval | Refused:
    """Paired difference over the replications that know both."""
    both = ~(np.isnan(one) | np.isnan(other))
    if not both.any():
        return Refused("no replication has customers in both arms")
    return paired_difference(one[both], other[both])
