"""From a file of customers to a trial's records, or everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.scenario.data_schema import SHARE, STANDARD, Data
from sim.scenario.loaded import Loaded
from sim.scenario.problems import nearest, one_of, shown
from sim.scenario.study_schema import Study
from sim.study.records import Flags, Groups, Lives, Numbers, Records, Whole
from sim.study.table import Table

OF_COLUMNS = (
    "arm", "customer", "left", "days", "reason", "revenue", "cost", "net_value", "circle", "received", "exposed_day",
    "redeemed", "answered",
)  # fmt: skip


class Source(NamedTuple):
    """A trial's records, and where they came from."""

    records: Records
    file: Path
    sha256: str


def read_records(file: Path, loaded: Loaded[Study]) -> Source:
    """Read a trial's data by the columns that the experiment's file names.

    Parameters
    ----------
    file
        CSV or Parquet, a row a customer.
    loaded
        The experiment's file.

    Raises
    ------
    InputProblems
        With a line a problem: file, row, column, value, rule.
    """
    study = loaded.value
    table = Table(file, _wanted(loaded))
    arm = _arms(table, study, study.data.arm)
    _customers_once(table, study.data.customer)
    cost, lives = _cost(table, study.data, study, arm), _lives(table, study)
    records = Records(
        arm=arm,
        values=_values(table, study, cost, lives),
        per={
            name: table.numbers(metric.per, least=0.0)
            for name, metric in study.data.metrics.items()
            if metric.per is not None and name in study.metrics
        },
        cost=cost,
        stratum=_stratum(table, study),
        circle=_circle(table, study, arm),
        lives=lives,
        covariates={column: table.numbers(column) for column in study.data.covariates},
        subgroups={column: table.groups(column) for column in study.data.subgroups},
        received=None if study.data.received is None else _arms(table, study, study.data.received),
        exposed_day=_optional(table, study.data.exposed_day, may_lack=True),
        redeemed=_optional(table, study.data.redeemed),
        answered=None if study.data.answered is None else table.flags(study.data.answered),
    )
    table.check()
    return Source(records, file, table.sha256)


def _wanted(loaded: Loaded[Study]) -> dict[str, str]:
    study = loaded.value
    named: list[tuple[str | None, tuple[str, ...]]] = [(getattr(study.data, key), ("data", key)) for key in OF_COLUMNS]
    for name, metric in study.data.metrics.items():
        named += [(column, ("data", "metrics", name)) for column in (metric.column, metric.per)]
    for key in ("covariates", "subgroups"):
        named += [(column, ("data", key)) for column in getattr(study.data, key)]
    named += [(column, ("assignment", "strata")) for column in study.assignment.strata]
    places = loaded.places
    return {column: f"{loaded.file}:{places.line(path, of_key=True)}" for column, path in named if column is not None}


def _arms(table: Table, study: Study, column: str) -> Whole:
    entries = {study.data.arms.get(name, name): place for place, name in enumerate(study.arms)}
    found = table.groups(column)
    known = np.array([entries.get(name, -1) for name in found.names] + [-1], dtype=np.int64)
    arm: Whole = known[found.number]

    def rule(entry: str) -> str:
        hint = nearest(entry, entries)
        likely = f" (did you mean {shown(hint)}?)" if hint else ""
        return f"{one_of(entries)}: the arms of the experiment's file{likely}"

    table.note(column, (arm < 0) & (found.number >= 0), rule)
    return arm


def _customers_once(table: Table, column: str | None) -> None:
    if column is None:
        return
    found = table.groups(column)
    _, first, again = np.unique(found.number, return_index=True, return_inverse=True)
    places = first[again]
    twice = (places < np.arange(len(places))) & (found.number >= 0)
    if twice.any():
        row = table.row(int(places[int(np.flatnonzero(twice)[0])]))
        table.note(column, twice, f"one row a customer (it stands in row {row} already)")


def _values(table: Table, study: Study, cost: Numbers | None, lives: Lives | None) -> dict[str, Numbers]:
    values = {}
    for name in study.metrics:
        if name == "churn_rate":
            left = table.flags(str(study.data.left)) if lives is None else lives.left
            values[name] = left.astype(np.float64)
        elif name == "cost_per_customer" and cost is not None:
            values[name] = cost
        elif name in STANDARD:
            least = None if name == "net_value_per_customer" else 0.0
            values[name] = table.numbers(str(getattr(study.data, STANDARD[name])), least=least)
        elif study.data.metrics[name].unit == SHARE and study.data.metrics[name].per is None:
            values[name] = table.flags(study.data.metrics[name].column).astype(np.float64)
        else:
            metric = study.data.metrics[name]
            values[name] = table.numbers(metric.column, least=None if metric.may_be_negative else 0.0)
    return values


def _cost(table: Table, data: Data, study: Study, arm: Whole) -> Numbers | None:
    if data.cost is not None:
        return table.numbers(data.cost, least=0.0)
    if not data.costs:
        return None
    by_arm: Numbers = np.array([data.costs[name] for name in study.arms])[arm]
    return by_arm


def _optional(table: Table, column: str | None, *, may_lack: bool = False) -> Numbers | None:
    return None if column is None else table.numbers(column, least=0.0, may_lack=may_lack)


def _stratum(table: Table, study: Study) -> Groups | None:
    if study.assignment.method != "stratified":
        return None
    columns = [table.groups(column) for column in study.assignment.strata]
    number = np.zeros(table.rows, dtype=np.int64)
    for column in columns:
        number = number * max(len(column.names), 1) + np.maximum(column.number, 0)
    there, dense = np.unique(number, return_inverse=True)
    names = []
    for code in there.tolist():
        parts, rest = [], code
        for column in reversed(columns):
            rest, place = divmod(rest, max(len(column.names), 1))
            parts.append(column.names[place] if column.names else "")
        names.append(" x ".join(reversed(parts)))
    return Groups(dense.astype(np.int64), tuple(names))


def _circle(table: Table, study: Study, arm: Whole) -> Whole | None:
    column = study.data.circle
    if column is None:
        return None
    number = table.groups(column).number
    _, first, inverse = np.unique(number, return_index=True, return_inverse=True)
    other = arm != arm[first[inverse]]
    table.note(column, other, "a circle whose customers are all of one arm, since circles were assigned")
    return number


def _lives(table: Table, study: Study) -> Lives | None:
    """Days cut at the horizon: who left later was still there."""
    data = study.data
    if data.left is None or data.days is None or study.horizon_days is None:
        return None
    left, days = table.flags(data.left), table.numbers(data.days, least=0.0)
    within = left & (days <= study.horizon_days)
    cut = np.minimum(days, study.horizon_days)
    if data.reason is None:
        return Lives(cut, within)
    found = table.groups(data.reason, may_lack=True)
    table.note(data.reason, left & (found.number < 0), f"a reason, since {data.left} is 1")
    _no_reason_to_stay(table, data, left, found)
    return Lives(cut, within, np.where(within, found.number + 1, 0), found.names)


def _no_reason_to_stay(table: Table, data: Data, left: Flags, found: Groups) -> None:
    table.note(str(data.reason), ~left & (found.number >= 0), f"empty, since {data.left} is 0")
