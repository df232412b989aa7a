"""Known interference: a rival whom only the roll-out provokes, and a purse that the roll-out empties.

All hazards are constant between known days, so the share that has left is known in closed form, in the trial and in the
roll-out; the difference between the two is the interference.
"""

from typing import Any

import numpy as np
import pytest

from sim.customer.record import Line
from sim.experiment.outcomes import Outcomes
from sim.experiment.start import draw_start
from sim.experiment.trial import live_rollout, live_trial
from sim.world.world import World
from tests.family import Family, seed
from tests.worlds import MONTH, experiment_in, leaving, load_quiet

SIZE = 40_000
DAY = 200.0
H = 0.06 / MONTH
DAYS = 10.0
REWARD = {"max_reduction": 0.9, "half_dose_days": 5, "half_life_days": 1, "lasts_days": 1_000, "acts_on": []}
REDUCTION = 0.9 * DAYS / (DAYS + 5)
ARMS = {"nothing": {}, "days": {"reward": {"free_days": DAYS}}}
CONSTANT = {"step_days": 500}
"""An effect steps on this lattice, so that before day 500 it has not begun to fade."""


def left(hazard_to_the_day: float) -> float:
    return float(1 - np.exp(-hazard_to_the_day))


def both(check: str, **blocks: Any) -> tuple[Outcomes, World, Outcomes, World]:
    """The trial and the roll-out of the rewarded arm."""
    world = load_quiet(customers=SIZE, horizon_days=int(DAY), effects=CONSTANT, **blocks)
    experiment = experiment_in(world, ARMS)
    start = draw_start(world.value, seed(check), np.arange(1))
    trial, in_trial = live_trial(start, experiment, seed(check))
    rollout, in_rollout, _ = live_rollout(start, experiment, "days", seed(check))
    return trial, in_trial, rollout, in_rollout


# --- a rival that reacts --------------------------------------------------------------------------

STRENGTH, LASTS = 2.0, 60.0


@pytest.mark.parametrize("looks", ["weekly", "monthly"])
def test_a_rival_that_only_the_roll_out_provokes(family: Family, looks: str) -> None:
    """Catches a trial that is answered as the roll-out is, and a reaction of another strength or length.

    Half of the customers are treated in the trial, and the rival reacts from three quarters on: the trial measures the
    reward's own effect, the roll-out has the promotion too, whose sixty days treble the rate of `competitor`. The
    numbers are such that this undoes the reward: the trial finds 12 points less churn, and the roll-out has none.
    """
    check = f"rival, {looks}"
    hazard = leaving(competitor=0.06, need_gone=0.06)
    hazard["competitor"]["price_sensitive"] = True
    reacts = {"to": "reward", "above_share": 0.75, "looks": looks, "after_days": 10, "lasts_days": LASTS}
    trial, in_trial, rollout, in_rollout = both(
        check,
        segments={"all": {"share": 1.0, "price_sensitivity": {"mean": 1, "sd": 0}}},
        leaving=hazard,
        reward=REWARD | {"acts_on": ["need_gone"]},
        promotions={"rival": {"strength": STRENGTH, "reacts": reacts}},
    )
    assert len(in_trial.shared.time) == 0
    assert len(in_rollout.shared.time) == 2
    alone = (2 - REDUCTION) * H * DAY
    treated = trial.arm == 1
    family.rate(f"{check}: left in the trial, treated", trial.lost_at[treated] < DAY, "is", left(alone))
    family.rate(f"{check}: left in the trial, control", trial.lost_at[~treated] < DAY, "is", left(2 * H * DAY))
    provoked = alone + STRENGTH * H * LASTS
    family.rate(f"{check}: left in the roll-out", rollout.lost_at < DAY, "is", left(provoked))


# --- a purse that runs out ------------------------------------------------------------------------

PRICE = round(DAYS * 10_000 / MONTH)


@pytest.mark.parametrize("enough_for", [0.25, 0.75])
def test_a_purse_that_a_trial_does_not_empty(family: Family, enough_for: float) -> None:
    """Catches a budget by arm or by share of the firm that is treated: it is one purse, whoever asks.

    A purse for m of n customers gives min(1, 2m/n) of the treated half what the roll-out gives m/n of all.
    """
    check = f"purse for {enough_for:g}"
    budget = {"yuan": enough_for * SIZE * PRICE / 100, "counts": "cash_and_forgone", "covers": ["reward"]}
    trial, in_trial, rollout, in_rollout = both(
        check,
        leaving=leaving(competitor=0.06),
        reward=REWARD | {"acts_on": ["competitor"]},
        campaign_budget=budget,
    )
    for outcomes, world, share in (
        (trial, in_trial, min(1.0, 2 * enough_for)),
        (rollout, in_rollout, enough_for),
    ):
        treated = (outcomes.arm == 1).nonzero()[0]
        given = world.customers["rewarded"][: len(outcomes.arm)] == 1
        assert given.sum() == round(share * len(treated))
        assert given[treated].sum() == given.sum()
        where = "the trial" if world is in_trial else "the roll-out"
        expected = share * left((1 - REDUCTION) * H * DAY) + (1 - share) * left(H * DAY)
        family.rate(f"{check}: left in {where}", outcomes.lost_at[treated] < DAY, "is", expected)
        # the cap, in the books: who stays through the free days costs the price, who leaves less; a fen a booking
        spent = world.tally_to(DAY)[..., Line.FORGONE].sum()
        assert 0.9 * given.sum() * PRICE < spent <= given.sum() * (PRICE + 1)
        assert given.sum() * PRICE <= budget["yuan"] * 100
