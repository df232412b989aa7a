"""Doses, as they are shown: of simulated trials and of real ones."""

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import point
from sim.report.wording import cell, p_value, percent
from sim.report.words import metric_name

POINTS = 100  # a slope of a share is told in points a unit of dose


def doses_table(experiment: Mapping[str, Any]) -> Table | None:
    """Trend and least dose, metric by metric; truth and grades where they are known."""
    columns = [
        Column("answer", words=True), Column("truth"), Column("first trial" if _simulated(experiment) else "trial"),
        Column("p"), Column("power"), Column("coverage"), Column("trials that cannot tell"),
    ]  # fmt: skip
    rows = []
    for row in experiment.get("doses", ()):
        trend = row["what"] == "trend"
        truth, effect = (_number(row.get(key), trend) for key in ("truth", "effect"))
        graded = [
            text("" if (share := point(row.get(key))) is None else percent(share)) for key in ("power", "coverage")
        ]
        unable = row.get("refused_share")
        cells = (truth, effect, text(p_value(point(row["p_value"]))), *graded)
        name = "slope, points a unit of dose" if trend else row["label"]
        rows.append(
            Row((text(name), *cells, text("" if unable is None else percent(unable))), group=metric_name(row["metric"]))
        )
    return table(columns, rows)


def _simulated(experiment: Mapping[str, Any]) -> bool:
    return any("truth" in row for row in experiment.get("doses", ()))


def _number(item: Any, trend: bool) -> Any:
    if trend and isinstance(item, Mapping) and "value" in item:
        item = {**item, **{key: item[key] * POINTS for key in ("value", "low", "high") if item.get(key) is not None}}
    return cell(item, "ratio", sign=trend, bare=True) if item is not None else text("")
