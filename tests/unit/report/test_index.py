"""The index lists every run below a folder of results, and whatever else is there, and is never half a file."""

import re
from pathlib import Path

import pytest

from sim.report import index
from sim.report.failures import RunFailed
from sim.report.index import index_of, write_index
from tests.unit.report.sample_runs import leave_run


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    leave_run(folder / "h_broadband" / "older", started="2026-01-02T03:04:05Z")
    leave_run(folder / "h_broadband" / "newer & better", started="2026-01-03T03:04:05Z")
    return folder


def written(results: Path) -> str:
    write_index(results)
    return (results / "index.html").read_text(encoding="utf-8")


def test_runs_stand_newest_first_with_every_question_and_answer(results: Path) -> None:
    page = written(results)
    assert re.findall(r'href="([^"]*)"', page) == [
        "h_broadband/newer%20%26%20better/report.html",
        "h_broadband/older/report.html",
    ]
    assert page.index("2026-01-03T03:04:05Z") < page.index("2026-01-02T03:04:05Z")
    assert page.count("Should platinum customers get no reward, 15 or 45 free days?") == 2
    assert page.count("Give platinum customers 15 free days") == 2
    assert page.count("Which contact cadence") == 2
    assert "scenario h_broadband · seed 1 · 400 replications" in page
    assert "2 runs, newest first" in page
    assert "<script" not in page
    assert "could not be read" not in page


def test_what_cannot_be_read_is_listed_and_stops_nothing(results: Path) -> None:
    (results / "mine").mkdir()
    (results / "mine" / "notes.txt").write_text("x")
    damaged = leave_run(results / "damaged")
    (damaged / "summary.json").write_text("{}")
    page = written(results)
    assert "2 runs, newest first" in page
    unread = page[page.index("Folders that could not be read") :]
    assert "mine</dt><dd>got a folder without manifest.json" in unread
    assert "damaged</a></dt><dd>summary.json: got sha256" in unread


def test_a_run_that_is_not_finished_is_not_there(results: Path) -> None:
    (results / "h_broadband" / ".newest.unfinished-1").mkdir()
    (results / "h_broadband" / ".newest.unfinished-1" / "summary.json").write_text("{")
    assert ".newest" not in written(results)


def test_a_run_that_ends_meanwhile_is_listed_too(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the other run has written its own index before: this one must not put an older list in its place
    render, seen = index.render_index, []

    def slow(folder: Path, folders: list[Path]) -> str:
        page = render(folder, folders)
        if not seen:
            leave_run(results / "h_broadband" / "meanwhile")
        seen.append(len(folders))
        return page

    monkeypatch.setattr(index, "render_index", slow)
    assert "meanwhile" in written(results)
    assert seen == [2, 3]


def test_an_index_that_cannot_be_written_leaves_the_old_one_whole(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written(results)

    def fail(self: Path, other: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(RunFailed, match="could not be written"):
        write_index(results)
    assert (results / "index.html").read_text(encoding="utf-8") == before
    assert [path.name for path in results.iterdir() if path.is_file()] == ["index.html"]


def test_only_folders_below_have_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = Path("results")
    assert index_of(Path("results/h/run"), results) == results / "index.html"
    assert index_of(tmp_path / "results" / "mine", results) == results / "index.html"
    assert index_of(Path("elsewhere/run"), results) is None
    assert index_of(results, results) is None
