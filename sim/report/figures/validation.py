"""Facts against the simulation: each row on a scale of its own, its prediction interval the grey column."""

from collections.abc import Mapping
from typing import Any

from sim.report.figures.style import BAND, BLUE, INK, SOFT, VERMILLION, clean, drawing, new_figure, to_svg
from sim.report.values import Summary, is_interval
from sim.report.wording import cell

BEYOND = 0.5  # interval widths outside the interval at which a mark is held, with an arrow's shape


def draw_validation(summary: Summary) -> str | None:
    """Draw each reported figure against the simulated interval; ``None`` where no fact has both."""
    rows = [row for row in summary.get("validation", ()) if _drawable(row)]
    if not rows:
        return None
    with drawing():
        figure = new_figure(0.75 + 0.27 * len(rows))
        axes = figure.subplots()
        axes.axvspan(0, 1, color=BAND, linewidth=0)
        for place, row in enumerate(reversed(rows)):
            simulated = row["simulated"]
            width = simulated["high"] - simulated["low"]
            axes.plot(
                (simulated["value"] - simulated["low"]) / width, place, marker="|", color=INK, markersize=9
            )
            at = (row["reported"] - simulated["low"]) / width
            met = row.get("within") is not False
            held = min(max(at, -BEYOND), 1 + BEYOND)
            marker = "o" if held == at else "<" if at < 0 else ">"
            axes.plot(
                held,
                place,
                marker=marker,
                markersize=6,
                color=BLUE if met else VERMILLION,
                markerfacecolor=BLUE if met else "white",
                markeredgewidth=1.4,
            )
            unit = str(row.get("unit") or "none")
            reported, shown = cell(row["reported"], unit), cell(simulated, unit)
            axes.text(
                1.7, place, f"{reported.value}  |  {shown.value} ({shown.span})", va="center", fontsize=8
            )
        axes.text(1.7, len(rows) - 0.25, "reported | simulated", fontsize=8, color=SOFT, va="bottom")
        labels = [f"{row['fact']}  {row['name']}, {row['kind']}" for row in reversed(rows)]
        axes.set_yticks(range(len(rows)), labels)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlim(-0.6, 1.6)
        axes.set_xticks([0, 1], ["low end", "high end"])
        axes.set_xlabel("simulated 95% prediction interval")
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        clean(axes)
        return to_svg(figure)


def _drawable(row: Mapping[str, Any]) -> bool:
    """Say whether a fact has a number and an interval with a width."""
    simulated, reported = row.get("simulated"), row.get("reported")
    if not is_interval(simulated) or isinstance(reported, bool) or not isinstance(reported, int | float):
        return False
    ends = (simulated["low"], simulated["high"])
    return None not in ends and ends[1] > ends[0]
