"""`sim power`: what a design can find, by simulation, beside the formula."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.memory import check_memory
from sim.cli.options import WIDTH, jobs_option, seed_option


@click.command()
@click.argument("scenario", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option(
    "-e",
    "--experiment",
    "file",
    metavar="EXPERIMENT",
    type=click.Path(path_type=Path),
    required=True,
    help="The experiment's file.",
)
@seed_option
@click.option("--customers", type=int, help="The base on day 0; left out, the scenario's.")
@click.option(
    "--precision",
    type=click.FloatRange(0.001, 0.5),
    default=0.02,
    show_default=True,
    help="Half the width of a 95% interval that a share of trials may have, absolute; stops as soon as all do.",
)
@click.option(
    "--replications",
    type=click.IntRange(2, 1_000_000),
    default=2000,
    show_default=True,
    help="Stops after so many all the same.",
)
@click.option(
    "--wanted-power",
    type=click.FloatRange(0.1, 0.99),
    default=0.8,
    show_default=True,
    help="For the least effect and the size of a trial.",
)
@jobs_option
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Also write power.html and power.csv there."
)
def power(
    scenario: Path,
    file: Path,
    seed: int,
    customers: int | None,
    precision: float,
    replications: int,
    wanted_power: float,
    jobs: int,
    out: Path | None,
) -> None:
    """Say what the trial of EXPERIMENT in SCENARIO can find, and what going by it costs.

    Power, level, coverage, wrong signs, overstatement, wrong decisions and their price, at the planned size, at larger
    ones, and at effects of other sizes; the formula beside, where there is one.
    """
    from sim.report.folder import check_folder
    from sim.scenario.experiment_schema import Experiment
    from sim.scenario.load import load_scenario, load_trial

    world = load_scenario(scenario)
    if customers is not None:
        world = world.with_value("customers", customers, place="--customers")
    plan = load_trial(file, world)
    assert isinstance(plan.value, Experiment)
    if out is not None:
        check_folder(out, force=False)
    check_memory(world)

    from rich.console import Console

    from sim.cli.progress import StageProgress
    from sim.planning.power import Asked, study
    from sim.report.power_terminal import show_study

    asked = Asked(precision, replications, wanted_power)
    with StageProgress(Console(stderr=True)) as progress:
        found = study(world, plan.value, asked, seed=seed, jobs=jobs, progress=progress)
    console = Console(width=WIDTH, highlight=False, markup=False, emoji=False)
    currency = world.value.currency
    for piece in show_study(found, currency):
        console.print(piece)
    if out is not None:
        from sim.report.power_page import write_study

        provenance = {
            "scenario": f"{world.file} (sha256 {world.sha256})",
            "experiment": f"{plan.file} (sha256 {plan.sha256})",
            "seed": seed,
            "replications lived": found.replications,
            "precision asked for": precision,
        }
        page = write_study(out, found, currency, provenance)
        console.print(f"\nReport: {page}", style="bold")
    else:
        console.print("\nAll metrics and curves are in the page and the table that --out writes.", style="dim")
