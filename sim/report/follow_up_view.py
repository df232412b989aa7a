"""Effects by each day of the follow-up, as they are shown, and whether their sign turns."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, is_interval, point
from sim.report.wording import cell, difference_unit, p_value, percent, quantity
from sim.report.words import metric_name, unit_name, unit_of

HOW_TO_READ = (
    "Every customer was followed so far; days after the horizon are lived without the campaign. Misled: share of "
    "trials that find, on that day, a difference of the sign that the truth of the last day does not have."
)


def follow_up_table(experiment: Mapping[str, Any], summary: Summary) -> Table | None:
    """Truth, first trial, power and misled trials of each contrast, a row a day."""
    columns = [
        Column("day", words=True),
        Column("customers"),
        Column("truth"),
        Column("first trial"),
        Column("p"),
        Column("power"),
        Column("misled"),
    ]
    rows = []
    for row in experiment.get("follow_up", ()):
        unit = difference_unit(unit_of(row["metric"], summary))
        name = ", ".join(part for part in (metric_name(row["metric"]), unit_name(unit)) if part)
        cells = [cell(row["customers"], "count")]
        cells += [cell(row[key], unit, sign=True, bare=True) for key in ("truth", "effect")]
        cells += [text(p_value(point(row["p_value"])))]
        cells += [text("" if (value := point(row[key])) is None else percent(value)) for key in ("power", "misled")]
        rows.append(Row((text(f"{row['day']:g}"), *cells), group=f"{name}: {row['arm']} against {row['against']}"))
    return table(columns, rows)


def turns(experiment: Mapping[str, Any], summary: Summary) -> Iterator[str]:
    """Say where the true effect of an early day and that of the last one point in opposite directions."""
    series: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in experiment.get("follow_up", ()):
        if is_interval(row["truth"]) and not row["truth"]["low"] <= 0 <= row["truth"]["high"]:
            series.setdefault((row["metric"], row["arm"], row["against"]), []).append(row)
    for (metric, arm, against), rows in series.items():
        first, last = rows[0], rows[-1]
        if first["truth"]["value"] * last["truth"]["value"] >= 0:
            continue
        unit = difference_unit(unit_of(metric, summary))
        early, late = (quantity(row["truth"]["value"], unit, sign=True) for row in (first, last))
        misled = point(first["misled"])
        found = f" A trial that ends then is misled in {percent(misled)} of cases." if misled is not None else ""
        yield (
            f"The sign turns: {metric_name(metric)} under {arm} against {against} is {early} by day {first['day']:g}, "
            f"but {late} by day {last['day']:g}.{found}"
        )
