"""`sim target`: who should get an action, how far each policy is from true uplift, and what a trial is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.question import ask, planner_options, scenario_argument, stages, terminal
from sim.cli.titled_tables import print_tables

if TYPE_CHECKING:
    from rich.console import Console

MOST_REPLICATIONS = 1_000_000
"""Below the numbers at which futures begin (`sim.customer.luck.SLOT`)."""


@click.command()
@scenario_argument
@click.option("--action", metavar="NAME", required=True, help="One of planning.actions, or EXPERIMENT.ARM.")
@click.option("--share", metavar="SHARE", help="Of the base that gets it, 0 to 1; left out, 0.3.")
@click.option("--number", metavar="CUSTOMERS", help="Customers who get it, in place of --share.")
@click.option("--budget", metavar="YUAN", help="What may be spent on it, in place of --share.")
@click.option(
    "--trial-sizes",
    "sizes",
    metavar="N,N,...",
    help="Customers in a trial; left out, a quarter, a half, all and four times the base.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 1000),
    default=3,
    show_default=True,
    help="Trials of every size in each world.",
)
@click.option(
    "--twins",
    type=click.IntRange(8, 1000),
    default=24,
    show_default=True,
    help="Futures of each customer, a multiple of 4.",
)
@click.option(
    "--draws",
    type=click.IntRange(0, 1_000_000),
    default=40,
    show_default=True,
    help="Worlds of the assumptions; 0 for no assumption doubt.",
)
@planner_options(20, 2, "Bases at the centre of all assumptions.")
def target(
    scenario: Path,
    action: str,
    share: str | None,
    number: str | None,
    budget: str | None,
    sizes: str | None,
    trials: int,
    twins: int,
    seed: int,
    replications: int,
    draws: int,
    customers: int | None,
    jobs: int,
    out: Path | None,
    force: bool,
) -> None:
    """Compare whom to give an action of SCENARIO: by chance, risk, value x risk, learned uplift and true uplift.

    The numbers follow from the files and all options but --jobs.
    """
    if replications > MOST_REPLICATIONS:
        raise click.UsageError(f"--replications: at most {MOST_REPLICATIONS:,}.")
    settings = {"seed": seed, "replications": replications, "draws": draws, "twins": twins, "trials": trials}
    asked = ask(scenario, customers, out, force, **settings, jobs=jobs)

    from sim.planning.targeting.question import ask as ask_whom
    from sim.scenario.load import load_experiments

    world = asked.world
    question = ask_whom(
        world,
        load_experiments(world),
        action=action,
        reach=[("share", share), ("number", number), ("budget", budget)],
        sizes=sizes,
        trials=trials,
        twins=twins,
    )
    asked.check_room()

    from sim.planning.targeting.answer import answer
    from sim.planning.targeting.summary import summarise
    from sim.report.target_page import PAGE, target_files

    with stages() as progress:
        answered = answer(
            world, question, seed=seed, replications=replications, draws=draws, jobs=jobs, progress=progress
        )
    found = summarise(answered)
    console = terminal()
    _show(console, found)
    asked.write(console, PAGE, lambda provenance: target_files(found, provenance))


def _show(console: Console, found: dict[str, Any]) -> None:
    from sim.report.target_view import (
        answer_words,
        information_table,
        policies_table,
        question_words,
        setting_words,
        trials_table,
    )

    console.print(question_words(found), style="bold")
    for words in answer_words(found):
        console.print(f"- {words}")
    tables = (
        ("Policies side by side", policies_table(found)),
        ("Larger trials", trials_table(found)),
        ("What information is worth", information_table(found)),
    )
    print_tables(console, tables)
    for words in setting_words(found):
        console.print(words, style="dim")
