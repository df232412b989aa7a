"""The validation table: complete, and honest about what was fitted."""

from pathlib import Path

import numpy as np
import pytest

from sim.experiment.history import live_history
from sim.experiment.start import draw_start
from sim.planning.quantities import total
from sim.planning.validate import live_validation, validate
from sim.scenario.aims import reported, tolerance
from sim.scenario.facts import load_facts
from sim.scenario.load import load_scenario

SCENARIO = load_scenario(Path(__file__).resolve().parents[3] / "scenarios" / "h_broadband.yaml")
REPLICATIONS = 40


@pytest.fixture(scope="module")
def quantities() -> dict[str, np.ndarray]:
    start = draw_start(SCENARIO.value, 3, np.arange(REPLICATIONS))
    return live_history(start, "before", "programme")


@pytest.fixture(scope="module")
def table(quantities: dict[str, np.ndarray]) -> list[dict[str, object]]:
    return validate(SCENARIO.value, quantities)


def test_every_figure_of_company_h_is_in_the_table() -> None:
    # catches a fact that is left out because it does not fit
    figures = {f"{name}.{f.name}" for name, fact in load_facts().items() if name[0] == "H" for f in fact.figures}
    assert figures <= {check.fact for check in SCENARIO.value.validation}


@pytest.mark.parametrize(
    ("world", "facts"),
    [
        ("high_value_wars", ("V-",)),
        ("china_mobile_winback", ("M-",)),
        ("published_recommendation", ("P-01",)),
        ("published_friends", ("P-02",)),
        ("published_high_end", ("P-07",)),
    ],
)
def test_every_figure_that_a_world_is_made_for_is_in_its_table(world: str, facts: tuple[str, ...]) -> None:
    # catches a figure that is left out because it does not fit
    named = {f"{name}.{f.name}" for name, fact in load_facts().items() if name.startswith(facts) for f in fact.figures}
    scenario = load_scenario(SCENARIO.file.parent / f"{world}.yaml")
    assert named
    assert named <= {check.fact for check in scenario.value.validation}


def test_what_was_fitted_to_is_never_called_predicted() -> None:
    # catches a prediction that was put in by the fit
    fitted_quantities = {target.quantity for target in SCENARIO.value.targets}
    for check in SCENARIO.value.validation:
        if check.quantity in fitted_quantities:
            assert check.kind in ("fitted", "given"), check


def test_the_shipped_values_reach_what_they_were_fitted_to(quantities: dict[str, np.ndarray]) -> None:
    # catches a shipped value that `sim calibrate` did not give; four standard errors of the mean on either side
    for target in SCENARIO.value.targets:
        values = total(target.quantity, quantities)
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean() - reported(target)) < 4 * error + tolerance(target), target


def test_a_row_without_a_quantity_is_refused_with_its_reason(table: list[dict[str, object]]) -> None:
    for check, row in zip(SCENARIO.value.validation, table, strict=True):
        assert row["reported"] is not None
        assert row["held"] == (check.quantity is not None)
        if check.quantity is None:
            assert row["simulated"] == {"refused": check.note}
            assert row["within"] is None


def test_within_means_inside_the_prediction_interval(table: list[dict[str, object]]) -> None:
    for row in table:
        simulated = row["simulated"]
        assert isinstance(simulated, dict)
        if "value" in simulated and row["compare"] == "equal":
            assert row["within"] == (simulated["low"] <= row["reported"] <= simulated["high"])


def test_change_is_effect_and_ageing(quantities: dict[str, np.ndarray]) -> None:
    # catches a twin year that is not the same year
    for name in ("annual_churn", "revenue"):
        parts = quantities[f"effect.{name}"] + quantities[f"ageing.{name}"]
        np.testing.assert_allclose(quantities[f"change.{name}"], parts)


def test_an_unknown_quantity_is_named(quantities: dict[str, np.ndarray]) -> None:
    check = SCENARIO.value.validation[0].model_copy(update={"quantity": "year1.churn_of_nobody"})
    scenario = SCENARIO.value.model_copy(update={"validation": (check,)})
    with pytest.raises(ValueError, match="churn_of_nobody"):
        validate(scenario, quantities)


def test_the_table_is_the_same_for_any_number_of_processes() -> None:
    world = SCENARIO.with_value("customers", 100)
    one, two = (live_validation(world, seed=4, replications=40, jobs=jobs) for jobs in (1, 2))
    assert one == two


def test_contradictions_have_a_row_each(table: list[dict[str, object]]) -> None:
    # catches a source's contradiction that was smoothed: 31% or 30.4%, 27% or 25.8%, gold's 24% read two ways
    found = [(row["fact"], row["reported"]) for row in table if row["compare"] != "beside"]
    for pair in (("H-01", 0.31), ("H-01", 0.304), ("H-15", 0.27), ("H-15", 0.258)):
        assert found.count(pair) == 1
    assert found.count(("H-09", 0.24)) == 2
