"""Circles: how they are dealt, and what members do to each other at a week's start."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.customer.circles import dealt
from sim.customer.life import LOST, PROSPECT
from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import DISSATISFIED, Count
from sim.customer.states import Clock
from sim.scenario.load import load_scenario
from sim.scenario.problems import InputProblems
from sim.world.world import World
from tests.properties.books import SETTLED, Books
from tests.worlds import base_of, day_zero, differing, draw, leaving, live, load_quiet, quiet

SIZES = [{"size": 2, "share": 0.5}, {"size": 5, "share": 0.3}]
NEWS = {"raises": 2.0, "lasts_days": 30, "acts_on": ["competitor"]}


def world(until: float = 365.0, customers: int = 400, rate: float = 0.05, **circles: Any) -> World:
    blocks = {"circles": {"sizes": circles.pop("sizes", SIZES), **circles}, "leaving": leaving(competitor=rate)}
    return live(quiet(customers=customers, **blocks), until=until, replications=2)


def counted(of: World, what: Count) -> int:
    return int(of.shared.tally[..., COUNT_COLUMN + what].sum())


def left(of: World) -> np.ndarray:
    return np.isfinite(of.customers["lost_at"])


# --- dealing --------------------------------------------------------------------------------------


def test_circles_have_the_sizes_that_were_asked_for():
    """Catches a circle of another size, a main card too many, and a customer in two circles."""
    scenario = quiet(customers=403, circles={"sizes": SIZES})
    *_, people = draw(scenario, replications=3)
    assert scenario.circles is not None
    assert dealt(scenario.circles, 403) == [100, 24]
    for replication in range(3):
        c = people[people["replication"] == replication]
        sizes = np.bincount(c["circle"][c["circle"] >= 0])
        assert sizes.tolist() == [2] * 100 + [5] * 24
        assert (c["circle"] == -1).sum() == 403 - 320
        assert (c["fellows"] == np.where(c["circle"] >= 0, sizes[c["circle"]] - 1, 0)).all()
        mains = c[c["main"] == 1]
        assert sorted(mains["circle"]) == list(range(124))


def test_dealing_hangs_on_the_replication_alone():
    """Catches circles that follow the order of ids, or depend on the other replications of a block."""
    scenario = quiet(customers=400, circles={"sizes": SIZES})
    *_, both = draw(scenario, replications=2)
    *_, second = draw(scenario, replications=[1])
    first = both[both["replication"] == 0]
    assert (both[both["replication"] == 1]["circle"] == second["circle"]).all()
    assert (first["circle"] != second["circle"]).mean() > 0.9
    assert np.corrcoef(first["id"][first["circle"] >= 0], first["circle"][first["circle"] >= 0])[0, 1] < 0.2


# --- holding --------------------------------------------------------------------------------------


def test_fellows_hold_each_other_up_to_as_many_as_count():
    """Direction and extreme: members stay longer, each fellow counts, and a whole reduction keeps everybody."""
    reductions = [0.0, 0.2, 0.5, 1.0]
    lost = [
        left(world(holds={"reduction": reduction, "at_most": 4, "acts_on": ["competitor"]})) for reduction in reductions
    ]
    assert all((less <= more).all() for more, less in itertools.pairwise(lost))
    alone = world().customers["circle"] == -1
    assert not lost[-1][~alone].any()
    assert (lost[-1][alone] == lost[0][alone]).all()


def test_who_is_there_is_counted_weekly():
    """Catches a member who still counts after a week's start, and one who no longer counts before it."""
    of = world(until=100.0, rate=0.3, holds={"reduction": 0.2, "acts_on": ["competitor"]})
    c = of.customers
    there_at_98 = c["lost_at"] >= 98.0
    key = c["row"] * 1000 + c["circle"]
    members = np.bincount(key[c["circle"] >= 0], weights=there_at_98[c["circle"] >= 0], minlength=2000)
    here = (c["circle"] >= 0) & (c["state"] != LOST)
    assert (c["fellows"][here] == members[key[here]] - 1).all()
    assert (c["fellows"][here] < 4).any()


# --- news -----------------------------------------------------------------------------------------


def test_a_loss_is_heard_at_the_next_weeks_start_and_holds_its_time():
    """Catches news without a lag, news that a leaver or a stranger hears, and news that does not end."""
    of = world(until=22.0, news=NEWS | {"raises": 0.5})
    c = of.customers
    heard = c["news"] > 0
    gone = np.zeros(len(c))
    for i in range(len(c)):
        same = (c["row"] == c["row"][i]) & (c["circle"] == c["circle"][i]) & (c["circle"][i] >= 0)
        gone[i] = (same & (c["lost_at"] < 21.0)).sum()
    there = c["state"] != LOST
    assert (heard[there] == (gone[there] > 0)).all()
    assert heard[there].any()
    assert (c["news"][there] == 0.5 * gone[there]).all()
    assert (c["news_until"][heard & there] > 30).all()


def test_a_later_loss_adds_to_what_still_holds_and_renews_it():
    """Catches news that is replaced, and an end that stays where the first loss put it."""
    long, short = (world(news=NEWS | {"raises": 0.1, "lasts_days": days}) for days in (365.0, 8.0))
    c = long.customers
    twice = (c["state"] != LOST) & (c["news"] > 0.15)
    assert twice.any()
    assert np.allclose(np.rint(c["news"] * 10), c["news"] * 10)
    assert (short.customers["news"] <= c["news"] + 1e-9)[(c["state"] != LOST) & ~left(short)].all()


def test_news_drives_away_and_is_counted():
    """Direction: under news more leave; each time a member hears of a loss is counted."""
    still, told = world(), world(news=NEWS)
    assert (left(told) >= left(still)).all()
    assert left(told).sum() > left(still).sum() + 20
    assert counted(still, Count.NEWS) == 0 < counted(told, Count.NEWS)
    pairs = world(sizes=[{"size": 2, "share": 1.0}], news=NEWS)
    c = pairs.customers
    order = np.lexsort((c["lost_at"], c["circle"], c["row"])).reshape(-1, 2)
    first, second = c["lost_at"][order].T
    told_of = np.ceil((first + 1e-12) / 7) * 7
    assert counted(pairs, Count.NEWS) == ((told_of < 365.0) & (second >= told_of)).sum()


# --- cards ----------------------------------------------------------------------------------------


def test_secondary_cards_follow_the_main_one_at_the_next_weeks_start():
    """Catches a card that follows early, for another reason, or though only a secondary has left."""
    of = world(cards={"follows_share": 1.0}, rate=0.02)
    c = of.customers
    key = np.where(c["circle"] >= 0, c["row"] * 1000 + c["circle"], -1)
    main_at = np.full(2000, np.inf)
    mains = (c["main"] == 1) & (key >= 0)
    main_at[key[mains]] = c["lost_at"][mains]
    secondary = (c["main"] == 0) & (key >= 0)
    epoch = np.ceil(main_at[key] / 7) * 7
    followed = secondary & (epoch < 365.0)
    assert followed.any()
    assert (c["lost_at"][followed] <= epoch[followed]).all()
    assert (c["reason"][followed] == Clock.COMPETITOR).all()
    at_epochs = secondary & left(of) & (np.where(left(of), c["lost_at"], 1.0) % 7 == 0)
    assert (c["lost_at"][at_epochs] == epoch[at_epochs]).all()
    assert at_epochs.sum() > 20
    nobody = world(cards={"follows_share": 0.0}, rate=0.02)
    assert (nobody.customers["lost_at"][mains] == c["lost_at"][mains]).all()


def test_who_followed_is_a_loss_that_the_others_hear_of_a_week_later():
    """Catches a card that is taken to be there until something would have been due of it: lived in pieces it is not."""
    blocks = {"circles": {"sizes": SIZES, "cards": {"follows_share": 0.5}, "news": NEWS}}
    whole, pieces = (day_zero(quiet(customers=400, leaving=leaving(competitor=0.02), **blocks)) for _ in range(2))
    for of in (whole, pieces):
        of.begin()
    whole.live(365.0)
    for day in range(3, 365, 3):
        pieces.live(float(day))
    pieces.live(365.0)
    assert counted(whole, Count.NEWS) > 50
    assert not differing(whole.customers, pieces.customers).any()
    assert (whole.shared.tally == pieces.shared.tally).all()


# --- referral -------------------------------------------------------------------------------------


def referring(**more: Any) -> World:
    blocks = {"circles": {"sizes": SIZES, "referral": {"per_month": 0.05}}, "leaving": leaving(competitor=0.1)}
    return live(quiet(customers=400, **blocks | more), replications=2)


def test_prospects_join_only_where_who_brings_them_is_there():
    """Catches a prospect who joins after its referrer has left, and one who is lost though the referrer stayed."""
    of = referring()
    c = of.customers
    base, brought = base_of(of), np.flatnonzero(c["referrer"] >= 0)
    by = of.row_start[c["row"][brought]] + c["referrer"][brought]
    assert np.isin(by, base).all()
    assert (c["circle"][brought] == c["circle"][by]).all()
    joined = c["state"][brought] != PROSPECT
    epoch = np.floor(c["joined"][brought] / 7) * 7
    assert (c["lost_at"][by][joined] >= epoch[joined]).all()
    assert (~joined).sum() > 20
    assert (left(of)[by][~joined]).all()
    assert counted(of, Count.REFERRALS) == joined.sum()


def test_who_is_dissatisfied_brings_nobody():
    """Extreme: where everybody is dissatisfied from the start nobody joins."""
    share = {"very": 0.0, "satisfied": 0.0, "dissatisfied": 1.0}
    ratio = {"very": 1.0, "satisfied": 1.0, "dissatisfied": 1.0}
    of = referring(satisfaction={"joining_share": share, "risk_ratio": ratio})
    assert (of.customers["satisfaction"][base_of(of)] == DISSATISFIED).all()
    assert counted(of, Count.REFERRALS) == 0
    assert (of.customers["state"][of.customers["referrer"] >= 0] == PROSPECT).all()


def test_books_are_whole():
    """Conservation: every move is legal and counted once, every fen stands in one line."""
    circles = {
        "sizes": SIZES,
        "holds": {"reduction": 0.2, "acts_on": ["competitor"]},
        "news": NEWS,
        "cards": {"follows_share": 0.5},
        "referral": {"per_month": 0.05},
    }
    blocks = {"circles": circles, "leaving": leaving(competitor=0.05), "start": "2009-12-11"}
    residual = {"months": 2, "discount_per_year": 0.0}
    loaded = load_quiet(customers=300, residual=residual, horizon_days=100, **blocks)
    scenario = loaded.with_values(SETTLED).value
    books = Books(day_zero(scenario, replications=2, until=400.0))
    books.world.begin()
    books.world.live(400.0)
    books.check_all()


# --- bad input ------------------------------------------------------------------------------------

FILE = """\
name: circles
start: 2010-01-01
horizon_days: 30
customers: 10
money: {mean_fee_yuan_per_month: 100, margin_share: 1}
segments: {all: {share: 1}}
base: {}
leaving: {}
circles:
  sizes:
    - {size: 2, share: 0.5}
    - {size: 4, share: 0.4}
  holds: {reduction: 0.2, at_most: 3, acts_on: [competitor]}
"""


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("size: 4", "size: 11"), ":12: circles.sizes.1.size: got 11, must be at most the base, 10 customers"),
        (("size: 4", "size: 2"), ":12: circles.sizes.1.size: got 2, must be a size that stands only once"),
        (("0.4", "0.6"), ":12: circles.sizes.1.share: got 0.6, must be at most 0.5"),
        (("size: 2", "size: 1"), ":11: circles.sizes.0.size: got 1, must be "),
        (("0.5", "1.5"), ":11: circles.sizes.0.share: got 1.5, must be between 0 and 1"),
        (("at_most: 3", "at_most: 0"), ":13: circles.holds.at_most: got 0, must be "),
        (("[competitor]", "[]"), ":13: circles.holds.acts_on"),
    ],
)
def test_what_is_refused(tmp_path: Path, change: tuple[str, str], line: str):
    file = tmp_path / "circles.yaml"
    assert change[0] in FILE
    file.write_text(FILE.replace(*change, 1))
    with pytest.raises(InputProblems) as found:
        load_scenario(file)
    assert line in str(found.value)
