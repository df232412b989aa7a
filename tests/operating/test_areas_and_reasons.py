"""What restricted means and shares gone for a reason promise, with ties, early ends, strata and few events."""

from typing import NamedTuple

import numpy as np

from sim.evidence.competing import cumulative_incidence_difference
from sim.evidence.restricted_mean import restricted_mean_difference
from sim.evidence.results import Estimates
from tests.family import Family, generator, replications

ALPHA = 0.05
HORIZON = 365.0
TRIALS = 2_500
BLOCK = 500  # trials that are held in memory at once


class Rows(NamedTuple):
    days: np.ndarray
    reason: np.ndarray
    in_arm: np.ndarray
    trial: np.ndarray
    stratum: np.ndarray


def live(
    draw: np.random.Generator, trials: int, daily: np.ndarray, *, ratio: float = 1.0, early: float = 0.0,
    months: int = 0, sizes: tuple[int, ...] = (400,),
) -> Rows:  # fmt: skip
    """Two arms of each stratum's size; reasons leave at their ``daily`` rates, of shape (reasons,) or (strata,
    reasons), times ``ratio`` in the arm; follow-up ends at the horizon, earlier at the rate ``early``.
    """
    stratum = np.tile(np.repeat(np.arange(len(sizes)), 2 * np.array(sizes)), (trials, 1))
    in_arm = np.tile(np.arange(stratum.shape[1]) % 2 == 1, (trials, 1))
    rates = np.broadcast_to(daily, (len(sizes), np.shape(daily)[-1]))
    hazard = rates.sum(axis=1)[stratum] * np.where(in_arm, ratio, 1.0)
    days = draw.exponential(1.0, stratum.shape) / hazard
    if months:
        days = np.ceil(days / HORIZON * months) * HORIZON / months
    end = np.full(stratum.shape, HORIZON)
    if early:
        end = np.minimum(end, draw.exponential(1 / early, stratum.shape))
    shares = np.cumsum(rates / rates.sum(axis=1, keepdims=True), axis=1)[stratum]
    reason = 1 + (draw.uniform(size=stratum.shape)[..., None] > shares[..., :-1]).sum(axis=-1)
    reason = np.where(days <= end, reason, 0)
    trial = np.broadcast_to(np.arange(trials)[:, None], stratum.shape)
    return Rows(*(a.ravel() for a in (np.minimum(days, end), reason, in_arm, trial, stratum)))


def blocks(trials: int) -> list[int]:
    return [min(BLOCK, trials - start) for start in range(0, trials, BLOCK)]


def means(rows: Rows, trials: int, within: float, *, strata: bool = False) -> Estimates:
    return restricted_mean_difference(
        rows.days, rows.reason > 0, rows.in_arm, within_days=within, trial=rows.trial, trials=trials,
        stratum=rows.stratum if strata else None,
    )  # fmt: skip


def shares(rows: Rows, trials: int, within: float, *, strata: bool = False) -> Estimates:
    return cumulative_incidence_difference(
        rows.days, rows.reason, rows.in_arm, cause=1, within_days=within, trial=rows.trial, trials=trials,
        stratum=rows.stratum if strata else None,
    )  # fmt: skip


def covers(estimates: Estimates, truth: float) -> np.ndarray:
    there = ~estimates.refused
    return ((estimates.low <= truth) & (truth <= estimates.high))[there]


def area(daily: float | np.ndarray, within: float) -> float | np.ndarray:
    """Mean days there within a time at a constant hazard."""
    return (1 - np.exp(-daily * within)) / daily


def gone(rates: np.ndarray, ratio: float, within: float) -> float:
    """Share gone for the first of competing reasons at constant hazards."""
    total = ratio * rates.sum()
    return float(ratio * rates[0] / total * (1 - np.exp(-total * within)))


RATES = np.array([0.8, 0.3, 0.1]) / HORIZON


def test_restricted_means_keep_their_level(family: Family) -> None:
    check = "restricted mean: level, monthly ties"
    draw, rejected = generator(check), []
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, RATES, months=12, early=0.3 / HORIZON)
        rejected.append(means(rows, trials, 330.0).p_value <= ALPHA)
    family.rate(check, np.concatenate(rejected), "is", ALPHA)

    check = "restricted mean within strata: level"
    draw, rejected = generator(check), []
    strata = np.linspace(0.2, 2.0, 8)[:, None] * RATES
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, strata, sizes=(50,) * 8)
        rejected.append(means(rows, trials, HORIZON, strata=True).p_value <= ALPHA)
    family.rate(check, np.concatenate(rejected), "is", ALPHA)


def test_restricted_means_cover(family: Family) -> None:
    check = "restricted mean: coverage with early ends"
    draw, covered, truth = generator(check), [], area(0.6 * RATES.sum(), 300.0) - area(RATES.sum(), 300.0)
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, RATES, ratio=0.6, early=0.5 / HORIZON)
        covered.append(covers(means(rows, trials, 300.0), float(truth)))
    family.rate(check, np.concatenate(covered), "is", 0.95)

    check = "restricted mean within strata: coverage, merged strata"
    sizes = (200, 150, 40, 1, 1, 1)  # the last three hold one customer an arm and are merged
    draw, covered, daily = generator(check), [], np.linspace(0.5, 1.5, 6) * RATES.sum()
    effect = area(0.6 * daily, HORIZON) - area(daily, HORIZON)
    truth = float((np.array(sizes) * effect).sum() / sum(sizes))
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, daily[:, None], ratio=0.6, sizes=sizes)
        covered.append(covers(means(rows, trials, HORIZON, strata=True), truth))
    # nearly exact: the merged stratum is less than a hundredth of all
    family.rate(check, np.concatenate(covered), "is", 0.95)


def test_shares_gone_keep_their_level(family: Family) -> None:
    check = "share gone for a reason: level, monthly ties"
    draw, rejected = generator(check), []
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, RATES, months=12, early=0.3 / HORIZON)
        rejected.append(shares(rows, trials, 330.0).p_value <= ALPHA)
    family.rate(check, np.concatenate(rejected), "is", ALPHA)


def test_shares_gone_cover(family: Family) -> None:
    check = "share gone for a reason: coverage with early ends"
    draw, covered, truth = generator(check), [], gone(RATES, 0.6, 300.0) - gone(RATES, 1.0, 300.0)
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, RATES, ratio=0.6, early=0.5 / HORIZON)
        covered.append(covers(shares(rows, trials, 300.0), truth))
    family.rate(check, np.concatenate(covered), "is", 0.95)

    check = "share gone for a reason: coverage, few events"
    few = np.array([0.05, 0.3, 0.1]) / HORIZON
    draw, covered, truth = generator(check), [], gone(few, 0.6, 300.0) - gone(few, 1.0, 300.0)
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, few, ratio=0.6, early=0.5 / HORIZON, sizes=(61,))
        covered.append(covers(shares(rows, trials, 300.0), truth))
    family.rate(check, np.concatenate(covered), "at least", 0.95)


def test_shares_gone_within_strata_cover(family: Family) -> None:
    # the difference is nearly the same in all strata, as Sato's variance supposes; some follow-up ends early
    check = "share gone for a reason within strata: coverage"
    draw, covered = generator(check), []
    strata = np.linspace(0.7, 1.3, 4)[:, None] * RATES
    truth = float(np.mean([gone(rates, 0.7, 300.0) - gone(rates, 1.0, 300.0) for rates in strata]))
    for trials in blocks(replications(TRIALS)):
        rows = live(draw, trials, strata, ratio=0.7, early=0.3 / HORIZON, sizes=(100,) * 4)
        covered.append(covers(shares(rows, trials, 300.0, strata=True), truth))
    family.rate(check, np.concatenate(covered), "is", 0.95)


def test_small_strata_with_early_ends(family: Family) -> None:
    # Near 95% is what is promised. With 20 strata of 10 an arm there are many trials in which nobody of an arm and
    # stratum is followed up to day 300.
    strata = np.linspace(0.7, 1.3, 20)[:, None] * RATES
    total = strata.sum(axis=1)
    truth = float(np.mean(area(0.7 * total, 300.0) - area(total, 300.0)))
    truth_gone = float(np.mean([gone(rates, 0.7, 300.0) - gone(rates, 1.0, 300.0) for rates in strata]))
    for check, estimated, at in (
        ("restricted mean: coverage, small strata and early ends", means, truth),
        ("share gone for a reason: coverage, small strata and early ends", shares, truth_gone),
    ):
        draw, covered = generator(check), []
        for trials in blocks(replications(TRIALS)):
            rows = live(draw, trials, strata, ratio=0.7, early=0.3 / HORIZON, sizes=(10,) * 20)
            estimates = estimated(rows, trials, 300.0, strata=True)
            assert estimates.refused.mean() < 0.01
            covered.append(covers(estimates, at))
        family.rate(check, np.concatenate(covered), "at least", 0.94)
