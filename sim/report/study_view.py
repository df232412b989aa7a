"""A real trial's tables and sentences, made from its summary, for the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.experiment_view import CONTRAST, Experiment, ordered_contrasts, verdict, versus
from sim.report.tables import number_columns, number_parts, to_csv
from sim.report.values import Summary, is_interval, is_refused, point
from sim.report.wording import EMPTY, Cell, cell, difference_unit, listing, p_value, percent, plain, quantity
from sim.report.words import as_words, doubt_name, metric_name, metric_term, quoted, readable, unit_name, unit_of

MOST_NAMED = 3  # contrasts in the answer; the tables hold all
FOUND = {True: "FAILED", False: "passed", None: "not made"}


def answer(experiment: Experiment, summary: Summary) -> str:
    """Answer the question in a few sentences: what follows, the effects behind it, and checks that failed."""
    return " ".join(
        part for part in (_conclusion(experiment), _effects(experiment, summary), _alarm(experiment)) if part
    )


def _conclusion(experiment: Experiment) -> str:
    decision = experiment["trial_decision"]
    if is_refused(decision):
        return f"No arm follows from the trial: {readable(str(decision['refused']))}."
    arm = quoted(decision["arm"])
    return f"The trial is inconclusive: {arm} stays." if decision["inconclusive"] else f"The trial says: {arm}."


def _effects(experiment: Experiment, summary: Summary) -> str:
    """Say the effects that the rule looks at."""
    metric = experiment["rules"]["trial_decision"]["metric"]
    rows = [row for row in ordered_contrasts(experiment) if row["metric"] == metric]
    said = []
    for row in [row for row in rows if row["against"] == experiment["reference"]][:MOST_NAMED]:
        unit = difference_unit(unit_of(metric, summary))
        shown = cell(row["trial"]["effect"], unit, sign=True)
        if shown.value:
            p = p_value(point(row["trial"]["p_adjusted"]))
            said.append(f"{versus(row)} {shown.value} ({doubt_name(shown.doubt)} {shown.span}, adjusted p {p})")
    return f"Difference in {metric_name(metric)}: {'; '.join(said)}." if said else ""


def _alarm(experiment: Experiment) -> str:
    failed = [check["name"] for check in experiment["checks"] if check["fired"]]
    if not failed:
        return ""
    return f"Beware: {listing([quoted(name) for name in failed])} failed; read that first."


def checks_table(experiment: Experiment) -> Table | None:
    """What each check of the records found."""
    columns = [Column("check", words=True, short=True), Column("result", words=True, short=True)]
    columns += [Column("what was found", words=True), Column("p")]
    rows = []
    for check in experiment["checks"]:
        says = check.get("says") or f"not made: {check.get('refused')}"
        cells = (text(check["name"]), text(FOUND[check["fired"]]), text(says), text(p_value(check.get("p_value"))))
        rows.append(Row(cells, mark="turned" if check["fired"] else ""))
    return table(columns, rows)


def balance_table(experiment: Experiment) -> Table | None:
    """What was known before the trial, by arm."""
    rows = experiment["balance"]
    if not rows:
        return None
    columns = [Column("known before", words=True), *(Column(f"{arm}, mean") for arm in rows[0]["arms"])]
    columns += [Column("apart", unit="standard deviations"), Column("p")]
    made = []
    for row in rows:
        means = [cell(side["mean"], "none") for side in row["arms"].values()]
        apart = text(plain(row["apart"], 3))
        made.append(Row((text(as_words(row["covariate"])), *means, apart, text(p_value(row["p_value"])))))
    return table(columns, made)


def contrasts_table(
    experiment: Experiment, summary: Summary, metrics: list[str], *, beside: bool = True
) -> Table | None:
    """Each contrast's leading estimate, and below it (unless left out) those that stand beside it."""
    columns = [CONTRAST, Column("difference"), Column("p"), Column("adjusted p")]
    columns += [Column("the trial says", words=True, short=True)]
    rows = []
    for row in ordered_contrasts(experiment):
        if row["metric"] not in metrics:
            continue
        unit = difference_unit(unit_of(row["metric"], summary))
        group = ", ".join(part for part in (metric_name(row["metric"]), unit_name(unit)) if part)
        lead, said = _estimate(row["trial"], row["metric"], unit), verdict(row)
        heading = {"group": group, "term": metric_term(row["metric"])}
        rows.append(Row((text(versus(row)), *lead, text(said)), **heading))
        for other in row["beside"] if beside else ():
            name = text(f"– by {other['name']}")
            rows.append(Row((name, *_estimate(other, row["metric"], unit), EMPTY), **heading))
    return table(columns, rows)


def methods_beside(experiment: Experiment) -> list[tuple[str, str]]:
    """Say how the estimates beside the leading ones were made."""
    found: dict[str, str] = {}
    for row in experiment["contrasts"]:
        for other in row["beside"]:
            if other.get("method"):
                found.setdefault(f"by {other['name']}", str(other["method"]))
    return list(found.items())


def _estimate(found: Mapping[str, Any], metric: str, unit: str) -> tuple[Cell, Cell, Cell]:
    shown = EMPTY if metric == "log_rank" and point(found["p_value"]) is not None else None
    effect = cell(found["effect"], unit, sign=unit != "ratio", bare=True) if shown is None else shown
    return effect, text(p_value(point(found["p_value"]))), text(p_value(point(found["p_adjusted"])))


def subgroups_table(experiment: Experiment, summary: Summary, metric: str) -> Table | None:
    """Effects by subgroup in one metric, each column of customers under the test that its groups differ."""
    unit = difference_unit(unit_of(metric, summary))
    columns = [Column("group", words=True, short=True), Column("difference", unit=unit_name(unit)), Column("p")]
    rows = []
    for split in experiment["subgroups"]:
        if split["metric"] != metric:
            continue
        test = split["interaction"]
        p = point(test["p_adjusted"])
        says = f"do they differ? adjusted p {p_value(p)}" if p is not None else str(test["effect"].get("refused", ""))
        group = f"{as_words(split['column'])}, {versus(split)}: {says}"
        for one in split["groups"]:
            effect = cell(one["effect"], unit, sign=True, bare=True)
            rows.append(Row((text(one["name"]), effect, text(p_value(point(one["p_value"])))), group=group))
    return table(columns, rows)


def equivalence_words(experiment: Experiment, summary: Summary) -> list[str]:
    """Say of each claim whether the trial shows it."""
    sentences = []
    for row in experiment["equivalence"]:
        unit = difference_unit(unit_of(row["metric"], summary))
        margin = quantity(row["margin"], unit)
        words = f"Is {quoted(row['arm'])} as good as {quoted(row['against'])} in {metric_name(row['metric'])}, within "
        effect = cell(row["effect"], unit, sign=True)
        if effect.refused:
            sentences.append(f"{words}{margin}? Not given: {effect.refused}.")
            continue
        shows = "The trial shows it" if row["equivalent"] else "The trial could not show it"
        level = percent(row["effect"].get("level", 0.9)) if is_interval(row["effect"]) else ""
        p = f"p = {p_value(row['p_value'])}".replace("= <", "< ")
        sentences.append(f"{words}{margin}? {shows}: {effect.value} ({level} interval {effect.span}), {p}.")
    return sentences


def study_csv(summary: Summary) -> str:
    """Write a row an estimate: the leading one of each contrast, those beside it, subgroups, equivalence."""
    header = ["experiment", "metric", "arm", "against", "role", "subgroup", "horizon_days", "unit"]
    header += [*number_columns("effect"), "p_value", "p_adjusted", "n", "method", "family", "alpha"]
    rows = []
    for experiment in summary["experiments"]:
        for item, role, subgroup, found in _estimates(experiment):
            unit = unit_of(item["metric"], summary)
            row = [experiment["name"], item["metric"], item["arm"], item["against"], role, subgroup]
            row += [experiment["horizon_days"], unit, *number_parts(found["effect"])]
            row += [found.get(key) for key in ("p_value", "p_adjusted", "n", "method", "family")]
            rows.append([*row, experiment["alpha"]])
    return to_csv(header, rows)


def _estimates(experiment: Experiment) -> list[tuple[Mapping[str, Any], str, str, Mapping[str, Any]]]:
    found = []
    for row in experiment["contrasts"]:
        found.append((row, "lead", "", row["trial"]))
        found += [(row, f"beside: {other['name']}", "", other) for other in row["beside"]]
    for split in experiment["subgroups"]:
        found.append((split, "interaction", str(split["column"]), split["interaction"]))
        found += [(split, "subgroup", f"{split['column']}={one['name']}", one) for one in split["groups"]]
    found += [(claim, f"equivalence within {claim['margin']:g}", "", claim) for claim in experiment["equivalence"]]
    return found
