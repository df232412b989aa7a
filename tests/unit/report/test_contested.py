"""Reports of worlds in which customers and firms act on each other: counts, circles, policies, and what misled."""

from typing import Any

import pytest

from sim.report.answer import answer_sentence
from sim.report.counts_view import counts_table, how_to_read, in_a_line
from sim.report.experiment_view import arms_tables, methods, policies_of_arms
from sim.report.experiment_words import setting
from sim.report.figures.doubt import draw_doubt
from sim.report.figures.money import LINES
from sim.report.figures.style import PlainTicks, title_width
from sim.report.interference_view import interference_words
from sim.report.page import render_page
from sim.report.values import interval
from sim.report.words import gets_in_words
from tests.unit.report.sample_summary import sample_provenance


def counted(experiment: dict[str, Any], **of_others: Any) -> None:
    for number, arm in enumerate(experiment["arms"]):
        arm["counts"] = {
            "won_back": interval(4.0 * number, 3.0 * number, 5.0 * number, "run"),
            "win_back_attempts": interval(16.0 * number, 15.0 * number, 17.0 * number, "run"),
        }
        arm["counts_of_others"] = of_others


def test_counts_stand_in_order_an_arm_a_column_and_those_of_others_apart(reward: dict[str, Any]) -> None:
    """Catches successes above attempts, and news of others among those enrolled."""
    counted(reward, news=interval(31.0, 30.0, 32.0, "run"))
    made = counts_table(reward)
    assert made is not None
    assert [row.cells[0].value for row in made.rows] == [
        "attempts to win back",
        "of them successful",
        "times that a loss in the own circle was heard of",
    ]
    assert [row.group for row in made.rows] == ["those enrolled", "those enrolled", "everybody else of the firm"]
    assert [cell.value for cell in made.rows[0].cells[1:]] == ["0", "16.0", "32.0"]
    assert "Of one base within 365 days" in how_to_read(reward)


def test_the_terminal_says_what_differs_between_arms(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    assert in_a_line(reward) == ""
    counted(reward)
    for arm in reward["arms"]:
        arm["counts"]["joined"] = interval(7.0, 6.0, 8.0, "run")
    assert in_a_line(reward) == (
        "attempts to win back: none 0, days_15 16.0, days_45 32.0; of them successful: none 0, days_15 4.00, "
        "days_45 8.0."
    )


def test_the_page_shows_counts_and_says_that_who_came_back_counts_as_gone(
    summary: dict[str, Any], reward: dict[str, Any]
) -> None:
    plain = render_page(summary, sample_provenance(), {"reward_days_survival": "<svg></svg>"})
    assert "What was done" not in plain
    assert "came back counts as gone" not in plain
    counted(reward)
    page = render_page(summary, sample_provenance(), {"reward_days_survival": "<svg></svg>"})
    assert "What was done, and what customers passed on" in page
    assert "Who left and came back counts as gone here" in page


def test_a_trial_by_circle_says_customers_and_circles(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    """Catches customers that are called circles, and the other way round."""
    arms = [arm["name"] for arm in reward["arms"]]
    reward |= {"unit": "circle", "trial_sizes": dict.fromkeys(arms, 61), "trial_circles": dict.fromkeys(arms, 20)}
    reward["design"]["assignment"] = "complete"
    words = answer_sentence(reward, summary)
    assert "one trial with 61 customers an arm, dealt as 20 circles an arm, would have concluded" in words
    assert "platinum customers" in words
    assert "platinum circles" not in words
    how = dict(setting(reward))
    assert how["Assigned"].startswith("circle by circle at random, in arms whose numbers of circles differ by at most")


def test_what_policies_of_arms_do_is_said_tier_by_tier(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    """Catches an arm that says no more than the name of its policy."""
    summary["policies"]["graded"] = {"platinum": {"win_back": {"attempts": 4}}, "gold": {}}
    reward["arms"][1]["gets"] = {"policy": "graded"}
    assert policies_of_arms(reward, summary) == [("days_15", "platinum: up to 4 attempts to win back")]


def test_a_metric_that_nobody_asked_for_and_that_is_0_everywhere_is_left_out(
    summary: dict[str, Any], reward: dict[str, Any]
) -> None:
    def titles() -> list[str]:
        return [column.title for part in arms_tables(reward, summary) for column in part.columns]

    for arm in reward["arms"]:
        arm["metrics"]["win_back_rate"] = interval(0.0, 0.0, 0.0, "run")
    assert "leavers won back" not in titles()
    reward["metrics"].append("win_back_rate")
    assert "leavers won back" in titles()


def test_one_contrast_has_nothing_to_be_adjusted_for(reward: dict[str, Any]) -> None:
    for row in reward["contrasts"]:
        if isinstance(row["trial"], dict) and "family" in row["trial"]:
            row["trial"]["family"] = f"{row['metric']}: 1 contrasts, Holm"
    assert methods(reward)[0] == ("churn", "Newcombe; one contrast, nothing to adjust for")


def test_a_trial_that_finds_harm_does_not_only_conclude_nothing(
    summary: dict[str, Any], reward: dict[str, Any]
) -> None:
    """Catches a recommendation that every trial shows to hurt, reported as 'nothing' (P-01)."""
    assert "to be worse" not in answer_sentence(reward, summary)
    for row in reward["contrasts"]:
        if (row["metric"], row["arm"], row["against"]) == ("churn_rate", "days_15", "none"):
            row |= {"truth": interval(0.036, 0.035, 0.037, "run"), "power": 0.9, "sign_error": 0.0}
    assert "(it would have found “days_15” to be worse in 90%)" in answer_sentence(reward, summary)


def test_an_effect_that_is_0_on_both_sides_is_none(summary: dict[str, Any], reward: dict[str, Any]) -> None:
    """Catches 'may lower or raise churn (run doubt 0.0 to 0.0)'."""
    for row in reward["contrasts"]:
        if row["metric"] == "churn_rate":
            row["truth"] = interval(0.00001, -0.0001, 0.0001, "run")
    assert "leaves churn within 365 days as it is (run doubt 0.0 to 0.0 points)" in answer_sentence(reward, summary)


def test_interference_says_how_much_of_the_effect_it_is_and_by_whose_table() -> None:
    """Catches two true effects of one name: that of the firm's table of later years and that of the years lived."""
    metric = "net_value_with_residual_per_customer"
    rows = [
        {
            "metric": metric,
            "arm": arm,
            "trial": interval(value, value - 1, value + 1, "run"),
            "rollout": interval(value, value - 1, value + 1, "run"),
            "difference": interval(1.0, 0.5, 1.5, "run"),
        }
        for arm, value in (("none", 3_123.0), ("bundle", 3_083.0))
    ]
    gap = interval(34.0, 20.0, 48.0, "run")
    experiment = {
        "interference": rows,
        "contrasts": [{"metric": metric, "arm": "bundle", "against": "none", "interference": gap}],
    }
    (words,) = interference_words(experiment, {"currency": "yuan"})
    assert "makes −40.0 yuan by the firm's table of later years: the trial understates it, by 34.0 yuan, 85% of it" in (
        words
    )


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("early_warning.list_share", 0.02, "early warning list 2%"),
        ("intelligence.answer.after_days", 45, "intelligence answer after 45 days"),
        ("prospects.calls_per_month", 40, "prospects calls 40 a month"),
        ("win_back.cost_yuan", 60, "win back cost 60 yuan"),
        ("desk.seats", 4, "desk seats 4"),
    ],
)
def test_terms_have_their_units(path: str, value: float, words: str) -> None:
    assert gets_in_words({"set": {path: value}}) == words


@pytest.mark.parametrize(
    ("ticks", "percent", "words"),
    [
        ([0.0, 2.5, 5.0], False, ["0.0", "2.5", "5.0"]),
        ([-0.2, 0.0, 0.2], False, ["−0.2", "0.0", "0.2"]),
        ([0.0, 50_000.0], False, ["0", "50,000"]),
        ([0.95, 0.975, 1.0], True, ["95.0%", "97.5%", "100.0%"]),
        ([0.7, 0.8, 0.9], True, ["70%", "80%", "90%"]),
    ],
)
def test_neighbouring_ticks_are_told_apart(ticks: list[float], percent: bool, words: list[str]) -> None:
    """Catches an axis that reads 0, 0, 0, and one whose numbers are rounded to others."""
    assert PlainTicks(*((100.0, "%") if percent else ())).format_ticks(ticks) == words


def test_no_two_lines_of_the_ledger_have_one_colour() -> None:
    """Catches lines that only a hatch tells apart, which a small key does not show."""
    colours = [colour for colour, _ in LINES.values()]
    assert len(set(colours)) == len(colours)


def test_titles_leave_room_for_the_names_of_the_rows() -> None:
    assert title_width(["a"], 3) > title_width(["key_and_major against nobody"], 3) >= 16


def test_an_assumption_that_moves_one_arm_only_has_one_name_in_the_others(summary: dict[str, Any]) -> None:
    """Catches both ends' numbers written over each other; the figure is still drawn."""
    experiment = summary["experiments"][0]
    for world in experiment["doubt"]:
        world["net_value"]["days_15"] = world["net_value"]["none"]
    assert draw_doubt(experiment, summary) is not None
