"""Sums over circles: the analysis of the customers, in larger trials too, and customers turned one by one."""

import numpy as np
import pytest

from sim.evidence.clusters import clustered_mean_difference
from sim.evidence.power_by_cluster import correlation_turned
from sim.evidence.results import Refused
from sim.experiment.circle_sums import CircleCells, Dealt, circle_cells_of

TRIALS, CIRCLES, LARGEST = 12, 80, 6
LEVEL = 0.95


def made(name: str, trials: int = TRIALS, circles: int = CIRCLES) -> tuple[CircleCells, np.ndarray, Dealt]:
    """Circles of one to six in every trial, every second one in the arm; members are alike."""
    draw = np.random.default_rng(3)
    members = draw.integers(1, LARGEST + 1, trials * circles)
    circle = np.repeat(np.arange(len(members)), members)
    of = Dealt(circle, np.arange(len(members)) // circles, np.arange(len(members)) % 2, members)
    luck = draw.beta(2, 4, len(members))[circle]
    chance = draw.random(len(circle))
    values = (chance < luck) * 1.0 if name == "churn_rate" else 1e6 + 100 * luck + chance
    return circle_cells_of(values, of, trials, 2, name, LARGEST), values, of


@pytest.mark.parametrize("name", ["churn_rate", "net_value_per_customer"])
@pytest.mark.parametrize("times", [1, 3])
def test_sums_give_the_analysis_of_customers(name: str, times: int):
    """Catches sums about a wrong mean when trials are put side by side, and circles of two trials taken for one."""
    cells, values, of = made(name)
    merged = cells.merged(times)
    assert isinstance(merged, CircleCells)
    found = merged.compare(1, 0, LEVEL)
    trial = of.trial[of.circle] // times
    direct = clustered_mean_difference(
        values, of.arm[of.circle], of.circle, trial=trial, trials=TRIALS // times, level=LEVEL
    )
    for what in ("value", "low", "high", "p_value", "n"):
        assert getattr(found, what) == pytest.approx(getattr(direct, what), rel=1e-7, abs=1e-9)
    assert found.method == direct.method


def test_batches_are_the_whole():
    """Trials of two batches, one after the other, are all of them."""
    for name in ("churn_rate", "net_value_per_customer"):
        cells, values, of = made(name)
        parts = []
        for begin in (0, TRIALS // 2):
            there = of.trial // (TRIALS // 2) == begin // (TRIALS // 2)
            rows = there[of.circle]
            number = np.cumsum(there) - 1
            part = Dealt(number[of.circle[rows]], of.trial[there] - begin, of.arm[there], of.members[there])
            parts.append(circle_cells_of(values[rows], part, TRIALS // 2, 2, name, LARGEST))
        whole = parts[0].followed_by(parts[1:])
        assert isinstance(whole, CircleCells)
        for what in ("value", "low", "p_value"):
            one, other = (getattr(each.compare(1, 0, LEVEL), what) for each in (whole, cells))
            assert one == pytest.approx(other, rel=1e-9)


def test_nobody_differs_and_too_few_circles_are_refused():
    cells, values, of = made("cost_per_customer")
    same = circle_cells_of(np.full_like(values, 7e5 / 3), of, TRIALS, 2, "cost_per_customer", LARGEST)
    assert same.compare(1, 0, LEVEL).refused.all()
    assert same.design_effect() == pytest.approx(1.0)
    few, *_ = made("churn_rate", 2, 58)
    refused = few.compare(1, 0, LEVEL).one()
    assert isinstance(refused, Refused)
    assert "fewer than 30 clusters" in refused.reason
    assert not cells.compare(1, 0, LEVEL).refused.any()


@pytest.mark.parametrize("effect", [-0.12, 0.2])
def test_customers_are_turned_one_by_one(effect: float):
    """The share moves by the effect, the other arm by nothing, and members become less alike as the formula says."""
    cells, *_ = made("churn_rate", 4000)
    moved = cells.with_effect(1, effect, np.random.default_rng(8))
    assert isinstance(moved, CircleCells)
    assert (moved.n == cells.n).all()
    assert (moved.mean[..., 0] == cells.mean[..., 0]).all()
    before, after = (float((of.n * of.mean)[..., 1].sum() / of.n[..., 1].sum()) for of in (cells, moved))
    assert after - before == pytest.approx(effect, abs=0.005)
    alike, less = cells.correlation(1), moved.correlation(1)
    assert isinstance(alike, float)
    assert isinstance(less, float)
    assert alike == pytest.approx(1 / 7, abs=0.005)  # a beta law of 2 and 4: 1 / (2 + 4 + 1)
    assert less == pytest.approx(correlation_turned(alike, before, after), abs=0.005)
    assert less < alike


def test_an_effect_beyond_the_share_is_refused():
    cells, *_ = made("churn_rate")
    with pytest.raises(ValueError, match=r"effect: got -0\.9, but the share is"):
        cells.with_effect(1, -0.9, np.random.default_rng(1))


def test_an_amount_is_moved_for_everybody():
    cells, *_ = made("net_value_per_customer")
    moved = cells.with_effect(1, 5.0, np.random.default_rng(1))
    assert isinstance(moved, CircleCells)
    gap = moved.compare(1, 0, LEVEL).value - cells.compare(1, 0, LEVEL).value
    assert gap == pytest.approx(5.0)
    assert moved.design_effect(1) == cells.design_effect(1)
