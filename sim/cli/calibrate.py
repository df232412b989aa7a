"""`sim calibrate`: fit what a scenario marks with `calibrate:` to its `targets:`, and say what they do not tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.memory import check_memory
from sim.cli.options import WIDTH, jobs_option, replications_option, seed_option

if TYPE_CHECKING:
    from rich.console import Console

    from sim.planning.calibrate import Calibration
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario


@click.command()
@click.argument("scenario", metavar="SCENARIO", type=click.Path(path_type=Path))
@seed_option
@replications_option(200, 2, "How often each point of the fit is lived.")
@jobs_option
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the fitted scenario to a new file.")
@click.option("--in-place", is_flag=True, help="Write the fitted values into SCENARIO; comments stay.")
def calibrate(scenario: Path, seed: int, replications: int, jobs: int, out: Path | None, in_place: bool) -> None:
    """Fit the parameters of SCENARIO that carry `calibrate:` to its `targets:`.

    A parameter that the targets do not identify is named and stays where it is. Without --out or --in-place the
    fitted values are shown and nothing is written.
    """
    if out is not None and in_place:
        raise click.UsageError("--out and --in-place exclude each other.")
    if out is not None and out.exists():
        raise click.UsageError(f"--out {out}: it exists; name a new file, or --in-place to change SCENARIO.")
    if out is not None and not out.parent.is_dir():
        raise click.UsageError(f"--out {out}: there is no folder {out.parent}.")

    from sim.scenario.load import load_scenario

    world = load_scenario(scenario)
    check_memory(world)

    from rich.console import Console

    from sim.cli.progress import StageProgress
    from sim.planning.calibrate import calibrate as fit

    with StageProgress(Console(stderr=True)) as progress:
        found = fit(world, seed=seed, replications=replications, jobs=jobs, progress=progress)
    console = Console(width=WIDTH, highlight=False, markup=False)
    _show(console, world, found)
    target = scenario if in_place else out
    if target is None:
        console.print("\nNothing was written: --in-place writes the values into the scenario, --out FILE a new one.")
        return
    _write(world, found, target)
    console.print(f"\nWritten: {target}", style="bold")
    _warn_of_lost_experiments(console, world, target)


def _show(console: Console, world: Loaded[Scenario], found: Calibration) -> None:
    from sim.report.calibration_view import parameters_table, sentences, targets_table
    from sim.report.terminal import to_rich

    console.print(f"{world.file}: {world.value.title or world.value.name}", style="bold")
    for shown in (targets_table(found), parameters_table(found)):
        if shown is not None:
            console.print(to_rich(shown))
            for mark, words in shown.notes:
                console.print(f"  {mark}: {words}", style="dim")
    for sentence in sentences(found):
        console.print(sentence)


def _write(world: Loaded[Scenario], found: Calibration, target: Path) -> None:
    """Write the fitted values, unless the file is no longer the one that was read."""
    from sim.report.failures import RunFailed
    from sim.scenario.document import read_document
    from sim.scenario.rewrite import write_numbers

    if read_document(world.file).sha256 != world.sha256:
        raise RunFailed(f"{world.file} was changed meanwhile; nothing was written")
    write_numbers(world.file, found.values, target)


def _warn_of_lost_experiments(console: Console, world: Loaded[Scenario], target: Path) -> None:
    lost = [listed for listed in world.value.experiments if not (target.parent / listed).exists()]
    if lost:
        console.print(f"Its experiments are sought from its folder, where there is no {', '.join(lost)}.")
