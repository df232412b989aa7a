"""The early-warning list on page and terminal."""

from typing import Any

import pytest

from sim.report.figures.warning import draw_warning
from sim.report.page import render_page
from sim.report.values import refused
from sim.report.warning_view import deciles_table, in_a_line, parting_in_words, quality_table
from tests.unit.report.sample_summary import interval, sample_provenance, sample_summary


def quality(best: int = 3, more: Any = None, sure: float = 0.01) -> dict[str, Any]:
    saved = [0.01, 0.02, 0.03, *[0.0] * 7]
    return {
        "within_days": 90,
        "auc_stated": 0.7,
        "auc_at_most": 0.8123,
        "auc": interval(0.701, 0.69, 0.71, "run"),
        "weight": 0.6,
        "everybody": {
            "customers": 1000.0,
            "left": interval(0.06, 0.05, 0.07, "run"),
            "saved": interval(0.006, 0.005, 0.007, "run"),
        },
        "list": {
            "customers": 100.0,
            "precision": interval(0.2, 0.19, 0.21, "run"),
            "recall": interval(0.33, 0.3, 0.36, "run"),
            "saved": interval(0.01, 0.005, 0.015, "run"),
        },
        "deciles": [
            {
                "decile": place + 1,
                "customers": 100.0,
                "left": interval(0.1, 0.09, 0.11, "run"),
                "lift": interval(1.5, 1.4, 1.6, "run"),
                "saved": interval(value, value - sure, value + sure, "run"),
            }
            for place, value in enumerate(saved)
        ],
        "most_saved": {"decile": best, "more_than_first": more or interval(0.02, 0.01, 0.03, "run")},
    }


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (quality(), "tenth 3 by score, not in the first: there it keeps 2.0 points (run doubt 1.0 to 3.0) more"),
        (quality(more=interval(0.02, -0.01, 0.05, "run")), "run doubt leaves open whether it is the first"),
        (quality(more=refused("one replication")), "as far as one replication shows"),
        (
            quality(1, refused("the first")),
            "(+1.0 points, run doubt 0.0 to 2.0): run doubt leaves open whether it does",
        ),
        (quality(1, refused("the first"), sure=0.001), "here aiming by risk aims by what a call does"),
    ],
)
def test_whether_the_aims_part_ways_is_said_with_its_doubt(found: dict[str, Any], words: str) -> None:
    assert words in parting_in_words({"early_warning": found})


def test_the_page_shows_the_list_and_a_page_without_one_does_not() -> None:
    summary = sample_summary() | {"early_warning": quality()}
    svg = draw_warning(summary)
    assert svg is not None
    page = render_page(summary, sample_provenance(), {"warning_list": svg})
    for words in ("The early-warning list", "离网预警", "precision", "recall", "20.0%", "33.0%", "tenth by score"):
        assert words in page
    assert 'aria-label="Lift and uplift by tenth of the early-warning score"' in page
    assert "early-warning" not in render_page(sample_summary(), sample_provenance(), {})


def test_the_tenth_in_which_calls_save_most_is_marked() -> None:
    made = deciles_table({"early_warning": quality()})
    assert made is not None
    assert [row.mark for row in made.rows] == ["", "", "chosen", *[""] * 7]


def test_the_terminal_says_it_in_a_line() -> None:
    line = in_a_line({"early_warning": quality()})
    assert line.startswith(
        "AUC 0.701 (run doubt 0.690 to 0.710), stated 0.7, of true risk 0.812; of the list of day 0 20% leave"
    )
    assert "33% of all who do" in line


def test_without_a_list_there_is_nothing_to_show() -> None:
    assert quality_table({}) is None
    assert deciles_table({}) is None
    assert draw_warning({}) is None
    assert parting_in_words({}) == in_a_line({}) == ""


def test_what_one_replication_cannot_show_is_refused_and_not_drawn() -> None:
    found = quality(more=refused("one replication"))
    for row in found["deciles"]:
        row |= {"lift": refused("one replication"), "saved": refused("one replication")}
    found |= {"auc": refused("one replication")}
    found["list"] |= dict.fromkeys(("precision", "recall"), refused("one replication"))
    assert draw_warning({"early_warning": found}) is None
    assert deciles_table({"early_warning": found}) is not None
    assert "AUC not given" in in_a_line({"early_warning": found})
