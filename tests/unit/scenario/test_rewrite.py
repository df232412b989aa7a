"""Numbers written into a scenario's file: the values change, every other character stays."""

import re
from pathlib import Path

import pytest

from sim.scenario.load import load_scenario
from sim.scenario.problems import InputProblems
from sim.scenario.rewrite import rewrite_numbers

SHIPPED = Path(__file__).resolve().parents[3] / "scenarios" / "h_broadband.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "copy.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_only_the_numbers_change(copy: Path) -> None:
    before = copy.read_text(encoding="utf-8").splitlines()
    rewrite_numbers(copy, {"segments.m1_to_2.risk_factor": 1.25, "reward.half_dose_days": 5})
    after = copy.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2
    assert all(re.sub(r"[0-9.]+", "#", old, count=2) == re.sub(r"[0-9.]+", "#", new, count=2) for old, new in changed)
    scenario = load_scenario(copy).value
    assert scenario.segments["m1_to_2"].risk_factor == 1.25
    assert scenario.reward is not None
    assert scenario.reward.half_dose_days == 5


def test_a_file_that_would_become_invalid_is_left_alone(copy: Path) -> None:
    before = copy.read_bytes()
    with pytest.raises(InputProblems):
        rewrite_numbers(copy, {"money.margin_share": 3.0})
    assert copy.read_bytes() == before
    assert [path.name for path in copy.parent.iterdir()] == ["copy.yaml"]
