"""`experiments/README.md`: `python -m tests.golden.experiments_page` runs every experiment and writes it anew.

A full run of all of them takes minutes, so the test beside this file compares what the page was made from, not the
answers: a page whose files have changed since is refused. With `--missing` only the sections are made that do not
stand there as their files are now; whoever changes the engine makes them all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "experiments" / "README.md"
HEAD = """# Experiments and what they answer

Made by `make experiments`; do not edit. Each answer comes from the command above it, which anyone can repeat (seed 1,
the default number of replications). What the words mean: run doubt is the simulation's own noise, trial doubt what
one real trial of that size would show, assumption doubt how far the answer moves with assumed numbers.
"""


class Study(NamedTuple):
    """An experiment in a world in which it can be made."""

    experiment: Path
    scenario: Path
    options: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        """Words of the command behind `sim`."""
        return ["run", _short(self.scenario), "-e", _short(self.experiment), *self.options]

    @property
    def made_from(self) -> str:
        """First digits of a checksum of both files."""
        both = self.scenario.read_bytes() + self.experiment.read_bytes()
        return hashlib.sha256(both).hexdigest()[:12]

    def answer(self, run: Path) -> tuple[str, str, str]:
        """Title, question and answer, from the run's folder."""
        from sim.report.answer import answer_sentence

        summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
        (asked,) = summary["experiments"]
        return f"{asked['name']} in {summary['scenario']}", asked["question"], answer_sentence(asked, summary)


class Aim(NamedTuple):
    """An arm of an experiment, aimed: everybody, by risk, by value x risk (H-07), by uplift learned and true (P-04)."""

    experiment: Path
    arm: str
    scenario: Path
    options: tuple[str, ...]

    @property
    def command(self) -> list[str]:
        """Words of the command behind `sim`."""
        action = f"{self.experiment.stem}.{self.arm}"
        return ["target", _short(self.scenario), "--action", action, *self.options]

    @property
    def made_from(self) -> str:
        """First digits of a checksum of both files."""
        return Study(self.experiment, self.scenario).made_from

    def answer(self, run: Path) -> tuple[str, str, str]:
        """Title, question and answer, from the folder of the command."""
        from sim.report.target_view import answer_words, question_words

        found = json.loads((run / "target.json").read_text(encoding="utf-8"))
        title = f"{found['question']['action']} aimed in {found['scenario']}"
        return title, question_words(found), " ".join(answer_words(found))


def studies() -> Iterator[Study]:
    """Every experiment in each of the scenarios that list it; one that none lists stands under `UNLISTED`."""
    from sim.scenario.load import load_scenario

    of: dict[Path, list[Path]] = {}
    for scenario in sorted((ROOT / "scenarios").glob("*.yaml")):
        for listed in load_scenario(scenario).value.experiments:
            of.setdefault((scenario.parent / listed).resolve(), []).append(scenario)
    for experiment in sorted((ROOT / "experiments").glob("*.yaml")):
        for scenario in of.get(experiment, []) or [ROOT / "scenarios" / UNLISTED[experiment.stem]]:
            yield Study(experiment, scenario, OPTIONS.get(scenario.stem, ()))


def aims() -> list[Aim]:
    """Arms that are aimed on this page, after all experiments."""
    few = ("--replications", "8", "--draws", "0", "--twins", "16", "--trials", "2", "--trial-sizes", "500,1000")
    bundle, wars = ROOT / "experiments" / "bundle.yaml", ROOT / "scenarios" / "high_value_wars.yaml"
    return [Aim(bundle, "bundle", wars, ("--share", "0.1", *few))]


UNLISTED = {
    "cadence_in_waves": "h_as_reported.yaml",
    "commission_terms": "handan_unicom.yaml",
    "gift_match": "h_broadband.yaml",
    "reward_cadence": "h_broadband.yaml",
    "reward_doses": "h_broadband.yaml",
    "wrong_records": "h_broadband.yaml",
}
"""Experiments that no scenario runs by itself, each with the scenario in which it is answered here."""
OPTIONS = {
    "high_value_wars": ("--replications", "50"),
    "china_mobile_winback": ("--replications", "50"),
    "published_friends": ("--replications", "50"),
    "published_recommendation": ("--replications", "50"),
}
"""Worlds in which customers act on each other, or that are large: a quarter of the default already tells."""


def section(study: Study | Aim) -> str:
    """Run a study and tell its question and answer as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "sim.cli.main", *study.command, "--out", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        title, question, answer = study.answer(out)
    return "\n".join(
        [
            f"## {title}",
            f"<!-- made from {study.made_from} -->",
            f"**{question}**",
            "",
            f"    sim {' '.join(study.command)}",
            "",
            answer,
            "",
        ]
    )


def _short(file: Path) -> str:
    return str(file.relative_to(ROOT))


def standing(page: Path, *lines: str) -> str | None:
    """The section of a page that has all these lines; None where there is none."""
    sections = page.read_text(encoding="utf-8").split("\n## ")[1:]
    return next((f"## {text}" for text in sections if set(lines) <= set(text.splitlines())), None)


def main() -> None:
    """Write the page anew."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--missing", action="store_true", help="keep sections whose files are as they were")
    missing = parser.parse_args().missing
    parts = []
    for study in [*studies(), *aims()]:
        lines = f"<!-- made from {study.made_from} -->", f"    sim {' '.join(study.command)}"
        parts.append((missing and standing(PAGE, *lines)) or section(study))
    PAGE.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main()
