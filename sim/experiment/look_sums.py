"""What is kept of trials that are looked at while they run, and how long, how large and how costly that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.interim import Interim
from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refused
from sim.experiment.looking import WAYS, Looked, interims
from sim.experiment.outcomes import FEN, Outcomes

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment


@dataclass(frozen=True, eq=False)
class LookSums:
    """Some replications' trials at each look.

    Attributes
    ----------
    seen, still : list of Interim
        A contrast each: the trials as they were lived; and those without any effect.
    begun : int64 array, shape (trials, looks)
        Customers of all arms who have begun.
    spent : float64 array, shape (trials, looks)
        Yuan that their arms have cost more than the reference has for the same customers.
    """

    seen: list[Interim]
    still: list[Interim]
    begun: np.ndarray
    spent: np.ndarray


@dataclass(frozen=True)
class Course:
    """How trials go that stop once all contrasts are settled, in one way of looking; means over the trials."""

    way: str
    days: Interval | Refused
    customers: Interval | Refused
    cost: Interval | Refused


def look_sums(
    experiment: Experiment, trial: Outcomes, reference: Outcomes, again: np.ndarray, replications: np.ndarray
) -> LookSums | None:
    """Sum up a block of replications; None where no looks are planned.

    Parameters
    ----------
    experiment : Experiment
    trial, reference : Outcomes
        The trials, and the same customers in the reference's roll-out.
    again : int64 array, shape (n,)
        Arms dealt again, to the reference's customers.
    replications : int64 array
        Numbers of the block's replications, ascending by 1.
    """
    if experiment.looks is None:
        return None
    rows, row = len(replications), trial.replication - replications[0]
    seen = replace(trial, replication=row)
    days = np.array(experiment.looks.days, dtype=np.float64)
    more = (trial.cost_at - reference.cost_at) / FEN
    return LookSums(
        seen=interims(experiment, seen, rows),
        still=interims(experiment, replace(reference, replication=row, arm=again), rows),
        begun=np.stack([np.bincount(row[trial.began < day], minlength=rows) for day in days], axis=1),
        spent=np.stack([np.bincount(row, weights=column, minlength=rows) for column in more.T], axis=1),
    )


def joined_looks(parts: Sequence[LookSums]) -> LookSums | None:
    """Those of several blocks, in their order; None where there are none."""
    if not parts:
        return None

    def together(each: Sequence[list[Interim]]) -> list[Interim]:
        return [Interim(*(np.concatenate(part) for part in zip(*of, strict=True))) for of in zip(*each, strict=True)]

    return LookSums(
        together([part.seen for part in parts]),
        together([part.still for part in parts]),
        np.concatenate([part.begun for part in parts]),
        np.concatenate([part.spent for part in parts]),
    )


def courses(experiment: Experiment, sums: LookSums, looked: Sequence[Looked]) -> Iterator[Course]:
    """How trials go in each way of looking; they end with the last contrast that stops."""
    assert experiment.looks is not None
    days = np.array(experiment.looks.days, dtype=np.float64)
    trial = np.arange(len(sums.begun))
    for way in WAYS:
        end = np.max([of.stopped for of in looked if of.way == way], axis=0)
        yield Course(way, run_mean(days[end]), run_mean(sums.begun[trial, end]), run_mean(sums.spent[trial, end]))
