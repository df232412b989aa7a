"""Market intelligence and answers to rivals' promotions (model.md section 18), to the fen."""

from typing import Any

import numpy as np
import pytest

from sim.customer.life import ANSWERED, ANSWERS, RIVALS, SUSPENDED
from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import Count, Line
from sim.customer.states import Clock
from sim.scenario.offers import Arm
from sim.scenario.schema import Scenario
from sim.world.timetable import compile_timetable
from sim.world.world import World
from tests.worlds import HORIZON, MONTH, base_of, day_zero, differing, leaving, live, numbers, quiet, tenure

MARCH = {"strength": 2.0, "dated": {"from": "2010-03-02", "to": "2010-05-01"}}  # days 60 to 120
FREE = 0.1 / MONTH
POLICIES = {"before": {}, "answering": {"others": {"answers": True}}}


def scenario(answer: dict[str, Any] | None = None, seen: float = 4, **blocks: Any) -> Scenario:
    hazard = leaving(competitor=0.1)
    hazard["competitor"]["price_sensitive"] = True
    base = {
        "customers": 200,
        "segments": {"all": {"share": 1.0, "price_sensitivity": {"mean": 1, "sd": 0}}},
        "leaving": hazard,
        "promotions": {"rival": MARCH},
        "intelligence": {
            "seen_after_days": seen,
            "answer": {"after_days": 6, "weakens_share": 0.75, "credit_yuan": 8} | (answer or {}),
        },
        "policies": POLICIES,
    }
    return quiet(**base | blocks)


def steps(world: Scenario) -> list[tuple[float, ...]]:
    """(day, strength of rivals, of it answered, answers that start) from the table."""
    table = compile_timetable(world, 1, numbers(1), HORIZON)
    columns = table.level[:, [RIVALS, ANSWERED, ANSWERS]]
    return [(day, *level) for day, level in zip(table.time.tolist(), columns.tolist(), strict=True)]


def answers(world: World) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + Count.ANSWERS].sum())


def test_an_answer_starts_after_both_lags_and_ends_with_the_promotion() -> None:
    """Catches a lag that is left out, and an answer to what is over. Hand-traced."""
    assert steps(scenario()) == [(60, 2, 0, 0), (70, 2, 2, 1), (120, 0, 0, 0)]
    assert steps(scenario({"lasts_days": 20})) == [(60, 2, 0, 0), (70, 2, 2, 1), (90, 2, 0, 0), (120, 0, 0, 0)]
    assert steps(scenario({"lasts_days": 500})) == [(60, 2, 0, 0), (70, 2, 2, 1), (120, 0, 0, 0)]
    assert steps(scenario({"after_days": 56})) == [(60, 2, 0, 0), (120, 0, 0, 0)]  # too late: the day it ends


def test_each_run_is_answered_for_itself() -> None:
    """Catches answers to overlapping promotions that end one another, and an answer to our own offers."""
    short = {"strength": 1.0, "dated": {"from": "2010-03-12", "to": "2010-04-01"}}  # days 70 to 90
    ours = {"strength": 9.0, "ours": True, "dated": {"from": "2010-03-02", "to": "2010-05-01"}}
    number_change = {"per_month": {"growth": 0.1}, "fee_drop_share": 0.1}
    both = scenario(promotions={"rival": MARCH, "short": short, "ours": ours}, number_change=number_change)
    assert steps(both) == [(60, 2, 0, 0), (70, 3, 2, 1), (80, 3, 3, 1), (90, 2, 2, 0), (120, 0, 0, 0)]


def test_the_pull_is_weaker_for_who_is_answered_for() -> None:
    """Hand-computed rates: 1 + 2 = 3 times as high, and 1 + 2 x 0.25 = 1.5 times from the answer on."""
    world = day_zero(scenario(base={"joining_share_per_month": 0.2}), arms=[Arm(answers=True), Arm()])
    who = base_of(world)
    world.enrol(who, np.arange(len(who)) % 2)
    world.begin()
    for day, answered, other in ((59, 1, 1), (61, 3, 3), (69.9, 3, 3), (70.1, 1.5, 3), (119, 1.5, 3), (121, 1, 1)):
        world.live(day)
        c = world.customers
        rate = c["rate"][:, Clock.COMPETITOR]
        there = np.isin(c["state"], [1, 2])
        assert np.allclose(rate[there & (c["arm"] == 0)], FREE * answered, rtol=1e-12), day
        assert np.allclose(rate[there & (c["arm"] != 0)], FREE * other, rtol=1e-12), day
        assert (there & (c["arm"] == -1)).sum() > 10


def test_the_credit_comes_once_a_run_to_who_is_there_and_answered_for() -> None:
    """Hand-traced: 8 yuan on day 70; not to who has left, nor to joiners after it, nor to who is not answered for."""
    world = live(scenario(base={"joining_share_per_month": 0.2}), "answering")
    c = world.customers
    due = (c["joined"] < 70) & (c["lost_at"] > 70)
    assert (~due & (c["joined"] < HORIZON)).sum() > 50
    assert (c["ledger"][:, Line.FORGONE] == np.where(due, 800, 0)).all()
    assert answers(world) == due.sum() > 150
    silent = live(scenario(base={"joining_share_per_month": 0.2}), "before")
    assert not silent.customers["ledger"][:, Line.FORGONE].any()
    assert answers(silent) == 0


def test_a_reaction_is_answered_too() -> None:
    """Catches intelligence that knows only what was compiled before lives began."""
    reward = {"max_reduction": 0.0, "half_dose_days": 1, "half_life_days": 1, "lasts_days": 1, "acts_on": ["variety"]}
    reacts = {"to": "reward", "above_share": 0.5, "after_days": 9, "lasts_days": 60}  # seen on day 31: days 40 to 100
    world = live(
        scenario(
            leaving={},
            reward=reward,
            promotions={"rival": {"strength": 2.0, "reacts": reacts}},
            policies={"before": {}, "answering": {"others": {"answers": True, "reward": {"free_days": 0.01}}}},
        ),
        "answering",
    )
    assert world.shared.time.tolist() == [40, 50, 100]
    assert world.shared.level[:, ANSWERED].tolist() == [0, 2, 0]
    assert answers(world) == 200


def test_an_answer_from_before_day_0_runs_on_without_its_credit() -> None:
    """Catches a past that is answered, and a start that is taken for an answer's start."""
    old = {"strength": 2.0, "dated": {"from": "2009-12-01", "to": "2010-02-01"}}
    world = live(scenario(promotions={"rival": old}, base=tenure(12)), "answering", until=1.0)
    there = world.customers["state"] == 2
    assert np.allclose(world.customers["rate"][there, Clock.COMPETITOR], FREE * 1.5, rtol=1e-12)
    assert not world.customers["ledger"][:, Line.FORGONE].any()


def test_a_tier_that_is_answered_for_feels_it_from_the_score_on() -> None:
    """Catches a rate that waits for the next event when the policy changes while an answer runs."""
    tiers = {"rule": "threshold", "platinum": {"value_yuan_per_year": 1}}
    policies = {"before": {}, "answering": {"platinum": {"answers": True}, "others": {}}}
    world = day_zero(scenario(tiers=tiers, policies=policies), "answering")
    world.begin()
    world.live(75)
    there = world.customers["lost_at"] == np.inf
    assert np.allclose(world.customers["rate"][there, Clock.COMPETITOR], FREE * 1.5, rtol=1e-12)
    world.set_policy("before")
    world.follow_policy()
    assert np.allclose(world.customers["rate"][there, Clock.COMPETITOR], FREE * 3, rtol=1e-12)


def test_a_stopped_line_gets_no_credit() -> None:
    """Catches a credit on a bill that nobody gets."""
    billing = {
        "pays_per_month": {"overdue": 0.0, "suspended": 0.0},
        "one_way_stop_days": 20,
        "two_way_stop_days": 300,
        "cancel_days": 310,
    }
    segments = {"all": {"share": 1.0, "forgets_bill_share": 0.5}}
    world = live(scenario(billing=billing, segments=segments, leaving={}), "answering", until=70.0)
    stopped = world.customers["state"] == SUSPENDED
    world.live(71.0)
    assert 20 < stopped.sum() < 180
    assert (world.customers["ledger"][:, Line.FORGONE] == np.where(stopped, 0, 800)).all()


def test_an_answer_that_does_nothing_changes_no_life() -> None:
    """Catches an answer that draws, or a strength that is rounded on its way."""
    nothing = {"weakens_share": 0.0, "credit_yuan": 0.0}
    answered, silent = (live(scenario(nothing), policy, replications=2) for policy in ("answering", "before"))
    assert not differing(answered.customers, silent.customers, "answers").any()
    assert answers(answered) > 0


def test_an_answer_that_takes_all_of_the_pull_is_as_no_promotion_from_its_start_on() -> None:
    """Catches a rest of the strength that is left behind."""
    world = live(scenario({"weakens_share": 1.0}), "answering", until=71.0)
    there = world.customers["lost_at"] == np.inf
    assert (world.customers["rate"][there, Clock.COMPETITOR] == 0.1 / MONTH).all()


@pytest.mark.parametrize("days", [1.0, 0.37])
def test_windows_change_no_byte(days: float) -> None:
    """Catches an answer that is given at a window's end, or twice."""
    raid = {"strength": 1.0, "random": {"per_year": 6, "lasts_days": 30}}
    world = scenario(promotions={"raid": raid}, base=tenure(0, 9) | {"joining_share_per_month": 0.1})
    whole, cut = (live(world, "answering", replications=2, window_days=window) for window in (0.0, days))
    assert not differing(whole.customers, cut.customers).any()
    assert whole.shared.tally.tobytes() == cut.shared.tally.tobytes()
    assert answers(whole) > 400
