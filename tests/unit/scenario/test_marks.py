"""`calibrate:` and `targets:`: read, kept, written out again. What is refused stands in `bad/messages.yaml`."""

from pathlib import Path

from sim.scenario.load import load_scenario
from sim.scenario.marks import Free, Rest, SameAs

from .conftest import LoadWorld

TARGETS = """\
targets:
  - {quantity: year1.annual_churn, fact: H-01.annual_churn_reported}
  - {quantity: year1.growth + year1.losses, reported: 0.1, tolerance: 0.01, assumed: a wish}
tiers:"""
BOUNDS = (
    ("high: 200, assumed", "high: 200, calibrate: [60, 150], assumed"),
    ("delay_days: 5", "delay_days: {value: 5, calibrate: [1 day, 10 days]}"),
)
MARKED = (
    *BOUNDS,
    (
        "poor: {share: 0.75}",
        "poor: {share: {value: 0.75, calibrate: [0.5, 0.9]}, fee_relative: {value: 3, calibrate: [1, 5]}}",
    ),
    ("share: 0.25", "share: {value: 0.25, calibrate: rest}"),
    ("fee_relative: 3\n", "fee_relative: {value: 3, calibrate: {same_as: segments.poor.fee_relative}}\n"),
    ("tiers:", TARGETS),
)


def test_marks_are_read(load_world: LoadWorld) -> None:
    world = load_world(*MARKED)
    marks = {path: origin.mark for path, origin in world.provenance.items() if origin.mark is not None}
    assert marks == {
        "money.mean_fee_yuan_per_month": Free(60, 150),
        "segments.poor.share": Free(0.5, 0.9),
        "segments.poor.fee_relative": Free(1, 5),
        "segments.rich.share": Rest(),
        "segments.rich.fee_relative": SameAs("segments.poor.fee_relative"),
        "team.delay_days": Free(1, 10),
    }
    assert world.provenance["team.delay_days"].calibrate == (1, 10)
    assert world.provenance["segments.rich.share"].calibrate is None


def test_a_mark_changes_no_number(load_world: LoadWorld) -> None:
    assert load_world(*BOUNDS).value == load_world().value


def test_targets_are_read(load_world: LoadWorld) -> None:
    first, second = load_world(*MARKED).value.targets
    assert (first.fact, first.reported, first.tolerance) == ("H-01.annual_churn_reported", None, None)
    assert (second.quantity, second.reported, second.tolerance) == ("year1.growth + year1.losses", 0.1, 0.01)


def test_the_resolved_file_keeps_the_marks(load_world: LoadWorld, tmp_path: Path) -> None:
    world = load_world(*MARKED)
    file = tmp_path / "resolved.yaml"
    file.write_text(world.resolved_yaml(), encoding="utf-8")
    again = load_scenario(file)
    assert again.value == world.value
    assert {path: again.provenance[path].mark for path in world.provenance} == {
        path: origin.mark for path, origin in world.provenance.items()
    }


def test_a_changed_number_takes_the_marks_out_of_the_resolved_file(load_world: LoadWorld, tmp_path: Path) -> None:
    # catches a resolved file that does not load because a value has left its bounds
    world = load_world(*MARKED).with_value("segments.poor.fee_relative", 8)
    file = tmp_path / "resolved.yaml"
    file.write_text(world.resolved_yaml(), encoding="utf-8")
    again = load_scenario(file)
    assert again.value == world.value
    assert all(origin.mark is None for origin in again.provenance.values())
