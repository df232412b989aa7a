"""Survival by arm: the truth on the left, what the first trial shows on the right."""

from collections.abc import Mapping
from typing import Any, Literal

from matplotlib.axes import Axes

from sim.report.figures.style import (
    INK,
    ArmStyle,
    PlainTicks,
    arm_styles,
    clean,
    drawing,
    new_figure,
    spread,
    to_svg,
)
from sim.report.values import Summary
from sim.report.words import is_about_firm

FEW = 4  # arms whose bands can be told apart
LEAST_ROOM = 0.9  # where the axis starts at the latest: nobody may have left
PANELS = (
    ("truth", "Truth (band: run doubt)"),
    ("trial", "The first trial (band: trial doubt)"),
)


def draw_survival(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Draw the share still there against time, an arm a line; ``None`` without curves."""
    curves = {arm["name"]: arm["survival"] for arm in experiment.get("arms", ()) if arm.get("survival")}
    panels = [(key, title) for key, title in PANELS if any(curve.get(key) for curve in curves.values())]
    if [key for key, _ in panels] == ["trial"]:
        panels = [("trial", "The trial (band: trial doubt)")]
    if not panels:
        return None
    styles = arm_styles(experiment)
    with drawing():
        figure = new_figure(2.9)
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        floor = _floor(curves, [key for key, _ in panels])
        for axes, (key, title) in zip(grid, panels, strict=True):
            _panel(axes, curves, styles, key, floor)
            axes.set_title(title, fontsize=8.5)
        whose = "the base" if is_about_firm(experiment) else "those enrolled"
        grid[0].set_ylabel(f"share of {whose} still there")
        return to_svg(figure)


def _floor(curves: Mapping[str, Mapping[str, Any]], keys: list[str]) -> float:
    """Return where the axis starts: a tenth below the lowest band, never below zero."""
    lows = [
        value
        for curve in curves.values()
        for key in keys
        for value in (curve.get(f"{key}_low") or curve.get(key) or ())
        if value is not None
    ]
    return max(0.0, min(LEAST_ROOM, int(min(lows, default=0.0) * 10) / 10))


def _panel(
    axes: Axes,
    curves: Mapping[str, Mapping[str, Any]],
    styles: Mapping[str, ArmStyle],
    key: str,
    floor: float,
) -> None:
    ends: list[tuple[str, float]] = []
    last = 0.0
    for name, curve in curves.items():
        days, values = curve["days"], curve.get(key)
        if not values:
            continue
        style = styles[name]
        step: Literal["post"] | None = "post" if key == "trial" else None
        if curve.get(f"{key}_low") and curve.get(f"{key}_high"):
            axes.fill_between(
                days,
                curve[f"{key}_low"],
                curve[f"{key}_high"],
                color=style.colour,
                alpha=0.13 if len(curves) <= FEW else 0.13 * FEW / len(curves),  # many bands would hide the lines
                linewidth=0,
                step=step,
            )
        axes.plot(
            days,
            values,
            color=style.colour,
            linestyle=style.line,
            drawstyle="steps-post" if step else "default",
        )
        ends.append((name, values[-1]))
        last = max(last, days[-1])
    gap = (1.0 - floor) * 0.065
    for (name, value), height in zip(ends, spread([value for _, value in ends], gap), strict=True):
        axes.annotate(
            f"{name}  {value:.1%}",
            (last, value),
            xytext=(last * 1.06, height),
            va="center",
            fontsize=8,
            color=INK,
            annotation_clip=False,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.0},
            arrowprops={
                "arrowstyle": "-",
                "relpos": (0.0, 0.5),  # ends where the words begin: with many arms the lines would cross them
                "shrinkA": 0.0,
                "shrinkB": 0.0,
                "color": styles[name].colour,
                "linestyle": styles[name].line,
                "linewidth": 1.2,
            },
        )
    axes.set_xlim(0, last)
    axes.set_ylim(floor, 1.0)
    axes.set_xlabel("days since the start")
    axes.yaxis.set_major_formatter(PlainTicks(100.0, "%"))
    clean(axes, "y")
