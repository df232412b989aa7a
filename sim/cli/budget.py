"""`sim budget`: how much to spend on whom, the frontier over budgets, and what the next yuan buys."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.question import ask, planner_options, scenario_argument, stages, terminal

RESULTS = Path("results")
FEWEST = 10
"""Fewer replications give no ten folds."""


@click.command()
@scenario_argument
@click.option("--budget", metavar="YUAN", help="What may be spent; left out, planning.budget_yuan.")
@click.option("--actions", metavar="A,B,...", help="Actions to choose from; left out, all of planning.actions.")
@click.option("--by", metavar="PART,...", help="What customers are told apart by: tier, tenure, segment, priority.")
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
@planner_options(80, FEWEST, "Worlds by which mixes are chosen.", "left out, results/<scenario>/<UTC time>-<inputs>")
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
    settings = {"seed": seed, "replications": replications, "fresh": fresh, "draws": draws}
    asked = ask(scenario, customers, out, force, **settings, jobs=jobs)

    from sim.planning.budget.question import ask as ask_budget
    from sim.report.folder import default_folder

    world = asked.world
    question = ask_budget(world, budget=budget, actions=actions, by=by)
    asked.check_room()

    from sim.planning.budget.plan import plan
    from sim.planning.budget.summary import summarise
    from sim.report.budget_terminal import show_budget
    from sim.report.budget_write import write_budget
    from sim.report.provenance import inputs_hash

    with stages() as progress:
        found = plan(world, question, **settings, jobs=jobs, progress=progress)
        progress("writing the report", 0, 1)
        summary = summarise(found)
        provenance = asked.provenance()
        folder = out or default_folder(RESULTS, world.value.name, inputs_hash(provenance), asked.started)
        page = write_budget(folder, summary, world.resolved_yaml(), provenance, force=force, began=asked.began)
    console = terminal()
    for piece in show_budget(summary, str(page), found.seconds):
        console.print(piece)
