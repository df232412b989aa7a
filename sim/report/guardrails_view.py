"""An experiment's guardrails, as they are shown."""

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, point
from sim.report.wording import cell, difference_unit, p_value, percent, quantity
from sim.report.words import metric_name, unit_of

KEEPS = {True: "keeps to it", False: "breaks it", None: "too near to tell"}


def guardrails_table(experiment: Mapping[str, Any], summary: Summary) -> Table | None:
    """Each guardrail of each arm: the margin, the truth, the first trial, and how often trials show that it is kept."""
    columns = [
        Column("arm", words=True),
        Column("truth"),
        Column("in truth", words=True),
        Column("first trial"),
        Column("p"),
        Column("the trial shows it", words=True),
        Column("trials that do"),
    ]
    rows = []
    for row in experiment.get("guardrails", ()):
        unit = difference_unit(unit_of(row["metric"], summary))
        limit = quantity(row["margin"], unit)
        share = point(row["passed"])
        cells = [
            cell(row["truth"], unit, sign=True, bare=True),
            text(KEEPS[row["keeps"]]),
            cell(row["effect"], unit, sign=True, bare=True),
            text(p_value(point(row["p_value"]))),
            text("yes" if row["shown"] else "no"),
            text("" if share is None else percent(share)),
        ]
        group = f"{metric_name(row['metric'])}: not {row['worse']} than the reference by {limit} or more"
        rows.append(Row((text(row["arm"]), *cells), group=group))
    return table(columns, rows)
