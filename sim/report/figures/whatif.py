"""Dose and answer: churn, cost and net value along each varied path, against the value in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from sim.report.figures.style import BLUE, GREEN, INK, SOFT, VERMILLION, PlainTicks, clean, drawing, new_figure, to_svg
from sim.report.values import is_refused
from sim.report.wording import size

Found = Mapping[str, Any]

# what a panel shows: title, and each line's measure, name, colour, marker
_PANELS = (
    ("churn, points", (("churn_rate", "", VERMILLION, "o"),)),
    ("cost, {currency}", (("cost_per_customer", "", INK, "s"),)),
    (
        "net value, {currency}",
        (
            ("net_value_per_customer", "within the horizon", BLUE, "^"),
            ("net_value_with_residual_per_customer", "with residual", GREEN, "D"),
        ),
    ),
)


def draw_whatif(found: Found) -> dict[str, str]:
    """Draw the curves along each path of which several values were lived, the others as at the best point.

    Returns
    -------
    dict
        SVG text by figure name.
    """
    drawn = {}
    for place, one in enumerate(found["varied"]):
        numbers = _along(found, place)
        if len(numbers) > 1:
            drawn[f"curve_{place + 1}"] = _curves(found, one["path"], place, numbers)
    return drawn


def _along(found: Found, place: int) -> list[int]:
    """Give the points that differ from the best at one place only, and the file's where it is among them."""
    best = found["points"][found["best"]]["values"]
    points = found["points"]
    same = [
        number
        for number, one in enumerate(points)
        if all(value == best[other] for other, value in enumerate(one["values"]) if other != place)
    ]
    return sorted(same, key=lambda number: _order(points[number]["values"][place]))


def _order(value: Any) -> tuple[int, float, str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return (1, 0.0, str(value))
    return (0, float(value), "")


def _curves(found: Found, path: str, place: int, numbers: list[int]) -> str:
    values = [found["points"][number]["values"][place] for number in numbers]
    measured = all(_order(value)[0] == 0 for value in values)
    at = [float(value) for value in values] if measured else [float(number) for number in range(len(values))]
    with drawing():
        figure = new_figure(2.7)
        grid = figure.subplots(1, len(_PANELS))
        for axes, (title, lines) in zip(grid, _PANELS, strict=True):
            axes.axhline(0, color=SOFT, linewidth=0.8)
            in_file = found["varied"][place]["in_file"]
            if in_file in values:
                axes.axvline(at[values.index(in_file)], color=SOFT, linewidth=0.8, linestyle=":")
            for line in lines:
                _line(axes, found, numbers, at, line, measured)
            axes.set_title(title.format(currency=found["currency"]), fontsize=8.5)
            axes.yaxis.set_major_formatter(PlainTicks())
            axes.locator_params(axis="y", nbins=6)
            if not measured:
                axes.set_xticks(at, [size(value) or "left out" for value in values])
            clean(axes, "y")
        grid[1].set_xlabel(path)
        grid[-1].legend(loc="best")
        return to_svg(figure)


def _line(
    axes: Axes, found: Found, numbers: list[int], at: list[float], line: tuple[str, str, str, str], joined: bool
) -> None:
    name, label, colour, marker = line
    scale = 100.0 if name == "churn_rate" else 1.0
    given = [
        (x, found["points"][number]["against_file"][name])
        for x, number in zip(at, numbers, strict=True)
        if not is_refused(found["points"][number]["against_file"][name])
    ]
    x = [place for place, _ in given]
    middle, low, high = ([scale * item[key] for _, item in given] for key in ("value", "low", "high"))
    if joined:
        axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
    else:
        axes.vlines(x, low, high, color=colour, linewidth=1.2)
    style = "-" if joined else "none"
    axes.plot(x, middle, color=colour, marker=marker, markersize=4, linestyle=style, label=label)
