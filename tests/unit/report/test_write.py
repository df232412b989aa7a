"""A whole run on disk: complete, the same bytes twice, the page made again from what is there."""

import errno
import hashlib
import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from sim.report import write
from sim.report.failures import RunFailed
from sim.report.json_text import read_json, to_json
from sim.report.result import RunResult
from sim.report.write import render_folder, write_run
from tests.unit.report.sample_summary import (
    sample_customers,
    sample_provenance,
    sample_replications,
    sample_summary,
    sample_timeline,
)

FILES = {
    "manifest.json",
    "scenario.yaml",
    "summary.json",
    "arms.csv",
    "contrasts.csv",
    "timeline.parquet",
    "customers.parquet",
    "replications.parquet",
    "report.html",
    "figures",
}


def result(**changes: Any) -> RunResult:
    parts: dict[str, Any] = {
        "summary": sample_summary(),
        "timeline": sample_timeline(),
        "customers": sample_customers(),
        "replications": sample_replications(),
        "scenario_text": "name: h_broadband\n",
        "provenance": sample_provenance(),
    }
    return RunResult(**{**parts, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "one"
    assert write_run(folder, result(), began=perf_counter()) == folder / "report.html"
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_everything_is_there(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES


def test_manifest_holds_provenance_duration_and_the_sum_of_every_file(folder: Path) -> None:
    manifest = read_json(folder / "manifest.json")
    found = digests(folder)
    del found["manifest.json"]
    assert manifest["files"] == found
    assert manifest["duration_seconds"] >= 0
    assert manifest["seed"] == 1
    assert {key: manifest[key] for key in sample_provenance()} == sample_provenance()


def test_equal_runs_give_equal_bytes(folder: Path, tmp_path: Path) -> None:
    write_run(tmp_path / "two", result())
    first, second = digests(folder), digests(tmp_path / "two")
    first.pop("manifest.json")
    second.pop("manifest.json")  # the duration differs
    assert first == second


def test_page_is_a_function_of_the_folder(folder: Path) -> None:
    assert render_folder(folder) == (folder / "report.html").read_text(encoding="utf-8")


def test_summary_comes_back_in_its_order(folder: Path) -> None:
    back = read_json(folder / "summary.json")
    assert back == sample_summary()
    assert list(back) == list(sample_summary())


def test_json_keeps_order_and_characters_and_ends_with_a_line() -> None:
    assert to_json({"b": 0.1, "a": "保有率"}) == '{\n "b": 0.1,\n "a": "保有率"\n}\n'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_not_written(tmp_path: Path, number: float) -> None:
    summary = sample_summary()
    summary["baseline"]["annual_churn"]["value"] = number
    with pytest.raises(ValueError, match="JSON compliant"):
        write_run(tmp_path / "run", result(summary=summary))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, columns: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(write, "write_parquet", full)
    with pytest.raises(RunFailed, match="the disk is full"):
        write_run(tmp_path / "run", result())
    assert not list(tmp_path.iterdir())


def test_json_is_plain(folder: Path) -> None:
    text = (folder / "summary.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["scenario"] == "h_broadband"
