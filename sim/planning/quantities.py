"""The quantities of `sim.experiment.history` that a scenario names: which exist, and how long a life they need."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from sim.customer.kernel_cache import kernels_are_compiled
from sim.experiment.history import Quantities, day_zero, live_first_year, live_history, live_whole_horizon
from sim.experiment.published import TRIAL, published
from sim.experiment.start import Start, draw_start
from sim.planning.blocks import Progress, silent
from sim.scenario.experiment_schema import Experiment
from sim.scenario.load import load_experiments
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems, KeyPath, Problem, nearest, one_of, shown
from sim.scenario.schema import Scenario

Known = dict[str, int]
"""Names of quantities, each with the shortest life (a position in `LIVES`) that shows it."""

COMPILING = "compiling the kernels (once after an installation)"
FEW = 50
"""Customers of the small world that is lived to learn the names."""


def _first(scenario: Scenario) -> str:
    return scenario.baseline_policy if scenario.history is None else scenario.history.first


def _first_year(start: Start) -> Quantities:
    return live_first_year(start, _first(start.scenario))


def _history(start: Start) -> Quantities:
    history = start.scenario.history
    return _first_year(start) if history is None else live_history(start, history.first, history.then)


def _whole_horizon(start: Start) -> Quantities:
    return _history(start) | live_whole_horizon(start, _first(start.scenario))


LIVES: tuple[Callable[[Start], Quantities], ...] = (day_zero, _first_year, _history, _whole_horizon)
"""From the shortest to the longest."""


def named_trials(loaded: Loaded[Scenario]) -> list[Experiment]:
    """Give those of a scenario's experiments whose trials its `targets:` or `validation:` speak of.

    Raises
    ------
    InputProblems
        As `load_experiments`.
    """
    parts = [part for _, names in _named(loaded.value) for part in split(names)]
    named = {part.removeprefix(TRIAL).split(".")[0] for part in parts if part.startswith(TRIAL)}
    listed = [experiment.value for experiment in load_experiments(loaded)] if named else []
    return [one for one in listed if isinstance(one, Experiment) and one.name in named]


def known_quantities(scenario: Scenario, tell: Progress = silent, trials: Sequence[Experiment] = ()) -> Known:
    """Give all quantities of a scenario and of some of its trials, by living a few customers; compiles the kernels."""
    compiling = not kernels_are_compiled()
    if compiling:
        tell(COMPILING, 0, 1)
    few = scenario.model_copy(update={"customers": min(scenario.customers, FEW)})
    start = draw_start(few, 0, np.arange(1))
    known: Known = {}
    for length, live in enumerate(LIVES):
        for name in live(start):
            known.setdefault(name, length)
    for name in _of_trials(few, trials, 0, np.arange(1)):
        known[name] = 0
    if compiling:
        tell(COMPILING, 1, 1)
    return known


def live_quantities(
    scenario: Scenario, life: int, seed: int, replications: np.ndarray, trials: Sequence[Experiment] = ()
) -> Quantities:
    """Live a block of replications as long as a life of `LIVES` is, and some trials besides."""
    return LIVES[life](draw_start(scenario, seed, replications)) | _of_trials(scenario, trials, seed, replications)


def _of_trials(scenario: Scenario, trials: Sequence[Experiment], seed: int, replications: np.ndarray) -> Quantities:
    of: Quantities = {}
    for trial in trials:
        of |= published(draw_start(scenario, seed, replications, trial.horizon_days), trial, seed)
    return of


def join(parts: Iterable[Quantities]) -> Quantities:
    """Put blocks together, in their order."""
    blocks = list(parts)
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def total(names: str, quantities: Quantities) -> np.ndarray:
    """A quantity, or a sum of quantities written with ' + '; shape (replications,), NaN where it could not be counted.

    Raises
    ------
    ValueError
        A quantity does not exist.
    """
    parts = split(names)
    unknown = [part for part in parts if part not in quantities]
    if unknown:
        raise ValueError(f"got the quantity {unknown[0]!r}, must be one of {', '.join(sorted(quantities))}")
    whole: np.ndarray = np.sum([quantities[part] for part in parts], axis=0)
    return whole


def split(names: str) -> list[str]:
    """Give the quantities of a sum."""
    return [part.strip() for part in names.split(" + ")]


def life_of(names: Iterable[str], known: Known) -> int:
    """Give the shortest life that shows all of some quantities and sums."""
    return max((known[part] for name in names for part in split(name)), default=0)


def check_quantities(loaded: Loaded[Scenario], known: Known) -> None:
    """Refuse a scenario that names a quantity which does not exist.

    Raises
    ------
    InputProblems
        With the place and the nearest name of each.
    """
    problems = [problem for path, names in _named(loaded.value) for problem in _unknown(loaded, path, names, known)]
    if problems:
        raise InputProblems(problems)


def _named(scenario: Scenario) -> Iterator[tuple[KeyPath, str]]:
    """Every quantity, or sum of such, that a scenario names, with its place."""
    for place, target in enumerate(scenario.targets):
        yield ("targets", place, "quantity"), target.quantity
    for place, check in enumerate(scenario.validation):
        if check.quantity is not None:
            yield ("validation", place, "quantity"), check.quantity


def _unknown(loaded: Loaded[Scenario], path: KeyPath, names: str, known: Known) -> Iterator[Problem]:
    for part in split(names):
        if part not in known:
            hint = nearest(part, known)
            rule = one_of(_alike(part, known)) + ", or a sum of such"
            yield loaded.places.problem(path, shown(part), rule, hint)


def _alike(name: str, known: Known) -> list[str]:
    """Give quantities that begin as a name does, as far as it leads anywhere."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        start = ".".join(parts[:length])
        found = [one for one in known if one.startswith(start)]
        if found:
            return list(itertools.islice(found, 12))
    return [f"{start}..." for start in dict.fromkeys(one.split(".")[0] for one in known)]
