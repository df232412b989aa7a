"""Targeting in worlds whose best policy is known: sleeping dogs at higher risk, persuadables at lower."""

import json
from typing import Any

import numpy as np
import pytest

from sim.planning.targeting.answer import answer
from sim.planning.targeting.policies import ORACLE, by_trial
from sim.planning.targeting.question import ask
from sim.planning.targeting.summary import summarise
from sim.planning.targeting.twins import live_twins
from sim.report.target_view import answer_words, policies_table
from sim.scenario.problems import InputProblems
from tests.unit.planning.budget.test_worlds import DOGS_AND_PERSUADABLES
from tests.worlds import load_company, load_quiet

SIZES = (100, 1600)
# uncalled dogs leave at 0.18 a month, the others at 0.08; a call drives the dogs off, free days hold all from variety
RISKY_DOGS: dict[str, Any] = DOGS_AND_PERSUADABLES | {
    "segments": {
        "dogs": {"share": 0.5, "risk_factor": 2.0, "fee_relative": 1.2},
        "persuadable": {"share": 0.5, "risk_factor": 0.0},
    },
}


def asked(loaded: Any, action: str = "call_and_days", **options: Any) -> Any:
    settings: dict[str, Any] = {"trials": 2, "twins": 8, "sizes": ",".join(map(str, SIZES))} | options
    return ask(loaded, [], action=action, **settings)


def found(loaded: Any, *, draws: int = 0, replications: int = 6, jobs: int = 1, **options: Any) -> dict[str, Any]:
    question = asked(loaded, **options)
    return summarise(answer(loaded, question, seed=1, replications=replications, draws=draws, jobs=jobs))


@pytest.fixture(scope="module")
def dogs() -> dict[str, Any]:
    return found(load_quiet(**RISKY_DOGS), reach=[("share", "0.5")])


def by_name(of: dict[str, Any]) -> dict[str, Any]:
    return {row["policy"]: row for row in of["policies"]}


def test_by_risk_loses_and_by_uplift_wins_and_the_words_say_both(dogs: dict[str, Any]) -> None:
    rows = by_name(dogs)
    assert rows["by risk"]["value"]["high"] < 0
    assert rows["by value x risk"]["value"]["high"] < 0
    assert rows[by_trial(1600)]["value"]["low"] > 0
    assert rows[ORACLE]["value"]["low"] > 0
    words = " ".join(answer_words(dogs))
    assert "By risk: loses " in words
    assert "By uplift learned in a trial of 100: " in words
    assert "By true uplift, known to nobody: wins " in words
    assert policies_table(dogs) is not None


def test_the_oracle_is_the_known_best_policy(dogs: dict[str, Any]) -> None:
    """Half the base are persuadable: what they bring together is what true uplift is worth."""
    loaded = load_quiet(**RISKY_DOGS)
    question, worth = asked(loaded), []
    for number in range(6):
        twins = live_twins(loaded.value, question.rule, question.starts, 1, number, 8, cash_only=False)
        persuadable = np.flatnonzero(twins.base["segment"] == 1)
        best = twins.value.mean(axis=0)
        assert best[twins.base["segment"] == 0].mean() < 0 < best[persuadable].mean()
        worth.append(best[persuadable].sum())
    assert by_name(dogs)[ORACLE]["value"]["value"] == pytest.approx(np.mean(worth), rel=0.1)


def test_larger_trials_close_the_gap() -> None:
    """Where the dogs are only half awake, and free days hold a little, a small trial does not tell them apart."""
    contacts = RISKY_DOGS["contacts"] | {"effect": RISKY_DOGS["contacts"]["effect"] | {"max_reduction": -0.5}}
    weak = RISKY_DOGS | {"contacts": contacts, "reward": RISKY_DOGS["reward"] | {"max_reduction": 0.3}}
    of = found(load_quiet(**weak), reach=[("share", "0.5")], sizes="50,400,3200", trials=6)
    gaps = [by_name(of)[by_trial(size)]["gap"] for size in (50, 400, 3200)]
    assert gaps[0]["value"] > gaps[1]["value"] > gaps[2]["value"]
    assert gaps[0]["low"] > gaps[2]["high"]
    one = [by_name(of)[by_trial(size)]["value_of_one_trial"] for size in (50, 3200)]
    assert one[0]["high"] - one[0]["low"] > one[1]["high"] - one[1]["low"]


def test_a_large_trial_is_worth_more_than_a_small_one_and_less_than_knowing(dogs: dict[str, Any]) -> None:
    of = dogs["information"]
    small, large = (row["value"]["value"] for row in of["samples"])
    assert small <= large <= of["know_customers"]["value"] * 1.05
    assert of["over"] == "centre"
    assert [row["beyond_base"] for row in of["samples"]] == [False, True]


@pytest.mark.parametrize("share", ["0", "1"])
def test_where_nobody_or_everybody_is_treated_all_policies_are_equal(share: str) -> None:
    of = found(load_quiet(**RISKY_DOGS), reach=[("share", share)], replications=2)
    values = {round(row["value"]["value"], 4) for row in of["policies"]}
    assert len(values) == 1
    expected = 0.0 if share == "0" else of["everybody"]["value"]["value"]
    assert values == {round(expected, 4)}
    ends = [row["value"]["value"] for row in of["curve"] if row["share"] == float(share)]
    assert ends == pytest.approx([expected] * len(ends))


def test_a_number_is_a_share_and_a_budget_pays_as_many_as_it_can() -> None:
    loaded = load_quiet(**RISKY_DOGS)
    share = found(loaded, reach=[("share", "0.5")], replications=2)
    number = found(loaded, reach=[("number", "100")], replications=2)
    assert [row["value"] for row in share["policies"]] == [row["value"] for row in number["policies"]]
    budget = by_name(found(loaded, reach=[("budget", "500")], replications=2))
    for name, row in budget.items():
        assert row["spend"]["value"] == pytest.approx(500, rel=0.15), name
        assert 0 < row["customers"] < 200


def test_company_h_with_draws_says_which_doubt_is_which_and_does_not_hang_on_processes() -> None:
    loaded = load_company().with_values({"customers": 150})
    options: dict[str, Any] = {"action": "days_15", "replications": 2, "draws": 4, "sizes": "100,300"}
    one, two = found(loaded, **options), found(loaded, jobs=2, **options)
    assert json.dumps(one) == json.dumps(two)
    kinds = {key: {row[key].get("of") for row in one["policies"] if key in row} for key in ("value", "value_doubt")}
    assert kinds == {"value": {"run"}, "value_doubt": {"assumption"}}
    assert {row["value_of_one_trial"]["of"] for row in one["policies"] if "size" in row} == {"trial"}
    assert one["information"]["over"] == "draws"
    assert one["belief"]["sd"] > 0
    assert "by priority" in by_name(one)
    assert one["lived"]["lives"] == (2 + 4) * 150 * (2 * 8 + 4 * 2 + 2 * 2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"action": "cal"}, "--action: got 'cal', must be one of call, call_and_days"),
        ({"reach": [("share", "1.5")]}, "--share: got '1.5', must be a share of the base from 0 to 1, such as 0.3"),
        ({"reach": [("number", "2.5")]}, "--number: got '2.5', must be whole customers, 0 to 200"),
        ({"reach": [("budget", "x")]}, "--budget: got 'x', must be yuan, 0 to 1e+13"),
        ({"reach": [("share", "0.1"), ("budget", "5")]}, "--share: got '0.1', must be given without --budget"),
        ({"sizes": "10"}, "--trial-sizes: got '10', must be whole numbers of customers from 50 on"),
        ({"twins": 10}, "--twins: got 10, must be a multiple of 4"),
        ({"sizes": "400000"}, "--trial-sizes: got '400000', must be sizes of at most 309,000 with 2 trials"),
    ],
)
def test_bad_options_are_one_line(options: dict[str, Any], says: str) -> None:
    with pytest.raises(InputProblems) as raised:
        asked(load_quiet(**RISKY_DOGS), **options)
    assert str(raised.value).startswith(says)
    assert len(raised.value.problems) == 1


def test_an_arm_of_an_experiment_can_be_named() -> None:
    from sim.scenario.load import load_experiments

    loaded = load_company()
    question = ask(loaded, load_experiments(loaded), action="reward_days.days_15", trials=2, twins=8)
    assert question.rule == asked(loaded, action="days_15").rule
