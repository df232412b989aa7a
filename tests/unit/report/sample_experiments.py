"""Two made-up experiments of a summary: no simulation stands behind any number in here."""

import math
from typing import Any

import numpy as np

from sim.report.values import interval, refused

DAYS = list(range(0, 366, 5))

RULES = {
    "decision": {
        "metric": "net_value_with_residual_per_customer",
        "choose": "highest",
        "indifferent_within": 0.01,
    },
    "trial_decision": {
        "metric": "churn_rate",
        "choose": "cheapest_below_reference",
        "if_inconclusive": "none",
    },
}


def around(value: float, half: float, of: str = "run") -> dict[str, Any]:
    """Give an interval of a stated half width."""
    return interval(round(value, 6), round(value - half, 6), round(value + half, 6), of)


def survival(churn: float, seed: int) -> dict[str, Any]:
    """Give a curve that ends at ``1 - churn``, with the losses' peaks, and a trial's steps beside it."""
    rng = np.random.default_rng(seed)
    rate = np.where((np.abs(np.array(DAYS) - 180) < 20) | (np.array(DAYS) > 340), 2.5, 0.8)
    hazard = np.cumsum(rate) / rate.sum() * -math.log(1 - churn)
    truth = np.exp(-(hazard - hazard[0]))
    steps = np.maximum.accumulate(rng.normal(0, 0.004, len(DAYS)).cumsum() + (1 - truth))
    trial = np.clip(1 - np.round(np.maximum(steps, 0) * 61) / 61, 0, 1)
    trial[0] = 1.0
    half = 1.96 * np.sqrt(trial * (1 - trial) / 61)
    return {
        "days": DAYS,
        "truth": truth.round(6).tolist(),
        "truth_low": (truth - 0.004 * (1 - truth)).round(6).tolist(),
        "truth_high": (truth + 0.004 * (1 - truth)).round(6).tolist(),
        "trial": trial.round(6).tolist(),
        "trial_low": np.clip(trial - half, 0, 1).round(6).tolist(),
        "trial_high": np.clip(trial + half, 0, 1).round(6).tolist(),
    }


def arm(name: str, customers: int, churn: float, net: float, ledger: dict[str, float], seed: int) -> dict[str, Any]:
    cost = sum(amount for line, amount in ledger.items() if line not in ("list", "commission"))
    within = round(0.6 * ledger["list"] - cost, 2)
    return {
        "name": name,
        "customers": customers,
        "metrics": {
            "churn_rate": around(churn, 0.003),
            "revenue_per_customer": around(ledger["list"] - ledger["forgone"], 310.0),
            "cost_per_customer": around(cost, 11.0),
            "net_value_per_customer": around(within, 180.0),
            "net_value_with_residual_per_customer": around(net, 420.0),
        },
        "survival": survival(churn, seed),
        "ledger": ledger,
        "churn_by_reason": {
            "competitor": round(churn * 0.8, 4),
            "need_gone": round(churn * 0.13, 4),
            "variety": round(churn * 0.07, 4),
        },
    }


def of_arm(arms: list[dict[str, Any]], name: str, metric: str) -> float:
    (found,) = [arm["metrics"][metric]["value"] for arm in arms if arm["name"] == name]
    return float(found)


def contrast(
    metric: str, estimand: str, arm: str, against: str, truth: Any, trial: dict[str, Any], **grades: Any
) -> dict[str, Any]:
    grade = {"level": 0.047, "power": 0.09, "coverage": 0.961, "sign_error": 0.14, "size_error": 2.6}
    return {
        "metric": metric,
        "estimand": estimand,
        "arm": arm,
        "against": against,
        "horizon_days": 365.0,
        "truth": truth,
        "trial": {"method": "", "family": f"{metric}: 2 contrasts, Holm", **trial},
        "alpha": 0.05,
        "interference": around(0.0, 0.002) if metric == "churn_rate" else refused("not computed for this metric"),
        **grade,
        **grades,
    }


def reward_days() -> dict[str, Any]:
    arms = [
        arm("none", 184, 0.362, 88_900.0, ledger(96_300, 0, 61, 9, 24), 1),
        arm("days_15", 184, 0.274, 90_304.0, ledger(99_900, 4_760, 66, 10, 22), 2),
        arm("days_45", 184, 0.272, 80_795.0, ledger(100_100, 14_020, 66, 10, 22), 3),
    ]
    for item, gets in zip(arms, ({}, {"reward": {"free_days": 15}}, {"reward": {"free_days": 45}}), strict=True):
        item["gets"] = gets
    rows = []
    for name, churn, first, p, adjusted in (
        ("days_15", -0.088, (-0.127, -0.282, 0.041), 0.119, 0.119),
        ("days_45", -0.090, (-0.271, -0.411, -0.108), 0.002, 0.004),
    ):
        trial = {
            "effect": interval(*first, "trial"),
            "p_value": p,
            "p_adjusted": adjusted,
            "method": "Newcombe",
        }
        rows.append(contrast("churn_rate", "risk difference", name, "none", around(churn, 0.003), trial))
        for metric in ("revenue_per_customer", "net_value_per_customer", RULES["decision"]["metric"]):
            money = of_arm(arms, name, metric) - of_arm(arms, "none", metric)
            trial = {
                "effect": around(money + 5_000, 21_000.0, "trial"),
                "p_value": 0.62,
                "p_adjusted": 1.0,
                "method": "Welch",
            }
            rows.append(contrast(metric, "difference of means", name, "none", around(money, 190.0), trial))
        trial = {
            "effect": refused("a test has no effect"),
            "p_value": p,
            "p_adjusted": adjusted,
            "method": "log-rank",
        }
        lacks = refused("a test has no effect")
        rows.append(
            contrast(
                "log_rank",
                "survival",
                name,
                "none",
                lacks,
                trial,
                coverage=lacks,
                sign_error=lacks,
                size_error=lacks,
            )
        )
        trial = {
            "effect": interval(0.71, 0.41, 1.22, "trial"),
            "p_value": 0.21,
            "p_adjusted": 0.21,
            "method": "Cox, Efron, robust",
        }
        only_shown = refused("computed for the trial shown, not for every trial")
        grades = dict.fromkeys(("level", "power", "coverage", "sign_error", "size_error"), only_shown)
        rows.append(
            contrast("hazard_ratio", "average over 365 days", name, "none", around(0.68, 0.01), trial, **grades)
        )
    return {
        "name": "reward_days",
        "question": "Should platinum customers get no reward, 15 or 45 free days?",
        "design": {"assignment": "complete", "strata": [], "eligible": {"tiers": ["platinum"]}},
        "unit": "customer",
        "background": {"policy": "programme", "without": ["reward"]},
        "horizon_days": 365,
        "reference": "none",
        "metrics": [
            "churn_rate",
            "revenue_per_customer",
            "net_value_per_customer",
            "net_value_with_residual_per_customer",
        ],
        "alpha": 0.05,
        "rules": RULES,
        "trial_sizes": {"none": 62, "days_15": 61, "days_45": 61},
        "sample_ratio": refused("sizes are fixed by complete assignment, so they cannot differ by chance"),
        "arms": arms,
        "contrasts": rows,
        "interference": [
            {
                "metric": "churn_rate",
                "arm": name,
                "trial": around(rollout + gap, 0.004),
                "rollout": around(rollout, 0.003),
                "difference": around(gap, 0.002),
            }
            for name, rollout, gap in (("none", 0.362, -0.01), ("days_15", 0.274, 0.004), ("days_45", 0.272, 0.005))
        ],
        "equivalence": [
            {
                "metric": "churn_rate",
                "arm": "days_45",
                "against": "days_15",
                "margin": 0.05,
                "truth": around(-0.002, 0.001),
                "effect": interval(-0.144, -0.283, 0.006, "trial"),
                "p_value": 0.89,
                "equivalent": False,
                "power": 0.0,
            }
        ],
        "naive": [
            {
                "name": "before-after",
                "arm": "days_15",
                "wording": "churn in the year before the reward against the year after, nobody left out",
                "estimate": around(-0.13, 0.06, "trial"),
                "truth": -0.088,
                "comment": "The base grew older meanwhile: part of it would have come without a reward.",
            },
            {
                "name": "responders against others",
                "arm": "days_15",
                "wording": "churn of those who answered the survey against those who did not",
                "estimate": -0.21,
                "truth": -0.088,
                "comment": "Who answers is still there and is content: selection, not an effect.",
            },
        ],
        "doubt": doubt(),
        "decision": {
            "arm": "days_15",
            "reason": "highest net value with residual; 1.6% of the reference's above the next, none",
            "share_of_worlds": 9 / 11,
            "worlds": 11,
            "label": "share of 11 worlds: the centre, and each parameter at its low and its high",
        },
        "trial_decision": {
            "arm": "days_45",
            "reason": "the only arm whose churn is below none at Holm 5%",
            "share_of_trials": {"inconclusive": 0.84, "days_15": 0.09, "days_45": 0.07},
        },
        "rests_on": [
            "The dose-response is put in, not found out: H-12 says only that 45 days did no more than 15.",
            "The fee level is assumed: 2,500 yuan a month on average, within 1,500 to 4,000.",
            "Free days do not bind: a customer may leave while they run.",
        ],
    }


def contact_cadence() -> dict[str, Any]:
    """Give an experiment in which the reference stays and the trial is inconclusive."""
    arms = [
        arm("none", 463, 0.351, 51_200.0, ledger(53_100, 0, 0, 0, 0), 4),
        arm("gold", 463, 0.347, 51_350.0, ledger(53_290, 0, 2, 0, 41), 5),
        arm("platinum", 463, 0.339, 51_500.0, ledger(53_700, 0, 63, 17, 118), 6),
    ]
    rows = []
    for name, churn, money in (("gold", -0.004, 150.0), ("platinum", -0.012, 300.0)):
        trial = {
            "effect": around(churn - 0.02, 0.105, "trial"),
            "p_value": 0.47,
            "p_adjusted": 0.94,
            "method": "Mantel-Haenszel, Sato's variance",
        }
        truth = around(churn, 0.002)
        rows.append(contrast("churn_rate", "risk difference", name, "none", truth, trial, power=0.052, size_error=6.1))
        trial = {
            "effect": around(money, 9_000.0, "trial"),
            "p_value": 0.8,
            "p_adjusted": 1.0,
            "method": "Welch, by strata",
        }
        metric = "net_value_with_residual_per_customer"
        rows.append(contrast(metric, "difference of means", name, "none", around(money, 160.0), trial, power=0.05))
    return {
        "name": "contact_cadence",
        "question": "Which contact cadence should platinum and gold customers get?",
        "design": {
            "assignment": "stratified",
            "strata": ["tier", "tenure_band"],
            "eligible": {"tiers": ["platinum", "gold"]},
        },
        "unit": "customer",
        "background": {"policy": "before", "without": []},
        "horizon_days": 365,
        "reference": "none",
        "metrics": ["churn_rate", "net_value_with_residual_per_customer"],
        "alpha": 0.05,
        "rules": RULES,
        "trial_sizes": {"none": 155, "gold": 154, "platinum": 154},
        "sample_ratio": refused("sizes are fixed by stratified assignment, so they cannot differ by chance"),
        "arms": arms,
        "contrasts": rows,
        "equivalence": [],
        "naive": [],
        "doubt": [],
        "decision": {
            "arm": "none",
            "reason": "no arm is 1% above the reference; none is the cheapest",
            "share_of_worlds": 1.0,
        },
        "trial_decision": {
            "arm": "none",
            "inconclusive": True,
            "reason": "no arm's churn is below none at Holm 5%",
            "share_of_trials": {"inconclusive": 0.95, "platinum": 0.05},
        },
        "rests_on": ["The effect of a contact is assumed: at most 15% off the rates, and it may also hurt (P-01)."],
    }


def ledger(fees: float, forgone: float, contact: float, gift: float, team: float) -> dict[str, float]:
    lines = {"list": fees, "forgone": forgone, "contact": contact, "gift": gift, "team": team}
    return {**{line: float(amount) for line, amount in lines.items()}, "desk": 0.0, "commission": 0.0}


def doubt() -> list[dict[str, Any]]:
    worlds = [("", "centre", 0.0, 1_404, -8_105, "days_15")]
    worlds += [
        ("money.mean_fee_yuan_per_month", "low", 1500.0, 830, -4_900, "days_15"),
        ("money.mean_fee_yuan_per_month", "high", 4000.0, 2_260, -12_900, "days_15"),
        ("reward.max_reduction", "low", 0.1, -2_350, -11_900, "none"),
        ("reward.max_reduction", "high", 0.4, 5_200, -4_100, "days_15"),
        ("reward.half_dose_days", "low", 1.0, 2_700, -8_000, "days_15"),
        ("reward.half_dose_days", "high", 12.0, -900, -8_400, "none"),
        ("contacts.effect.max_reduction", "low", -0.05, 1_650, -7_900, "days_15"),
        ("contacts.effect.max_reduction", "high", 0.3, 1_180, -8_300, "days_15"),
        ("residual.months", "low", 12.0, 160, -9_350, "days_15"),
        ("residual.months", "high", 36.0, 2_420, -7_060, "days_15"),
    ]
    rows = []
    for path, level, value, first, second, decision in worlds:
        level_net = 88_900.0
        nets = {"none": level_net, "days_15": level_net + first, "days_45": level_net + second}
        rows.append(
            {
                "path": path,
                "level": level,
                "value": value,
                "decision": decision,
                "net_value": {name: around(net, 450.0) for name, net in nets.items()},
            }
        )
    return rows
