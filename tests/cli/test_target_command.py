"""`sim target`: the answer in 100 columns, everything in one folder, the same bytes, and what is refused in a line."""

import csv
import json
from pathlib import Path

import pytest

from sim.cli.main import outcome
from tests.worlds import ROOT

COMPANY = str(ROOT / "scenarios" / "h_broadband.yaml")
QUICK = ("--customers", "120", "--replications", "2", "--draws", "3", "--twins", "8", "--trials", "2")


def target(folder: Path, *options: str, jobs: str = "1") -> int:
    settings = ("--trial-sizes", "60,240", "--jobs", jobs, "--out", str(folder))
    return outcome(["target", COMPANY, "--action", "days_15", *QUICK, *settings, *options])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("target") / "answer"
    assert target(made) == 0
    return made


def test_everything_is_in_the_folder(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "curve.csv",
        "figures/policies.svg",
        "figures/shares.svg",
        "figures/trials.svg",
        "information.csv",
        "manifest.json",
        "policies.csv",
        "target.html",
        "target.json",
    }
    page = (folder / "target.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "* more customers than the firm has" in page
    assert "http" not in page.split("<main>")[1].replace("http-equiv", "")
    found = json.loads((folder / "target.json").read_text(encoding="utf-8"))
    with (folder / "policies.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["policy"] for row in rows] == [row["policy"] for row in found["policies"]]
    assert rows[0]["value_yuan_doubt"] == "run"
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 11 * len(rows)


def test_numbers_do_not_depend_on_the_processes(folder: Path, tmp_path: Path) -> None:
    assert target(tmp_path / "two", jobs="2") == 0
    for name in ("target.json", "policies.csv", "curve.csv", "information.csv", "figures/shares.svg"):
        assert (folder / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_the_terminal_says_who_wins_within_100_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert target(tmp_path / "answer", "--number", "40") == 0
    text = capsys.readouterr().out
    assert text.startswith("Who should get “days_15”, if it goes to 40 of 120 customers?")
    words = " ".join(text.split())
    assert "- By value x risk: " in words
    assert "By true uplift, known to nobody: " in words
    assert "by a trial of 240" in words
    assert max(len(line) for line in text.splitlines()) <= 100


def test_bad_options_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert target(tmp_path / "answer", "--share", "30%") == 2
    text = capsys.readouterr().err
    assert text == "--share: got '30%', must be a share of the base from 0 to 1, such as 0.3\n"
    assert not (tmp_path / "answer").exists()
