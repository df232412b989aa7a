"""`sim validate`: every reported figure that a scenario names, beside what its world does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.memory import check_memory
from sim.cli.options import WIDTH, jobs_option, replications_option, seed_option

FEWEST = 39
"""Fewer replications give no 95% prediction interval (`sim.evidence.paired`)."""


@click.command()
@click.argument("scenarios", metavar="SCENARIO...", type=click.Path(path_type=Path), nargs=-1, required=True)
@seed_option
@replications_option(400, FEWEST, "How often the world is lived; fewer than 39 give no prediction interval.")
@jobs_option
@click.option(
    "--markdown",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also write it as a page, as docs/validation.md.",
)
def validate(scenarios: tuple[Path, ...], seed: int, replications: int, jobs: int, markdown: Path | None) -> None:
    """Compare every figure that SCENARIO names with what its world does: given, fitted or predicted.

    A figure is met if it lies in the 95% prediction interval: where one such base over one such period would lie.
    """
    if markdown is not None and not markdown.parent.is_dir():
        raise click.UsageError(f"--markdown {markdown}: there is no folder {markdown.parent}.")
    if markdown is not None and markdown.exists() and not markdown.is_file():
        raise click.UsageError(f"--markdown {markdown}: it is no file.")

    from sim.scenario.load import load_scenario

    worlds = [load_scenario(file) for file in scenarios]
    for world in worlds:
        check_memory(world)

    from rich.console import Console

    from sim.cli.progress import StageProgress
    from sim.planning.validate import live_validation
    from sim.report.terminal import to_rich
    from sim.report.validation_page import Validation, page
    from sim.report.whole_file import write_whole

    found = []
    with StageProgress(Console(stderr=True)) as progress:
        for world in worlds:
            rows = live_validation(world, seed=seed, replications=replications, jobs=jobs, progress=progress)
            found.append(Validation(world.file, world.value, tuple(rows)))
    console = Console(width=WIDTH, highlight=False, markup=False)
    for one in found:
        _show(console, one, to_rich)
    if markdown is not None:
        write_whole(markdown, page(found, seed=seed, replications=replications))
        console.print(f"\nWritten: {markdown}", style="bold")


def _show(console: Any, found: Any, to_rich: Any) -> None:
    console.print(f"\n{found.heading}", style="bold")
    shown = found.short_table()
    if shown is not None:
        console.print(to_rich(shown))
        for mark, words in shown.notes:
            console.print(f"  {mark}: {words}", style="dim")
    for sentence in found.sentences():
        console.print(sentence)
