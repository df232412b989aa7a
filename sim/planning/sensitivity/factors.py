"""Numbers that carry a range: what they may be, and which of them a question can be asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.planning.doubt import can_matter
from sim.scenario.distributions import Distribution
from sim.scenario.experiment_schema import Question
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.provenance import Provenance
from sim.scenario.schema import Scenario
from sim.scenario.varied import is_lived

TAIL = 0.005
"""Draws of a distribution stay between this chance and 1 less it: an unbounded one would end in impossible worlds."""


@dataclass(frozen=True)
class Factor:
    """A number of the scenario with a range.

    Parameters
    ----------
    path : str
    low, central, high : float
    law : Distribution
        What joint draws take it to be.
    whole : bool
        Whether it counts things.
    known : Provenance
    """

    path: str
    low: float
    central: float
    high: float
    law: Distribution
    whole: bool
    known: Provenance

    def draw(self, chance: float) -> float:
        """The value below which the share `chance` of its law lies, the tails cut off."""
        return self.rounded(self.law.quantile(TAIL + chance * (1 - 2 * TAIL)))

    def rounded(self, value: float) -> float:
        """A value as the scenario can hold it."""
        return float(round(value)) if self.whole else value

    def grid(self) -> list[float]:
        """Low, central, high, and halfway between; each once, from the lowest on."""
        points = (self.low, (self.low + self.central) / 2, self.central, (self.central + self.high) / 2, self.high)
        return sorted({self.rounded(point) for point in points})


@dataclass(frozen=True)
class LeftOut:
    """A number with a range that is not asked about, and why."""

    path: str
    reason: str


def factors_of(loaded: Loaded[Scenario], question: Question, *, every: bool) -> tuple[list[Factor], list[LeftOut]]:
    """Give the numbers that a question doubts, or all that carry a range, and those of them that are left out.

    Parameters
    ----------
    loaded : Loaded of Scenario
    question : Question
    every : bool
        All that carry a range, not only those under `doubt:`.
    """
    found, left = [], []
    for path in _named(loaded, question, every):
        known = loaded.provenance[path]
        reason = _why_not(loaded, question, path, known)
        if reason:
            left.append(LeftOut(path, reason))
        else:
            found.append(_factor(loaded, path, known))
    return found, left


def _named(loaded: Loaded[Scenario], question: Question, every: bool) -> Iterator[str]:
    if not every:
        yield from dict.fromkeys(question.doubt)
        return
    for path, known in loaded.provenance.items():
        if known.ranged and is_lived(path):
            yield path


def _why_not(loaded: Loaded[Scenario], question: Question, path: str, known: Provenance) -> str:
    if known.low is None or known.high is None:
        return "it carries no range"
    if known.low == known.high:
        return "its range is a single value"
    if not can_matter(loaded.value, question, path):
        return "it cannot matter here: nobody gets a reward"
    for end in (known.low, known.high):
        try:
            loaded.with_value(path, end)
        except InputProblems as error:
            problem = error.problems[0]
            return f"at {end:g} there is no such world: {problem.key} must be {problem.rule}"
    return ""


def _factor(loaded: Loaded[Scenario], path: str, known: Provenance) -> Factor:
    assert known.low is not None
    assert known.high is not None
    peaked = Distribution("triangular", (("low", known.low), ("mode", known.central), ("high", known.high)))
    law = known.distribution or peaked
    return Factor(path, known.low, known.central, known.high, law, _counts(loaded, path), known)


def _counts(loaded: Loaded[Scenario], path: str) -> bool:
    """Whether a number is whole by the scenario's schema, which turns every other one into a float."""
    at: Any = loaded.tree()
    for key in path.split("."):
        at = at[int(key)] if isinstance(at, list) else at[key]
    return isinstance(at, int)
