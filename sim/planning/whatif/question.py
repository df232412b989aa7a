"""A planner's question: which points of a grid are lived, under which policy, and in how many different pasts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.scenario.loaded import Loaded, Scalar, Settings
from sim.scenario.problems import InputProblems, Problem, nearest, one_of, shown
from sim.scenario.schema import Scenario
from sim.scenario.terms import firm_paths
from sim.scenario.varied import MOST_POINTS, VARY, Varied, read_varied, settings, too_many, varied_twice

POLICY = "--policy"


@dataclass(frozen=True)
class Point:
    """One value of each varied path.

    Parameters
    ----------
    values : tuple
        In the order of `Question.varied`.
    in_file : bool
        Whether this is what stands in the file.
    asked : bool
        Whether the planner named it.
    """

    values: tuple[Scalar, ...]
    in_file: bool
    asked: bool


@dataclass(frozen=True, eq=False)
class Question:
    """What is lived.

    Parameters
    ----------
    loaded : Loaded of Scenario
    varied : tuple of Varied
    decided : tuple of bool
        Of each varied path: whether the firm decides it, so that day 0 stays as it is.
    policy : str
        The policy that everybody lives under.
    points : tuple of Point
        The file's first.
    """

    loaded: Loaded[Scenario]
    varied: tuple[Varied, ...]
    decided: tuple[bool, ...]
    policy: str
    points: tuple[Point, ...]

    def world(self, point: Point) -> Scenario:
        """The scenario in which the past of a point has been lived: what the firm decides stands as in the file."""
        pairs = zip(self.varied, point.values, self.decided, strict=True)
        values = tuple(one.in_file if decided else value for one, value, decided in pairs)
        return self._at(values)

    def terms(self, point: Point) -> Settings:
        """What the firm decides otherwise at a point, from day 0 on."""
        chosen = [place for place, decided in enumerate(self.decided) if decided]
        return settings([self.varied[place] for place in chosen], [point.values[place] for place in chosen])

    def whole(self, point: Point) -> Scenario:
        """The scenario with everything as it is at a point."""
        return self._at(point.values)

    def pasts(self) -> list[list[Point]]:
        """The points, those with the same past together."""
        groups: dict[tuple[Scalar, ...], list[Point]] = {}
        for point in self.points:
            past = tuple(v for v, decided in zip(point.values, self.decided, strict=True) if not decided)
            groups.setdefault(past, []).append(point)
        return list(groups.values())

    def doubting(self, path: str, value: float) -> Question:
        """The same question in a world where a number stands elsewhere."""
        return Question(self.loaded.with_value(path, value), self.varied, self.decided, self.policy, self.points)

    def allows(self, number: int, place: int, value: Scalar) -> bool:
        """Whether a point could have another value at one of its places."""
        values = list(self.points[number].values)
        values[place] = value
        try:
            self._at(tuple(values))
        except InputProblems:
            return False
        return True

    def _at(self, values: tuple[Scalar, ...]) -> Scenario:
        return self.loaded.with_values(settings(self.varied, values), VARY).value


def read_question(loaded: Loaded[Scenario], vary: Sequence[str], policy: str | None = None) -> Question:
    """Read a question, and check that every point of it can be lived.

    Parameters
    ----------
    loaded : Loaded of Scenario
    vary : sequence of str
        ``PATH=VALUES`` each.
    policy : str, optional
        The one that a varied path names, else the scenario's baseline policy, if not given.

    Raises
    ------
    InputProblems
        A path or a value cannot be, the policy does not exist or is not the one that is varied, or the grid is too
        large.
    """
    problems: list[Problem] = []
    varied: list[Varied] = []
    for text in vary:
        try:
            varied.append(read_varied(loaded, text))
        except InputProblems as error:
            problems += error.problems
    problems += varied_twice(varied)
    lived, wrong = _policy(loaded.value, varied, policy)
    if problems or wrong:
        raise InputProblems([*problems, *wrong])
    points = _points(varied)
    of_firm = set(firm_paths(loaded.tree()))
    decided = tuple(one.path.startswith("policies.") or (one.block or one.path) in of_firm for one in varied)
    question = Question(loaded, tuple(varied), decided, lived, points)
    problems = list(_impossible(question))
    if problems:
        raise InputProblems(problems)
    return question


def _points(varied: Sequence[Varied]) -> tuple[Point, ...]:
    file = tuple(one.in_file for one in varied)
    size = math.prod(len(one.values) for one in varied)
    if size > MOST_POINTS:
        raise too_many(f"a grid of {size} points")
    asked = list(itertools.product(*(one.values for one in varied)))
    points = [Point(file, True, file in asked), *(Point(values, False, True) for values in asked if values != file)]
    if len(points) > MOST_POINTS:
        raise too_many(f"a grid of {len(points)} points")
    return tuple(points)


def _policy(scenario: Scenario, varied: Sequence[Varied], wanted: str | None) -> tuple[str, list[Problem]]:
    named = list(dict.fromkeys(one.path.split(".")[1] for one in varied if one.path.startswith("policies.")))
    if wanted is not None and wanted not in scenario.policies:
        rule = one_of(scenario.policies) + " (the scenario's policies)"
        return wanted, [Problem(POLICY, None, "", shown(wanted), rule, nearest(wanted, scenario.policies))]
    lived = wanted or (named[0] if named else scenario.baseline_policy)
    others = [name for name in named if name != lived]
    rule = f"a path of the policy that is lived ({lived}; {POLICY} names another)"
    return lived, [Problem(VARY, None, f"policies.{name}", "a policy that nobody lives under", rule) for name in others]


def _impossible(question: Question) -> Iterator[Problem]:
    """Give what the scenario's rules say against any point, each thing once."""
    seen: set[tuple[str, str, str]] = set()
    for point in question.points:
        for scenario in (question.world, question.whole):
            try:
                scenario(point)
            except InputProblems as error:
                for problem in error.problems:
                    if (said := (problem.key, problem.got, problem.rule)) not in seen:
                        seen.add(said)
                        yield problem
