"""The front of a planner's question: options that all have, what is read and checked first, what is left at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from sim.cli.memory import check_memory
from sim.cli.options import WIDTH, jobs_option, replications_option, seed_option

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

Command = Callable[..., Any]
Files = Callable[[dict[str, Any]], dict[str, str]]


def planner_options(
    replications: int, least: int, words: str, without_out: str = "left out, nothing is written"
) -> Callable[[Command], Command]:
    """Options of every planner's question, behind its own.

    Parameters
    ----------
    replications, least, words
        Default, bound and meaning of ``--replications``.
    without_out
        Where the answer goes without ``--out``.
    """
    options = (
        seed_option,
        replications_option(replications, least, words),
        click.option("--customers", type=int, help="The base on day 0; left out, the scenario's."),
        jobs_option,
        click.option(
            "--out",
            metavar="DIR",
            type=click.Path(path_type=Path),
            help=f"Write page, figures and tables here; {without_out}.",
        ),
        click.option("--force", is_flag=True, help="With --out: replace the answer that is there."),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


scenario_argument = click.argument("scenario", metavar="SCENARIO", type=click.Path(path_type=Path))


@dataclass
class Asked:
    """A question that has been asked, from its first second on.

    Attributes
    ----------
    world : Loaded of Scenario
    settings : dict
        What the numbers follow from besides the files, as options say it; for the manifest.
    out, force
        As the options of these names.
    began, started
        When it was asked, by two clocks.
    """

    world: Loaded[Scenario]
    settings: dict[str, int]
    out: Path | None
    force: bool
    began: float
    started: datetime

    def check_room(self) -> None:
        """See whether the answer can be written where it shall be, and the base fits into memory.

        Raises
        ------
        FolderRefused, click.UsageError
        """
        from sim.report.folder import check_folder

        if self.out is not None:
            check_folder(self.out, self.force)
        check_memory(self.world)

    def provenance(self, *experiments: Mapping[str, str]) -> dict[str, Any]:
        """Where the answer comes from."""
        from sim.report.provenance import command_line, describe_run

        return describe_run(
            command=command_line(),
            scenario={"file": str(self.world.file), "sha256": self.world.sha256},
            experiments=experiments,
            settings=self.settings,
            started=self.started,
        )

    def write(self, console: Console, page: str, files: Files, *experiments: Mapping[str, str]) -> None:
        """Write the answer's files, made of its provenance, if they were asked for, and say where the page is."""
        from sim.report.texts_folder import write_texts

        if self.out is not None:
            provenance = self.provenance(*experiments)
            write_texts(self.out, files(provenance), provenance, force=self.force, began=self.began)
            console.print(f"\nReport: {self.out / page}", style="bold")


def ask(scenario: Path, customers: int | None, out: Path | None, force: bool, **settings: int) -> Asked:
    """Read the scenario of a question.

    Parameters
    ----------
    scenario, customers, out, force
        As the options say.
    settings
        What else the numbers follow from; `customers` is added.

    Raises
    ------
    InputProblems, click.UsageError
    """
    began, started = perf_counter(), datetime.now(UTC)
    if force and out is None:
        raise click.UsageError("--force needs --out.")

    from sim.scenario.load import load_scenario

    world = load_scenario(scenario)
    if customers is not None:
        world = world.with_value("customers", customers, place="--customers")
    return Asked(world, {**settings, "customers": world.value.customers}, out, force, began, started)


def terminal() -> Console:
    """Where answers are printed, 100 columns wide."""
    from rich.console import Console

    return Console(width=WIDTH, highlight=False, markup=False)


def stages() -> Any:
    """Show on standard error how far it is."""
    from rich.console import Console

    from sim.cli.progress import StageProgress

    return StageProgress(Console(stderr=True))
