"""SIGTERM ends a long command as Ctrl-C does: workers too, within seconds, and nothing half-written stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli.main import TERMINATED

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = Path("/proc")
H = str(ROOT / "scenarios" / "h_broadband.yaml")
REPORTED = str(ROOT / "scenarios" / "h_as_reported.yaml")
REWARD = str(ROOT / "experiments" / "reward_days.yaml")
FREE_DAYS = "policies.programme.platinum.reward.free_days=0,5,30"
STARTED = 3  # the command itself, joblib's tracker of resources, a worker
PATIENCE = 300.0  # seconds; a first test compiles the kernels
SECONDS = 30.0  # far less than the minutes for which idle workers stay

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROCESSES.is_dir(), reason="processes are counted in /proc"),
]


def members(group: int) -> int:
    """How many processes of a group are alive."""
    alive = 0
    for file in PROCESSES.glob("[0-9]*/stat"):
        try:
            state, _, of_group = file.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # gone meanwhile
            continue
        alive += int(of_group) == group and state != "Z"
    return alive


def until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()


@pytest.mark.parametrize(
    "words",
    [
        ["run", H, "--replications", "100000", "--out", "out"],
        ["calibrate", REPORTED, "--replications", "100000", "--out", "fitted.yaml"],
        ["validate", H, "--replications", "100000", "--markdown", "page.md"],
        ["budget", H, "--replications", "100000", "--out", "out"],
        ["whatif", H, "--vary", FREE_DAYS, "--replications", "100000", "--out", "out"],
        ["sensitivity", H, "-e", REWARD, "--replications", "1000", "--out", "out"],
    ],
    ids=lambda words: str(words[0]),
)
def test_a_terminated_command_ends_its_workers_and_leaves_nothing(words: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim.cli.main", *words, "--jobs", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert until(lambda: members(running.pid) >= STARTED or running.poll() is not None, PATIENCE)
            running.send_signal(signal.SIGTERM)
            _, said = running.communicate(timeout=SECONDS)
            assert until(lambda: not members(running.pid), SECONDS)
        finally:
            if members(running.pid):
                os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == TERMINATED, said
    assert "sim: terminated; nothing was written" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
