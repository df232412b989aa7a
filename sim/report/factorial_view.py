"""Two factors, as they are shown."""

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, point
from sim.report.wording import cell, difference_unit, p_value, percent
from sim.report.words import metric_name, unit_name, unit_of


def factorial_table(experiment: Mapping[str, Any], summary: Summary) -> Table | None:
    """Main effects and interaction, metric by metric: truth, first trial, p, power and coverage."""
    columns = [
        Column("effect", words=True),
        Column("truth"),
        Column("first trial"),
        Column("p"),
        Column("power"),
        Column("coverage"),
    ]
    rows = []
    for row in experiment.get("factorial", ()):
        unit = difference_unit(unit_of(row["metric"], summary))
        cells = [cell(row[key], unit, sign=True, bare=True) for key in ("truth", "effect")]
        cells += [text(p_value(point(row["p_value"])))]
        cells += [text("" if (value := point(row[key])) is None else percent(value)) for key in ("power", "coverage")]
        group = ", ".join(part for part in (metric_name(row["metric"]), unit_name(unit)) if part)
        rows.append(Row((text(row["label"]), *cells), group=group))
    return table(columns, rows)
