"""What an arm has done by each of several days: a short trial can show a win that is a loss later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.laws import MONTH
from sim.customer.record import Line
from sim.evidence.grading import Grades, grade, run_share
from sim.evidence.results import Estimates, Interval, Refused
from sim.experiment.accounts import cost, net_value
from sim.experiment.additive import cells_of, compare
from sim.experiment.outcomes import FEN, mean_by
from sim.experiment.truth import paired

if TYPE_CHECKING:
    from sim.experiment.grade import Bench
    from sim.experiment.outcomes import Customers, Outcomes
    from sim.world.world import World

METRICS = ("churn_rate", "net_value_per_customer")


@dataclass(frozen=True, eq=False)
class Followed:
    """One contrast by one day.

    Attributes
    ----------
    customers : of both arms in the first trial, all followed so far
    trials : Estimates
        One entry a replication, without adjustment.
    misled : share of trials that find a difference of the sign that the truth of the last day does not have
    """

    metric: str
    arm: str
    against: str
    day: float
    customers: int
    truth: Interval | Refused
    trials: Estimates
    grades: Grades
    misled: Interval | Refused


def net_by(world: World, who: np.ndarray, day: float, horizon: float, booked: np.ndarray) -> np.ndarray:
    """Net value of customers (positions) since they began, up to a day to which the world has been lived.

    Fees that have accrued since the last booking are counted, as `accrue` of the kernel would book them; nothing is
    booked, so looking changes no life. After the horizon it is discounted, as residual value is.

    Parameters
    ----------
    world : World
    who : int64 array, shape (n,)
    day, horizon : float
        Days since the world's day 0; the horizon is theirs.
    booked : int64 array, shape (n, lines)
        Their ledger, fen, on the day they began.

    Returns
    -------
    float64 array, shape (n,)
        Fen.
    """
    margin, laws = world.scenario.money.margin_share, world.laws
    of: Customers = world.customers[who]
    open_fee, forgone = _open(of, day)
    ledger = of["ledger"] - booked
    if day <= horizon:
        ledger[:, Line.LIST] += open_fee
        ledger[:, Line.FORGONE] += forgone
        return net_value(ledger, margin)
    worth = np.exp(-float(laws.table["discount"][0]) * (day - horizon))
    later = of["residual"] + np.rint((margin * open_fee - forgone) * worth)
    return np.asarray(net_value(ledger, margin) + later)


def cost_by(world: World, who: np.ndarray, day: float, horizon: float, booked: np.ndarray) -> np.ndarray:
    """Cost of customers since they began, up to a day but not beyond their horizon; as `net_by`."""
    of: Customers = world.customers[who]
    ledger = of["ledger"] - booked
    if day < horizon:
        ledger[:, Line.FORGONE] += _open(of, day)[1]
    return np.asarray(cost(ledger))


def _open(of: Customers, day: float) -> tuple[np.ndarray, np.ndarray]:
    """Fees since the last booking, and the part of them that is forgone; fen, shape (n,)."""
    days = np.where(np.isfinite(of["lost_at"]) & (of["lost_at"] < day), 0.0, day - of["booked_at"])
    served = of["served_share"] if "served_share" in (of.dtype.names or ()) else 1.0
    fee = np.floor(served * of["fee"] * np.maximum(days, 0.0) / MONTH + 0.5).astype(np.int64)
    return fee, np.where(day <= of["free_until"], fee, 0)


def by_day(outcomes: Outcomes, name: str, place: int, day: float) -> np.ndarray:
    """A metric by a day of the follow-up, one number a customer."""
    if name == "churn_rate":
        return (outcomes.lost_at < day).astype(np.float64)
    seen: np.ndarray = outcomes.net_at[:, place] / FEN
    return seen


def followed(bench: Bench) -> Iterator[Followed]:
    """Every contrast by every day of the follow-up, in churn and net value; nothing without follow-up days."""
    days = [float(day) for day in bench.experiment.follow_up_days]
    for name in METRICS if days else ():
        for contrast in bench.experiment.contrasts:
            truths = [_truth(bench, name, contrast.arm, contrast.against, *at) for at in enumerate(days)]
            for (place, day), truth in zip(enumerate(days), truths, strict=True):
                yield _followed(bench, name, (contrast.arm, contrast.against), (place, day), truth, truths[-1])


def _truth(bench: Bench, name: str, arm: str, against: str, place: int, day: float) -> Interval | Refused:
    means = [
        mean_by(bench.rollouts[one].replication, by_day(bench.rollouts[one], name, place, day), bench.replications)
        for one in (arm, against)
    ]
    return paired(*means)


def _followed(
    bench: Bench,
    name: str,
    pair: tuple[str, str],
    at: tuple[int, float],
    truth: Interval | Refused,
    last: Interval | Refused,
) -> Followed:
    trial, alpha = bench.trial, bench.experiment.alpha
    values = by_day(trial, name, *at)
    strata = bench.strata or 1
    cells = cells_of(
        values, trial.replication, bench.replications, trial.stratum, strata, trial.arm, len(bench.arms)
    )  # fmt: skip
    numbers = [bench.arms.index(one) for one in pair]
    if bench.by_circle:
        both = np.isin(trial.arm, numbers)
        of = trial.where(both)
        trials = bench.difference_by_circle(of, values[both], of.arm == numbers[0], 1 - alpha)
    else:
        trials = compare(cells, name, numbers[0], numbers[1], stratified=bench.stratified, level=1 - alpha)
    misled: Interval | Refused = Refused("the truth of the last day is 0 within its run doubt")
    if isinstance(last, Interval) and not last.low <= 0 <= last.high:
        with np.errstate(invalid="ignore"):
            found = (trials.p_value <= alpha) & (np.sign(trials.value) == -np.sign(last.value))
        misled = run_share(found)
    return Followed(
        metric=name,
        arm=pair[0],
        against=pair[1],
        day=at[1],
        customers=int(cells.n[0][:, numbers].sum()),
        truth=truth,
        trials=trials,
        grades=grade(trials, truth, alpha=alpha),
        misled=misled,
    )
