"""What the command line may ask: options over the file's block, and every slip in one line."""

import pytest

from sim.planning.budget.question import ask
from sim.scenario.problems import InputProblems
from tests.worlds import load_company, load_quiet


def lines(**options: str) -> list[str]:
    with pytest.raises(InputProblems) as found:
        ask(load_company(), **options)
    return [str(problem) for problem in found.value.problems]


@pytest.mark.parametrize("amount", ["-1", "inf", "-inf", "1e300"])
def test_a_budget_that_cannot_be_is_refused(amount: str) -> None:
    assert lines(budget=amount) == [f"--budget: got '{amount}', must be 0 to 1e+13 yuan"]


@pytest.mark.parametrize("amount", ["nan", "much", ""])
def test_a_budget_that_is_no_amount_is_refused(amount: str) -> None:
    assert lines(budget=amount) == [f"--budget: got '{amount}', must be an amount of yuan such as 300000"]


def test_unknown_names_are_refused_with_the_nearest() -> None:
    (line,) = lines(actions="days_15,platnum")
    assert line.startswith("--actions: got 'platnum', must be one of gold, platinum, days_5, ")
    assert line.endswith("(did you mean 'platinum'?)")
    assert "h_broadband.yaml:" in line
    assert lines(by="tier,tenur") == [
        "--by: got 'tenur', must be one of tier, tenure, segment, priority (did you mean 'tenure'?)"
    ]
    assert len(lines(by="x", actions="y", budget="-3")) == 3


def test_empty_lists_are_refused() -> None:
    assert lines(by=",")[0].startswith("--by: got ','")
    assert lines(actions="nothing")[0].startswith("--actions: got 'nothing', must be at least one of gold")


def test_a_scenario_without_actions_is_told_what_is_needed() -> None:
    with pytest.raises(InputProblems) as found:
        ask(load_quiet(), budget="5")
    assert "planning: got nothing, must be given" in str(found.value)


def test_priority_needs_its_block() -> None:
    world = {
        "contacts": {"channels": {"call": {"cost_yuan": 2.0, "reach_share": 1.0, "strength": 1.0}}},
        "cadences": {"calls": {"touches": {"welcome": {"tenure_days": 7.0, "channels": ["call"]}}}},
        "planning": {"actions": {"call": {"cadence": "calls"}}},
    }
    with pytest.raises(InputProblems) as found:
        ask(load_quiet(**world), by="priority")
    assert [str(one).partition(": got")[0] for one in found.value.problems] == ["--by", "--budget"]


def test_options_stand_over_the_file() -> None:
    asked = ask(load_company(), budget="12,500.5", actions="gold,days_15", by="priority,segment")
    assert (asked.budget, list(asked.actions), asked.division.by) == (
        12500.5,
        ["gold", "days_15"],
        ("segment", "priority"),
    )
    assert asked.against == "programme"
    given = ask(load_company())
    assert (given.budget, len(given.actions), len(given.division)) == (300_000.0, 9, 15)


def test_a_budget_is_stated_for_a_time() -> None:
    loaded = load_company().with_values({"planning.per_days": 73.0})
    assert ask(loaded, budget="1000").budget == pytest.approx(5000.0)


CALLS = {
    "contacts": {"channels": {"call": {"cost_yuan": 0.0, "reach_share": 1.0, "strength": 1.0}}},
    "cadences": {"calls": {"touches": {"welcome": {"tenure_days": 7.0, "channels": ["call"]}}}},
    "reward": {
        "max_reduction": 0.5,
        "half_dose_days": 4.0,
        "half_life_days": 90.0,
        "lasts_days": 365.0,
        "acts_on": ["competitor"],
    },
}


@pytest.mark.parametrize(
    ("planning", "got"),
    [
        ({"actions": {"call": {"cadence": "calls"}}}, "planning.actions.call: got an action without cost"),
        ({"actions": {"days": {"reward": {"free_days": 0.0}}}}, "planning.actions.days: got an action without cost"),
        (
            {"actions": {"days": {"reward": {"free_days": 5.0}}}, "counts": "cash"},
            "planning.actions.days: got an action that costs no cash, only fees that are not billed",
        ),
    ],
)
def test_an_action_without_cost_is_refused_with_its_line(planning: dict[str, object], got: str) -> None:
    with pytest.raises(InputProblems) as found:
        ask(load_quiet(**CALLS, planning=planning), budget="10")
    (problem,) = found.value.problems
    assert got in str(problem)
    assert "quiet.yaml:1:" in str(problem)


def test_what_costs_or_saves_is_taken() -> None:
    planning = {"actions": {"days": {"reward": {"free_days": 5.0}}, "silence": {"cadence": "none"}}}
    assert list(ask(load_quiet(**CALLS, planning=planning), budget="10").actions) == ["days", "silence"]


@pytest.mark.parametrize(
    ("cost", "free_days", "counts", "got"),
    [
        (5.0, 0.0, "cash", ""),
        (0.0, 0.0, "cash", "got an action without cost"),
        (0.0, 8.0, "cash", "got an action that costs no cash"),
        (0.0, 8.0, "cash_and_forgone", ""),
    ],
)
def test_attempts_to_win_back_cost_what_they_cost(cost: float, free_days: float, counts: str, got: str) -> None:
    """The price of an attempt is cash, free days on coming back are forgone."""
    offer = {"from_days": 5, "to_days": 50, "success_share": 0.5, "cost_yuan": cost, "free_days": free_days}
    leaving = {"competitor": {"per_month": {"growth": 0.1}}}
    planning = {"actions": {"back": {"win_back": {"attempts": 2}}}, "counts": counts}
    world = load_quiet(**CALLS, leaving=leaving, win_back=offer, planning=planning)
    if not got:
        assert list(ask(world, budget="10").actions) == ["back"]
        return
    with pytest.raises(InputProblems) as found:
        ask(world, budget="10")
    assert got in str(found.value.problems[0])
