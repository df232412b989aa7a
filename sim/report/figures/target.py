"""Figures of a targeting question: policies side by side, their curves over shares, and what larger trials bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.report.figures.budget import PALETTE, scale_of, tick
from sim.report.figures.style import BLUE, INK, SKY, SOFT, clean, drawing, new_figure, to_svg
from sim.report.values import is_refused

Found = Mapping[str, Any]
ORACLE = "by true uplift"
LINES = ("-", "--", "-.", ":")


def draw_target(found: Found) -> dict[str, str]:
    """Draw every figure; SVG text by name."""
    drawn = {"policies": _policies(found), "shares": _shares(found), "trials": _trials(found)}
    return {name: svg for name, svg in drawn.items() if svg is not None}


def _policies(found: Found) -> str:
    """A bar a policy, with run doubt (thick) and assumption doubt (thin)."""
    rows = list(reversed(found["policies"]))
    ends = [row["value"][end] for row in rows for end in ("value", "low", "high")]
    unit, words = scale_of(np.array(ends))
    with drawing():
        figure = new_figure(0.9 + 0.34 * len(rows))
        axes = figure.subplots()
        for place, row in enumerate(rows):
            value = row["value"]
            colour = INK if row["policy"] == ORACLE else BLUE if value["value"] >= 0 else SKY
            hatch = "////" if value["value"] < 0 else ""
            axes.barh(place, value["value"] / unit, height=0.55, color=colour, alpha=0.55, hatch=hatch, edgecolor="w")
            axes.hlines(place, value["low"] / unit, value["high"] / unit, color=INK, linewidth=2.2)
            doubt = row["value_doubt"]
            if not is_refused(doubt):
                axes.hlines(place - 0.18, doubt["low"] / unit, doubt["high"] / unit, color=SOFT, linewidth=0.9)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_yticks(range(len(rows)), [row["policy"] for row in rows])
        axes.set_xlabel(f"net value more than nothing, {words}{found['currency']}")
        axes.xaxis.set_major_formatter(tick)
        axes.spines["left"].set_visible(False)
        clean(axes, "x")
        return to_svg(figure)


def _shares(found: Found) -> str:
    """Value against the share of the base that is treated, a line a policy."""
    names = list(dict.fromkeys(row["policy"] for row in found["curve"]))
    unit, words = scale_of(np.array([row["value"]["value"] for row in found["curve"]]))
    with drawing():
        figure = new_figure(3.3)
        axes = figure.subplots()
        for place, name in enumerate(names):
            rows = [row for row in found["curve"] if row["policy"] == name]
            axes.plot(
                [100 * row["share"] for row in rows],
                [row["value"]["value"] / unit for row in rows],
                label=name,
                color=INK if name == ORACLE else PALETTE[place % len(PALETTE)],
                linestyle=LINES[place % len(LINES)],
            )
        axes.axhline(0, color=SOFT, linewidth=0.8)
        if found["question"]["reach"]["kind"] == "share":
            axes.axvline(100 * found["question"]["reach"]["amount"], color=INK, linewidth=0.8, linestyle=":")
        axes.set_xlabel("treated, % of the base")
        axes.set_ylabel(f"net value, {words}{found['currency']}")
        axes.yaxis.set_major_formatter(tick)
        figure.legend(loc="outside lower center", ncols=3)
        clean(axes, "y")
        return to_svg(figure)


def _trials(found: Found) -> str | None:
    """Gap to true uplift against the trial's size, with run doubt, and where one trial may lie."""
    rows = [row for row in found["policies"] if "size" in row]
    if len(rows) < 2:
        return None
    oracle = next(row for row in found["policies"] if row["policy"] == ORACLE)["value"]["value"]
    sizes = [row["size"] for row in rows]
    values = np.array([[row["value"][end] for end in ("value", "low", "high")] for row in rows])
    unit, words = scale_of(np.append(values.ravel(), oracle))
    with drawing():
        figure = new_figure(2.8)
        axes = figure.subplots()
        one = [row["value_of_one_trial"] for row in rows]
        if not any(is_refused(item) for item in one):
            low, high = ([item[end] / unit for item in one] for end in ("low", "high"))
            axes.fill_between(sizes, low, high, color=SKY, alpha=0.25, linewidth=0, label="one trial, 90%")
        axes.fill_between(
            sizes, values[:, 1] / unit, values[:, 2] / unit, color=BLUE, alpha=0.35, linewidth=0, label="run doubt, 95%"
        )
        axes.plot(sizes, values[:, 0] / unit, color=BLUE, marker="o", markersize=4, label="mean over trials")
        axes.axhline(oracle / unit, color=INK, linestyle="--", linewidth=1.0, label=ORACLE)
        axes.axhline(0, color=SOFT, linewidth=0.8)
        axes.axvline(found["customers"], color=SOFT, linestyle=":", linewidth=0.8)
        axes.set_xscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
        axes.set_xlabel("customers in the trial (dotted: the base)")
        axes.set_ylabel(f"net value, {words}{found['currency']}")
        axes.yaxis.set_major_formatter(tick)
        figure.legend(loc="outside lower center", ncols=4)
        clean(axes, "y")
        return to_svg(figure)
