"""Circles that do nothing change nothing, and what they do does not hang on how a world is cut."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.customer.moves import COUNT_COLUMN
from sim.planning.run import answer
from sim.scenario.loaded import Loaded
from sim.scenario.schema import Scenario
from sim.world.world import World
from tests.randomness.test_mobile_twins import BLOCKS
from tests.worlds import day_zero, differing, experiment_in, leaving, load_quiet, quiet, tenure

IDLE = {
    "sizes": [{"size": 2, "share": 0.4}, {"size": 6, "share": 0.4}],
    "holds": {"reduction": 0.0, "at_most": 5, "acts_on": ["competitor"]},
    "news": {"raises": 0.0, "lasts_days": 60, "acts_on": ["competitor"]},
    "cards": {"follows_share": 0.0},
    "referral": {"per_month": 0.0},
}
BUSY = IDLE | {
    "holds": {"reduction": 0.2, "at_most": 3, "acts_on": ["competitor"]},
    "news": {"raises": 1.0, "lasts_days": 60, "acts_on": ["competitor"]},
    "cards": {"follows_share": 0.4},
    "referral": {"per_month": 0.03},
}
UNTIL = 400.0


def lived(pieces: tuple[float, ...] = (), window_days: float = 0.0, replications: Any = 2, **blocks: Any) -> World:
    world = day_zero(quiet(**BLOCKS | blocks), replications=replications, until=UNTIL, window_days=window_days)
    world.begin()
    for day in (*pieces, UNTIL):
        world.live(day)
    return world


@pytest.fixture(scope="module")
def whole() -> World:
    return lived(circles=BUSY)


def test_circles_that_do_nothing_change_no_byte_of_a_life():
    """Catches a draw, a rate or a date that moves because a customer has a circle."""
    without, idle = lived(), lived(circles=IDLE)
    for field in without.customers.dtype.names or ():
        one, other = without.customers[field], idle.customers[field]
        if field == "due":  # behind what bound customers have stand the moments of contested worlds
            assert np.isinf(other[:, one.shape[1] :]).all()
            other = other[:, : one.shape[1]]
        assert np.array_equal(one, other), field
    assert without.shared.tally.tobytes() == idle.shared.tally.tobytes()
    assert without.events == idle.events


def test_circles_that_do_nothing_change_no_answer():
    """The same of a plain world and its summary: only what is assumed differs."""
    blocks = {"customers": 200, "leaving": leaving(competitor=0.05), "base": tenure(0, 30), "reward": REWARD}
    found = [_summary(load_quiet(**blocks, **more)) for more in ({}, {"circles": IDLE})]
    assert found[0] == found[1]
    (experiment,) = found[0]["experiments"]
    assert all(row["difference"]["value"] == 0 for row in experiment["interference"])
    assert experiment["contrasts"][0]["truth"]["value"] < 0


REWARD = {
    "max_reduction": 0.5,
    "half_dose_days": 5,
    "half_life_days": 100,
    "lasts_days": 300,
    "acts_on": ["competitor"],
}


def _summary(scenario: Loaded[Scenario]) -> dict[str, Any]:
    plan = experiment_in(scenario, {"none": {}, "days": {"reward": {"free_days": 30}}})
    summary = answer(scenario, [SimpleNamespace(value=plan)], seed=1, replications=3).summary  # only values are read
    assert summary.pop("assumptions") is not None
    return summary


@pytest.mark.parametrize("days", [1.0, 3.3])
def test_windows_change_no_byte(whole: World, days: float):
    """Catches news or a count that hangs on where a window ends."""
    cut = lived(circles=BUSY, window_days=days)
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()
    assert whole.events == cut.events


def test_pieces_and_forks_change_no_byte(whole: World):
    """Catches an epoch that is acted on twice, or never, where a life is stopped on it or copied."""
    cut = lived((7.0, 31.0, 40.5, 357.0), circles=BUSY)
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()
    stem = day_zero(quiet(**BLOCKS | {"circles": BUSY}), replications=2, until=UNTIL)
    stem.begin()
    stem.live(100.0)
    twin = stem.fork()
    stem.live(200.0)
    twin.live(UNTIL)
    assert not differing(whole.customers, twin.customers).any()
    assert whole.shared.tally.tobytes() == twin.shared.tally.tobytes()


def test_blocks_of_replications_change_no_byte(whole: World):
    """Catches a circle that reaches into another replication."""
    alone = [lived(circles=BUSY, replications=[number]) for number in (0, 1)]
    people = np.concatenate([world.customers for world in alone])
    assert not differing(whole.customers, people, "row", "promotion_entry").any()
    assert (whole.shared.tally[..., COUNT_COLUMN:] > 0).any()
