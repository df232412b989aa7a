"""The early-warning list: who stands on it, for how long, and when it is made."""

from typing import Any

import numpy as np
import pytest

from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import ContestMoment, Count
from sim.customer.states import State
from sim.world.warning_list import normal_scores, read_scores
from sim.world.world import World
from tests.worlds import HORIZON, day_zero, differing, early_warning, leaving, live, quiet, tenure

POLICIES = {"before": {}, "calls": {"others": {"warning_call": True}}}
RISKS = {
    "customers": 200,
    "leaving": {"competitor": {"per_month": {"growth": 0.05, "stable": 0.02, "warning": 0.4}, "frail": True}},
    "warning": {"enter_per_month": 0.1, "recover_per_month": 0.4},
    "base": {**tenure(3, 12), "frailty_variance": 0.5, "joining_share_per_month": 0.02},
}
CALL_DUE = int(ContestMoment.CALL)
TIERS = {"rule": "quota", "gold": {"share": 0.25}, "platinum": {"share": 0.0}}


def scenario(law: Any, **blocks: Any):
    return quiet(**RISKS | {"early_warning": law, "policies": POLICIES} | blocks)


def stands(world: World) -> np.ndarray:
    """Who stands on the list of day 0; who has not joined yet has no such day."""
    return (world.customers["listed_at"] == 0.0) & (world.customers["state"] != State.PROSPECT)


def listed(world: World) -> np.ndarray:
    """How many stand on the list of day 0, by replication."""
    return np.bincount(world.customers["row"], weights=stands(world), minlength=world.rows)


def on_day_zero(law: Any, **how: Any) -> World:
    world = day_zero(scenario(law, **how.pop("blocks", {})), "calls", **how)
    world.begin()
    world.live(0.5)
    return world


@pytest.mark.parametrize(
    ("length", "expected"),
    [({"list_share": 0.1}, 20), ({"list_share": 0.0}, 0), ({"list_share": 1.0}, 200), ({"list_length": 7}, 7)],
)
def test_the_list_has_its_length_in_every_replication(length: Any, expected: int):
    """Catches a length of the block of replications, and a share of who has not joined."""
    law = {key: value for key, value in early_warning().items() if key != "list_share"}
    assert (listed(on_day_zero(law | length, replications=3)) == expected).all()


def test_the_list_is_of_its_tiers():
    """Catches a share of everybody where only some may stand on it: a tenth of 50 gold customers."""
    world = on_day_zero(early_warning(tiers=["gold"], list_share=0.1), blocks={"tiers": TIERS})
    on_it = stands(world)
    assert on_it.sum() == 5
    assert (world.customers["tier"][on_it] == 1).all()


@pytest.mark.parametrize("weight", [0.0, 0.6, 1.0])
def test_the_highest_scores_stand_on_the_list(weight: float):
    """Second computation: scores sorted by hand, replication by replication."""
    law = scenario(early_warning(list_length=30))
    world = day_zero(law, "calls", replications=3)
    world.agenda.mechanisms[-1].weight = weight  # type: ignore[attr-defined]
    world.begin()
    scores = read_scores(world.customers, world.laws, law.early_warning, 0.0, weight)
    world.live(0.5)
    for row in range(3):
        of_row = [(-score, who) for score, who, r in zip(scores.score, scores.who, scores.row, strict=True) if r == row]
        expected = {who for _, who in sorted(of_row)[:30]}
        there = np.flatnonzero(stands(world) & (world.customers["row"] == row))
        assert set(there) == expected


def test_equal_scores_are_taken_by_id():
    """Catches a tie that is broken by chance: everybody has the same risk, and the score is the risk."""
    law = quiet(leaving=leaving(competitor=0.1), early_warning=early_warning(list_length=9), policies=POLICIES)
    world = day_zero(law, "calls", replications=2)
    world.begin()
    world.live(0.5)
    assert np.array_equal(stands(world), world.customers["id"] < 9)


def test_normal_scores_are_of_their_row():
    """Hand-computed: quantiles at (rank - 1/2) / n, ties at their mean rank."""
    values, row = np.array([3.0, 1.0, 2.0, 5.0, 5.0]), np.array([0, 0, 0, 2, 2])
    found = normal_scores(values, row)
    assert np.allclose(found, [0.967422, -0.967422, 0.0, 0.0, 0.0], atol=1e-6)


def calls(world: World) -> np.ndarray:
    """Calls by accounting period."""
    return world.shared.tally[..., COUNT_COLUMN + Count.WARNING_CALLS].sum(axis=(0, 1))


@pytest.mark.parametrize(("rests", "months"), [(0, 12), (1, 6), (3, 3), (20, 1)])
def test_who_was_listed_rests(rests: int, months: int):
    """Catches rests counted in days, which February would shorten: all stand on every list, or every second one."""
    law = early_warning(rests_months=rests)
    world = live(quiet(early_warning=law, policies=POLICIES), "calls")
    called = calls(world)
    assert called[:: rests + 1].tolist() == [100] * months
    assert called.sum() == 100 * months


def test_a_list_is_filled_with_who_does_not_rest():
    """Catches a list that is the shorter by who rests, while others are left: 40 of 100 a month, each once."""
    law = early_warning(list_share=0.4, rests_months=12)
    called = calls(live(quiet(early_warning=law, policies=POLICIES), "calls"))
    assert called[:4].tolist() == [40, 40, 20, 0]


def test_a_call_that_is_to_come_is_not_put_off():
    """Catches a list that moves a call of the one before: with 50 days each is called, and listed again after it."""
    law = early_warning(call={"delay_days": 50})
    world = live(quiet(early_warning=law, policies=POLICIES), "calls")
    assert calls(world).sum() == 100 * 6  # listed on days 0, 59, 120, 181, 243, 304


@pytest.mark.parametrize("days", [0.9, 13.0])
def test_windows_change_nothing(days: float):
    """Catches a list that is made by a window's end, or twice."""
    law = scenario(early_warning({"max_reduction": 0.5}, list_share=0.2, rests_months=1), tiers=TIERS)
    one = live(law, "calls", replications=2)
    other = live(law, "calls", replications=2, window_days=days)
    assert not differing(one.customers, other.customers).any()
    assert np.array_equal(one.shared.tally, other.shared.tally)


def test_blocks_and_pieces_change_nothing():
    """Catches a score that hangs on who else is in the array, and a list made twice where a life was stopped."""
    law = scenario(early_warning({"max_reduction": 0.5}, list_share=0.2))
    whole = live(law, "calls", replications=3)
    alone = live(law, "calls", replications=[1])
    there = whole.customers[whole.customers["row"] == 1]
    assert not differing(there, alone.customers, "row").any()
    pieces = day_zero(law, "calls", replications=3)
    pieces.begin()
    for day in (31.0, 31.0, 100.0, 212.0):
        pieces.live(day)
    twin = pieces.fork()
    for world in (pieces, twin):
        world.live(HORIZON)
        assert not differing(whole.customers, world.customers).any()


def test_without_calls_there_is_no_list():
    """Twins: under a policy that does not call, a list of everybody and one of nobody are the same lives."""
    law = scenario(early_warning({"max_reduction": 0.9}))
    listed_only = live(law, "before", replications=2)
    nobody = live(scenario(early_warning({"max_reduction": 0.9}, list_length=0)), "before", replications=2)
    assert not stands(listed_only).any()
    assert not differing(listed_only.customers, nobody.customers).any()


def test_the_circle_of_who_is_called_is_called_too():
    """P-02. Catches friends of who is listed and not called, circles of other replications, and who is called twice."""
    calls = {"warning_call": True, "circle_call": True}
    blocks: Any = {
        "circles": {"sizes": [{"size": 4, "share": 0.8}]},
        "policies": POLICIES | {"calls": {"gold": calls, "platinum": {"warning_call": True}, "others": {}}},
        "tiers": {"rule": "quota", "gold": {"share": 0.3}, "platinum": {"share": 0.3}},
    }
    world = day_zero(scenario(early_warning(list_length=30), **blocks), "calls", replications=2)
    world.begin()
    world.live(0.5)
    c, (noted,) = world.customers, world.listed
    on_list = np.zeros(len(c), dtype=bool)
    on_list[noted["position"]] = True
    by_gold = on_list & (c["tier"] == 1) & (c["circle"] >= 0)
    called_circles = set(zip(c["row"][by_gold], c["circle"][by_gold], strict=True))
    there = c["state"] != State.PROSPECT
    near = there & np.array(
        [(row, circle) in called_circles for row, circle in zip(c["row"], c["circle"], strict=True)]
    )
    expected = (on_list & (c["tier"] > 0)) | near
    call_due = c["due"][:, CALL_DUE] < np.inf
    assert (near & ~on_list).sum() > 20
    np.testing.assert_array_equal(call_due, expected)
