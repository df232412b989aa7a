"""The command line answers at once, and says what it has."""

import subprocess
import sys
from time import perf_counter

import pytest

import sim
from sim.cli.main import COMMANDS, commands, outcome

HEAVY = ("numpy", "pandas", "numba", "rich", "pydantic", "matplotlib", "pyarrow", "simpy", "scipy", "jinja2")


def seconds(*words: str) -> float:
    """Give the shortest of several runs: the others had company."""
    times = []
    for _ in range(7):
        start = perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        times.append(perf_counter() - start)
    return min(times)


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from sim.cli.main import outcome; outcome(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & set(HEAVY)


def test_help_takes_at_most_eight_times_an_empty_program() -> None:
    assert seconds("-m", "sim.cli.main", "--help") <= 8 * seconds("-c", "pass")


def test_every_command_is_there_and_has_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["--help"]) == 0
    printed = capsys.readouterr().out
    for name in COMMANDS:
        assert name in printed
        assert outcome([name, "--help"]) == 0
        assert f"Usage: sim {name}" in capsys.readouterr().out
    assert commands.name == "commands"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"sim, version {sim.__version__}"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["rnu"], "No such command 'rnu' (did you mean 'run'?)."),
        (["fly"], "No such command 'fly' (there are run, check, power, calibrate, compare, validate)."),
        (["run"], "Missing argument 'SCENARIO'."),
    ],
)
def test_a_wrong_command_is_one_line(words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(words) == 2
    errors = capsys.readouterr().err
    assert line in errors
    assert len(errors.splitlines()) == 1


def test_without_words_it_helps(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome([]) == 0
    assert "Usage: sim" in capsys.readouterr().out
