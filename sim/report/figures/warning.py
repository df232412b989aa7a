"""Lift beside uplift by tenth of the early-warning score: where aiming by risk and aiming by lift part ways (P-04)."""

from typing import Any

from matplotlib.axes import Axes

from sim.report.figures.style import BLUE, GREEN, SOFT, clean, drawing, new_figure, to_svg
from sim.report.values import Summary, is_interval


def draw_warning(summary: Summary) -> str | None:
    """Draw both by tenth, with run doubt; ``None`` where there is no list, or no doubt to show."""
    rows = (summary.get("early_warning") or {}).get("deciles", ())
    if not rows or not all(is_interval(row[key]) for row in rows for key in ("lift", "saved")):
        return None
    with drawing():
        figure = new_figure(2.6)
        one, other = figure.subplots(1, 2, sharex=True)
        _bars(one, rows, "lift", 1.0, BLUE)
        _bars(other, rows, "saved", 100.0, GREEN)
        one.axhline(1, color=SOFT, linewidth=0.8, linestyle=":")
        one.set_title("risk: lift, times the average")
        other.set_title("call: uplift, points")
        for axes in (one, other):
            axes.axhline(0, color=SOFT, linewidth=0.8)
            axes.set_xticks([row["decile"] for row in rows])
            clean(axes, "y")
        figure.supxlabel("tenth of the customers by score, the highest first", fontsize=8.5)
        return to_svg(figure)


def _bars(axes: Axes, rows: Any, key: str, times: float, colour: str) -> None:
    places = [row["decile"] for row in rows]
    values = [times * row[key]["value"] for row in rows]
    below = [times * (row[key]["value"] - row[key]["low"]) for row in rows]
    above = [times * (row[key]["high"] - row[key]["value"]) for row in rows]
    axes.bar(places, values, color=colour, width=0.7, alpha=0.85)
    axes.errorbar(places, values, yerr=[below, above], fmt="none", ecolor="black", elinewidth=0.8, capsize=1.5)
