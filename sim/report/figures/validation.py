"""Facts against the simulation: each row on a scale of its own, its prediction interval the grey column."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from matplotlib.axes import Axes

from sim.report.figures.style import BAND, BLUE, INK, VERMILLION, clean, drawing, new_figure, to_svg
from sim.report.values import Summary, is_interval

BEYOND = 0.6  # interval widths outside the interval at which a mark is held, drawn as a triangle
KINDS = ("predicted", "fitted")  # what is given was put in, so a picture of it shows nothing
LABEL_WIDTH = 62


def draw_validation(summary: Summary) -> str | None:
    """Draw each reported figure against the simulated interval; ``None`` where no fact has both."""
    rows = [row for row in summary.get("validation", ()) if _drawable(row)]
    groups = {kind: [row for row in rows if row["kind"] == kind] for kind in KINDS}
    groups = {kind: found for kind, found in groups.items() if found}
    if not groups:
        return None
    sizes = [len(found) for found in groups.values()]
    with drawing():
        figure = new_figure(0.55 + 0.35 * len(groups) + 0.19 * sum(sizes))
        ratios = [size + 0.6 for size in sizes]
        grid = figure.subplots(len(groups), 1, squeeze=False, gridspec_kw={"height_ratios": ratios})[:, 0]
        for axes, (kind, found) in zip(grid, groups.items(), strict=True):
            _panel(axes, found)
            axes.set_title(kind, fontsize=8.5)
        grid[-1].set_xticks([0, 1], ["low end", "high end"])
        grid[-1].set_xlabel("simulated 95% prediction interval")
        return to_svg(figure)


def _panel(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    axes.axvspan(0, 1, color=BAND, linewidth=0)
    for place, row in enumerate(reversed(rows)):
        simulated = row["simulated"]
        width = simulated["high"] - simulated["low"]
        axes.plot((simulated["value"] - simulated["low"]) / width, place, marker="|", color=INK, markersize=8)
        at = (row["reported"] - simulated["low"]) / width
        held = min(max(at, -BEYOND), 1 + BEYOND)
        met = row.get("within") is not False
        axes.plot(
            held,
            place,
            marker="o" if held == at else "<" if at < 0 else ">",
            markersize=5.5,
            color=BLUE if met else VERMILLION,
            markerfacecolor=BLUE if met else "white",
            markeredgewidth=1.4,
        )
    labels = [shorten(f"{row['fact']}  {row['name']}", LABEL_WIDTH, placeholder=" …") for row in reversed(rows)]
    axes.set_yticks(range(len(rows)), labels, fontsize=7.5)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(-BEYOND - 0.1, 1 + BEYOND + 0.1)
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    clean(axes)


def _drawable(row: Mapping[str, Any]) -> bool:
    """Say whether a fact has a number and an interval with a width."""
    simulated, reported = row.get("simulated"), row.get("reported")
    if not is_interval(simulated) or isinstance(reported, bool) or not isinstance(reported, int | float):
        return False
    if row.get("compare") in ("at_least", "at_most"):  # there, outside the interval may be met
        return False
    ends = (simulated["low"], simulated["high"])
    return None not in ends and ends[1] > ends[0]
