"""The shipped question about a firm's save desk, from its file to the report, at a small size."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds import load_with_desk

ROOT = Path(__file__).resolve().parents[2]
QUESTION = ROOT / "experiments" / "desk_seats.yaml"
FILES = ("summary.json", "arms.csv", "contrasts.csv", "customers.parquet", "timeline.parquet")


def run(folder: Path, jobs: int, hash_seed: str) -> tuple[Path, str]:
    """Answer the question in the tests' world with a desk; the run's folder and what was printed."""
    scenario = folder / "with_desk.yaml"
    scenario.write_text(load_with_desk(seats=1).resolved_yaml(), encoding="utf-8")
    command = [sys.executable, "-m", "sim.cli.main", "run", str(scenario), "-e", str(QUESTION), "--out", "run"]
    command += ["--replications", "8", "--customers", "300", "--seed", "3", "--jobs", str(jobs)]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "run", " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return run(tmp_path_factory.mktemp("alone"), jobs=1, hash_seed="0")


def test_the_answer_is_printed_without_a_trial(answered: tuple[Path, str]) -> None:
    _, printed = answered
    assert "mean wait at the desk" in printed
    assert "minutes" in printed
    reason = "No trial: What the whole firm does (seats, terms, lists, answers to rivals) meets all its customers"
    assert reason in " ".join(printed.split())
    assert "one trial" not in printed
    assert "adjusted p" not in printed


def test_the_summary_refuses_what_only_a_trial_could_show(answered: tuple[Path, str]) -> None:
    summary = json.loads((answered[0] / "summary.json").read_text(encoding="utf-8"))
    (question,) = summary["experiments"]
    for key in ("design", "alpha", "trial_sizes", "sample_ratio", "trial_decision"):
        assert "meets all its customers" in question[key]["refused"], key
    for row in question["contrasts"]:
        for key in ("trial", "level", "power", "coverage", "sign_error", "size_error", "interference"):
            assert "meets all its customers" in row[key]["refused"], key
        assert row["truth"]["of"] == "run"
    arms = {arm["name"]: arm for arm in question["arms"]}
    waits = [arms[name]["metrics"]["mean_wait_minutes"]["value"] for name in ("one_seat", "two_seats", "four_seats")]
    assert waits == sorted(waits, reverse=True)
    assert arms["four_seats"]["gets"] == {"set": {"desk.seats": 4, "desk.priority": "none"}}
    assert len(question["doubt"]) == 7
    assert len({row["net_value"]["one_seat"]["value"] for row in question["doubt"]}) == 7
    assert summary["definitions"]["mean_wait_minutes"]["unit"] == "minutes"


def test_an_arms_cost_rises_by_its_seats_in_every_table(answered: tuple[Path, str]) -> None:
    """A seat more for 300 yuan a month and a year, over 300 customers: 12 yuan, and what more talks cost."""
    rows = {row["arm"]: row for row in csv.DictReader((answered[0] / "arms.csv").open(encoding="utf-8"))}
    desk = {arm: float(row["ledger_desk_yuan_per_customer"]) for arm, row in rows.items()}
    talks = {arm: value - seats * 12 for (arm, value), seats in zip(desk.items(), (1, 1, 2, 4), strict=True)}
    assert talks["one_seat"] > 1
    assert 0 < talks["two_seats"] - talks["one_seat"] < 5
    assert {"mean_wait_minutes", "abandoned_share", "calls_per_customer_calls"} <= rows["one_seat"].keys()


def test_the_page_says_why_there_is_no_trial_once(answered: tuple[Path, str]) -> None:
    page = (answered[0] / "report.html").read_text(encoding="utf-8")
    assert "Why there is no trial" in page
    assert "The first trial" not in page
    assert "in one trial" not in page
    assert "desk seats 4 and desk priority none" in page
    assert "not given" not in page
    figures = {file.stem for file in (answered[0] / "figures").glob("desk_seats_*.svg")}
    assert figures == {f"desk_seats_{kind}" for kind in ("survival", "money_map", "ledger", "effects", "doubt")}


@pytest.mark.parametrize(("jobs", "hash_seed"), [(2, "4242")])
def test_processes_and_hash_seed_change_no_byte(
    answered: tuple[Path, str], tmp_path: Path, jobs: int, hash_seed: str
) -> None:
    again, _ = run(tmp_path, jobs, hash_seed)
    assert [name for name in FILES if (again / name).read_bytes() != (answered[0] / name).read_bytes()] == []
