"""What an arm of a question about the firm may set, and how it is read."""

from pathlib import Path

import pytest

from sim.scenario.experiment_schema import FirmArm, FirmQuestion
from sim.scenario.load import load_experiment
from sim.scenario.problems import InputProblems
from sim.scenario.terms import FIRM_DECIDES, firm_paths, under_terms
from tests.worlds import firm_question, load_quiet, load_with_desk


def test_values_are_of_the_kinds_that_their_places_have() -> None:
    terms = {
        "desk.service_minutes": "15 minutes",
        "desk.patience_minutes": None,
        "desk.reasons": ["competitor", "need_gone"],
        "base.commission_yuan": 3,
        "desk.success_share": "45%",
    }
    scenario = load_with_desk()
    question = firm_question(scenario, {"as_is": {}, "other": {"set": terms}}).value
    assert isinstance(question, FirmQuestion)
    desk = under_terms(scenario.value, question.arms["other"].set).desk
    assert desk is not None
    assert (desk.service_minutes, desk.patience_minutes, desk.success_share) == (15.0, None, 0.45)
    assert desk.reasons == ("competitor", "need_gone")
    assert desk.seats == 2
    assert under_terms(scenario.value, {}) == scenario.value


def test_an_arm_keeps_a_value_that_says_there_is_none() -> None:
    arm = FirmArm(set={"desk.patience_minutes": None})
    assert arm.model_dump(exclude_none=True, mode="json")["set"] == {"desk.patience_minutes": None}


def test_it_can_be_written_and_read_again(tmp_path: Path) -> None:
    scenario = load_with_desk()
    terms = {"desk.seats": 4, "desk.reasons": ["need_gone"], "desk.priority": "tier", "desk.patience_minutes": None}
    question = firm_question(scenario, {"as_is": {}, "other": {"set": terms}})
    file = tmp_path / "again.yaml"
    file.write_text(question.resolved_yaml(), encoding="utf-8")
    assert load_experiment(file, scenario).value == question.value


def test_a_firm_decides_on_its_own_promotions_and_never_whose_they_are() -> None:
    offer = {"strength": 1.0, "recurring": {"first": "2010-02-01", "every_days": 100, "lasts_days": 10}}
    scenario = load_quiet(
        number_change={"per_month": {"growth": 0.1}, "fee_drop_share": 0.1},
        promotions={"theirs": offer, "own": offer | {"ours": True}},
    )
    found = firm_paths(scenario.tree())
    assert {path for path in found if path.startswith("promotions")} >= {"promotions.own.recurring.every_days"}
    assert not any(path.startswith("promotions.theirs") or path.endswith(".ours") for path in found)
    assert {path for path in found if not path.startswith("promotions")} == {
        "base.commission_yuan",
        "number_change.commission_yuan",
    }


def test_every_place_that_this_scenario_has_leads_somewhere() -> None:
    """Catches a misspelt block among those that a firm decides on."""
    scenario = load_with_desk()
    found = firm_paths(scenario.tree())
    there = [place for place in FIRM_DECIDES if place.split(".")[0] in scenario.tree()]
    assert set(there) >= {"desk", "billing", "team", "base.commission_yuan", "number_change.commission_yuan"}
    assert all(any(path.startswith(place) for path in found) for place in ("desk", "base.commission_yuan"))


def test_a_world_without_a_desk_measures_none() -> None:
    scenario = load_quiet(residual={"months": 1, "discount_per_year": 0.1})
    metrics = ["net_value_with_residual_per_customer", "mean_wait_minutes"]
    with pytest.raises(InputProblems, match=r"metrics.1: got 'mean_wait_minutes', must be another metric, because"):
        firm_question(scenario, {"one": {}, "other": {}}, metrics=metrics)
