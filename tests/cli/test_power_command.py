"""`sim power`: the answer within 100 columns, page and table on demand, the same bytes again, a line for bad input."""

import csv
import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from sim.cli.main import outcome
from tests.unit.experiment.test_circles import BLOCKS, plan
from tests.worlds import QUIET

ROOT = Path(__file__).resolve().parents[2]
WORLD, PLAN = ROOT / "scenarios" / "h_broadband.yaml", ROOT / "experiments" / "reward_days.yaml"
FEW = ["--customers", "300", "--replications", "60", "--precision", "0.4"]


def command(*more: object) -> int:
    return outcome(["power", str(WORLD), "-e", str(PLAN), *FEW, *map(str, more)])


def test_it_prints_an_answer_and_writes_page_and_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "out"
    assert command("--out", out, "--jobs", 1) == 0
    printed = capsys.readouterr().out
    assert max(cell_len(line) for line in printed.splitlines()) <= 100
    words = " ".join(printed.split())
    for part in ("In truth the choice is “none”", "known within", "As planned", "What the wanted power needs"):
        assert part in words
    page = (out / "power.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 1
    assert "http://" not in page.replace("http://www.w3.org", "")
    with (out / "power.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["axis"] for row in rows} == {"design", "customers", "effect"}
    shares = [row for row in rows if row["measure"] in ("power", "power_alone", "type_one", "wrong")]
    assert all(0 <= float(row["value_low"]) <= float(row["value"]) <= float(row["value_high"]) <= 1 for row in shares)
    assert command("--out", out) == 2
    assert "it is not empty" in capsys.readouterr().err


def test_jobs_change_no_byte(tmp_path: Path) -> None:
    assert command("--out", tmp_path / "one", "--jobs", 1) == 0
    assert command("--out", tmp_path / "two", "--jobs", 2) == 0
    for name in ("power.csv", "power.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_arms_dealt_to_circles_are_studied_by_circle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches circles that are not counted, and a table whose numbers are those of customers taken for independent."""
    world, file, out = tmp_path / "world.yaml", tmp_path / "plan.json", tmp_path / "out"
    world.write_text(json.dumps(QUIET | BLOCKS), encoding="utf-8")
    file.write_text(json.dumps(plan().model_dump(mode="json", exclude_unset=True)), encoding="utf-8")
    asked = ["--replications", "100", "--precision", "0.4", "--out", str(out), "--jobs", "1"]
    assert outcome(["power", str(world), "-e", str(file), *asked]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "assigned: complete by circle (none 72, days 72; who is alone is one)" in words
    assert "Correlation within a circle without any effect" in words
    assert "in circles" in words
    with (out / "power.csv").open(encoding="utf-8") as rows:
        found = {(row["measure"], row["metric"], row["arm"]): row["value"] for row in csv.DictReader(rows)}
    assert float(found["circles", "", "days"]) == 72
    assert float(found["design_effect", "churn_rate", ""]) > 1.1
    assert 0 < float(found["correlation_in_circles", "churn_rate", ""]) < 1


def test_a_question_about_the_firm_has_no_power(capsys: pytest.CaptureFixture[str]) -> None:
    plan = ROOT / "experiments" / "desk_seats.yaml"
    assert outcome(["power", str(WORLD), "-e", str(plan)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    at = plan.read_text(encoding="utf-8").splitlines().index("unit: firm") + 1
    assert line.startswith(f"{plan}:{at}: unit: got 'firm', must be customer: what the whole firm does")
