"""`sim whatif`: the answer in the terminal, the folder, the same bytes for any number of processes, and refusals."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.main import outcome
from sim.report.json_text import read_json
from sim.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios" / "h_broadband.yaml"
FREE = "policies.programme.platinum.reward.free_days"
QUICK = ("--replications", "4", "--customers", "150", "--jobs", "1")


def ask(*words: object) -> int:
    return outcome(["whatif", str(SCENARIO), *QUICK, *(str(word) for word in words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whatif") / "out"
    assert ask("--vary", f"{FREE}=0,5,45", "--out", out) == 0
    return out


def test_the_terminal_says_which_is_best_and_what_that_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("--vary", f"{FREE}=0,45") == 0
    printed = capsys.readouterr()
    text = " ".join(printed.out.split())
    for part in (
        f"What if {FREE} were 0 or 45?",
        "Best is 0 (the file has 15)",
        "(run doubt",
        "Assumption doubt: least is left of the gain at",
        "That number is assumed:",
        "such worlds" if "such worlds" in text else "worlds in which one assumption stands at an end of its range",
        f"The firm decides {FREE}: day 0 is the same",
        "Everybody lives under the policy “programme” for 365 days, 4 times from 150 customers",
    ):
        assert part in text
    assert max(len(line) for line in printed.out.splitlines()) <= 100
    assert printed.err.splitlines()[-2:] == ["living every value ...", "living doubtful worlds ..."]


def test_a_number_of_the_world_is_said_to_have_another_past(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("--vary", "money.margin_share=0.5", "--policy", "programme") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "The firm does not decide money.margin_share: with another value the world was another one" in text
    assert "policy “programme”" in text


def test_the_folder_holds_page_figures_tables_and_manifest(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    tables = {"whatif.csv", "doubt.csv", "whatif.json"}
    assert names == {"whatif.html", "figures/curve_1.svg", "manifest.json"} | tables
    page = (folder / "whatif.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    found = read_json(folder / "whatif.json")
    assert [point["values"] for point in found["points"]] == [[15], [0], [5], [45]]
    lines = (folder / "whatif.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert lines[0].startswith(f"{FREE},in_file,asked,named,best,as_good,")
    company = load_scenario(ROOT / "scenarios" / "h_broadband.yaml")
    ranged = sum(origin.ranged for origin in company.provenance.values())
    assert len((folder / "doubt.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2 * ranged
    assert set(read_json(folder / "manifest.json")["files"]) == names - {"manifest.json"}


def test_a_grid_has_a_curve_a_path(tmp_path: Path) -> None:
    words = ["--vary", f"{FREE}=0,15", "--vary", "policies.programme.gold.cadence=gold,platinum"]
    assert ask(*words, "--replications", "2", "--out", tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out" / "figures").iterdir()) == ["curve_1.svg", "curve_2.svg"]


def test_force_replaces_an_answer_and_only_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ("--vary", f"{FREE}=0", "--replications", "2")
    out = tmp_path / "out"
    assert ask(*few, "--out", out) == 0
    assert ask(*few, "--out", out) == 2
    assert "it is not empty" in capsys.readouterr().err
    assert ask(*few, "--out", out, "--force") == 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "Missing option '--vary'"),
        (["--vary", "reward.half_doze_days=3"], "(did you mean 'reward.half_dose_days'?)"),
        (["--vary", f"{FREE}=-1"], f"--vary: {FREE}: got -1, must be at least 0"),
        (["--vary", "title=x"], "must be the path of a number, a switch (true, false) or a choice that is lived"),
        (["--vary", f"{FREE}=0..200 step 1"], "must be at most 100 points"),
        (["--vary", f"{FREE}=0", "--policy", "now"], "--policy: got 'now', must be one of before, programme"),
        (["--vary", f"{FREE}=0", "--replications", "1"], "1 is not in the range"),
        (["--vary", f"{FREE}=0", "--customers", "0"], "--customers: customers: got 0, must be at least 1"),
        (["--vary", f"{FREE}=0", "--force"], "--force needs --out"),
        (["--vary", f"{FREE}=0", "--out", SCENARIO], "is a file; a folder is needed there"),
        (["--vary", f"{FREE}=0", "--varies", "x"], "Did you mean"),
    ],
)
def test_bad_input_is_a_line_and_nothing_is_lived(
    words: list[object], line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ask(*words) == 2
    printed = capsys.readouterr()
    assert line in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""
    assert list(tmp_path.iterdir()) == []


def test_processes_and_hash_seed_change_no_byte(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim.cli.main", "whatif", str(SCENARIO), "--vary", f"{FREE}=0,5,45"]
    command += [*QUICK[:4], "--jobs", "2", "--out", str(tmp_path / "out")]
    environment = os.environ | {"PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, capture_output=True, check=True)
    for name in ("whatif.json", "whatif.csv", "doubt.csv", "figures/curve_1.svg"):
        first, second = (hashlib.sha256((at / name).read_bytes()).hexdigest() for at in (folder, tmp_path / "out"))
        assert first == second, name
