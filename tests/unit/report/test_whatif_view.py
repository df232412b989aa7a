"""What a what-if answer says: the best, who is as good, what nobody asked for, and what it rests on."""

from typing import Any

from sim.report.figures.whatif import draw_whatif
from sim.report.whatif_view import answer_words, differences_table, doubt_csv, question_words, setting_words, whatif_csv

UNITS = {
    "churn_rate": "share",
    "cost_per_customer": "yuan",
    "net_value_per_customer": "yuan",
    "net_value_with_residual_per_customer": "yuan",
}
PATH = "policies.programme.platinum.reward.free_days"


def interval(value: float, half: float = 1.0) -> dict[str, Any]:
    return {"value": value, "low": value - half, "high": value + half, "of": "run", "level": 0.95}


def point(value: Any, net: float, **flags: bool) -> dict[str, Any]:
    measures = {"churn_rate": 0.3, "cost_per_customer": 10.0, "net_value_per_customer": -net}
    measures["net_value_with_residual_per_customer"] = net
    file = {"churn_rate": 0.31, "cost_per_customer": 12.0, "net_value_per_customer": -100.0}
    file["net_value_with_residual_per_customer"] = 100.0
    half = 0.0 if flags.get("in_file") else 1.0
    less = {name: 0.0 if flags.get("in_file") else measures[name] - file[name] for name in UNITS}
    return {
        "values": [value],
        "in_file": False,
        "asked": True,
        "named": True,
        "best": False,
        "as_good": False,
        "measures": {name: interval(one) for name, one in measures.items()},
        "against_file": {name: interval(one, half) for name, one in less.items()},
        **flags,
    }


def world(value: float, gain: float, best: int) -> dict[str, Any]:
    origin = {"central": 4.0, "assumed": "a guess", "source": None}
    level = "low" if value < 4 else "high"
    return {"path": "reward.half", "level": level, "value": value, "gain": interval(gain), "best": best, **origin}


def found(**changes: Any) -> dict[str, Any]:
    points = [
        point(15.0, 100.0, in_file=True),
        point(5.0, 150.0, best=True, as_good=True, named=False),
        point(10.0, 149.0, as_good=True),
    ]
    return {
        "scenario": "h",
        "title": "",
        "currency": "yuan",
        "seed": 1,
        "replications": 9,
        "customers": 1100,
        "horizon_days": 365,
        "policy": "programme",
        "objective": "net_value_with_residual_per_customer",
        "definitions": {name: {"wording": "", "unit": unit} for name, unit in UNITS.items()},
        "varied": [{"path": PATH, "in_file": 15.0, "values": [5.0, 10.0], "decided": True}],
        "points": points,
        "best": 1,
        "rival": 0,
        "edges": [{"path": PATH, "side": "lower"}],
        "doubt_replications": 5,
        "doubt": [world(1.0, 30.0, 1), world(12.0, 80.0, 2)],
        **changes,
    }


def test_the_answer_names_everything_it_should() -> None:
    said = list(answer_words(found()))
    assert said[0].startswith("Best is 5 (the file has 15): 50.0 yuan (run doubt 49.0 to 51.0) more net value")
    assert "churn falls by 1.0 points and cost a customer falls by 2.00 yuan" in said[0]
    assert said[1].startswith("Not told apart from it by 9 replications: 10 (the truly best")
    assert said[2].startswith("Nobody had asked for it: neither the file nor one of its experiments names 5.")
    assert said[3] == f"It is the lowest value of {PATH}: lower ones may be better."
    assert said[4] == "Within the horizon alone 15 would be best."
    # the world in which another value is best comes before the one that leaves less of the gain
    assert said[5].startswith("Assumption doubt: least is left of the gain at reward.half = 12 instead of 4: 80.0 yuan")
    assert said[5].endswith("and 10 is best. That number is assumed: a guess.")
    assert said[6] == "Another value is best in 1 of 2 such worlds: reward.half = 12 (10)."


def test_the_files_value_is_kept_by_its_lead_over_the_next() -> None:
    points = [point(15.0, 100.0, in_file=True, best=True, as_good=True), point(5.0, 60.0)]
    said = list(answer_words(found(points=points, best=0, rival=1, edges=[], doubt=[])))
    assert said[0].startswith("Keep 15, as in the file: the next best, 5, has 40.0 yuan (run doubt 39.0 to 41.0) less")
    assert said[1] == "Every other value is worse beyond run doubt (95% for all together)."
    assert said[-1] == "No number of this scenario carries a range, so nothing can be said of assumption doubt."


def test_values_that_change_nothing_are_said_to() -> None:
    points = [point(15.0, 100.0, in_file=True, best=True), point(5.0, 100.0, in_file=True)]
    said = list(answer_words(found(points=points, best=0, rival=1)))
    assert said == ["None of these values changes anything that is counted, under the policy “programme”."]


def test_a_number_of_the_world_is_told_from_one_of_the_firm() -> None:
    varied = [{"path": "money.x", "in_file": 1.0, "values": [2.0], "decided": False}]
    assert "does not decide money.x" in list(setting_words(found(varied=varied)))[-1]
    assert "day 0 is the same" in list(setting_words(found()))[-1]
    assert question_words(found()) == f"What if {PATH} were 5 or 10?"


def test_tables_hold_a_row_a_value_and_csv_every_number() -> None:
    shown = differences_table(found())
    assert shown is not None
    assert [row.cells[0].value for row in shown.rows] == ["5", "10"]
    assert shown.rows[0].cells[1].value == "−1.0"
    assert whatif_csv(found()).splitlines()[2].startswith("5.0,False,True,False,True,True,0.3,")
    assert doubt_csv(found()).splitlines()[2] == "reward.half,high,12.0,4.0,80.0,79.0,81.0,run,,10.0,False,a guess,"


def test_curves_are_drawn_for_numbers_and_choices_and_not_for_one_value() -> None:
    assert list(draw_whatif(found())) == ["curve_1"]
    words = [{"path": "a.b", "in_file": None, "values": ["gold"], "decided": True}]
    points = [point(None, 100.0, in_file=True), point("gold", 120.0, best=True)]
    assert list(draw_whatif(found(varied=words, points=points))) == ["curve_1"]
    assert draw_whatif(found(points=[point(15.0, 100.0, in_file=True)], best=0)) == {}
