"""Changing values of a loaded file, and writing it out again."""

import pickle
from pathlib import Path

import pytest

from sim.scenario.load import load_experiment, load_scenario
from sim.scenario.problems import InputProblems

from .conftest import BAD, LoadWorld


def test_a_value_can_be_changed(load_world: LoadWorld) -> None:
    world = load_world()
    changed = world.with_value("reward.half_dose_days", 12.0)
    assert changed.value.reward is not None
    assert changed.value.reward.half_dose_days == 12
    assert world.value.reward is not None
    assert world.value.reward.half_dose_days == 4
    assert changed.provenance == world.provenance
    assert changed.sha256 == world.sha256


def test_several_values_can_be_changed_together(load_world: LoadWorld) -> None:
    changed = load_world().with_values({"segments.poor.share": 0.5, "segments.rich.share": 0.5}).value
    assert changed.segments["rich"].share == 0.5


def test_values_inside_lists_defaults_and_words_can_be_changed(load_world: LoadWorld) -> None:
    changes = {
        "base.tenure_mix.bands.0.to_month": 2,
        "effects.step_days": 1,
        "baseline_policy": "programme",
        "reward.lock_in": True,
        "customers": 5000.0,
        "start": "2011-01-01",
    }
    changed = load_world().with_values(changes).value
    assert changed.base.tenure_mix is not None
    assert changed.base.tenure_mix.bands[0].to_month == 2
    assert (changed.effects.step_days, changed.baseline_policy, changed.customers) == (1, "programme", 5000)
    assert str(changed.start) == "2011-01-01"


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("reward.half_doze_days", 1, "(did you mean 'reward.half_dose_days'?)"),
        ("money.x", 1, "such as money.mean_fee_yuan_per_month, money.margin_share"),
        ("reward", 1, "such as reward.max_reduction, reward.half_dose_days"),
        ("warning.enter_per_month", 1, "got an unknown path"),
        ("segments.poor.share", 0.5, "world.yaml:7: segments: got shares that add up to 0.75"),
        ("customers", 0, "world.yaml:4: customers: got 0, must be at least 1"),
        ("customers", 1.5, "got 1.5, must be a whole number"),
        ("customers", float("nan"), "got nan, must be"),
        ("money.margin_share", "a lot", "got 'a lot', must be a number"),
        ("reward.acts_on.0", "warming", "(did you mean 'warning'?)"),
    ],
)
def test_a_bad_change_is_refused(load_world: LoadWorld, path: str, value: float | str, line: str) -> None:
    with pytest.raises(InputProblems) as caught:
        load_world().with_value(path, value)
    assert line in str(caught.value)


def test_an_option_is_named_in_place_of_the_file(load_world: LoadWorld) -> None:
    with pytest.raises(InputProblems) as caught:
        load_world().with_value("customers", 10**12, place="--customers")
    gibibytes = "(so many would need 18,626,451 GiB of memory)"
    assert str(caught.value) == f"--customers: customers: got {10**12}, must be at most 200000000 {gibibytes}"


def test_the_resolved_file_loads_to_the_same(load_world: LoadWorld, tmp_path: Path) -> None:
    changes = {"reward.half_dose_days": 12, "money.mean_fee_yuan_per_month": 0.1 + 0.2, "customers": 7}
    for world in (load_world(), load_world().with_values(changes)):
        text = world.resolved_yaml()
        assert text == world.resolved_yaml()
        file = tmp_path / "resolved.yaml"
        file.write_text(text)
        assert load_scenario(file).value == world.value


def test_the_resolved_file_keeps_origins_and_marks_defaults_and_changes(load_world: LoadWorld) -> None:
    lines = load_world().with_value("customers", 7).resolved_yaml().splitlines()
    assert '  mean_fee_yuan_per_month: {central: 100, low: 50, high: 200, assumed: "a guess"}' in lines
    assert '      stable: {value: 0.03, source: "H-01"}' in lines
    assert "  step_days: 7  # default" in lines
    assert 'customers: {value: 7, assumed: "changed for this run, the file has 1000"}' in lines
    assert "desk: null" in lines


def test_difficult_text_survives(load_world: LoadWorld, tmp_path: Path) -> None:
    title = 'a "b" \\ # : \u2028 \ufeff 流失 \U0001f600 \t\n end'
    world = load_world().with_value("title", title)
    file = tmp_path / "resolved.yaml"
    file.write_text(world.resolved_yaml(), encoding="utf-8")
    assert load_scenario(file).value.title == title


def test_a_distribution_survives(load_world: LoadWorld, tmp_path: Path) -> None:
    drawn = "half_dose_days: {distribution: lognormal, median: 4, sigma: 0.5, assumed: why}"
    world = load_world(("half_dose_days: 4", drawn))
    file = tmp_path / "resolved.yaml"
    file.write_text(world.resolved_yaml())
    again = load_scenario(file)
    path = "reward.half_dose_days"
    assert again.provenance[path].distribution == world.provenance[path].distribution
    assert again.value == world.value


def test_an_experiment_can_be_changed_and_written_too(load_world: LoadWorld, tmp_path: Path) -> None:
    world = load_world()
    trial = load_experiment(BAD / "trial.yaml", world).with_value("alpha", 0.01)
    file = tmp_path / "resolved_trial.yaml"
    file.write_text(trial.resolved_yaml())
    assert load_experiment(file, world).value == trial.value
    with pytest.raises(InputProblems, match=r"arms.called.cadence: got 'nothing'"):
        trial.with_value("arms.called.cadence", "nothing")


def test_it_can_be_sent_to_another_process(load_world: LoadWorld) -> None:
    world = load_world()
    again = pickle.loads(pickle.dumps(world))
    assert again.with_value("customers", 5).value.customers == 5
    with pytest.raises(InputProblems) as caught:
        world.with_value("customers", 0)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
