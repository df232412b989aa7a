"""`docs/validation.md`: `python -m tests.golden.validation_page` writes it anew, with every scenario that is shipped.

The test beside this file runs the same command and compares, so that the page cannot grow old.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "validation.md"
SETTINGS = ["--seed", "1", "--replications", "100"]


def write(to: Path) -> None:
    """Write the page that the command makes."""
    scenarios = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "scenarios").glob("*.yaml"))
    command = [sys.executable, "-m", "sim.cli.main", "validate", *scenarios, *SETTINGS, "--markdown", str(to)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    write(PAGE)
