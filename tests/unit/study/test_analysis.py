"""What a real trial's analysis says: by hand where that is short, refused with the reason where it cannot be said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.scenario.problems import InputProblems
from tests.unit.study.trials import EXPERIMENT, analysed, customers


def contrast(experiment: Any, metric: str, arm: str = "gift") -> Any:
    (row,) = [row for row in experiment["contrasts"] if (row["metric"], row["arm"]) == (metric, arm)]
    return row


def refused(experiment: Any, metric: str) -> str:
    return str(contrast(experiment, metric)["trial"]["effect"]["refused"])


def check(experiment: Any, name: str) -> Any:
    (row,) = [row for row in experiment["checks"] if row["name"] == name]
    return row


def changed(*pairs: tuple[str, str]) -> str:
    text = EXPERIMENT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_differences_are_those_of_the_columns(tmp_path):
    table = customers()
    experiment = analysed(tmp_path, table)
    means = table.groupby("group")[["left", "fees", "days"]].mean()
    difference = means.loc["gift"] - means.loc["none"]
    for metric, column in (("churn_rate", "left"), ("revenue_per_customer", "fees"), ("days_there", "days")):
        effect = contrast(experiment, metric)["trial"]["effect"]
        assert effect["value"] == pytest.approx(difference[column])
        assert effect["low"] < effect["value"] < effect["high"]


def test_the_reasons_add_up_to_churn(tmp_path):
    experiment = analysed(tmp_path, customers())
    parts = [contrast(experiment, f"left_for_{name}")["trial"]["effect"]["value"] for name in ("moved", "rival")]
    assert sum(parts) == pytest.approx(contrast(experiment, "churn_rate")["trial"]["effect"]["value"])
    for arm in experiment["arms"]:
        gone = sum(share["value"] for share in arm["churn_by_reason"].values())
        assert gone == pytest.approx(arm["metrics"]["churn_rate"]["value"])


def test_amounts_have_adjusted_and_resampled_estimates_beside(tmp_path):
    row = contrast(analysed(tmp_path, customers()), "revenue_per_customer")
    beside = {one["name"]: one["effect"]["standard_error"] for one in row["beside"]}
    assert list(beside) == ["CUPED", "least squares", "bootstrap"]
    lead = row["trial"]["effect"]["standard_error"]
    assert beside["CUPED"] < 0.9 * lead  # age explains part of the fees
    assert beside["least squares"] < 0.9 * lead
    assert beside["bootstrap"] == pytest.approx(lead, rel=0.15)


def test_the_interaction_test_leads_the_subgroups(tmp_path):
    experiment = analysed(tmp_path, customers())
    (split,) = [split for split in experiment["subgroups"] if split["metric"] == "churn_rate"]
    assert [group["name"] for group in split["groups"]] == ["north", "south"]
    assert 0 < split["interaction"]["p_value"] <= 1


def test_nothing_is_wrong_with_sound_records(tmp_path):
    experiment = analysed(tmp_path, customers())
    assert [row["name"] for row in experiment["checks"]] == [
        "sample ratio", "alike before the trial", "followed to the end",
    ]  # fmt: skip
    assert not any(row["fired"] for row in experiment["checks"])


# --- what cannot be said --------------------------------------------------------------------------


def test_an_arm_without_customers(tmp_path):
    table = customers()
    experiment = analysed(tmp_path, table[table["group"] == "none"])
    assert refused(experiment, "churn_rate") == "an arm has no customers"
    assert refused(experiment, "revenue_per_customer") == "an arm has no customers"
    assert "an arm has no customers" in experiment["trial_decision"]["refused"]


def test_an_arm_with_one_customer(tmp_path):
    table = customers()
    experiment = analysed(tmp_path, pd.concat([table[table["group"] == "none"], table.iloc[[1]]]))
    assert "fewer than 2 customers" in refused(experiment, "revenue_per_customer")
    assert "fewer than 2 customers" in refused(experiment, "days_there")
    assert "an arm has 1 customer" in refused(experiment, "churn_rate")


def test_nobody_left(tmp_path):
    experiment = analysed(tmp_path, customers().assign(left=0, days=100.0, why=""))
    for metric in ("churn_rate", "log_rank", "hazard_ratio", "days_there"):
        assert "no events" in refused(experiment, metric)


def test_everybody_left(tmp_path):
    experiment = analysed(tmp_path, customers().assign(left=1, days=50.0, why="rival"))
    assert "every customer of both arms had the event" in refused(experiment, "churn_rate")


def test_a_constant_metric(tmp_path):
    experiment = analysed(tmp_path, customers().assign(fees=7.0))
    assert "no spread" in refused(experiment, "revenue_per_customer")
    for one in contrast(experiment, "revenue_per_customer")["beside"]:
        assert "no spread" in one["effect"]["refused"]


def test_a_horizon_beyond_follow_up(tmp_path):
    table = customers()
    table["days"] = np.minimum(table["days"], 90.0)
    table["left"] *= table["days"] < 90
    experiment = analysed(tmp_path, table, changed(("  reason: why\n", "")))
    for metric in ("churn_rate", "days_there"):
        assert "follow-up ends before day 100" in refused(experiment, metric)
    assert "amounts are not complete" in refused(experiment, "revenue_per_customer")
    assert check(experiment, "followed to the end")["fired"]
    assert experiment["arms"][0]["survival"]["days"][-1] == 90.0
    assert "follow-up ends before day 100" in experiment["trial_decision"]["refused"]


def test_churn_is_read_off_the_curves_where_some_are_followed_less(tmp_path):
    table = customers()
    table.loc[:20, ["left", "days", "why"]] = [0, 10.0, ""]
    experiment = analysed(tmp_path, table)
    row = contrast(experiment, "churn_rate")["trial"]
    assert "Aalen-Johansen" in row["method"]
    assert row["effect"]["value"] < 0


def test_too_few_circles(tmp_path):
    table = customers()
    experiment = analysed(tmp_path, table.assign(house=table.index % 2), EXPERIMENT + "  circle: house\n")
    assert "fewer than 30 clusters" in refused(experiment, "churn_rate")
    assert "whole circles were assigned" in refused(experiment, "log_rank")


def test_circles_are_what_was_assigned(tmp_path):
    experiment = analysed(tmp_path, customers(), EXPERIMENT + "  circle: house\n")
    for metric in ("churn_rate", "revenue_per_customer"):
        assert "clustered" in contrast(experiment, metric)["trial"]["method"]


def test_a_trial_of_circles_names_their_column(tmp_path):
    text = "unit: circle\n" + EXPERIMENT
    with pytest.raises(InputProblems, match="got nothing, must be given: a column of circles"):
        analysed(tmp_path, customers(), text)
    experiment = analysed(tmp_path, customers(), text + "  circle: house\n")
    assert experiment["unit"] == "circle"


# --- design, families, checks ---------------------------------------------------------------------


def test_strata_are_analysed_as_they_were_assigned(tmp_path):
    text = changed(("{method: simple}", "{method: stratified, strata: [city]}"))
    experiment = analysed(tmp_path, customers(), text)
    assert "Mantel-Haenszel" in contrast(experiment, "churn_rate")["trial"]["method"]
    assert "within strata" in contrast(experiment, "revenue_per_customer")["trial"]["method"]


def three_arms() -> tuple[pd.DataFrame, str]:
    table = customers(600)
    table.loc[table.index % 3 == 2, "group"] = "call"
    text = changed(
        ("{none: {}, gift: {}}", "{none: {}, gift: {}, call: {}}"),
        ("[{arm: gift, against: none}]", "[{arm: gift, against: none}, {arm: call, against: none}]"),
    )
    return table, text


@pytest.mark.parametrize("correction", ["holm", "dunnett", "false_discovery_rate"])
def test_corrections_raise_p_and_say_so(correction, tmp_path):
    table, text = three_arms()
    experiment = analysed(tmp_path, table, f"correction: {correction}\n{text}")
    name = {"holm": "Holm", "dunnett": "Dunnett", "false_discovery_rate": "Benjamini-Hochberg"}[correction]
    for metric in ("churn_rate", "revenue_per_customer"):
        for arm in ("gift", "call"):
            trial = contrast(experiment, metric, arm)["trial"]
            assert trial["p_adjusted"] >= trial["p_value"]
            assert trial["family"].startswith(name)


def test_a_claim_of_equivalence(tmp_path):
    text = EXPERIMENT + "equivalence: [{metric: churn_rate, arm: gift, against: none, margin: 0.5}]\n"
    (claim,) = analysed(tmp_path, customers(), text)["equivalence"]
    assert claim["equivalent"]
    assert claim["p_value"] < 0.05


def test_customers_that_are_missing_in_one_arm(tmp_path):
    table = customers(2000)
    kept = table[(table["group"] == "none") | (table.index % 10 != 1)]
    experiment = analysed(tmp_path, kept, EXPERIMENT + "  enrolled: {none: 1000, gift: 1000}\n")
    row = check(experiment, "everybody has a record")
    assert row["fired"]
    assert row["p_value"] < 1e-6
    assert row["says"] == "records of those enrolled, by arm: 1,000 of 1,000, 800 of 1,000"
    assert check(experiment, "sample ratio")["fired"]


def test_planned_shares_are_what_sizes_are_held_against(tmp_path):
    table = customers()
    kept = table[(table["group"] == "none") | (table.index % 4 == 1)]
    fired = check(analysed(tmp_path, kept, EXPERIMENT + "  shares: {none: 2, gift: 1}\n"), "sample ratio")
    assert not fired["fired"]
    assert check(analysed(tmp_path, kept), "sample ratio")["fired"]


def test_faults_of_treatment_are_seen(tmp_path):
    table = customers()
    table["got"] = table["group"]
    table.loc[1, "got"] = "none"
    table["day"] = np.where(table.index % 7 == 1, 5.0, 0.0)
    table["used"] = np.where(table.index == 0, 3.0, 0.0)
    text = EXPERIMENT + "  received: got\n  exposed_day: day\n  redeemed: used\n"
    experiment = analysed(tmp_path, table, text)
    for name in ("treated as assigned", "exposed at once", "redemptions where given"):
        assert check(experiment, name)["fired"]


def test_an_unbalanced_covariate_is_seen(tmp_path):
    table = customers()
    table["age"] = table["age"] + 20 * (table["group"] == "gift")
    experiment = analysed(tmp_path, table)
    assert check(experiment, "alike before the trial")["fired"]
    (row,) = experiment["balance"]
    assert row["apart"] > 1


# --- the decision ---------------------------------------------------------------------------------


def test_of_two_better_arms_without_a_cost_none_is_the_cheapest(tmp_path):
    table, text = three_arms()
    table["left"] = ((table["group"] == "none") | (table.index % 50 == 1)).astype(int)
    table["days"], table["why"] = np.where(table["left"], 50.0, 100.0), np.where(table["left"], "rival", "")
    assert "hold no cost" in analysed(tmp_path, table, text)["trial_decision"]["refused"]
    decided = analysed(tmp_path, table, text + "  costs: {none: 0, gift: 3, call: 2}\n")["trial_decision"]
    assert decided["arm"] == "call"
    assert not decided["inconclusive"]


def test_no_difference_is_inconclusive(tmp_path):
    table = customers()
    generator = np.random.Generator(np.random.Philox(key=11))
    decided = analysed(tmp_path, table.assign(group=generator.permutation(table["group"].to_numpy())))["trial_decision"]
    assert decided["inconclusive"]
    assert decided["arm"] == "none"


def test_answers_are_a_naive_comparison(tmp_path):
    table = customers()
    table["said"] = (table["left"] == 0).astype(int)
    rows = analysed(tmp_path, table, EXPERIMENT + "  answered: said\n")["naive"]
    assert [row["arm"] for row in rows] == ["none", "gift"]
    assert all(row["estimate"]["value"] == -1.0 for row in rows)


RATIO = ("metrics: [churn_rate", "metrics: [by_day, churn_rate")


def test_a_ratio_of_totals_is_that_of_the_columns(tmp_path):
    table = customers()
    text = changed(("data:\n", "data:\n  metrics: {by_day: {column: fees, per: days, unit: yuan a day}}\n"))
    experiment = analysed(tmp_path, table, text.replace(*RATIO))
    totals = table.groupby("group")[["fees", "days"]].sum()
    by_day = totals["fees"] / totals["days"]
    effect = contrast(experiment, "by_day")["trial"]["effect"]
    assert effect["value"] == pytest.approx(by_day["gift"] - by_day["none"])
    assert effect["low"] < effect["value"] < effect["high"]
    assert contrast(experiment, "by_day")["beside"] == []
    assert experiment["arms"][0]["metrics"]["by_day"]["value"] == pytest.approx(by_day[experiment["arms"][0]["name"]])


def test_doses_have_a_trend_and_a_least_dose_or_the_reason_why_not(tmp_path):
    experiment = analysed(tmp_path, customers(), changed(("reference:", "doses: {none: 0, gift: 10}\nreference:")))
    trend, least = experiment["doses"]
    assert (trend["what"], least["what"]) == ("trend", "least_dose")
    # with two doses the slope is the difference of the shares by the difference of the doses, its test Pearson's
    difference = contrast(experiment, "churn_rate")["trial"]["effect"]["value"]
    assert trend["effect"]["value"] == pytest.approx(difference / 10)
    assert least["effect"]["refused"] == "fewer than 3 doses differ: no curve can be seen"
