"""The trial's world beside the roll-outs: what customers do to each other across arms, as a table and in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, is_interval, is_refused, point
from sim.report.wording import cell, difference_unit, percent, quantity, span
from sim.report.words import metric_name, unit_name, unit_of

Experiment = Mapping[str, Any]

HOW_TO_READ = (
    "In a trial customers of all arms live in one world; in a roll-out everybody lives under one arm. Each customer of "
    "the trial is held against itself in the roll-out of its own arm, so the luck of who was dealt what cancels: the "
    "last column is not the difference of the two before it, of which one holds the arm's customers and the other "
    "everybody. Years after the horizon are valued by the firm's table on both sides, which knows tier and tenure "
    "alone; what they really bring stands above, under what each arm does."
)
WITH_RESIDUAL = "net_value_with_residual_per_customer"
BY_TABLE = " by the firm's table of later years"
NOTHING = (
    "Here nothing passes from one customer to another across arms: each lives in the trial as in the roll-out of its "
    "arm, so a trial misses nothing of that kind."
)
ONLY_NOISE = (
    "What passes from customer to customer makes no difference that this many replications could tell from 0: trial "
    "and roll-out agree."
)


def interference_table(experiment: Experiment, summary: Summary) -> Table | None:
    """Each arm's mean in the trials and in its roll-out; None where they are the same customer by customer."""
    found = experiment.get("interference", ())
    if not _anything(experiment):
        return None
    columns = [Column("arm", words=True), Column("in the trials"), Column("everybody under it"), Column("difference")]
    rows = []
    for row in found:
        unit = unit_of(row["metric"], summary)
        name = ", ".join(part for part in (metric_name(row["metric"]), unit_name(unit)) if part)
        cells = [cell(row[key], unit, bare=True) for key in ("trial", "rollout")]
        cells.append(cell(row["difference"], difference_unit(unit), sign=True, bare=unit != "share"))
        rows.append(Row((text(row["arm"]), *cells), group=name))
    return table(columns, rows)


def interference_words(experiment: Experiment, summary: Summary) -> list[str]:
    """Say what each contrast seems in the trial and what it is where everybody is under its arms."""
    if not experiment.get("interference"):
        return []
    if not _anything(experiment):
        return [NOTHING]
    return list(_sentences(experiment, summary)) or [ONLY_NOISE]


def _sentences(experiment: Experiment, summary: Summary) -> Iterator[str]:
    means = {(row["metric"], row["arm"]): point(row["rollout"]) for row in experiment.get("interference", ())}
    for row in experiment.get("contrasts", ()):
        gap = row.get("interference")
        one, other = (means.get((row["metric"], row[key])) for key in ("arm", "against"))
        if not is_interval(gap) or gap["low"] <= 0 <= gap["high"] or one is None or other is None:
            continue
        unit = difference_unit(unit_of(row["metric"], summary))
        everybody, seems = one - other, one - other + gap["value"]
        makes = quantity(everybody, unit, sign=True) + (BY_TABLE if row["metric"] == WITH_RESIDUAL else "")
        if everybody * seems < 0:
            error = "the trial gets the sign wrong"
        else:
            error = "the trial understates it" if abs(seems) < abs(everybody) else "the trial overstates it"
        amount = quantity(abs(gap["value"]), unit)
        low, high = sorted((abs(gap["low"]), abs(gap["high"])))
        limits = span({"value": abs(gap["value"]), "low": low, "high": high}, unit)
        of_it = f", {percent(abs(gap['value'] / everybody))} of it" if everybody else ""
        yield (
            f"{metric_name(row['metric']).capitalize()}: in the trial {row['arm']} against {row['against']} seems "
            f"to make {quantity(seems, unit, sign=True)}; everybody under it, against everybody under "
            f"{row['against']}, makes {makes}: {error}, by {amount}{of_it} (run doubt {limits})."
        )


def _anything(experiment: Experiment) -> bool:
    return any(
        not is_refused(row["difference"]) and (point(row["difference"]) or 0.0) != 0.0
        for row in experiment.get("interference", ())
    )
