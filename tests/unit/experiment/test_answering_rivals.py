"""Questions about the firm that only a contested world has: how soon to answer a rival, how large a budget."""

from typing import Any

import numpy as np

from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import Count
from sim.experiment.futures import futures
from sim.experiment.rollout import FirmBlock, begin_firm, live_firm
from sim.experiment.start import draw_start
from sim.scenario.experiment_schema import FirmQuestion
from sim.scenario.loaded import Loaded
from sim.scenario.schema import Scenario
from tests.worlds import differing, firm_question, leaving, load_quiet, tenure

ROWS = np.arange(3)
REWARD = {"max_reduction": 0.8, "half_dose_days": 5, "half_life_days": 99, "lasts_days": 300, "acts_on": ["competitor"]}


def contested(after_days: float = 14) -> Loaded[Scenario]:
    """A base under raids that are answered by a policy, and a reward for which the money does not suffice."""
    hazard = leaving(competitor=0.04)
    hazard["competitor"]["price_sensitive"] = True
    return load_quiet(
        customers=1_000,
        segments={"all": {"share": 1.0, "price_sensitivity": {"mean": 1, "sd": 0.3}}},
        base=tenure(0, 12),
        leaving=hazard,
        residual={"months": 1, "discount_per_year": 0.1},
        reward=REWARD,
        promotions={"raid": {"strength": 3.0, "random": {"per_year": 4, "lasts_days": 50}}},
        intelligence={
            "seen_after_days": 4,
            "answer": {"after_days": after_days, "weakens_share": 0.8, "credit_yuan": 5},
        },
        campaign_budget={"yuan": 3_000, "counts": "cash_and_forgone", "covers": ["reward"]},
        policies={"before": {"others": {"answers": True, "reward": {"free_days": 10}}}, "silent": {}},
    )


def counted(block: FirmBlock, arm: str, count: Count) -> int:
    return int(block.tallies[arm][..., COUNT_COLUMN + count].sum())


def test_the_sooner_an_answer_the_fewer_leave_and_too_late_is_never() -> None:
    """Catches lags that no arm can set: answers on day 3, 14 and 45 after seeing; a raid of 50 days is over by then."""
    arms: dict[str, Any] = {
        f"after_{days}": {"set": {"intelligence.answer.after_days": days}} for days in (3, 14, 45, 46)
    }
    scenario = contested()
    block = live_firm(
        draw_start(scenario.value, 1, ROWS), firm_question(scenario, arms | {"never": {"policy": "silent"}}).value
    )
    churn = {arm: block.measures[arm]["churn_rate"].mean() for arm in block.measures}
    assert churn["after_3"] < churn["after_14"] < churn["after_45"] < churn["never"]
    assert counted(block, "after_3", Count.ANSWERS) >= counted(block, "after_14", Count.ANSWERS) > 0
    assert counted(block, "after_45", Count.ANSWERS) > 0
    assert counted(block, "after_46", Count.ANSWERS) == counted(block, "never", Count.ANSWERS) == 0


def test_an_answer_set_by_an_arm_is_that_of_a_world_which_began_with_it() -> None:
    """Catches a term that is taken over on day 0 otherwise than the world began with it."""
    plain, other = contested(14), contested(30)
    as_is = firm_question(plain, {"as_is": {}, "more": {"set": {"campaign_budget.yuan": 4_000}}}).value
    sooner = firm_question(other, {"as_is": {}, "sooner": {"set": {"intelligence.answer.after_days": 14}}}).value
    assert isinstance(as_is, FirmQuestion)
    assert isinstance(sooner, FirmQuestion)
    one, _ = begin_firm(draw_start(plain.value, 1, ROWS), as_is, as_is.arms["as_is"])
    two, _ = begin_firm(draw_start(other.value, 1, ROWS), sooner, sooner.arms["sooner"])
    for world in (one, two):
        world.live(365.0)
    assert not differing(one.customers, two.customers).any()
    assert one.shared.tally.tobytes() == two.shared.tally.tobytes()


def test_a_larger_budget_refuses_fewer() -> None:
    """Catches a purse that keeps the scenario's sum whatever an arm sets."""
    arms = {f"yuan_{yuan}": {"set": {"campaign_budget.yuan": yuan}} for yuan in (0, 3_000, 100_000)}
    scenario = contested()
    block = live_firm(draw_start(scenario.value, 1, ROWS), firm_question(scenario, arms).value)
    first = [block.tallies[arm][..., 0, COUNT_COLUMN + Count.REFUSED].sum() for arm in arms]
    assert first[0] == 3_000 > first[1] > first[2] == 0
    churn = [block.measures[arm]["churn_rate"].mean() for arm in arms]
    assert churn[0] > churn[1] > churn[2]


def test_each_future_has_its_own_raids_and_its_own_purse() -> None:
    """Catches a timetable or a purse that futures of one base share."""
    many = futures(draw_start(contested().value, 1, np.array([0])), np.array([1, 2, 1]))
    world = many.world("before")
    world.begin()
    world.live(365.0)
    first, second, again = (world.customers[world.customers["row"] == row] for row in range(3))
    assert not differing(first, again, "row", "promotion_entry").any()
    assert differing(first, second, "row", "promotion_entry").any()
    assert (world.shared.purse == world.shared.purse[0]).all()
    assert (first["rewarded"] == 1).sum() > 50
