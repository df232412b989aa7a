"""`sim calibrate`: what it prints, what it writes, and what it refuses in a line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.main import outcome
from sim.scenario.load import load_scenario

WORLD = """\
# A world with a comment.
name: small
start: 2010-01-01
horizon_days: 365
customers: 100   # as many as this
money: {mean_fee_yuan_per_month: 100, margin_share: 0.5}
segments: {all: {share: 1}}
base: {}
leaving:
  competitor:
    per_month:
      # how many leave
      stable: {value: 0.1, calibrate: [0.001, 1], assumed: "fitted"}  # a month
targets: [{quantity: year1.churn_of_those_there, fact: H-01.annual_churn_reported}]
validation:
  - {fact: H-01.annual_churn_reported, name: churn, quantity: year1.churn_of_those_there, kind: fitted}
  - {fact: H-19.sales_people, name: sales people, kind: given, note: "nobody sells here"}
"""
TARGETS = "targets: [{quantity: year1.churn_of_those_there, fact: H-01.annual_churn_reported}]\n"
QUICK = ("--replications", "20", "--jobs", "1")
STABLE = "leaving.competitor.per_month.stable"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "world.yaml"
    file.write_text(WORLD, encoding="utf-8")
    return Path("world.yaml")


def calibrate(*words: object) -> int:
    return outcome(["calibrate", *(str(word) for word in words), *QUICK])


def test_without_a_place_nothing_is_written(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate(world) == 0
    printed = capsys.readouterr()
    assert world.read_text(encoding="utf-8") == WORLD
    assert [file.name for file in Path().iterdir()] == ["world.yaml"]
    text = " ".join(printed.out.split())
    for part in (STABLE, "H-01.annual_churn_reported", "run doubt", "Every target is met", "Nothing was written"):
        assert part in text
    assert "singular values of the scaled Jacobian" in text
    assert max(len(line) for line in printed.out.splitlines()) <= 100
    assert printed.err.splitlines()[0] == "step 1 ..."


def test_in_place_only_the_value_changes(world: Path) -> None:
    assert calibrate(world, "--in-place") == 0
    value = load_scenario(world).value.leaving["competitor"].per_month.stable
    assert value == pytest.approx(0.031, abs=0.004)
    assert world.read_text(encoding="utf-8") == WORLD.replace("value: 0.1", f"value: {value:g}")


def test_a_calibrated_file_is_left_as_it_is(world: Path) -> None:
    assert calibrate(world, "--in-place") == 0
    first = world.read_bytes()
    assert calibrate(world, "--in-place") == 0
    assert world.read_bytes() == first


def test_out_writes_a_new_file_and_leaves_the_first(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate(world, "--out", "fitted.yaml") == 0
    assert world.read_text(encoding="utf-8") == WORLD
    assert "# how many leave" in Path("fitted.yaml").read_text(encoding="utf-8")
    assert "Written: fitted.yaml" in capsys.readouterr().out
    assert calibrate(world, "--out", "fitted.yaml") == 2


def test_experiments_that_the_new_file_does_not_find_are_told(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_text(WORLD.replace("base: {}", "experiments: [trials/one.yaml]\nbase: {}"), encoding="utf-8")
    Path("elsewhere").mkdir()
    assert calibrate(world, "--out", "elsewhere/fitted.yaml") == 0
    assert "trials/one.yaml" in capsys.readouterr().out


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(
    world: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.planning import calibrate as planning

    real = planning.calibrate

    def slow(*words: object, **settings: object) -> object:
        world.write_text(WORLD + "\n# mine\n", encoding="utf-8")
        return real(*words, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "calibrate", slow)
    assert calibrate(world, "--in-place") == 1
    assert "was changed meanwhile; nothing was written" in capsys.readouterr().err
    assert world.read_text(encoding="utf-8").endswith("# mine\n")


@pytest.mark.parametrize(
    ("change", "words", "line"),
    [
        (("calibrate: [0.001, 1], ", ""), [], "got no parameter with calibrate: [low, high], must be at least one"),
        ((TARGETS, ""), [], "targets: got nothing, must be given"),
        (("year1.churn_of", "year1.chrun_of"), [], "(did you mean 'year1.churn_of_those_there'?)"),
        (("[0.001, 1]", "[0.2, 1]"), [], f"{STABLE}.calibrate: got [0.2, 1], must be bounds around the value (0.1)"),
        (("", ""), ["--out", "world.yaml"], "--out world.yaml: it exists"),
        (("", ""), ["--out", "nowhere/x.yaml"], "there is no folder nowhere"),
        (("", ""), ["--out", "x.yaml", "--in-place"], "--out and --in-place exclude each other"),
        (("", ""), ["--replications", "1"], "1 is not in the range"),
        (("", ""), ["--seeds", "1"], "Did you mean '--seed'?"),
    ],
)
def test_bad_input_is_a_line_and_nothing_is_written(
    world: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], words: list[str], line: str
) -> None:
    text = WORLD.replace(*change, 1)
    world.write_text(text, encoding="utf-8")
    assert outcome(["calibrate", str(world), *QUICK, *words]) == 2
    printed = capsys.readouterr()
    assert line in printed.err
    errors = [one for one in printed.err.splitlines() if not one.endswith("...")]
    assert len(errors) == 1
    assert printed.out == ""
    assert world.read_text(encoding="utf-8") == text
    assert [file.name for file in Path().iterdir()] == ["world.yaml"]


def test_a_missing_file_is_a_line(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate("nowhere.yaml") == 2
    assert capsys.readouterr().err == "nowhere.yaml: got no such file, must be a YAML file\n"


def test_the_number_of_processes_and_the_hash_seed_change_no_byte(world: Path) -> None:
    printed = []
    for jobs, hash_seed in (("1", "0"), ("2", "77")):
        command = [
            sys.executable,
            "-m",
            "sim.cli.main",
            "calibrate",
            str(world),
            "--replications",
            "20",
            "--jobs",
            jobs,
        ]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        printed.append(done.stdout)
    assert printed[0] == printed[1]
