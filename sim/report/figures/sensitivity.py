"""Tornado of the gain, and Sobol indices with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from sim.report.figures.style import BLUE, INK, ORANGE, SKY, SOFT, PlainTicks, clean, drawing, new_figure, to_svg
from sim.report.values import is_refused, point
from sim.report.wording import size

Found = Mapping[str, Any]


def draw_tornado(found: Found, paths: Sequence[str]) -> str | None:
    """Draw a bar from the low to the high end of each assumption, the widest on top; ``None`` without a gain.

    Parameters
    ----------
    found
        The content of ``sensitivity.json``.
    paths
        In their order from the top.
    """
    middle = point(found["centre"]["gain"])
    if middle is None:
        return None
    with drawing():
        figure = new_figure(0.9 + 0.42 * len(paths))
        axes = figure.subplots()
        axes.axvline(0, color=SOFT, linewidth=0.8)
        axes.axvline(middle, color=INK, linewidth=0.8, linestyle=":")
        for place, path in enumerate(reversed(paths)):
            for end in found["tornado"]:
                if end["path"] == path:
                    _bar(axes, place, end, middle, turned=end["decision"] != found["chosen"])
        axes.set_yticks(range(len(paths)), list(reversed(paths)))
        axes.set_xlabel(f"{found['arm']} less {found['against']}, {found['currency']} a customer")
        axes.margins(x=0.15)
        axes.xaxis.set_major_formatter(PlainTicks())
        axes.spines["left"].set_visible(False)
        clean(axes, "x")
        return to_svg(figure)


def _bar(axes: Axes, place: int, end: Mapping[str, Any], middle: float, *, turned: bool) -> None:
    value = point(end["gain"])
    if value is None:
        return
    high = end["level"] == "high"
    axes.barh(
        place,
        value - middle,
        left=middle,
        height=0.5,
        color=BLUE if high else SKY,
        hatch="////" if turned else "",
        edgecolor="white",
        linewidth=0.3,
    )
    side = 1 if value >= middle else -1
    axes.annotate(
        size(end["value"]),
        (value, place),
        xytext=(3 * side, 0),
        textcoords="offset points",
        va="center",
        ha="left" if side > 0 else "right",
        fontsize=7.5,
    )


def draw_indices(found: Found) -> str | None:
    """Draw first-order and total indices of gain and decision; ``None`` where there are none."""
    joint = found["joint"]
    if is_refused(joint):
        return None
    panels = [(title, joint[key]) for key, title in (("of_gain", "gain"), ("of_decision", "decision"))]
    panels = [(title, rows) for title, rows in panels if not is_refused(rows)]
    if not panels:
        return None
    paths = [factor["path"] for factor in found["factors"]]
    with drawing():
        figure = new_figure(0.9 + 0.42 * len(paths))
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (title, rows) in zip(grid, panels, strict=True):
            for key, colour, marker, shift in (("total", BLUE, "s", 0.12), ("first", ORANGE, "o", -0.12)):
                _points(axes, [row[key] for row in reversed(rows)], (colour, marker, key), shift)
            axes.set_title(f"variance of the {title}", fontsize=8.5)
            axes.axvline(0, color=SOFT, linewidth=0.8)
            axes.set_xlim(-0.25, 1.25)
            axes.set_xlabel("Sobol index")
            clean(axes, "x")
        grid[0].set_yticks(range(len(paths)), list(reversed(paths)))
        grid[-1].legend(loc="lower right")
        return to_svg(figure)


def _points(axes: Axes, items: Sequence[Mapping[str, Any]], look: tuple[str, str, str], shift: float) -> None:
    colour, marker, label = look
    given = [(place + shift, item) for place, item in enumerate(items) if not is_refused(item)]
    places = [place for place, _ in given]
    axes.hlines(places, [item["low"] for _, item in given], [item["high"] for _, item in given], color=colour)
    name = "first order" if label == "first" else label
    axes.plot(
        [item["value"] for _, item in given],
        places,
        marker=marker,
        color=colour,
        linestyle="none",
        label=name,
        markersize=4,
    )
