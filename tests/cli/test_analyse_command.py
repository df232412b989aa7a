"""`sim analyse`: what it leaves, the same bytes twice, and one clear line for each way in which data can be wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.cli.main import BAD_INPUT, DONE, outcome
from sim.report.json_text import read_json
from tests.unit.study.trials import EXPERIMENT, customers, written

Change = Callable[[pd.DataFrame], Any]


def analyse(tmp_path: Path, table: pd.DataFrame, experiment: str = EXPERIMENT, out: str = "out") -> int:
    data, file = written(tmp_path, table, experiment)
    return outcome(["analyse", str(data), "-e", str(file), "--resamples", "200", "--out", str(tmp_path / out)])


def test_what_an_analysis_leaves(tmp_path, capsys):
    assert analyse(tmp_path, customers()) == DONE
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "contrasts.csv", "figures", "manifest.json", "report.html", "summary.json",
    ]  # fmt: skip
    assert sorted(path.name for path in (out / "figures").iterdir()) == ["effects.svg", "survival.svg"]
    manifest = read_json(out / "manifest.json")
    assert set(manifest["files"]) == {"contrasts.csv", "report.html", "summary.json", *(
        f"figures/{name}.svg" for name in ("effects", "survival")
    )}  # fmt: skip
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "truth" not in read_json(out / "summary.json")["experiments"][0]
    assert "<script" not in page
    assert "Can the records be trusted?" in page
    shown = capsys.readouterr().out
    assert "The trial says: “gift”." in shown
    assert "Report: " in shown


def test_the_same_files_give_the_same_bytes(tmp_path, capsys):
    assert analyse(tmp_path, customers(), out="one") == analyse(tmp_path, customers(), out="two") == DONE
    for name in ("summary.json", "contrasts.csv", "figures/survival.svg", "figures/effects.svg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_parquet_and_csv_say_the_same(tmp_path, capsys):
    _data, file = written(tmp_path, customers())
    customers().to_parquet(tmp_path / "trial.parquet")
    for name in ("trial.csv", "trial.parquet"):
        arguments = ["analyse", str(tmp_path / name), "-e", str(file), "--resamples", "0"]
        assert outcome([*arguments, "--out", str(tmp_path / name.replace(".", "_"))]) == DONE
    one, other = (read_json(tmp_path / name / "summary.json") for name in ("trial_csv", "trial_parquet"))
    assert one["experiments"] == other["experiments"]
    assert json.dumps(one["data"]) != json.dumps(other["data"])


def put(column: str, row: int, value: object) -> Change:
    """Put a value into a row (0: the first customer)."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        table[column] = table[column].astype(object)
        table.loc[row, column] = value
        return table

    return change


BAD_DATA: dict[str, tuple[Change, str]] = {
    "a metric missing": (
        lambda t: t.rename(columns={"fees": "fee"}),
        (
            "trial.csv: fees: got no such column, must be a column of the file (small.yaml:16); it has id, group, "
            "left, days, why, age, fee, city, house (did you mean 'fee'?)"
        ),
    ),
    "nothing where a number is due": (
        put("fees", 3, ""),
        "trial.csv:5: fees: got nothing, must be a finite number of at least 0",
    ),
    "NaN": (put("fees", 0, "nan"), "trial.csv:2: fees: got 'nan', must be a finite number of at least 0"),
    "infinite": (put("days", 1, "inf"), "trial.csv:3: days: got 'inf', must be a finite number of at least 0"),
    "negative": (put("fees", 2, -1.5), "trial.csv:4: fees: got '-1.5', must be a finite number of at least 0"),
    "huge": (put("fees", 2, 1e300), "trial.csv:4: fees: got '1e+300', must be at most 1e+15 in size"),
    "words": (put("age", 9, "old"), "trial.csv:11: age: got 'old', must be a finite number"),
    "no flag": (put("left", 5, 2), "trial.csv:7: left: got '2', must be 0 or 1"),
    "several rows": (
        lambda t: put("fees", 2, -1)(put("fees", 7, -1)(t)),
        "trial.csv:4: fees: got '-1' (1 more rows alike), must be a finite number of at least 0",
    ),
    "a customer twice": (
        put("id", 4, "c0"),
        "trial.csv:6: id: got 'c0', must be one row a customer (it stands in row 2 already)",
    ),
    "an arm that nobody named": (
        put("group", 0, "gft"),
        (
            "trial.csv:2: group: got 'gft', must be one of none, gift: the arms of the experiment's file "
            "(did you mean 'gift'?)"
        ),
    ),
    "left for nothing": (
        lambda t: t.assign(why=""),
        "trial.csv:",
    ),
    "no rows": (lambda t: t.iloc[:0], "trial.csv: got no rows, must be a row a customer"),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data_is_one_clear_line(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    change, expected = BAD_DATA[case]
    written(tmp_path, change(customers()))
    assert outcome(["analyse", "trial.csv", "-e", "small.yaml", "--out", "out"]) == BAD_INPUT
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(expected) if case == "left for nothing" else lines[0] == expected
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "trial.csv: got an empty file, must be a CSV file with a header"),
        ("id,group\nc1,gift,more\n", "trial.csv: "),
        ("id;group\nc1;gift\n", "trial.csv: group: got no such column"),
        ("id,id,group\n", "trial.csv: id: got a column that stands twice, must be one column a name"),
    ],
)
def test_a_file_that_is_no_table(text, expected, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, customers())
    (tmp_path / "trial.csv").write_text(text, encoding="utf-8")
    assert outcome(["analyse", "trial.csv", "-e", "small.yaml", "--out", "out"]) == BAD_INPUT
    assert expected in capsys.readouterr().err


def test_rows_of_other_lengths_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data, _ = written(tmp_path, customers(20))
    data.write_text(data.read_text(encoding="utf-8").replace("c3,", "c3,x,"), encoding="utf-8")
    assert outcome(["analyse", "trial.csv", "-e", "small.yaml", "--out", "out"]) == BAD_INPUT
    assert capsys.readouterr().err.strip() == "trial.csv:5: got 10 entries, must be 9, one a column of the header"


BAD_FILES = {
    "a metric that is not in the data": (
        ("metrics: [churn_rate, revenue_per_customer]", "metrics: [churn_rate, net_value_per_customer]"),
        (
            "small.yaml:7: metrics.1: got 'net_value_per_customer', must be a metric that the data hold "
            "(data.net_value names no column, data, line 10)"
        ),
    ),
    "a misspelt metric": (
        ("metrics: [churn_rate, revenue", "metrics: [churn_rate, revenu"),
        (
            "small.yaml:7: metrics.1: got 'revenu_per_customer', must be one of churn_rate, revenue_per_customer, "
            "cost_per_customer, net_value_per_customer, or named in data.metrics (did you mean 'revenue_per_customer'?)"
        ),
    ),
    "no data block": (("data:\n", "dta:\n"), "small.yaml:10: dta: got an unknown key"),
    "days without a horizon": (
        ("horizon_days: 100\n", ""),
        "small.yaml:1: horizon_days: got nothing, must be given (data.days, line 13, is a column of days)",
    ),
    "a covariate that came after": (
        ("covariates: [age]", "covariates: [fees]"),
        (
            "small.yaml:17: data.covariates.0: got 'fees', must be known before the trial "
            "(it is the column of data.revenue)"
        ),
    ),
    "an arm of the data that is none": (
        ("  arm: group\n", "  arm: group\n  arms: {gft: present}\n"),
        "small.yaml:12: data.arms.gft: got 'gft', must be one of none, gift (arms, line 5) (did you mean 'gift'?)",
    ),
    "shares of some arms": (
        ("  arm: group\n", "  arm: group\n  shares: {gift: 2}\n"),
        "small.yaml:12: data.shares: got nothing for none, must be given for every arm (arms, line 5)",
    ),
    "Dunnett within strata": (
        ("assignment: {method: simple}", "correction: dunnett\nassignment: {method: stratified, strata: [city]}"),
        (
            "small.yaml:5: assignment.method: got 'stratified', must be simple or complete: Dunnett's correction is "
            "not known within strata (correction, line 4)"
        ),
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_experiment_is_one_clear_line(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (old, new), expected = BAD_FILES[case]
    assert old in EXPERIMENT
    written(tmp_path, customers(), EXPERIMENT.replace(old, new))
    assert outcome(["analyse", "trial.csv", "-e", "small.yaml", "--out", "out"]) == BAD_INPUT
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(expected)


def test_a_missing_file_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, customers(20))
    assert outcome(["analyse", "none.csv", "-e", "small.yaml"]) == BAD_INPUT
    assert capsys.readouterr().err.strip() == "none.csv: got no such file, must be a CSV or Parquet file"


def test_the_index_of_results_lists_the_analysis(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, customers())
    assert outcome(["analyse", "trial.csv", "-e", "small.yaml", "--resamples", "0"]) == DONE
    page = (tmp_path / "results" / "index.html").read_text(encoding="utf-8")
    assert "analysis of a real trial" in page
    assert "The trial says: “gift”." in page
    assert "could not be read" not in page
    (folder,) = (tmp_path / "results" / "small").iterdir()
    assert outcome(["compare", str(folder), str(folder)]) == BAD_INPUT


def test_a_folder_that_is_taken_is_refused_unless_forced(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert analyse(tmp_path, customers()) == DONE
    assert analyse(tmp_path, customers()) == BAD_INPUT
    assert "it is not empty" in capsys.readouterr().err
    again = ["analyse", "trial.csv", "-e", "small.yaml", "--resamples", "0", "--out", "out", "--force"]
    assert outcome(again) == DONE
