"""Tables and sentences made from the summary."""

from typing import Any

import pytest

from sim.report.display import Column, Row, table, text
from sim.report.experiment_view import (
    arms_tables,
    doubt_table,
    grades_table,
    ledger_table,
    methods,
    metrics_in_order,
    naive_table,
    trial_table,
    truth_table,
    verdict,
)
from sim.report.experiment_words import conclusion, equivalence_in_words, setting, trial_in_words
from sim.report.run_view import (
    count_assumptions,
    matrix_table,
    origin,
    others_table,
    policies,
    validation_table,
)
from sim.report.values import interval, refused
from sim.report.wording import Cell
from sim.report.words import gets_in_words, rule_in_words, unit_of


def test_a_table_drops_what_is_empty_and_marks_what_is_refused() -> None:
    columns = [Column("name", words=True), Column("empty"), Column("number")]
    rows = [
        Row((text("one"), Cell(), Cell("1", "0 to 2", "run"))),
        Row((text("two"), Cell(), Cell(refused="no events"))),
        Row((text("three"), Cell(), Cell(refused="no events"))),
        Row((text("four"), Cell(), Cell(refused="one customer"))),
        Row((text("nothing"), Cell(), Cell())),
    ]
    made = table(columns, rows)
    assert made is not None
    assert [column.title for column in made.columns] == ["name", "number"]
    assert made.columns[1].doubt == "run doubt"
    assert len(made.rows) == 4
    assert [row.cells[1].refused for row in made.rows] == ["", "a", "a", "b"]
    assert made.notes == (("a", "not given: no events"), ("b", "not given: one customer"))


def test_a_table_without_rows_is_none() -> None:
    assert table([Column("name")], []) is None


def test_a_column_with_several_kinds_of_doubt_names_them_in_its_cells() -> None:
    rows = [
        Row((text("one"), Cell("1", "0 to 2", "run"))),
        Row((text("two"), Cell("1", "0 to 2", "trial"))),
    ]
    made = table([Column("name"), Column("number")], rows)
    assert made is not None
    assert made.columns[1].doubt == ""
    assert [row.cells[1].doubt for row in made.rows] == ["run doubt", "trial doubt"]


def test_named_metrics_come_first(reward: dict[str, Any]) -> None:
    assert metrics_in_order(reward, ["hazard_ratio", "net_value_per_customer", "churn_rate"]) == [
        "churn_rate",
        "net_value_per_customer",
        "hazard_ratio",
    ]


def test_arms_table_marks_the_choice_and_names_doubt_once(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    (made,) = arms_tables(reward, summary)
    assert made is not None
    assert [column.title for column in made.columns[:3]] == ["arm", "customers", "churn"]
    assert {column.doubt for column in made.columns[2:]} == {"run doubt"}
    assert [row.mark for row in made.rows] == ["", "chosen", ""]
    assert made.rows[1].cells[0] == Cell("days_15", "15 free days")


def test_first_trial_stands_beside_the_truth(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    made = trial_table(reward, summary)
    assert made is not None
    assert [column.doubt for column in made.columns[1:3]] == ["run doubt", "trial doubt"]
    first = made.rows[0]
    assert first.group == "churn, points"
    assert [cell.value for cell in first.cells] == [
        "days_15 against none",
        "−8.8",
        "−12.7",
        "0.119",
        "0.119",
        "cannot tell",
    ]
    assert methods(reward)[0] == ("churn", "Newcombe; 2 contrasts, Holm")
    log_rank = next(row for row in made.rows if row.group.startswith("survival"))
    assert (log_rank.cells[2].value, log_rank.cells[2].refused) == ("not given", "a")
    assert made.notes[0] == ("a", "not given: a test has no effect")


def test_rows_without_a_truth_are_not_in_the_truth_table(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    made = truth_table(reward, summary)
    assert made is not None
    assert not any(row.group.startswith("survival") for row in made.rows)


def test_grades_may_be_numbers_intervals_or_refused(reward: dict[str, Any]) -> None:
    reward["contrasts"][0]["power"] = interval(0.09, 0.064, 0.122, "run")
    made = grades_table(reward)
    assert made is not None
    assert made.rows[0].cells[1] == Cell("9.0%", "6.4 to 12.2")  # its doubt stands in the heading
    assert [cell.value for cell in made.rows[1].cells[1:]] == ["9%", "5%", "96%", "14%", "×2.6"]
    assert not any("hazard" in row.group for row in made.rows)


@pytest.mark.parametrize(
    ("metric", "value", "adjusted", "says"),
    [
        ("churn_rate", -0.2, 0.01, "lower"),
        ("churn_rate", 0.2, 0.01, "higher"),
        ("churn_rate", -0.2, 0.06, "cannot tell"),
        ("hazard_ratio", 0.7, 0.01, "lower"),
        ("hazard_ratio", 1.3, 0.05, "higher"),
    ],
)
def test_verdict(metric: str, value: float, adjusted: float, says: str) -> None:
    effect = interval(value, value - 0.1, value + 0.1, "trial")
    row = {
        "metric": metric,
        "alpha": 0.05,
        "trial": {"effect": effect, "p_value": 0.0, "p_adjusted": adjusted},
    }
    assert verdict(row) == says


def test_ledger_leaves_out_lines_that_are_zero_everywhere(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    made = ledger_table(reward, summary)
    assert made is not None
    assert [row.cells[0].value for row in made.rows] == [
        "list fees of the days served",
        "free days and credits (fees not billed)",
        "contacts",
        "gifts",
        "team that solves problems",
    ]


def test_worlds_that_decide_otherwise_are_marked(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    made = doubt_table(reward, summary)
    assert made is not None
    assert made.rows[0].cells[0].value == "every assumption at its centre"
    turned = [row.cells[0].value for row in made.rows if row.mark == "turned"]
    assert turned == ["reward.max_reduction = 0.1 (low)", "reward.half_dose_days = 12 (high)"]


def test_naive_comparisons_stand_beside_the_truth(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    made = naive_table(reward, summary)
    assert made is not None
    assert [row.cells[2].value for row in made.rows] == ["−13.0 points", "−21.0 points"]
    assert [row.cells[3].value for row in made.rows] == ["−8.8 points", "−8.8 points"]


def test_equivalence_in_words(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    (words,) = equivalence_in_words(reward, summary)
    assert words == (
        "Is “days_45” as good as “days_15” in churn, within 5 points? In truth yes: the difference is "
        "−0.2 points (run doubt −0.3 to −0.1). The first trial could not show it: it estimated −14.4 points "
        "(trial doubt −28.3 to 0.6), p = 0.890. Trials of this size show it in 0% of cases."
    )
    reward["equivalence"][0] |= {"effect": refused("no events"), "truth": refused("no events")}
    (words,) = equivalence_in_words(reward, summary)
    assert words.count("not given: no events") == 2


def test_trial_in_words_speaks_of_the_leading_metric(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    first, second = trial_in_words(reward, summary)
    assert "the first trial estimated −12.7 points (trial doubt −28.2 to 4.1) and says: cannot tell" in first
    assert "Trials of this size find a difference in 9% of cases" in first
    assert "overstate it 2.6-fold" in second


def test_setting_says_how_the_experiment_is_made(summary: dict[str, Any]) -> None:
    reward, cadence = (dict(setting(experiment)) for experiment in summary["experiments"])
    assert reward["Meanwhile"] == "policy “programme” without reward"
    assert reward["One trial"] == "none 62, days_15 61, days_45 61 customers, followed for 365 days"
    assert reward["Sample ratio"].startswith("not given: sizes are fixed")
    assert "inside strata (tier by tenure band)" in cadence["Assigned"]
    assert "within 1% of the reference's value the cheaper arm wins" in reward["Rule for the answer"]
    assert "at 5% after adjustment" in reward["Rule for a trial"]


def test_a_rule_without_a_phrase_is_shown_as_it_stands() -> None:
    words = rule_in_words({"metric": "churn_rate", "choose": "most_liked", "loss": 2}, None, "none")
    assert words == "most liked by churn; loss: 2."


def test_conclusions(reward: dict[str, Any]) -> None:
    assert conclusion(reward["decision"]).startswith("“days_15”: highest")
    assert conclusion({"arm": "none", "inconclusive": True, "reason": "nobody left."}) == (
        "Inconclusive, “none” stays: nobody left."
    )
    said = {"arm": "none", "inconclusive": True, "reason": "churn_rate is the same: inconclusive, none stays"}
    assert conclusion(said) == "“none”: churn is the same: inconclusive, none stays."
    assert conclusion(refused("too few")) == "Not given: too few."
    assert conclusion(None) == ""


def test_assumptions_are_counted_and_named(summary: dict[str, Any]) -> None:
    assert count_assumptions(summary) == (
        "Of 6 parameters 1 come from a source and 4 are assumed with a reason; 1 have neither; 2 are given as a range."
    )
    assert origin(summary["assumptions"][2]) == "source: H-04"
    assert origin(summary["assumptions"][4]) == "neither source nor reason"


def test_facts_that_are_not_met_stand_as_not_met(summary: dict[str, Any]) -> None:
    made = validation_table(summary)
    assert made is not None
    met = {row.cells[1].value: row.cells[5].value for row in made.rows}
    assert met["yearly churn"] == "met"
    assert met["yearly churn after the programme"] == "not met"
    assert met["months with most losses"] == ""


def test_a_fact_without_a_simulated_figure_says_why_once(summary: dict[str, Any]) -> None:
    first, second = summary["validation"][:2]
    first |= {"simulated": refused("not modelled"), "note": "not modelled", "within": None}
    second |= {
        "simulated": refused("not modelled"),
        "note": "see H-02",
        "reported": 12.0,
        "compare": "at_most",
    }
    made = validation_table(summary)
    assert made is not None
    assert [cell.value for cell in made.rows[0].cells] == [
        "H-01",
        "yearly churn",
        "30.4%",
        "not given",
        "fitted",
        "",
        "not modelled",
    ]
    assert made.rows[1].cells[2].value == "at most 12"
    assert made.rows[1].cells[3].refused == "a"
    assert made.notes == (("a", "not given: not modelled"),)


def test_neighbouring_assumptions_share_a_row(summary: dict[str, Any]) -> None:
    summary["assumptions"] = [
        {"path": f"shape.steps.{i}.{key}", "value": i + 0.5, "low": None, "high": None, "assumed": "H-06"}
        for i in range(2)
        for key in ("from_month", "factor")
    ]
    made = others_table(summary)
    assert made is not None
    (row,) = made.rows
    assert [cell.value for cell in row.cells] == [
        "shape.steps",
        "from month 0.5, factor 0.5; from month 1.5, factor 1.5",
        "assumed: H-06",
    ]


def test_matrix_is_a_matrix(summary: dict[str, Any]) -> None:
    made = matrix_table(summary)
    assert made is not None
    assert [column.title for column in made.columns] == ["value", "high risk", "low risk"]
    assert made.rows[0].cells[1] == Cell("A", "21.0% of customers, 39.0% of revenue")


def test_policies_in_words(summary: dict[str, Any]) -> None:
    assert policies(summary) == [
        ("before (baseline)", "nothing is done"),
        (
            "programme",
            "platinum: the platinum cadence, complaint line and 15 free days; gold: the gold cadence",
        ),
    ]
    assert gets_in_words({"reward": {"free_days": 15, "credit": 3}}) == "free days 15 and credit 3"
    assert gets_in_words({"answers": True}) == "answers to rivals' promotions"


def test_units_come_from_definitions_and_else_from_names(summary: dict[str, Any]) -> None:
    assert unit_of("churn_rate", summary) == "share"
    assert unit_of("save_rate", {}) == "share"
    assert unit_of("spend", {"currency": "dollars"}) == "dollars"
