"""How far a run is: bars with the remaining time on a terminal, a line a stage elsewhere."""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID


class StageProgress:
    """Shows stages one after the other; call it as ``progress(stage, done, total)``.

    A stage begins with its first call and ends when another begins. A total of 0 says that nobody knows how
    long the stage takes.

    Parameters
    ----------
    console
        Where to; bars are drawn if it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.table import Column

        self._console = console
        whole = partial(Column, no_wrap=True)  # on a narrow terminal the stage's name wraps, numbers do not
        self._bars = Progress(
            TextColumn("{task.description}", table_column=Column(no_wrap=False)),
            BarColumn(bar_width=16, table_column=whole()),
            MofNCompleteColumn(table_column=whole()),
            TextColumn("taken"),
            TimeElapsedColumn(table_column=whole()),
            TextColumn("left"),
            TimeRemainingColumn(table_column=whole()),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._current = ""

    def __enter__(self) -> StageProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` parts of a stage are done."""
        if stage != self._current:
            self._finish()
            self._current = stage
            if not self._console.is_terminal:
                self._console.print(f"{stage} ...", highlight=False)
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total or None)
        self._bars.update(self._tasks[stage], completed=done, total=total or None)

    def _finish(self) -> None:
        """Show the current stage as done."""
        if self._current in self._tasks:
            task = self._tasks[self._current]
            total = next(item.total for item in self._bars.tasks if item.id == task) or 1
            self._bars.update(task, completed=total, total=total)
