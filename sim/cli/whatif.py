"""`sim whatif`: what the whole firm would see if a number of the scenario stood at another value."""

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
    "--vary",
    "vary",
    metavar="PATH=VALUES",
    multiple=True,
    required=True,
    help="Values such as 0,5,10 or '0..45 step 5'; may be repeated, which makes a grid.",
)
@click.option("--policy", help="The policy that is lived; left out, the one that PATH names, else the baseline policy.")
@planner_options(100, 2, "How often each value is lived.")
def whatif(
    scenario: Path,
    vary: tuple[str, ...],
    policy: str | None,
    seed: int,
    replications: int,
    customers: int | None,
    jobs: int,
    out: Path | None,
    force: bool,
) -> None:
    """Live SCENARIO with other values of a number or a choice; say which is best for the firm, and what that rests on.

    Everybody lives under each value, with the same luck; the numbers follow from the files and the options but --jobs.
    """
    asked = ask(scenario, customers, out, force, seed=seed, replications=replications, jobs=jobs)

    from sim.planning.whatif.question import read_question
    from sim.scenario.load import load_experiments

    question = read_question(asked.world, vary, policy)
    experiments = load_experiments(asked.world)
    asked.check_room()

    from sim.planning.whatif.answer import answer
    from sim.planning.whatif.summary import summarise
    from sim.report.whatif_page import PAGE, whatif_files

    with stages() as progress:
        answered = answer(question, experiments, seed=seed, replications=replications, jobs=jobs, progress=progress)
    found = summarise(answered)
    console = terminal()
    _show(console, found)
    asked.write(console, PAGE, lambda provenance: whatif_files(found, provenance))


def _show(console: Console, found: dict[str, Any]) -> None:
    from sim.report.whatif_view import answer_words, differences_table, measures_table, question_words, setting_words

    console.print(question_words(found), style="bold")
    for words in answer_words(found):
        console.print(f"\n{words}")
    tables = (
        ("Every value", measures_table(found)),
        ("Less the file's (run doubt below)", differences_table(found)),
    )
    print_tables(console, tables)
    for words in setting_words(found):
        console.print(words, style="dim")
