"""One experiment in sentences: how it is made, what the first trial says beside the truth, what is equal."""

from collections.abc import Mapping
from typing import Any

from sim.report.experiment_view import Experiment, ordered_contrasts, verdict, versus
from sim.report.values import Summary, is_interval, is_refused, point
from sim.report.wording import cell, difference_unit, p_value, percent, quantity, size
from sim.report.words import (
    ASSIGNMENTS,
    as_words,
    doubt_name,
    metric_name,
    quoted,
    readable,
    rule_in_words,
    unit_of,
)

FEW_TRIALS = 20  # shares of fewer trials than this are said with their number


def trial_in_words(experiment: Experiment, summary: Summary) -> list[str]:
    """Say for the leading metric how the first trial and all trials compare with the truth."""
    rows = ordered_contrasts(experiment)
    leading = rows[0]["metric"] if rows else None
    sentences = []
    for row in rows:
        trial = row.get("trial") or {}
        if row["metric"] != leading or is_refused(trial) or point(row.get("truth")) is None:
            continue
        unit = difference_unit(unit_of(leading, summary))
        truth = quantity(point(row["truth"]) or 0.0, unit, sign=True)
        words = f"{versus(row)}: the true difference in {metric_name(leading)} is {truth}"
        effect = cell(trial.get("effect"), unit, sign=True)
        if effect.value:
            words += f"; the first trial estimated {effect.value}"
            words += f" ({doubt_name(effect.doubt)} {effect.span})" if effect.span else ""
            words += f" and says: {verdict(row)}" if verdict(row) else ""
        sentences.append(words + _over_all_trials(row))
    return sentences


def _over_all_trials(row: Mapping[str, Any]) -> str:
    """Say how often trials find the difference and what those that do get wrong."""
    power, sign, size = (point(row.get(name)) for name in ("power", "sign_error", "size_error"))
    if power is None:
        return "."
    words = f". Trials of this size find a difference in {percent(power)} of cases"
    found = row["sign_error"].get("n") if is_interval(row.get("sign_error")) else None
    few = f" (only {found})" if isinstance(found, int) and found < FEW_TRIALS else ""
    wrong = [f"point the wrong way in {percent(sign)}"] if sign is not None else []
    wrong += [f"overstate it {size:.1f}-fold"] if size is not None else []
    return f"{words}; those that do{few} {' and '.join(wrong)}." if wrong else f"{words}."


def equivalence_in_words(experiment: Experiment, summary: Summary) -> list[str]:
    """Say for each equivalence whether the arms are the same within the margin, in truth and in the trial."""
    sentences = []
    for row in experiment.get("equivalence", ()):
        metric = row["metric"]
        unit = difference_unit(unit_of(metric, summary))
        margin = quantity(row["margin"], unit).replace(".0 ", " ")
        arms = f"{quoted(row['arm'])} as good as {quoted(row['against'])}"
        words = f"Is {arms} in {metric_name(metric)}, within {margin}? "
        sentences.append(words + _equal_in_truth(row, unit) + _equal_in_trial(row, unit))
    return sentences


def _equal_in_truth(row: Mapping[str, Any], unit: str) -> str:
    truth = cell(row.get("truth"), unit, sign=True)
    value = point(row.get("truth"))
    if value is None:
        return f"In truth: not given: {truth.refused}. " if truth.refused else ""
    within = "yes" if abs(value) < row["margin"] else "no"
    limits = f" ({doubt_name(truth.doubt)} {truth.span})" if truth.span else ""
    return f"In truth {within}: the difference is {truth.value}{limits}. "


def _equal_in_trial(row: Mapping[str, Any], unit: str) -> str:
    effect = cell(row.get("effect"), unit, sign=True)
    if effect.refused:
        return f"The first trial: not given: {effect.refused}."
    able = row.get("equivalent")
    words = f"The first trial {'shows it' if able else 'could not show it'}" if able is not None else "The first trial"
    limits = f" ({doubt_name(effect.doubt)} {effect.span})" if effect.span else ""
    words += f": it estimated {effect.value}{limits}" if effect.value else ""
    p = point(row.get("p_value"))
    words += f", p = {p_value(p)}".replace("= <", "< ") if p is not None else ""
    power = point(row.get("power"))
    return f"{words}." + (f" Trials of this size show it in {percent(power)} of cases." if power is not None else "")


def setting(experiment: Experiment) -> list[tuple[str, str]]:
    """Return how the experiment is made, as terms and their words."""
    design = experiment.get("design")
    design = design if isinstance(design, Mapping) else {"assignment": design}
    assignment = str(design.get("assignment") or "")
    strata = [as_words(name) for name in design.get("strata", ())]
    unit = str(experiment.get("unit", "customer"))
    how = ASSIGNMENTS.get(assignment, as_words(assignment)).format(unit=unit)
    how += f" ({' by '.join(strata)})" if strata else ""
    if shares := design.get("shares"):
        how += f", in parts of {' to '.join(str(part) for part in shares.values())}"
    if waves := design.get("waves"):
        apart = size(waves[1]["day"] - waves[0]["day"])
        how += f", in {len(waves)} waves that begin {apart} days apart, arms dealt and compared within each"
    sizes = experiment.get("trial_sizes")
    shown = (
        "" if not isinstance(sizes, Mapping) or is_refused(sizes) else ", ".join(f"{a} {n:,}" for a, n in sizes.items())
    )
    days = experiment.get("horizon_days")
    followed = f", followed for {size(days)} days" if days else ""
    if waves:
        customers = [f"{sum(wave['customers'].values()):,} on day {size(wave['day'])}" for wave in waves]
        followed += f" from the own start ({', '.join(customers)})"
    rules = experiment.get("rules", {})
    alpha, reference = point(experiment.get("alpha")), quoted(experiment["reference"])
    items = [
        ("No trial", no_trial(experiment)),
        ("Assigned", f"{how}; the unit is the {unit}" if how else ""),
        ("One trial", f"{shown} customers{_circles(experiment)}{followed}" if shown else ""),
        ("Meanwhile", _background(experiment.get("background"))),
        (
            "Rule for the answer",
            rule_in_words(rules["decision"], None, reference) if rules.get("decision") else "",
        ),
        (
            "Rule for a trial",
            rule_in_words(rules["trial_decision"], alpha, reference) if rules.get("trial_decision") else "",
        ),
        ("Sample ratio", "" if no_trial(experiment) else _sample_ratio(experiment.get("sample_ratio"))),
    ]
    return [(term, words) for term, words in items if words]


def _circles(experiment: Experiment) -> str:
    """Say in how many circles a trial's customers live, where circles were dealt."""
    circles = experiment.get("trial_circles")
    if not circles:
        return ""
    return f" in circles ({', '.join(f'{arm} {n:,}' for arm, n in circles.items())}; who is alone is one)"


def no_trial(experiment: Experiment) -> str:
    """Say why an experiment has no trial; empty where it has one."""
    decision = experiment.get("trial_decision")
    return f"{decision['refused'].capitalize()}." if is_refused(decision) else ""


def _background(background: object) -> str:
    if not isinstance(background, Mapping):
        return str(background or "")
    without = [as_words(str(name)) for name in background.get("without", ())]
    return f"policy {quoted(background.get('policy', ''))}" + (f" without {', '.join(without)}" if without else "")


def _sample_ratio(item: object) -> str:
    if is_refused(item):
        return f"not given: {item['refused']}"
    if isinstance(item, Mapping) and item.get("p_value") is not None:
        return f"sizes agree with the plan at p = {p_value(point(item['p_value']))}".replace("= <", "< ")
    return ""


def conclusion(decision: Mapping[str, Any] | None) -> str:
    """Say a decision with its reason; empty where there is none."""
    if not decision:
        return ""
    if is_refused(decision):
        return f"Not given: {decision['refused']}."
    arm, reason = quoted(decision["arm"]), str(decision.get("reason") or "").rstrip(".")
    said = "inconclusive" in reason
    words = f"Inconclusive, {arm} stays" if decision.get("inconclusive") and not said else arm
    return f"{words}: {readable(reason)}." if reason else f"{words}."
