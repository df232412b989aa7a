"""`sim sensitivity`: which assumption a decision hangs on, where it switches, and in how many worlds it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.memory import check_memory
from sim.cli.options import WIDTH, jobs_option, replications_option, seed_option
from sim.cli.titled_tables import print_tables

if TYPE_CHECKING:
    from rich.console import Console


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
@click.option("--all", "every", is_flag=True, help="Every number with a range, not only those under `doubt:`.")
@click.option(
    "--worlds",
    type=click.IntRange(0, 1_000_000),
    default=512,
    show_default=True,
    help="Most joint draws; 0 leaves them out.",
)
@seed_option
@replications_option(40, 2, "How often the worlds of tornado and switch points are lived; joint draws a fifth of it.")
@click.option("--customers", type=int, help="The base on day 0; left out, the scenario's.")
@jobs_option
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="Write page, figures and tables here.")
@click.option("--force", is_flag=True, help="With --out: replace the answer that is there.")
def sensitivity(
    scenario: Path,
    file: Path,
    every: bool,
    worlds: int,
    seed: int,
    replications: int,
    customers: int | None,
    jobs: int,
    out: Path | None,
    force: bool,
) -> None:
    """Live EXPERIMENT's arms in SCENARIO in many worlds of other assumptions: does its decision stand?

    The numbers follow from the files and the options but --jobs.
    """
    from datetime import UTC, datetime
    from time import perf_counter

    began, started = perf_counter(), datetime.now(UTC)
    if force and out is None:
        raise click.UsageError("--force needs --out.")

    from sim.report.folder import check_folder
    from sim.scenario.load import load_experiment, load_scenario

    world = load_scenario(scenario)
    if customers is not None:
        world = world.with_value("customers", customers, place="--customers")
    experiment = load_experiment(file, world)
    if out is not None:
        check_folder(out, force)
    check_memory(world)

    from rich.console import Console

    from sim.cli.progress import StageProgress
    from sim.planning.sensitivity.answer import answer, plan_of
    from sim.planning.sensitivity.summary import summarise
    from sim.report.provenance import command_line, describe_run
    from sim.report.sensitivity_page import PAGE, sensitivity_files
    from sim.report.sensitivity_view import planned_words
    from sim.report.texts_folder import write_texts

    question = experiment.value
    plan = plan_of(world, question, every=every, worlds=worlds, replications=replications)
    click.echo(
        f"{plan.grid_worlds} worlds and {plan.joint_worlds} joint draws of {len(plan.factors)} assumptions, "
        f"{planned_words({'customer_years': plan.customer_years})}",
        err=True,
    )
    with StageProgress(Console(stderr=True)) as progress:
        answered = answer(world, question, plan, seed=seed, jobs=jobs, progress=progress)
    found = summarise(answered)
    console = Console(width=WIDTH, highlight=False, markup=False)
    _show(console, found)
    if out is not None:
        provenance = describe_run(
            command=command_line(),
            scenario={"file": str(world.file), "sha256": world.sha256},
            experiments=[{"name": question.name, "file": str(experiment.file), "sha256": experiment.sha256}],
            settings={"seed": seed, "replications": replications, "customers": world.value.customers, "jobs": jobs},
            started=started,
        )
        write_texts(out, sensitivity_files(found, provenance), provenance, force=force, began=began)
        console.print(f"\nReport: {out / PAGE}", style="bold")


def _show(console: Console, found: dict[str, Any]) -> None:
    from sim.report.sensitivity_view import answer_words, budget_words, indices_table, tornado_table

    console.print(found["question"], style="bold")
    for words in answer_words(found):
        console.print(f"\n{words}")
    tables = (
        ("One assumption at a time", tornado_table(found)),
        ("All at once: Sobol indices", indices_table(found)),
    )
    print_tables(console, tables)
    for words in budget_words(found):
        console.print(words, style="dim")
