"""`sim whatif`: what the whole firm would see if a number of the scenario stood at another value."""

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
    "--vary",
    "vary",
    metavar="PATH=VALUES",
    multiple=True,
    required=True,
    help="Values such as 0,5,10 or '0..45 step 5'; may be repeated, which makes a grid.",
)
@click.option("--policy", help="The policy that is lived; left out, the one that PATH names, else the baseline policy.")
@seed_option
@replications_option(100, 2, "How often each value is lived.")
@click.option("--customers", type=int, help="The base on day 0; left out, the scenario's.")
@jobs_option
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="Write page, figures and tables here.")
@click.option("--force", is_flag=True, help="With --out: replace the answer that is there.")
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
    from datetime import UTC, datetime
    from time import perf_counter

    began, started = perf_counter(), datetime.now(UTC)
    if force and out is None:
        raise click.UsageError("--force needs --out.")

    from sim.planning.whatif.question import read_question
    from sim.report.folder import check_folder
    from sim.scenario.load import load_experiments, load_scenario

    world = load_scenario(scenario)
    if customers is not None:
        world = world.with_value("customers", customers, place="--customers")
    question = read_question(world, vary, policy)
    experiments = load_experiments(world)
    if out is not None:
        check_folder(out, force)
    check_memory(world)

    from rich.console import Console

    from sim.cli.progress import StageProgress
    from sim.planning.whatif.answer import answer
    from sim.planning.whatif.summary import summarise
    from sim.report.provenance import command_line, describe_run
    from sim.report.texts_folder import write_texts
    from sim.report.whatif_page import PAGE, whatif_files

    with StageProgress(Console(stderr=True)) as progress:
        answered = answer(question, experiments, seed=seed, replications=replications, jobs=jobs, progress=progress)
    found = summarise(answered)
    console = Console(width=WIDTH, highlight=False, markup=False)
    _show(console, found)
    if out is not None:
        provenance = describe_run(
            command=command_line(),
            scenario={"file": str(world.file), "sha256": world.sha256},
            experiments=[],
            settings={"seed": seed, "replications": replications, "customers": world.value.customers, "jobs": jobs},
            started=started,
        )
        write_texts(out, whatif_files(found, provenance), provenance, force=force, began=began)
        console.print(f"\nReport: {out / PAGE}", style="bold")


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
