"""A whole answer: the contract of the summary, the same numbers for any cut into blocks, doubt reused rightly."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.planning import blocks, run
from sim.planning.doubt import can_matter, doubtful_worlds
from sim.report.contract import check_summary
from sim.scenario.load import load_experiment, load_scenario

ROOT = Path(__file__).resolve().parents[3]
LOADED = load_scenario(ROOT / "scenarios" / "h_broadband.yaml").with_value("customers", 200)
REWARD = load_experiment(ROOT / "experiments" / "reward_days.yaml", LOADED)
CADENCE = load_experiment(ROOT / "experiments" / "contact_cadence.yaml", LOADED)


def answer(**settings: Any) -> run.Answer:
    return run.answer(LOADED, [REWARD], **({"seed": 5, "replications": 6} | settings))


@pytest.fixture(scope="module")
def answered() -> run.Answer:
    return answer()


def test_the_summary_is_as_documented(answered: run.Answer) -> None:
    check_summary(answered.summary)


def test_blocks_change_nothing(answered: run.Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    # catches a draw or a sum that depends on which replications are lived together
    monkeypatch.setattr(blocks, "BLOCK_CUSTOMERS", 200)
    again = answer()
    assert again.summary == answered.summary
    for column, values in answered.timeline.items():
        np.testing.assert_array_equal(again.timeline[column], values)
    np.testing.assert_array_equal(again.replications["value"], answered.replications["value"])


def test_every_replication_is_left_and_gives_the_means(answered: run.Answer) -> None:
    # catches a table that lists replications in another order, or means of other customers than the summary's
    table = answered.replications
    arms = answered.summary["experiments"][0]["arms"]
    assert {len(values) for values in table.values()} == {3 * len(arms[0]["metrics"]) * 6}
    for arm in arms:
        for metric, mean in arm["metrics"].items():
            rows = (table["arm"] == arm["name"]) & (table["metric"] == metric)
            assert table["replication"][rows].tolist() == list(range(6))
            assert table["value"][rows].mean() == pytest.approx(mean["value"], rel=1e-9)


def test_another_seed_is_another_world(answered: run.Answer) -> None:
    assert answer(seed=6).summary["baseline"] != answered.summary["baseline"]


def test_the_books_add_up_to_the_customers(answered: run.Answer) -> None:
    # every fen of the first replication's roll-outs is in the books by month, and in a customer's ledger, once
    books, customers = answered.timeline, answered.customers
    for arm in REWARD.value.arms:
        inside = (books["world"] == "reward_days/rollout") & (books["replication"] == 0)
        periods = inside & _of_roll_out(books, arm)
        for line in ("list", "forgone", "contact", "gift", "team", "desk", "commission"):
            of_customers = customers[f"{line}_fen"][customers["arm"] == arm].sum()
            assert books[f"{line}_fen"][periods].sum() == of_customers, (arm, line)


def _of_roll_out(books: dict[str, np.ndarray], arm: str) -> np.ndarray:
    """Rows of the roll-out of an arm: its own, and those of the customers not enrolled beside it."""
    arms = books["arm"]
    world = np.cumsum((books["period"] == 0) & (books["replication"] == 0) & (arms == "not enrolled"))
    number = world[(books["world"] == "reward_days/rollout") & (arms == arm)][0]
    return np.asarray(world == number)


def test_a_doubt_about_rewards_is_not_lived_where_nobody_gets_one() -> None:
    assert can_matter(LOADED.value, REWARD.value, "reward.max_reduction")
    assert not can_matter(LOADED.value, CADENCE.value, "reward.max_reduction")
    assert can_matter(LOADED.value, CADENCE.value, "contacts.effect.max_reduction")


def test_what_is_not_lived_would_have_changed_nothing() -> None:
    # the shortcut above, against living it: another response to rewards, the same cadence experiment
    few = np.arange(3)
    world = LOADED.with_value("reward.max_reduction", 0.4).value
    at_centre = run.live_doubtful(LOADED.value, [CADENCE.value], 5, few)
    elsewhere = run.live_doubtful(world, [CADENCE.value], 5, few)
    for arm in CADENCE.value.arms:
        for column in (0, 1):
            np.testing.assert_array_equal(
                at_centre["contact_cadence"][arm][column], elsewhere["contact_cadence"][arm][column]
            )


def test_each_doubt_stands_at_both_ends_once() -> None:
    worlds = doubtful_worlds(LOADED, [REWARD.value, CADENCE.value])
    assert len(worlds) == 2 * len({*REWARD.value.doubt, *CADENCE.value.doubt}) == len(set(worlds))
