"""The reference model is an oracle, so it is itself checked against what can be computed by hand."""

import datetime
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks import engine
from benchmarks.private import value_above_which
from benchmarks.reference_model import Customer, Firm, list_fee, live
from benchmarks.reference_tables import FEN, MONTH, NEVER, Tables, month_starts, promotion_steps
from sim.scenario.schema import Scenario

# A share is off by more than this many standard errors once in 500,000 times; the seed is fixed besides.
BOUND = 4.75

Make = Callable[..., Scenario]


@pytest.fixture
def make() -> Make:
    """A world of one segment in which nothing happens, with the blocks that a test adds."""

    def made(**blocks: Any) -> Scenario:
        quiet: dict[str, Any] = {
            "name": "quiet",
            "start": datetime.date(2010, 1, 1),
            "horizon_days": 365,
            "customers": 100,
            "money": {"mean_fee_yuan_per_month": 100.0, "margin_share": 0.5},
            "segments": {"all": {"share": 1.0}},
            "base": {"tenure_mix": {"bands": [{"from_month": 1.0, "to_month": 2.0, "share": 1.0}]}},
            "leaving": {},
        }
        return Scenario.model_validate(quiet | blocks)

    return made


def programme(make: Make, **blocks: Any) -> Scenario:
    """Everybody is platinum under `programme`."""
    tiers = {"rule": "threshold", "platinum": {"value_yuan_per_year": 0.0}}
    return make(tiers=tiers, **blocks)


def test_constant_rates_give_the_closed_form(make: Make) -> None:
    rates = {"competitor": 0.03, "need_gone": 0.01}
    leaving = {name: {"per_month": {"stable": rate}} for name, rate in rates.items()}
    lives = live(make(leaving=leaving), "before", customers=20_000)
    total = sum(rates.values())
    for name, rate in rates.items():
        expected = rate / total * (1.0 - math.exp(-total * 365 / MONTH))
        share = float((lives.reason == name).mean())
        assert abs(share - expected) < BOUND * math.sqrt(expected * (1 - expected) / len(lives.joined))


def test_a_quiet_year_bills_every_day(make: Make) -> None:
    lives = live(make(), "before", customers=50)
    booked = lives.lines["list"]
    assert np.all(np.abs(booked - 12 * 100 * FEN) <= 12)  # each of twelve bookings is rounded to a fen
    assert not lives.cost.any()
    assert lives.events == 50 * 12  # eleven months' starts within the year, one full year of tenure
    assert np.isinf(lives.lost_at).all()


def test_the_fee_grows_at_each_full_year_of_tenure(make: Make) -> None:
    segments = {"all": {"share": 1.0, "growth_per_year": {"mean": 0.1}}}
    mix = {"tenure_mix": {"bands": [{"from_month": 6.0, "to_month": 6.0, "share": 1.0}]}}
    lives = live(make(segments=segments, base=mix), "before", customers=1)
    assert lives.lines["list"][0] == pytest.approx((6 * 100 + 6 * 110) * FEN, abs=15)


def test_free_days_are_not_billed_and_lower_the_rate(make: Make) -> None:
    blocks = {
        "leaving": {"competitor": {"per_month": {"stable": 0.05}}},
        "reward": {
            "max_reduction": 1.0,
            "half_dose_days": 1e-9,
            "half_life_days": 90.0,
            "lasts_days": 100.0,
            "acts_on": ["competitor"],
        },
        "effects": {"step_days": 200.0},  # one step: the effect does not fade before it ends
        "policies": {"before": {}, "programme": {"platinum": {"reward": {"free_days": 15.0}}}},
    }
    lives = live(programme(make, **blocks), "programme", customers=5_000)
    assert np.all(lives.lines["forgone"] == round(100 * FEN * 15 / MONTH))
    assert lives.lost_at.min() > 100.0
    expected = 1.0 - math.exp(-0.05 * 265 / MONTH)
    share = float(np.isfinite(lives.lost_at).mean())
    assert abs(share - expected) < BOUND * math.sqrt(expected * (1 - expected) / 5_000)


def test_only_touches_strictly_ahead_are_made(make: Make) -> None:
    touches = {
        "past": {"tenure_days": 20.0, "channels": ["call"]},
        "yearly": {"tenure_days": 20.0, "channels": ["call"], "yearly": True},
        "ahead": {"tenure_days": 70.0, "channels": ["call"]},
    }
    scenario = programme(
        make,
        contacts={"channels": {"call": {"cost_yuan": 3.0, "reach_share": 0.5, "strength": 1.0}}},
        cadences={"all": {"touches": touches}},
        policies={"before": {}, "programme": {"platinum": {"cadence": "all"}}},
    )
    lives = live(scenario, "programme", customers=20)
    assert np.all(lives.lines["contact"] == 2 * 3 * FEN)


def test_touches_on_the_calendar_cost_the_same_in_both_models(make: Make) -> None:
    touches = {
        "new_year": {"calendar": "01-01", "channels": ["call"]},
        "spring": {"calendar": "03-01", "channels": ["call"]},
        "autumn": {"calendar": "09-22", "channels": ["call"]},
    }
    scenario = programme(
        make,
        contacts={"channels": {"call": {"cost_yuan": 3.0, "reach_share": 0.5, "strength": 1.0}}},
        cadences={"all": {"touches": touches}},
        policies={"before": {}, "programme": {"platinum": {"cadence": "all"}}},
        horizon_days=1000,
    )
    # day 0 is a first of January, which is not ahead of it; then three of spring and of autumn, two new years
    expected = (3 + 3 + 2) * 3 * FEN
    assert np.all(live(scenario, "programme", customers=20).lines["contact"] == expected)
    assert np.all(engine.live(scenario, "programme", customers=20).lines["contact"] == expected)


def test_a_reported_problem_brings_the_team_once(make: Make) -> None:
    scenario = programme(
        make,
        problem={"per_month": 1000.0},
        team={"delay_days": 400.0, "solves_share": 1.0, "cost_yuan": 5.0, "reports_share": 1.0},
        policies={"before": {}, "programme": {"platinum": {"complaint_line": True}}},
        horizon_days=30,
    )
    tables = Tables(scenario)
    firm = Firm(tables, random.Random(1), "programme", -100.0)
    customer = Customer(firm, "all", -40.0, list_fee(tables, firm.luck, "all"))
    firm.customers.append(customer)
    firm.open()
    customer.schedule_team(3.0)
    customer.schedule_team(5.0)
    assert min(customer.due) < customer.due[9] == 403.0


def test_promotions_that_overlap_add_up(make: Make) -> None:
    start = datetime.date(2010, 1, 1)
    day = datetime.timedelta(days=1)
    promotions = {
        "a": {"strength": 0.5, "dated": {"from": start + 10 * day, "to": start + 30 * day}},
        "b": {
            "strength": 0.25,
            "recurring": {"first": start - 80 * day, "every_days": 100.0, "lasts_days": 15.0},
        },
    }
    steps = promotion_steps(Tables(make(promotions=promotions)), random.Random(1), since=-70.0)["all"]
    assert steps[:7] == [
        (-70.0, 0.25),
        (-65.0, 0.0),
        (10.0, 0.5),
        (20.0, 0.75),
        (30.0, 0.25),
        (35.0, 0.0),
        (120.0, 0.25),
    ]


def test_random_promotions_have_their_rate(make: Make) -> None:
    promotions = {"raid": {"strength": 1.0, "random": {"per_year": 10.0, "lasts_days": 1e-6}}}
    tables, luck = Tables(make(promotions=promotions)), random.Random(1)
    starts = sum(strength > 0 for _ in range(200) for _, strength in promotion_steps(tables, luck, -365.0)["all"])
    expected = 200 * 2 * 10
    assert abs(starts - expected) < BOUND * math.sqrt(expected)


def test_months_start_by_the_calendar() -> None:
    assert month_starts(datetime.date(2010, 1, 15), 60.0) == [17.0, 45.0]
    assert month_starts(datetime.date(2010, 1, 1), 365.0)[-1] == 334.0


def test_thresholds_let_in_the_share_that_was_asked_for(make: Make) -> None:
    segments = {"big": {"share": 0.5, "fee_sigma": 0.5}, "small": {"share": 0.5, "fee_sigma": 0.5}}
    tiers = {"rule": "quota", "platinum": {"share": 0.2}, "excluded_segments": ["small"]}
    least = value_above_which(make(segments=segments, tiers=tiers), 0.2)
    # 40% of the big ones: the 0.6 quantile of a lognormal with median 1,200 exp(-1/8)
    assert least == pytest.approx(1200 * math.exp(0.5 * 0.25335 - 0.125), rel=0.03)


def test_nobody_of_the_start_state_has_left(make: Make) -> None:
    leaving = {"variety": {"per_month": {"stable": 1.0}}}
    lives = live(make(leaving=leaving), "before", customers=200)
    assert lives.base.all()
    assert lives.lost_at.min() > 0.0
    assert lives.past_events > 200
    assert lives.events < NEVER
