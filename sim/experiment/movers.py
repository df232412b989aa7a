"""Who was moved by an arm: each customer under the arm beside its own twin under the reference.

No trial can show this: it sees every customer under one arm only. Four kinds: persuadable (leaves without the arm,
stays with it), sure thing (stays anyway), lost cause (leaves anyway), sleeping dog (stays unless it gets the arm).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.ratios import run_ratio
from sim.evidence.results import Interval, Refused
from sim.experiment.accounts import cost
from sim.experiment.before import group_names
from sim.experiment.outcomes import FEN

if TYPE_CHECKING:
    from sim.experiment.outcomes import Outcomes
    from sim.scenario.schema import Scenario

PERSUADABLE, SURE_THING, LOST_CAUSE, SLEEPING_DOG = range(4)
KINDS = ("persuadable", "sure_thing", "lost_cause", "sleeping_dog")
EVERYBODY = "everybody"
NOBODY_SAVED = Refused("the arm saves nobody on balance, as far as the run can tell")
NOBODY_PERSUADED = Refused("nobody was persuaded to stay")
NOTHING_PAID = Refused("the arm costs no more than the reference")


@dataclass(frozen=True)
class Group:
    """Shares of the four kinds in one group of those enrolled.

    Attributes
    ----------
    by : what the group is of ('everybody', 'segment', 'tier', 'tenure', 'promotion')
    name : which one
    customers : mean over the replications
    shares : by kind, with their run doubt
    """

    by: str
    name: str
    customers: float
    shares: dict[str, Interval | Refused]


@dataclass(frozen=True)
class Moved:
    """What an arm moved, and what was paid for it.

    Attributes
    ----------
    groups : everybody first
    paid : what the arm costs more than the reference, yuan a customer enrolled
    deadweight : the part of it that went to sure things and lost causes, yuan a customer enrolled
    deadweight_share : the same as a share
    cost_per_saved : what the arm costs more, yuan for each customer saved on balance (persuadable less sleeping dogs)
    put_off : share of the persuadable who left after the horizon, within the residual time, after all
    sure_left : the same of the sure things: what time does to everybody
    residual_days : how long after the horizon they were watched
    """

    arm: str
    against: str
    groups: list[Group]
    paid: Interval | Refused
    deadweight: Interval | Refused
    deadweight_share: Interval | Refused
    cost_per_saved: Interval | Refused
    put_off: Interval | Refused
    sure_left: Interval | Refused
    residual_days: float


def kinds(arm: Outcomes, reference: Outcomes) -> np.ndarray:
    """Number of each customer's kind, shape (n,); both must hold the same customers in the same order.

    Raises
    ------
    ValueError
        They do not.
    """
    if not (np.array_equal(arm.id, reference.id) and np.array_equal(arm.replication, reference.replication)):
        raise ValueError("twins are the same customers in the same order")
    stays, would_stay = ~arm.left, ~reference.left
    return np.select(
        [stays & ~would_stay, stays & would_stay, ~stays & ~would_stay],
        [PERSUADABLE, SURE_THING, LOST_CAUSE],
        SLEEPING_DOG,
    )


def moved(
    scenario: Scenario,
    rollouts: Mapping[str, Outcomes],
    arm: str,
    against: str,
    *,
    replications: int,
    residual_days: float,
) -> Moved:
    """Count the kinds of everybody eligible under an arm, and what was paid for each.

    Parameters
    ----------
    scenario : Scenario
    rollouts : Outcomes by arm
        Of all replications, numbered from 0.
    arm, against : str
    replications : int
    residual_days : float
        How long roll-outs were lived on after the horizon.
    """
    one, other = rollouts[arm], rollouts[against]
    kind, row = kinds(one, other), one.replication
    more = (cost(one.ledger) - cost(other.ledger)) / FEN

    def total(weights: np.ndarray) -> np.ndarray:
        return np.bincount(row, weights=weights, minlength=replications)

    everybody, paid = total(np.ones(len(row))), total(more)
    wasted = total(np.where((kind == SURE_THING) | (kind == LOST_CAUSE), more, 0.0))
    persuaded, sure = kind == PERSUADABLE, kind == SURE_THING
    saved = total(persuaded * 1.0 - (kind == SLEEPING_DOG))
    of_all = run_ratio(saved, everybody)
    shown = isinstance(of_all, Interval) and of_all.low > 0
    spends = run_ratio(paid, everybody)
    costly = isinstance(spends, Interval) and spends.low > 0
    return Moved(
        arm=arm,
        against=against,
        groups=list(_groups(scenario, one, kind, replications)),
        paid=spends,
        deadweight=run_ratio(wasted, everybody),
        deadweight_share=run_ratio(wasted, paid) if costly else NOTHING_PAID,
        cost_per_saved=run_ratio(paid, saved) if shown else NOBODY_SAVED,
        put_off=run_ratio(total(persuaded & np.isfinite(one.lost_at)), total(persuaded))
        if persuaded.any()
        else NOBODY_PERSUADED,
        sure_left=run_ratio(total(sure & np.isfinite(one.lost_at)), total(sure)),
        residual_days=residual_days,
    )


def _groups(scenario: Scenario, of: Outcomes, kind: np.ndarray, replications: int) -> Iterator[Group]:
    yield _group(EVERYBODY, EVERYBODY, np.ones(len(kind), dtype=bool), of, kind, replications)
    for by, names in group_names(scenario).items():
        present = [number for number in range(len(names)) if (of.before[by] == number).any()]
        if len(present) > 1:  # one group is everybody
            for number in present:
                yield _group(by, names[number], of.before[by] == number, of, kind, replications)


def _group(by: str, name: str, within: np.ndarray, of: Outcomes, kind: np.ndarray, replications: int) -> Group:
    row = of.replication[within]
    size = np.bincount(row, minlength=replications)
    shares = {
        word: run_ratio(np.bincount(row, weights=kind[within] == number, minlength=replications), size)
        for number, word in enumerate(KINDS)
    }
    return Group(by, name, float(size.mean()), shares)
