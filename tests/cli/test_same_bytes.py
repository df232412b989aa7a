"""The same inputs leave the same bytes, for any number of processes and any hash seed.

Catches an order that comes from a set or from whichever process ends first, a table that carries a time, and a sum that
depends on how replications were cut into blocks.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "summary.json",
    "arms.csv",
    "contrasts.csv",
    "customers.parquet",
    "timeline.parquet",
    "replications.parquet",
    "scenario.yaml",
)


def run(out: Path, jobs: int, hash_seed: str) -> dict[str, str]:
    """Run the shipped scenario at a small size; checksums of what must not change."""
    command = [sys.executable, "-m", "sim.cli.main", "run", "scenarios/h_broadband.yaml", "--out", str(out)]
    command += ["--replications", "9", "--customers", "240", "--seed", "11", "--jobs", str(jobs)]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(tmp_path_factory.mktemp("alone") / "run", jobs=1, hash_seed="0")


@pytest.mark.parametrize(("jobs", "hash_seed"), [(2, "0"), (1, "4242")])
def test_processes_and_hash_seed_change_no_byte(
    alone: dict[str, str], tmp_path: Path, jobs: int, hash_seed: str
) -> None:
    assert run(tmp_path / "run", jobs, hash_seed) == alone
