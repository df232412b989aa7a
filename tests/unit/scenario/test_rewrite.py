"""Numbers written into a scenario's file: the values change, every other character stays."""

import re
from pathlib import Path

import pytest

from sim.scenario.load import load_scenario
from sim.scenario.problems import InputProblems
from sim.scenario.rewrite import rewritten, write_numbers

SHIPPED = Path(__file__).resolve().parents[3] / "scenarios" / "h_broadband.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "copy.yaml"
    path.write_bytes(SHIPPED.read_bytes())
    return path


def test_only_the_numbers_change(copy: Path) -> None:
    before = copy.read_text(encoding="utf-8").splitlines()
    write_numbers(copy, {"segments.m1_to_2.risk_factor": 1.25, "reward.half_dose_days": 5}, copy)
    after = copy.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2
    assert all(re.sub(r"[0-9.]+", "#", old, count=2) == re.sub(r"[0-9.]+", "#", new, count=2) for old, new in changed)
    scenario = load_scenario(copy).value
    assert scenario.segments["m1_to_2"].risk_factor == 1.25
    assert scenario.reward is not None
    assert scenario.reward.half_dose_days == 5


@pytest.mark.parametrize(
    ("text", "path", "after"),
    [
        ("a: {b: 1, c: 1} # 1", "a.c", "a: {b: 1, c: 2.5} # 1"),
        ("a:\n  # why\n  value: 1e-3\n  source: H-01\n", "a", "a:\n  # why\n  value: 2.5\n  source: H-01\n"),
        ("x: [{b: 1}, {b: 1}]", "x.1.b", "x: [{b: 1}, {b: 2.5}]"),
        (
            "x:\n- b: 1\n-\n  b: {central: 1, low: 1, high: 1}",
            "x.1.b",
            "x:\n- b: 1\n-\n  b: {central: 2.5, low: 1, high: 1}",
        ),
        ("share: 15%\r\nb: 1\r\n", "share", "share: 2.5\r\nb: 1\r\n"),
        ("d_days: '7 days' # a week", "d_days", "d_days: 2.5 # a week"),
        ("流失: {无: 1, value: 3}", "流失.value", "流失: {无: 1, value: 2.5}"),
    ],
)
def test_numbers_are_found_wherever_they_stand(text: str, path: str, after: str) -> None:
    assert rewritten(text, {path: 2.5}) == after


@pytest.mark.parametrize("path", ["a.c", "a.b.d", "x.2", "x.one", "a", "y"])
def test_a_path_without_a_number_is_named(path: str) -> None:
    with pytest.raises(ValueError, match=f"no number stands at {path}"):
        rewritten("a: {b: 1}\nx: [1, 2]", {path: 1.0})


def test_a_file_elsewhere_leaves_the_first_alone(copy: Path) -> None:
    before = copy.read_bytes()
    write_numbers(copy, {"money.margin_share": 0.5}, copy.with_name("other.yaml"))
    assert copy.read_bytes() == before
    assert load_scenario(copy.with_name("other.yaml")).value.money.margin_share == 0.5


def test_line_ends_and_byte_order_mark_stay(copy: Path) -> None:
    text = copy.read_bytes().replace(b"\n", b"\r\n")
    copy.write_bytes(b"\xef\xbb\xbf" + text)
    write_numbers(copy, {"money.margin_share": 0.5}, copy)
    assert copy.read_bytes() == b"\xef\xbb\xbf" + text.replace(
        b"margin_share: {value: 0.6", b"margin_share: {value: 0.5"
    )


def test_a_file_that_would_become_invalid_is_left_alone(copy: Path) -> None:
    before = copy.read_bytes()
    with pytest.raises(InputProblems):
        write_numbers(copy, {"money.margin_share": 3.0}, copy)
    assert copy.read_bytes() == before
    assert [path.name for path in copy.parent.iterdir()] == ["copy.yaml"]
