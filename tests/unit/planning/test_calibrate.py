"""Calibration on small worlds whose answer is known: recovery, what is not identified, bounds, weights."""

from typing import Any

import numpy as np
import pytest

from sim.planning.calibrate import Calibration, calibrate
from sim.report.calibration_view import parameters_table, sentences, targets_table
from sim.scenario.problems import Impossible, InputProblems
from tests.family import Family, seed
from tests.worlds import leaving, load_quiet

STABLE = "leaving.competitor.per_month.stable"
YEAR = "year1.churn_of_those_there"
SEGMENTS = {"small": {"share": 0.5}, "big": {"share": 0.5}}


def rate(value: float, low: float = 0.001, high: float = 1.0) -> dict[str, Any]:
    """A `leaving:` block with one rate that may move."""
    return {"competitor": {"per_month": {"stable": {"value": value, "calibrate": [low, high]}}}}


def churn(share: float, **how: Any) -> dict[str, Any]:
    return {"quantity": YEAR, "reported": share, **how}


def fit(*, at: int = 1, replications: int = 40, jobs: int = 1, **blocks: Any) -> Calibration:
    return calibrate(load_quiet(**blocks), seed=at, replications=replications, jobs=jobs)


def words(found: Calibration) -> str:
    return " ".join(sentences(found))


def test_a_rate_is_found_from_the_churn_that_it_makes() -> None:
    # closed form: a constant hazard h loses 1 - exp(-12 h) of a base in a year
    found = fit(leaving=rate(0.2), targets=[churn(1 - np.exp(-12 * 0.03))])
    (one,) = found.fitted
    assert one.interval is not None
    half = (one.interval.high - one.interval.low) / 2
    assert abs(one.value - 0.03) < 2.5 * half < 0.005
    assert found.met
    assert found.values == {STABLE: one.value}
    assert "Every target is met within its tolerance" in words(found)


def test_known_parameters_are_recovered_within_the_stated_error(family: Family) -> None:
    # targets are simulated in a world whose parameters are known, then fitted from far away with other draws
    truth = {"segments.small.risk_factor": 0.7, "segments.big.risk_factor": 1.6}
    very = "satisfaction.joining_share.very"

    def world(small: float, big: float, share: float, targets: list[dict[str, Any]]) -> dict[str, Any]:
        factors = {"small": small, "big": big}
        return {
            "segments": {
                name: one | {"risk_factor": {"value": factors[name], "calibrate": [0.05, 20]}}
                for name, one in SEGMENTS.items()
            },
            "satisfaction": {
                "joining_share": {
                    "very": {"value": share, "calibrate": [0.01, 0.9]},
                    "satisfied": {"value": round(1 - share, 6), "calibrate": "rest"},
                    "dissatisfied": 0.0,
                }
            },
            "leaving": leaving(competitor=0.03),
            "targets": targets,
        }

    quantities = ["year1.annual_churn.small", "year1.annual_churn.big", "day0.satisfaction.very"]
    first = seed("calibration: recovery")
    misses: list[list[float]] = []
    for number in range(40):
        reached = simulated(world(0.7, 1.6, 0.4, []), quantities, first + 2 * number)
        targets = [{"quantity": name, "reported": value} for name, value in zip(quantities, reached, strict=True)]
        found = fit(at=first + 2 * number + 1, replications=20, **world(2.0, 0.3, 0.1, targets))
        misses.append([])
        for one, true in zip(found.fitted, [*truth.values(), 0.4], strict=True):
            assert one.interval is not None
            error = np.log(one.interval.high / one.interval.low) / (2 * 1.959964)
            misses[-1].append(np.log(one.value / true) / (np.sqrt(2) * error))  # the targets have as much noise
    assert [one.parameter.path for one in found.fitted] == [*truth, very]
    for name, column in zip(("small", "big", "very"), np.transpose(misses), strict=True):
        family.mean(f"calibration: recovery of {name}", column, 0.0)
    family.rate("calibration: coverage of fitted values", np.abs(misses) < 1.959964, "is", 0.95)


def simulated(blocks: dict[str, Any], quantities: list[str], at: int) -> list[float]:
    from sim.planning.quantities import live_quantities

    lived = live_quantities(load_quiet(**blocks).value, 1, at, np.arange(20))
    return [float(lived[name].mean()) for name in quantities]


def test_two_parameters_that_act_only_as_a_product_are_named() -> None:
    law = rate(0.05)
    law["competitor"]["tenure_shape"] = "flat"
    shapes = {"flat": {"steps": [{"from_month": 0, "factor": {"value": 2, "calibrate": [0.1, 10]}}]}}
    found = fit(leaving=law, tenure_shapes=shapes, targets=[churn(0.3)])
    fitted, held = sorted(found.fitted, key=lambda one: one.state)
    factor = "tenure_shapes.flat.steps.0.factor"
    assert {fitted.parameter.path, held.parameter.path} == {STABLE, factor}
    assert held.value == held.parameter.start
    assert set(held.among) == {STABLE, factor}
    assert found.met
    assert held.parameter.path not in found.values
    assert "which the targets tell only together" in words(found)
    assert STABLE in words(found)
    assert factor in words(found)


def test_a_parameter_that_acts_on_nothing_is_named_and_stays() -> None:
    law = rate(0.05)
    law["competitor"]["per_month"]["warning"] = {"value": 0.4, "calibrate": [0.1, 2]}  # nobody is ever warned
    found = fit(leaving=law, targets=[churn(0.3)])
    state = {one.parameter.path: (one.state, one.value) for one in found.fitted}
    assert state["leaving.competitor.per_month.warning"] == ("held", 0.4)
    assert state[STABLE][0] == "fitted"
    assert "Not identified: leaving.competitor.per_month.warning. This parameter moves no target" in words(found)


def test_more_parameters_than_targets_leaves_some_at_the_start() -> None:
    segments = {name: one | {"risk_factor": {"value": 1, "calibrate": [0.1, 10]}} for name, one in SEGMENTS.items()}
    found = fit(segments=segments, leaving=leaving(competitor=0.03), targets=[churn(0.5)])
    assert sorted(one.state for one in found.fitted) == ["fitted", "held"]
    assert found.met


def test_nothing_to_identify_leaves_the_file_as_it_is() -> None:
    found = fit(leaving=rate(0.05), targets=[{"quantity": "day0.customers", "reported": 90}])
    assert found.values == {}
    assert [one.state for one in found.fitted] == ["held"]
    assert "Not met within its tolerance: day0.customers" in words(found)


@pytest.mark.parametrize(("low", "high", "at"), [(0.001, 0.02, "upper"), (0.05, 0.5, "lower")])
def test_bounds_hold_and_are_said(low: float, high: float, at: str) -> None:
    found = fit(leaving=rate((low + high) / 2, low, high), targets=[churn(1 - np.exp(-12 * 0.03))])
    (one,) = found.fitted
    assert one.value == (high if at == "upper" else low)
    assert one.state == f"at its {at} bound"
    assert not found.met
    assert f"{STABLE} ended at its {at} bound" in words(found)


def test_contradicting_targets_are_met_by_their_tolerances() -> None:
    # 0.30 with tolerance 0.01 weighs four times as much as 0.40 with 0.02: least squares reach 0.32
    targets = [churn(0.30, tolerance=0.01), churn(0.40, tolerance=0.02)]
    found = fit(leaving=rate(0.05), targets=targets)
    one, other = (aim.reached.plain()["value"] for aim in found.aims)
    assert one == other == pytest.approx(0.32, abs=0.004)


def test_parameters_that_follow_and_rests_move_along() -> None:
    segments = {
        "small": {"share": 0.5, "risk_factor": {"value": 1, "calibrate": [0.1, 10]}},
        "big": {"share": 0.5, "risk_factor": {"value": 1, "calibrate": {"same_as": "segments.small.risk_factor"}}},
    }
    shares = {
        "very": {"value": 0.1, "calibrate": [0.01, 0.5]},
        "satisfied": {"value": 0.8, "calibrate": "rest"},
        "dissatisfied": {"value": 0.1, "calibrate": [0.01, 0.5]},
    }
    found = fit(
        segments=segments,
        satisfaction={"joining_share": shares},
        leaving=leaving(competitor=0.03),
        targets=[
            churn(0.5),
            {"quantity": "day0.satisfaction.very", "reported": 0.2},
            {"quantity": "day0.satisfaction.dissatisfied", "reported": 0.3},
        ],
    )
    values = found.values
    assert found.met
    assert values["segments.small.risk_factor"] == values["segments.big.risk_factor"] > 1
    levels = [values[f"satisfaction.joining_share.{level}"] for level in shares]
    assert sum(levels) == pytest.approx(1.0, abs=1e-12)
    assert found.rests == {"satisfaction.joining_share.satisfied": (0.8, levels[1])}


def test_processes_do_not_matter() -> None:
    blocks = {"leaving": rate(0.2), "targets": [churn(0.3)]}
    one, two = (fit(jobs=jobs, **blocks) for jobs in (1, 2))
    for field in ("aims", "fitted", "singular", "values", "steps", "worlds"):
        assert getattr(one, field) == getattr(two, field)


def test_what_is_met_already_is_left_alone() -> None:
    # a second calibration of a calibrated file changes nothing
    first = fit(leaving=rate(0.2), targets=[churn(0.3)])
    again = fit(leaving=rate(first.values[STABLE]), targets=[churn(0.3)])
    assert again.values == {}
    assert again.steps == 1


def test_a_world_that_nobody_survives_is_stepped_back_from(monkeypatch: pytest.MonkeyPatch) -> None:
    # the way to the target leads over rates at which no base of three years' tenure exists
    monkeypatch.setattr("sim.customer.base.LIVES", 200)
    base = {"tenure_mix": {"bands": [{"from_month": 36, "to_month": 37, "share": 1.0}]}}
    found = fit(base=base, customers=20, leaving=rate(0.02, 0.001, 50.0), targets=[churn(0.97)])
    assert 0.05 < found.fitted[0].value < 1.0


@pytest.mark.parametrize(
    ("blocks", "lines"),
    [
        ({"targets": [churn(0.3)]}, ["got no parameter with calibrate: [low, high]"]),
        ({"leaving": rate(0.05)}, ["targets: got nothing, must be given"]),
        ({}, ["got no parameter", "targets: got nothing"]),
        (
            {"leaving": rate(0.05), "targets": [{"quantity": "year1.churn", "reported": 1}]},
            ["targets.0.quantity: got 'year1.churn'"],
        ),
    ],
)
def test_bad_input_is_a_line_each(blocks: dict[str, Any], lines: list[str]) -> None:
    with pytest.raises(InputProblems) as caught:
        fit(**blocks)
    assert len(caught.value.problems) == len(lines)
    for problem, line in zip(caught.value.problems, lines, strict=True):
        assert line in str(problem)


def test_a_target_of_whom_there_is_nobody_is_named() -> None:
    target = {"quantity": "year1.churn_solved", "reported": 0.1}
    with pytest.raises(Impossible, match="anybody to count for year1"):
        fit(leaving=rate(0.05), targets=[target])


def test_the_tables_tell_start_and_end() -> None:
    found = fit(leaving=rate(0.2), targets=[churn(0.3)])
    targets, parameters = targets_table(found), parameters_table(found)
    assert targets is not None
    assert parameters is not None
    assert [cell.value for cell in targets.rows[0].cells][:2] == [YEAR, "0.3"]
    row = [cell.value for cell in parameters.rows[0].cells]
    assert (row[0], row[1], row[3], row[4]) == (STABLE, "0.2", "0.001 to 1", "fitted")
