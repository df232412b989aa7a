"""Any contested world keeps its books, its lives and its order, however it is cut into windows."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.customer.life import LOST
from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import Count
from sim.scenario.offers import Arm
from sim.scenario.returns import WinBackEffort
from sim.scenario.schema import Scenario
from sim.world.world import World
from tests.properties.books import Books
from tests.properties.test_mobile import HALF, RATE, SHARE, UNTIL, check_cards, check_debts, mobile_worlds
from tests.worlds import day_zero, differing, quiet


def returns_and_bundles(draw: st.DrawFn) -> dict[str, Any]:
    """Winning back, prospects and bundles."""
    first = draw(st.floats(1.0, 60.0))
    return {
        "win_back": {
            "reasons": draw(st.sampled_from([None, ["arrears"], ["competitor", "need_gone"]])),
            "from_days": first,
            "to_days": first + draw(st.floats(1.0, 120.0)),
            "success_share": draw(SHARE),
            "cost_yuan": 3,
            "free_days": 0,
            "not_worth": {"owes": draw(st.booleans()), "returns_at_least": draw(st.sampled_from([None, 1]))},
            "returned": {"fee_change_share": draw(st.floats(-1.0, 1.0)), "very_share": draw(SHARE)},
        },
        "prospects": {"calls_per_month": draw(st.integers(0, 20)), "success_share": draw(SHARE), "cost_yuan": 2},
        "bundles": {
            "accept_share": draw(SHARE),
            "months": draw(st.floats(0.5, 8.0)),
            "subsidy_yuan": draw(st.sampled_from([0.0, 40.0])),
            "fee_change_share": draw(st.floats(-1.0, 1.0)),
            "reduction": draw(SHARE),
            "acts_on": ["competitor", "warning"],
        },
    }


@st.composite
def contested_worlds(draw: st.DrawFn) -> Scenario:
    """A mobile world in which customers and firms act on each other besides, checked by all rules."""
    tree = draw(mobile_worlds()).model_dump(mode="json", by_alias=True)
    tree["policies"]["dunning"]["others"] |= {"win_back": {"attempts": draw(st.integers(0, 4))}, "bundle": True}
    tree["leaving"]["competitor"]["per_month"]["won_back"] = draw(RATE)
    blocks = returns_and_bundles(draw)
    if not tree["billing"]["collection"]["success_share"]:  # everybody in arrears owes then, and could not be met
        blocks["win_back"]["not_worth"]["owes"] = False
    return quiet(**tree | blocks)


ARMS = st.sampled_from([[], [Arm(bundle=False), Arm(bundle=True, win_back=WinBackEffort(attempts=2))]])


def world_of(scenario: Scenario, policy: str, arms: list[Arm], **how: Any) -> World:
    world = day_zero(scenario, policy, replications=2, until=UNTIL, arms=arms, **how)
    if arms:
        world.enrol(np.arange(len(world.customers)), np.arange(len(world.customers)) % len(arms))
    return world


@settings(max_examples=30)
@given(contested_worlds(), st.sampled_from(["before", "dunning"]), ARMS)
def test_any_contested_world_keeps_its_books_and_its_lives(scenario: Scenario, policy: str, arms: list[Arm]):
    """Catches a customer, a life or a fen that is lost or doubled, and a return of who was never away."""
    books = Books(world_of(scenario, policy, arms))
    world = books.world
    world.begin()
    world.live(HALF)
    gone = world.customers["left_at"].copy()
    world.live(UNTIL)
    books.check_all()
    c, lives = world.customers, world.lives()
    assert (c["left_at"][np.isfinite(gone)] == gone[np.isfinite(gone)]).all()
    assert (c["returns"] == lives.sums(np.arange(len(lives.position)) >= len(c))).all()
    first = np.full(len(c), np.inf)
    np.minimum.at(first, lives.position, lives.lost_at)
    assert (first == c["left_at"]).all()
    came = c["returns"] > 0
    assert (c["left_at"][came] + 1.0 <= c["returned_at"][came]).all()
    there = lives.sums(lives.days(-np.inf, UNTIL))
    np.testing.assert_allclose(there + c["away"], np.maximum(0, np.minimum(c["lost_at"], UNTIL) - c["first_joined"]))
    counted = world.shared.tally[..., COUNT_COLUMN : COUNT_COLUMN + len(Count)].sum(axis=(0, 1, 2))
    assert counted[Count.BUNDLES] == c["bundled"].sum()
    assert counted[Count.WIN_BACK_ATTEMPTS] >= c["returns"].sum() + c["attempts"].sum()
    check_cards(c)
    check_debts(c)
    lost = c["state"] == LOST
    assert np.isinf(c["due"][lost]).all()
    assert (c["due"][~lost] >= UNTIL).all()


@settings(max_examples=20)
@given(contested_worlds(), st.sampled_from(["before", "dunning"]), ARMS)
def test_any_contested_world_is_the_same_in_windows_and_forks(scenario: Scenario, policy: str, arms: list[Arm]):
    """Catches a mechanism that acts at a window's end, or that a fork shares with the world it came from, and a sleeper
    who is passed over though something has happened to it: in pieces everybody is looked at again."""
    one, other, pieces = (world_of(scenario, policy, arms, window_days=days) for days in (0.0, 1.7, 0.0))
    for world in (one, other, pieces):
        world.begin()
        world.live(HALF)
    twin = one.fork()
    for day in np.arange(HALF + 3.4, UNTIL, 3.4):
        pieces.live(float(day))
    for world in (one, other, pieces, twin):
        world.live(UNTIL)
    for world in (other, pieces, twin):
        assert not differing(one.customers, world.customers).any()
        assert (one.shared.tally == world.shared.tally).all()
        assert (one.residual == world.residual).all()
        assert [part.tolist() for part in one.ended] == [part.tolist() for part in world.ended]
