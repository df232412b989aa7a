"""The effect by each day of the follow-up: the truth as a line, the first trial as points with its doubt."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from sim.report.figures.style import SOFT, ArmStyle, PlainTicks, arm_styles, clean, drawing, new_figure, to_svg
from sim.report.values import Summary, is_interval
from sim.report.wording import difference_unit
from sim.report.words import metric_name, unit_name, unit_of

OFFSET = 0.012  # of the axis, between the points of contrasts on one day


def draw_follow_up(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Draw a panel a metric; ``None`` without follow-up days."""
    rows = [row for row in experiment.get("follow_up", ()) if is_interval(row.get("truth"))]
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    if not metrics:
        return None
    styles = arm_styles(experiment)
    with drawing():
        figure = new_figure(2.7)
        grid = figure.subplots(1, len(metrics), squeeze=False)[0]
        for axes, metric in zip(grid, metrics, strict=True):
            unit = difference_unit(unit_of(metric, summary))
            _panel(axes, [row for row in rows if row["metric"] == metric], styles, 100.0 if unit == "points" else 1.0)
            name = unit_name(unit)
            axes.set_title(f"{metric_name(metric)}, {name}" if name else metric_name(metric), fontsize=8.5)
            axes.set_xlabel("followed for, days")
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        return to_svg(figure)


def _panel(axes: Axes, rows: list[Mapping[str, Any]], styles: Mapping[str, ArmStyle], scale: float) -> None:
    axes.axhline(0.0, color=SOFT, linewidth=0.8)
    pairs = list(dict.fromkeys((row["arm"], row["against"]) for row in rows))
    span = max(row["day"] for row in rows)
    for place, (arm, against) in enumerate(pairs):
        mine = [row for row in rows if (row["arm"], row["against"]) == (arm, against)]
        style, days = styles[arm], [row["day"] for row in mine]
        low, value, high = ([scale * row["truth"][key] for row in mine] for key in ("low", "value", "high"))
        axes.fill_between(days, low, high, color=style.colour, alpha=0.15, linewidth=0)
        axes.plot(days, value, color=style.colour, linestyle=style.line, label=f"{arm} against {against}")
        shift = span * OFFSET * (place - (len(pairs) - 1) / 2)
        for row in mine:
            effect = row["effect"]
            if is_interval(effect):
                at = row["day"] + shift
                axes.plot([at, at], [scale * effect["low"], scale * effect["high"]], color=style.colour, linewidth=0.9)
                axes.plot(
                    at,
                    scale * effect["value"],
                    marker=style.marker,
                    color=style.colour,
                    markerfacecolor="white",
                    markersize=4.5,
                )
    axes.set_xticks(sorted({row["day"] for row in rows}))
    axes.xaxis.set_major_formatter(lambda day, _: f"{day:g}")
    axes.yaxis.set_major_formatter(PlainTicks())
    clean(axes, "y")
