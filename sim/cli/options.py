"""Options that several commands have, with the same words."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

WIDTH = 100
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system can say
        return os.cpu_count() or 1


experiments_option: Decorator = click.option(
    "-e",
    "--experiment",
    "files",
    metavar="EXPERIMENT",
    type=click.Path(path_type=Path),
    multiple=True,
    help="An experiment's file, may be repeated; left out, those that the scenario lists.",
)
seed_option: Decorator = click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True)
jobs_option: Decorator = click.option("--jobs", type=click.IntRange(1, 1024), default=cores, show_default="cores")


def replications_option(default: int, least: int, words: str) -> Decorator:
    """Return ``--replications`` with a command's own default and bound."""
    return click.option(
        "--replications", type=click.IntRange(least, 1_000_000), default=default, show_default=True, help=words
    )
