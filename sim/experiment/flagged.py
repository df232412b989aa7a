"""Of those whom the early-warning list names, how many stay: the figure that a firm with such a list reports (M-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.outcomes import mean_by
from sim.world.warning_list import listed_dtype

if TYPE_CHECKING:
    from sim.world.world import World


def flagged_kept(world: World, begin: float, end: float, who: np.ndarray | None = None) -> np.ndarray:
    """Share of the entries of lists from `begin` on who did not leave within `within_days`, all of them before `end`.

    It is no effect: many of the flagged stay whatever is done. Somebody who stands on two lists is counted twice, as
    on a firm's lists.

    Parameters
    ----------
    world : World
        With early warning, lived to `end`.
    begin, end : float
        Days.
    who : bool array, shape (customers,), optional
        Of whom to count; everybody if not given.

    Returns
    -------
    float64 array, shape (rows,); NaN where nobody was listed
    """
    assert world.scenario.early_warning is not None
    within = float(world.scenario.early_warning.within_days)
    listed = np.concatenate(world.listed) if world.listed else np.zeros(0, dtype=listed_dtype)
    listed = listed[(listed["day"] >= begin) & (listed["day"] + within <= end)]
    if who is not None:
        listed = listed[who[listed["position"]]]
    lives = world.lives()
    ended = lives.lost_at < np.inf
    order = np.lexsort((lives.lost_at[ended], lives.position[ended]))
    position, lost_at = lives.position[ended][order], lives.lost_at[ended][order]
    span = end + within + 1.0  # so far apart that customers' days do not overlap
    left = position * span + np.minimum(lost_at, span - 1.0)
    here = listed["position"] * span + listed["day"]
    stayed = np.searchsorted(left, here) == np.searchsorted(left, here + within)
    row = world.customers["row"][listed["position"]]
    return mean_by(row, stayed.astype(float), world.rows)
