"""The part of the README that a run makes: `python -m tests.golden.readme_block` writes it anew.

The test beside this file makes the same run and compares, so that no figure of the README can grow old.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BEGIN, END = "<!-- made by: make readme -->", "<!-- end -->"
COMMAND = ["run", "scenarios/h_broadband.yaml"]


def block(summary: dict[str, Any]) -> str:
    """Render the answers, and the first trial beside the truth, as Markdown."""
    from sim.report.answer import answer_sentence

    lines = [f"`sim {' '.join(COMMAND)}` ({summary['replications']} replications, seed {summary['seed']}) says:", ""]
    for experiment in summary["experiments"]:
        lines += [f"> **{experiment['question']}** {answer_sentence(experiment, summary)}", ""]
    lines += [
        "And the first trial of each, as the firm would have seen it, beside the truth that it could not see:",
        "",
        "| churn, points | truth (95% run doubt) | first trial (95% trial doubt) | Holm p | power |",
        "| --- | --- | --- | --- | --- |",
    ]
    for experiment in summary["experiments"]:
        for row in experiment["contrasts"]:
            if row["metric"] == "churn_rate":
                trial = row["trial"]
                cells = [
                    f"{row['arm']} against {row['against']}",
                    _points(row["truth"]),
                    _points(trial["effect"]),
                    f"{trial['p_adjusted']:.2f}",
                    f"{row['power']['value']:.0%}",
                ]
                lines.append(f"| {experiment['name']}: {' | '.join(cells)} |")
    return "\n".join(lines)


def _points(interval: dict[str, float]) -> str:
    value, low, high = (100 * interval[key] for key in ("value", "low", "high"))
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


def run(*options: str) -> dict[str, Any]:
    """Make the README's run and give its summary."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "sim.cli.main", *COMMAND, "--out", str(out), *options]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        return summary


def parts() -> tuple[str, str, str]:
    """Split the README into what stands before the made part, the made part, and what stands behind it."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    made, after = rest.split(END)
    return before, made.strip(), after


if __name__ == "__main__":
    head, _, tail = parts()
    README.write_text(f"{head}{BEGIN}\n{block(run())}\n{END}{tail}", encoding="utf-8")
