"""`sim analyse`: what a real trial's records say, in the same report as a simulated one's, without a truth."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.listing import RESULTS, list_results
from sim.cli.options import WIDTH, seed_option

RESAMPLES = 2000


@click.command()
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.option(
    "-e",
    "--experiment",
    "file",
    metavar="EXPERIMENT",
    type=click.Path(path_type=Path),
    required=True,
    help="The experiment's file; its block 'data' says what the columns are.",
)
@click.option(
    "--resamples",
    type=click.IntRange(0, 1_000_000),
    default=RESAMPLES,
    show_default=True,
    help="Of the bootstrap beside Welch's interval; 0 leaves it out, below 100 is refused.",
)
@seed_option
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder; left out, results/<experiment>/<UTC time>-<inputs>.",
)
@click.option("--force", is_flag=True, help="With --out: replace the analysis that is there.")
def analyse(data: Path, file: Path, resamples: int, seed: int, out: Path | None, force: bool) -> None:
    """Analyse the trial in DATA, a CSV or Parquet file with a row a customer.

    Nothing is simulated. --seed and --resamples change the bootstrap alone.
    """
    from datetime import UTC, datetime
    from time import perf_counter

    began, started = perf_counter(), datetime.now(UTC)
    if force and out is None:
        raise click.UsageError("--force needs --out: without it every analysis has a folder of its own.")
    if 0 < resamples < 100:
        raise click.UsageError("--resamples must be 0 or at least 100.")

    from sim.report.folder import check_folder, default_folder
    from sim.scenario.load import load_study
    from sim.scenario.problems import Impossible

    question = load_study(file)
    if out is not None:
        check_folder(out, force)

    from rich.console import Console

    from sim.report.provenance import command_line, describe_run, inputs_hash
    from sim.report.study_page import ANALYSIS, study_files
    from sim.report.study_terminal import show_study
    from sim.report.texts_folder import write_texts
    from sim.report.write import PAGE
    from sim.study.estimates import Trial
    from sim.study.read import read_records
    from sim.study.summary import summarise

    source = read_records(data, question)
    summary = summarise(source, Trial(question.value, source.records, resamples=resamples, seed=seed))
    provenance = {"kind": ANALYSIS} | describe_run(
        command=command_line(),
        data={"file": str(data), "sha256": source.sha256},
        experiments=[{"name": question.value.name, "file": str(question.file), "sha256": question.sha256}],
        settings={"seed": seed, "resamples": resamples},
        started=started,
    )
    folder = out or default_folder(RESULTS, question.value.name, inputs_hash(provenance), started)
    write_texts(folder, study_files(summary, provenance), provenance, force=force, began=began)
    console = Console(width=WIDTH, highlight=False)
    for piece in show_study(summary, str(folder / PAGE)):
        console.print(piece)
    list_results(console, folder)
    if not any("value" in row["trial"]["effect"] for row in summary["experiments"][0]["contrasts"]):
        raise Impossible("no arm could be compared with another in any metric: the report says why")
