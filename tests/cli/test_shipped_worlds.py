"""`sim validate` and `sim calibrate` on every scenario that is shipped, at a reduced size."""

from pathlib import Path

import pytest

from sim.cli.main import outcome
from sim.planning.parameters import Parameters
from sim.scenario.load import load_scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
NAMES = [file.stem for file in SCENARIOS]


@pytest.mark.parametrize("file", SCENARIOS, ids=NAMES)
def test_validate(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["validate", str(file), "--replications", "39", "--jobs", "1"]) == 0
    text = capsys.readouterr().out
    compared = [check for check in load_scenario(file).value.validation if check.compare != "beside"]
    assert f"Of {len(compared)} figures" in text
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize("file", SCENARIOS, ids=NAMES)
def test_calibrate(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = load_scenario(file)
    parameters = Parameters(world).free
    fits = bool(parameters) and bool(world.value.targets)
    assert outcome(["calibrate", str(file), "--replications", "10", "--jobs", "1"]) == (0 if fits else 2)
    printed = capsys.readouterr()
    if fits:
        assert all(one.path[:20] in printed.out for one in parameters)  # a long path is folded
        assert max(len(line) for line in printed.out.splitlines()) <= 100
