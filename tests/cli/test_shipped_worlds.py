"""`sim validate`, `sim calibrate` and `sim run` on everything that is shipped, at a reduced size."""

import json
from pathlib import Path

import pytest

from sim.cli.main import outcome
from sim.planning.parameters import Parameters
from sim.scenario.load import load_scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
NAMES = [file.stem for file in SCENARIOS]
# Experiments that no scenario lists, so that `make run` stays short, by the scenario they are made for.
UNLISTED = {"commission_terms": "handan_unicom", "gift_match": "h_broadband", "reward_cadence": "h_broadband"}


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


@pytest.mark.parametrize("file", SCENARIOS, ids=NAMES)
def test_run(file: Path, tmp_path: Path) -> None:
    """Every listed experiment is answered, and each arm's lines add up to its revenue, cost and net value."""
    out = tmp_path / "run"
    size = ["--replications", "3", "--customers", "200", "--jobs", "1"]
    scenario = load_scenario(file).value
    answered = outcome(["run", str(file), *size, "--out", str(out)])
    assert answered == (0 if scenario.experiments else 2)  # a world that lists none has nothing to answer
    if not scenario.experiments:
        return
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["experiments"]) == len(scenario.experiments)
    for arm in (arm for experiment in summary["experiments"] for arm in experiment["arms"]):
        lines, metrics = arm["ledger"], {name: of["value"] for name, of in arm["metrics"].items() if "value" in of}
        revenue = lines["list"] - lines["forgone"] + lines["penalty"]
        cost = sum(lines.values()) - lines["list"] - lines["penalty"]
        net = scenario.money.margin_share * lines["list"] + lines["penalty"] - cost
        for name, value in (("revenue", revenue), ("cost", cost), ("net_value", net)):
            # to a fen a customer: the margin is rounded replication by replication
            assert metrics.get(f"{name}_per_customer", value) == pytest.approx(value, abs=0.01)


@pytest.mark.parametrize("name", UNLISTED)
def test_run_of_an_experiment_that_no_scenario_lists(name: str, tmp_path: Path) -> None:
    """Catches an experiment that can be checked but not run, and one whose arms are all the same."""
    root = SCENARIOS[0].parents[1]
    files = [str(root / "scenarios" / f"{UNLISTED[name]}.yaml"), "-e", str(root / "experiments" / f"{name}.yaml")]
    out = tmp_path / "run"
    assert outcome(["run", *files, "--replications", "3", "--jobs", "1", "--out", str(out)]) == 0
    (experiment,) = json.loads((out / "summary.json").read_text(encoding="utf-8"))["experiments"]
    truths = [row["truth"]["value"] for row in experiment["contrasts"] if row["metric"] == "net_value_per_customer"]
    assert experiment["name"] == name
    assert len(truths) >= 3
    assert all(truth != 0 for truth in truths)
