"""What the procedures on days until leaving promise: log-rank, Cox, Kaplan-Meier, with and without strata
and ties.
"""

from typing import NamedTuple

import numpy as np
import pytest

from sim.evidence.cox import hazard_ratio
from sim.evidence.survival import kaplan_meier, log_rank
from tests.family import Family, generator, replications

ALPHA = 0.05
HORIZON = 365.0
SIZE = 500  # an arm
TRIALS = 10_000
STRATA = 10
BLOCK = 500  # trials that are held in memory at once


class Lives(NamedTuple):
    days: np.ndarray
    left: np.ndarray
    in_arm: np.ndarray
    trial: np.ndarray
    stratum: np.ndarray


def live(
    draw: np.random.Generator, trials: int, *, ratio: float = 1.0, spread: float = 0.0, monthly: bool = False
) -> Lives:
    """Trials with SIZE an arm, assigned within strata; about 35% leave; the hazard differs between strata
    by spread.
    """
    stratum = np.tile(np.repeat(np.arange(STRATA), 2 * SIZE // STRATA), (trials, 1))
    in_arm = np.tile(np.arange(2 * SIZE) % 2 == 1, (trials, 1))
    daily = 0.43 / HORIZON * np.exp(spread * (stratum / (STRATA - 1) - 0.5)) * np.where(in_arm, ratio, 1.0)
    days = draw.exponential(1.0, stratum.shape) / daily
    if monthly:
        days = np.ceil(days / HORIZON * 12) * HORIZON / 12
    left = days <= HORIZON
    trial = np.broadcast_to(np.arange(trials)[:, None], stratum.shape)
    return Lives(*(a.ravel() for a in (np.minimum(days, HORIZON), left, in_arm, trial, stratum)))


def blocks(trials: int) -> list[int]:
    return [min(BLOCK, trials - start) for start in range(0, trials, BLOCK)]


@pytest.mark.parametrize(
    ("check", "spread", "monthly"),
    [
        ("log-rank: level", 0.0, False),
        ("log-rank: level, monthly ties", 0.0, True),
        ("log-rank within strata: level", 2.0, False),
    ],
)
def test_log_rank_keeps_its_level(family: Family, check: str, spread: float, monthly: bool) -> None:
    draw, rejected = generator(check), []
    for trials in blocks(replications(TRIALS)):
        lives = live(draw, trials, spread=spread, monthly=monthly)
        stratum = lives.stratum if spread else None
        test = log_rank(lives.days, lives.left, lives.in_arm, trial=lives.trial, trials=trials, stratum=stratum)
        rejected.append(test.p_value <= ALPHA)
    family.rate(check, np.concatenate(rejected), "is", ALPHA)


@pytest.mark.parametrize(
    ("check", "spread", "monthly"),
    [("Cox: level", 0.0, False), ("Cox: level within strata, monthly ties", 2.0, True)],
)
def test_cox_keeps_its_level(family: Family, check: str, spread: float, monthly: bool) -> None:
    draw, rejected = generator(check), []
    for trials in blocks(replications(TRIALS)):
        lives = live(draw, trials, spread=spread, monthly=monthly)
        stratum = lives.stratum if spread else None
        fit = hazard_ratio(
            lives.days,
            lives.left,
            lives.in_arm,
            horizon_days=HORIZON,
            trial=lives.trial,
            trials=trials,
            stratum=stratum,
        )
        rejected.append(fit.p_value <= ALPHA)
    family.rate(check, np.concatenate(rejected), "is", ALPHA)


def test_cox_covers_a_proportional_hazard(family: Family) -> None:
    check = "Cox: coverage"
    draw, covered = generator(check), []
    for trials in blocks(replications(TRIALS)):
        lives = live(draw, trials, ratio=0.7)
        fit = hazard_ratio(lives.days, lives.left, lives.in_arm, horizon_days=HORIZON, trial=lives.trial, trials=trials)
        covered.append((fit.low <= 0.7) & (fit.high >= 0.7))
    family.rate(check, np.concatenate(covered), "is", 0.95)


def test_pooled_cox_covers_where_replications_share_their_luck(family: Family) -> None:
    # 30 replications of 12 customers an arm; what befalls a whole replication raises the hazard in both arms.
    # The ratio that such a pool estimates is taken from one of 60,000 replications.
    check = "Cox: coverage, pooled and clustered"
    draw, covered = generator(check), []
    days, left, in_arm, _, _ = pools(draw, 1, 60_000)
    truth = float(hazard_ratio(days, left, in_arm, horizon_days=HORIZON).value[0])
    for trials in blocks(replications(TRIALS)):
        days, left, in_arm, trial, cluster = pools(draw, trials, 30)
        fit = hazard_ratio(days, left, in_arm, horizon_days=HORIZON, trial=trial, trials=trials, cluster=cluster)
        covered.append((fit.low <= truth) & (fit.high >= truth))
    family.rate(check, np.concatenate(covered), "is", 0.95)


def pools(draw: np.random.Generator, trials: int, clusters: int) -> tuple[np.ndarray, ...]:
    shape = (trials, clusters, 2, 12)
    rise = np.exp(draw.normal(0, 0.5, shape[:2]))[:, :, None, None]
    days = draw.exponential(1.0, shape) / (0.43 / HORIZON * rise * np.array([1.0, 0.6])[:, None])
    trial, cluster, in_arm, _ = np.indices(shape)
    columns = (np.minimum(days, HORIZON), days <= HORIZON, in_arm, trial, cluster)
    return tuple(column.ravel() for column in columns)


def test_kaplan_meier_band_covers(family: Family) -> None:
    check = "Kaplan-Meier: coverage of the band"
    draw, truth, covered = generator(check), float(np.exp(-0.5)), []
    for _ in range(replications(TRIALS)):
        leave, end = draw.exponential(2.0, SIZE), draw.uniform(0.5, 3.0, SIZE)
        curve = kaplan_meier(np.minimum(leave, end), leave <= end, [1.0])
        covered.append(bool(curve.low[0] <= truth <= curve.high[0]))
    family.rate(check, covered, "is", 0.95)
