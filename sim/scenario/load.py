"""The way in: a file's path to a checked scenario or experiment, or to everything that is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.scenario.document import Document, Places, read_document
from sim.scenario.experiment_schema import Experiment
from sim.scenario.loaded import Loaded
from sim.scenario.messages import schema_problems
from sim.scenario.problems import InputProblems, Problem
from sim.scenario.provenance import collapse
from sim.scenario.schema import Scenario

ModelT = TypeVar("ModelT", bound=BaseModel)
Rules = Callable[[dict[str, Any], Places], Iterable[Problem]]
FACT_STUB = frozenset(f"{letter}-{n:02d}" for letter in "HXWVMP" for n in range(1, 21))


def load_scenario(path: str | Path) -> Loaded[Scenario]:
    """Read and check a scenario.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Loaded of Scenario

    Raises
    ------
    InputProblems
        With every problem of the file that could be found, in the order of its lines.
    """
    return _load(read_document(path), Scenario, _no_rules)


def load_experiment(path: str | Path, scenario: Loaded[Scenario]) -> Loaded[Experiment]:
    """Read an experiment and check it by itself and against the scenario it is to be made in.

    Parameters
    ----------
    path : str or Path
    scenario : Loaded of Scenario

    Raises
    ------
    InputProblems
        With every problem of the file that could be found, in the order of its lines.
    """
    return _load(read_document(path), Experiment, _no_rules)


def experiment_files(scenario: Loaded[Scenario]) -> list[Path]:
    """Give the files of the experiments that a scenario lists; their paths are relative to the scenario's file."""
    folder = scenario.file.parent
    return [Path(os.path.normpath(folder / listed)) for listed in scenario.value.experiments]


def _no_rules(tree: dict[str, Any], places: Places) -> Iterable[Problem]:
    return ()


def _load(document: Document, model: type[ModelT], rules: Rules) -> Loaded[ModelT]:
    collapsed = collapse(document, FACT_STUB)
    problems = [*document.problems, *collapsed.problems]
    value, found = _validated(collapsed.tree, document.places, model, rules)
    problems = _tidy([*problems, *found])
    if value is None or problems:
        raise InputProblems(problems)
    return Loaded(
        value=value,
        provenance=collapsed.provenance,
        file=document.file,
        sha256=document.sha256,
        source_text=document.text,
        places=document.places,
        revalidate=partial(_revalidated, model=model, rules=rules),
    )


def _revalidated(tree: dict[str, Any], places: Places, model: type[ModelT], rules: Rules) -> ModelT:
    value, problems = _validated(tree, places, model, rules)
    if value is None or problems:
        raise InputProblems(_tidy(problems))
    return value


def _validated(
    tree: dict[str, Any], places: Places, model: type[ModelT], rules: Rules
) -> tuple[ModelT | None, list[Problem]]:
    """Check a plain tree by its schema and by the rules between places, both even if one fails."""
    value = None
    problems: list[Problem] = []
    try:
        value = model.model_validate(tree)
    except ValidationError as error:
        problems = schema_problems(error, model, places)
    problems.extend(rules(tree, places))
    return value, problems


def _tidy(problems: Iterable[Problem]) -> list[Problem]:
    """Keep the first problem of each place (what follows is its consequence), in the order of lines."""
    first: dict[tuple[str, str, int | None], Problem] = {}
    for problem in problems:
        first.setdefault((problem.file, problem.key, problem.line if not problem.key else 0), problem)
    return sorted(first.values(), key=lambda problem: (problem.file, problem.line or 0))
