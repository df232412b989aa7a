"""From what was lived to `summary.json` (docs/summary.md): estimates, grades, decisions, doubt, validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.record import Line
from sim.customer.states import LEAVING, REASONS
from sim.evidence.paired import run_mean
from sim.evidence.results import Interval, Refused
from sim.experiment.baseline import DEFINITIONS as BASELINE_DEFINITIONS
from sim.experiment.decide import decide
from sim.experiment.grade import HAZARD_RATIO, LOG_RANK, Bench
from sim.experiment.history import RISK_CLASSES, VALUE_CLASSES
from sim.experiment.list_quality import ListQuality, join_qualities
from sim.experiment.outcomes import DEFINITIONS, NAMED, Outcomes, concatenate, mean_by, residual_table
from sim.experiment.ratios import DEFINITIONS as RATIO_DEFINITIONS
from sim.experiment.ratios import WIN_BACK_RATE
from sim.experiment.rollout import DEFINITIONS as FIRM_DEFINITIONS
from sim.experiment.rollout import FirmBlock, FirmTruth
from sim.experiment.trial import ExperimentBlock
from sim.experiment.truth import Truth
from sim.planning.counts_summary import counts_part
from sim.planning.doubt import COST, DoubtfulWorld, Means, can_matter, decide_world
from sim.planning.firm_summary import firm_part
from sim.planning.movers_summary import movers_part
from sim.planning.rests_on import rests_on
from sim.planning.rounded import rounded
from sim.planning.trial_summary import trial_curve, trial_part
from sim.planning.validate import validate
from sim.planning.warning_summary import warning_part
from sim.scenario.experiment_schema import Experiment, FirmQuestion, Question

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

CURVE_STEP_DAYS = 7
PRIORITIES = {("high", "high"): "A", ("middle", "high"): "B"}


@dataclass(frozen=True, eq=False)
class Lived:
    """Everything that a run has lived, in replication order."""

    loaded: Loaded[Scenario]
    experiments: list[Question]
    seed: int
    replications: int
    baseline: Mapping[str, np.ndarray]
    quantities: dict[str, np.ndarray]
    blocks: Mapping[str, Sequence[ExperimentBlock | FirmBlock]]
    naive: Mapping[str, Mapping[str, np.ndarray]]
    warning: Sequence[ListQuality]
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
        "definitions": _definitions(lived.loaded.value, lived.experiments),
        "baseline": {name: _known_mean(values).plain() for name, values in lived.baseline.items()},
        "assumptions": _assumptions(lived.loaded),
        "matrix": _matrix(lived.quantities),
        **({"early_warning": warning_part(scenario, join_qualities(lived.warning))} if lived.warning else {}),
        "experiments": [_experiment(lived, experiment) for experiment in lived.experiments],
        "validation": validate(scenario, lived.quantities),
    }
    plain: dict[str, Any] = rounded(summary)
    return plain


def _known_mean(values: np.ndarray) -> Interval | Refused:
    """Mean over the replications in which a quantity exists; NaN: it does not."""
    known = values[~np.isnan(values)]
    return run_mean(known) if len(known) else Refused("no replication has customers of whom this could be said")


def _definitions(scenario: Scenario, experiments: Sequence[Question]) -> dict[str, dict[str, str]]:
    currency = scenario.currency
    units = dict.fromkeys(DEFINITIONS, "yuan") | {"churn_rate": "share"}
    units |= dict.fromkeys(BASELINE_DEFINITIONS, "share")
    units |= {"revenue_per_customer_month": "yuan a month", "mean_base": "count"}
    wordings = BASELINE_DEFINITIONS | DEFINITIONS
    for name, (wording, unit) in (NAMED | RATIO_DEFINITIONS).items():
        if any(name in experiment.metrics for experiment in experiments if isinstance(experiment, Experiment)):
            other = f"{wordings[name]}; of an experiment: " if name in wordings else ""
            wordings[name], units[name] = other + wording, unit
    wordings |= {
        LOG_RANK: "test of equal survival curves within the horizon; it has no effect of its own",
        HAZARD_RATIO: "average hazard ratio over the horizon (Cox)",
    }
    units |= {LOG_RANK: "none", HAZARD_RATIO: "ratio"}
    if any(isinstance(experiment, FirmQuestion) for experiment in experiments):
        for name, (wording, unit) in FIRM_DEFINITIONS.items():
            if name == WIN_BACK_RATE and scenario.win_back is None:
                continue
            other = f"{wordings[name]}; of a question about the firm: " if name in wordings else ""
            wordings[name] = other + wording
            units[name] = unit
    return {
        name: {"wording": wording.replace("yuan", currency), "unit": units[name].replace("yuan", currency)}
        for name, wording in wordings.items()
    }


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


def _experiment(lived: Lived, experiment: Question) -> dict[str, Any]:
    truth = truth_of(lived, experiment)
    if isinstance(truth, Bench):
        part = trial_part(truth, lived.naive[experiment.name]) | {"movers": movers_part(lived.loaded.value, truth)}
    else:
        part = firm_part(truth)
    decision, worlds = _decide(lived, experiment, truth)
    counts = counts_part(lived.loaded.value, truth, lived.blocks[experiment.name], lived.seed)
    return {
        "name": experiment.name,
        "question": experiment.question,
        "design": part["design"],
        "unit": experiment.unit,
        "background": experiment.background.model_dump(mode="json"),
        "horizon_days": truth.horizon,
        "reference": experiment.reference,
        "metrics": list(experiment.metrics),
        "alpha": part["alpha"],
        "rules": {"decision": experiment.decision.model_dump(), **part["rules"]},
        "trial_sizes": part["trial_sizes"],
        **({"trial_circles": part["trial_circles"]} if "trial_circles" in part else {}),
        "sample_ratio": part["sample_ratio"],
        "arms": [_arm(lived, truth, arm) | counts[arm] for arm in truth.arms],
        "contrasts": part["contrasts"],
        "interference": part["interference"],
        "equivalence": part["equivalence"],
        "naive": part["naive"],
        **({"injected": part["injected"]} if "injected" in part else {}),
        "movers": part["movers"],
        "follow_up": part["follow_up"],
        "looks": part["looks"],
        "factorial": part["factorial"],
        "doses": part["doses"],
        "guardrails": part["guardrails"],
        "beside": part["beside"],
        "doubt": worlds,
        "decision": decision,
        "trial_decision": part["trial_decision"],
        "rests_on": rests_on(lived.loaded.value, experiment, lived.loaded.provenance),
    }


def truth_of(lived: Lived, experiment: Question) -> Bench | FirmTruth:
    """Put a question's blocks together for analysis."""
    scenario = lived.loaded.value
    horizon = float(experiment.horizon_days or scenario.horizon_days)
    blocks = lived.blocks[experiment.name]
    if isinstance(experiment, FirmQuestion):
        return FirmTruth(experiment, [block for block in blocks if isinstance(block, FirmBlock)], horizon)
    assert isinstance(experiment, Experiment)
    trials = [block.trial for block in blocks if isinstance(block, ExperimentBlock) and block.trial is not None]
    rollouts = {arm: concatenate(b.rollouts[arm] for b in blocks) for arm in experiment.arms}
    return Bench(
        experiment,
        concatenate(trials),
        rollouts,
        residual_table(scenario, rollouts[experiment.reference]),
        replications=lived.replications,
        horizon=horizon,
        margin=scenario.money.margin_share,
        seed=lived.seed,
    )


def _arm(lived: Lived, truth: Bench | FirmTruth, arm: str) -> dict[str, Any]:
    plan, rollout, ledger = truth.question.arms[arm], truth.rollouts[arm], truth.ledger(arm)
    return {
        "name": arm,
        "gets": plan.model_dump(exclude_none=True, mode="json"),
        "customers": round(len(rollout) / lived.replications),
        "metrics": {name: truth.arm_mean(arm, name).plain() for name in truth.metrics},
        "survival": _survival(truth, arm),
        "ledger": {line.name.lower(): float(ledger[line]) for line in Line},
        "churn_by_reason": _by_reason(rollout),
    }


def _by_reason(rollout: Outcomes) -> dict[str, float]:
    """Share of those enrolled who left for each reason; those of mobile worlds only where somebody did."""
    shares = {reason: float((rollout.reason == clock).mean()) for clock, reason in REASONS.items()}
    everywhere = {REASONS[clock] for clock in LEAVING}
    return {reason: share for reason, share in shares.items() if share > 0 or reason in everywhere}


def _survival(truth: Bench | FirmTruth, arm: str) -> dict[str, Any]:
    """Share still there by day: roll-outs with their run doubt, and the trial that is shown with its own.

    Customers of one replication share promotions, so the roll-outs' band is that of a mean over replications.
    """
    days = np.unique(np.append(np.arange(0.0, truth.horizon, CURVE_STEP_DAYS), truth.horizon))
    rollout = truth.rollouts[arm]
    shares = [mean_by(rollout.replication, rollout.days > day, truth.replications) for day in days[:-1]]
    shares.append(1.0 - truth.by_replication(arm, "churn_rate"))
    means = [run_mean(share[~np.isnan(share)]) for share in shares]
    curve: dict[str, Any] = {"days": days.tolist()}
    if all(isinstance(mean, Interval) for mean in means):
        for key, field in (("truth", "value"), ("truth_low", "low"), ("truth_high", "high")):
            curve[key] = [getattr(mean, field) for mean in means]
    return curve | (trial_curve(truth, arm, days) if isinstance(truth, Bench) else {})


def _decide(lived: Lived, experiment: Question, truth: Truth) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The decision from the truth, and the same decision in every doubtful world."""
    name = experiment.decision.metric
    centre = {arm: (truth.by_replication(arm, name), truth.by_replication(arm, COST)) for arm in truth.arms}
    values = {arm: float(np.nanmean(of[0])) for arm, of in centre.items()}
    costs = {arm: float(np.nanmean(of[1])) for arm, of in centre.items()}
    decision = decide(experiment, values, costs, lived.loaded.value.currency)
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
