"""What a run prints fits 100 columns and says what matters."""

import io
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from sim.report.terminal import WIDTH, show
from sim.report.values import refused
from tests.unit.report.sample_summary import sample_summary

PAGE = "results/h_broadband/20260102T030405Z-0a1b2c3d/report.html"


def printed(summary: dict[str, Any]) -> str:
    out = io.StringIO()
    console = Console(file=out, width=WIDTH)
    for piece in show(summary, PAGE):
        console.print(piece)
    return out.getvalue()


def test_it_fits_100_columns() -> None:
    assert max(cell_len(line) for line in printed(sample_summary()).splitlines()) <= WIDTH


@pytest.mark.parametrize("arms", [2, 8])
def test_it_fits_with_long_names_and_many_arms(arms: int) -> None:
    summary: dict[str, Any] = sample_summary()
    reward = summary["experiments"][0]
    name = "a_rather_long_name_of_an_arm_"
    reward["arms"] += [{**reward["arms"][1], "name": f"{name}{i}"} for i in range(arms)]
    reward["contrasts"] += [{**reward["contrasts"][0], "arm": f"{name}{i}"} for i in range(arms)]
    assert max(cell_len(line) for line in printed(summary).splitlines()) <= WIDTH


def test_question_answer_tables_decisions_and_report_are_there() -> None:
    text = " ".join(printed(sample_summary()).split())
    for words in (
        "Should platinum customers get no reward, 15 or 45 free days?",
        "Give platinum customers 15 free days (“days_15”)",
        "run doubt",
        "trial doubt",
        "−12.7",
        "Is “days_45” as good as “days_15” in churn, within 5 points?",
        "In truth: “days_15”",
        "The first trial: “days_45”",
        "The first trial: Inconclusive, “none” stays",
        PAGE,
    ):
        assert words in text


def test_refusals_have_their_reason() -> None:
    summary: dict[str, Any] = sample_summary()
    reward = summary["experiments"][0]
    reward["arms"][0]["metrics"]["churn_rate"] = refused("nobody was enrolled")
    reward["contrasts"][0]["trial"]["effect"] = refused("no events")
    text = printed(summary)
    assert "not given (a)" in text
    assert "a: not given: nobody was enrolled" in text
    assert "a: not given: no events" in text


def test_names_are_not_read_as_markup() -> None:
    summary: dict[str, Any] = sample_summary()
    summary["experiments"][0]["question"] = "[red]Is this [/bold] markup?"
    assert "[red]Is this [/bold] markup?" in printed(summary)
