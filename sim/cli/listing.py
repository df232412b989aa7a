"""After something was written below the folder of results: its index made anew, and where that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

RESULTS = Path("results")


def list_results(console: Console, folder: Path) -> None:
    """Make the index of results anew if ``folder`` lies below it; a failure is said, what was written stands."""
    from sim.report.failures import RunFailed
    from sim.report.index import index_of, write_index

    index = index_of(folder, RESULTS)
    if index is None:
        return
    try:
        write_index(RESULTS)
    except RunFailed as error:
        click.echo(f"sim: {error}", err=True)
    else:
        console.print(f"All runs: {index}", markup=False)
