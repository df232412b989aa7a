"""`sim run` with `inject:`: what the summary and the report say of records that are wrong on purpose."""

from pathlib import Path

import pytest

from sim.cli.main import DONE, outcome
from sim.report.json_text import read_json

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("wrong") / "out"
    files = [str(ROOT / "scenarios" / "h_broadband.yaml"), "-e", str(ROOT / "experiments" / "wrong_records.yaml")]
    size = ["--replications", "4", "--customers", "600", "--jobs", "1"]
    assert outcome(["run", *files, *size, "--out", str(out)]) == DONE
    return out


def test_each_pathology_has_its_checks_and_the_estimate_with_and_without(folder):
    (experiment,) = read_json(folder / "summary.json")["experiments"]
    sound, *rows = experiment["injected"]
    assert sound["name"] == "nothing"
    assert not any(check["share_of_trials"]["value"] for check in sound["checks"])
    assert [row["name"] for row in rows] == [
        "sample_ratio", "late_exposure", "non_compliance", "lost_records", "duplicated_records", "peeking",
        "mislogged_redemption",
    ]  # fmt: skip
    trials = {row["metric"]: row for row in experiment["contrasts"]}
    for row in rows:
        for found in row["contrasts"]:
            assert found["without"] == trials[found["metric"]]["trial"]["effect"]
            assert found["truth"] == trials[found["metric"]]["truth"]
            assert found["level_without"]["value"] == trials[found["metric"]]["level"]["value"]


def test_the_report_shows_what_fires_and_what_moves(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "If the trial&#39;s records were wrong" in page or "If the trial's records were wrong" in page
    for words in ("redemptions where given", "mislogged redemption", "With non compliance (share 30%)", "looks 5"):
        assert words in page


def test_a_run_without_wrong_records_says_nothing_of_them(folder, tmp_path):
    (experiment,) = read_json(folder / "summary.json")["experiments"]
    assert "injected" in experiment
    text = (ROOT / "experiments" / "wrong_records.yaml").read_text(encoding="utf-8")
    (tmp_path / "sound.yaml").write_text(text.partition("inject:")[0], encoding="utf-8")
    files = [str(ROOT / "scenarios" / "h_broadband.yaml"), "-e", str(tmp_path / "sound.yaml")]
    size = ["--replications", "4", "--customers", "600", "--jobs", "1"]
    assert outcome(["run", *files, *size, "--out", str(tmp_path / "out")]) == DONE
    (sound,) = read_json(tmp_path / "out" / "summary.json")["experiments"]
    assert "injected" not in sound
    assert sound == {key: value for key, value in experiment.items() if key != "injected"}
