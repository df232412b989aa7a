"""`sim budget`: the answer first, everything in one folder, the cap kept, and what is refused in a line."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sim.cli.main import outcome
from tests.worlds import ROOT

COMPANY = str(ROOT / "scenarios" / "h_broadband.yaml")
SHIPPED = ("--budget", "300000", "--customers", "1100", "--draws", "30")
QUICK = ("--replications", "12", "--fresh", "12", "--draws", "8", "--customers", "200")


def plan(folder: Path, *options: str, scenario: str = COMPANY, jobs: str = "1") -> int:
    return outcome(["budget", scenario, *QUICK, "--jobs", jobs, "--out", str(folder), *options])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("budget") / "plan"
    assert plan(made, *SHIPPED) == 0
    return made


def test_the_shipped_company_is_planned_and_its_cap_holds(folder: Path) -> None:
    found = json.loads((folder / "budget.json").read_text(encoding="utf-8"))
    answer = found["answer"]
    assert answer["spend"]["value"] <= 300000 == answer["budget"]
    assert answer["cap_holds"]
    assert answer["value"]["value"] > 0
    assert len(found["frontier"]) == 31
    assert sum(row["customers"] for row in found["mix"]) == 1100
    assert found["against"]["policy"] == "programme"
    assert found["against"]["spend"]["value"] > answer["spend"]["value"]


def test_twins_are_reused(folder: Path) -> None:
    lived = json.loads((folder / "budget.json").read_text(encoding="utf-8"))["lived"]
    assert lived["lives_to_choose"] + lived["lives_to_doubt"] <= lived["lives_allowed"] == (9 + 1) * 30 * 1100
    all_lives = lived["lives_to_choose"] + lived["lives_to_doubt"] + lived["lives_to_check"]
    assert lived["customer_years"] <= lived["years_a_life_at_most"] * all_lives


def test_everything_is_in_the_folder(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "assumptions.csv",
        "budget.html",
        "budget.json",
        "budget.xlsx",
        "comparisons.csv",
        "figures/frontier.svg",
        "figures/mix.svg",
        "figures/next_yuan.svg",
        "frontier.csv",
        "manifest.json",
        "mix.csv",
        "one_for_all.csv",
        "responses.csv",
        "scenario.yaml",
    }
    page = (folder / "budget.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "Spend " in page
    assert "http" not in page.split("<main>")[1].replace("http-equiv", "")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["fresh"], manifest["draws"], manifest["replications"]) == (12, 30, 12)
    with (folder / "frontier.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 31
    assert float(rows[0]["value_yuan"]) == 0.0


def test_the_workbook_begins_with_assumptions_and_units(folder: Path) -> None:
    book = load_workbook(folder / "budget.xlsx")
    assert book.sheetnames == ["assumptions", "answer", "frontier", "mix", "responses", "one_for_all", "comparisons"]
    first = [str(row[0].value) for row in book["assumptions"].iter_rows() if row[0].value is not None]
    assert any(line.startswith("Units: yuan within 365 days") for line in first)
    assert "money.mean_fee_yuan_per_month" in first
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_where_money_is_short_the_mix_is_worth_more_than_one_action_for_all(tmp_path: Path) -> None:
    assert plan(tmp_path / "plan", "--budget", "40000", "--customers", "1100", "--draws", "0") == 0
    found = json.loads((tmp_path / "plan" / "budget.json").read_text(encoding="utf-8"))
    assert len(found["one_for_all"]) == 9
    assert all(row["spend"]["value"] <= 40000 + 1e-6 for row in found["one_for_all"])
    assert found["answer"]["promised"] > max(row["value"]["value"] for row in found["one_for_all"])


def test_the_terminal_begins_with_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(tmp_path / "plan", "--budget", "60000") == 0
    text = capsys.readouterr().out
    assert text.strip().startswith("Spend ")
    words = " ".join(text.split())
    assert "of 60,000 yuan: " in words
    assert "run doubt" in words.partition("The budget of")[0]
    assert "assumption doubt" in words.partition("The budget of")[0]
    assert "customers were lived to choose and to doubt" in words
    assert max(len(line) for line in text.splitlines()) <= 100


def test_numbers_do_not_depend_on_the_processes(folder: Path, tmp_path: Path) -> None:
    assert plan(tmp_path / "two", *SHIPPED, jobs="2") == 0
    for name in ("budget.json", "frontier.csv", "mix.csv", "responses.csv", "comparisons.csv", "assumptions.csv"):
        assert (folder / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


BY_QUARTER = """  periods:
    assumed: for a test
    months: 3
    budgets_yuan: [6000, 4000, 4000, 4000]
    carry_over: true
    offered: {days_45: [1, 4]}
  promotions: known"""


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = Path(COMPANY).read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith("  budget_yuan:"))
    file = tmp_path_factory.mktemp("quarters") / "quarters.yaml"
    file.write_text(text.replace(line, BY_QUARTER), encoding="utf-8")
    return file


def test_a_budget_by_quarter_is_planned_and_shown(
    quarters: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--actions", "gold,platinum,platinum_line,days_5,days_45")
    assert plan(tmp_path / "one", *options, scenario=str(quarters)) == 0
    text = capsys.readouterr().out
    words = " ".join(text.split())
    assert "in 4 periods" in words
    assert "It is 6,000 from 2010-01 on, 4,000 from 2010-04 on" in words
    assert "The mean spend stays within the cap of every period" in words
    assert "Knowing the days of rivals' promotions in advance is worth" in words
    assert "campaigns that follow each other for the same customer" in words
    assert max(len(line) for line in text.splitlines()) <= 100
    found = json.loads((tmp_path / "one" / "budget.json").read_text(encoding="utf-8"))
    assert [row["cap"] for row in found["periods"]] == [6000.0, 10000.0, 14000.0, 18000.0]
    assert all(row["account"]["value"] <= row["cap"] for row in found["periods"])
    assert not [row for row in found["mix"] if row["action"] == "days_45" and row["cell"]["period"] == "2010-04"]
    page = (tmp_path / "one" / "budget.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert "The periods" in page
    book = load_workbook(tmp_path / "one" / "budget.xlsx")
    assert [cell.value for cell in book["periods"]["A"]] == ["period_from", "2010-01", "2010-04", "2010-07", "2010-10"]
    assert plan(tmp_path / "two", *options, scenario=str(quarters), jobs="2") == 0
    for name in ("budget.json", "periods.csv", "mix.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_too_little_money_is_answered_not_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(tmp_path / "plan", "--budget", "0.1", "--draws", "0") == 0
    words = " ".join(capsys.readouterr().out.split())
    assert words.startswith("Spend nothing of 0.10 yuan: 0.10 yuan is less than the cheapest action costs for one")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--budget", "-5"), "--budget: got '-5', must be 0 to 1e+13 yuan"),
        (("--budget", "inf"), "--budget: got 'inf', must be 0 to 1e+13 yuan"),
        (("--actions", "platinun"), "(did you mean 'platinum'?)"),
        (("--by", "teir"), "(did you mean 'tier'?)"),
    ],
)
def test_bad_options_are_one_line(
    options: tuple[str, ...], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(tmp_path / "plan", *options) == 2
    text = capsys.readouterr().err
    assert says in text
    assert len(text.strip().splitlines()) == 1
    assert not (tmp_path / "plan").exists()
