"""Rules of `calibrate:`: bounds that hold the value and are possible, others that exist, shares that keep their sum."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sim.scenario.document import Places
from sim.scenario.loaded import leaves
from sim.scenario.marks import REST, SAME_AS, Free, Mark, Rest, SameAs
from sim.scenario.messages import schema_problems
from sim.scenario.problems import KeyPath, Problem, dotted, nearest, shown
from sim.scenario.provenance import Provenance
from sim.scenario.rules import share_families
from sim.scenario.schema import Scenario
from sim.scenario.view import View

Found = Iterator[Problem]
Marked = dict[str, tuple[KeyPath, Provenance]]
"""Parameters that have a mark, by dotted path."""

_BETWEEN = 1 / math.pi
"""A place between two bounds where there is no whole number by chance."""


def no_marks(tree: dict[str, Any], provenance: Mapping[str, Provenance], places: Places) -> Found:
    """Refuse marks in an experiment: what is calibrated is the world."""
    for path, _ in _marked(tree, provenance).values():
        yield _at(places, path, "a parameter of an experiment", "left out: only a scenario is calibrated")


def mark_problems(tree: dict[str, Any], provenance: Mapping[str, Provenance], places: Places) -> Found:
    """Check the marks of a scenario that is valid otherwise.

    Parameters
    ----------
    tree : dict
        Numbers in place of parameters.
    provenance : mapping of str to Provenance
    places : Places
    """
    marked = _marked(tree, provenance)
    if not marked:
        return
    yield from _bounds_hold_the_value(marked, places)
    yield from _others_are_free(marked, places)
    yield from _shares_keep_their_sum(tree, marked, places)
    yield from _bounds_are_possible(tree, marked, places)


def families(tree: dict[str, Any], places: Places) -> list[list[str]]:
    """Give the dotted paths of the shares that must add up to 1, together."""
    return [[dotted(path) for path in paths] for _, paths in share_families(_view(tree, places))]


def highest(mark: Mark | None, value: float, marks: Mapping[str, Mark | None]) -> float:
    """Give the highest value that calibration may give to a parameter that is no rest."""
    other = marks.get(mark.path) if isinstance(mark, SameAs) else mark
    return other.high if isinstance(other, Free) else value


def _bounds_hold_the_value(marked: Marked, places: Places) -> Found:
    for path, origin in marked.values():
        if path[0] == "targets":
            yield _at(places, path, "a number to aim at", "left out: a target is no parameter")
        if not isinstance(origin.mark, Free):
            continue
        low, high = origin.mark.low, origin.mark.high
        if not low < high:
            yield _at(places, path, f"[{low:g}, {high:g}]", "[low, high] with low below high")
        elif not low <= origin.central <= high:
            yield _at(places, path, f"[{low:g}, {high:g}]", f"bounds around the value ({origin.central:g})")
        elif origin.low is not None and origin.high is not None and not origin.low <= low < high <= origin.high:
            rule = f"bounds inside the range (low {origin.low:g}, high {origin.high:g})"
            yield _at(places, path, f"[{low:g}, {high:g}]", rule)


def _others_are_free(marked: Marked, places: Places) -> Found:
    free = {name: origin for name, (_, origin) in marked.items() if isinstance(origin.mark, Free)}
    for path, origin in marked.values():
        if not isinstance(origin.mark, SameAs):
            continue
        other = origin.mark.path
        at = (*path, "calibrate", SAME_AS)
        if other not in free:
            rule = "the path of a parameter with calibrate: [low, high]"
            yield places.problem(at, shown(other), rule, nearest(other, free))
        elif free[other].central != origin.central:
            rule = f"that of {other}, line {free[other].line} ({free[other].central:g}), if both are to stay the same"
            yield places.problem(path, shown(origin.central), rule)


def _shares_keep_their_sum(tree: dict[str, Any], marked: Marked, places: Places) -> Found:
    view = _view(tree, places)
    marks = {name: origin.mark for name, (_, origin) in marked.items()}
    in_families = set()
    for together, paths in share_families(view):
        names = [dotted(path) for path in paths]
        in_families.update(names)
        where = dotted(together)
        moved = [name for name in names if isinstance(marks.get(name), Free | SameAs)]
        rests = [name for name in names if isinstance(marks.get(name), Rest)]
        if moved and not rests:
            rule = f"given beside one share of {where} with calibrate: {REST}, so that they add up to 1"
            yield _at(places, marked[moved[0]][0], "a share that may move", rule)
        elif rests and not moved:
            rule = f"left out where no other share of {where} may move"
            yield _at(places, marked[rests[0]][0], REST, rule)
        for name in rests[1:]:
            rule = f"written once in {where} (also on line {marked[rests[0]][1].line})"
            yield _at(places, marked[name][0], REST, rule)
        values = {name: view.number(*path) or 0.0 for name, path in zip(names, paths, strict=True)}
        most = sum(highest(marks.get(name), values[name], marks) for name in names if name not in rests)
        if moved and rests and most > 1:
            rule = f"0 or more: the others of {where} may go up to {most:g} together"
            yield _at(places, marked[rests[0]][0], REST, rule)
    for name, (path, origin) in marked.items():
        if isinstance(origin.mark, Rest) and name not in in_families:
            yield _at(places, path, REST, "left out: this is no share that adds up to 1 with others")


def _bounds_are_possible(tree: dict[str, Any], marked: Marked, places: Places) -> Found:
    """Check by the schema that both ends, and what lies between them, are possible values."""
    paths = leaves(tree)
    bounds = {
        name: (origin.mark.low, origin.mark.high)
        for name, (_, origin) in marked.items()
        if isinstance(origin.mark, Free) and origin.mark.low < origin.mark.high
    }
    for part in (0.0, 1.0, _BETWEEN):
        varied = copy.deepcopy(tree)
        for name, (low, high) in bounds.items():
            _put(varied, paths[name], high if part == 1 else low + part * (high - low))
        try:
            Scenario.model_validate(varied)
        except ValidationError as error:
            for problem in schema_problems(error, Scenario, places):
                if problem.key in bounds:
                    whole = part == _BETWEEN  # both ends are possible: the schema wants whole numbers
                    got = "a whole number" if whole else problem.got
                    rule = "left out: it could only move in steps" if whole else problem.rule
                    yield _at(places, marked[problem.key][0], got, rule)


def _marked(tree: dict[str, Any], provenance: Mapping[str, Provenance]) -> Marked:
    paths = leaves(tree)
    return {name: (paths[name], origin) for name, origin in provenance.items() if origin.mark is not None}


def _at(places: Places, path: KeyPath, got: str, rule: str) -> Problem:
    return places.problem((*path, "calibrate"), got, rule)


def _view(tree: dict[str, Any], places: Places) -> View:
    return View(tree, places, Scenario.model_fields)


def _put(tree: Any, path: KeyPath, number: float) -> None:
    for part in path[:-1]:
        tree = tree[part]
    tree[path[-1]] = number
