"""A small world and trial to change, and the way to load a text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario.load import load_scenario
from sim.scenario.loaded import Loaded
from sim.scenario.schema import Scenario

BAD = Path(__file__).with_name("bad")
LoadWorld = Callable[..., Loaded[Scenario]]


@pytest.fixture
def load_world(tmp_path: Path) -> LoadWorld:
    """Load the small world with texts replaced: ``load_world((old, new), ...)``."""

    def load(*changes: tuple[str, str]) -> Loaded[Scenario]:
        text = (BAD / "world.yaml").read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "world.yaml"
        file.write_text(text)
        (tmp_path / "trial.yaml").write_text((BAD / "trial.yaml").read_text())
        return load_scenario(file)

    return load
