"""The same trials by other procedures, as they are shown."""

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, point
from sim.report.wording import cell, difference_unit, p_value, percent
from sim.report.words import REASONS, as_words, metric_name, unit_name, unit_of

NAMES = {
    "days_there": ("mean days still there", "days"),
    "revenue_per_active_month": ("revenue by month that anybody was there", ""),
    "kept_revenue": ("share of the fees at the start still there", "share"),
}
KINDS = {
    "gone": ("gone", "share"),
    "adjusted": ("adjusted for the fee at the start", ""),
    "bootstrap": ("resampled", ""),
}


def beside_table(experiment: Mapping[str, Any], summary: Summary) -> Table | None:
    """Truth, first trial, p, power and coverage of each contrast by each procedure."""
    columns = [
        Column("contrast", words=True),
        Column("truth"),
        Column("first trial"),
        Column("p"),
        Column("power"),
        Column("coverage"),
    ]
    rows = []
    for row in sorted(experiment.get("beside", ()), key=lambda row: _order(experiment, row["what"])):
        name, unit = _named(row["what"], summary)
        unit = difference_unit(unit)
        cells = [cell(row[key], unit, sign=True, bare=True) for key in ("truth", "effect")]
        cells += [text(p_value(point(row["p_value"])))]
        cells += [text("" if (value := point(row[key])) is None else percent(value)) for key in ("power", "coverage")]
        group = ", ".join(part for part in (name, unit_name(unit)) if part)
        rows.append(Row((text(f"{row['arm']} against {row['against']}"), *cells), group=group))
    return table(columns, rows)


def methods(experiment: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how each was made."""
    found = {row["what"].partition(":")[0]: str(row["method"]) for row in experiment.get("beside", ())}
    return [((NAMES.get(what) or KINDS[what])[0], method) for what, method in found.items()]


def _order(experiment: Mapping[str, Any], what: str) -> int:
    return list(dict.fromkeys(row["what"] for row in experiment["beside"])).index(what)


def _named(what: str, summary: Summary) -> tuple[str, str]:
    """Return what a reader calls it, and the unit of its level."""
    currency = str(summary.get("currency", "yuan"))
    if what in NAMES:
        name, unit = NAMES[what]
        return name, unit or currency
    kind, _, of = what.partition(":")
    if kind == "gone":
        return f"gone: {REASONS.get(of, as_words(of))}", "share"
    return f"{metric_name(of)}, {KINDS[kind][0]}", unit_of(of, summary)
