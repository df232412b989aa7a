"""`sim sensitivity`: which assumption a decision hangs on, where it switches, and in how many worlds it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.question import ask, planner_options, scenario_argument, stages, terminal
from sim.cli.titled_tables import print_tables

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@scenario_argument
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
@planner_options(40, 2, "How often the worlds of tornado and switch points are lived; joint draws a fifth of it.")
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
    asked = ask(scenario, customers, out, force, seed=seed, replications=replications, worlds=worlds, jobs=jobs)

    from sim.scenario.load import load_experiment

    world = asked.world
    experiment = load_experiment(file, world)
    asked.check_room()

    from sim.planning.sensitivity.answer import answer, plan_of
    from sim.planning.sensitivity.summary import summarise
    from sim.report.sensitivity_page import PAGE, sensitivity_files
    from sim.report.sensitivity_view import planned_words

    question = experiment.value
    plan = plan_of(world, question, every=every, worlds=worlds, replications=replications)
    click.echo(
        f"{plan.grid_worlds} worlds and {plan.joint_worlds} joint draws of {len(plan.factors)} assumptions, "
        f"{planned_words({'customer_years': plan.customer_years})}",
        err=True,
    )
    with stages() as progress:
        answered = answer(world, question, plan, seed=seed, jobs=jobs, progress=progress)
    found = summarise(answered)
    console = terminal()
    _show(console, found)
    source = {"name": question.name, "file": str(experiment.file), "sha256": experiment.sha256}
    asked.write(console, PAGE, lambda provenance: sensitivity_files(found, provenance), source)


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
