"""`sim compare`: the answer first, within 100 columns; a page and a table on demand; a line for bad input."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from sim.cli.main import outcome
from tests.unit.report.sample_runs import leave_run
from tests.unit.report.sample_summary import sample_summary


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    summary = sample_summary()
    summary["experiments"][0]["decision"]["arm"] = "none"
    return (
        leave_run(folder / "first"),
        leave_run(folder / "second", summary=summary, settings={"reward.half_dose_days": 9}),
    )


def test_what_changed_is_said_first_and_fits(runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["compare", *map(str, runs)]) == 0
    printed = capsys.readouterr().out
    assert max(cell_len(line) for line in printed.splitlines()) <= 100
    words = " ".join(printed.split())
    order = [
        f"A {runs[0]}",
        f"B {runs[1]}",
        "Changing reward.half_dose_days from 4 (1 to 12) to 9 changes the decision of reward_days from “days_15” to",
        "Settings that differ",
        "Decisions",
        "Paired over 400 replications",
        "days_15 against none",
    ]
    places = [words.index(part) for part in order]
    assert places == sorted(places)


def test_page_and_table_are_written(
    runs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "out"
    assert outcome(["compare", *map(str, runs), "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == {"compare.html", "compare.csv"}
    assert "compare.html" in "".join(capsys.readouterr().out.split())
    assert (out / "compare.csv").read_text(encoding="utf-8").count("\n") > 20
    assert outcome(["compare", *map(str, runs), "--out", str(out)]) == 2
    assert "it is not empty; a comparison is written into a folder of its own" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "Name two runs or more."),
        (["first"], "Name two runs or more."),
        (["first", "first"], "first: got the folder first again, must be another run"),
        (["first", "nowhere"], "nowhere: got no such folder, must be the folder of a run"),
        (["first", "second", "--out", "file"], "file: file is a file; a folder is needed there"),
    ],
)
def test_bad_input_is_a_line(
    runs: tuple[Path, Path],
    words: list[str],
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(runs[0].parent)
    Path("file").write_text("x")
    assert outcome(["compare", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert line in printed.err
    assert len(printed.err.splitlines()) == 1
