"""Tables in the terminal, each under its title, with what its marks mean below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from sim.report.display import Table


def print_tables(console: Console, titled: Iterable[tuple[str, Table | None]]) -> None:
    """Print those that have rows; `None` is left out."""
    from sim.report.terminal import to_rich

    for title, shown in titled:
        if shown is None:
            continue
        console.print(f"\n{title}", style="bold")
        console.print(to_rich(shown))
        for mark, words in shown.notes:
            console.print(f"  {mark}: {words}", style="dim")
        if shown.caption:
            console.print(f" {shown.caption}", style="dim")
