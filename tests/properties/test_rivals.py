"""Any world contested by rivals keeps its books, and its campaign's budget is a cap."""

import datetime
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import Count, Line
from sim.scenario.bonds import Agreement
from sim.scenario.offers import Arm, FreeDays
from sim.scenario.schema import Scenario
from sim.world.world import World
from tests.properties.books import Books
from tests.worlds import MONTH, day_zero, differing, quiet

HALF, UNTIL = 100.0, 190.0
SHARE = st.floats(0.0, 1.0)
RATE = st.floats(0.0, 0.5)
LAG = st.integers(1, 40)
DAYS, CREDIT, MONTHS = 20.0, 3.0, 4
GIVEN = {"reward": {"free_days": DAYS}, "agreement": {"monthly_credit_yuan": CREDIT, "months": MONTHS}, "answers": True}
ARM = Arm(reward=FreeDays(free_days=DAYS), agreement=Agreement(monthly_credit_yuan=CREDIT, months=MONTHS), answers=True)
PERIODS = {"month": range(1, 13), "quarter": (1, 4, 7, 10), "year": (1,), "horizon": ()}


def rates(draw: st.DrawFn) -> dict[str, float]:
    return {"growth": draw(RATE), "stable": draw(RATE), "warning": draw(RATE)}


@st.composite
def contested_worlds(draw: st.DrawFn) -> Scenario:
    """A world with rivals that react and are answered, portable numbers and a purse; fees stay as they are."""
    reacts = {"above_share": draw(SHARE), "after_days": draw(LAG), "lasts_days": draw(LAG)}
    strength, looks = draw(st.floats(0.0, 3.0)), draw(st.sampled_from(["weekly", "monthly"]))
    sensitive = {"share": 0.5, "price_sensitivity": {"mean": 1, "sd": 0.5}}
    acts_on = {"acts_on": ["competitor"]}
    blocks: dict[str, Any] = {
        "start": draw(st.sampled_from(["2010-01-01", "2010-03-15", "2010-12-31"])),
        "customers": draw(st.integers(1, 50)),
        "horizon_days": draw(st.integers(1, 180)),
        "money": {"mean_fee_yuan_per_month": 60, "margin_share": 1.0},
        "residual": {"months": 12, "discount_per_year": 0.0},
        "segments": {"low": sensitive, "high": sensitive | {"fee_relative": 3, "fee_sigma": 0.5}},
        "base": {
            "tenure_mix": {"bands": [{"from_month": 0, "to_month": 4, "share": 1.0}]},
            "joining_share_per_month": draw(RATE),
        },
        "leaving": {"competitor": {"per_month": rates(draw), "price_sensitive": True}},
        "warning": {"enter_per_month": draw(RATE), "recover_per_month": draw(RATE)},
        "reward": {
            "max_reduction": draw(SHARE),
            "half_dose_days": 5,
            "half_life_days": 30,
            "lasts_days": 100,
            **acts_on,
        },
        "agreements": {
            "accept_share": draw(SHARE),
            "effect": {"max_reduction": draw(SHARE), "half_credit_yuan": 5} | acts_on,
        },
        "promotions": {
            "raid": {"strength": draw(SHARE), "random": {"per_year": 6, "lasts_days": 25}},
            "rival": {"strength": strength, "reacts": reacts | {"to": "reward", "looks": looks}},
            "other": {"strength": 0.5, "segments": ["high"], "reacts": reacts | {"to": "agreement"}},
        },
        "intelligence": {
            "seen_after_days": draw(LAG),
            "answer": {
                "after_days": draw(LAG),
                "weakens_share": draw(SHARE),
                "lasts_days": draw(st.sampled_from([None, 5, 60])),
                "credit_yuan": draw(st.floats(0.0, 10.0)),
            },
        },
        "portability": {"competitor_ratio": draw(st.floats(0.0, 0.9)), "from": "2011-02-01"},
        "campaign_budget": {
            "yuan": draw(st.floats(0.0, 3_000.0)),
            "per": draw(st.sampled_from(["month", "quarter", "year", "horizon"])),
            "counts": "cash_and_forgone",
            "covers": ["reward", "agreement"],
        },
        "policies": {"before": {}, "given": {"others": GIVEN, "platinum": GIVEN}},
    }
    if draw(st.booleans()):
        blocks["tiers"] = {"rule": "quota", "platinum": {"share": draw(SHARE)}}
    else:
        del blocks["policies"]["given"]["platinum"]
    return quiet(**blocks)


def world_of(scenario: Scenario, policy: str, treated: float, **how: Any) -> World:
    """A world in which a share of the base is in the arm."""
    world = day_zero(scenario, policy, replications=2, until=UNTIL, arms=[ARM], **how)
    world.enrol(np.flatnonzero(world.customers["id"] < treated * scenario.customers), 0)
    return world


TREATED = st.sampled_from([0.0, 0.5, 1.0])
POLICY = st.sampled_from(["before", "given"])


@settings(max_examples=40)
@given(contested_worlds(), POLICY, TREATED)
def test_any_contested_world_keeps_its_books_and_its_budget(scenario: Scenario, policy: str, treated: float):
    """Catches a fen that is lost or doubled, and a purse that promises more than it holds, in trial and roll-out."""
    books = Books(world_of(scenario, policy, treated))
    world = books.world
    world.begin()
    world.live(HALF)
    world.live(UNTIL)
    books.check_all()
    check_budget(world)


def check_budget(world: World) -> None:
    """What is promised in a period is within the budget, and so is what the books show."""
    scenario, c = world.scenario, world.customers
    budget = scenario.campaign_budget
    assert budget is not None
    cap = round(budget.yuan * 100)
    dates = {float(day): scenario.start + datetime.timedelta(days=day) for day in range(1, int(UNTIL))}
    asked = [0.0, *(day for day, date in dates.items() if date.day == 1)]
    starts = [0.0, *(day for day in asked[1:] if dates[day].month in PERIODS[budget.per])]
    promised = np.zeros((world.rows, len(starts)))
    rewarded, agreed = c["rewarded"] == 1, c["agreed"] == 1
    for who, day, price in (
        (rewarded, c["reward_at"], np.floor(c["fee"] * DAYS / MONTH + 0.5)),
        (agreed, c["agreement_at"], np.full(len(c), CREDIT * 100 * MONTHS)),
    ):
        period = np.searchsorted(starts, day[who], side="right") - 1
        np.add.at(promised, (c["row"][who], period), price[who])
        assert np.isin(day[who], asked).all()
    assert (promised <= cap).all()
    assert (world.shared.purse == cap - promised[:, -1]).all()
    counted = world.shared.tally[..., COUNT_COLUMN : COUNT_COLUMN + len(Count)].sum(axis=(1, 2))
    assert scenario.intelligence is not None
    credit = round(scenario.intelligence.answer.credit_yuan * 100)
    forgone = world.shared.tally[..., Line.FORGONE].sum(axis=(1, 2)) - credit * counted[:, Count.ANSWERS]
    roundings = np.bincount(c["row"][rewarded], minlength=world.rows) * 4
    assert (forgone <= promised.sum(axis=1) + roundings).all()
    assert (counted[:, Count.AGREEMENTS] == np.bincount(c["row"][agreed], minlength=world.rows)).all()


@settings(max_examples=15)
@given(contested_worlds(), POLICY, st.sampled_from([0.7, 7.0]))
def test_windows_and_forks_change_no_byte(scenario: Scenario, policy: str, days: float):
    """Catches a reaction, an answer or a purse that hangs on how a world is cut up."""
    whole, cut = (world_of(scenario, policy, 0.5, window_days=window) for window in (0.0, days))
    for world in (whole, cut):
        world.begin()
    whole.live(UNTIL)
    cut.live(HALF)
    fork = cut.fork()
    for world in (cut, fork):
        world.live(UNTIL)
        assert not differing(whole.customers, world.customers).any()
        assert whole.shared.tally.tobytes() == world.shared.tally.tobytes()
        assert whole.shared.time.tobytes() == world.shared.time.tobytes()
        assert whole.shared.purse.tobytes() == world.shared.purse.tobytes()
