"""One experiment's tables as they are shown, made from the summary, for the page and the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, is_interval, is_refused, point
from sim.report.wording import (
    EMPTY,
    Cell,
    cell,
    decimals_for,
    difference_unit,
    p_value,
    percent,
    plain,
    size,
)
from sim.report.words import (
    LEDGER_LINES,
    REASONS,
    as_words,
    metric_name,
    metric_term,
    policy_in_words,
    readable,
    unit_name,
    unit_of,
    what_arm_gives,
)

Experiment = Mapping[str, Any]


def metrics_in_order(experiment: Experiment, present: Iterable[str]) -> list[str]:
    """Order metrics: those that the experiment names, as it names them, then the others as they come."""
    found = list(dict.fromkeys(present))
    named = [metric for metric in experiment.get("metrics", ()) if metric in found]
    return named + [metric for metric in found if metric not in named]


def ordered_contrasts(experiment: Experiment) -> list[Mapping[str, Any]]:
    """Return the contrasts metric by metric, those of the named metrics first."""
    rows = experiment.get("contrasts", ())
    order = metrics_in_order(experiment, (row["metric"] for row in rows))
    return sorted(rows, key=lambda row: order.index(row["metric"]))


def versus(row: Mapping[str, Any]) -> str:
    """Name a contrast's two arms."""
    return f"{row['arm']} against {row['against']}"


def _contrast_row(row: Mapping[str, Any], unit: str, cells: Iterable[Cell]) -> Row:
    """Put a contrast's cells under the heading of its metric."""
    name = metric_name(row["metric"])
    group = f"{name}, {unit_name(unit)}" if unit_name(unit) else name
    return Row((text(versus(row)), *cells), group=group, term=metric_term(row["metric"]))


WITHIN, WITH_RESIDUAL = "net_value_per_customer", "net_value_with_residual_per_customer"
MOST_ACROSS = 5  # metrics of an arm that fit beside each other on paper
CONTRAST = Column("contrast", words=True, short=True)


def _chosen(experiment: Experiment) -> str | None:
    decision = experiment.get("decision") or {}
    return None if is_refused(decision) else decision.get("arm")


def arms_tables(experiment: Experiment, summary: Summary) -> list[Table]:
    """Everybody eligible under each arm: the metrics with their run doubt, as many tables as they need."""
    arms = experiment.get("arms", ())
    order = metrics_in_order(experiment, (metric for arm in arms for metric in arm.get("metrics", {})))
    order = [metric for metric in order if metric in experiment.get("metrics", ()) or _says_something(arms, metric)]
    parts = [order[place : place + MOST_ACROSS] for place in range(0, len(order), MOST_ACROSS)]
    return [made for part in parts if (made := _arms_table(experiment, summary, part, first=part is parts[0]))]


def policies_of_arms(experiment: Experiment, summary: Summary) -> list[tuple[str, str]]:
    """Return what the policy of each of a firm's arms does, tier by tier; empty where no arm names one."""
    policies = summary.get("policies") or {}
    named = [(str(arm["name"]), (arm.get("gets") or {}).get("policy")) for arm in experiment.get("arms", ())]
    return [(name, policy_in_words(policies[policy])) for name, policy in named if policy in policies]


def _says_something(arms: Sequence[Mapping[str, Any]], metric: str) -> bool:
    """Whether a metric that nobody asked for is more than 0 under every arm, or residual value where there is none."""
    values = [point(arm.get("metrics", {}).get(metric)) for arm in arms]
    if metric == WITH_RESIDUAL:
        return values != [point(arm.get("metrics", {}).get(WITHIN)) for arm in arms]
    return any(value != 0 for value in values)


def _arms_table(experiment: Experiment, summary: Summary, order: list[str], *, first: bool) -> Table | None:
    """Make a table of some metrics; what an arm gives, and to how many, is said in the first one."""
    arms = experiment.get("arms", ())
    units = {metric: unit_of(metric, summary) for metric in order}
    columns = [Column("arm", words=True, short=not first), Column("customers")]
    columns += [Column(metric_name(metric), metric_term(metric), unit_name(units[metric])) for metric in order]
    chosen = _chosen(experiment)
    rows = []
    for arm in arms:
        whose = [Cell(arm["name"], what_arm_gives(arm)), cell(arm.get("customers"), "count")]
        cells = whose if first else [text(arm["name"]), EMPTY]
        cells += [cell(arm.get("metrics", {}).get(metric), units[metric], bare=True) for metric in order]
        rows.append(Row(tuple(cells), mark="chosen" if arm["name"] == chosen else ""))
    return table(columns, rows)


def truth_table(experiment: Experiment, summary: Summary) -> Table | None:
    """What each arm changes in truth, and how far a trial's world differs from a roll-out."""
    columns = [CONTRAST, Column("true difference"), Column("interference (trial less roll-out)")]
    columns.append(Column("table bias *"))
    rows = []
    for row in ordered_contrasts(experiment):
        if is_refused(row.get("truth")):
            continue
        unit = difference_unit(unit_of(row["metric"], summary))
        truth = cell(row.get("truth"), unit, sign=unit != "ratio", bare=True)
        interference = row.get("interference")
        shown = EMPTY if is_refused(interference) else cell(interference, unit, sign=True, bare=True)
        bias = cell(row.get("table_bias"), unit, sign=True, bare=True)
        rows.append(_contrast_row(row, unit, (truth, shown, bias)))
    made = table(columns, rows)
    noted = dict.fromkeys(as_words(str(row["note"])) for row in experiment.get("contrasts", ()) if row.get("note"))
    return made and replace(made, notes=(*made.notes, *(("*", words) for words in noted)))


def trial_table(experiment: Experiment, summary: Summary) -> Table | None:
    """The first trial beside the truth: estimate, p-value, adjusted p-value, method and family."""
    columns = [CONTRAST, Column("truth"), Column("first trial"), Column("p"), Column("adjusted p")]
    columns += [Column("the trial says", words=True, short=True)]
    if all(is_refused(row.get("trial")) for row in experiment.get("contrasts", ())):
        return None
    rows = []
    for row in ordered_contrasts(experiment):
        unit = difference_unit(unit_of(row["metric"], summary))
        trial = row.get("trial") or {}
        signed = unit != "ratio"
        if is_refused(trial):
            shown = [cell(trial, unit), EMPTY, EMPTY, EMPTY]
        else:
            shown = [
                cell(trial.get("effect"), unit, signed, bare=True),
                _p(trial.get("p_value")),
                _p(trial.get("p_adjusted")),
                text(verdict(row)),
            ]
        truth = cell(row.get("truth"), unit, signed, bare=True)
        rows.append(_contrast_row(row, unit, (truth, *shown)))
    return table(columns, rows)


def methods(experiment: Experiment) -> list[tuple[str, str]]:
    """Return how each metric's trial was analysed and over which family its p-values were adjusted."""
    found: dict[str, list[str]] = {}
    for row in ordered_contrasts(experiment):
        trial = row.get("trial") or {}
        said = found.setdefault(metric_name(row["metric"]), [])
        parts = [str(trial.get("method") or ""), _family(str(trial.get("family") or ""), row["metric"])]
        said += [part for part in parts if part and part not in said]
    return [(name, readable("; ".join(said))) for name, said in found.items() if said]


def _family(family: str, metric: str) -> str:
    """Name the contrasts that were adjusted for each other; the metric is said already."""
    words = family.removeprefix(f"{metric}: ")
    return "one contrast, nothing to adjust for" if words.startswith("1 contrasts") else words


def grades_table(experiment: Experiment) -> Table | None:
    """How trials of this size do over all replications, graded against the truth."""
    names = ("power", "level", "coverage", "sign_error", "size_error")
    titles = (
        "finds it (power)",
        "false alarms (level)",
        "interval covers truth",
        "wrong sign",
        "overstated by",
    )
    columns = [CONTRAST, *(Column(title) for title in titles)]
    rows = []
    for row in ordered_contrasts(experiment):
        grades = [row.get(name) for name in names]
        if all(grade is None or is_refused(grade) for grade in grades):
            continue
        cells = [_grade(grade, name) for grade, name in zip(grades, names, strict=True)]
        rows.append(_contrast_row(row, "none", cells))
    return table(columns, rows)


def _grade(grade: object, name: str) -> Cell:
    """Write a share of trials as a percentage, an exaggeration as a factor."""
    value = point(grade)
    if value is None:
        return cell(grade, "ratio")
    if name == "size_error":
        return replace(cell(grade, "ratio"), value=f"×{value:.1f}")
    return cell(grade, "share") if is_interval(grade) else text(percent(value))


def _p(item: object) -> Cell:
    return cell(item, "ratio") if is_refused(item) else text(p_value(point(item)))


def verdict(row: Mapping[str, Any]) -> str:
    """Say what the trial concludes about one contrast at its level."""
    trial = row.get("trial") or {}
    p, alpha = trial.get("p_adjusted"), row.get("alpha")
    if point(p) is None:
        p = trial.get("p_value")
    tested, level, effect = point(p), point(alpha), point(trial.get("effect"))
    if tested is None or level is None:
        return ""
    if tested > level:
        return "cannot tell"
    if effect is None:
        return "a difference"
    neutral = 1.0 if row["metric"] == "hazard_ratio" else 0.0
    return "lower" if effect < neutral else "higher"


def ledger_table(experiment: Experiment, summary: Summary) -> Table | None:
    """Every line of the ledger, a customer, an arm a column; lines that are 0 everywhere are left out."""
    arms = [arm for arm in experiment.get("arms", ()) if arm.get("ledger")]
    lines = list(dict.fromkeys(line for arm in arms for line in arm["ledger"]))
    currency = str(summary.get("currency", "yuan"))
    columns = [Column(f"{currency} a customer", words=True), *(Column(arm["name"]) for arm in arms)]
    rows = []
    for line in lines:
        amounts = [arm["ledger"].get(line) for arm in arms]
        if any(point(amount) for amount in amounts):
            decimals = decimals_for(*(point(amount) or 0.0 for amount in amounts))
            cells = [text("" if (value := point(amount)) is None else plain(value, decimals)) for amount in amounts]
            rows.append(Row((text(LEDGER_LINES.get(line, as_words(line))), *cells)))
    return table(columns, rows)


def reasons_table(experiment: Experiment) -> Table | None:
    """Why customers leave, as shares of those enrolled, an arm a column."""
    arms = [arm for arm in experiment.get("arms", ()) if arm.get("churn_by_reason")]
    reasons = list(dict.fromkeys(reason for arm in arms for reason in arm["churn_by_reason"]))
    columns = [Column("left", words=True), *(Column(arm["name"]) for arm in arms)]
    rows = [
        Row(
            (
                text(REASONS.get(reason, as_words(reason))),
                *(cell(arm["churn_by_reason"].get(reason), "share") for arm in arms),
            )
        )
        for reason in reasons
    ]
    return table(columns, rows)


def naive_table(experiment: Experiment, summary: Summary) -> Table | None:
    """What naive comparisons would have said, beside the truth."""
    columns = [
        Column("comparison", words=True),
        Column("how it is made", words=True),
        Column("it says"),
        Column("truth"),
        Column("why", words=True),
    ]
    rows = []
    for item in experiment.get("naive", ()):
        unit = difference_unit(unit_of(item.get("metric", "churn_rate"), summary))
        says, truth = cell(item.get("estimate"), unit, sign=True), cell(item.get("truth"), unit, sign=True)
        name = Cell(str(item.get("name") or ""), str(item.get("arm") or ""))
        words = [text(str(item.get(key) or "")) for key in ("wording", "comment")]
        rows.append(Row((name, words[0], says, truth, words[1])))
    return table(columns, rows)


def doubt_table(experiment: Experiment, summary: Summary) -> Table | None:
    """The decision in each assumption world, with each arm's net value against the reference's."""
    reference = experiment["reference"]
    worlds = experiment.get("doubt", ())
    if all(world.get("level") == "centre" for world in worlds):
        return None
    others = [name for world in worlds[:1] for name in world.get("net_value", {}) if name != reference]
    currency = str(summary.get("currency", "yuan"))
    columns = [Column("world", words=True), Column("decision", words=True, short=True)]
    columns += [Column(f"{name} against {reference}", unit=currency) for name in others]
    chosen = _chosen(experiment)
    rows = []
    for world in worlds:
        cells = [text(world_in_words(world)), text(_decision(world.get("decision")))]
        cells += [cell(gain(world, name, reference), currency, sign=True, bare=True) for name in others]
        rows.append(Row(tuple(cells), mark="turned" if world.get("decision") != chosen else ""))
    return table(columns, rows)


def _decision(decision: object) -> str:
    if is_refused(decision):
        return f"not given: {decision['refused']}"
    return str(decision or "")


def gain(world: Mapping[str, Any], arm: str, reference: str) -> float | None:
    """Return how much higher an arm's net value is than the reference's in one assumption world."""
    nets = world.get("net_value", {})
    value, base = point(nets.get(arm)), point(nets.get(reference))
    return None if value is None or base is None else value - base


def world_in_words(world: Mapping[str, Any]) -> str:
    """Name an assumption world by what differs in it."""
    if world.get("level") == "centre":
        return "every assumption at its centre"
    number = "" if world.get("value") is None else f" = {size(world['value'])}"
    return f"{world.get('path')}{number} ({world.get('level')})"
