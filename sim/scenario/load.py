"""The way in: a file's path to a checked scenario or experiment, or to everything that is wrong with it."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from sim.scenario.document import Document, Places, read_document
from sim.scenario.experiment_rules import experiment_problems
from sim.scenario.experiment_schema import NO_TRIAL, Experiment, FirmQuestion, Question, Unit
from sim.scenario.facts import load_facts
from sim.scenario.loaded import Loaded, leaves
from sim.scenario.mark_rules import mark_problems, no_marks
from sim.scenario.messages import schema_problems
from sim.scenario.problems import InputProblems, KeyPath, Problem, dotted, nearest, shown
from sim.scenario.provenance import Provenance, collapse
from sim.scenario.rules import scenario_problems
from sim.scenario.schema import Scenario
from sim.scenario.study_rules import study_problems
from sim.scenario.study_schema import Study

ModelT = TypeVar("ModelT", bound=BaseModel)
Rules = Callable[[dict[str, Any], Places], Iterable[Problem]]
MarkRules = Callable[[dict[str, Any], dict[str, Provenance], Places], Iterable[Problem]]


def load_scenario(path: str | Path) -> Loaded[Scenario]:
    """Read and check a scenario; the experiments that it lists are not read.

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
    return _load(read_document(path), Scenario, scenario_problems, mark_problems)


def load_experiment(path: str | Path, scenario: Loaded[Scenario]) -> Loaded[Question]:
    """Read an experiment or a question about the firm; check it by itself and against its scenario.

    Parameters
    ----------
    path : str or Path
    scenario : Loaded of Scenario

    Returns
    -------
    Loaded of Question
        Its value is an `Experiment` or a `FirmQuestion`, as `unit:` says.

    Raises
    ------
    InputProblems
        With every problem of the file that could be found, in the order of its lines.
    """
    rules = partial(experiment_problems, scenario=scenario)
    document = read_document(path)
    return _load(document, FirmQuestion if _about_firm(document) else Experiment, rules, no_marks)


def load_trial(path: str | Path, scenario: Loaded[Scenario]) -> Loaded[Question]:
    """Read a question that has a trial; parameters as `load_experiment`.

    Returns
    -------
    Loaded of Question
        Its value is an `Experiment`.

    Raises
    ------
    InputProblems
        As `load_experiment`, and for a question about the firm, which has no trial.
    """
    document = read_document(path)
    if _about_firm(document):
        raise InputProblems([document.places.problem(("unit",), shown("firm"), f"customer: {NO_TRIAL}")])
    return load_experiment(path, scenario)


def _about_firm(document: Document) -> bool:
    return nearest(document.tree.get("unit"), get_args(Unit)) == "firm"


def load_experiments(scenario: Loaded[Scenario], files: Iterable[str | Path] | None = None) -> list[Loaded[Question]]:
    """Read several experiments, and raise the problems of all of them at once.

    Parameters
    ----------
    scenario : Loaded of Scenario
    files : iterable of str or Path, optional
        The files that the scenario lists if not given.

    Raises
    ------
    InputProblems
        Also where a file that the scenario lists does not exist (at the line that lists it), and where two
        experiments have the same name.
    """
    listed = files is None
    paths = experiment_files(scenario) if files is None else [Path(file) for file in files]
    problems: list[Problem] = []
    loaded: list[Loaded[Question]] = []
    for index, path in enumerate(paths):
        if listed and not path.exists():
            got = shown(scenario.value.experiments[index])
            rule = f"a file, relative to the scenario's folder ({path} does not exist)"
            problems.append(scenario.places.problem(("experiments", index), got, rule))
            continue
        try:
            loaded.append(load_experiment(path, scenario))
        except InputProblems as error:
            problems.extend(error.problems)
    first: dict[str, Path] = {}
    for one in loaded:
        name = one.value.name
        if name in first:
            problems.append(one.places.problem(("name",), shown(name), f"another name than that of {first[name]}"))
        first.setdefault(name, one.file)
    if problems:
        raise InputProblems(problems)
    return loaded


def load_study(path: str | Path) -> Loaded[Study]:
    """Read an experiment's file as the description of a real trial; no scenario and no data are read.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Loaded of Study

    Raises
    ------
    InputProblems
        With every problem of the file that could be found, in the order of its lines.
    """
    return _load(read_document(path), Study, study_problems, no_marks)


def experiment_files(scenario: Loaded[Scenario]) -> list[Path]:
    """Give the files of the experiments that a scenario lists; they are relative to the scenario's folder."""
    folder = scenario.file.parent
    return [Path(os.path.normpath(folder / listed)) for listed in scenario.value.experiments]


def _load(document: Document, model: type[ModelT], rules: Rules, marks: MarkRules) -> Loaded[ModelT]:
    collapsed = collapse(document, load_facts())
    value, found = _validated(collapsed.tree, document.places, model, rules)
    problems = [*document.problems, *collapsed.problems, *found]
    if value is not None:
        problems.extend(_range_problems(collapsed.tree, collapsed.provenance, document.places, model))
        problems.extend(marks(collapsed.tree, collapsed.provenance, document.places))
    if value is None or problems:
        raise InputProblems(_tidy(problems))
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
    """Check a plain tree by its schema and by the rules between places, by both even if one fails."""
    value = None
    problems: list[Problem] = []
    try:
        value = model.model_validate(tree)
    except ValidationError as error:
        problems = schema_problems(error, model, places)
    problems.extend(rules(tree, places))
    return value, problems


def _range_problems(
    tree: dict[str, Any], provenance: dict[str, Provenance], places: Places, model: type[ModelT]
) -> Iterable[Problem]:
    """Check that the ends of a range are possible values too, since doubt about a decision lives there."""
    paths = leaves(tree)
    for end in ("low", "high"):
        ends = {name: getattr(origin, end) for name, origin in provenance.items() if origin.ranged}
        varied = copy.deepcopy(tree)
        for name, number in ends.items():
            _put(varied, paths[name], number)
        try:
            model.model_validate(varied)
        except ValidationError as error:
            for problem in schema_problems(error, model, places):
                if problem.key in ends:
                    path = (*paths[problem.key], end)
                    yield _at_end(problem, ends[problem.key], provenance[problem.key], places, path)


def _at_end(problem: Problem, number: float, origin: Provenance, places: Places, path: KeyPath) -> Problem:
    if origin.distribution is None:
        return Problem(problem.file, places.line(path), dotted(path), problem.got, problem.rule)
    percent = "5%" if path[-1] == "low" else "95%"
    got = f"{origin.distribution} with {number:.4g} at its {percent} point"
    return Problem(problem.file, problem.line, problem.key, got, problem.rule)


def _put(tree: Any, path: KeyPath, number: float) -> None:
    for part in path[:-1]:
        tree = tree[part]
    tree[path[-1]] = number


def _tidy(problems: Iterable[Problem]) -> list[Problem]:
    """Keep the first problem of each place (what follows is its consequence), in the order of lines."""
    first: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        first.setdefault((problem.file, problem.key or problem.line), problem)
    return sorted(first.values(), key=lambda problem: (problem.file, problem.line or 0))
