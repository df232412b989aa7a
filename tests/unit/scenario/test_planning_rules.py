"""What is wrong with a block `planning`, each in one line with its place."""

import pytest

from sim.scenario.problems import InputProblems
from tests.worlds import load_quiet

from .conftest import LoadWorld

PLANNING = """planning:
  budget_yuan: 1000
  counts: cash_and_forgone
  by: [tier, tenure]
  tenure_from_months: [0, 3]
  against: programme
  actions:
    calls: {cadence: calls}
    days: {reward: {free_days: 15}}
  limits:
    spend_share: {platinum: {least: 0.2, most: 0.9}}
    no_overlap: [[calls, days]]
    fairness: {least_share: 0.1}
policies:"""


def load(load_world: LoadWorld, *changes: tuple[str, str]) -> None:
    text = PLANNING
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    load_world(("policies:", text))


def test_a_whole_block_is_taken(load_world: LoadWorld) -> None:
    load(load_world)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("budget_yuan: 1000", "budget_yuan: -5"), "planning.budget_yuan: got -5, must be at least 0"),
        (("budget_yuan: 1000", "budget_yuan: .inf"), "planning.budget_yuan: got .inf, must be a finite number"),
        (
            ("cadence: calls", "cadence: call"),
            "actions.calls.cadence: got 'call', must be one of calls, none (cadences,",
        ),
        (("calls: {cadence: calls}", "calls: {}"), "actions.calls: got an action that gives nothing, must be left out"),
        (("    days: {rew", "    nothing: {rew"), "actions.nothing: got the name 'nothing', must be another name"),
        (
            ("against: programme", "against: program"),
            "planning.against: got 'program', must be one of before, programme",
        ),
        (
            ("[[calls, days]]", "[[calls, day]]"),
            "no_overlap.0.1: got 'day', must be one of calls, days (planning.actions",
        ),
        (("[[calls, days]]", "[[calls]]"), "no_overlap.0: got fewer than two actions, must be at least two actions"),
        (("least: 0.2", "least: 0.95"), "spend_share.platinum.least: got 0.95, must be at most its most (0.9, line"),
        (("[0, 3]", "[0, 3, 3]"), "planning.tenure_from_months.2: got 3, must be above the band before (3)"),
        (("[0, 3]", "[1, 3]"), "planning.tenure_from_months.0: got 1, must be 0 (the first band starts at joining)"),
        (("[tier, tenure]", "[tier, tier]"), "planning.by.1: got 'tier', must be listed once (also on line"),
        (
            ("[tier, tenure]", "[tier, tenur]"),
            "got 'tenur', must be one of tier, tenure, segment, priority (did you mean",
        ),
        (
            ("[tier, tenure]", "[tier, priority]"),
            "planning.by.1: got 'priority', must be left out, because the scenario",
        ),
        (("[tier, tenure]", "[tenure]"), "planning.limits.spend_share: got a limit by tier, must be left out, because"),
        (
            ("days: {rew", "days: {reminders: true, rew"),
            "actions.days.reminders: got true, must be left out, because the",
        ),
    ],
)
def test_each_slip_has_its_line(load_world: LoadWorld, change: tuple[str, str], says: str) -> None:
    with pytest.raises(InputProblems) as found:
        load(load_world, change)
    lines = [str(problem) for problem in found.value.problems]
    assert any(says in line for line in lines), lines
    assert len(lines) <= 2
    assert all("world.yaml:" in line for line in lines)


BY_HALF = ("budget_yuan: 1000", "periods: {months: 6, budgets_yuan: [600, 400], offered: {days: [2]}}")


def test_a_budget_by_period_is_taken(load_world: LoadWorld) -> None:
    load(load_world, BY_HALF)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[600, 400]", "[600, 400, 200]"), "planning.periods.budgets_yuan: got 3 budgets, must be 2, one for every 6"),
        (("[600, 400]", "[600, -400]"), "planning.periods.budgets_yuan.1: got -400, must be at least 0"),
        (("months: 6", "months: 0"), "planning.periods.months: got 0, must be at least 1"),
        (("{days: [2]}", "{day: [2]}"), "offered.day: got 'day', must be one of calls, days (planning.actions"),
        (("{days: [2]}", "{days: [3]}"), "planning.periods.offered.days.0: got 3, must be 1 to 2, the periods of the"),
        (("counts: cash", "per_days: 30\n  counts: cash"), "planning.per_days: got 30, must be left out, because"),
        (("counts: cash", "budget_yuan: 5\n  counts: cash"), "planning.budget_yuan: got 5, must be left out, because"),
    ],
)
def test_each_slip_of_periods_has_its_line(load_world: LoadWorld, change: tuple[str, str], says: str) -> None:
    with pytest.raises(InputProblems) as found:
        load(load_world, BY_HALF, change)
    lines = [str(problem) for problem in found.value.problems]
    assert any(says in line for line in lines), lines
    assert len(lines) <= 2


def test_promotions_without_a_date_cannot_be_known() -> None:
    raids = {"raid": {"strength": 1.0, "random": {"per_year": 2.0, "lasts_days": 30}}}
    actions = {"days": {"reward": {"free_days": 5.0}}}
    reward = {"max_reduction": 0.5, "half_dose_days": 4, "half_life_days": 60, "lasts_days": 90, "acts_on": []}
    with pytest.raises(InputProblems) as found:
        load_quiet(promotions=raids, reward=reward, planning={"actions": actions, "promotions": "known"})
    assert "planning.promotions: got 'known', must be left out, because no promotion of a rival has a date" in str(
        found.value
    )


def test_least_shares_add_up(load_world: LoadWorld) -> None:
    with pytest.raises(InputProblems) as found:
        load(load_world, ("{platinum: {least: 0.2, most: 0.9}}", "{platinum: {least: 0.7}, others: {least: 0.6}}"))
    assert "got least shares that add up to 1.3" in str(found.value)
