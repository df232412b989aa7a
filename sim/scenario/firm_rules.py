"""Rules that tie a question about the firm to its scenario: what its arms set, and what a desk measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args

from sim.scenario.document import Unreadable
from sim.scenario.experiment_schema import DeskMetric
from sim.scenario.loaded import Loaded, settable
from sim.scenario.problems import InputProblems, KeyPath, Problem, nearest, shown
from sim.scenario.schema import Scenario
from sim.scenario.terms import FIRM_DECIDES, firm_paths
from sim.scenario.view import View

Found = Iterator[Problem]
_MOST_NAMED = 4


def _desk_is_there_to_measure(view: View, scenario: Loaded[Scenario]) -> Found:
    if scenario.value.desk is not None:
        return
    for at, name in view.names("metrics"):
        if name in get_args(DeskMetric):
            rule = f"another metric, because {scenario.file} has no block 'desk'"
            yield view.problem(at, shown(name), rule)


def _terms_are_the_firms(view: View, scenario: Loaded[Scenario]) -> Found:
    tree = scenario.tree()
    known, allowed = settable(tree), firm_paths(tree)
    for path, values in _terms(view):
        for name in values:
            if name in allowed:
                continue
            what = "a value that the firm does not decide on" if name in known else "an unknown path"
            yield view.problem((*path, name), what, _allowed(name, allowed, scenario), nearest(name, allowed))


def _allowed(name: str, allowed: list[str], scenario: Loaded[Scenario]) -> str:
    """Name paths that begin as a path does, as far as it leads anywhere; else the blocks that a firm decides on."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        start = ".".join(parts[:length])
        found = [path for path in allowed if path == start or path.startswith(start + ".")]
        if found:
            more = ", ..." if len(found) > _MOST_NAMED else ""
            return f"a path of {scenario.file} such as {', '.join(found[:_MOST_NAMED])}{more}"
    there = [place for place in FIRM_DECIDES if any(path == place or path.startswith(place + ".") for path in allowed)]
    where = f"a path of {scenario.file} in {', '.join(there)}" if there else "left out"
    others = [place for place in FIRM_DECIDES if place not in there]
    also = f" (nor has it {', '.join(others)}, on which a firm decides too)" if others else ""
    return f"{where}, or in a promotion with 'ours: true'{also}"


def _terms_possible(view: View, scenario: Loaded[Scenario]) -> Found:
    """Check each arm's scenario by all rules of a scenario; what they say is said with both places."""
    allowed = firm_paths(scenario.tree())
    for path, values in _terms(view):
        try:
            scenario.with_values({name: _setting(value) for name, value in values.items() if name in allowed})
        except InputProblems as error:
            yield from (_at_term(view, path, values, problem) for problem in error.problems)


def _at_term(view: View, path: KeyPath, values: dict[str, Any], problem: Problem) -> Problem:
    """Put a scenario's problem at the value that makes it; else at the arm's values, which make it together."""
    place = f"{problem.file}:{problem.line}"
    for name in values:
        if problem.key == name or problem.key.startswith(name + "."):
            return view.problem((*path, name), problem.got, f"{problem.rule} ({place})", problem.hint)
    got = "values that do not go together"
    return view.problem(path, got, f"such that {problem.key} is {problem.rule} ({place}), and not {problem.got}")


def _doubt_possible_under_terms(view: View, scenario: Loaded[Scenario]) -> Found:
    """A doubtful world has the arms' terms too, and they must go together."""
    allowed = firm_paths(scenario.tree())
    for at, name in view.names("doubt"):
        origin = scenario.provenance.get(name)
        if origin is None or origin.low is None or origin.high is None:
            continue
        for path, values in _terms(view):
            terms = {key: _setting(value) for key, value in values.items() if key in allowed}
            possible = not any(_wrong(scenario, [terms]))  # else it has been said of the arm
            problem = next(_wrong(scenario, [{name: end} | terms for end in (origin.low, origin.high)]), None)
            if possible and problem is not None:
                why = f"{problem.key}: got {problem.got}, must be {problem.rule}"
                rule = f"a number that can change under {path[1]}'s values (line {view.line(*path)}; {why})"
                yield view.problem(at, shown(name), rule)


def _wrong(scenario: Loaded[Scenario], worlds: Iterable[dict[str, Any]]) -> Found:
    for values in worlds:
        try:
            scenario.with_values(values)
        except InputProblems as error:
            yield error.problems[0]


def _terms(view: View) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Give what each arm sets; a value that could not be read has its message already."""
    for path, arm in view.entries("arms"):
        values = arm.get("set")
        if isinstance(values, dict):
            readable = {name: value for name, value in values.items() if _is_setting(value)}
            yield (*path, "set"), readable


def _is_setting(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(item, dict | list | Unreadable) for item in value)
    return not isinstance(value, dict | Unreadable)


def _setting(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


FIRM_RULES: tuple[Callable[[View, Loaded[Scenario]], Found], ...] = (
    _desk_is_there_to_measure,
    _terms_are_the_firms,
    _terms_possible,
    _doubt_possible_under_terms,
)
