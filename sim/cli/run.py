"""`sim run`: live a scenario, answer its experiments, write the report, print the answer."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.listing import RESULTS, list_results
from sim.cli.memory import check_memory
from sim.cli.options import WIDTH, experiments_option, jobs_option, replications_option, seed_option


@click.command()
@click.argument("scenario", metavar="SCENARIO", type=click.Path(path_type=Path))
@experiments_option
@seed_option
@replications_option(400, 1, "How often the world is lived; each holds one trial.")
@click.option("--customers", type=int, help="The base on day 0; left out, the scenario's.")
@jobs_option
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The run's folder; left out, results/<scenario>/<UTC time>-<inputs>.",
)
@click.option("--force", is_flag=True, help="With --out: replace the run that is there.")
def run(
    scenario: Path,
    files: tuple[Path, ...],
    seed: int,
    replications: int,
    customers: int | None,
    jobs: int,
    out: Path | None,
    force: bool,
) -> None:
    """Live SCENARIO, answer its experiments, write a report and print the answer.

    The numbers follow from the files, --seed, --replications and --customers alone; --jobs changes only how
    long it takes.
    """
    from datetime import UTC, datetime
    from time import perf_counter

    began, started = perf_counter(), datetime.now(UTC)
    if force and out is None:
        raise click.UsageError("--force needs --out: without it every run has a folder of its own.")

    from sim.report.folder import check_folder, default_folder
    from sim.scenario.load import load_experiments, load_scenario

    world = load_scenario(scenario)
    if customers is not None:
        world = world.with_value("customers", customers, place="--customers")
    experiments = load_experiments(world, files or None)
    if not experiments:
        raise click.UsageError(
            f"{scenario} lists no experiments; name one with --experiment (its figures alone: sim validate {scenario})."
        )
    if out is not None:
        check_folder(out, force)
    check_memory(world)

    from rich.console import Console

    from sim.cli.progress import StageProgress
    from sim.planning.run import answer
    from sim.report.provenance import command_line, describe_run, inputs_hash
    from sim.report.result import RunResult
    from sim.report.terminal import show
    from sim.report.write import write_run

    with StageProgress(Console(stderr=True)) as progress:
        answered = answer(world, experiments, seed=seed, replications=replications, jobs=jobs, progress=progress)
        progress("writing the report", 0, 1)
        provenance = describe_run(
            command=command_line(),
            scenario={"file": str(world.file), "sha256": world.sha256},
            experiments=[
                {"name": item.value.name, "file": str(item.file), "sha256": item.sha256} for item in experiments
            ],
            settings={
                "seed": seed,
                "replications": replications,
                "customers": world.value.customers,
                "jobs": jobs,
            },
            started=started,
        )
        result = RunResult(
            summary=answered.summary,
            timeline=answered.timeline,
            customers=answered.customers,
            replications=answered.replications,
            scenario_text=world.resolved_yaml(),
            provenance=provenance,
        )
        folder = out or default_folder(RESULTS, world.value.name, inputs_hash(provenance), started)
        page = write_run(folder, result, force=force, began=began)
    console = Console(width=WIDTH, highlight=False)
    for piece in show(result.summary, str(page)):
        console.print(piece)
    list_results(console, folder)
