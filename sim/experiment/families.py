"""How a metric's contrasts are corrected for being several, as the experiment's file asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.dunnett import dunnett_means, dunnett_shares
from sim.evidence.multiplicity import benjamini_hochberg, holm
from sim.evidence.results import Estimates
from sim.experiment.additive import SHARES, Cells

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment

NAMES = {"holm": "Holm", "benjamini_hochberg": "Benjamini-Hochberg", "dunnett": "Dunnett"}


def corrected(
    experiment: Experiment, name: str, each: list[Estimates], cells: Cells | None
) -> tuple[list[Estimates], np.ndarray, str]:
    """Correct the contrasts of one metric in all trials.

    Parameters
    ----------
    experiment : Experiment
    name : str
        The metric.
    each : list of Estimates
        The contrasts in the order of the file, each by itself.
    cells : Cells, or None
        The metric's sums, without strata; None for what is no share and no mean, such as a hazard ratio.

    Returns
    -------
    list of Estimates, adjusted p of shape (trials, contrasts), the name of the correction
        Dunnett's intervals hold together, so the estimates are his; Holm and Benjamini-Hochberg adjust p alone.
        What is no share and no mean has no Dunnett, and is corrected by Holm.
    """
    alone = np.stack([estimates.p_value for estimates in each], axis=1)
    if experiment.multiplicity == "benjamini_hochberg":
        return each, benjamini_hochberg(alone), NAMES["benjamini_hochberg"]
    if experiment.multiplicity == "holm" or cells is None:
        return each, holm(alone), NAMES["holm"]
    arms = list(experiment.arms)
    tested = [arms.index(contrast.arm) for contrast in experiment.contrasts]
    reference = arms.index(experiment.contrasts[0].against)
    labels, level = [estimates.label for estimates in each], 1 - experiment.alpha
    whole = cells.totals()
    if name in SHARES:
        counts = [whole.flat_counts(arm) for arm in (*tested, reference)]
        found = dunnett_shares(counts[:-1], counts[-1], labels=labels, level=level)
    else:
        samples = [whole.flat_sample(arm) for arm in (*tested, reference)]
        found = dunnett_means(samples[:-1], samples[-1], labels=labels, level=level)
    adjusted = [estimates.p_adjusted for estimates in found]
    return found, np.stack([p for p in adjusted if p is not None], axis=1), NAMES["dunnett"]
