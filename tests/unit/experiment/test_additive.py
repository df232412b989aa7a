"""Sums of trials: side by side they are the trial of all their customers, and an effect put in is what it says."""

import numpy as np
import pytest

from sim.experiment.additive import Cells, cells_of, compare, joined, with_effect


@pytest.fixture
def drawn() -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    size = 4000
    return {
        "values": random.lognormal(size=size) * 1e6,
        "left": (random.random(size) < 0.3).astype(float),
        "trial": np.sort(random.integers(0, 6, size)),
        "stratum": random.integers(0, 3, size),
        "arm": random.integers(0, 2, size),
    }


def cells(drawn: dict[str, np.ndarray], name: str, trial: np.ndarray, trials: int) -> Cells:
    return cells_of(drawn[name], trial, trials, drawn["stratum"], 3, drawn["arm"], 2)


@pytest.mark.parametrize(("metric", "column"), [("churn_rate", "left"), ("revenue_per_customer", "values")])
@pytest.mark.parametrize("stratified", [False, True])
def test_merged_trials_are_trials_of_all_their_customers(drawn, metric, column, stratified) -> None:
    merged = cells(drawn, column, drawn["trial"], 6).merged(3)
    whole = cells(drawn, column, drawn["trial"] // 3, 2)
    if not stratified:
        merged, whole = merged.totals(), whole.totals()
    one, other = (compare(c, metric, 1, 0, stratified=stratified, level=0.95) for c in (merged, whole))
    for field in ("value", "low", "high", "p_value"):
        np.testing.assert_allclose(getattr(one, field), getattr(other, field), rtol=1e-9)


def test_left_over_trials_are_left_out_and_joined_ones_stand_in_order(drawn) -> None:
    all_of_them = cells(drawn, "left", drawn["trial"], 6)
    assert len(all_of_them.merged(4)) == 1
    assert len(joined([all_of_them, all_of_them])) == 12


def test_an_amount_is_moved_by_the_effect(drawn) -> None:
    before = cells(drawn, "values", drawn["trial"], 6)
    after = with_effect(before, "revenue_per_customer", 1, -50.0, np.random.default_rng(1))
    np.testing.assert_allclose(after.mean[..., 1] - before.mean[..., 1], -50.0, rtol=1e-6)
    assert (after.mean[..., 0] == before.mean[..., 0]).all()
    assert (after.squares == before.squares).all()


@pytest.mark.parametrize("effect", [-0.1, 0.1])
def test_a_share_is_turned_customer_by_customer(drawn, effect) -> None:
    before = cells(drawn, "left", drawn["trial"], 6)
    moved = []
    for seed in range(200):
        after = with_effect(before, "churn_rate", 1, effect, np.random.default_rng(seed))
        events = after.n[..., 1] * after.mean[..., 1]
        np.testing.assert_allclose(events, np.rint(events), atol=1e-9)
        np.testing.assert_allclose(after.squares[..., 1], events * (1 - after.mean[..., 1]), atol=1e-9)
        n = before.n[..., 1]
        moved.append((events - n * before.mean[..., 1]).sum() / n.sum())
    assert np.mean(moved) == pytest.approx(effect, abs=4 * np.std(moved) / np.sqrt(200))


def test_a_share_cannot_move_further_than_it_is(drawn) -> None:
    before = cells(drawn, "left", drawn["trial"], 6)
    with pytest.raises(ValueError, match=r"effect: got -0\.5, but the share is 0"):
        with_effect(before, "churn_rate", 1, -0.5, np.random.default_rng(1))
