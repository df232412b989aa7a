"""A plan's figures: the frontier with its doubts, who gets what at each budget, and what the next yuan buys."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    SOFT,
    VERMILLION,
    YELLOW,
    PlainTicks,
    clean,
    drawing,
    new_figure,
    to_svg,
)
from sim.report.values import is_refused
from sim.report.wording import plain

Plan = Mapping[str, Any]
PALETTE = (BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE, YELLOW, GREY)
HATCHES = ("", "//", "..", "xx")
FARTHEST = 1.6
"""A policy that spends more than so many times the frontier's end is named at the edge, not drawn."""


def draw_all(plan: Plan) -> dict[str, str]:
    """Draw every figure; SVG text by name."""
    drawn = {
        "frontier": draw_frontier(plan),
        "mix": draw_mix(plan),
        "periods": draw_periods(plan),
        "next_yuan": draw_next_yuan(plan),
    }
    return {name: svg for name, svg in drawn.items() if svg is not None}


def scale_of(values: np.ndarray) -> tuple[float, str]:
    """Unit in which amounts of this size are read on an axis."""
    largest = float(np.abs(values).max()) if len(values) else 0.0
    if largest >= 2e6:
        return 1e6, "million "
    return (1e3, "thousand ") if largest >= 2e3 else (1.0, "")


def tick(value: float, _: object) -> str:
    """Write a tick: whole numbers without decimals."""
    return plain(value, 0 if float(value).is_integer() else 1)


def _budgets(plan: Plan) -> tuple[np.ndarray, str]:
    budgets = np.array([point["budget"] for point in plan["frontier"]])
    unit, words = scale_of(budgets)
    return budgets / unit, f"budget, {words}{plan['currency']}"


def _mark_asked(axes: Axes, plan: Plan) -> None:
    unit, _ = scale_of(np.array([point["budget"] for point in plan["frontier"]]))
    axes.axvline(plan["question"]["budget"] / unit, color=INK, linewidth=0.8, linestyle=":")


def draw_frontier(plan: Plan) -> str | None:
    """Draw value against budget: promised, fresh with run doubt, assumption doubt, the policy compared."""
    points = plan["frontier"]
    if len(points) < 2:
        return None
    budgets, label = _budgets(plan)
    fresh = np.array([[point["value"][end] for end in ("value", "low", "high")] for point in points])
    doubted = [point["value_doubt"] for point in points]
    unit, words = scale_of(fresh)
    with drawing():
        figure = new_figure(3.3)
        axes = figure.subplots()
        if not any(is_refused(item) for item in doubted):
            ends = np.array([[item["low"], item["high"]] for item in doubted]) / unit
            axes.fill_between(
                budgets, ends[:, 0], ends[:, 1], color=SKY, alpha=0.25, linewidth=0, label="assumption doubt, 90%"
            )
        axes.fill_between(
            budgets, fresh[:, 1] / unit, fresh[:, 2] / unit, color=BLUE, alpha=0.35, linewidth=0, label="run doubt, 95%"
        )
        axes.plot(
            budgets,
            [point["promised"] / unit for point in points],
            color=SOFT,
            linestyle="--",
            linewidth=1.0,
            label="promised",
        )
        axes.plot(budgets, fresh[:, 0] / unit, color=BLUE, label="on fresh replications")
        axes.axhline(0, color=SOFT, linewidth=0.6)
        _mark_asked(axes, plan)
        _policy(axes, plan, unit)
        axes.set_xlabel(label)
        axes.set_ylabel(f"net value more than nothing, {words}{plan['currency']}")
        axes.set_title("What each budget is worth")
        axes.xaxis.set_major_formatter(tick)
        axes.yaxis.set_major_formatter(tick)
        figure.legend(loc="outside lower center", ncols=4)
        clean(axes, "y")
        return to_svg(figure)


def _policy(axes: Axes, plan: Plan, unit: float) -> None:
    against = plan.get("against")
    if not against:
        return
    budgets = np.array([point["budget"] for point in plan["frontier"]])
    scale, _ = scale_of(budgets)
    spend, value = against["spend"]["value"], against["value"]["value"]
    name = f"policy {against['policy']}"
    if spend <= FARTHEST * budgets[-1]:
        axes.plot(spend / scale, value / unit, marker="D", color=VERMILLION, linestyle="none")
        axes.annotate(name, (spend / scale, value / unit), xytext=(6, -10), textcoords="offset points", fontsize=8)
        return
    end = budgets[-1] / scale
    axes.plot(end, value / unit, marker=">", color=VERMILLION, linestyle="none", clip_on=False)
    words = f"{name}: spends {plain(spend / scale, 0)}"
    axes.annotate(words, (end, value / unit), xytext=(-6, -10), textcoords="offset points", ha="right", fontsize=8)


def draw_mix(plan: Plan) -> str | None:
    """Draw who gets what at each budget, as areas one on the other."""
    points = plan["frontier"]
    actions = [name for name in plan["question"]["actions"] if any(name in point["customers"] for point in points)]
    if len(points) < 2 or not actions:
        return None
    budgets, label = _budgets(plan)
    customers = np.array([[point["customers"].get(name, 0) for point in points] for name in actions], dtype=float)
    with drawing():
        figure = new_figure(2.8)
        axes = figure.subplots()
        areas = axes.stackplot(budgets, customers, labels=actions, edgecolor="white", linewidth=0.3)
        for number, area in enumerate(areas):
            area.set_facecolor(PALETTE[number % len(PALETTE)])
            area.set_hatch(HATCHES[number // len(PALETTE) % len(HATCHES)])
        _mark_asked(axes, plan)
        axes.set_xlabel(label)
        periods = plan.get("periods")
        most = sum(row["customers"] for row in periods) if periods else plan["customers"]
        axes.set_ylabel(f"customers of {most:,}{', all periods together' if periods else ''}")
        axes.set_ylim(0, most)
        axes.set_title("Who gets what")
        axes.xaxis.set_major_formatter(tick)
        axes.yaxis.set_major_formatter(PlainTicks())
        figure.legend(loc="outside lower center", ncols=min(len(actions), 4))
        clean(axes)
        return to_svg(figure)


def draw_periods(plan: Plan) -> str | None:
    """Draw what is spent up to each period's end, or in it, and its cap."""
    rows = plan.get("periods")
    if not rows:
        return None
    spent = np.array([[row["account"][end] for end in ("value", "low", "high")] for row in rows])
    caps = np.array([row["cap"] for row in rows])
    unit, words = scale_of(np.concatenate([caps, spent[:, 0]]))
    spent, caps, places = spent / unit, caps / unit, np.arange(len(rows))
    with drawing():
        figure = new_figure(2.6)
        axes = figure.subplots()
        axes.bar(places, spent[:, 0], width=0.6, color=BLUE, label="spent, lived whole")
        error = np.abs(spent[:, 1:].T - spent[:, 0])
        axes.errorbar(places, spent[:, 0], error, color=INK, linestyle="none", label="run doubt, 95%")
        axes.hlines(caps, places - 0.4, places + 0.4, color=VERMILLION, linewidth=1.6, label="cap")
        axes.set_xticks(places, [row["period"] for row in rows])
        carried = plan["question"]["carry_over"]
        axes.set_ylabel(f"{'up to its end' if carried else 'in it'}, {words}{plan['currency']}")
        axes.set_title("What each period may spend, and spends")
        axes.yaxis.set_major_formatter(tick)
        figure.legend(loc="outside lower center", ncols=3)
        clean(axes, "y")
        return to_svg(figure)


def draw_next_yuan(plan: Plan) -> str | None:
    """Draw the value of the next yuan over budgets, on a scale of powers of ten."""
    points = [point for point in plan["frontier"] if point["next_yuan"] > 0]
    if len(points) < 2:
        return None
    scale, words = scale_of(np.array([point["budget"] for point in plan["frontier"]]))
    with drawing():
        figure = new_figure(2.4)
        axes = figure.subplots()
        axes.step([p["budget"] / scale for p in points], [p["next_yuan"] for p in points], where="post", color=BLUE)
        axes.axhline(1.0, color=SOFT, linewidth=0.8, linestyle="--")
        axes.set_yscale("log")
        _mark_asked(axes, plan)
        axes.set_xlabel(f"budget, {words}{plan['currency']}")
        axes.set_ylabel(f"net {plan['currency']} for the next")
        axes.set_title(f"What the next {plan['currency']} buys, after its own cost")
        axes.xaxis.set_major_formatter(tick)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        clean(axes, "y")
        return to_svg(figure)
