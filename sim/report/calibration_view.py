"""What a calibration found, as tables and sentences: targets, parameters, and what the targets do not tell."""

from __future__ import annotations

from collections.abc import Iterator

from sim.evidence.results import Refused
from sim.planning.calibrate import Aim, Calibration, Fitted
from sim.planning.identify import LARGEST_CONDITION
from sim.report.display import Column, Row, Table, table, text
from sim.report.values import RUN
from sim.report.wording import MINUS, Cell, listing, plain

_MOST_SHOWN = 8


def number(value: float) -> str:
    """Write a number as it would stand in a file, with four digits that count."""
    return (f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}").replace("-", MINUS)


def targets_table(found: Calibration) -> Table | None:
    """What was aimed at, and what was reached."""
    columns = [
        Column("target", words=True),
        Column("reported"),
        Column("at the start"),
        Column("reached"),
        Column("missed by", unit="tolerances"),
    ]
    return table(columns, [_target_row(aim) for aim in found.aims])


def _target_row(aim: Aim) -> Row:
    reached = aim.reached
    if isinstance(reached, Refused):
        shown = Cell(refused=reached.reason)
    else:
        shown = Cell(number(reached.value), f"{number(reached.low)} to {number(reached.high)}", RUN)
    target = aim.target
    missed = "" if aim.missed != aim.missed else plain(aim.missed, 1, sign=True)
    what = Cell(target.quantity, target.fact or "")
    return Row((what, text(number(aim.reported)), text(number(aim.start)), shown, text(missed)))


def parameters_table(found: Calibration) -> Table | None:
    """What was fitted, what follows from it, and what stayed."""
    columns = [
        Column("parameter", words=True),
        Column("start"),
        Column("fitted"),
        Column("bounds"),
        Column("state", words=True),
    ]
    rows = [_parameter_row(one) for one in found.fitted]
    for path, (start, value) in found.rests.items():
        rows.append(Row((text(path), text(number(start)), text(number(value)), text(""), text("the rest"))))
    return table(columns, rows)


def _parameter_row(one: Fitted) -> Row:
    parameter = one.parameter
    others = len(parameter.same)
    path = Cell(parameter.path, f"and {others} with the same value" if others else "")
    value = Cell(number(one.value))
    if one.interval is not None:
        value = Cell(number(one.value), f"{number(one.interval.low)} to {number(one.interval.high)}", RUN)
    bounds = f"{number(parameter.low)} to {number(parameter.high)}"
    state = "not identified" if one.state == "held" else one.state
    return Row((path, text(number(parameter.start)), value, text(bounds), text(state)))


def sentences(found: Calibration) -> Iterator[str]:
    """Say what the tables mean."""
    yield _verdict(found)
    if not found.settled:
        yield "The fit used up its steps before it settled: start nearer, or look at the bounds and the targets."
    held = [one for one in found.fitted if one.state == "held"]
    values = ", ".join(f"{value:.2g}" for value in found.singular[:_MOST_SHOWN])
    more = ", ..." if len(found.singular) > _MOST_SHOWN else ""
    if not held:
        ratio = found.singular[0] / found.singular[-1]
        yield (
            f"The targets identify every parameter: the singular values of the scaled Jacobian are {values}{more}, the "
            f"largest {ratio:.2g} times the smallest (not identified from {LARGEST_CONDITION:g} on)."
        )
    silent = [one.parameter.path for one in held if not one.among]
    if silent:
        what = "These parameters move" if len(silent) > 1 else "This parameter moves"
        yield (
            f"Not identified: {listing(silent)}. {what} no target by its tolerance on the way from one bound to the "
            "other, or by no more than run noise, and so stayed at the start."
        )
    for one in held:
        if one.among:
            others = [path for path in one.among if path != one.parameter.path]
            many = len(others) > 1
            fitted = (
                "were fitted for that value of it, and are no findings by themselves"
                if many
                else ("was fitted for that value of it, and is no finding by itself")
            )
            yield (
                f"Not identified: {listing(list(one.among))}, which the targets tell only together. "
                f"{one.parameter.path} stayed at the start; {listing(others)} {fitted}."
            )
    if held and found.singular:
        yield f"Of the others the singular values of the scaled Jacobian are {values}{more}."
    for one in found.fitted:
        if one.state.startswith("at its"):
            yield f"{one.parameter.path} ended {one.state}: the targets ask for more than the bounds allow."


def _verdict(found: Calibration) -> str:
    missed = [aim.target.quantity for aim in found.aims if not abs(aim.missed) <= 1]
    steps = "1 step" if found.steps == 1 else f"{found.steps} steps"
    lived = f"{steps}, {found.worlds} worlds lived {found.replications} times at most, seed {found.seed}"
    if not missed:
        return f"Every target is met within its tolerance ({lived})."
    return f"Not met within its tolerance: {listing(missed)} ({lived})."
