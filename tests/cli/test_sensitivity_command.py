"""`sim sensitivity`: the answer in the terminal, the folder, the same bytes for any number of processes, refusals."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.main import outcome
from sim.report.json_text import read_json
from tests.worlds import load_with_desk

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios" / "h_broadband.yaml"
CADENCE = ROOT / "experiments" / "contact_cadence.yaml"
QUICK = ("--replications", "5", "--customers", "150", "--jobs", "1", "--worlds", "24")
TABLES = ("sensitivity.json", "tornado.csv", "indices.csv", "figures/tornado.svg", "figures/sobol.svg")


def ask(*words: object) -> int:
    return outcome(["sensitivity", str(SCENARIO), *QUICK, *(str(word) for word in words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sensitivity") / "out"
    assert ask("-e", CADENCE, "--out", out) == 0
    return out


def test_the_terminal_answers_and_names_the_budget(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("-e", CADENCE) == 0
    printed = capsys.readouterr()
    text = " ".join(printed.out.split())
    for part in (
        "Which contact cadence should platinum and gold customers get",
        "With every assumption at its centre",
        "The decision stands in",
        "of plausible worlds (95% interval of 8 joint draws",
        "The gain hangs most on",
        "every one at its centre",
        "Joint draws take each range as a triangle with its peak at the central value",
        "Left out: reward.half_dose_days, because it cannot matter here: nobody gets a reward.",
    ):
        assert part in text
    assert max(len(line) for line in printed.out.splitlines()) <= 100
    assert "17 worlds and 24 joint draws of 4 assumptions, about" in printed.err


def test_the_folder_holds_page_figures_tables_and_manifest(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {*TABLES, "sensitivity.html", "manifest.json"}
    page = (folder / "sensitivity.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert len((folder / "tornado.csv").read_text(encoding="utf-8").splitlines()) == 1 + 1 + 2 * 4
    found = read_json(folder / "sensitivity.json")
    assert found["budget"]["joint_worlds"] == 24
    assert {line["path"] for line in found["switches"]} == {one["path"] for one in found["factors"]}


def test_a_question_about_the_firm_is_asked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = tmp_path / "desk.yaml"
    world.write_text(load_with_desk().resolved_yaml(), encoding="utf-8")
    words = [str(world), "-e", str(ROOT / "experiments" / "desk_seats.yaml"), *QUICK]
    assert outcome(["sensitivity", *words]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "How many seats should the save desk have" in text
    assert "desk.success_share" in text


def test_without_joint_draws_the_rest_is_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert ask("-e", CADENCE, "--worlds", "0", "--out", tmp_path / "out") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "No joint draws: 4 assumptions need at least 12 worlds for joint draws." in text
    assert not (tmp_path / "out" / "figures" / "sobol.svg").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "Missing option '-e'"),
        (["-e", "nowhere.yaml"], "nowhere.yaml: got no such file"),
        (["-e", CADENCE, "--worlds", "-1"], "-1 is not in the range"),
        (["-e", CADENCE, "--replications", "1"], "1 is not in the range"),
        (["-e", CADENCE, "--force"], "--force needs --out"),
        (["-e", CADENCE, "--out", SCENARIO], "is a file; a folder is needed there"),
    ],
)
def test_bad_input_is_a_line(
    words: list[object], line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ask(*words) == 2
    printed = capsys.readouterr()
    assert line in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""


def test_an_experiment_that_doubts_nothing_is_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = CADENCE.read_text(encoding="utf-8")
    file = tmp_path / "sure.yaml"
    file.write_text(text[: text.index("doubt:")], encoding="utf-8")
    assert ask("-e", file) == 2
    assert "got no number with a range that can matter to contact_cadence" in capsys.readouterr().err
    assert ask("-e", file, "--all", "--worlds", "0", "--replications", "2") == 0


def test_processes_and_hash_seed_change_no_byte(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim.cli.main", "sensitivity", str(SCENARIO), "-e", str(CADENCE)]
    command += [*QUICK[:4], "--worlds", "24", "--jobs", "2", "--out", str(tmp_path / "out")]
    environment = os.environ | {"PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, capture_output=True, check=True)
    for name in TABLES:
        first, second = (hashlib.sha256((at / name).read_bytes()).hexdigest() for at in (folder, tmp_path / "out"))
        assert first == second, name
