"""What a sensitivity answer says: the share of worlds, what the decision hangs on, switch points, what is missing."""

from typing import Any

from sim.report.figures.sensitivity import draw_indices, draw_tornado
from sim.report.sensitivity_view import answer_words, budget_words, indices_csv, indices_table, ranked, tornado_csv

REFUSED = {"refused": "it differs in 0 of 20 worlds: too few to tell which assumption does it"}


def interval(value: float, low: float, high: float, of: str = "run", **more: Any) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "of": of, "level": 0.95, **more}


def end(path: str, level: str, value: float, gain: float, decision: str = "b") -> dict[str, Any]:
    found = {"gain": interval(gain, gain - 1, gain + 1), "margin": interval(gain, gain - 1, gain + 1)}
    return {"path": path, "level": level, "value": value, "decision": decision, **found}


def index(path: str, first: float, total: float) -> dict[str, Any]:
    return {"path": path, "first": interval(first, 0, 1), "total": interval(total, 0, 1)}


def found(**changes: Any) -> dict[str, Any]:
    factor = {
        "low": 1.0,
        "central": 2.0,
        "high": 3.0,
        "law": "uniform(low 1, high 3)",
        "assumed": "why",
        "source": None,
    }
    at = interval(1.234567, 1.1, 1.4)
    switch = {"at": at, "open_low": False, "open_high": True, "stands_above": True}
    return {
        "scenario": "h",
        "title": "",
        "currency": "yuan",
        "seed": 1,
        "experiment": "e",
        "question": "Which?",
        "reference": "a",
        "metric": "net_value_per_customer",
        "chosen": "b",
        "arm": "b",
        "against": "a",
        "budget": {
            "worlds": 9,
            "replications": 40,
            "joint_worlds": 20,
            "joint_replications": 8,
            "base_points": 5,
            "customer_years": 2.5e6,
        },
        "factors": [{"path": "x", **factor}, {"path": "y", **factor}],
        "left_out": [{"path": "z", "reason": "it carries no range"}],
        "centre": {"gain": interval(10, 9, 11), "margin": interval(10, 9, 11), "decision": "b"},
        "tornado": [
            end("x", "low", 1, 9),
            end("x", "high", 3, 11),
            end("y", "low", 1, -2, "a"),
            end("y", "high", 3, 30),
        ],
        "switches": [{"path": "x", "refused": "it does not switch"}, {"path": "y", "found": [switch]}],
        "joint": {
            "stands": interval(0.9, 0.7, 0.97, "assumption", n=10),
            "gain": interval(10, -1, 25, "assumption"),
            "unsettled": 0.2,
            "noise": 0.05,
            "of_gain": [index("x", 0.1, 0.2), index("y", 0.7, 0.8)],
            "of_decision": REFUSED,
        },
        **changes,
    }


def test_the_answer_names_everything_it_should() -> None:
    said = list(answer_words(found()))
    assert said[0].startswith("With every assumption at its centre “b” is taken: “b” has +10.0 yuan of net value")
    assert said[1] == (
        "The decision stands in 90% of plausible worlds (95% interval of 10 joint draws 70% to 97%); in nine tenths of "
        "them the gain of “b” lies between −1.00 yuan and +25.0 yuan. Run doubt could turn the decision in 20% of "
        "these draws."
    )
    assert said[2] == "The gain hangs most on y: total Sobol index 0.80 (run doubt 0.00 to 1.00)."
    assert said[3] == f"The decision has no Sobol indices: {REFUSED['refused']}."
    assert said[4] == "“b” is right only above y = 1.23 (run doubt 1.1 to the range's high end)."
    assert said[5] == "It does not switch anywhere in the range of x alone."
    assert "Left out: z, because it carries no range." in list(budget_words(found()))


def test_a_centre_that_run_doubt_could_turn_says_so() -> None:
    centre = {"gain": interval(1, -1, 3), "margin": interval(1, -1, 3), "decision": "b"}
    assert "Run doubt could turn that decision itself" in list(answer_words(found(centre=centre)))[1]


def test_without_joint_draws_there_are_no_indices() -> None:
    without = found(joint={"refused": "too few worlds"})
    assert "No joint draws: too few worlds." in list(answer_words(without))
    assert indices_table(without) is None
    assert draw_indices(without) is None
    assert len(indices_csv(without).splitlines()) == 3


def test_columns_of_what_is_refused_are_left_out() -> None:
    shown = indices_table(found())
    assert shown is not None
    assert [column.title for column in shown.columns] == ["assumption", "first order, gain", "total, gain"]


def test_the_widest_comes_first_and_every_end_is_in_the_csv() -> None:
    assert ranked(found()) == ["y", "x"]
    lines = tornado_csv(found()).splitlines()
    assert len(lines) == 6
    assert lines[1].startswith(",centre,,10,9,11,run,,")
    assert lines[4].endswith(",a,False")
    assert draw_tornado(found(), ["y", "x"]) is not None
    assert draw_indices(found()) is not None
