"""A block of an experiment: who is read when, and what the worlds after the horizon add."""

import numpy as np
import pytest

from sim.customer.record import LINES, Line
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment, live_rollout
from tests.worlds import company, experiment

ROWS = np.arange(2)
SAME_PERIODS = pytest.param(365.0, id="365")


def plain(customers: int):
    """Company H with money that is counted alike within and after the horizon."""
    values = {"customers": customers, "money.margin_share": 1.0, "residual.discount_per_year": 0.0}
    return company({**values, "residual.months": 6})


@pytest.mark.parametrize(
    "horizon",
    [SAME_PERIODS, 180.0, 500.0],
)
def test_what_is_not_within_the_experiments_horizon_is_residual(horizon):
    """Catches a horizon of an experiment that reads days of another: a fen in neither place, or in both."""
    trial = experiment("reward_days").model_copy(update={"horizon_days": int(horizon)})
    start = draw_start(plain(200), 1, ROWS, horizon)
    outcomes, world, _ = live_rollout(start, trial, "days_15", 1)
    period = int(np.searchsorted(start.laws.marks, horizon))
    books = world.shared.tally[:, 1, :, :LINES].sum(axis=0)
    assert (outcomes.ledger.sum(axis=0) == books[:period].sum(axis=0)).all()
    later = books[period:].sum(axis=0)
    assert outcomes.residual.sum() == later[Line.LIST] - later[Line.LIST + 1 :].sum()


def test_roll_outs_have_the_same_people_with_the_same_start():
    """Catches arms that are lived with other customers, in another order, or over one another."""
    block = live_experiment(draw_start(plain(200), 1, ROWS), experiment("reward_days"), 1)
    ids = [list(zip(o.replication.tolist(), o.id.tolist(), strict=True)) for o in block.rollouts.values()]
    assert ids[0] == ids[1] == ids[2]
    assert ids[0] == list(zip(block.trial.replication.tolist(), block.trial.id.tolist(), strict=True))
    assert [set(o.arm.tolist()) for o in block.rollouts.values()] == [{0}, {1}, {2}]
    forgone = [o.ledger[:, Line.FORGONE].sum() for o in block.rollouts.values()]
    assert forgone[0] == 0 < forgone[1] < forgone[2]


def test_a_trial_has_no_residual_of_its_own():
    """Catches a trial that knows what happens after it ends."""
    block = live_experiment(draw_start(plain(200), 1, ROWS), experiment("reward_days"), 1)
    assert not block.trial.residual.any()
    assert block.rollouts["none"].residual.any()
