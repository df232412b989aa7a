"""What a summary says of a question about the firm in the places where an experiment has its trial."""

from __future__ import annotations

from typing import Any

from sim.evidence.results import Refused
from sim.experiment.rollout import FirmTruth
from sim.scenario.experiment_schema import NO_TRIAL

_REFUSED = Refused(NO_TRIAL).plain()


def firm_part(truth: FirmTruth) -> dict[str, Any]:
    """The same keys as those of `trial_part`: contrasts have their truth, all else is refused with the reason."""
    return {
        "design": _REFUSED,
        "alpha": _REFUSED,
        "rules": {},
        "trial_sizes": _REFUSED,
        "sample_ratio": _REFUSED,
        "contrasts": [
            _contrast(truth, metric, pair.arm, pair.against)
            for metric in truth.question.metrics
            for pair in truth.question.contrasts
        ],
        "interference": [],
        "equivalence": [],
        "naive": [],
        "movers": [],
        "follow_up": [],
        "looks": {},
        "factorial": [],
        "doses": [],
        "guardrails": [],
        "beside": [],
        "trial_decision": _REFUSED,
    }


def _contrast(truth: FirmTruth, metric: str, arm: str, against: str) -> dict[str, Any]:
    refused = ("trial", "level", "power", "coverage", "sign_error", "size_error", "interference")
    return {
        "metric": metric,
        "estimand": "difference of the firm's roll-outs",
        "arm": arm,
        "against": against,
        "horizon_days": truth.horizon,
        "truth": truth.truth(metric, arm, against).plain(),
        **dict.fromkeys(refused, _REFUSED),
    }
