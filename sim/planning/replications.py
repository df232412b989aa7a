"""What each replication's roll-outs came to: the values that the means and their run doubt are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.planning.summary import truth_of

if TYPE_CHECKING:
    from sim.planning.summary import Lived


def replications_table(lived: Lived) -> dict[str, np.ndarray[Any, Any]]:
    """A row an experiment, arm, metric and replication: the mean over everybody eligible (of a firm:
    over the customers of day 0) under the arm.

    Two runs of one seed share the luck of a replication, so their rows can be paired (`sim compare`).

    Returns
    -------
    dict of arrays of equal length
        experiment, arm, metric (text), replication (from 0), value (in the metric's unit; NaN where
        nobody was eligible).
    """
    numbers = np.arange(lived.replications)
    parts = []
    for experiment in lived.experiments:
        truth = truth_of(lived, experiment)
        for arm in truth.arms:
            for metric in truth.metrics:
                names = {"experiment": experiment.name, "arm": arm, "metric": metric}
                part = {column: np.full(len(numbers), name) for column, name in names.items()}
                parts.append(part | {"replication": numbers, "value": truth.by_replication(arm, metric)})
    return {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
