"""The early-warning score of a scenario, before anything else is lived: how good it can be, and where it is stated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sim.customer.kernel_cache import kernels_are_compiled
from sim.experiment.score_curve import TooSharp, curve_of
from sim.planning.blocks import silent
from sim.scenario.experiment_schema import FirmArm, Question
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems, Problem, dotted, shown

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

STAGE = "living worlds for the early-warning score (once a scenario)"
_PLACE = ("early_warning", "auc")

P = ParamSpec("P")
Found = TypeVar("Found")
Planned = Callable[Concatenate["Loaded[Scenario]", P], Found]


def with_score(planned: Planned[P, Found]) -> Planned[P, Found]:
    """Let what lives a scenario's worlds find the score's curve first, in this process, and refuse what cannot be.

    The function's first argument is the loaded scenario; a `progress` among the others is told.

    Raises
    ------
    InputProblems
        The score is stated to be better than true risk is; with the place.
    """

    @wraps(planned)
    def found(loaded: Loaded[Scenario], /, *others: P.args, **named: P.kwargs) -> Found:
        tell: Any = named.get("progress") or silent
        law = loaded.value.early_warning
        try:
            if law is not None and kernels_are_compiled():  # else they are compiled first, as a stage of their own
                tell(STAGE, 0, 1)
                curve = curve_of(loaded.value)
                assert curve is not None
                curve.weight(law.auc)
                tell(STAGE, 1, 1)
            return planned(loaded, *others, **named)
        except TooSharp as error:
            raise InputProblems([too_sharp(error, loaded, others)]) from error

    return found


def too_sharp(
    error: TooSharp, loaded: Loaded[Scenario], others: Iterable[object] = (), option: str | None = None
) -> Problem:
    """Put a score that is stated to be too good where that is stated.

    Parameters
    ----------
    error : TooSharp
    loaded : Loaded of Scenario
    others : iterable
        What else was asked; experiments among it have arms that may state the quality of the score.
    option : str, optional
        An option of the command line that changes numbers of the scenario: what no file states comes from there.
    """
    known, own = loaded.provenance.get(dotted(_PLACE)), curve_of(loaded.value)
    law, got = loaded.value.early_warning, shown(error.auc)
    if law is not None and law.auc == error.auc and own is not None and own.most < error.auc:
        return loaded.places.problem(_PLACE, got, error.rule)
    for experiment in _experiments(others):
        for name, arm in experiment.value.arms.items():
            if isinstance(arm, FirmArm) and arm.set.get(dotted(_PLACE)) == error.auc:
                return experiment.places.problem(("arms", name, "set", dotted(_PLACE)), got, error.rule)
    ends = {} if known is None else {known.low: "low", known.high: "high"}
    if error.auc in ends:
        return loaded.places.problem((*_PLACE, ends[error.auc]), got, error.rule)
    if option is not None:
        return Problem(option, None, dotted(_PLACE), got, error.rule)
    return loaded.places.problem(_PLACE, got, f"{error.rule}, with a number of its range in place of the centre")


def _experiments(others: Iterable[object]) -> Iterator[Loaded[Question]]:
    """Give the experiments among a function's arguments."""
    for one in others:
        for item in one if isinstance(one, list | tuple) else (one,):
            if isinstance(item, Loaded) and isinstance(item.value, Question):
                yield item
