"""The early-warning score of a scenario, before anything else is lived: how good it can be, and where it is stated."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sim.customer.kernel_cache import kernels_are_compiled
from sim.experiment.score_curve import TooSharp, curve_of
from sim.planning.blocks import silent
from sim.scenario.problems import InputProblems, shown

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
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
            if law is None or error.auc != law.auc:  # what an arm or a changed number states has another place
                raise
            raise InputProblems([loaded.places.problem(_PLACE, shown(error.auc), error.rule)]) from error

    return found
