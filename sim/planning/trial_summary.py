"""What a summary says of an experiment's trial: the first one, all of them graded, and naive comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.balance import sample_ratio
from sim.evidence.paired import prediction_interval
from sim.evidence.results import Estimate, Refused
from sim.evidence.survival import Curve, kaplan_meier
from sim.experiment.decide import decide_trials
from sim.experiment.grade import WITH_RESIDUAL, Bench, GradedContrast, GradedEquivalence
from sim.experiment.naive import responders_and_others
from sim.planning.beside_summary import beside_part
from sim.planning.doses_summary import doses_part
from sim.planning.factorial_summary import factorial_part
from sim.planning.follow_up_summary import follow_up_part
from sim.planning.guardrails_summary import guardrails_part
from sim.planning.injected import injected_part
from sim.planning.interference_summary import interference_part
from sim.planning.looks_summary import looks_part

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment

RESIDUAL_NOTE = (
    "in the trial those still there are valued by a table of tier and tenure band from the background world; what an "
    "arm does to their later years is in the truth, not in the trial: table_bias is the difference that this makes"
)


def trial_part(bench: Bench, before_after: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The keys of an experiment's summary that need a trial.

    Parameters
    ----------
    bench : Bench
    before_after : mapping of str to float64 array
        By arm: churn in a period with it less churn in the period before.
    """
    experiment = bench.experiment
    contrasts = bench.contrasts()
    concluded = decide_trials(bench, contrasts)
    sizes = _sizes(bench, by_circle=False)
    units = _sizes(bench, by_circle=True) if bench.by_circle else sizes
    return {
        "design": {
            "assignment": experiment.assignment.method,
            "strata": list(experiment.assignment.strata),
            **({"shares": dict(shares)} if (shares := experiment.assignment.shares) is not None else {}),
            **({"waves": _waves(bench)} if experiment.starts is not None else {}),
            "eligible": experiment.eligible.model_dump(exclude_none=True, mode="json"),
        },
        "alpha": experiment.alpha,
        "rules": {"trial_decision": experiment.trial_decision.model_dump()},
        "trial_sizes": dict(zip(bench.arms, sizes, strict=True)),
        **({"trial_circles": dict(zip(bench.arms, units, strict=True))} if bench.by_circle else {}),
        "sample_ratio": _sample_ratio(experiment, units),
        "contrasts": [_contrast(bench, contrast) for contrast in contrasts],
        "interference": interference_part(bench),
        "equivalence": [_equivalence(experiment, claim) for claim in bench.equivalences()],
        "naive": _naive(bench, before_after),
        "follow_up": follow_up_part(bench),
        "looks": looks_part(bench),
        "factorial": factorial_part(bench),
        "doses": doses_part(bench),
        "guardrails": guardrails_part(bench),
        "beside": beside_part(bench),
        "trial_decision": {
            "arm": concluded.arm,
            "inconclusive": not concluded.conclusive,
            "reason": concluded.reason,
            "share_of_trials": dict(concluded.shares or {}),
        },
        **injected_part(bench),
    }


def _sizes(bench: Bench, *, by_circle: bool) -> list[int]:
    """Customers of each arm in the trial that is shown, or circles (who is alone is one)."""
    first = bench.trial.where(bench.trial.replication == 0)
    unit = first.unit if by_circle else first.id
    return [len(np.unique(unit[first.arm == number])) for number in range(len(bench.arms))]


def _waves(bench: Bench) -> list[dict[str, Any]]:
    """The day on which each wave of the first trial begins, and its customers by arm."""
    first = bench.trial.where(bench.trial.replication == 0)
    return [
        {
            "day": day,
            "customers": {
                arm: int(((first.began == day) & (first.arm == number)).sum()) for number, arm in enumerate(bench.arms)
            },
        }
        for day in bench.experiment.start_days
    ]


def trial_curve(bench: Bench, arm: str, days: np.ndarray) -> dict[str, Any]:
    """Share of an arm's customers still there by day in the trial that is shown, with its band.

    None where circles were assigned: the band takes customers for independent.
    """
    if bench.by_circle:
        return {}
    first = bench.trial.where((bench.trial.replication == 0) & (bench.trial.arm == bench.arms.index(arm)))
    found = kaplan_meier(first.days, first.left, days)
    if not isinstance(found, Curve):
        return {}
    # once everybody has left there is no band to give but the point
    low, high = (np.where(np.isnan(band), found.share, band) for band in (found.low, found.high))
    return {"trial": found.share.tolist(), "trial_low": low.tolist(), "trial_high": high.tolist()}


def _sample_ratio(experiment: Experiment, sizes: Sequence[int]) -> dict[str, Any]:
    method = experiment.assignment.method
    shares = experiment.assignment.shares
    planned = None if shares is None else [shares[arm] for arm in experiment.arms]
    found = sample_ratio(sizes, planned, fixed_by=None if method == "simple" else method)
    if isinstance(found, Refused):
        return found.plain()
    return {"chi_square": found.chi_square, "p_value": found.p_value, "method": found.method}


def _contrast(bench: Bench, contrast: GradedContrast) -> dict[str, Any]:
    shown = contrast.trials.one()
    trial: dict[str, Any] = {"method": contrast.trials.method, "family": contrast.family}
    if isinstance(shown, Estimate):
        trial = {
            "effect": shown.effect.plain(),
            "p_value": shown.p_value,
            "p_adjusted": float(contrast.p_adjusted[0]),
            **trial,
            "n": shown.n,
        }
    else:
        trial = {"effect": shown.plain(), "p_value": None, "p_adjusted": None, **trial}
    return {
        "metric": contrast.metric,
        "estimand": contrast.trials.label,
        "arm": contrast.arm,
        "against": contrast.against,
        "horizon_days": bench.horizon,
        "truth": contrast.truth.plain(),
        "trial": trial,
        "alpha": bench.experiment.alpha,
        "level": contrast.level.plain(),
        **{name: value.plain() for name, value in contrast.grades._asdict().items()},
        "interference": contrast.interference.plain(),
        **(_table_bias(bench, contrast) if contrast.metric == WITH_RESIDUAL else {}),
    }


def _table_bias(bench: Bench, contrast: GradedContrast) -> dict[str, Any]:
    return {"table_bias": bench.table_bias(contrast.arm, contrast.against).plain(), "note": RESIDUAL_NOTE}


def _equivalence(experiment: Experiment, claim: GradedEquivalence) -> dict[str, Any]:
    shown = claim.trials.one()
    row: dict[str, Any] = {
        "metric": claim.metric,
        "arm": claim.arm,
        "against": claim.against,
        "margin": claim.margin,
        "truth": claim.truth.plain(),
    }
    if isinstance(shown, Estimate):
        row |= {
            "effect": shown.effect.plain(),
            "p_value": shown.p_value,
            "equivalent": bool(shown.p_value <= experiment.alpha),
        }
    else:
        row |= {"effect": shown.plain(), "p_value": None, "equivalent": False}
    return row | {"method": claim.trials.method, "power": claim.power.plain()}


def _naive(bench: Bench, before_after: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    rows = []
    for arm, differences in before_after.items():
        truth = bench.truth("churn_rate", arm, bench.experiment.reference)
        rows.append(
            {
                "name": "before-after",
                "arm": arm,
                "wording": f"churn of the eligible in a period with '{arm}' less churn of the eligible in the period "
                "before",
                "estimate": prediction_interval(differences[~np.isnan(differences)]).plain(),
                "truth": truth.plain(),
                "comment": "the base ages meanwhile, and the background policy starts at the same moment",
            }
        )
        answered = responders_and_others(bench.trial, bench.arms.index(arm), bench.replications)
        answered = answered[~np.isnan(answered)]
        if len(answered):
            rows.append(
                {
                    "name": "responders against others",
                    "arm": arm,
                    "wording": f"churn of those in '{arm}' who answered a survey less churn of those who never did",
                    "estimate": prediction_interval(answered).plain(),
                    "truth": truth.plain(),
                    "comment": "who answers is content more often, and had to stay until asked: selection, no effect",
                }
            )
    return rows
