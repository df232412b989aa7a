"""Conservation: who is where, and every fen, is in exactly one place, in long runs of company H."""

from itertools import pairwise

import numpy as np
import pytest

from sim.customer.base import STREAM_FIRST
from sim.customer.laws import MONTH
from sim.customer.record import Line
from sim.customer.states import Clock
from sim.world.world import World
from tests.properties.books import SETTLED, Books
from tests.worlds import HORIZON, company, day_zero, with_desk

ROWS, CUSTOMERS, UNTIL = 3, 400, 900.0


def everybody_in_arms(world: World) -> World:
    """The same world with its base dealt to two arms, so that the books are kept by arm."""
    base = np.flatnonzero(world.customers["id"] < STREAM_FIRST)
    world.enrol(base, np.arange(len(base)) % 2)
    return world


WORLDS = {
    "before": lambda: day_zero(company({"customers": CUSTOMERS, **SETTLED}), "before", replications=ROWS, until=UNTIL),
    "programme": lambda: day_zero(
        company({"customers": CUSTOMERS, "base.commission_yuan": 7, **SETTLED}),
        "programme",
        replications=ROWS,
        until=UNTIL,
    ),
    "desk": lambda: day_zero(
        with_desk(company({"customers": CUSTOMERS, **SETTLED}), service_minutes=4_000.0, seats=1),
        "programme",
        replications=ROWS,
        until=UNTIL,
    ),
    "arms": lambda: everybody_in_arms(
        day_zero(
            company({"customers": CUSTOMERS, **SETTLED}),
            "programme",
            replications=ROWS,
            until=UNTIL,
            arms=[("gold", 0.0), ("none", 45.0)],
        )
    ),
}


@pytest.fixture(scope="module", params=list(WORLDS))
def books(request: pytest.FixtureRequest) -> Books:
    books = Books(WORLDS[request.param]())
    books.world.begin()
    books.world.live(UNTIL)
    return books


def test_every_move_was_legal(books: Books):
    """Catches a move that the table does not have."""
    assert books.moves.sum() > 1_000
    books.check_moves_are_legal()


def test_each_state_keeps_its_books(books: Books):
    """Catches a customer who is in two states, or in none, at the end of any month."""
    books.check_states()


def test_losses_by_reason_are_the_moves_to_lost(books: Books):
    """Catches a loss without a reason, or one that a month counts and the records date otherwise."""
    assert books.losses[..., Clock.COMPETITOR].sum() > 100
    books.check_losses()


def test_every_fen_of_the_records_is_in_the_books(books: Books):
    """Catches an amount that is booked once where it belongs twice: the customer's ledger and the month's."""
    assert books.money(within=True)[..., Line.LIST].sum() > 0
    books.check_ledgers()


def test_after_the_horizon_every_fen_is_residual(books: Books):
    """Catches an amount that is booked in both places, or in neither (margin 1, no discount: to the fen)."""
    assert books.money(within=False)[..., Line.LIST].sum() > 0
    books.check_residuals()


def test_list_and_forgone_fees_are_the_fee_times_the_days():
    """Catches a month or a free day that is billed wrongly, and rounding anywhere but at a booking."""
    growth = {f"segments.{s}.growth_per_year.{x}": 0.0 for s in company().segments for x in ("mean", "sd")}
    scenario = company({"customers": CUSTOMERS, **growth, "cross_sell.accept_share": 0.0})
    world = day_zero(scenario, "programme", replications=ROWS)
    world.begin()
    world.live(HORIZON)
    days = float(scenario.policies["programme"]["platinum"].reward.free_days)
    paid = rewarded = 0
    for c in world.customers:
        start, end = max(float(c["joined"]), 0.0), min(float(c["lost_at"]), HORIZON)
        if start >= end:
            assert not c["ledger"].any()
            continue
        cuts = {start, end} | {m for m in world.laws.marks.tolist() if start < m < end}
        free = (np.inf, np.inf)
        if c["rewarded"]:
            free = (float(c["reward_at"]), float(c["reward_at"]) + days)
            cuts |= {t for t in free if start < t < end}
        edges = sorted(cuts)
        owed = [int(np.floor(int(c["fee"]) * (b - a) / MONTH + 0.5)) for a, b in pairwise(edges)]
        forgone = [
            amount for (a, b), amount in zip(pairwise(edges), owed, strict=True) if free[0] <= a and b <= free[1]
        ]
        assert c["ledger"][Line.LIST] == sum(owed)
        assert c["ledger"][Line.FORGONE] == sum(forgone)
        paid, rewarded = paid + 1, rewarded + bool(forgone)
    assert paid > 1_000
    assert rewarded > 150


def test_joiners_cost_a_commission_once():
    """Catches a commission for the base, or at every life."""
    world = WORLDS["programme"]()
    world.begin()
    world.live(HORIZON)
    joined = (world.customers["joined"] > 0) & (world.customers["joined"] < HORIZON)
    assert joined.sum() > 100
    assert (world.customers["ledger"][:, Line.COMMISSION] == np.where(joined, 700, 0)).all()
