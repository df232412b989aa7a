"""The pages of keys are those that the schema makes, and nothing on them is without words."""

from pathlib import Path

import pytest

from sim.scenario.experiment_schema import Experiment, FirmQuestion
from sim.scenario.keys import keys_of, load_words
from sim.scenario.kinds import Block
from sim.scenario.schema import Scenario
from tests.golden import reference_pages

FILES: tuple[type[Block], ...] = (Scenario, Experiment, FirmQuestion)


@pytest.mark.parametrize("page", reference_pages.PAGES, ids=lambda page: str(page.name))
def test_the_page_is_made_from_its_source(page: Path) -> None:
    # a change detector: after a change of the schema, of its words or of the register, `make reference` writes it anew
    assert page.read_text(encoding="utf-8") == reference_pages.PAGES[page]()


@pytest.mark.parametrize("model", FILES)
def test_every_key_has_words(model: type[Block]) -> None:
    """Catches a new key for which `sim/scenario/keys.yaml` has no line."""
    assert [".".join(key.path) for key in keys_of(model) if not key.meaning] == []


def test_words_are_only_of_keys_that_exist() -> None:
    """Catches a key that was renamed or taken away, but not in `keys.yaml`."""
    blocks: list[type[Block]] = [Block]
    for block in blocks:
        blocks += block.__subclasses__()
    names = {block.__name__: block for block in blocks}
    for name, words in load_words().blocks.items():
        keys = {field.alias or key for key, field in names[name].model_fields.items()}
        assert words.keys() <= keys, name


def test_laws_are_sections_of_the_model() -> None:
    laws = load_words().laws
    assert laws["scenario"].keys() <= Scenario.model_fields.keys()
    known = reference_pages.sections().keys()
    named = {number for kind in laws.values() for numbers in kind.values() for number in numbers}
    assert named <= known
    # all but the table of states, the order at one moment, and randomness, which no key of a scenario sets
    assert known - named <= {9}
