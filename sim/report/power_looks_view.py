"""How a design goes that is looked at while it runs, as `sim power` shows it."""

from __future__ import annotations

from sim.planning.power import Study
from sim.planning.power_looks import AXIS
from sim.planning.power_points import Point
from sim.report.display import Column, Row, Table, table, text
from sim.report.looks_view import SPENDING, WAYS
from sim.report.power_view import plain
from sim.report.wording import EMPTY, Cell, cell, listing

LOOKED_AT = (
    "Churn is looked at by the log-rank; several contrasts share the error, but not where each look is taken as if it "
    "were the only one. A trial ends with the last contrast that stops; customers are those who have begun by then, "
    "cost is what the arms have cost by then more than the reference would have."
)


def looks_table(study: Study, currency: str) -> Table | None:
    """Power, level and duration of each contrast by each way of looking, then the whole trial's; None without looks."""
    if study.experiment.looks is None:
        return None
    columns = [
        Column("way", words=True, short=True), Column("power"), Column("level"), Column("days"),
        Column("days without an effect"), Column("customers"), Column("cost", unit=currency),
    ]  # fmt: skip
    rows = []
    for first in study.of(AXIS, "power", "planned"):
        pair = (first.arm, first.against)
        for way, name in WAYS.items():
            shares = [_cell(study, measure, way, pair, "share") for measure in ("power", "level")]
            days = [_cell(study, measure, way, pair, "count") for measure in ("days", "days_without")]
            rows.append(Row((text(name), *shares, *days, EMPTY, EMPTY), group=" against ".join(pair)))
    for way, name in WAYS.items():
        length, customers, cost = (
            _cell(study, f"trial:{measure}", way, ("", ""), kind)
            for measure, kind in (("days", "count"), ("customers", "count"), ("cost", currency))
        )
        cells = (text(name), EMPTY, EMPTY, length, EMPTY, customers, cost)
        rows.append(Row(cells, group="the whole trial"))
    return table(columns, rows)


def in_words(study: Study) -> str:
    """Say what is looked at and when; nothing where no looks are planned."""
    plan = study.experiment.looks
    if plan is None:
        return ""
    days = listing([f"{day:g}" for day in plan.days])
    return f"Looks on days {days}; the planned ones spend their error as {SPENDING[plan.spending]} do. {LOOKED_AT}"


def _cell(study: Study, measure: str, way: str, pair: tuple[str, str], kind: str) -> Cell:
    found: Point = next(p for p in study.of(AXIS, measure, way) if (p.arm, p.against) == pair)
    return cell(plain(found.value), kind)
