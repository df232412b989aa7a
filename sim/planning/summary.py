"""From what was lived to `summary.json` (docs/summary.md): estimates, grades, decisions, doubt, validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.record import Line
from sim.customer.states import LEAVING, REASONS
from sim.evidence.balance import sample_ratio
from sim.evidence.paired import prediction_interval, run_mean
from sim.evidence.results import Estimate, Interval, Refused
from sim.evidence.survival import Curve, kaplan_meier
from sim.experiment.baseline import DEFINITIONS as BASELINE_DEFINITIONS
from sim.experiment.decide import decide, decide_trials
from sim.experiment.grade import HAZARD_RATIO, LOG_RANK, WITH_RESIDUAL, Bench, GradedContrast, GradedEquivalence
from sim.experiment.history import RISK_CLASSES, VALUE_CLASSES
from sim.experiment.naive import responders_and_others
from sim.experiment.outcomes import DEFINITIONS, Outcomes, concatenate, mean_by, residual_table
from sim.experiment.trial import ExperimentBlock
from sim.planning.doubt import COST, DoubtfulWorld, Means, can_matter, decide_world
from sim.planning.rests_on import rests_on
from sim.planning.validate import validate

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

DIGITS = 12
"""Significant digits of every number in the summary."""
RESIDUAL_NOTE = (
    "in the trial those still there are valued by a table of tier and tenure band from the background world; what an "
    "arm does to their later years is in the truth, not in the trial: table_bias is the difference that this makes"
)
CURVE_STEP_DAYS = 7
ARM_METRICS = tuple(DEFINITIONS)
PRIORITIES = {("high", "high"): "A", ("middle", "high"): "B"}


@dataclass(frozen=True, eq=False)
class Lived:
    """Everything that a run has lived, in replication order."""

    loaded: Loaded[Scenario]
    experiments: list[Experiment]
    seed: int
    replications: int
    baseline: Mapping[str, np.ndarray]
    quantities: dict[str, np.ndarray]
    blocks: Mapping[str, list[ExperimentBlock]]
    naive: Mapping[str, Mapping[str, np.ndarray]]
    doubts: Mapping[DoubtfulWorld, Means]
    doubt_replications: int


def summarise(lived: Lived) -> dict[str, Any]:
    """The content of `summary.json`: plain dicts, lists, strings and rounded finite numbers."""
    scenario = lived.loaded.value
    summary = {
        "scenario": scenario.name,
        "title": scenario.title,
        "start": scenario.start.isoformat(),
        "seed": lived.seed,
        "replications": lived.replications,
        "customers": scenario.customers,
        "horizon_days": scenario.horizon_days,
        "currency": scenario.currency,
        "baseline_policy": scenario.baseline_policy,
        "policies": {
            name: {tier: part.model_dump(exclude_none=True) for tier, part in policy.items()}
            for name, policy in scenario.policies.items()
        },
        "definitions": _definitions(),
        "baseline": {name: _known_mean(values).plain() for name, values in lived.baseline.items()},
        "assumptions": _assumptions(lived.loaded),
        "matrix": _matrix(lived.quantities),
        "experiments": [_experiment(lived, experiment) for experiment in lived.experiments],
        "validation": validate(scenario, lived.quantities),
    }
    rounded: dict[str, Any] = _rounded(summary)
    return rounded


def _known_mean(values: np.ndarray) -> Interval | Refused:
    """Mean over the replications in which a quantity exists; NaN: it does not."""
    known = values[~np.isnan(values)]
    return run_mean(known) if len(known) else Refused("no replication has customers of whom this could be said")


def _definitions() -> dict[str, dict[str, str]]:
    units = dict.fromkeys(DEFINITIONS, "yuan") | {"churn_rate": "share"}
    units |= dict.fromkeys(BASELINE_DEFINITIONS, "share")
    units |= {"revenue_per_customer_month": "yuan a month", "mean_base": "count"}
    wordings = BASELINE_DEFINITIONS | DEFINITIONS
    wordings |= {
        LOG_RANK: "test of equal survival curves within the horizon; it has no effect of its own",
        HAZARD_RATIO: "average hazard ratio over the horizon (Cox)",
    }
    units |= {LOG_RANK: "none", HAZARD_RATIO: "ratio"}
    return {name: {"wording": wording, "unit": units[name]} for name, wording in wordings.items()}


def _assumptions(loaded: Loaded[Scenario]) -> list[dict[str, Any]]:
    rows = []
    for path, known in loaded.provenance.items():
        if path.startswith("targets."):
            continue  # what was aimed at is no parameter of the world
        row: dict[str, Any] = {"path": path, "value": known.central, "low": known.low, "high": known.high}
        if known.assumed is not None:
            row["assumed"] = known.assumed
        if known.source is not None:
            row["source"] = known.source
        rows.append(row)
    return rows


def _matrix(quantities: Mapping[str, np.ndarray]) -> dict[str, Any]:
    rows = []
    for value in VALUE_CLASSES:
        for risk in RISK_CLASSES:
            name = f"matrix.{value}.{risk}"
            if f"{name}.customers" in quantities:
                rows.append(
                    {
                        "value": value,
                        "risk": risk,
                        "priority": PRIORITIES.get((value, risk), "C"),
                        "customers": float(quantities[f"{name}.customers"].mean()),
                        "revenue": float(quantities[f"{name}.revenue"].mean()),
                    }
                )
    return {"rows": rows}


# --- one experiment -------------------------------------------------------------------------------


def _experiment(lived: Lived, experiment: Experiment) -> dict[str, Any]:
    scenario = lived.loaded.value
    bench = make_bench(lived, experiment)
    contrasts = bench.contrasts()
    decision, worlds = _decide(lived, experiment, bench)
    _, of_trial = decide_trials(bench, contrasts)
    sizes = np.bincount(bench.trial.arm[bench.trial.replication == 0], minlength=len(bench.arms))
    return {
        "name": experiment.name,
        "question": experiment.question,
        "design": {
            "assignment": experiment.assignment.method,
            "strata": list(experiment.assignment.strata),
            "eligible": experiment.eligible.model_dump(exclude_none=True, mode="json"),
        },
        "unit": experiment.unit,
        "background": experiment.background.model_dump(mode="json"),
        "horizon_days": bench.horizon,
        "reference": experiment.reference,
        "metrics": list(experiment.metrics),
        "alpha": experiment.alpha,
        "rules": {
            "decision": experiment.decision.model_dump(),
            "trial_decision": experiment.trial_decision.model_dump(),
        },
        "trial_sizes": {arm: int(n) for arm, n in zip(bench.arms, sizes, strict=True)},
        "sample_ratio": _sample_ratio(experiment, [int(n) for n in sizes]),
        "arms": [_arm(lived, bench, arm) for arm in bench.arms],
        "contrasts": [_contrast(bench, contrast) for contrast in contrasts],
        "equivalence": [_equivalence(experiment, claim) for claim in bench.equivalences()],
        "naive": _naive(lived, experiment, bench),
        "doubt": worlds,
        "decision": decision,
        "trial_decision": {
            "arm": of_trial.arm,
            "inconclusive": not of_trial.conclusive,
            "reason": of_trial.reason,
            "share_of_trials": dict(of_trial.shares or {}),
        },
        "rests_on": rests_on(scenario, experiment, lived.loaded.provenance),
    }


def make_bench(lived: Lived, experiment: Experiment) -> Bench:
    """Put an experiment's blocks together for analysis."""
    scenario = lived.loaded.value
    blocks = lived.blocks[experiment.name]
    rollouts = {arm: concatenate(b.rollouts[arm] for b in blocks) for arm in experiment.arms}
    return Bench(
        experiment,
        concatenate(b.trial for b in blocks if b.trial is not None),
        rollouts,
        residual_table(scenario, rollouts[experiment.reference]),
        replications=lived.replications,
        horizon=float(experiment.horizon_days or scenario.horizon_days),
        margin=scenario.money.margin_share,
        seed=lived.seed,
    )


def _sample_ratio(experiment: Experiment, sizes: Sequence[int]) -> dict[str, Any]:
    method = experiment.assignment.method
    found = sample_ratio(sizes, fixed_by=None if method == "simple" else method)
    if isinstance(found, Refused):
        return found.plain()
    return {"chi_square": found.chi_square, "p_value": found.p_value, "method": found.method}


def _arm(lived: Lived, bench: Bench, arm: str) -> dict[str, Any]:
    plan, rollout = bench.experiment.arms[arm], bench.rollouts[arm]
    ledger = rollout.ledger.mean(axis=0) / 100.0
    return {
        "name": arm,
        "gets": plan.model_dump(exclude_none=True, mode="json"),
        "customers": round(len(rollout) / lived.replications),
        "metrics": {name: bench.arm_mean(arm, name).plain() for name in ARM_METRICS},
        "survival": _survival(bench, arm),
        "ledger": {line.name.lower(): float(ledger[line]) for line in Line},
        "churn_by_reason": _by_reason(rollout),
    }


def _by_reason(rollout: Outcomes) -> dict[str, float]:
    """Share of those enrolled who left for each reason; those of mobile worlds only where somebody did."""
    shares = {reason: float((rollout.reason == clock).mean()) for clock, reason in REASONS.items()}
    everywhere = {REASONS[clock] for clock in LEAVING}
    return {reason: share for reason, share in shares.items() if share > 0 or reason in everywhere}


def _survival(bench: Bench, arm: str) -> dict[str, Any]:
    """Share still there by day: roll-outs with their run doubt, and the trial that is shown with its own.

    Customers of one replication share promotions, so the roll-outs' band is that of a mean over replications.
    """
    days = np.unique(np.append(np.arange(0.0, bench.horizon, CURVE_STEP_DAYS), bench.horizon))
    rollout = bench.rollouts[arm]
    shares = [mean_by(rollout.replication, rollout.days > day, bench.replications) for day in days[:-1]]
    shares.append(1.0 - bench.by_replication(arm, "churn_rate"))
    means = [run_mean(share[~np.isnan(share)]) for share in shares]
    curve: dict[str, Any] = {"days": days.tolist()}
    if all(isinstance(mean, Interval) for mean in means):
        for key, field in (("truth", "value"), ("truth_low", "low"), ("truth_high", "high")):
            curve[key] = [getattr(mean, field) for mean in means]
    first = bench.trial.where((bench.trial.replication == 0) & (bench.trial.arm == bench.arms.index(arm)))
    found = kaplan_meier(first.days, first.left, days)
    if isinstance(found, Curve):
        # once everybody has left there is no band to give but the point
        low, high = (np.where(np.isnan(band), found.share, band) for band in (found.low, found.high))
        curve |= {"trial": found.share.tolist(), "trial_low": low.tolist(), "trial_high": high.tolist()}
    return curve


def _contrast(bench: Bench, contrast: GradedContrast) -> dict[str, Any]:
    shown = contrast.trials.one()
    trial: dict[str, Any] = {"method": contrast.trials.method, "family": _family(bench, contrast)}
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


def _family(bench: Bench, contrast: GradedContrast) -> str:
    return f"{contrast.family}: {len(bench.experiment.contrasts)} contrasts, Holm"


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


def _naive(lived: Lived, experiment: Experiment, bench: Bench) -> list[dict[str, Any]]:
    rows = []
    for arm, differences in lived.naive[experiment.name].items():
        truth = bench.truth("churn_rate", arm, experiment.reference)
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
        answered = responders_and_others(bench.trial, bench.arms.index(arm), lived.replications)
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


def _decide(lived: Lived, experiment: Experiment, bench: Bench) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The decision from the truth, and the same decision in every doubtful world."""
    name = experiment.decision.metric
    centre = {arm: (bench.by_replication(arm, name), bench.by_replication(arm, COST)) for arm in bench.arms}
    values = {arm: float(np.nanmean(of[0])) for arm, of in centre.items()}
    decision = decide(experiment, values, {arm: float(np.nanmean(of[1])) for arm, of in centre.items()})
    # the centre in the replications of the other worlds, so that all rows of the table share their luck
    few = slice(lived.doubt_replications)
    at_centre = {arm: (of[0][few], of[1][few]) for arm, of in centre.items()}
    rows = [_world("", "centre", None, *decide_world(experiment, at_centre))]
    for path in experiment.doubt:
        known = lived.loaded.provenance[path]
        for level, value in (("low", known.low), ("high", known.high)):
            if value is None:
                continue
            of = lived.doubts.get(DoubtfulWorld(path, level, value), {})
            # a parameter that cannot matter here was not lived: it leaves the world at its centre
            found = decide_world(experiment, of.get(experiment.name, at_centre))
            rows.append(_world(path, level, value, *found))
    stands = sum(row["decision"] == decision.arm for row in rows)
    copies = sum(not can_matter(lived.loaded.value, experiment, row["path"]) for row in rows)
    unmoved = f"; {copies} of them cannot differ from the centre here" if copies else ""
    each = "1 replication" if lived.doubt_replications == 1 else f"{lived.doubt_replications} replications"
    return {
        "arm": decision.arm,
        "reason": decision.reason,
        "share_of_worlds": stands / len(rows),
        "worlds": len(rows),
        "cannot_differ": copies,
        "label": f"share of {len(rows)} worlds: the centre, and each doubted parameter at its low and its high, one "
        f"at a time ({each} each){unmoved}",
    }, rows


def _world(
    path: str, level: str, value: float | None, arm: str, means: Mapping[str, Interval | Refused]
) -> dict[str, Any]:
    return {
        "path": path,
        "level": level,
        "value": value,
        "decision": arm,
        "net_value": {name: mean.plain() for name, mean in means.items()},
    }


# --- plain numbers --------------------------------------------------------------------------------


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
