"""How good the early-warning list is, for `summary.json` (docs/summary.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.paired import run_mean
from sim.evidence.ratios import run_ratio
from sim.evidence.results import Interval, Refused
from sim.experiment.list_quality import DECILES, ListQuality
from sim.experiment.score_curve import curve_of

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

_LEVEL = 1.0 - 0.05 / (DECILES - 1)
"""Of the difference between the decile where calls save most and the first: the best of nine is looked at."""


def warning_part(scenario: Scenario, found: ListQuality) -> dict[str, Any]:
    """Quality of the score and of the list of day 0, decile by decile.

    Parameters
    ----------
    scenario : Scenario
    found : ListQuality
        Of all replications.
    """
    law, curve = scenario.early_warning, curve_of(scenario)
    assert law is not None
    assert curve is not None
    scored, left = found.customers.sum(axis=1), found.left.sum(axis=1)
    return {
        "within_days": law.within_days,
        **({"tiers": list(law.tiers)} if law.tiers is not None else {}),
        "auc_stated": law.auc,
        "auc_at_most": curve.most,
        "auc": run_ratio(found.right, found.pairs).plain(),
        "weight": curve.weight(law.auc),
        "everybody": {
            "customers": float(scored.mean()),
            "left": run_ratio(left, scored).plain(),
            "saved": run_ratio(found.saved.sum(axis=1), scored).plain(),
        },
        "list": {
            "customers": float(found.listed.mean()),
            "precision": run_ratio(found.listed_left, found.listed).plain(),
            "recall": run_ratio(found.listed_left, left).plain(),
            "saved": run_ratio(found.listed_saved, found.listed).plain(),
        },
        "deciles": [_decile(found, number, scored, left) for number in range(DECILES)],
        "most_saved": _most_saved(found),
    }


def _decile(found: ListQuality, number: int, scored: np.ndarray, left: np.ndarray) -> dict[str, Any]:
    customers, of_them = found.customers[:, number], found.left[:, number]
    # a decile of few customers is not a tenth of them to the last one
    share = np.divide(scored, customers, out=np.zeros(len(scored)), where=customers > 0)
    return {
        "decile": number + 1,
        "customers": float(customers.mean()),
        "left": run_ratio(of_them, customers).plain(),
        "lift": run_ratio(of_them * share, left).plain(),
        "saved": run_ratio(found.saved[:, number], customers).plain(),
    }


def _most_saved(found: ListQuality) -> dict[str, Any]:
    """The decile in which a call saves most, and by how much more than in the first: where the two aims part ways."""
    there = (found.customers > 0).all(axis=0)
    share = np.divide(found.saved, found.customers, out=np.zeros(found.saved.shape), where=found.customers > 0)
    mean = np.where(there, found.saved.sum(axis=0) / np.maximum(found.customers.sum(axis=0), 1), -np.inf)
    best = int(np.argmax(mean))
    more: Interval | Refused
    if best == 0:
        more = Refused("a call saves most where the score is highest")
    else:
        more = run_mean(share[:, best] - share[:, 0], level=_LEVEL)
    return {"decile": best + 1, "more_than_first": more.plain()}
