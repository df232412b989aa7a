"""Plans in lived worlds: a best policy that is known, cells that add up or do not, and a cap that holds."""

from typing import Any

import numpy as np
import pytest

from sim.planning.budget.fresh import live_fresh
from sim.planning.budget.frontier import Planner
from sim.planning.budget.lives import CASH, VALUE
from sim.planning.budget.plan import ATTEMPTS, Plan, plan
from sim.planning.budget.question import ask
from sim.planning.budget.responses import live_responses
from sim.planning.budget.summary import summarise
from sim.report.budget_words import answer_sentence, findings
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario
from tests.worlds import DESK, leaving, load_company, load_quiet

# Talks wake the dogs: a contact raises the rate of leaving to a competitor (P-01), which only they have. Free days keep
# everybody from leaving out of curiosity.
DOGS_AND_PERSUADABLES: dict[str, Any] = {
    "customers": 200,
    "segments": {
        "dogs": {"share": 0.5, "risk_factor": 1.0},
        "persuadable": {"share": 0.5, "risk_factor": 0.0},
    },
    "leaving": {
        "competitor": {"per_month": {"growth": 0.05, "stable": 0.05, "warning": 0.05}},
        "variety": {"per_month": {"growth": 0.08, "stable": 0.08, "warning": 0.08}},
    },
    "contacts": {
        "channels": {"call": {"cost_yuan": 2.0, "reach_share": 1.0, "strength": 1.0}},
        "effect": {"max_reduction": -4.0, "acts_on": ["competitor"], "half_life_days": 1000.0, "lasts_days": 400.0},
    },
    "reward": {
        "max_reduction": 0.9,
        "half_dose_days": 0.5,
        "half_life_days": 1000.0,
        "lasts_days": 400.0,
        "acts_on": ["variety"],
    },
    "cadences": {"calls": {"touches": {"welcome": {"tenure_days": 7.0, "channels": ["call"]}}}},
    "planning": {
        "budget_yuan": 3000.0,
        "by": ["segment"],
        "actions": {
            "call": {"cadence": "calls"},
            "call_and_days": {"cadence": "calls", "reward": {"free_days": 5.0}},
        },
    },
}


def planned(
    loaded: Loaded[Scenario], *, draws: int = 0, replications: int = 12, fresh: int = 12, **options: str
) -> Plan:
    asked = ask(loaded, **options)
    return plan(loaded, asked, seed=1, replications=replications, fresh=fresh, draws=draws)


def test_the_known_best_policy_is_found() -> None:
    found = planned(load_quiet(**DOGS_AND_PERSUADABLES))
    given = {(row["cell"]["segment"], row["action"]): row["customers"] for row in summarise(found)["mix"]}
    sizes = dict(zip(("dogs", "persuadable"), found.planner.sizes.tolist(), strict=True))
    assert given == {
        ("dogs", "nothing"): sizes["dogs"],
        ("persuadable", "call_and_days"): sizes["persuadable"],
    }
    assert found.fresh.whole[:, VALUE].mean() > 0


def test_by_risk_the_same_money_is_lost_and_the_report_says_both() -> None:
    """Dogs are at higher risk: who calls them first, wakes them (P-01, P-04)."""
    summary = summarise(planned(load_quiet(**DOGS_AND_PERSUADABLES)))
    assert summary["by_risk"]["action"] == "call_and_days"
    assert summary["by_risk"]["value"]["high"] < 0 < summary["answer"]["value"]["low"]
    assert summary["by_risk"]["mix_is_worth_more"]["low"] > 0
    assert summary["by_risk"]["spend"]["value"] <= 3000
    assert "Spend " in answer_sentence(summary)
    assert "call_and_days to " in answer_sentence(summary)
    (words,) = (words for words in findings(summary) if words.startswith("By risk in place of lift"))
    assert "given first where most customers leave, as far as the budget goes, LOSES " in words


def test_if_only_calls_are_left_nothing_is_spent_and_the_reason_is_given() -> None:
    found = summarise(planned(load_quiet(**DOGS_AND_PERSUADABLES), actions="call"))
    assert found["answer"]["nothing_because"] == "no action is worth anything, net of what it costs, in any cell"
    assert found["answer"]["value"]["value"] == found["answer"]["spend"]["value"] == 0.0


def test_a_budget_below_the_cheapest_action_buys_nothing() -> None:
    found = summarise(planned(load_quiet(**DOGS_AND_PERSUADABLES), budget="0.5"))
    reason = found["answer"]["nothing_because"]
    assert reason.startswith("0.50 yuan is less than the cheapest action costs for one customer: call in the cell")
    zero = summarise(planned(load_quiet(**DOGS_AND_PERSUADABLES), budget="0"))
    assert zero["answer"]["nothing_because"] == "the budget is 0"


def company(**planning: Any) -> Loaded[Scenario]:
    values = {"customers": 150, **{f"planning.{key}": value for key, value in planning.items()}}
    return load_company().with_values(values)


def test_where_nothing_is_shared_the_whole_is_the_sum_of_its_cells() -> None:
    loaded = company()
    asked = ask(loaded, actions="platinum,gold,days_15")
    shares = np.full((3, len(asked.division)), 0.25)
    lived = live_fresh(loaded.value, asked.division, asked.actions, shares, ["programme"], 3, np.arange(4))
    assert np.array_equal(lived.whole, lived.cells)
    assert (lived.whole[:, CASH] > 0).all()


def test_seats_that_are_shared_make_a_gap() -> None:
    """Those who are kept by free days leave the desk's only seat to others, who then need not give up waiting."""
    world = DOGS_AND_PERSUADABLES | {
        "leaving": leaving(competitor=0.0, variety=2.0),
        "desk": DESK | {"seats": 1, "service_minutes": 2000.0, "patience_minutes": 500.0, "reasons": ["variety"]},
    }
    loaded = load_quiet(**world)
    asked = ask(loaded, actions="call_and_days")
    half = np.full((1, len(asked.division)), 0.5)
    lived = live_fresh(loaded.value, asked.division, asked.actions, half, [], 3, np.arange(3))
    assert not np.array_equal(lived.whole[:, VALUE], lived.cells[:, VALUE])


def test_shares_are_dealt_as_the_mix_says() -> None:
    loaded = company()
    asked = ask(loaded, actions="days_15")
    everybody = np.ones((1, len(asked.division)))
    lived = live_fresh(loaded.value, asked.division, asked.actions, everybody, [], 3, np.arange(2))
    alone = live_responses(loaded.value, asked.division, asked.actions, [], 3, np.arange(2))
    assert lived.whole == pytest.approx(alone.books["days_15"].sum(axis=1))
    assert alone.customers.sum(axis=1).tolist() == [150, 150]


def test_results_do_not_depend_on_the_cut() -> None:
    loaded = company()
    asked = ask(loaded, actions="platinum")
    whole = live_responses(loaded.value, asked.division, asked.actions, [], 1, np.arange(4))
    last = live_responses(loaded.value, asked.division, asked.actions, [], 1, np.array([3]))
    assert np.array_equal(whole.books["platinum"][3], last.books["platinum"][0])


def test_a_cap_that_fails_is_lowered_until_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Planner, "_reserve", lambda self, mix, overshoot: np.array([-200.0]))  # plans to spend too much
    found = planned(company(), budget="2000", replications=30, fresh=30)
    assert 1 < found.attempts <= ATTEMPTS
    answer = summarise(found)["answer"]
    assert answer["cap_holds"]
    assert answer["spend"]["value"] <= 2000


def test_the_cap_holds_and_doubts_are_apart() -> None:
    found = planned(company(), budget="20000", replications=20, fresh=20, draws=12)
    summary = summarise(found)
    answer = summary["answer"]
    assert answer["cap_holds"]
    assert answer["spend"]["value"] <= 20000
    assert [answer[key]["of"] for key in ("value", "value_doubt", "value_prediction")] == [
        "run",
        "assumption",
        "prediction",
    ]
    chances = {(row["mix"], row["against"]): row["share"] for row in summary["beats"]}
    for (one, other), share in chances.items():
        assert share + chances[other, one] == pytest.approx(1.0)
    lived = summary["lived"]
    used = len(lived["actions_used"])
    assert lived["lives_to_choose"] == 150 * 20 * (9 + 1)
    assert lived["lives_to_doubt"] == 150 * 12 * (used + 2)
    assert lived["lives_allowed"] == 150 * 12 * (9 + 1)
    assert {row["path"] for row in summary["assumptions"]} >= {"money.mean_fee_yuan_per_month", "residual.months"}


def limited(**limits: Any) -> Loaded[Scenario]:
    block = DOGS_AND_PERSUADABLES["planning"] | {"by": ["tier"], "limits": limits}
    return load_quiet(**DOGS_AND_PERSUADABLES | {"planning": block})


def test_limits_that_cannot_be_kept_are_named_with_their_lines() -> None:
    fair, seats = {"least_share": 0.9}, {"number": 1, "contacts_each": 5.0}
    with pytest.raises(InputProblems) as found:
        planned(limited(fairness=fair, seats={"number": 1000, "contacts_each": 5.0}), budget="10")
    got = "limits that contradict each other: fairness.least_share (line 1), the budget of 10 yuan"
    assert [problem.got for problem in found.value.problems] == [got]
    with pytest.raises(InputProblems) as found:
        planned(limited(fairness=fair, seats=seats), budget="100000")
    got = "limits that contradict each other: seats (line 1), fairness.least_share (line 1)"
    assert [problem.got for problem in found.value.problems] == [got]


def test_a_floor_is_kept_where_the_dogs_are_too() -> None:
    found = planned(limited(fairness={"least_share": 0.25}), budget="3000")
    assert found.asked.mix.customers.sum() >= 0.25 * 200
    assert all(point.mix.customers.sum() >= 0.25 * 200 for point in found.points)
