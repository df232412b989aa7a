"""What a sensitivity question found, as sentences and tables, for terminal, page and CSV alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.tables import number_columns, number_parts, to_csv
from sim.report.values import is_refused, point
from sim.report.wording import EMPTY, Cell, cell, difference_unit, listing, percent, quantity, size, span
from sim.report.words import metric_name, quoted, unit_name, unit_of

Found = Mapping[str, Any]
"""The content of ``sensitivity.json``."""
_DIGITS = 3
INDEXED = {"of_gain": "gain", "of_decision": "decision"}
"""What the indices are about: its key in the joint draws, and its name."""


def unit(found: Found) -> str:
    """The unit of gain and margin."""
    return difference_unit(unit_of(found["metric"], found))


def answer_words(found: Found) -> Iterator[str]:
    """Say what is decided, in which share of plausible worlds that stands, what it hangs on and where it switches."""
    joint, chosen = found["joint"], quoted(found["chosen"])
    gain = found["centre"]["gain"]
    words = f"With every assumption at its centre {chosen} is taken"
    if not is_refused(gain):
        words += (
            f": {quoted(found['arm'])} has {quantity(gain['value'], unit(found), sign=True)} of "
            f"{metric_name(found['metric'])} against {quoted(found['against'])} (run doubt {span(gain, unit(found))})"
        )
    yield words + "."
    margin = found["centre"]["margin"]
    if is_refused(margin) or margin["low"] <= 0:
        yield "Run doubt could turn that decision itself: more --replications settle it before assumptions do."
    if is_refused(joint):
        yield f"No joint draws: {joint['refused']}."
    else:
        yield _share(found, joint)
        yield from _hangs_on(joint)
    yield from _switches(found)


def _share(found: Found, joint: Mapping[str, Any]) -> str:
    stands, gain = joint["stands"], joint["gain"]
    low, high = (quantity(gain[end], unit(found), sign=True) for end in ("low", "high"))
    return (
        f"The decision stands in {percent(stands['value'])} of plausible worlds (95% interval of {stands['n']} joint "
        f"draws {percent(stands['low'])} to {percent(stands['high'])}); in nine tenths of them the gain of "
        f"{quoted(found['arm'])} lies between {low} and {high}. Run doubt could turn the decision in "
        f"{percent(joint['unsettled'])} of these draws."
    )


def _hangs_on(joint: Mapping[str, Any]) -> Iterator[str]:
    for key, what in (("of_gain", "The gain"), ("of_decision", "The decision")):
        found = joint[key]
        if is_refused(found):
            if key == "of_decision":
                yield f"{what} has no Sobol indices: {found['refused']}."
            continue
        known = [row for row in found if not is_refused(row["total"])]
        if known:
            most = max(known, key=lambda row: row["total"]["value"])
            total = most["total"]
            yield (
                f"{what} hangs most on {most['path']}: total Sobol index {total['value']:.2f} (run doubt "
                f"{total['low']:.2f} to {total['high']:.2f})."
            )


def _switches(found: Found) -> Iterator[str]:
    never = []
    for line in found["switches"]:
        if is_refused(line):
            never.append(line["path"])
            continue
        for one in line["found"]:
            side = "above" if one["stands_above"] else "below"
            yield f"{quoted(found['chosen'])} is right only {side} {line['path']} = {_at(one)}."
    if never:
        yield f"It does not switch anywhere in the range of {listing(never)} alone."


def _at(switch: Mapping[str, Any]) -> str:
    at = switch["at"]
    low = "the range's low end" if switch["open_low"] else number(at["low"])
    high = "the range's high end" if switch["open_high"] else number(at["high"])
    return f"{number(at['value'])} (run doubt {low} to {high})"


def number(value: float) -> str:
    """Write a value that was found, with three digits that count."""
    return size(float(f"{value:.{_DIGITS}g}"))


def budget_words(found: Found) -> Iterator[str]:
    """Say what was lived, and what a range was taken to mean."""
    budget = found["budget"]
    yield (
        f"{budget['worlds']} worlds were lived {budget['replications']} times for the tornado and the switch points, "
        f"{budget['joint_worlds']} joint draws {budget['joint_replications']} times, each with every arm and the same "
        f"luck, seed {found['seed']}: {planned_words(budget)}."
    )
    yield (
        "Joint draws take each range as a triangle with its peak at the central value, or the distribution that the "
        "file gives, and all assumptions as independent."
    )
    joint = found["joint"]
    if not is_refused(joint):
        yield (
            f"At most {percent(joint['noise'])} of the variance of the gain between joint draws can be the noise of "
            "few replications; the same luck in all worlds leaves less of it."
        )
    for one in found["left_out"]:
        yield f"Left out: {one['path']}, because {one['reason']}."


def planned_words(budget: Mapping[str, Any]) -> str:
    """Say how many customer-years that is."""
    return f"about {budget['customer_years'] / 1e6:,.1f} million customer-years besides the search for switch points"


def tornado_table(found: Found) -> Table | None:
    """Every assumption at its ends; the one that moves the gain most first."""
    columns = [
        Column("assumption", words=True),
        Column("value"),
        Column("gain", unit=unit_name(unit(found))),
        Column("margin of the decision", unit=unit_name(unit(found))),
        Column("decision", words=True),
    ]
    rows = [_end("every one at its centre", EMPTY, found["centre"], found)]
    for path in ranked(found):
        ends = [end for end in found["tornado"] if end["path"] == path]
        rows += [_end(path, Cell(size(end["value"])), end, found) for end in ends]
    return table(columns, rows)


def _end(label: str, value: Cell, end: Mapping[str, Any], found: Found) -> Row:
    unit_here = unit(found)
    cells = (
        text(label),
        value,
        cell(end["gain"], unit_here, sign=True, bare=True),
        cell(end["margin"], unit_here, sign=True, bare=True),
        text(end["decision"]),
    )
    return Row(cells, mark="" if end["decision"] == found["chosen"] else "turned")


def ranked(found: Found) -> list[str]:
    """Paths by how far the gain lies apart at the two ends, the widest first."""
    reach = {}
    for factor in found["factors"]:
        gains = [point(end["gain"]) or 0.0 for end in found["tornado"] if end["path"] == factor["path"]]
        reach[factor["path"]] = max(gains, default=0.0) - min(gains, default=0.0)
    return sorted(reach, key=lambda path: -reach[path])


def indices_table(found: Found) -> Table | None:
    """First-order and total Sobol indices, of the gain and of the decision."""
    joint = found["joint"]
    if is_refused(joint):
        return None
    told = {key: what for key, what in INDEXED.items() if not is_refused(joint[key])}
    columns = [Column("assumption", words=True)]
    columns += [Column(f"{order}, {what}") for what in told.values() for order in ("first order", "total")]
    rows = []
    for place, factor in enumerate(found["factors"]):
        cells = [_index(joint[key][place][order]) for key in told for order in ("first", "total")]
        rows.append(Row((text(factor["path"]), *cells)))
    return table(columns, rows)


def _index(item: Mapping[str, Any]) -> Cell:
    if is_refused(item):
        return Cell(refused=item["refused"])
    return cell(item, "ratio")


def factors_table(found: Found) -> Table | None:
    """What was taken to be uncertain, how, and why."""
    columns = [
        Column("assumption", words=True),
        Column("central"),
        Column("drawn from", words=True),
        Column("why", words=True),
    ]
    rows = []
    for factor in found["factors"]:
        why = factor["assumed"] or (f"source: {factor['source']}" if factor["source"] else "no reason given")
        rows.append(Row((text(factor["path"]), text(size(factor["central"])), text(factor["law"]), text(why))))
    return table(columns, rows)


def tornado_csv(found: Found) -> str:
    """Write a row an assumption and end."""
    header = ["path", "level", "value", *number_columns("gain"), *number_columns("margin"), "decision", "stands"]
    rows = [
        [
            end.get("path", ""),
            end.get("level", "centre"),
            end.get("value"),
            *number_parts(end["gain"]),
            *number_parts(end["margin"]),
            end["decision"],
            end["decision"] == found["chosen"],
        ]
        for end in (found["centre"], *found["tornado"])
    ]
    return to_csv(header, rows)


def indices_csv(found: Found) -> str:
    """Write a row an assumption: Sobol indices and switch points."""
    names = ("gain_first", "gain_total", "decision_first", "decision_total")
    header = ["path", "low", "central", "high", "law"] + [part for name in names for part in number_columns(name)]
    header += [*number_columns("switch"), "stands"]
    rows: list[list[object]] = []
    switches = {line["path"]: line for line in found["switches"]}
    for place, factor in enumerate(found["factors"]):
        row = [factor[key] for key in ("path", "low", "central", "high", "law")]
        for key in INDEXED:
            row += [part for order in ("first", "total") for part in number_parts(_one(found, key, place, order))]
        line = switches[factor["path"]]
        if is_refused(line):
            rows.append([*row, *number_parts(line), ""])
        else:
            rows += [
                [*row, *number_parts(one["at"]), "above" if one["stands_above"] else "below"] for one in line["found"]
            ]
    return to_csv(header, rows)


def _one(found: Found, key: str, place: int, order: str) -> Any:
    """Give an index, or the refusal that stands for all of its kind."""
    joint = found["joint"]
    if is_refused(joint):
        return joint
    return joint[key] if is_refused(joint[key]) else joint[key][place][order]
