"""`sim run` on the shipped scenario, with an engine that answers at once."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from sim.cli.main import outcome
from sim.report.json_text import read_json
from tests.unit.report.sample_summary import sample_customers, sample_replications, sample_summary, sample_timeline

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios" / "h_broadband.yaml"
REWARD = ROOT / "experiments" / "reward_days.yaml"
CADENCE = ROOT / "experiments" / "contact_cadence.yaml"

Run = Callable[..., int]


class Engine:
    """Stands in for the engine: keeps what it was asked and answers with the sample."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.failure: BaseException | None = None

    def answer(self, scenario: Any, experiments: Any, *, progress: Any, **settings: Any) -> SimpleNamespace:
        self.asked = {"scenario": scenario, "experiments": experiments, **settings}
        progress("compiling", 0, 1)
        for done in range(3):
            progress("living the worlds", done, 3)
        if self.failure is not None:
            raise self.failure
        return SimpleNamespace(
            summary=sample_summary(),
            timeline=sample_timeline(),
            customers=sample_customers(),
            replications=sample_replications(),
        )


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    module = ModuleType("sim.planning.run")
    module.__dict__["answer"] = engine.answer
    monkeypatch.setitem(sys.modules, "sim.planning.run", module)
    return engine


@pytest.fixture
def sim_run(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.report.write.draw_all", lambda summary: {})  # figures have tests of their own
    return lambda *words: outcome(["run", str(SCENARIO), *(str(word) for word in words)])


def test_the_run_is_answered_written_and_printed(
    sim_run: Run, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim_run() == 0
    (folder,) = (tmp_path / "results" / "h_broadband").iterdir()
    assert (folder / "report.html").exists()
    printed = capsys.readouterr()
    assert "Give platinum customers 15 free days" in " ".join(printed.out.split())
    assert f"results/h_broadband/{folder.name}/report.html" in printed.out
    assert printed.err.splitlines() == ["compiling ...", "living the worlds ...", "writing the report ..."]
    assert (engine.asked["seed"], engine.asked["replications"]) == (1, 400)
    assert engine.asked["jobs"] >= 1
    assert [item.value.name for item in engine.asked["experiments"]] == ["reward_days", "contact_cadence"]


def test_options_reach_the_engine_and_the_manifest(sim_run: Run, engine: Engine, tmp_path: Path) -> None:
    words = ["-e", REWARD, "--seed", 7, "--replications", 5, "--customers", 90, "--jobs", 1, "--out", "here"]
    assert sim_run(*words) == 0
    assert (engine.asked["seed"], engine.asked["replications"], engine.asked["jobs"]) == (7, 5, 1)
    assert engine.asked["scenario"].value.customers == 90
    manifest = read_json(tmp_path / "here" / "manifest.json")
    asked = {key: manifest[key] for key in ("seed", "replications", "customers", "jobs")}
    assert asked == {"seed": 7, "replications": 5, "customers": 90, "jobs": 1}
    assert manifest["scenario"] == {"file": str(SCENARIO), "sha256": engine.asked["scenario"].sha256}
    assert [item["name"] for item in manifest["experiments"]] == ["reward_days"]
    assert manifest["duration_seconds"] > 0
    assert {"python", "numpy", "numba"} <= manifest["versions"].keys()
    resolved = (tmp_path / "here" / "scenario.yaml").read_text(encoding="utf-8")
    assert "customers: {value: 90," in resolved


def test_a_run_below_results_is_in_their_index_and_one_elsewhere_is_not(
    sim_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim_run("--out", "elsewhere") == 0
    assert not (tmp_path / "results").exists()
    assert "All runs" not in capsys.readouterr().out
    assert sim_run() == 0
    (folder,) = (tmp_path / "results" / "h_broadband").iterdir()
    index = (tmp_path / "results" / "index.html").read_text(encoding="utf-8")
    assert f'href="h_broadband/{folder.name}/report.html"' in index
    assert "elsewhere" not in index
    assert "All runs: results/index.html" in capsys.readouterr().out


def test_an_index_that_cannot_be_written_costs_no_run(
    sim_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results" / "index.html").mkdir(parents=True)
    assert sim_run() == 0
    assert "sim: results/index.html: it could not be written" in capsys.readouterr().err
    assert list((tmp_path / "results").glob("h_broadband/*/report.html"))


def test_two_runs_have_two_folders(sim_run: Run, tmp_path: Path) -> None:
    assert sim_run("-e", REWARD) == 0
    assert sim_run("-e", REWARD) == 0
    assert len(list((tmp_path / "results" / "h_broadband").iterdir())) == 2


def test_force_replaces_a_run_and_only_a_run(sim_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sim_run("-e", CADENCE, "--out", "here") == 0
    assert sim_run("-e", CADENCE, "--out", "here") == 2
    assert "here: it is not empty" in capsys.readouterr().err
    assert sim_run("-e", CADENCE, "--out", "here", "--force") == 0
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    assert sim_run("-e", CADENCE, "--out", "there", "--force") == 2
    assert "no run of ours" in capsys.readouterr().err
    assert (tmp_path / "there" / "mine.txt").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--customers", "0"], "--customers: customers: got 0, must be at least 1"),
        (["--customers", "1000000000000"], "GiB of memory"),
        (["--customers", "many"], "'many' is not a valid integer"),
        (["--replications", "0"], "0 is not in the range 1<=x<=1000000"),
        (["--replications", "1000000000000"], "1000000000000 is not in the range"),
        (["--seed", "-1"], "-1 is not in the range"),
        (["--jobs", "0"], "0 is not in the range"),
        (["--force"], "--force needs --out"),
        (["-e", "nowhere.yaml"], "nowhere.yaml: got no such file"),
        (["-e", str(REWARD), "-e", str(REWARD)], "must be another name"),
        (["--sed", "3"], "Did you mean '--seed'?"),
        (["--out", str(REWARD)], "is a file; a folder is needed there"),
        (["--out", str(REWARD / "below")], "is a file; a folder is needed there"),
    ],
)
def test_bad_input_is_a_clear_line_and_nothing_is_lived(
    sim_run: Run,
    engine: Engine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    line: str,
) -> None:
    assert sim_run(*words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert line in printed.err
    assert len(printed.err.splitlines()) == 1
    assert "Traceback" not in printed.err
    assert engine.asked == {}
    assert list(tmp_path.iterdir()) == []


def test_a_base_that_does_not_fit_into_memory_is_refused(
    sim_run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.cli.memory._memory", lambda: 1000)
    assert sim_run() == 2
    assert "customers: got 1100 (about" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("failure", "code", "line"),
    [
        (
            RuntimeError("a  slip\nin the engine"),
            1,
            "sim: the run failed: RuntimeError: a slip in the engine",
        ),
        (MemoryError(), 1, "sim: not enough memory"),
        (KeyboardInterrupt(), 130, "sim: stopped; nothing was written"),
        (OSError(28, "No space left on device"), 1, "sim: the run failed: OSError"),
    ],
)
def test_a_failure_is_a_line_without_traceback_and_leaves_nothing(
    sim_run: Run,
    engine: Engine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    failure: BaseException,
    code: int,
    line: str,
) -> None:
    engine.failure = failure
    assert sim_run("--out", "here") == code
    errors = capsys.readouterr().err.strip()
    assert line in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_exit_1_and_leaves_nothing(
    sim_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, columns: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.report.write.write_parquet", full)
    assert sim_run("--out", "here") == 1
    assert "sim: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_traceback_wherever_it_stands(
    sim_run: Run, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.failure = RuntimeError("a slip")
    assert sim_run("--debug") == 1
    assert "Traceback" in capsys.readouterr().err
