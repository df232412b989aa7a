"""The table of `docs/analyse.md` on wrong records: `python -m tests.golden.wrong_records_page` runs it and writes it.

A full run takes a minute, so the test beside this file compares what the table was made from, not the numbers.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.golden.experiments_page import Study

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "analyse.md"
BEGIN, END = "<!-- made by: python -m tests.golden.wrong_records_page -->", "<!-- end -->"
STUDY = Study(ROOT / "experiments" / "wrong_records.yaml", ROOT / "scenarios" / "h_broadband.yaml")
COLUMNS = (
    "pathology",
    "caught by, in so many trials",
    "churn: shift, points",
    "coverage",
    "false alarms",
    "cost: shift, yuan",
    "coverage",
)
OFTEN = 0.005
"""A check that fires less often than this is left out of a row."""


def made() -> str:
    """Run the experiment and write its table."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "sim.cli.main", *STUDY.command, "--out", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    (experiment,) = summary["experiments"]
    return f"{mark()}\n\n{table(experiment, summary['replications'])}"


def mark() -> str:
    """What the table was made from."""
    return f"<!-- made from {STUDY.made_from} -->"


def table(experiment: dict[str, Any], replications: int) -> str:
    """One line a pathology: what catches it, how often, and what it does to churn and to cost."""
    sizes = experiment["trial_sizes"]
    sound = experiment["injected"][0]
    cries = max(check["share_of_trials"]["value"] for check in sound["checks"])
    lines = [
        f"`sim {' '.join(STUDY.command)}` (seed 1): {replications:,} trials, in the first {_sizes(sizes)} customers.",
        f"In sound records each check fires in at most {cries:.1%} of trials. Shift: the estimate with less that",
        "without, mean of all trials with its run doubt; coverage, and false alarms (in trials without any effect):",
        "without → with.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{' --- |' * len(COLUMNS)}",
    ]
    for row in experiment["injected"][1:]:
        caught = [(check["share_of_trials"]["value"], check["name"]) for check in row["checks"]]
        by = ", ".join(
            f"{name} {share:.0%}" for share, name in sorted(caught, key=lambda one: -one[0]) if share >= OFTEN
        )
        churn, cost = (_of(row, metric) for metric in ("churn_rate", "cost_per_customer"))
        rule = ", ".join(f"{key} {value}" for key, value in row["rule"].items())
        cells = [f"`{row['name']}` ({rule})", by or "nothing", _shift(churn, 100, 1), _turned(churn, "coverage")]
        cells += [_turned(churn, "level"), _shift(cost, 1, 0), _turned(cost, "coverage")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _sizes(sizes: dict[str, int]) -> str:
    return " and ".join(str(n) for n in sizes.values())


def _of(row: dict[str, Any], metric: str) -> dict[str, Any]:
    (found,) = [one for one in row["contrasts"] if one["metric"] == metric]
    return found


def _shift(found: dict[str, Any], scale: float, decimals: int) -> str:
    shift = found["shift"]
    if "refused" in shift:
        return "not filed"
    value, low, high = (scale * shift[key] for key in ("value", "low", "high"))
    return f"{value:+,.{decimals}f} ({low:+,.{decimals}f} to {high:+,.{decimals}f})"


def _turned(found: dict[str, Any], key: str) -> str:
    if "refused" in found[key]:
        return "not filed"
    return f"{found[f'{key}_without']['value']:.1%} → {found[key]['value']:.1%}"


def parts() -> tuple[str, str, str]:
    """Split the page into what stands before the table, the table, and what stands behind it."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    inside, after = rest.split(END, 1)
    return before, inside.strip("\n"), after


def main() -> None:
    """Write the table anew."""
    before, _, after = parts()
    PAGE.write_text(f"{before}{BEGIN}\n{made()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
