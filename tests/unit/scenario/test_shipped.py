"""Every scenario and experiment that the project ships."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli.check import check
from sim.scenario.experiment_schema import Experiment
from sim.scenario.load import experiment_files, load_experiment, load_experiments, load_scenario
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parents[3]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
EXPERIMENTS = sorted((ROOT / "experiments").glob("*.yaml"))
NAMES = [file.stem for file in SCENARIOS]


@pytest.mark.parametrize("file", SCENARIOS, ids=NAMES)
def test_every_number_has_a_source_or_is_assumed(file: Path) -> None:
    scenario = load_scenario(file)
    for loaded in (scenario, *load_experiments(scenario)):
        assert [path for path, origin in loaded.provenance.items() if not origin.founded] == []


@pytest.mark.parametrize("file", SCENARIOS, ids=NAMES)
def test_it_says_what_it_is(file: Path) -> None:
    scenario = load_scenario(file)
    assert scenario.value.name == file.stem
    assert scenario.value.title
    assert scenario.source_text.startswith("# ")


@pytest.mark.parametrize("file", SCENARIOS, ids=NAMES)
def test_the_resolved_file_loads_to_the_same(file: Path, tmp_path: Path) -> None:
    scenario = load_scenario(file)
    again = tmp_path / "again.yaml"
    again.write_text(scenario.resolved_yaml(), encoding="utf-8")
    assert load_scenario(again).value == scenario.value


@pytest.mark.parametrize("file", SCENARIOS, ids=NAMES)
def test_check_shows_it_within_100_columns(file: Path) -> None:
    result = CliRunner().invoke(check, [str(file)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    for words in ("Segments", "Policies", "Assumed", "From a source", "Every number has a source"):
        assert words in result.stdout


@pytest.mark.parametrize("file", EXPERIMENTS, ids=[file.stem for file in EXPERIMENTS])
def test_every_experiment_can_be_made_in_a_shipped_scenario(file: Path) -> None:
    made = [experiment for world in map(load_scenario, SCENARIOS) for experiment in _fitting(file, world)]
    assert made
    assert made[0].value.name == file.stem
    assert made[0].source_text.startswith("# ")
    assert [path for path, origin in made[0].provenance.items() if not origin.founded] == []


def _fitting(file: Path, world: Loaded[Scenario]) -> list[Loaded[Experiment]]:
    """The experiment where the world has what it needs; one that a scenario lists must fit it."""
    try:
        return [load_experiment(file, world)]
    except InputProblems:
        assert file.resolve() not in [path.resolve() for path in experiment_files(world)]
        return []


def test_reading_a_scenario_needs_nothing_heavy() -> None:
    program = (
        "import sys; from sim.scenario.load import load_scenario, load_experiments;"
        f"load_experiments(load_scenario({str(SCENARIOS[0])!r}));"
        "print([name for name in ('numpy', 'scipy', 'pandas', 'numba', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
