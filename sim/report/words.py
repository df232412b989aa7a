"""Names and phrases for what a summary holds as data: metrics, doubts, ledger lines, arms, rules."""

import re
from collections.abc import Mapping
from typing import Any

from sim.report.values import ASSUMPTION, PREDICTION, RUN, TRIAL, Summary
from sim.report.wording import listing, percent, size

# name -> (what a reader calls it, the trade's own term)
METRICS: dict[str, tuple[str, str]] = {
    "churn_rate": ("churn", "离网率"),
    "annual_churn": ("yearly churn", "年离网率"),
    "kept_share": ("customers kept", "保有率"),
    "kept_revenue_share": ("revenue kept", "收入保有率"),
    "kept_share_middle_and_high": ("customers kept, middle and high value", "中高端保有率"),
    "kept_revenue_share_middle_and_high": ("revenue kept, middle and high value", "中高端收入保有率"),
    "mean_base": ("mean base", "平均在网客户数"),
    "revenue_per_customer": ("revenue a customer", "户均收入"),
    "revenue_per_customer_month": ("revenue a customer and month", "户均月收入"),
    "cost_per_customer": ("cost a customer", "户均成本"),
    "net_value_per_customer": ("net value a customer within the horizon", "户均净值"),
    "net_value_with_residual_per_customer": ("net value a customer with residual", "含剩余期净值"),
    "net_value_with_referred_per_customer": ("net value a customer with those whom it brought", "含推荐入网客户净值"),
    "save_rate": ("callers talked into staying", "挽留成功率"),
    "mean_wait_minutes": ("mean wait at the desk", "平均等待时间"),
    "abandoned_share": ("callers who tired of waiting", "放弃率"),
    "calls_per_customer": ("calls a customer", "户均来电"),
    "win_back_rate": ("leavers won back", "挽回率"),
    "contacts_per_customer": ("contacts a customer", "户均触达次数"),
    "log_rank": ("survival, log-rank test", "对数秩检验"),
    "hazard_ratio": ("hazard ratio", "风险比"),
    "days_there": ("days still there", "平均在网天数"),
}

METRIC_NAME = re.compile(rf"\b({'|'.join(METRICS)})\b")

DOUBTS: dict[str, tuple[str, str]] = {
    RUN: (
        "run doubt",
        (
            "Noise of the simulation itself: the 95% interval of a mean over replications. "
            "More replications narrow it; it says nothing about the market."
        ),
    ),
    TRIAL: (
        "trial doubt",
        (
            "What one real trial of the planned size would have shown: the interval an analyst would report. "
            "Only more customers narrow it."
        ),
    ),
    ASSUMPTION: (
        "assumption doubt",
        (
            "How far the answer moves when an assumed figure is at the low or high end of its range. "
            "Only better knowledge narrows it."
        ),
    ),
    PREDICTION: (
        "prediction interval",
        ("Where 95% of single bases of this size lie over one such period: what a reported figure is compared with."),
    ),
}

LEDGER_LINES: dict[str, str] = {
    "list": "list fees of the days served",
    "forgone": "free days and credits (fees not billed)",
    "contact": "contacts",
    "gift": "gifts",
    "team": "team that solves problems",
    "desk": "save desk",
    "commission": "commission",
    "bad_debt": "bad debt",
    "collection": "collecting debts",
    "subsidy": "subsidies (handsets, bundles)",
    "penalty": "penalties received",
    "points": "points redeemed",
}

REASONS: dict[str, str] = {
    "competitor": "to a competitor",
    "need_gone": "no need any more",
    "variety": "to try something new",
    "arrears": "cancelled for arrears",
    "resale": "cards that were resold",
}

COUNTS: dict[str, str] = {
    "contracts_signed": "contracts signed",
    "agreements": "agreements made",
    "points_withheld": "bills without points",
    "points_lapsed": "balances of points that lapsed",
    "points_redeemed": "balances of points redeemed",
    "warning_calls": "warning calls made, whoever they reached",
    "answers": "credits given in answer to rivals",
    "bundles": "bundles accepted",
    "desk_answered": "talks at the save desk",
    "desk_saved": "of them talked into staying",
    "win_back_attempts": "attempts to win back",
    "won_back": "of them successful",
    "prospects_called": "calls to prospects",
    "prospects_won": "of them successful",
    "referrals": "new customers brought by others",
    "joined": "new customers in all",
    "news": "times that a loss in the own circle was heard of",
    "refused": "times that the campaign's budget was empty",
}
"""What the books count, in the order in which it is shown: what is done, what comes of it, what customers pass on."""

GIVEN: dict[str, str] = {
    "circle_call": "calls to their circles",
    "answers": "answers to rivals' promotions",
    "bundle": "the offer of a bundle",
    "warning_call": "warning calls",
}
"""What is given or not, where the file's word alone would not read well."""

ASSIGNMENTS: dict[str, str] = {
    "simple": "each {unit} by a draw of its own",
    "complete": "{unit} by {unit} at random, in arms whose numbers of {unit}s differ by at most one",
    "stratified": "{unit} by {unit} at random inside strata",
}

GUESSED_UNITS = (
    ("_rate", "share"),
    ("_share", "share"),
    ("churn", "share"),
    ("_ratio", "ratio"),
    ("_month", "yuan a month"),
)


def as_words(name: str) -> str:
    """Turn a name of a file into words."""
    return name.replace("_", " ")


def metric_name(metric: str) -> str:
    """Return what a reader calls a metric."""
    return METRICS[metric][0] if metric in METRICS else as_words(metric)


def metric_term(metric: str) -> str:
    """Return the trade's Chinese term for a metric; empty where there is none."""
    return METRICS[metric][1] if metric in METRICS else ""


def readable(sentence: str) -> str:
    """Replace the names of metrics in a sentence by what a reader calls them."""
    return METRIC_NAME.sub(lambda found: metric_name(found.group()), sentence)


def unit_of(metric: str, summary: Summary) -> str:
    """Return a metric's unit by the summary's definitions, else by its name."""
    definition = summary.get("definitions", {}).get(metric)
    if isinstance(definition, Mapping) and definition.get("unit"):
        return str(definition["unit"])
    for ending, unit in GUESSED_UNITS:
        if metric.endswith(ending):
            return unit
    return str(summary.get("currency", "yuan"))


def unit_name(unit: str) -> str:
    """Return what a heading says about a unit; empty where the numbers say it themselves or have none."""
    return "" if unit.startswith("share") or unit in ("ratio", "count", "none") else unit


def doubt_name(kind: str) -> str:
    """Return the name of a kind of doubt."""
    return DOUBTS[kind][0] if kind in DOUBTS else as_words(kind)


def reward_in_words(reward: Mapping[str, Any]) -> str:
    """Say what a reward gives."""
    if set(reward) == {"free_days"}:
        return f"{size(reward['free_days'])} free days"
    return listing([f"{as_words(key)} {size(value)}" for key, value in reward.items()])


def agreement_in_words(agreement: Mapping[str, Any]) -> str:
    """Say what an agreement gives: ``6 monthly credits of 5 yuan``; nothing of a credit of 0."""
    credit = agreement["monthly_credit_yuan"]
    return f"{size(agreement['months'])} monthly credits of {size(credit)} yuan" if credit else ""


def attempts_in_words(effort: Mapping[str, Any]) -> str:
    """Say what is done to win back who has left: ``up to 3 attempts to win back``; of 0, that nobody is approached."""
    attempts = effort["attempts"]
    if not attempts:
        return "no attempts to win back"
    return "1 attempt to win back" if attempts == 1 else f"up to {size(attempts)} attempts to win back"


UNITS_OF_KEYS = (
    ("_yuan_per_month", "{} yuan a month"),
    ("_per_month", "{} a month"),
    ("_yuan", "{} yuan"),
    ("_minutes", "{} minutes"),
    ("_months", "{} months"),
    ("_days", "{} days"),
)
"""Endings of keys, and how a value with that unit reads."""


def term_in_words(path: str, value: float) -> str:
    """Say to which value a number is set, with its unit: ``intelligence answer after 3 days``."""
    if path.endswith("_share") and 0 <= value <= 1:
        return f"{as_words(path.removesuffix('_share').replace('.', ' '))} {percent(value)}"
    for ending, said in UNITS_OF_KEYS:
        if path.endswith(ending):
            return f"{as_words(path.removesuffix(ending).replace('.', ' '))} {said.format(size(value))}"
    return f"{as_words(path.replace('.', ' '))} {size(value)}"


def terms_in_words(terms: Mapping[str, Any]) -> list[str]:
    """Say to which values a firm sets numbers of its world: ``desk seats 4``."""
    parts = []
    for path, value in terms.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            parts.append(term_in_words(path, value))
            continue
        values = [as_words(item) if isinstance(item, str) else size(item) for item in _items(value)]
        parts.append(f"{as_words(path.replace('.', ' '))} {listing(values) or 'none'}")
    return parts


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def gets_in_words(gets: Mapping[str, Any]) -> str:
    """Say what a customer gets or a firm does, from the data of an arm or of a tier's policy; empty if nothing."""
    parts = []
    for key, value in gets.items():
        if value is None or value is False or value == {}:
            continue
        if key == "reward" and isinstance(value, Mapping):
            parts.append(reward_in_words(value))
        elif key == "agreement" and isinstance(value, Mapping):
            parts += [words for words in [agreement_in_words(value)] if words]
        elif key == "win_back" and isinstance(value, Mapping):
            parts.append(attempts_in_words(value))
        elif key == "set":
            parts += terms_in_words(value)
        elif key == "policy":
            parts.append(f"policy {quoted(value)}")
        elif value is True:
            parts.append(GIVEN.get(key, as_words(key)))
        elif isinstance(value, Mapping):
            parts.append(f"{as_words(key)} ({gets_in_words(value)})")
        elif key == "cadence":
            parts.append(f"the {as_words(str(value))} cadence")
        else:
            parts.append(f"{as_words(key)} {size(value)}")
    return listing(parts)


def policy_in_words(policy: object) -> str:
    """Say what a policy does, tier by tier."""
    if isinstance(policy, str):
        return policy
    if not isinstance(policy, Mapping):
        return ""
    parts = []
    for tier, gets in policy.items():
        words = gets_in_words(gets) if isinstance(gets, Mapping) else size(gets)
        if words:
            parts.append(f"{as_words(tier)}: {words}")
    return "; ".join(parts) or "nothing is done"


def quoted(name: str) -> str:
    """Mark a name of a file as such, so that an arm called ``none`` is not read as no arm."""
    return f"“{name}”"


def what_arm_gives(arm: Mapping[str, Any]) -> str:
    """Say what an arm gives its customers, by its label or its data; empty if nothing or unknown."""
    return str(arm.get("label") or (gets_in_words(arm["gets"]) if arm.get("gets") else ""))


def arm_in_words(arm: Mapping[str, Any]) -> str:
    """Name an arm with what it gives."""
    gives = what_arm_gives(arm)
    return f"{quoted(arm['name'])} ({gives})" if gives else quoted(arm["name"])


def is_about_firm(experiment: Mapping[str, Any]) -> bool:
    """Say whether the firm as a whole is changed, so that there is no trial."""
    return experiment.get("unit") == "firm"


def who(experiment: Mapping[str, Any]) -> str:
    """Name the customers that an experiment is about: ``platinum customers``."""
    design = experiment.get("design")
    eligible = design.get("eligible") if isinstance(design, Mapping) else None
    unit = "customers"
    if isinstance(eligible, Mapping):
        words = [
            as_words(str(item))
            for items in eligible.values()
            for item in (items if isinstance(items, list) else [items])
        ]
        return f"{listing(words)} {unit}" if words else unit
    return f"{eligible} {unit}" if eligible else unit


def _amount(value: object) -> object:
    """Return the number of a parameter that may carry its reason beside it."""
    return value.get("value", value.get("central")) if isinstance(value, Mapping) else value


def rule_in_words(rule: Mapping[str, Any], alpha: float | None, reference: str) -> str:
    """Say a decision rule as a sentence; what has no phrase here is shown as it stands in the file."""
    metric = metric_name(str(rule.get("metric", "")))
    choose = rule.get("choose")
    level = f" at {percent(alpha)} after adjustment" if alpha is not None else ""
    cheapest = f"Take the cheapest arm whose {metric} is"
    sentences = {
        "highest": f"Take the arm with the highest {metric}",
        "lowest": f"Take the arm with the lowest {metric}",
        "cheapest_below_reference": f"{cheapest} below that of {reference}{level}",
        "cheapest_above_reference": f"{cheapest} above that of {reference}{level}",
    }
    words = sentences.get(str(choose), f"{as_words(str(choose))} by {metric}")
    within = _amount(rule.get("indifferent_within"))
    if isinstance(within, int | float) and within:
        words += f"; within {percent(within)} of the reference's value the cheaper arm wins"
    if rule.get("if_inconclusive") is not None:
        words += f"; if there is none, the trial is inconclusive and {quoted(str(rule['if_inconclusive']))} stays"
    said = {"metric", "choose", "indifferent_within", "if_inconclusive", "alpha"}
    words += "".join(f"; {as_words(key)}: {size(_amount(value))}" for key, value in rule.items() if key not in said)
    return words + "."
