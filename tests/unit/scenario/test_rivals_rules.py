"""What is wrong with reactions, answers, portable numbers and a campaign's budget, in one line with its place."""

from typing import Any

import pytest

from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario
from tests.worlds import experiment_in, leaving, load_quiet

REWARD = {"max_reduction": 0.1, "half_dose_days": 1, "half_life_days": 1, "lasts_days": 1, "acts_on": ["competitor"]}
REACTS = {"to": "reward", "above_share": 0.3, "after_days": 14, "lasts_days": 30}
RAID = {"strength": 1.0, "dated": {"from": "2010-03-01", "to": "2010-04-01"}}
ANSWER = {"after_days": 14, "weakens_share": 0.5, "credit_yuan": 5}
BUDGET = {"yuan": 100, "per": "month", "counts": "cash_and_forgone", "covers": ["reward"]}
WORLD: dict[str, Any] = {
    "leaving": leaving(competitor=0.02),
    "reward": REWARD,
    "promotions": {"rival": {"strength": 1.0, "reacts": REACTS}, "raid": RAID},
    "intelligence": {"seen_after_days": 7, "answer": ANSWER},
    "portability": {"from": "2010-06-01", "competitor_ratio": 1.5},
    "campaign_budget": BUDGET,
    "policies": {"before": {}, "answering": {"others": {"answers": True}}},
}


def lines(**changes: Any) -> list[str]:
    """What is said of the world with blocks replaced; None takes a block away."""
    blocks = {name: block for name, block in (WORLD | changes).items() if block is not None}
    try:
        load_quiet(**blocks)
    except InputProblems as error:
        return [str(problem) for problem in error.problems]
    return []


def reacts(**changes: Any) -> dict[str, Any]:
    return {"promotions": {"rival": {"strength": 1.0, "reacts": REACTS | changes}}}


def test_the_whole_of_it_is_taken() -> None:
    assert lines() == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (reacts(after_days=0), "promotions.rival.reacts.after_days: got 0, must be at least 1"),
        (reacts(after_days=0.5), "promotions.rival.reacts.after_days: got 0.5, must be at least 1"),
        (reacts(to="discount"), "promotions.rival.reacts.to: got 'discount', must be one of reward, contact"),
        (
            reacts(to="agreement"),
            "reacts.to: got 'agreement', must be a campaign that the scenario has: without a block 'agr",
        ),
        (
            reacts(to="bundle"),
            "reacts.to: got 'bundle', must be a campaign that the scenario has: without a block 'bundles'",
        ),
        (
            reacts(to="contact"),
            "reacts.to: got 'contact', must be a campaign that the scenario has: without a block 'cad",
        ),
        (reacts(to="warning_call"), "must be a campaign that the scenario has: without a block 'early_warning'"),
        (reacts(to="win_back"), "must be a campaign that the scenario has: without a block 'win_back'"),
        (
            {
                "promotions": {"raid": RAID, "rival": {"strength": 1.0, "reacts": REACTS, "ours": True}},
                "number_change": {"per_month": {"growth": 0.1}, "fee_drop_share": 0.1},
            },
            "promotions.rival.ours: got true, must be left out: the firm does not react to itself (promotions.",
        ),
        (
            {"promotions": {"rival": RAID | {"reacts": REACTS}}},
            "promotions.rival: got dated and reacts, must be exactly one of dated, recurring, random and reacts",
        ),
        (
            {"intelligence": {"seen_after_days": 0, "answer": ANSWER}},
            "intelligence.seen_after_days: got 0, must be at least 1",
        ),
        (
            {"intelligence": {"seen_after_days": 7, "answer": ANSWER | {"after_days": 0}}},
            "intelligence.answer.after_days: got 0, must be at least 1",
        ),
        (
            {"intelligence": None},
            "policies.answering.others.answers: got true, must be left out, because the scenario has no block",
        ),
        (
            {"promotions": None},
            "intelligence: got market intelligence, must be left out, because no rival has a promotion",
        ),
        (
            {"portability": {"competitor_ratio": 1, "number_change_ratio": 1}},
            "portability: got ratios of 1, must be a competitor_ratio or a number_change_ratio other than 1",
        ),
        (
            {"portability": {"from": "2010-06-01"}},
            "portability: got ratios of 1, must be a competitor_ratio or a number_ch",
        ),
        (
            {"portability": {"from": "2010-01-01", "competitor_ratio": 2}},
            "portability.from: got 2010-01-01, must be after start (2010-01-01, line 1)",
        ),
        (
            {"portability": {"number_change_ratio": 2}},
            "portability.number_change_ratio: got 2, must be left out, because the scenario has no block 'numb",
        ),
        (
            {"leaving": leaving(need_gone=0.1), "reward": REWARD | {"acts_on": ["need_gone"]}},
            "portability.competitor_ratio: got 1.5, must be left out, because the scenario has no block 'leavi",
        ),
        (
            {"campaign_budget": BUDGET | {"covers": ["reward", "bundle"]}},
            "campaign_budget.covers.1: got 'bundle', must be left out, because the scenario has no block 'bundles'",
        ),
        (
            {"campaign_budget": BUDGET | {"covers": ["warning_call"]}},
            "campaign_budget.covers.0: got 'warning_call', must be left out, because the scenario has no block",
        ),
        (
            {"campaign_budget": BUDGET | {"covers": ["win_back"]}},
            "campaign_budget.covers.0: got 'win_back', must be left out, because the scenario has no block 'win_back'",
        ),
        (
            {"campaign_budget": BUDGET | {"covers": ["agreement"]}},
            "campaign_budget.covers.0: got 'agreement', must be left out, because the scenario has no block 'a",
        ),
        (
            {"campaign_budget": BUDGET | {"covers": ["reward", "reward"]}},
            "campaign_budget.covers.1: got 'reward', must be listed once (also on line 1)",
        ),
        (
            {"campaign_budget": BUDGET | {"counts": "cash"}},
            "campaign_budget.covers.0: got 'reward', must be left out, because it costs no cash, and so would",
        ),
        ({"campaign_budget": BUDGET | {"covers": []}}, "campaign_budget.covers: got "),
    ],
)
def test_each_slip_has_its_line(changes: dict[str, Any], says: str) -> None:
    found = lines(**changes)
    assert any(says in line for line in found), found
    assert len(found) == 1, found


def test_an_arm_or_an_action_is_answered_for_only_where_there_is_intelligence() -> None:
    without = load_quiet(leaving=leaving(competitor=0.02))
    with pytest.raises(InputProblems) as found:
        experiment_in(without, {"nothing": {}, "answered": {"answers": True}})
    assert "arms.answered.answers: got true, must be left out, because" in str(found.value)
    experiment_in(load_quiet(**WORLD), {"nothing": {}, "answered": {"answers": True}})
    planning = {
        "budget_yuan": 10,
        "counts": "cash",
        "by": ["segment"],
        "actions": {"answered": {"answers": True}},
    }
    found_lines = lines(intelligence=None, policies={"before": {}}, planning=planning)
    assert any("planning.actions.answered.answers: got true, must be left out, because" in line for line in found_lines)


def test_reactions_need_no_more_of_a_customer_than_what_they_look_at() -> None:
    """A world with a reaction to rewards alone stays a plain one."""
    from sim.customer.base import kind_of_customer
    from sim.customer.record import contested_customer_dtype, customer_dtype

    names = ("intelligence", "portability", "campaign_budget", "policies")
    plain: Scenario = load_quiet(**{name: block for name, block in WORLD.items() if name not in names}).value
    assert kind_of_customer(plain) == customer_dtype
    assert kind_of_customer(load_quiet(**WORLD).value) == contested_customer_dtype
