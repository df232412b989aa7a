"""Decision by world: how far each assumption moves each arm's gain over the reference, and the decision."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes

from sim.report.experiment_view import gain
from sim.report.figures.style import (
    INK,
    SOFT,
    PlainTicks,
    arm_styles,
    clean,
    drawing,
    new_figure,
    title_width,
    to_svg,
)
from sim.report.values import Summary
from sim.report.wording import size

World = Mapping[str, Any]
MOST_ACROSS = 3  # panels side by side whose numbers do not run into each other
TOO_SHORT = 0.05  # share of a panel's reach below which the numbers at both ends of a bar would run into each other
NO_REACH = 1e-3  # share of the longest bar below which an assumption does not touch any arm


def draw_doubt(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Draw a bar from the low to the high end of each assumption, an arm a panel; ``None`` without worlds."""
    worlds = experiment.get("doubt", ())
    reference = experiment.get("reference")
    centre = next((world for world in worlds if world.get("level") == "centre"), None)
    paths = list(dict.fromkeys(world["path"] for world in worlds if world.get("level") != "centre"))
    arms = [
        name
        for name in arm_styles(experiment)
        if name != reference and centre and gain(centre, name, str(reference)) is not None
    ]
    if not paths or not arms or centre is None:
        return None
    ends = {
        path: [world for world in worlds if world["path"] == path and world.get("level") != "centre"] for path in paths
    }
    reach = {path: max(_reach(ends[path], arm, str(reference)) for arm in arms) for path in paths}
    paths = [path for path in paths if reach[path] > NO_REACH * max(reach.values())]
    paths.sort(key=lambda path: _reach(ends[path], arms[0], str(reference)))
    if not paths:
        return None
    currency, styles = summary.get("currency", "yuan"), arm_styles(experiment)
    with drawing():
        across = min(MOST_ACROSS, len(arms))
        down = -(-len(arms) // across)
        figure = new_figure(0.25 + down * (0.6 + 0.42 * len(paths)))
        grid = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
        width = title_width([_label(path) for path in paths], across)
        for axes, arm in zip(grid, arms, strict=False):
            _panel(axes, arm, paths, ends, centre, str(reference), styles[arm].colour)
            axes.set_title(fill(f"{arm} against {reference}", width), fontsize=8.5)
        for axes in grid[len(arms) :]:
            axes.set_axis_off()
        figure.supxlabel(f"gain in net value, {currency} a customer", fontsize=8.5)
        grid[0].set_yticks(range(len(paths)), [_label(path) for path in paths])
        return to_svg(figure)


def _label(path: str) -> str:
    """Break a long path after its first part, so that it leaves room for the bars."""
    head, _, tail = path.rpartition(".")
    return f"{head}.\n{tail}" if len(path) > 22 and head else path


def _reach(worlds: list[World], arm: str, reference: str) -> float:
    gains = [value for world in worlds if (value := gain(world, arm, reference)) is not None]
    return max(gains, default=0.0) - min(gains, default=0.0)


def _name(axes: Axes, words: str, at: float, place: int, side: int) -> None:
    """Write what a bar's end stands for beside it, on a ground that keeps lines off the numbers."""
    axes.annotate(
        words,
        (at, place),
        xytext=(3 * side, 0),
        textcoords="offset points",
        va="center",
        ha="left" if side > 0 else "right",
        fontsize=7.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
    )


def _panel(
    axes: Axes,
    arm: str,
    paths: list[str],
    ends: Mapping[str, list[World]],
    centre: World,
    reference: str,
    colour: str,
) -> None:
    middle = gain(centre, arm, reference) or 0.0
    axes.axvline(0, color=SOFT, linewidth=0.8)
    axes.axvline(middle, color=INK, linewidth=0.8, linestyle=":")
    all_gains = [gain(world, arm, reference) for path in paths for world in ends[path]]
    known = [middle, *(value for value in all_gains if value is not None)]
    for place, path in enumerate(paths):
        values = [value for world in ends[path] if (value := gain(world, arm, reference)) is not None]
        for world in ends[path]:
            value = gain(world, arm, reference)
            if value is None:
                continue
            turned = world.get("decision") != centre.get("decision")
            axes.barh(
                place,
                value - middle,
                left=middle,
                height=0.44,
                color=colour,
                alpha=0.85 if world["level"] == "high" else 0.4,
                hatch="////" if turned else "",
                edgecolor="white",
                linewidth=0.3,
            )
            if max(values) - min(values) <= TOO_SHORT * (max(known) - min(known)):
                continue  # a bar that is hardly seen has one name, below
            # the lower end is named on the left and the upper on the right, also where both lie on one side
            side = 1 if value == max(values) and (value > min(values) or value >= middle) else -1
            _name(axes, size(world.get("value")), max(value, middle) if side > 0 else min(value, middle), place, side)
        if values and max(values) - min(values) <= TOO_SHORT * (max(known) - min(known)):
            named = " to ".join(size(world.get("value")) for world in ends[path])
            _name(axes, named, max([middle, *values]), place, 1)
    axes.margins(x=0.3)
    axes.locator_params(axis="x", nbins=3)
    axes.xaxis.set_major_formatter(PlainTicks())
    axes.spines["left"].set_visible(False)
    clean(axes, "x")
