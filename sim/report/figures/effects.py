"""Effects: truth and first trial side by side, a metric a panel, so that their doubts are seen apart."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes

from sim.report.experiment_view import ordered_contrasts, versus
from sim.report.figures.style import (
    SOFT,
    ArmStyle,
    PlainTicks,
    arm_styles,
    clean,
    drawing,
    new_figure,
    title_width,
    to_svg,
)
from sim.report.values import Summary, is_interval
from sim.report.wording import difference_unit
from sim.report.words import is_about_firm, metric_name, unit_name, unit_of

MOST_PANELS = 6


def draw_effects(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Draw each contrast's truth (filled, run doubt) above the first trial's estimate (open, trial doubt) if any.

    Of a real trial there is the estimate alone.
    """
    panels: dict[str, list[Mapping[str, Any]]] = {}
    for row in ordered_contrasts(experiment):
        tried = is_about_firm(experiment) or is_interval((row.get("trial") or {}).get("effect"))
        known = is_interval(row["truth"]) if "truth" in row else tried
        if known and tried:
            panels.setdefault(row["metric"], []).append(row)
    shown = list(panels.items())[:MOST_PANELS]
    if not shown:
        return None
    styles = arm_styles(experiment)
    most = max(len(rows) for _, rows in shown)
    across = 3 if len(shown) in (3, 5, 6) else min(2, len(shown))
    down = -(-len(shown) // across)
    with drawing():
        figure = new_figure(down * (0.85 + 0.42 * most) + 0.25)
        grid = figure.subplots(down, across, squeeze=False).ravel()
        for place, (axes, (metric, rows)) in enumerate(zip(grid, shown, strict=False)):
            _panel(axes, metric, rows, styles, summary, title_width(_labels(rows), across))
            if place % across and _labels(rows) == _labels(shown[place - 1][1]):
                axes.set_yticklabels([])
        for axes in grid[len(shown) :]:
            axes.set_axis_off()
        return to_svg(figure)


def _labels(rows: list[Mapping[str, Any]]) -> list[str]:
    return [versus(row) for row in reversed(rows)]


def _panel(
    axes: Axes,
    metric: str,
    rows: list[Mapping[str, Any]],
    styles: Mapping[str, ArmStyle],
    summary: Summary,
    width: int,
) -> None:
    unit = unit_of(metric, summary)
    scale = 100.0 if unit == "share" else 1.0
    neutral = 1.0 if metric == "hazard_ratio" else 0.0
    axes.axvline(neutral, color=SOFT, linewidth=0.8)
    for place, row in enumerate(reversed(rows)):
        style = styles[row["arm"]]
        effect = row["trial"].get("effect")
        for item, height, inside in (
            (row.get("truth"), place + (0.14 if effect else 0.0), style.colour),
            (effect, place - (0.2 if "truth" in row else 0.0), "white"),
        ):
            if item is None:
                continue
            if item["low"] is not None and item["high"] is not None:
                axes.plot(
                    [scale * item["low"], scale * item["high"]],
                    [height, height],
                    color=style.colour,
                    linewidth=3.0 if inside != "white" else 1.3,
                    solid_capstyle="butt",
                )
            axes.plot(
                scale * item["value"],
                height,
                marker=style.marker,
                color=style.colour,
                markerfacecolor=inside,
                markersize=5.5,
            )
    axes.set_yticks(range(len(rows)), _labels(rows))
    axes.set_ylim(-0.55, len(rows) - 0.45)
    name = unit_name(difference_unit(unit))
    axes.set_title(fill(f"{metric_name(metric)}, {name}" if name else metric_name(metric), width), fontsize=8.5)
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(PlainTicks())
    axes.spines["left"].set_visible(False)
    clean(axes, "x")
