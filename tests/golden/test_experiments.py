"""The page of experiments was made from the files that stand here."""

import pytest

from sim.scenario.experiment_schema import Question
from sim.scenario.load import load_experiment, load_scenario
from tests.golden.experiments_page import PAGE, Study, aims, standing, studies


def test_every_experiment_is_on_the_page_as_its_files_are_now() -> None:
    # a change detector: after a change of a scenario or an experiment, `make experiments` runs them anew
    page = PAGE.read_text(encoding="utf-8")
    sections = page.split("\n## ")[1:]
    made = [
        (f"sim {' '.join(study.command)}", f"<!-- made from {study.made_from} -->") for study in [*studies(), *aims()]
    ]
    assert len(sections) == len(made)
    for (command, mark), section in zip(made, sections, strict=True):
        assert command in section
        assert mark in section


@pytest.mark.parametrize("key", ["starts", "looks", "doses", "factorial", "equivalence", "follow_up_days", "inject"])
def test_what_a_trial_can_be_is_shown_by_one_that_ships(key: str) -> None:
    """Catches a way to make a trial that nobody who reads the shipped ones would meet."""
    assert any(getattr(asked(study), key, None) for study in studies())


def test_arms_are_dealt_to_every_unit_by_one_that_ships() -> None:
    assert {asked(study).unit for study in studies()} == {"customer", "circle", "firm"}


def test_a_section_stands_only_while_its_files_are_as_they_were() -> None:
    """Catches a page that keeps the answer of other files, or of another command."""
    first = next(studies())
    mark, command = f"<!-- made from {first.made_from} -->", f"    sim {' '.join(first.command)}"
    kept = standing(PAGE, mark, command)
    assert kept is not None
    assert kept in PAGE.read_text(encoding="utf-8")
    assert standing(PAGE, mark.replace("from", "of"), command) is None
    assert standing(PAGE, mark, f"{command} --seed 2") is None


def asked(study: Study) -> Question:
    return load_experiment(study.experiment, load_scenario(study.scenario)).value
