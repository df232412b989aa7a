"""What information is worth to who decides whom to treat: a trial's, and perfect one's (docs/targeting.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.paired import run_mean
from sim.planning.targeting.policies import ORACLE, by_trial
from sim.planning.targeting.twins import FOLDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.planning.targeting.question import Question
    from sim.planning.targeting.world import WorldFound


def value_of_information(worlds: Sequence[WorldFound], question: Question, customers: int) -> dict[str, Any]:
    """What each kind of information adds to the best that can be done without it, yuan a use on one base.

    Nested: in each world (outer) some trials of every size (inner). What is done without a trial is chosen by the
    futures that choose, in the mean over worlds, and valued by those that value; so is what is done by who knows the
    world. Intervals are run doubt: of the mean over worlds, which more worlds narrow.

    Parameters
    ----------
    worlds : sequence of WorldFound, at least 2
    question : Question
    customers : int
        Of the base.
    """
    names = list(worlds[0].choosing)
    choosing = np.array([[world.choosing[name] for name in names] for world in worlds])  # (worlds, names, folds)
    valuing = np.array([[world.valuing[name] for name in names] for world in worlds])
    best = choosing.mean(axis=0).argmax(axis=0)  # (folds,)
    without = np.mean([valuing[:, best[fold], fold] for fold in range(FOLDS)], axis=0)
    of_world = choosing.argmax(axis=1)  # (worlds, folds)
    knowing = np.take_along_axis(valuing, of_world[:, None, :], axis=1)[:, 0].mean(axis=1)
    found: dict[str, Any] = {
        "worlds": len(worlds),
        "trials": question.trials,
        "without": {
            "does": names[int(np.bincount(best, minlength=len(names)).argmax())],
            "always": bool((best == best[0]).all()),
            "value": run_mean(without).plain(),
        },
        "know_world": run_mean(knowing - without).plain(),
        "know_customers": run_mean(np.array([world.sure[ORACLE] for world in worlds]) - without).plain(),
        "samples": [],
    }
    value, spend = np.array([world.everybody for world in worlds]).T
    for place, size in enumerate(question.sizes):
        name = by_trial(size)
        gain = np.array([world.sure[name] for world in worlds]) - without
        tried = size / 2 * value
        found["samples"].append(
            {
                "size": size,
                "beyond_base": size > customers,
                "value": run_mean(gain).plain(),
                "spend_on_tried": run_mean(size / 2 * spend).plain(),
                "tried_bring": run_mean(tried).plain(),
                "net": run_mean(gain + tried).plain(),
                "worse_than_none": float(np.mean([world.by_trials[place] < 0 for world in worlds])),
            }
        )
    return found
