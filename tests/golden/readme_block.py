"""The parts of the README that commands make: `python -m tests.golden.readme_block` writes them anew.

The test beside this file makes the same runs and compares, so that no figure of the README can grow old.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.report.display import Table

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BEGIN, END = "<!-- made by: make readme -->", "<!-- end -->"
COMMAND = ["run", "scenarios/h_broadband.yaml"]
BEGIN_WHATIF = "<!-- made by: make readme, sim whatif -->"
FREE_DAYS = "policies.programme.platinum.reward.free_days"
WHATIF = ["whatif", "scenarios/h_broadband.yaml", "--vary", f"{FREE_DAYS}=0,5,10,15,30,45"]
BEGIN_BUDGET = "<!-- made by: make readme, sim budget -->"
BUDGET = ["budget", "scenarios/h_broadband.yaml", "--budget", "300000"]
SMALL_BUDGET = ["--replications", "20", "--fresh", "20", "--draws", "40"]
BEGIN_SENSITIVITY = "<!-- made by: make readme, sim sensitivity -->"
SENSITIVITY = ["sensitivity", "scenarios/h_broadband.yaml", "-e", "experiments/reward_days.yaml"]
SMALL_SENSITIVITY = ["--replications", "20", "--worlds", "224"]


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
    from sim.report.whatif_view import answer_words, differences_table

    lines = [f"`sim {' '.join(WHATIF)}` ({found['replications']} replications, seed {found['seed']}) says:", ""]
    lines += [f"> {' '.join(answer_words(found))}", ""]
    shown = differences_table(found)
    assert shown is not None
    return "\n".join([*lines, *_rows(shown)])


def budget_block(plan: dict[str, Any]) -> str:
    """Render a plan's answer, its findings and a few points of its frontier, as Markdown."""
    from sim.report.budget_view import frontier_table
    from sim.report.budget_words import answer_sentence, findings

    shown = frontier_table(plan, few=True)
    assert shown is not None
    lines = [f"`sim {' '.join([*BUDGET, *SMALL_BUDGET])}` says:", "", f"> **{answer_sentence(plan)}**", ">"]
    lines += [f"> - {sentence}" for sentence in findings(plan)]
    return "\n".join([*lines, "", *_rows(shown, ("budget", "spends", "worth", "next yuan"))])


def sensitivity_block(found: dict[str, Any]) -> str:
    """Render what a decision hangs on, and each assumption at the ends of its range, as Markdown."""
    from sim.report.sensitivity_view import answer_words, tornado_table

    shown = tornado_table(found)
    assert shown is not None
    lines = [f"`sim {' '.join([*SENSITIVITY, *SMALL_SENSITIVITY])}` says:", "", f"> **{found['question']}**"]
    lines += [f"> {words}" for words in answer_words(found)]
    return "\n".join([*lines, "", *_rows(shown)])


def _rows(shown: Table, titles: Sequence[str] = ()) -> list[str]:
    """A table's columns of some titles, or all, as Markdown."""
    kept = [number for number, column in enumerate(shown.columns) if not titles or column.title in titles]
    columns = [shown.columns[number] for number in kept]
    heads = [", ".join(part for part in (column.title, column.unit) if part) for column in columns]
    lines = [f"| {' | '.join(heads)} |", f"|{'|'.join(' --- ' if column.words else ' ---: ' for column in columns)}|"]
    for row in shown.rows:
        cells = [row.cells[number] for number in kept]
        texts = [f"{cell.value} ({cell.span.strip('()')})" if cell.span else cell.value for cell in cells]
        lines.append(f"| {' | '.join(texts)} |")
    return lines


def budget() -> dict[str, Any]:
    """Plan the README's budget, at reduced size."""
    return _made([*BUDGET, *SMALL_BUDGET], "budget.json")


def sensitivity() -> dict[str, Any]:
    """Ask what the README's decision hangs on, at reduced size."""
    return _made([*SENSITIVITY, *SMALL_SENSITIVITY], "sensitivity.json")


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
    for begin, made in (
        (BEGIN, lambda: block(run())),
        (BEGIN_WHATIF, lambda: whatif_block(whatif())),
        (BEGIN_BUDGET, lambda: budget_block(budget())),
        (BEGIN_SENSITIVITY, lambda: sensitivity_block(sensitivity())),
    ):
        head, _, tail = parts(begin)
        README.write_text(f"{head}{begin}\n{made()}\n{END}{tail}", encoding="utf-8")
