"""What a design can find: power over the size of the trial and over the effect, and what wrong decisions cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from sim.evidence.results import Interval
from sim.planning.power import Study
from sim.planning.power_points import Point
from sim.report.figures.style import (
    REFERENCE,
    SOFT,
    ArmStyle,
    PlainTicks,
    arm_styles,
    clean,
    drawing,
    new_figure,
    to_svg,
)
from sim.report.wording import difference_unit, quantity
from sim.report.words import metric_name

MOST_PANELS = 6
ACROSS = 2


def draw_power_over_sizes(study: Study, currency: str) -> str | None:
    """Power alone against customers in the arm, a panel a metric; dots are simulated, lines the formula."""
    return _panels(study, currency, "customers", lambda point, _: point.customers[0], "customers in the arm", log=True)


def draw_power_over_effects(study: Study, currency: str) -> str | None:
    """Power alone against the effect put in at the planned size, a panel a metric."""

    def at(point: Point, metric: str) -> float:
        return (point.effect or 0.0) * (100.0 if metric == "churn_rate" else 1.0)

    return _panels(study, currency, "effect", at, "effect put in", log=False)


def draw_wrong_decisions(study: Study, currency: str) -> str | None:
    """How often another arm is used than in truth, and what that loses a customer, against the trial's size."""
    wrong, lost = study.of("customers", "wrong"), study.of("customers", "loss_per_customer")
    if len(wrong) < 2:
        return None
    with drawing():
        figure = new_figure(2.4)
        left, right = figure.subplots(1, 2)
        for axes, points, title in (
            (left, wrong, "another arm is used than in truth"),
            (right, lost, f"{currency} a customer lost by it"),
        ):
            _dots(axes, [p.customers[0] for p in points], points, ArmStyle(REFERENCE, "-", "o"), joined=True)
            axes.set_xscale("log", base=2)
            axes.set_xticks([p.customers[0] for p in points], [f"{p.customers[0]:,.0f}" for p in points])
            axes.minorticks_off()
            axes.set_xlabel("customers in all arms")
            axes.set_title(title, fontsize=8.5)
            clean(axes, "y")
        left.yaxis.set_major_formatter(PlainTicks(100.0, "%"))
        left.set_ylim(0, 1)
        return to_svg(figure)


def _panels(
    study: Study, currency: str, axis: str, at: Callable[[Point, str], float], label: str, *, log: bool
) -> str | None:
    plan = study.experiment
    metrics = [name for name in plan.metrics if study.of(axis, "power_alone", name)][:MOST_PANELS]
    if not metrics:
        return None
    styles = arm_styles({"arms": [{"name": arm} for arm in plan.arms], "reference": plan.reference})
    across = min(ACROSS, len(metrics))
    down = -(-len(metrics) // across)
    with drawing():
        figure = new_figure(2.4 * down)
        grid = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
        for axes, metric in zip(grid, metrics, strict=False):
            _panel(axes, study, axis, metric, at, styles)
            kind = difference_unit("share" if metric == "churn_rate" else currency)
            axes.set_xlabel(label if log else f"{label}, {kind}")
            if log:
                axes.set_xscale("log")
                axes.xaxis.set_major_formatter(lambda size, _: f"{size:,.0f}")
                axes.minorticks_off()
            axes.set_title(metric_name(metric), fontsize=8.5)
        for axes in grid[len(metrics) :]:
            axes.set_axis_off()
        figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        return to_svg(figure)


def _panel(
    axes: Axes,
    study: Study,
    axis: str,
    metric: str,
    at: Callable[[Point, str], float],
    styles: dict[str, ArmStyle],
) -> None:
    axes.axhline(study.asked.power, color=SOFT, linewidth=0.8, linestyle=":")
    for contrast in study.experiment.contrasts:
        points = [
            p
            for p in study.of(axis, "power_alone", metric)
            if (p.arm, p.against) == (contrast.arm, contrast.against)
        ]  # fmt: skip
        style, name = styles[contrast.arm], f"{contrast.arm} against {contrast.against}"
        places = [at(p, metric) for p in points]
        known = [(place, p.formula) for place, p in zip(places, points, strict=True) if isinstance(p.formula, float)]
        known += [
            (at(p, metric), p.value)
            for p in study.of(axis, "by_formula_alone", metric)
            if (p.arm, p.against) == (contrast.arm, contrast.against) and isinstance(p.value, float)
        ]
        _dots(axes, places, points, style, joined=not known, label=name)
        if known:
            axes.plot(*zip(*known, strict=True), color=style.colour, linestyle=style.line, linewidth=1.2)
    if axis == "customers":
        kind = difference_unit("share") if metric == "churn_rate" else ""
        said = "\n".join(
            f"{p.arm}: {quantity(p.value.value, kind, sign=True)}"
            for p in study.of("design", "truth", metric)
            if isinstance(p.value, Interval)
        )
        axes.annotate(said, (0.03, 0.97), xycoords="axes fraction", va="top", fontsize=7, color=SOFT)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PlainTicks(100.0, "%"))
    clean(axes, "y")


def _dots(
    axes: Axes, places: Sequence[float], points: Sequence[Point], style: ArmStyle, *, joined: bool, label: str = ""
) -> None:
    """Simulated values with their run doubt; joined where no formula's line leads the eye."""
    known = [(place, p.value) for place, p in zip(places, points, strict=True) if isinstance(p.value, Interval)]
    for place, value in known:
        axes.plot([place, place], [value.low, value.high], color=style.colour, linewidth=1.0)
    axes.plot(
        [place for place, _ in known],
        [value.value for _, value in known],
        marker=style.marker,
        markersize=4.5,
        linestyle=style.line if joined else "none",
        linewidth=1.0,
        color=style.colour,
        label=label or None,
    )
