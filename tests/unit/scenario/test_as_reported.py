"""Company H as reported is company H in everything but how strong its programme is, and what was fitted by that."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.load import load_scenario
from sim.scenario.loaded import Loaded, leaves
from sim.scenario.schema import Scenario

SCENARIOS = Path(__file__).parents[3] / "scenarios"
FITTED = ("contacts.effect.max_reduction", "reward.max_reduction")
AIMED_AT = "H-15.annual_churn_after"


@pytest.fixture(scope="module")
def cautious() -> Loaded[Scenario]:
    return load_scenario(SCENARIOS / "h_broadband.yaml")


@pytest.fixture(scope="module")
def reported() -> Loaded[Scenario]:
    return load_scenario(SCENARIOS / "h_as_reported.yaml")


def values(world: Loaded[Scenario]) -> dict[str, Any]:
    """Every value of the world by its path, but for what is aimed at and how figures are judged."""
    tree = {key: block for key, block in world.tree().items() if key not in ("targets", "validation")}
    found: dict[str, Any] = {}
    for name, path in leaves(tree).items():
        value: Any = tree
        for part in path:
            value = value[part]
        found[name] = value
    return found


def test_no_other_number_differs(cautious: Loaded[Scenario], reported: Loaded[Scenario]) -> None:
    """Catches a number that is changed in one of the two files and forgotten in the other."""
    one, other = values(cautious), values(reported)
    differing = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert differing == {"name", "title", *FITTED}
    assert other[FITTED[0]] == other[FITTED[1]]


def test_no_other_origin_differs(cautious: Loaded[Scenario], reported: Loaded[Scenario]) -> None:
    """Catches a source, a reason or a range that is changed in one of the two files and forgotten in the other."""
    one, other = (
        {
            name: replace(origin, line=0, mark=None)
            for name, origin in world.provenance.items()
            if not name.startswith("targets.")
        }
        for world in (cautious, reported)
    )
    assert {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)} == {*FITTED}


def test_its_ranges_reach_from_the_cautious_number_to_all_of_the_rate(
    cautious: Loaded[Scenario], reported: Loaded[Scenario]
) -> None:
    """Catches a doubt that does not ask what the answer would be with the cautious effects."""
    for name in FITTED:
        origin = reported.provenance[name]
        assert (origin.low, origin.high) == (cautious.provenance[name].central, 1.0)
        assert cautious.provenance[name].mark is None


def test_the_figures_are_the_same_but_some_are_fitted_here(
    cautious: Loaded[Scenario], reported: Loaded[Scenario]
) -> None:
    """Catches a figure that is compared in one world only, and one that is called predicted though it was fitted."""
    assert [target.fact for target in reported.value.targets] == [AIMED_AT]
    assert AIMED_AT not in [target.fact for target in cautious.value.targets]
    fitted = set()
    for one, other in zip(cautious.value.validation, reported.value.validation, strict=True):
        assert other.model_copy(update={"kind": one.kind, "note": one.note}) == one
        if one.kind != other.kind:
            assert (one.kind, other.kind) == ("predicted", "fitted")
            fitted.add(one.quantity)
    assert fitted == {"year2.annual_churn", "change.annual_churn.drop", "effect.annual_churn.drop"}
