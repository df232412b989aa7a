"""Any valid world keeps its books and its order in time: company H with its numbers drawn at random."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.customer.laws import YEAR
from sim.customer.life import ASKING, LOST, PROSPECT
from sim.customer.record import MOMENTS, Line, Moment
from sim.scenario.schema import Scenario
from tests.properties.books import SETTLED, Books
from tests.worlds import company, day_zero, differing, leaving, live, load_company, quiet, rates, with_desk

HALF, UNTIL = 100.0, 190.0
EXAMPLES = 150
SHARE = st.floats(0.0, 1.0)


def numbers() -> dict[str, st.SearchStrategy]:
    """What is drawn, by path; tenures are short, so that even strong hazards let somebody survive them."""
    rate, strength, days = st.floats(0.0, 0.3), st.floats(0.0, 1.0), st.floats(0.5, 120.0)
    paths = {
        "customers": st.integers(1, 50),
        "horizon_days": st.integers(1, 180),
        "base.joining_share_per_month": st.floats(0.0, 0.5),
        "base.commission_yuan": st.floats(0.0, 500.0),
        "base.frailty_variance": st.floats(0.0, 2.0),
        "stages.growth_months": st.floats(0.0, 8.0),
        "warning.enter_per_month": st.floats(0.0, 2.0),
        "warning.recover_per_month": st.floats(0.0, 2.0),
        "problem.per_month": st.floats(0.0, 3.0),
        "promotions.year_end.strength": strength,
        "promotions.raid.strength": strength,
        "promotions.raid.random.per_year": st.just(0.0) | st.floats(0.01, 10.0),
        "promotions.raid.random.lasts_days": st.floats(1.0, 40.0),
        "contacts.effect.max_reduction": st.floats(-2.0, 1.0),
        "contacts.effect.half_life_days": days,
        "contacts.effect.lasts_days": days,
        "contacts.explains_share": SHARE,
        "contacts.fatigue.within_days": days,
        "contacts.fatigue.factor": SHARE,
        "team.delay_days": st.floats(0.0, 60.0),
        "team.solves_share": SHARE,
        "team.reports_share": SHARE,
        "team.becomes": st.sampled_from(["satisfied", "very"]),
        "cross_sell.accept_share": SHARE,
        "cross_sell.fee_increase_share": st.floats(0.0, 2.0),
        "gifts.anniversary.match_share": SHARE,
        "reward.max_reduction": st.floats(-2.0, 1.0),
        "reward.half_dose_days": st.floats(0.1, 30.0),
        "reward.half_life_days": days,
        "reward.lasts_days": st.floats(0.0, 200.0),
        "reward.lock_in": st.booleans(),
        "effects.step_days": st.floats(0.2, 40.0),
        "tiers.platinum.share": st.floats(0.0, 0.5),
        "tiers.gold.share": st.floats(0.0, 0.5),
        "policies.programme.platinum.reward.free_days": st.floats(0.0, 90.0),
    }
    paths |= dict.fromkeys(rates(0.0), rate)
    for segment in load_company().value.segments:
        paths[f"segments.{segment}.growth_per_year.mean"] = st.floats(-0.5, 1.0)
        paths[f"segments.{segment}.growth_per_year.sd"] = st.floats(0.0, 0.6)
        paths[f"segments.{segment}.fee_sigma"] = st.floats(0.0, 1.5)
        paths[f"segments.{segment}.price_sensitivity.mean"] = st.floats(0.01, 1.5)
    for channel in ("call", "letter", "email"):
        paths[f"contacts.channels.{channel}.reach_share"] = SHARE
        paths[f"contacts.channels.{channel}.strength"] = SHARE
    for level in ("very", "satisfied", "dissatisfied"):
        paths[f"satisfaction.risk_ratio.{level}"] = st.floats(0.0, 3.0)
        paths[f"survey.answer_share.{level}"] = SHARE
    return paths


BANDS = {
    f"base.tenure_mix.bands.{i}.{key}": month
    for i, band in enumerate([(0, 0.5), (0.5, 2), (2, 5)])
    for key, month in zip(("from_month", "to_month"), band, strict=True)
}


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Company H with other numbers, checked by all rules; with or without a desk."""
    values = draw(st.fixed_dictionaries(numbers()))
    very = draw(SHARE)
    dissatisfied = draw(SHARE) * (1 - very)
    levels = {"very": very, "dissatisfied": dissatisfied, "satisfied": 1 - very - dissatisfied}
    values |= {f"satisfaction.joining_share.{level}": share for level, share in levels.items()}
    scenario = company(values | BANDS | SETTLED)
    if not draw(st.booleans()):
        return scenario
    patience = draw(st.one_of(st.none(), st.floats(10.0, 10_000.0)))
    return with_desk(
        scenario,
        seats=draw(st.integers(1, 3)),
        service_minutes=draw(st.floats(1.0, 20_000.0)),
        patience_minutes=patience,
        success_share=draw(SHARE),
        reasons=draw(st.sampled_from([["competitor"], ["competitor", "need_gone", "variety"]])),
    )


ARMS = st.sampled_from([[], [("gold", 10.0), ("none", None)], [("platinum", 0.0), (None, 30.0)]])


def world_of(scenario: Scenario, policy: str, arms: list, **how):
    world = day_zero(scenario, policy, replications=2, until=UNTIL, arms=arms, **how)
    if arms:
        world.enrol(np.arange(len(world.customers)), np.arange(len(world.customers)) % len(arms))
    return world


@settings(max_examples=EXAMPLES)
@given(scenarios(), st.sampled_from(["before", "programme"]), ARMS, st.sampled_from([0.0, 3.0]))
def test_any_world_keeps_its_books_and_its_order(scenario, policy, arms, window_days):
    """Catches whatever creates, loses or doubles a customer or a fen, or lets something happen out of time."""
    books = Books(world_of(scenario, policy, arms, window_days=window_days))
    world = books.world
    world.begin()
    world.live(HALF)
    gone = world.customers["lost_at"].copy()
    assert (gone[np.isfinite(gone)] < HALF).all()
    world.live(UNTIL)
    books.check_all()
    c = world.customers
    check_money(c)
    check_order(c)
    # nothing that happened is undone, and what came later is dated later
    assert (c["lost_at"][np.isfinite(gone)] == gone[np.isfinite(gone)]).all()
    later = np.isfinite(c["lost_at"]) & ~np.isfinite(gone)
    assert (c["lost_at"][later] >= HALF).all()


def check_money(c: np.ndarray) -> None:
    """No line is negative, and nobody is forgiven more than was owed."""
    assert (c["ledger"] >= 0).all()
    assert (c["ledger"][:, Line.FORGONE] <= c["ledger"][:, Line.LIST]).all()
    assert (c["fee"] >= 0).all()
    assert not c["ledger"][c["state"] == PROSPECT].any()
    assert not c["residual"][c["state"] == PROSPECT].any()


def check_order(c: np.ndarray) -> None:
    """Moments of a life come in their order, and nothing that is due lies behind."""
    lost = c["state"] == LOST
    assert (np.isfinite(c["lost_at"]) == lost).all()
    assert (c["reason"] >= 0)[lost].all()
    assert (c["lost_at"][lost] > c["joined"][lost]).all()
    assert (c["lost_at"][lost] < UNTIL).all()
    assert np.isinf(c["due"][lost]).all()
    assert (c["due"][~lost] >= UNTIL).all()
    for moment, happened in (
        ("contact_at", c["contacts"] > 0),
        ("reached_at", c["contacts"] > 0),
        ("answered_at", c["answer"] >= 0),
        ("reward_at", c["rewarded"] > 0),
        ("asked_at", c["calls"] > 0),
        ("booked_at", ~lost & (c["state"] != PROSPECT)),
    ):
        when = c[moment][happened]
        assert (when >= c["joined"][happened]).all(), moment
        assert (when <= np.minimum(c["lost_at"][happened], UNTIL)).all(), moment
    assert (c["joined"][c["state"] == PROSPECT] >= UNTIL).all()
    assert (c["joined"][c["state"] != PROSPECT] < UNTIL).all()
    asking = c["state"] == ASKING
    assert np.isinf(c["due"][asking][:, MOMENTS:]).all()
    assert np.isin(c["satisfaction"], [0, 1, 2]).all()
    assert np.isin(c["tier"], [0, 1, 2]).all()
    assert np.isin(c["rewarded"], [0, 1]).all()
    assert (c["firings"][c["state"] != PROSPECT] >= 1).all()
    yearly = np.isfinite(c["due"][:, Moment.ANNIVERSARY])
    turns = (c["due"][yearly, Moment.ANNIVERSARY] - c["joined"][yearly]) / YEAR
    assert np.allclose(turns, np.rint(turns))


@settings(max_examples=EXAMPLES)
@given(scenarios(), st.sampled_from(["before", "programme"]), ARMS)
def test_any_world_is_the_same_in_windows(scenario, policy, arms):
    """Catches a mechanism that writes at a window's end; tiers, promotions and all else as they come."""
    one, other = (world_of(scenario, policy, arms, window_days=days) for days in (0.0, 1.7))
    for world in (one, other):
        world.begin()
        world.live(UNTIL)
    assert not differing(one.customers, other.customers).any()
    assert (one.shared.tally == other.shared.tally).all()


# --- extremes -------------------------------------------------------------------------------------


def test_without_hazards_nobody_leaves():
    """Catches a loss that no clock made."""
    world = live(company({"customers": 300, **rates(0.0)}), "programme", replications=2)
    assert not (world.customers["state"] == LOST).any()
    assert (world.customers["contacts"] > 0).any()


def test_under_a_huge_hazard_everybody_leaves():
    """Catches a life that ends the loop before its last event, or a clock that passes its moment."""
    world = live(quiet(customers=500, leaving=leaving(variety=1000.0)))
    assert (world.customers["state"] == LOST).all()
    assert world.customers["lost_at"].max() < 1.0


def test_without_costs_only_the_list_fee_is_booked():
    """Catches a cost that is not in the scenario."""
    free = [path for path in load_company().provenance if path.endswith("cost_yuan")]
    assert len(free) == 7
    values = dict.fromkeys(free, 0.0) | {"policies.programme.platinum.reward.free_days": 0.0}
    world = live(company({"customers": 300, **values}), "programme")
    assert (world.customers["contacts"] > 0).any()
    assert (world.customers["solved"] > 0).any()
    assert not world.customers["ledger"][:, Line.LIST + 1 :].any()


def test_one_customer_for_one_day():
    """Catches an index that needs a second customer, a second replication or a second period."""
    world = live(company({"customers": 1, "horizon_days": 1}), "programme", until=1.0)
    base = world.customers[world.customers["joined"] <= 0]
    assert len(base) == 1
    assert base["ledger"][0, Line.LIST] > 0


def test_a_world_without_mechanisms_lives():
    """Catches a mechanism that is needed where the scenario leaves it out."""
    world = live(quiet(customers=1, horizon_days=1), until=1.0)
    assert world.customers["ledger"][0].tolist() == [329] + [0] * (len(Line) - 1)
