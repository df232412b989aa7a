"""What a what-if question found, as sentences and tables, for terminal, page and CSV alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.tables import number_columns, number_parts, to_csv
from sim.report.values import is_refused, point
from sim.report.wording import Cell, cell, difference_unit, listing, quantity, size, span
from sim.report.words import metric_name, unit_name

Found = Mapping[str, Any]
"""The content of ``whatif.json``."""

SHOWN = (
    "churn_rate",
    "cost_per_customer",
    "net_value_per_customer",
    "net_value_with_residual_per_customer",
)
AT_DESK = ("mean_wait_minutes", "abandoned_share")
HEADS = {
    "churn_rate": "churn",
    "cost_per_customer": "cost",
    "net_value_per_customer": "net value, within horizon",
    "net_value_with_residual_per_customer": "net value, with residual",
}
_MOST_LISTED = 6


def value_words(value: object) -> str:
    """Write a value as it would stand in a file; what is left out says so."""
    return "left out" if value is None else size(value)


def point_words(found: Found, number: int) -> str:
    """Name a point by its values; paths only where several are varied."""
    values = found["points"][number]["values"]
    if len(values) == 1:
        return value_words(values[0])
    paths = short_paths(found)
    return ", ".join(f"{path} {value_words(value)}" for path, value in zip(paths, values, strict=True))


def short_paths(found: Found) -> list[str]:
    """Give the ends of the varied paths, as long as it takes to tell them apart."""
    paths = [one["path"].split(".") for one in found["varied"]]
    for length in range(1, max(map(len, paths))):
        ends = [".".join(path[-length:]) for path in paths]
        if len(set(ends)) == len(ends):
            return ends
    return [".".join(path) for path in paths]


def question_words(found: Found) -> str:
    """Say what was asked."""
    parts = [f"{one['path']} were {listing([value_words(v) for v in one['values']], 'or')}" for one in found["varied"]]
    return f"What if {listing(parts)}?"


def answer_words(found: Found) -> Iterator[str]:
    """Say which value is best, by how much, who is as good, and what it rests on."""
    points, best = found["points"], found["best"]
    if not _changes(found):
        yield f"None of these values changes anything that is counted, under the policy “{found['policy']}”."
        return
    yield _best(found)
    others = [point_words(found, n) for n, one in enumerate(points) if one["as_good"] and n != best]
    if others:
        yield (
            f"Not told apart from it by {found['replications']} replications: {_cut(others)} "
            "(the truly best of the values lived is among these, at 95%)."
        )
    else:
        yield "Every other value is worse beyond run doubt (95% for all together)."
    if not points[best]["named"]:
        yield (
            f"Nobody had asked for it: neither the file nor one of its experiments names {point_words(found, best)}. "
            "So it rests on the curve that is put in, not on anything that was tried."
        )
    for edge in found["edges"]:
        end = "lowest" if edge["side"] == "lower" else "highest"
        yield f"It is the {end} value of {edge['path']}: {edge['side']} ones may be better."
    yield from _within(found)
    yield from _rests_on(found)


def _changes(found: Found) -> bool:
    """Whether any value makes a difference to any measure in any replication."""
    differences = [one["against_file"][name] for one in found["points"] for name in found["definitions"]]
    return any(is_refused(item) or (item["low"], item["high"]) != (0, 0) for item in differences)


def _best(found: Found) -> str:
    points, best, rival, objective = found["points"], found["best"], found["rival"], found["objective"]
    unit = found["definitions"][objective]["unit"]
    if best == 0:
        gain = _gain_at_centre(found)
        keep = f"Keep {point_words(found, 0)}, as in the file"
        return f"{keep}: the next best, {point_words(found, rival)}, has {_amount(gain, unit)} less {_of(objective)}."
    against = points[best]["against_file"]
    changes = []
    for name in ("churn_rate", "cost_per_customer"):
        change = point(against[name])
        if change is not None:
            verb = "falls" if change < 0 else "rises" if change > 0 else "stays"
            amount = quantity(abs(change), difference_unit(found["definitions"][name]["unit"]))
            changes.append(f"{metric_name(name)} {verb} by {amount}")
    named = f"Best is {point_words(found, best)} (the file has {point_words(found, 0)})"
    return f"{named}: {_amount(against[objective], unit)} more {_of(objective)}; {listing(changes)}."


def _gain_at_centre(found: Found) -> Mapping[str, Any]:
    """Give the file's point less its rival's, from the rival's difference from the file's."""
    less: Mapping[str, Any] = found["points"][found["rival"]]["against_file"][found["objective"]]
    if is_refused(less):
        return less
    return {**less, "value": -less["value"], "low": -less["high"], "high": -less["low"]}


def _of(objective: str) -> str:
    residual = ", residual value included" if "residual" in objective else " within the horizon"
    return f"net value a customer of day 0{residual}"


def _amount(gain: Mapping[str, Any], unit: str) -> str:
    if is_refused(gain):
        return f"an amount that is not given ({gain['refused']})"
    return f"{quantity(gain['value'], unit)} (run doubt {span(gain, unit)})"


def _cut(names: Sequence[str]) -> str:
    shown = list(names[:_MOST_LISTED])
    return listing(shown) if len(names) <= _MOST_LISTED else f"{', '.join(shown)} and {len(names) - len(shown)} more"


def _within(found: Found) -> Iterator[str]:
    """Say what would be best if only the horizon counted, where that is something else."""
    name = "net_value_per_customer"
    values = [point(one["measures"][name]) for one in found["points"]]
    if found["objective"] == name or any(value is None for value in values):
        return
    best = max(range(len(values)), key=lambda number: values[number] or 0.0)
    if best != found["best"]:
        yield f"Within the horizon alone {point_words(found, best)} would be best."


def _rests_on(found: Found) -> Iterator[str]:
    """Name the doubtful world that leaves least of the gain, with the reason of its assumption."""
    worlds = [world for world in found["doubt"] if point(world["gain"]) is not None]
    if not worlds:
        yield "No number of this scenario carries a range, so nothing can be said of assumption doubt."
        return
    turned = [world for world in worlds if world["best"] != found["best"]]
    least = min(turned or worlds, key=lambda world: world["gain"]["value"])
    unit = found["definitions"][found["objective"]]["unit"]
    why = _reason(least)
    what = "left of the gain" if found["best"] != 0 else "left of its lead"
    rival = "" if least["best"] == found["best"] else f", and {point_words(found, least['best'])} is best"
    yield (
        f"Assumption doubt: least is {what} at {least['path']} = {size(least['value'])} instead of "
        f"{size(least['central'])}: {_amount(least['gain'], unit)}{rival}. {why}"
    )
    if not turned:
        yield f"It is best in all {len(worlds)} worlds in which one assumption stands at an end of its range."
    else:
        named = [f"{w['path']} = {size(w['value'])} ({point_words(found, w['best'])})" for w in turned]
        yield f"Another value is best in {len(turned)} of {len(worlds)} such worlds: {_cut(named)}."


def _reason(world: Mapping[str, Any]) -> str:
    if world["assumed"]:
        return f"That number is assumed: {world['assumed']}."
    return (
        f"That number is from {world['source']}." if world["source"] else "That number has neither source nor reason."
    )


def setting_words(found: Found) -> Iterator[str]:
    """Say what was lived and what the difference is between one value and another."""
    yield (
        f"Everybody lives under the policy “{found['policy']}” for {size(found['horizon_days'])} days, "
        f"{found['replications']} times from {size(found['customers'])} customers on day 0, seed {found['seed']}. "
        "Money is that of the firm's books, of those who join too, over the customers of day 0."
    )
    decided = [one["path"] for one in found["varied"] if one["decided"]]
    others = [one["path"] for one in found["varied"] if not one["decided"]]
    if decided:
        yield f"The firm decides {listing(decided)}: day 0 is the same, and a change holds from then on."
    if others:
        yield (
            f"The firm does not decide {listing(others)}: with another value the world was another one before day 0 "
            "too, so part of a difference is a different base on day 0."
        )


def measures_table(found: Found) -> Table | None:
    """Every value with what it comes to."""
    names = _names(found)
    units = {name: found["definitions"][name]["unit"] for name in names}
    columns = [Column("value", words=True), *(Column(_head(name), unit=unit_name(units[name])) for name in names)]
    rows = []
    for number, one in enumerate(found["points"]):
        cells = [cell(point(one["measures"][name]), units[name], bare=True) for name in names]
        rows.append(Row((_label(found, number), *cells), mark="chosen" if one["best"] else ""))
    return table([*columns], rows)


def differences_table(found: Found) -> Table | None:
    """Every value against the file's, with run doubt."""
    names = _names(found)
    units = {name: difference_unit(found["definitions"][name]["unit"]) for name in names}
    columns = [Column("value", words=True)]
    columns += [
        Column(_head(name), unit="points" if units[name] == "points" else unit_name(units[name])) for name in names
    ]
    rows = []
    for number, one in enumerate(found["points"]):
        if one["in_file"]:
            continue
        cells = [_bare(cell(one["against_file"][name], units[name], sign=True, bare=True)) for name in names]
        rows.append(Row((_label(found, number), *cells), mark="chosen" if one["best"] else ""))
    return table(columns, rows)


def _bare(shown: Cell) -> Cell:
    return Cell(shown.value.removesuffix(" points"), shown.span, shown.doubt, shown.refused)


def _names(found: Found) -> list[str]:
    return [name for name in (*SHOWN, *AT_DESK) if name in found["definitions"]]


def _head(name: str) -> str:
    return HEADS.get(name, metric_name(name))


def _label(found: Found, number: int) -> Cell:
    one = found["points"][number]
    marks = [
        "in the file" if one["in_file"] else "",
        "best" if one["best"] else "as good" if one["as_good"] else "",
    ]
    said = ", ".join(mark for mark in marks if mark)
    return Cell(point_words(found, number), f"({said})" if said else "")


def doubt_table(found: Found) -> Table | None:
    """The gain of the best value in every doubtful world."""
    unit = found["definitions"][found["objective"]]["unit"]
    columns = [
        Column("assumption", words=True),
        Column("value"),
        Column("gain of the best", unit=unit_name(unit)),
        Column("best there", words=True),
        Column("in the file", words=True),
    ]
    rows = []
    for world in found["doubt"]:
        turned = world["best"] != found["best"]
        cells = (
            text(world["path"]),
            text(size(world["value"])),
            cell(world["gain"], unit, sign=True, bare=True),
            text(point_words(found, world["best"])),
            text(_why(world)),
        )
        rows.append(Row(cells, mark="turned" if turned else ""))
    return table(columns, rows)


def _why(world: Mapping[str, Any]) -> str:
    reason = world["assumed"] or (f"source: {world['source']}" if world["source"] else "no reason given")
    return f"{size(world['central'])}; {reason}"


def whatif_csv(found: Found) -> str:
    """Write a row a value: what it comes to, and against the file's."""
    names = list(found["definitions"])
    header = [one["path"] for one in found["varied"]] + ["in_file", "asked", "named", "best", "as_good"]
    for name in names:
        header += number_columns(name) + number_columns(f"{name}_against_file")
    rows = []
    for one in found["points"]:
        row = [*one["values"], *(one[key] for key in ("in_file", "asked", "named", "best", "as_good"))]
        for name in names:
            row += [*number_parts(one["measures"][name]), *number_parts(one["against_file"][name])]
        rows.append(row)
    return to_csv(header, rows)


def doubt_csv(found: Found) -> str:
    """Write a row a doubtful world."""
    header = ["path", "level", "value", "central", *number_columns("gain")]
    header += [f"best_{one['path']}" for one in found["varied"]] + ["stands", "assumed", "source"]
    rows = []
    for world in found["doubt"]:
        row = [world["path"], world["level"], world["value"], world["central"], *number_parts(world["gain"])]
        row += [*found["points"][world["best"]]["values"], world["best"] == found["best"]]
        rows.append([*row, world["assumed"], world["source"]])
    return to_csv(header, rows)
