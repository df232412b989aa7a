"""The answer in one sentence: every case that a board may meet."""

from typing import Any

import pytest

from sim.report.answer import answer_sentence
from sim.report.values import interval, refused


@pytest.fixture
def cadence(summary: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = summary["experiments"][1]
    return found


def money(experiment: dict[str, Any], arm: str) -> dict[str, Any]:
    metric = "net_value_with_residual_per_customer"
    (row,) = [r for r in experiment["contrasts"] if (r["metric"], r["arm"]) == (metric, arm)]
    found: dict[str, Any] = row
    return found


def test_arm_effect_doubt_and_trial_stand_in_one_sentence(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    assert answer_sentence(reward, summary) == (
        "Give platinum customers 15 free days (“days_15”): against “none” it lowers churn within 365 days "
        "by 8.8 points (run doubt 8.5 to 9.1) and is worth 1,404 yuan a customer more after all costs, "
        "residual value included (run doubt 1,214 to 1,594); the choice stands in 9 of 11 worlds of other "
        "assumptions (assumption doubt); one trial with 62, 61 and 61 customers would have concluded nothing "
        "in 84%, “days_15” in 9% and “days_45” in 7% of cases, and the first one concluded “days_45” instead."
    )


def test_trial_that_agrees(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    reward["trial_decision"]["arm"] = "days_15"
    assert answer_sentence(reward, summary).endswith("and the first one concluded the same.")


def test_trial_that_is_inconclusive_says_what_would_have_stayed(
    summary: dict[str, Any], reward: dict[str, Any]
) -> None:
    reward["trial_decision"] |= {"arm": "none", "inconclusive": True}
    assert answer_sentence(reward, summary).endswith("was inconclusive, so that “none” would have stayed.")


def test_reference_that_stays_names_the_best_other_arm(summary: dict[str, Any], cadence: dict[str, Any]) -> None:
    sentence = answer_sentence(cadence, summary)
    assert sentence.startswith("Keep “none” for platinum and gold customers: the best other arm, “platinum”, lowers")
    assert "300 yuan a customer more after all costs" in sentence
    assert "too little for the rule" in sentence
    assert "would have concluded nothing in 95% and “platinum” in 5% of cases" in sentence


def test_arm_that_loses_money_is_said_to(summary: dict[str, Any], cadence: dict[str, Any]) -> None:
    for arm, value in (("gold", -90.0), ("platinum", -40.0)):
        money(cadence, arm)["truth"] = interval(value, value - 30, value + 30, "run")
    sentence = answer_sentence(cadence, summary)
    assert "is worth 40.0 yuan a customer less after all costs, residual value included (run doubt 10.0 to 70.0)" in (
        sentence
    )
    assert "too little for the rule" not in sentence


def test_interval_that_straddles_zero_is_said_to(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    money(reward, "days_15")["truth"] = interval(120.0, -200.0, 440.0, "run")
    sentence = answer_sentence(reward, summary)
    assert (
        "and may be worth more or less after all costs, residual value included (sign not settled: run doubt −200 to "
        "440, estimate +120 yuan a customer);" in sentence
    )
    assert "is worth" not in sentence


def test_a_share_that_straddles_zero_is_neither_lowered_nor_raised(
    summary: dict[str, Any], reward: dict[str, Any]
) -> None:
    for row in reward["contrasts"]:
        if row["metric"] == "churn_rate":
            row["truth"] = interval(-0.009, -0.021, 0.004, "run")
    sentence = answer_sentence(reward, summary)
    assert (
        "it may lower or raise churn within 365 days (sign not settled: run doubt −2.1 to 0.4, estimate −0.9 points)"
        in sentence
    )
    assert "lowers" not in sentence


def test_a_gain_of_unsettled_sign_is_not_called_too_little(summary: dict[str, Any], cadence: dict[str, Any]) -> None:
    for arm in ("gold", "platinum"):
        money(cadence, arm)["truth"] = interval(40.0, -30.0, 110.0, "run")
    assert "too little for the rule" not in answer_sentence(cadence, summary)


def test_choice_that_stands_everywhere(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    reward["decision"]["share_of_worlds"] = 1.0
    assert "stands in all 11 worlds of other assumptions (assumption doubt); one" in answer_sentence(reward, summary)


def test_worlds_that_cannot_differ_are_counted(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    reward["decision"] |= {"share_of_worlds": 1.0, "cannot_differ": 4}
    words = "stands in all 11 worlds of other assumptions (assumption doubt), 4 of which cannot differ; one"
    assert words in answer_sentence(reward, summary)


def test_unknown_parts_are_left_out(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    reward["decision"] = {"arm": "days_15", "reason": "the highest"}
    reward["doubt"] = []
    reward["trial_decision"] = refused("a firm-level arm cannot be randomised over customers")
    for row in reward["contrasts"]:
        row["truth"] = refused("not computed")
    assert answer_sentence(reward, summary) == "Give platinum customers 15 free days (“days_15”)."


def test_refused_decision_is_said_with_its_reason(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    reward["decision"] = refused("no arm has a net value")
    assert answer_sentence(reward, summary) == "No arm can be named: no arm has a net value."


def test_many_conclusions_are_cut_to_the_most_frequent(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    reward["trial_decision"]["share_of_trials"] = {f"arm_{i}": i / 100 for i in range(1, 9)}
    sentence = answer_sentence(reward, summary)
    assert "“arm_8” in 8%, “arm_7” in 7%, “arm_6” in 6% and “arm_5” in 5%" in sentence
    assert "arm_4" not in sentence


def test_arm_without_data_is_named(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    for arm in reward["arms"]:
        arm.pop("gets")
    assert answer_sentence(reward, summary).startswith("Choose “days_15” for platinum customers: ")
