"""A real trial's analysis as the content of `summary.json` (docs/analyse.md): plain dicts, lists, rounded numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import stdtrit

from sim.evidence.balance import sample_ratio
from sim.evidence.cells import counts, sample
from sim.evidence.checks import Balance, Check
from sim.evidence.competing import cumulative_incidence
from sim.evidence.dose_response import least_dose_of_shares
from sim.evidence.means import mean_difference
from sim.evidence.proportions import risk_difference, wilson
from sim.evidence.results import Estimate, Interval, Refused
from sim.evidence.survival import Curve, kaplan_meier
from sim.evidence.trend import share_trend
from sim.scenario.data_schema import SHARE
from sim.study.checking import check
from sim.study.conclude import Conclusion, conclude
from sim.study.estimates import CHURN, DAYS_THERE, HAZARD_RATIO, LEFT_FOR, LOG_RANK, Found, Trial
from sim.study.families import leads
from sim.study.read import Source
from sim.study.subgroups import Split, splits

DIGITS = 12
"""Significant digits of every number in the summary."""
CURVE_POINTS = 60
NEARLY_ALL = 0.9
"""Of the largest dose's effect: what is enough."""
CANNOT = Refused("doses are not compared where whole circles were assigned or follow-up ends early")
FEW_DOSES = Refused("fewer than 3 doses differ: no curve can be seen")
WORDINGS = {
    CHURN: "share of those enrolled who left within the horizon (流失率)",
    "revenue_per_customer": "revenue within the horizon, a customer enrolled",
    "cost_per_customer": "cost within the horizon, a customer enrolled",
    "net_value_per_customer": "net value within the horizon, a customer enrolled",
    DAYS_THERE: "mean days still there within the horizon (restricted mean survival time)",
    LOG_RANK: "test of equal survival curves within the horizon; it has no effect of its own",
    HAZARD_RATIO: "average hazard ratio over the horizon (Cox)",
}
UNITS = {CHURN: SHARE, DAYS_THERE: "days", LOG_RANK: "none", HAZARD_RATIO: "ratio"}


def summarise(source: Source, trial: Trial) -> dict[str, Any]:
    """Analyse a trial and say everything that its report says.

    Parameters
    ----------
    source : Source
    trial : Trial
        Of the source's records.
    """
    study = trial.study
    pairs = {f"{c.arm} {c.against}": (c.arm, c.against) for c in study.contrasts}
    metrics = trial.metrics()
    found = {metric: leads(trial, metric, pairs) for metric in metrics}
    checks, balance = check(trial)
    rule = study.trial_decision.metric
    concluded = conclude(
        trial, {arm: found[rule][name] for name, (arm, against) in pairs.items() if against == study.reference}
    )
    summary = {
        "study": study.name,
        "title": study.question,
        "data": {"sha256": source.sha256, "customers": len(source.records)},
        "currency": study.currency,
        "definitions": {metric: _definition(trial, metric) for metric in metrics},
        "experiments": [
            {
                "name": study.name,
                "question": study.question,
                "unit": study.unit,
                "design": {"assignment": study.assignment.method, "strata": list(study.assignment.strata)},
                "horizon_days": study.horizon_days,
                "reference": study.reference,
                "metrics": list(study.metrics),
                "alpha": study.alpha,
                "correction": study.correction,
                "rules": {"trial_decision": study.trial_decision.model_dump()},
                "trial_sizes": _sizes(trial),
                "sample_ratio": _sample_ratio(trial),
                "checks": [_check(name, one) for name, one in checks.items()],
                "balance": [_balance(row, trial) for row in balance],
                "arms": [_arm(trial, arm) for arm in trial.arms],
                "contrasts": [
                    _contrast(trial, metric, pair, found[metric][name])
                    for metric in metrics
                    for name, pair in pairs.items()
                ],
                "equivalence": [_equivalence(trial, claim) for claim in study.equivalence],
                "subgroups": [_split(split) for metric in study.metrics for split in splits(trial, metric)],
                "doses": _doses(trial),
                "naive": _naive(trial),
                "trial_decision": _decision(concluded),
            }
        ],
    }
    rounded: dict[str, Any] = _rounded(summary)
    return rounded


def _definition(trial: Trial, metric: str) -> dict[str, str]:
    study = trial.study
    if metric.startswith(LEFT_FOR):
        reason = metric.removeprefix(LEFT_FOR)
        words = f"share of those enrolled who left within the horizon for the reason '{reason}'"
        return {"wording": words, "unit": SHARE}
    own = study.data.metrics.get(metric)
    if own is not None:
        return {"wording": own.wording or f"column '{own.column}'", "unit": own.unit or study.currency}
    return {"wording": WORDINGS[metric], "unit": UNITS.get(metric, study.currency)}


def _sizes(trial: Trial) -> dict[str, int]:
    sizes = np.bincount(trial.records.arm, minlength=len(trial.arms))
    return {arm: int(n) for arm, n in zip(trial.arms, sizes, strict=True)}


def _sample_ratio(trial: Trial) -> dict[str, Any]:
    shares = [trial.study.data.shares.get(arm, 1.0) for arm in trial.arms]
    found = sample_ratio(list(_sizes(trial).values()), shares)
    if isinstance(found, Refused):
        return found.plain()
    return {"chi_square": found.chi_square, "p_value": found.p_value, "method": found.method}


def _check(name: str, found: Check | Refused) -> dict[str, Any]:
    if isinstance(found, Refused):
        return {"name": name, "fired": None, **found.plain()}
    return {"name": name, "fired": found.fired, "says": found.says, "p_value": found.p_value}


def _balance(row: Balance, trial: Trial) -> dict[str, Any]:
    by_arm = {
        arm: {"mean": mean, "standard_deviation": deviation}
        for arm, mean, deviation in zip(trial.arms, row.means, row.deviations, strict=True)
    }
    return {"covariate": row.name, "arms": by_arm, "apart": row.apart, "p_value": row.p_value}


def _arm(trial: Trial, arm: str) -> dict[str, Any]:
    mask = trial.records.arm == trial.arms.index(arm)
    described = {
        "name": arm,
        "gets": trial.study.arms[arm].model_dump(exclude_none=True, mode="json"),
        "customers": int(mask.sum()),
        "metrics": {metric: _level(trial, metric, mask).plain() for metric in trial.study.metrics},
    }
    lives = trial.records.lives
    if lives is None or not mask.any():
        return described
    horizon = float(trial.study.horizon_days or 0.0)
    days, left = lives.days[mask], lives.left[mask]
    grid = np.linspace(0.0, min(horizon, float(days.max())), CURVE_POINTS + 1)
    curve = kaplan_meier(days, left, grid)
    if isinstance(curve, Curve):
        low, high = (np.where(np.isnan(band), curve.share, band) for band in (curve.low, curve.high))
        described["survival"] = {
            "days": grid.tolist(),
            "trial": curve.share.tolist(),
            "trial_low": low.tolist(),
            "trial_high": high.tolist(),
        }
    if lives.reason is not None:
        described["churn_by_reason"] = {
            name: _gone(days, lives.reason[mask], place + 1, horizon) for place, name in enumerate(lives.reasons)
        }
    return described


def _gone(days: np.ndarray, reason: np.ndarray, cause: int, horizon: float) -> dict[str, Any]:
    found = cumulative_incidence(days, reason, [horizon], cause=cause)
    if isinstance(found, Refused):
        return found.plain()
    return Interval(float(found.share[0]), float(found.low[0]), float(found.high[0]), "trial").plain()


def _level(trial: Trial, metric: str, mask: np.ndarray) -> Interval | Refused:
    """A metric's mean in one arm: a share by Wilson, an amount by Student's t."""
    values = trial.records.values[metric][mask]
    n = len(values)
    if n == 0:
        return Refused("the arm has no customers")
    if trial.cut_short and (metric == CHURN or not trial.is_share(metric)):
        return Refused("follow-up of some customers ends before the horizon")
    if trial.is_share(metric):
        low, high = wilson(values.sum(), n, level=trial.level)
        return Interval(float(values.mean()), float(low), float(high), "trial", trial.level, n=n)
    if n < 2:
        return Refused("the arm has 1 customer: the doubt of its mean is not known")
    if metric in trial.records.per:
        return _ratio_level(trial, metric, mask)
    error = float(values.std(ddof=1) / np.sqrt(n))
    half = float(stdtrit(n - 1, 0.5 + trial.level / 2)) * error
    mean = float(values.mean())
    return Interval(mean, mean - half, mean + half, "trial", trial.level, error, n)


def _ratio_level(trial: Trial, metric: str, mask: np.ndarray) -> Interval | Refused:
    found, n = trial.ratio(metric, mask), int(mask.sum())
    value, variance, denominator = (
        float(np.asarray(part).item()) for part in (found.ratio, found.variance, found.denominator)
    )
    if denominator == 0:
        return Refused("the denominators of the arm are all 0: it has no ratio")
    error = math.sqrt(variance / n)
    half = float(stdtrit(n - 1, 0.5 + trial.level / 2)) * error
    return Interval(value, value - half, value + half, "trial", trial.level, error, n)


def _doses(trial: Trial) -> list[dict[str, Any]]:
    """Trend and least dose of every share; empty where the file gives no doses."""
    given = trial.study.doses
    if given is None:
        return []
    doses = np.array([given[arm] for arm in trial.arms], dtype=np.float64)
    rows = []
    for metric in (metric for metric in trial.study.metrics if trial.is_share(metric)):
        values, of_arm = trial.records.values[metric], trial.records.arm
        arms = [counts(values[of_arm == place] > 0) for place in range(len(doses))]
        answers: dict[str, Found] = {"trend": CANNOT, "least_dose": CANNOT}
        if not trial.cut_short and trial.records.circle is None:
            answers["trend"] = share_trend(arms, doses, level=trial.level).one()
            enough = len(np.unique(doses)) >= 3
            answers["least_dose"] = (
                least_dose_of_shares(arms, doses, of_largest=NEARLY_ALL, level=trial.level).one()
                if enough
                else FEW_DOSES
            )
        for what, found in answers.items():
            label = found.label if isinstance(found, Estimate) else "least dose"
            rows.append({"metric": metric, "what": what, "label": label, **_estimate(found)})
    return rows


def _contrast(trial: Trial, metric: str, pair: tuple[str, str], found: Found) -> dict[str, Any]:
    arm, against = pair
    return {
        "metric": metric,
        "estimand": found.label if isinstance(found, Estimate) else metric,
        "arm": arm,
        "against": against,
        "horizon_days": trial.study.horizon_days,
        "trial": _estimate(found),
        "alpha": trial.study.alpha,
        "beside": [{"name": name, **_estimate(one)} for name, one in trial.beside(metric, arm, against).items()],
    }


def _estimate(found: Found) -> dict[str, Any]:
    if isinstance(found, Refused):
        return {"effect": found.plain(), "p_value": None, "p_adjusted": None}
    return {
        "effect": found.effect.plain(),
        "p_value": found.p_value,
        "p_adjusted": found.p_adjusted,
        "method": found.method,
        "family": found.correction if found.p_adjusted is not None else None,
        "n": found.n,
    }


def _equivalence(trial: Trial, claim: Any) -> dict[str, Any]:
    found = trial.equivalence(claim.metric, claim.arm, claim.against, claim.margin)
    shown = isinstance(found, Estimate) and found.p_value <= trial.study.alpha
    return {**claim.model_dump(), **_estimate(found), "equivalent": shown}


def _split(split: Split) -> dict[str, Any]:
    return {
        "metric": split.metric,
        "arm": split.arm,
        "against": split.against,
        "column": split.column,
        "interaction": _estimate(split.interaction),
        "groups": [{"name": name, **_estimate(found)} for name, found in split.effects.items()],
    }


def _naive(trial: Trial) -> list[dict[str, Any]]:
    """Those of an arm who answered against those who did not: a comparison that no assignment stands behind."""
    answered = trial.records.answered
    if answered is None:
        return []
    metric = trial.study.metrics[0]
    values = trial.records.values[metric]
    rows = []
    for place, arm in enumerate(trial.arms):
        mask = trial.records.arm == place
        sides = values[mask & answered], values[mask & ~answered]
        if trial.is_share(metric):
            found = risk_difference(counts(sides[0] > 0), counts(sides[1] > 0), level=trial.level).one()
        else:
            found = mean_difference(sample(sides[0]), sample(sides[1]), level=trial.level).one()
        rows.append(
            {
                "name": "responders against others",
                "arm": arm,
                "metric": metric,
                "wording": f"{metric} of those in '{arm}' who answered less that of those who did not",
                "estimate": (found if isinstance(found, Refused) else found.effect).plain(),
                "comment": "who answers differs from who does not: selection, no effect",
            }
        )
    return rows


def _decision(found: Conclusion | Refused) -> dict[str, Any]:
    if isinstance(found, Refused):
        return found.plain()
    return {"arm": found.arm, "inconclusive": not found.conclusive, "reason": found.reason}


def _rounded(item: Any) -> Any:
    """Numbers rounded where they stop meaning anything, numpy's turned into Python's."""
    if isinstance(item, Mapping):
        return {key: _rounded(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_rounded(value) for value in item]
    if isinstance(item, bool | np.bool_):
        return bool(item)
    if isinstance(item, int | np.integer):
        return int(item)
    if isinstance(item, float | np.floating):
        return float(f"{float(item):.{DIGITS}g}")
    return item
