"""Any mobile world keeps its books and its order, however it is cut into windows: all its mechanisms at once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.customer.life import LOST, SUSPENDED
from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import CORE_DUE, Count, Line, MobileMoment
from sim.customer.states import Clock, State
from sim.scenario.bonds import Agreement
from sim.scenario.mobile import Reactivation
from sim.scenario.offers import Arm
from sim.scenario.schema import Scenario
from sim.world.world import World
from tests.properties.books import Books
from tests.worlds import MONTH, day_zero, differing, quiet

HALF, UNTIL = 100.0, 190.0
SHARE = st.floats(0.0, 1.0)
RATE = st.floats(0.0, 0.5)
CALLS = {
    "touches": {
        "early": {"tenure_days": 10, "channels": ["call"]},
        "late": {"tenure_months": 4, "gift": "pen"},
        "spring": {"calendar": "05-01", "channels": ["call"], "gift": "pen"},
    }
}
PAIRS = {"size": 2, "share": 1.0}
DEBTS = 2
"""Roundings a month by which a debt can differ from the fee of its days, fen."""


def rates(draw: st.DrawFn, **more: float) -> dict[str, float]:
    return {"growth": draw(RATE), "stable": draw(RATE), "warning": draw(RATE), **more}


@st.composite
def mobile_worlds(draw: st.DrawFn) -> Scenario:
    """A mobile world with all its mechanisms, checked by all rules; with or without a desk."""
    stops = sorted(draw(st.lists(st.integers(2, 120), min_size=3, max_size=3, unique=True)))
    reminder_days = [day for day in draw(st.lists(st.integers(1, 110), max_size=4)) if day < stops[2]]
    blocks: dict[str, Any] = {
        "customers": draw(st.integers(2, 50)),
        "horizon_days": draw(st.integers(1, 180)),
        "money": {"mean_fee_yuan_per_month": 60, "margin_share": 1.0},
        "residual": {"months": 12, "discount_per_year": 0.0},
        "segments": {
            "low": {
                "share": 0.5,
                "contract_share": draw(
                    st.floats(0.0, 0.99)
                ),  # all with a subsidy could have no points, and are refused
                "forgets_bill_share": draw(SHARE),
                "price_sensitivity": {"mean": 1, "sd": 0.5},
            },
            "high": {"share": 0.5, "forgets_bill_share": draw(SHARE), "growth_per_year": {"mean": 0.1, "sd": 0.1}},
        },
        "base": {
            "tenure_mix": {"bands": [{"from_month": 0, "to_month": 4, "share": 1.0}]},
            "joining_share_per_month": draw(RATE),
            "commission_yuan": 5,
        },
        "stages": {"growth_months": draw(st.floats(0.0, 6.0))},
        "warning": {"enter_per_month": draw(RATE), "recover_per_month": draw(RATE)},
        "leaving": {
            "competitor": {"per_month": rates(draw), "price_sensitive": True},
            "need_gone": {"per_month": rates(draw, dormant=draw(RATE))},
        },
        "promotions": {
            "rival": {"strength": draw(SHARE), "random": {"per_year": 3, "lasts_days": 20}},
            "own": {"strength": draw(SHARE), "ours": True, "random": {"per_year": 3, "lasts_days": 20}},
        },
        "number_change": {"per_month": rates(draw), "fee_drop_share": draw(SHARE), "commission_yuan": 20},
        "fee_decline": {"per_month": rates(draw), "drop_share": draw(SHARE)},
        "billing": {
            "pays_per_month": {"overdue": draw(st.floats(0.0, 5.0)), "suspended": draw(st.floats(0.0, 5.0))},
            "reminder_days": reminder_days,
            "reminder": {"cost_yuan": 0.1, "pays_share": draw(SHARE)},
            **dict(zip(("one_way_stop_days", "two_way_stop_days", "cancel_days"), stops, strict=True)),
            "reactivation_raises": draw(st.floats(-1.0, 5.0)),
            "fraud_share": draw(st.floats(0.0, 0.3)),
            "collection": {"success_share": draw(SHARE), "cost_share": draw(SHARE)},
        },
        "dormancy": {"per_month": rates(draw), "wakes_per_month": draw(RATE), "fee_share": draw(SHARE)},
        "contracts": {
            "months": draw(st.floats(1.0, 8.0)),
            "subsidy_yuan": draw(st.sampled_from([0.0, 50.0])),
            "renews_share": draw(SHARE),
            "reduction": draw(SHARE),
            "acts_on": ["competitor", "number_change", "dormancy"],
            "after": {"factor": 2.0, "lasts_days": draw(st.floats(0.0, 40.0))},
            "penalty_share": draw(SHARE),
        },
        "agreements": {
            "accept_share": draw(SHARE),
            "effect": {"max_reduction": draw(SHARE), "half_credit_yuan": 5, "acts_on": ["competitor", "need_gone"]},
        },
        "points": {
            "segments": draw(st.sampled_from([None, ["low"]])),
            "accrual_share": draw(SHARE),
            "known_share": draw(SHARE),
            "effect": {"max_reduction": draw(SHARE), "half_balance_yuan": 5, "acts_on": ["competitor", "warning"]},
            "expires": draw(st.sampled_from(["01-01", "03-31", "05-15"])),
            "reminder": {"days_before": draw(st.integers(1, 90)), "cost_yuan": 0.2, "redeems_share": draw(SHARE)},
            "remembers_share": draw(SHARE),
            "pleases_share": draw(SHARE),
        },
        "agents": {
            "share": draw(SHARE),
            "commission_yuan": draw(st.floats(0.0, 200.0)),
            "assessment_months": draw(st.floats(0.5, 6.0)),
            "assessed_yuan": 10,
            "bill_share": draw(SHARE),
            "clawback_share": draw(SHARE),
            "keeps": draw(SHARE),
            "acts_on": ["competitor", "warning", "fee_decline"],
            "lets_go": {"lasts_days": draw(st.floats(0.0, 60.0)), "max_raise": 3.0, "half_commission_yuan": 30},
            "resale": {"share": draw(SHARE), "drop_per_month": draw(RATE)},
        },
        "contacts": {"channels": {"call": {"cost_yuan": 3, "reach_share": 0.7, "strength": 1.0}}},
        "gifts": {"pen": {"cost_yuan": 2, "match_share": 0.5}},
        "contact_rules": {"unreachable_share": 0.2, "opt_out_share": draw(SHARE), "touches_a_month": 1},
        "cadences": {"calls": CALLS},
        "policies": {
            "before": {},
            "dunning": {
                "others": {
                    "cadence": "calls",
                    "reminders": bool(reminder_days),
                    "reactivation": {"credit_yuan": draw(st.floats(0.0, 30.0))},
                    "points_reminder": draw(st.booleans()),
                    "agreement": {"monthly_credit_yuan": draw(st.floats(0.0, 30.0)), "months": draw(st.integers(1, 8))},
                }
            },
        },
    }
    if draw(st.booleans()):
        blocks["circles"] = {
            "sizes": [{"size": 2, "share": 0.4}, {"size": 5, "share": 0.5}] if blocks["customers"] >= 5 else [PAIRS],
            "holds": {"reduction": draw(SHARE), "at_most": draw(st.integers(1, 4)), "acts_on": ["competitor"]},
            "news": {"raises": draw(RATE), "lasts_days": draw(st.floats(1.0, 60.0)), "acts_on": ["warning"]},
            "cards": {"follows_share": draw(SHARE)},
            "referral": {"per_month": draw(RATE)},
        }
    if draw(st.booleans()):
        blocks["desk"] = {
            "seats": draw(st.integers(1, 3)),
            "service_minutes": draw(st.floats(1.0, 30_000.0)),
            "success_share": draw(SHARE),
            "reasons": ["competitor", "need_gone"],
        }
    if draw(st.booleans()):  # a kind of customer of its own
        blocks["policies"]["dunning"]["others"]["warning_call"] = True
        blocks["early_warning"] = {
            "auc": 0.5,
            "within_days": draw(st.integers(1, 120)),
            "list_share": draw(SHARE),
            "rests_months": draw(st.integers(0, 3)),
            "call": {
                "delay_days": draw(st.floats(1.0, 60.0)),
                "cost_yuan": 1.5,
                "reach_share": draw(SHARE),
                "effect": {
                    "max_reduction": draw(st.floats(-2.0, 1.0)),
                    "asleep": draw(st.sampled_from([None, -1.0, 0.5])),
                    "acts_on": ["competitor", "warning", "number_change"],
                    "half_life_days": draw(st.floats(1.0, 60.0)),
                    "lasts_days": draw(st.floats(0.0, 60.0)),
                },
            },
        }
    return quiet(**blocks)


OFFER = Agreement(monthly_credit_yuan=8.0, months=3)
ARMS = st.sampled_from(
    [[], [Arm(reminders=False), Arm(reminders=True, reactivation=Reactivation(credit_yuan=5.0), agreement=OFFER)]]
)


def world_of(scenario: Scenario, policy: str, arms: list[Arm], **how: Any) -> World:
    world = day_zero(scenario, policy, replications=2, until=UNTIL, arms=arms, **how)
    if arms:
        world.enrol(np.arange(len(world.customers)), np.arange(len(world.customers)) % len(arms))
    return world


@settings(max_examples=40)
@given(mobile_worlds(), st.sampled_from(["before", "dunning"]), ARMS)
def test_any_mobile_world_keeps_its_books_and_its_order(scenario: Scenario, policy: str, arms: list[Arm]):
    """Catches a customer or a fen that is lost or doubled, a debt out of nothing, and a step out of time."""
    books = Books(world_of(scenario, policy, arms))
    world = books.world
    signed = world.customers["contracts"].copy()
    world.begin()
    world.live(HALF)
    gone = world.customers["lost_at"].copy()
    world.live(UNTIL)
    books.check_all()
    c = world.customers
    assert (c["lost_at"][np.isfinite(gone)] == gone[np.isfinite(gone)]).all()
    others = [line for line in Line if line is not Line.COMMISSION]  # of it a part may be taken back
    assert (c["ledger"][:, others] >= 0).all()
    check_cards(c)
    counted = world.shared.tally[..., COUNT_COLUMN : COUNT_COLUMN + len(Count)].sum(axis=(0, 1, 2))
    assert counted[Count.CONTRACTS_SIGNED] == (c["contracts"] - signed).sum()
    assert counted[Count.AGREEMENTS] == c["agreed"].sum()
    assert (world.shared.tally[..., Line.POINTS].sum() >= counted[Count.POINTS_REDEEMED]) & (c["points"] >= 0).all()
    check_debts(c)
    lost = c["state"] == LOST
    assert np.isinf(c["due"][lost]).all()
    assert (c["due"][~lost] >= UNTIL).all()


def check_debts(c: np.ndarray) -> None:
    """Who is in arrears owes something and has a step ahead; who is stopped is in arrears."""
    lost = c["state"] == LOST
    owing = np.isfinite(c["arrears_at"]) & ~lost
    assert (c["unpaid"] >= 0).all()
    assert ((c["unpaid"] > 0) == owing)[c["state"] != State.PROSPECT].all()
    assert (np.isfinite(c["due"][:, CORE_DUE + MobileMoment.DUNNING]) == owing)[c["state"] != State.PROSPECT].all()
    assert owing[c["state"] == SUSPENDED].all()
    assert (c["served_share"] == 1.0)[np.isin(c["state"], [State.GROWTH, State.STABLE, State.WARNING])].all()
    assert not c["unbilled"][lost & (c["fraud"] == 1)].any()
    called = c["called_at"] >= 0.0 if "called_at" in (c.dtype.names or ()) else np.zeros(len(c), dtype=bool)
    assert (c["opted_out"] <= ((c["contacts"] > 0) | called)).all()
    assert (c["touches"] <= 1).all()


def check_cards(c: np.ndarray) -> None:
    """A resold card leaves for no other reason, owes nothing, and is tied by nothing."""
    card = c["resold"] == 1
    assert (c["reason"][card & (c["state"] == LOST)] == Clock.RESALE).all()
    assert not (c["reason"][~card] == Clock.RESALE).any()
    assert not c["unpaid"][card].any()
    assert not (c["contracts"] | c["agreed"])[card].any()
    assert (c["recruited"] >= card).all()


@settings(max_examples=25)
@given(mobile_worlds(), st.sampled_from(["before", "dunning"]), ARMS)
def test_any_mobile_world_is_the_same_in_windows(scenario: Scenario, policy: str, arms: list[Arm]):
    """Catches a mechanism that writes at a window's end, the desk's debtors included."""
    one, other = (world_of(scenario, policy, arms, window_days=days) for days in (0.0, 1.7))
    for world in (one, other):
        world.begin()
        world.live(UNTIL)
    assert not differing(one.customers, other.customers).any()
    assert (one.shared.tally == other.shared.tally).all()


@pytest.mark.parametrize("strength", [0.0, 2.0])
def test_reminders_only_ever_help(strength: float):
    """Direction, as W-04 says: under reminders fewer leave in arrears; twins, so customer by customer."""
    segments = {"all": {"share": 1.0, "forgets_bill_share": 0.2}}
    billing = {
        "pays_per_month": {"overdue": 0.0, "suspended": 0.0},
        "reminder_days": [5, 12],
        "reminder": {"cost_yuan": 0.1, "pays_share": 0.3},
        "one_way_stop_days": 20,
        "two_way_stop_days": 40,
        "cancel_days": 90,
    }
    policies = {"before": {}, "dunning": {"others": {"reminders": True}}}
    promotions = {"own": {"strength": strength, "ours": True, "dated": {"from": "2010-01-01", "to": "2011-01-01"}}}
    change = {"per_month": {"growth": 0.02, "stable": 0.02}, "fee_drop_share": 0.0}
    scenario = quiet(
        customers=500,
        segments=segments,
        billing=billing,
        policies=policies,
        promotions=promotions,
        number_change=change,
    )
    lost = []
    for policy in ("before", "dunning"):
        world = day_zero(scenario, policy)
        world.begin()
        world.live(365.0)
        lost.append(world.customers["lost_at"].copy())
    assert (lost[1] >= lost[0]).all()
    assert (lost[1] > lost[0]).sum() > 50


def test_a_mobile_book_is_the_fee_times_the_days():
    """Catches days that are billed twice or never: stops, payments and the days between, to the fen's rounding."""
    segments = {"all": {"share": 1.0, "forgets_bill_share": 0.5}}
    billing = {
        "pays_per_month": {"overdue": 1.0, "suspended": 2.0},
        "one_way_stop_days": 10,
        "two_way_stop_days": 300,
        "cancel_days": 301,
    }
    world = day_zero(quiet(customers=300, segments=segments, billing=billing))
    world.begin()
    world.live(365.0)
    c = world.customers
    assert (c["state"] != LOST).all()
    owed = c["fee"] * 365.0 / MONTH
    assert np.abs(c["ledger"][:, Line.LIST] - owed).max() < 12 * 2 * DEBTS + 12
