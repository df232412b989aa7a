"""A complete summary and its tables, made up: no simulation stands behind any number in here."""

import copy
from typing import Any

import numpy as np

from sim.report.values import interval
from tests.unit.report.sample_experiments import around, contact_cadence, reward_days

REPLICATIONS = 400
METRICS = {
    "churn_rate": ("share of those enrolled who left the operator within the horizon", "share"),
    "revenue_per_customer": ("fees of the days served less free days, a customer enrolled", "yuan"),
    "cost_per_customer": ("free days, contacts, gifts, team and desk, a customer enrolled", "yuan"),
    "net_value_per_customer": ("margin on the fees of the days served less cost, within the horizon", "yuan"),
    "net_value_with_residual_per_customer": ("net value with that of 24 months after the horizon", "yuan"),
    "kept_share": ("share of the base on day 0 that is still there", "share"),
    "kept_revenue_share": ("share of the monthly fees on day 0 that is still there", "share"),
    "annual_churn": ("losses in 365 days over the mean base", "share"),
    "revenue_per_customer_month": ("revenue a customer and month of the mean base", "yuan a month"),
    "log_rank": ("test of equal survival; it has no effect of its own", "none"),
    "hazard_ratio": ("average hazard ratio over 365 days", "ratio"),
}


def validation() -> list[dict[str, Any]]:
    def row(
        fact: str, name: str, unit: str, reported: Any, simulated: Any, kind: str, within: Any, note: str = ""
    ) -> Any:
        return {
            "fact": fact,
            "name": name,
            "unit": unit,
            "reported": reported,
            "simulated": simulated,
            "kind": kind,
            "within": within,
            "note": note,
        }

    def made(value: float, low: float, high: float) -> dict[str, Any]:
        return interval(value, low, high, "prediction")

    return [
        row("H-01", "yearly churn", "share", 0.304, made(0.312, 0.281, 0.343), "fitted", True),
        row("H-01", "customers lost in a year", "count", 334, made(347, 309, 384), "fitted", True),
        row("H-04", "yearly churn, 1-2M", "share", 0.34, made(0.349, 0.29, 0.41), "fitted", True),
        row("H-05", "share under 3 months of tenure", "share", 0.13, made(0.13, 0.13, 0.13), "given", True),
        row(
            "H-15",
            "yearly churn after the programme",
            "share",
            0.23,
            made(0.262, 0.233, 0.292),
            "predicted",
            False,
            "4 of the 5 points are ageing of the base; the programme's true effect is 1.1 points.",
        ),
        row("H-16", "churn of those very satisfied", "share", 0.07, made(0.09, 0.03, 0.16), "predicted", True),
        row(
            "H-17",
            "rise of monthly revenue a customer",
            "share",
            0.24,
            made(0.03, -0.02, 0.08),
            "predicted",
            False,
            "Growth of fees and cross-selling as assumed give a few points only.",
        ),
        row("H-06", "months with most losses", "none", "6 and 12", "6 and 12", "given", None),
    ]


def sample_summary() -> dict[str, Any]:
    """Give a fresh copy, so that a test may change it."""
    return copy.deepcopy(
        {
            "scenario": "h_broadband",
            "title": "Company H, broadband access for firms (sample numbers)",
            "start": "2010-01-01",
            "seed": 1,
            "replications": REPLICATIONS,
            "customers": 1100,
            "horizon_days": 365,
            "currency": "yuan",
            "baseline_policy": "before",
            "policies": {
                "before": {},
                "programme": {
                    "platinum": {"cadence": "platinum", "complaint_line": True, "reward": {"free_days": 15}},
                    "gold": {"cadence": "gold", "complaint_line": False, "reward": None},
                },
            },
            "definitions": {name: {"wording": text, "unit": unit} for name, (text, unit) in METRICS.items()},
            "baseline": {
                "annual_churn": around(0.312, 0.001),
                "churn_rate": around(0.318, 0.001),
                "kept_share": around(0.682, 0.001),
                "kept_revenue_share": around(0.661, 0.002),
                "revenue_per_customer_month": around(2_512.0, 6.0),
            },
            "assumptions": [
                {
                    "path": "money.mean_fee_yuan_per_month",
                    "value": 2500.0,
                    "low": 1500.0,
                    "high": 4000.0,
                    "assumed": "not printed; 2,354-2,841 follow from H-17 if it includes the rise of 24%",
                },
                {
                    "path": "reward.half_dose_days",
                    "value": 4.0,
                    "low": 1.0,
                    "high": 12.0,
                    "assumed": "H-12: 45 days did no more than 15, so most of the response lies below 15",
                },
                {
                    "path": "segments.m1_to_2.share",
                    "value": 0.27,
                    "low": None,
                    "high": None,
                    "source": "H-04",
                },
                {
                    "path": "warning.recover_per_month",
                    "value": 0.25,
                    "low": None,
                    "high": None,
                    "assumed": "a warning lasts about three months (W-08's window)",
                },
                {"path": "survey.delay_days", "value": 3.0, "low": None, "high": None},
                {
                    "path": "money.margin_share",
                    "value": 0.6,
                    "low": None,
                    "high": None,
                    "assumed": "access networks have high fixed and low marginal cost",
                },
            ],
            "matrix": {
                "rows": [
                    {"value": "high", "risk": "high", "priority": "A", "customers": 0.21, "revenue": 0.39},
                    {"value": "high", "risk": "low", "priority": "C", "customers": 0.19, "revenue": 0.36},
                    {"value": "middle", "risk": "high", "priority": "B", "customers": 0.15, "revenue": 0.10},
                    {"value": "middle", "risk": "low", "priority": "C", "customers": 0.12, "revenue": 0.09},
                    {"value": "low", "risk": "high", "priority": "C", "customers": 0.17, "revenue": 0.03},
                    {"value": "low", "risk": "low", "priority": "C", "customers": 0.16, "revenue": 0.03},
                ]
            },
            "experiments": [reward_days(), contact_cadence()],
            "validation": validation(),
        }
    )


def sample_timeline() -> dict[str, np.ndarray]:
    months = np.tile(np.arange(12, dtype=np.int32), 6)
    return {
        "world": np.repeat(np.array(["reward_days/none", "reward_days/days_15"]), 36),
        "replication": np.repeat(np.arange(6, dtype=np.int32), 12),
        "month": months,
        "stable": (1000 - 20 * months).astype(np.int64),
        "list_fen": (10_000_00 - 5 * months).astype(np.int64),
    }


def sample_customers() -> dict[str, np.ndarray]:
    count = 50
    return {
        "customer": np.arange(count, dtype=np.uint32),
        "arm": np.tile(np.array(["none", "days_15"]), count // 2),
        "lost_at": np.where(np.arange(count) % 3 == 0, 180.5, np.inf),
        "rewarded": np.arange(count) % 2 == 1,
    }


def sample_replications() -> dict[str, np.ndarray]:
    """Values by replication around the sample's means: luck is shared by the arms of a replication."""
    luck = np.random.default_rng(7).normal(size=REPLICATIONS)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("experiment", "arm", "metric", "replication", "value")}
    for experiment in (reward_days(), contact_cadence()):
        for arm in experiment["arms"]:
            for metric, mean in arm["metrics"].items():
                names = {"experiment": experiment["name"], "arm": arm["name"], "metric": metric}
                for column, name in names.items():
                    parts[column].append(np.full(REPLICATIONS, name))
                parts["replication"].append(np.arange(REPLICATIONS))
                parts["value"].append(mean["value"] * (1 + 0.01 * luck))
    return {column: np.concatenate(values) for column, values in parts.items()}


def sample_provenance() -> dict[str, Any]:
    return {
        "tool": "campaign-sim",
        "version": "0.1.0",
        "command": ["sim", "run", "scenarios/h_broadband.yaml", "--seed", "1"],
        "started": "2026-01-02T03:04:05Z",
        "scenario": {"file": "scenarios/h_broadband.yaml", "sha256": "ab" * 32},
        "experiments": [
            {"name": "reward_days", "file": "experiments/reward_days.yaml", "sha256": "cd" * 32},
            {"name": "contact_cadence", "file": "experiments/contact_cadence.yaml", "sha256": "ef" * 32},
        ],
        "seed": 1,
        "replications": REPLICATIONS,
        "customers": 1100,
        "jobs": 2,
        "git": {"revision": "0123456789abcdef0123456789abcdef01234567", "changed": False},
        "versions": {"python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1"},
        "platform": "Linux x86_64",
    }
