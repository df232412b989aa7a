"""The register of facts."""

from pathlib import Path

import pytest

from sim.scenario.facts import facts_page, load_facts, load_register


def test_every_fact_of_the_sources_is_there() -> None:
    numbers = {"H": 20, "X": 10, "W": 11, "V": 9, "M": 8, "P": 11}
    wanted = [f"{letter}-{number:02d}" for letter, last in numbers.items() for number in range(1, last + 1)]
    assert list(load_facts()) == wanted
    assert list(load_register().groups) == list(numbers)


def test_figures_have_names_of_their_own_and_finite_values() -> None:
    for fact in load_facts().values():
        names = [figure.name for figure in fact.figures]
        assert len(set(names)) == len(names)


def test_a_figure_is_found_by_its_name() -> None:
    fact = load_facts()["H-01"]
    assert fact.figure("lost_per_year").value == 334
    assert fact.figure("annual_churn_computed").value == pytest.approx(334 / 1100, abs=5e-4)
    with pytest.raises(KeyError):
        fact.figure("lost")


def test_shares_of_one_whole_add_up() -> None:
    facts = load_facts()
    wholes = {
        "H-03": ("very_satisfied", "satisfied", "dissatisfied"),
        "H-04": ("share_m1_to_2", "share_m2_to_10", "share_others"),
        "H-05": ("under_3_months", "months_3_to_12", "over_12_months"),
        "X-02": ("to_other_operator", "inside_network", "need_gone"),
    }
    for name, parts in wholes.items():
        assert sum(facts[name].figure(part).value for part in parts) == pytest.approx(1)


def test_the_page_is_up_to_date(root: Path) -> None:
    assert (root / "docs" / "facts.md").read_text(encoding="utf-8") == facts_page()
