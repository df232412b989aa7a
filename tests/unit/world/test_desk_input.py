"""What a scenario may say about its desk, and the one line for what it may not."""

from pathlib import Path

import pytest

from sim.scenario.load import load_scenario
from sim.scenario.problems import InputProblems

WORLD = """\
name: desk
start: 2010-01-01
horizon_days: 30
customers: 10
money: {mean_fee_yuan_per_month: 100, margin_share: 1}
segments: {all: {share: 1}}
base: {}
leaving: {competitor: {per_month: {stable: 0.1}}}
tiers: {rule: quota, platinum: {share: 0.1}}
desk:
  seats: 2
  service_minutes: 5
  success_share: 40%
  reasons: [competitor]
  priority: tier
  hours:
    opens_hour: 9
    closes_hour: 21
    days: [mon, sun]
"""


def read(tmp_path: Path, *change: str):
    file = tmp_path / "desk.yaml"
    file.write_text(WORLD.replace(*change, 1) if change else WORLD)
    assert not change or change[0] in WORLD
    return load_scenario(file).value


def test_what_is_said(tmp_path: Path):
    desk = read(tmp_path).desk
    assert desk is not None
    assert desk.hours is not None
    assert (desk.hours.opens_hour, desk.hours.closes_hour, desk.hours.days) == (9.0, 21.0, ("mon", "sun"))
    assert desk.priority == "tier"


def test_what_is_left_out(tmp_path: Path):
    desk = read(tmp_path, "    days: [mon, sun]\n", "").desk
    assert desk is not None
    assert desk.hours is not None
    assert len(desk.hours.days) == 7
    desk = read(tmp_path, WORLD[WORLD.index("  priority") :], "").desk
    assert desk is not None
    assert (desk.hours, desk.priority) == (None, "none")


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        (
            "opens_hour: 9",
            "opens_hour: 21",
            "18: desk.hours.closes_hour: got 21, must be above opens_hour (21, line 17)",
        ),
        (
            "opens_hour: 9",
            "opens_hour: 22.5",
            "18: desk.hours.closes_hour: got 21, must be above opens_hour (22.5, line 17)",
        ),
        ("closes_hour: 21", "closes_hour: 25", "18: desk.hours.closes_hour: got 25, must be at most 24"),
        ("opens_hour: 9", "opens_hour: '9:00'", "17: desk.hours.opens_hour: got '9:00', must be a number"),
        ("    closes_hour: 21\n", "", "16: desk.hours.closes_hour: got nothing, must be given"),
        (
            "[mon, sun]",
            "[mon, sund]",
            "19: desk.hours.days.1: got 'sund', must be one of mon, tue, wed, thu, fri, sat, sun (did you mean 'sun'?)",
        ),
        ("[mon, sun]", "[]", "19: desk.hours.days: got 0 entries, must be at least 1 entry"),
        ("[mon, sun]", "mon", "19: desk.hours.days: got 'mon', must be a list"),
        ("priority: tier", "priority: value", "15: desk.priority: got 'value', must be one of tier, none"),
        (
            "tiers: {rule: quota, platinum: {share: 0.1}}",
            "tiers: null",
            "15: desk.priority: got tier, must be left out, because the scenario has no block 'tiers'",
        ),
    ],
)
def test_one_line_for_what_cannot_be(tmp_path: Path, written: str, instead: str, says: str):
    with pytest.raises(InputProblems) as refused:
        read(tmp_path, written, instead)
    assert [str(problem).split("desk.yaml:")[1] for problem in refused.value.problems] == [says]
