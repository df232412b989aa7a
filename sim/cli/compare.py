"""`sim compare`: what differs between runs, what it does to the estimates, and which decisions it changes."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import WIDTH


@click.command()
@click.argument("runs", metavar="RUN RUN...", type=click.Path(path_type=Path), nargs=-1)
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Also write compare.html and compare.csv there."
)
def compare(runs: tuple[Path, ...], out: Path | None) -> None:
    """Compare each RUN, a folder that `sim run` left, with the first.

    Settings that differ, decisions that changed, and estimates side by side: paired replication by replication where
    the seeds are the same.
    """
    if len(runs) < 2:
        raise click.UsageError("Name two runs or more.")
    if out is not None:
        from sim.report.comparison_page import check_out

        check_out(out)

    from rich.console import Console

    from sim.report.comparison import compare_runs
    from sim.report.comparison_terminal import show_comparison

    found = compare_runs(runs)
    console = Console(width=WIDTH, highlight=False, markup=False, emoji=False)
    for piece in show_comparison(found):
        console.print(piece)
    if out is not None:
        from sim.report.comparison_page import write_comparison

        console.print(f"\nReport: {write_comparison(out, found)}", style="bold")
