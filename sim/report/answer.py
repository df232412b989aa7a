"""The answer to an experiment's question in one sentence that a board can read.

It names the arm, what it does in points and in yuan after costs, the kind of doubt of each figure, in how
many worlds the choice stands, and what one trial of the planned size would have concluded and how often.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.values import Summary, is_interval, is_refused, point
from sim.report.wording import difference_unit, listing, percent, quantity, size, span
from sim.report.words import (
    arm_in_words,
    doubt_name,
    is_about_firm,
    metric_name,
    quoted,
    unit_name,
    unit_of,
    what_arm_gives,
    who,
)

INCONCLUSIVE = "inconclusive"
WAIT = "mean_wait_minutes"
WORTH_SAYING = 0.1  # share of trials that find harm
MOST_CONCLUSIONS = 4  # a sentence holds no more; the page lists all


def find_contrast(experiment: Mapping[str, Any], metric: str, arm: str, against: str) -> Mapping[str, Any] | None:
    """Return the first contrast of two arms in a metric; ``None`` where the experiment has none."""
    for row in experiment.get("contrasts", ()):
        if (row["metric"], row["arm"], row["against"]) == (metric, arm, against):
            found: Mapping[str, Any] = row
            return found
    return None


def find_arm(experiment: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an arm by its name; an arm that is not there has its name only."""
    for arm in experiment.get("arms", ()):
        if arm["name"] == name:
            found: Mapping[str, Any] = arm
            return found
    return {"name": name}


def money_metric(experiment: Mapping[str, Any]) -> str | None:
    """Return the metric that the decision rule ranks the arms by."""
    rule = experiment.get("rules", {}).get("decision", {})
    metric = rule.get("metric")
    return str(metric) if metric else None


def leading_metric(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Return the first named metric that is a share, so that its effect is in points."""
    named: Sequence[str] = experiment.get("metrics", ())
    shares = [metric for metric in named if unit_of(metric, summary) == "share"]
    return next(iter([*shares, *named]), None)


def answer_sentence(experiment: Mapping[str, Any], summary: Summary) -> str:
    """Answer the experiment's question in one sentence."""
    decision = experiment.get("decision") or {}
    if is_refused(decision):
        return f"No arm can be named: {decision['refused']}."
    reference = str(experiment["reference"])
    chosen = str(decision["arm"])
    shown = chosen if chosen != reference else _best_other(experiment, reference)
    effects = _effects(experiment, summary, shown, reference) if shown else ""
    sentence = _choice(experiment, chosen)
    if chosen == reference and shown:
        best = arm_in_words(find_arm(experiment, shown))
        sentence += f": the best other arm, {best}, {effects}{_not_enough(experiment, shown)}"
    elif effects:
        sentence += f": against {quoted(reference)} it {effects}"
    sentence += _worlds(decision, experiment)
    sentence += _one_trial(experiment, chosen)
    return sentence + "."


def _choice(experiment: Mapping[str, Any], chosen: str) -> str:
    """Say which arm to take, by what it gives if that is known."""
    if is_about_firm(experiment):
        return f"{'Keep' if chosen == experiment['reference'] else 'Take'} {arm_in_words(find_arm(experiment, chosen))}"
    gives = what_arm_gives(find_arm(experiment, chosen))
    if chosen == experiment["reference"]:
        return f"Keep {quoted(chosen)} for {who(experiment)}"
    return (
        f"Give {who(experiment)} {gives} ({quoted(chosen)})"
        if gives
        else f"Choose {quoted(chosen)} for {who(experiment)}"
    )


def _best_other(experiment: Mapping[str, Any], reference: str) -> str | None:
    """Return the arm with the best true difference from the reference in the rule's metric."""
    metric = money_metric(experiment)
    sign = -1.0 if experiment.get("rules", {}).get("decision", {}).get("choose") == "lowest" else 1.0
    gains = [
        (sign * gain, row["arm"])
        for row in experiment.get("contrasts", ())
        if row["metric"] == metric and row["against"] == reference and (gain := point(row.get("truth"))) is not None
    ]
    return max(gains, key=lambda item: item[0])[1] if gains else None


def _effects(experiment: Mapping[str, Any], summary: Summary, arm: str, reference: str) -> str:
    """Say what an arm does to the leading metric, to the wait at the desk, and to the money that the rule looks at."""
    leading, money = leading_metric(experiment, summary), money_metric(experiment)
    parts = []
    if leading and (row := find_contrast(experiment, leading, arm, reference)):
        days = row.get("horizon_days", experiment.get("horizon_days"))
        within = f" within {size(days)} days" if days else ""
        parts.append(_change(row["truth"], leading, unit_of(leading, summary), within))
    if WAIT in experiment.get("metrics", ()) and (row := find_contrast(experiment, WAIT, arm, reference)):
        parts.append(_change(row["truth"], WAIT, unit_of(WAIT, summary), ""))
    if money and money != leading and (row := find_contrast(experiment, money, arm, reference)):
        parts.append(_worth(row["truth"], money, unit_of(money, summary)))
    return listing([part for part in parts if part])


def _change(truth: object, metric: str, unit: str, within: str) -> str:
    """Say by how much a metric goes up or down."""
    value = point(truth)
    if value is None:
        return ""
    if is_interval(truth) and not set(span(truth, difference_unit(unit))) & set("123456789"):
        limits = f"{doubt_name(str(truth.get('of', '')))} {span(truth, difference_unit(unit))}"
        return f"leaves {metric_name(metric)}{within} as it is ({limits}{_named(difference_unit(unit))})"
    if not _settled(truth):
        return f"may lower or raise {metric_name(metric)}{within}{_unsettled(truth, difference_unit(unit))}"
    verb = "lowers" if value < 0 else "raises"
    amount = quantity(abs(value), difference_unit(unit))
    return f"{verb} {metric_name(metric)}{within} by {amount}{_doubt(truth, unit)}"


def _worth(truth: object, metric: str, unit: str) -> str:
    """Say how much more or less a customer is worth."""
    value = point(truth)
    if value is None:
        return ""
    if unit == "share":
        return _change(truth, metric, unit, "")
    residual = ", residual value included" if "residual" in metric else " within the horizon"
    if not _settled(truth):
        return f"may be worth more or less after all costs{residual}{_unsettled(truth, f'{unit} a customer')}"
    more = "more" if value >= 0 else "less"
    amount = quantity(abs(value), unit)
    return f"is worth {amount} a customer {more} after all costs{residual}{_doubt(truth, unit)}"


def _named(unit: str) -> str:
    """Return a unit as it is written behind limits; nothing where numbers say it themselves."""
    return f" {unit}" if unit_name(unit) else ""


def _settled(truth: object) -> bool:
    """Say whether an interval leaves no doubt about the sign."""
    if not is_interval(truth) or truth["low"] is None or truth["high"] is None:
        return True
    return not truth["low"] < 0 < truth["high"]


def _unsettled(truth: Any, unit: str) -> str:
    """Say that the sign is open, and only then where the estimate lies."""
    doubt, estimate = doubt_name(str(truth.get("of", ""))), quantity(truth["value"], unit, sign=True)
    return f" (sign not settled: {doubt} {span(truth, unit)}, estimate {estimate})"


def _doubt(truth: object, unit: str) -> str:
    """Name the interval and its kind; limits go in the direction of the effect."""
    if not is_interval(truth) or truth["low"] is None or truth["high"] is None:
        return ""
    limits = dict(truth)
    if truth["high"] <= 0:
        limits = {**truth, "value": -truth["value"], "low": -truth["high"], "high": -truth["low"]}
    return f" ({doubt_name(str(truth.get('of', '')))} {span(limits, difference_unit(unit))})"


def _not_enough(experiment: Mapping[str, Any], arm: str) -> str:
    """Say that a gain was seen and was too small for the rule."""
    metric, reference = money_metric(experiment), str(experiment["reference"])
    row = find_contrast(experiment, metric, arm, reference) if metric else None
    gain = point(row["truth"]) if row else None
    seen = gain is not None and gain > 0 and _settled(row["truth"] if row else None)
    return ", too little for the rule" if seen else ""


def _worlds(decision: Mapping[str, Any], experiment: Mapping[str, Any]) -> str:
    """Say in how many of the assumption worlds the choice stands."""
    stands = point(decision.get("share_of_worlds"))
    count = decision.get("worlds") or len(experiment.get("doubt", ()))
    if stands is None or not count:
        return ""
    agreeing = round(stands * count)
    if count == 1:
        return "; no assumption was varied (the file names none under doubt)"
    number = f"all {count}" if agreeing == count else f"{agreeing} of {count}"
    same = decision.get("cannot_differ")
    cannot = f", {same} of which cannot differ" if same else ""
    return f"; the choice stands in {number} worlds of other assumptions (assumption doubt){cannot}"


def _one_trial(experiment: Mapping[str, Any], chosen: str) -> str:
    """Say what one trial of the planned size would have concluded, how often, and what the first one did."""
    trial = experiment.get("trial_decision") or {}
    shares = trial.get("share_of_trials")
    if is_refused(trial) or not isinstance(shares, Mapping) or not shares or is_refused(shares):
        return ""
    ranked = sorted(shares.items(), key=lambda item: -(point(item[1]) or 0.0))
    said = [
        f"{'nothing' if name == INCONCLUSIVE else quoted(name)} in {percent(point(share) or 0.0)}"
        for name, share in ranked[:MOST_CONCLUSIONS]
        if (point(share) or 0.0) > 0
    ]
    words = f"; one trial{sizes_in_words(experiment)} would have concluded {listing(said)} of cases"
    words += _found_harm(experiment)
    return f"{words}, and the first one {_first(trial, chosen)}"


def _found_harm(experiment: Mapping[str, Any]) -> str:
    """Say how often trials find an arm to be worse than the reference: for the rule that is no conclusion."""
    rule, reference = experiment.get("rules", {}).get("trial_decision", {}), experiment.get("reference")
    for_the_worse = -1.0 if rule.get("choose") == "cheapest_above_reference" else 1.0
    found = []
    for row in experiment.get("contrasts", ()):
        truth, power = point(row.get("truth")), point(row.get("power"))
        if (row["metric"], row["against"]) != (rule.get("metric"), reference) or truth is None or power is None:
            continue
        harm = power * (1.0 - (point(row.get("sign_error")) or 0.0))
        if truth * for_the_worse > 0 and harm >= WORTH_SAYING:
            found.append(f"{quoted(row['arm'])} to be worse in {percent(harm)}")
    return f" (it would have found {listing(found)})" if found else ""


def _first(trial: Mapping[str, Any], chosen: str) -> str:
    """Say what the first trial concluded, and whether that is the truth's choice."""
    if trial.get(INCONCLUSIVE):
        return f"was inconclusive, so that {quoted(trial['arm'])} would have stayed"
    return "concluded the same" if trial["arm"] == chosen else f"concluded {quoted(trial['arm'])} instead"


def sizes_in_words(experiment: Mapping[str, Any]) -> str:
    """Say how many customers each arm has, and circles where they are dealt; empty if unknown."""
    sizes = experiment.get("trial_sizes")
    if not isinstance(sizes, Mapping) or not sizes or is_refused(sizes):
        return ""
    words = f" with {_by_arm(sizes, 'customers')}"
    circles = experiment.get("trial_circles")
    return f"{words}, dealt as {_by_arm(circles, 'circles')}," if circles else words


def _by_arm(sizes: Mapping[str, Any], what: str) -> str:
    """Write the sizes of all arms: ``62, 61 and 61 customers``; ``61 customers an arm`` where they are the same."""
    numbers = [quantity(size, "count") for size in sizes.values()]
    return f"{numbers[0]} {what} an arm" if len(set(numbers)) == 1 else f"{listing(numbers)} {what}"
