"""`sim budget`: how much to spend on whom, the frontier over budgets, and what the next yuan buys."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.memory import check_memory
from sim.cli.options import WIDTH, jobs_option, replications_option, seed_option

RESULTS = Path("results")
FEWEST = 10
"""Fewer replications give no ten folds."""


@click.command()
@click.argument("scenario", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--budget", metavar="YUAN", help="What may be spent; left out, planning.budget_yuan.")
@click.option("--actions", metavar="A,B,...", help="Actions to choose from; left out, all of planning.actions.")
@click.option("--by", metavar="PART,...", help="What customers are told apart by: tier, tenure, segment, priority.")
@seed_option
@replications_option(80, FEWEST, "Worlds by which mixes are chosen.")
@click.option(
    "--fresh",
    type=click.IntRange(2, 1_000_000),
    default=100,
    show_default=True,
    help="Further replications on which the chosen mix is lived whole.",
)
@click.option(
    "--draws",
    type=click.IntRange(0, 1_000_000),
    default=200,
    show_default=True,
    help="Worlds of the assumptions; 0 for no assumption doubt.",
)
@click.option("--customers", type=int, help="The base on day 0; left out, the scenario's.")
@jobs_option
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The plan's folder; left out, results/<scenario>/<UTC time>-<inputs>.",
)
@click.option("--force", is_flag=True, help="With --out: replace the run that is there.")
def budget(
    scenario: Path,
    budget: str | None,
    actions: str | None,
    by: str | None,
    seed: int,
    replications: int,
    fresh: int,
    draws: int,
    customers: int | None,
    jobs: int,
    out: Path | None,
    force: bool,
) -> None:
    """Find the mix of actions that is worth most within a budget in SCENARIO, and live it whole.

    The numbers follow from the file and all options but --jobs.
    """
    from datetime import UTC, datetime
    from time import perf_counter

    began, started = perf_counter(), datetime.now(UTC)
    if force and out is None:
        raise click.UsageError("--force needs --out: without it every plan has a folder of its own.")

    from sim.planning.budget.question import ask
    from sim.report.folder import check_folder, default_folder
    from sim.scenario.load import load_scenario

    world = load_scenario(scenario)
    if customers is not None:
        world = world.with_value("customers", customers, place="--customers")
    question = ask(world, budget=budget, actions=actions, by=by)
    if out is not None:
        check_folder(out, force)
    check_memory(world)

    from rich.console import Console

    from sim.cli.progress import StageProgress
    from sim.planning.budget.plan import plan
    from sim.planning.budget.summary import summarise
    from sim.report.budget_terminal import show_budget
    from sim.report.budget_write import write_budget
    from sim.report.provenance import command_line, describe_run, inputs_hash

    with StageProgress(Console(stderr=True)) as progress:
        found = plan(
            world,
            question,
            seed=seed,
            replications=replications,
            fresh=fresh,
            draws=draws,
            jobs=jobs,
            progress=progress,
        )
        progress("writing the report", 0, 1)
        summary = summarise(found)
        provenance = describe_run(
            command=command_line(),
            scenario={"file": str(world.file), "sha256": world.sha256},
            experiments=[],
            settings={
                "seed": seed,
                "replications": replications,
                "fresh": fresh,
                "draws": draws,
                "customers": world.value.customers,
                "jobs": jobs,
            },
            started=started,
        )
        folder = out or default_folder(RESULTS, world.value.name, inputs_hash(provenance), started)
        page = write_budget(folder, summary, world.resolved_yaml(), provenance, force=force, began=began)
    console = Console(width=WIDTH, highlight=False)
    for piece in show_budget(summary, str(page), found.seconds):
        console.print(piece)
