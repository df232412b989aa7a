"""How well a score ranks: pairs of which it gets right which of the two something happened to."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from sim.evidence.inputs import finite, labels, same_length
from sim.evidence.results import FloatArray


def concordance(
    score: ArrayLike, happened: ArrayLike, *, group: ArrayLike | None = None, groups: int = 1
) -> tuple[FloatArray, FloatArray]:
    """Count pairs of one to whom it happened and one to whom it did not, and those in which the first scores higher.

    Their share is the area under the ROC curve (Mann and Whitney 1947; Hanley and McNeil 1982, Radiology 143:29-36).

    Parameters
    ----------
    score
        Higher where it is thought likelier, shape (n,).
    happened
        Whether it happened, shape (n,).
    group, groups
        Group number of each (default: one group), and how many there are; pairs are of one group.

    Returns
    -------
    concordant, pairs
        Shape (groups,) each; a tie is half a concordant pair.

    Raises
    ------
    ValueError
        If a score is NaN or infinite, or lengths differ.
    """
    scores, events = finite("score", score), np.asarray(happened, dtype=bool)
    rows = same_length(score=scores, happened=events)
    of_group = labels("group", group, rows, groups)
    order = np.argsort(of_group, kind="stable")
    edges = np.searchsorted(of_group[order], np.arange(groups + 1))
    concordant, pairs = np.zeros(groups), np.zeros(groups)
    for number in range(groups):
        inside = order[edges[number] : edges[number + 1]]
        with_event = events[inside]
        yes = int(with_event.sum())
        ranks = rankdata(scores[inside])[with_event] if yes else np.zeros(0)
        concordant[number] = ranks.sum() - yes * (yes + 1) / 2
        pairs[number] = yes * (len(inside) - yes)
    return concordant, pairs
