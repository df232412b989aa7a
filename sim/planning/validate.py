"""Facts reported against the simulation: figure by figure, with the prediction interval of one such base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import delayed

from sim.evidence.paired import prediction_interval
from sim.evidence.results import Interval, Refused
from sim.planning.blocks import Progress, blocks, in_order, silent
from sim.planning.quantities import (
    check_quantities,
    join,
    known_quantities,
    life_of,
    live_quantities,
    named_trials,
    total,
)
from sim.planning.scored import with_score
from sim.scenario.facts import load_facts
from sim.scenario.problems import InputProblems

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Check, Scenario

NOT_HELD = "this world does not hold it"


@with_score
def live_validation(
    loaded: Loaded[Scenario], *, seed: int, replications: int, jobs: int = 1, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Live what a scenario's `validation:` speaks of, and give its table.

    Parameters
    ----------
    loaded : Loaded of Scenario
    seed : int
    replications : int
    jobs : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (stage, done, total).

    Returns
    -------
    list of dict
        As `validate`.

    Raises
    ------
    InputProblems
        There is no `validation:`, or it names a quantity that does not exist.
    NobodySurvives
        The tenure mix cannot exist under the scenario's hazards.
    """
    tell = progress or silent
    scenario = loaded.value
    if not scenario.validation:
        rule = "given: the figures to compare with (fact, name, quantity, kind)"
        raise InputProblems([loaded.places.problem(("validation",), "nothing", rule)])
    trials = named_trials(loaded)
    known = known_quantities(scenario, tell, trials)
    check_quantities(loaded, known)
    life = life_of((check.quantity for check in scenario.validation if check.quantity is not None), known)
    tasks = [delayed(live_quantities)(scenario, life, seed, part, trials) for part in blocks(scenario, replications)]
    return validate(scenario, join(in_order(tasks, f"living {scenario.name}", tell, jobs)))


def validate(scenario: Scenario, quantities: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """The validation table.

    Parameters
    ----------
    scenario : Scenario
        Its `validation:` names the figures and the quantities.
    quantities : dict of float64 arrays, shape (replications,)
        From `sim.experiment.history`.

    Returns
    -------
    list of dict
        Keys fact, name, unit, reported, simulated (interval 'of' trial: what one such base would show in one such
        period), kind, held (whether this world has the thing at all), within (None where it cannot be said), note.

    Raises
    ------
    ValueError
        A quantity does not exist.
    """
    return [_row(check, quantities) for check in scenario.validation]


def _row(check: Check, quantities: dict[str, np.ndarray]) -> dict[str, Any]:
    fact, figure_name = check.fact.split(".", 1)
    figure = load_facts()[fact].figure(figure_name)
    simulated: Interval | Refused
    within = None
    if check.quantity is None:
        simulated = Refused(check.note or NOT_HELD)
    else:
        counted = total(check.quantity, quantities)
        simulated = prediction_interval(counted[~np.isnan(counted)])
        if isinstance(simulated, Interval):
            within = {
                "equal": simulated.low <= figure.value <= simulated.high,
                "at_least": simulated.high >= figure.value,
                "at_most": simulated.low <= figure.value,
                "beside": None,  # stands beside the figure to take it apart, and is not what was reported
            }[check.compare]
    return {
        "fact": fact,
        "name": check.name,
        "unit": figure.unit,
        "reported": figure.value,
        "compare": check.compare,
        "simulated": simulated.plain(),
        "kind": check.kind,
        "held": check.quantity is not None,
        "within": within,
        "note": check.note or "",
    }
