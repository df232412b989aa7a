"""Looking at a trial while it runs, as it is shown."""

from collections.abc import Mapping
from math import exp
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import is_interval, point
from sim.report.wording import cell, listing, p_value, percent, size

WAYS = {
    "planned": "planned looks",
    "any_time": "confidence sequence",
    "peeking": "uncorrected looks",
    "once": "one look at the end",
}
SPENDING = {"obrien_fleming": "O'Brien-Fleming", "pocock": "Pocock"}


def looks_table(experiment: Mapping[str, Any]) -> Table | None:
    """Power, true level and duration of each way of looking, and where the first trial stops."""
    columns = [
        Column("way", words=True),
        Column("finds it (power)"),
        Column("stops for harm"),
        Column("false alarms (level)"),
        Column("days it takes"),
        Column("days without an effect"),
        Column("the first trial", words=True),
        Column("its hazard ratio"),
        Column("p"),
    ]
    rows = []
    for row in (experiment.get("looks") or {}).get("rows", ()):
        stopped = "" if row["first_day"] is None else f"day {row['first_day']:g}: {row['first_why']}"
        cells = [cell(row[key], "share") for key in ("power", "harmed", "level")]
        cells += [cell(row[key], "count") for key in ("days", "days_without")]
        cells += [text(stopped), cell(_ratio(row["first"]), "ratio"), text(p_value(point(row["first_p"])))]
        rows.append(Row((text(WAYS[row["way"]]), *cells), group=f"{row['arm']} against {row['against']}"))
    return table(columns, rows)


def _ratio(item: Any) -> Any:
    if not is_interval(item):
        return item
    return {**item, **{key: exp(item[key]) for key in ("value", "low", "high")}}


def in_words(experiment: Mapping[str, Any]) -> list[str]:
    """Say what the plan is, and what looking without one would have done."""
    looks = experiment.get("looks") or {}
    if not looks:
        return []
    days = listing([f"{day:g}" for day in looks["days"]])
    futility = looks["futility"]
    idle = ""
    if futility is not None:
        ratio = size(futility["hazard_ratio"])
        idle = f", and stops when a hazard ratio of {ratio} is no longer to be expected (it may go on)"
    plan = (
        f"Churn is looked at on days {days}; the planned trial spends its error as {SPENDING[looks['spending']]} do"
        f"{idle}. The statistic is the log-rank. Benefit is fewer losses; several contrasts share the error equally, "
        "but not where each look is taken as if it were the only one."
    )
    said = [plan]
    rows = {(row["arm"], row["against"], row["way"]): row for row in looks["rows"]}
    for (arm, against, way), row in rows.items():
        level = point(row["level"])
        if way == "peeking" and level is not None:
            said.append(
                f"{arm} against {against}: who looks as if nobody had looked before raises a false alarm in "
                f"{percent(level)} of trials without any effect, where {percent(row['alpha'])} were meant."
            )
    return said
