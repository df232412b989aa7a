"""Facts reported against the simulation: figure by figure, with the prediction interval of one such base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.paired import prediction_interval
from sim.evidence.results import Interval, Refused
from sim.scenario.facts import load_facts

if TYPE_CHECKING:
    from sim.scenario.schema import Check, Scenario

NOT_HELD = "this world does not hold it"


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
        period), kind, within (None where it cannot be said), note.

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
        simulated = prediction_interval(_quantity(check.quantity, quantities))
        if isinstance(simulated, Interval):
            within = {
                "equal": simulated.low <= figure.value <= simulated.high,
                "at_least": simulated.high >= figure.value,
                "at_most": simulated.low <= figure.value,
            }[check.compare]
    return {
        "fact": fact,
        "name": check.name,
        "unit": figure.unit,
        "reported": figure.value,
        "compare": check.compare,
        "simulated": simulated.plain(),
        "kind": check.kind,
        "within": within,
        "note": check.note or "",
    }


def _quantity(names: str, quantities: dict[str, np.ndarray]) -> np.ndarray:
    """A quantity, or a sum of quantities written with ' + '; replications that could not count it are left out."""
    parts = names.split(" + ")
    unknown = [part for part in parts if part not in quantities]
    if unknown:
        raise ValueError(f"validation: quantity: got {unknown[0]!r}, must be one of {', '.join(sorted(quantities))}")
    total: np.ndarray = np.sum([quantities[part] for part in parts], axis=0)
    counted: np.ndarray = total[~np.isnan(total)]
    return counted
