"""The parts of the README that commands make: `python -m tests.golden.readme_block` writes them anew.

The test beside this file makes the same runs and compares, so that no figure of the README can grow old.
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
BEGIN_WHATIF = "<!-- made by: make readme, sim whatif -->"
FREE_DAYS = "policies.programme.platinum.reward.free_days"
WHATIF = ["whatif", "scenarios/h_broadband.yaml", "--vary", f"{FREE_DAYS}=0,5,10,15,30,45"]


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


def whatif_block(found: dict[str, Any]) -> str:
    """Render the answer to a what-if question, and every value less the file's, as Markdown."""
    from sim.report.whatif_view import SHOWN, answer_words, differences_table

    lines = [f"`sim {' '.join(WHATIF)}` ({found['replications']} replications, seed {found['seed']}) says:", ""]
    lines += [f"> {' '.join(answer_words(found))}", ""]
    shown = differences_table(found)
    assert shown is not None
    heads = [", ".join(part for part in (column.title, column.unit) if part) for column in shown.columns]
    lines += [f"| {' | '.join(heads)} |", "| --- |" + " ---: |" * len(SHOWN)]
    for row in shown.rows:
        cells = [f"{cell.value} ({cell.span.strip('()')})" if cell.span else cell.value for cell in row.cells]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def run(*options: str) -> dict[str, Any]:
    """Make the README's run and give its summary."""
    return _made([*COMMAND, *options], "summary.json")


def whatif() -> dict[str, Any]:
    """Ask the README's what-if question and give what was found."""
    return _made(WHATIF, "whatif.json")


def _made(words: list[str], file: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "sim.cli.main", *words, "--out", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        summary: dict[str, Any] = json.loads((out / file).read_text(encoding="utf-8"))
        return summary


def parts(begin: str = BEGIN) -> tuple[str, str, str]:
    """Split the README into what stands before a made part, the made part, and what stands behind it."""
    before, rest = README.read_text(encoding="utf-8").split(begin)
    made, after = rest.split(END, 1)
    return before, made.strip(), after


if __name__ == "__main__":
    for begin, made in ((BEGIN, lambda: block(run())), (BEGIN_WHATIF, lambda: whatif_block(whatif()))):
        head, _, tail = parts(begin)
        README.write_text(f"{head}{begin}\n{made()}\n{END}{tail}", encoding="utf-8")
