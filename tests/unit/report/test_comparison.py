"""Two runs side by side: what differs is named, luck that is shared cancels, a changed decision is the headline."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.report.comparison import Compared, Comparison, compare_runs
from sim.report.comparison_page import render_comparison
from sim.report.comparison_view import comparison_csv
from sim.report.json_text import read_json, to_json
from sim.report.write import sha256
from sim.scenario.problems import InputProblems
from tests.unit.report.sample_runs import leave_run
from tests.unit.report.sample_summary import sample_replications, sample_summary


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leave_run(tmp_path_factory.mktemp("runs") / "first")


def against(first: Path, other: Path) -> Comparison:
    (found,) = compare_runs([first, other])
    return found


def paths(found: Comparison) -> dict[str, tuple[str, str]]:
    return {item.path: (item.one, item.other) for item in found.settings}


def estimate(found: Comparison, metric: str, arm: str, other: str = "") -> Compared:
    (row,) = [row for row in found.estimates if (row.metric, row.arm, row.against) == (metric, arm, other)][:1]
    return row


def shifted(by: float, arm: str) -> np.ndarray:
    """The sample's values with the churn of one arm of the reward experiment shifted."""
    table = sample_replications()
    here = (table["arm"] == arm) & (table["metric"] == "churn_rate") & (table["experiment"] == "reward_days")
    return np.asarray(table["value"] + by * here)


def changed(**keys: Any) -> dict[str, Any]:
    return sample_summary() | keys


# --- settings -------------------------------------------------------------------------------------


def test_what_is_the_same_is_not_named(first: Path, tmp_path: Path) -> None:
    found = against(first, leave_run(tmp_path / "again"))
    assert found.settings == []
    assert found.code == []
    assert found.sentence() == "No setting differs, and no decision does."
    assert {row.says for row in found.estimates if row.how == "paired"} == {"same"}


def test_a_setting_that_differs_is_named_with_both_values_and_its_range(first: Path, tmp_path: Path) -> None:
    other = leave_run(tmp_path / "other", settings={"reward.half_dose_days": 9, "customers": 500})
    found = against(first, other)
    # the copy's number was changed after loading: it stands there without the file's range
    assert paths(found) == {"customers": ("1,100", "500"), "reward.half_dose_days": ("4 (1 to 12)", "9")}
    assert found.sentence() == (
        "Changing customers from 1,100 to 500 and reward.half_dose_days from 4 (1 to 12) to 9 changes no decision."
    )


def test_an_experiments_own_settings_are_named(first: Path, tmp_path: Path) -> None:
    summary = sample_summary()
    reward = summary["experiments"][0]
    reward["arms"][1]["gets"] = {"reward": {"free_days": 20}}
    reward["arms"][0]["gets"] = {}
    reward["alpha"] = 0.1
    reward["rules"]["decision"]["indifferent_within"] = 0.02
    found = paths(against(first, leave_run(tmp_path / "other", summary=summary)))
    assert found["reward_days: alpha"] == ("0.05", "0.1")
    assert found["reward_days: arms.days_15.reward.free_days"] == ("15", "20")
    assert found["reward_days: rules.decision.indifferent_within"] == ("0.01", "0.02")


def test_numbers_that_differ_beyond_the_shown_digits_are_written_in_full(first: Path, tmp_path: Path) -> None:
    summary = changed(seed=1)
    summary["experiments"][0]["alpha"] = 0.05 + 1e-9
    found = paths(against(first, leave_run(tmp_path / "other", summary=summary)))
    assert found["reward_days: alpha"] == ("0.05", "0.050000001")


def test_which_experiments_were_run_is_named_and_blamed_for_nothing(first: Path, tmp_path: Path) -> None:
    summary = sample_summary()
    del summary["experiments"][1]
    found = against(first, leave_run(tmp_path / "other", summary=summary))
    assert paths(found) == {"experiments": ("contact_cadence, reward_days", "reward_days")}
    assert found.sentence() == "No setting differs, and no decision does."
    assert [row.experiment for row in found.decisions] == ["reward_days"]


def test_another_state_of_the_code_is_named(first: Path, tmp_path: Path) -> None:
    other = leave_run(tmp_path / "other")
    manifest = read_json(other / "manifest.json")
    manifest["git"]["changed"] = True
    (other / "manifest.json").write_text(to_json(manifest), encoding="utf-8")
    found = against(first, other)
    assert [item.path for item in found.code] == ["git"]
    assert found.sentence().startswith("Another state of the code (git from 0123456789ab to 0123456789ab with local")


# --- decisions ------------------------------------------------------------------------------------


def test_a_changed_decision_is_the_headline(first: Path, tmp_path: Path) -> None:
    summary = sample_summary()
    summary["experiments"][0]["decision"] |= {"arm": "none", "share_of_worlds": 1.0}
    found = against(first, leave_run(tmp_path / "other", summary=summary, settings={"reward.half_dose_days": 9}))
    assert found.sentence() == (
        "Changing reward.half_dose_days from 4 (1 to 12) to 9 changes the decision of reward_days from “days_15” to "
        "“none”."
    )
    reward, cadence = found.decisions
    assert (reward.changed, cadence.changed) == (True, False)
    assert reward.worlds == ("9 of 11", "11 of 11")
    assert cadence.trial == ("nothing, “none” stays", "nothing, “none” stays")


def test_many_settings_are_counted(first: Path, tmp_path: Path) -> None:
    paths = ("reward.half_dose_days", "reward.max_reduction", "team.solves_share", "money.margin_share")
    values: dict[str, Any] = dict(zip(paths, (9, 0.3, 0.5, 0.5), strict=True))
    sentence = against(first, leave_run(tmp_path / "other", settings=values)).sentence()
    assert sentence.startswith("Changing 4 settings (money.margin_share from 0.6 to 0.5; ")
    assert sentence.endswith("; ...) changes no decision.")


# --- estimates ------------------------------------------------------------------------------------


def test_with_one_seed_shared_luck_cancels(first: Path, tmp_path: Path) -> None:
    found = against(first, leave_run(tmp_path / "other", values=shifted(0.01, "days_15")))
    assert found.pairing().startswith("Paired over 400 replications")
    level = estimate(found, "churn_rate", "days_15")
    contrast = estimate(found, "churn_rate", "days_15", "none")
    for row in (level, contrast):
        assert (row.how, row.replications, row.says) == ("paired", 400, "higher")
        assert row.difference["value"] == pytest.approx(0.01)
        assert row.difference["high"] - row.difference["low"] < 1e-9
    assert estimate(found, "churn_rate", "none").says == "same"


def test_with_fewer_replications_those_of_both_are_paired(first: Path, tmp_path: Path) -> None:
    found = against(first, leave_run(tmp_path / "other", summary=changed(replications=150)))
    assert found.pairing().startswith("Paired over the first 150 replications")
    assert estimate(found, "churn_rate", "none").replications == 150


def test_a_replication_in_which_nobody_was_eligible_is_no_pair(first: Path, tmp_path: Path) -> None:
    values = sample_replications()["value"]
    values[sample_replications()["replication"] < 100] = np.nan
    found = against(first, leave_run(tmp_path / "other", values=values))
    assert {row.replications for row in found.estimates if row.how == "paired"} == {300}


def test_with_other_seeds_nothing_is_paired(first: Path, tmp_path: Path) -> None:
    other = leave_run(tmp_path / "other", summary=changed(seed=2), values=shifted(0.01, "days_15"))
    found = against(first, other)
    assert found.pairing() == "Unpaired: the seeds differ (1 and 2), so the runs share no luck."
    row = estimate(found, "churn_rate", "days_15")
    assert (row.how, row.replications, row.says) == ("unpaired", 800, "higher")
    assert row.difference["high"] - row.difference["low"] > 1e-4
    assert estimate(found, "churn_rate", "none").says == "noise"


def test_where_only_intervals_are_known_the_difference_has_none(first: Path, tmp_path: Path) -> None:
    summary = sample_summary()
    ratios = [row for row in summary["experiments"][0]["contrasts"] if row["metric"] == "hazard_ratio"]
    ratios[0]["truth"]["value"] += 0.01
    row = estimate(
        against(first, leave_run(tmp_path / "other", summary=summary)), "hazard_ratio", ratios[0]["arm"], "none"
    )
    assert (row.how, row.replications, row.says) == ("intervals", 0, "")
    assert row.difference["value"] == pytest.approx(0.01)
    assert row.difference["low"] is None


def test_one_replication_is_a_refusal_not_a_zero(tmp_path: Path) -> None:
    runs = [leave_run(tmp_path / name, summary=changed(replications=1)) for name in ("one", "other")]
    row = estimate(against(*runs), "churn_rate", "none")
    assert "one replication shows no run doubt" in row.difference["refused"]


def test_other_units_are_not_subtracted(first: Path, tmp_path: Path) -> None:
    summary = sample_summary()
    summary["definitions"]["cost_per_customer"]["unit"] = "dollar"
    row = estimate(against(first, leave_run(tmp_path / "other", summary=summary)), "cost_per_customer", "none")
    assert row.difference == {"refused": "yuan in one run, dollar in the other"}


# --- what is shown --------------------------------------------------------------------------------


def test_the_page_is_one_file_without_network(first: Path, tmp_path: Path) -> None:
    other = leave_run(tmp_path / "other", settings={"reward.half_dose_days": 9})
    page = render_comparison(compare_runs([first, other]))
    assert "Changing reward.half_dose_days from 4 (1 to 12) to 9 changes no decision." in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<h2>") == 1


def test_every_run_is_compared_with_the_first(first: Path, tmp_path: Path) -> None:
    others = [leave_run(tmp_path / name, summary=changed(seed=seed)) for name, seed in (("b", 2), ("c", 3))]
    found = compare_runs([first, *others])
    assert [(item.one.folder, item.other.folder) for item in found] == [(first, other) for other in others]
    rows = comparison_csv(found).splitlines()
    assert rows[0].startswith("run,against_run,experiment,metric,arm,against,unit,value,value_low")
    assert len(rows) == 1 + sum(len(item.estimates) for item in found)
    assert {row.split(",")[1] for row in rows[1:]} == {str(first)}


# --- what cannot be compared ----------------------------------------------------------------------


def refusal(*folders: Path) -> list[str]:
    with pytest.raises(InputProblems) as raised:
        compare_runs(folders)
    return str(raised.value).splitlines()


def test_what_is_no_run_is_named(first: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "manifest.json").write_text("not json")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_text('{"tool": "other"}')
    names = ("nowhere", "empty", "file", "text", "other")
    found = refusal(first, *(tmp_path / name for name in names))
    assert [line.removeprefix(f"{tmp_path}/") for line in found] == [
        "nowhere: got no such folder, must be the folder of a run",
        "empty: got a folder without manifest.json, must be the folder of a run",
        "file: got a file, must be the folder of a run",
        "text/manifest.json: got no JSON, must be the manifest of a run",
        "other/manifest.json: tool: got 'other', must be campaign-sim: the manifest of a run",
    ]


def test_a_folder_named_twice_is_named(first: Path) -> None:
    twice = first / ".." / first.name
    assert refusal(first, twice) == [f"{twice}: got the folder {first} again, must be another run"]


def test_a_run_of_another_version_of_the_contract_is_named(first: Path, tmp_path: Path) -> None:
    other = leave_run(tmp_path / "other")
    manifest = read_json(other / "manifest.json")
    del manifest["contract"]
    (other / "manifest.json").write_text(to_json(manifest), encoding="utf-8")
    (line,) = refusal(first, other)
    assert "contract: got nothing (made by version 0.1.0), must be 2" in line


@pytest.mark.parametrize("name", ["summary.json", "scenario.yaml", "replications.parquet"])
def test_a_damaged_or_missing_file_is_named(first: Path, tmp_path: Path, name: str) -> None:
    other = leave_run(tmp_path / "other")
    whole = (other / name).read_bytes()
    (other / name).write_bytes(whole[:-1])
    (line,) = refusal(first, other)
    assert line.startswith(f"{other / name}: got sha256 ")
    assert "it was damaged or changed" in line
    (other / name).unlink()
    (line,) = refusal(first, other)
    assert line == f"{other / name}: got no such file, must be there: the manifest lists it"


def test_a_summary_of_another_shape_is_named_even_if_its_sum_is_right(first: Path, tmp_path: Path) -> None:
    other = leave_run(tmp_path / "other")
    (other / "summary.json").write_text("[]", encoding="utf-8")
    manifest = read_json(other / "manifest.json")
    manifest["files"]["summary.json"] = sha256(other / "summary.json")
    (other / "manifest.json").write_text(to_json(manifest), encoding="utf-8")
    (line,) = refusal(first, other)
    assert "must be as docs/summary.md describes it" in line


def test_runs_without_a_common_experiment_are_named(tmp_path: Path) -> None:
    runs = []
    for place, name in enumerate(("one", "other")):
        summary = sample_summary()
        summary["experiments"] = [summary["experiments"][place]]
        runs.append(leave_run(tmp_path / name, summary=summary))
    (line,) = refusal(*runs)
    assert line == (f"{runs[1]}: experiments: got only contact_cadence, must be a run with reward_days, as {runs[0]}")
