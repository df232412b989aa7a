"""Money by arm: what an arm costs against what it keeps, and where each yuan of the fees goes."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes

from sim.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INDIGO,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    SOFT,
    VERMILLION,
    WINE,
    YELLOW,
    PlainTicks,
    arm_styles,
    clean,
    drawing,
    new_figure,
    spread,
    to_svg,
)
from sim.report.values import Summary, point
from sim.report.wording import MINUS, cell, decimals_for, plain
from sim.report.words import LEDGER_LINES, as_words, is_about_firm

# line of the ledger -> (colour, hatch): hatches tell the lines apart on grey paper
LINES: dict[str, tuple[str, str]] = {
    "forgone": (ORANGE, ""),
    "contact": (SKY, "//"),
    "gift": (YELLOW, "||"),
    "team": (PURPLE, "\\\\"),
    "desk": (GREEN, "--"),
    "commission": (GREY, "xx"),
    "bad_debt": (VERMILLION, "++"),
    "collection": (WINE, ".."),
    "subsidy": (BLUE, "oo"),
    "points": (INDIGO, "**"),
}
INCOME = ("list", "penalty")
"""Lines that come in; all others are spent."""
# metric -> (place beside the arm's name, strength of its colour, what is written behind the bar)
NET_VALUES = {
    "net_value_per_customer": (0.18, 0.4, "in the horizon"),
    "net_value_with_residual_per_customer": (-0.18, 0.95, "with residual"),
}
LABEL_GAP = 0.075  # share of the axis that a name needs for itself
ABOVE_LINE = "above the line: pays for\nitself within the horizon"
MARGIN = "money.margin_share"
HALF_TITLE = 30  # characters of a title that fit above the narrower of two panels beside long names of arms
SERVING, LEFT = "#BDBDBD", "#F2F2F2"


def _ledgers(experiment: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return each arm's ledger as plain numbers; arms without fees are left out."""
    found = {}
    for arm in experiment.get("arms", ()):
        lines = {
            line: amount for line, item in (arm.get("ledger") or {}).items() if (amount := point(item)) is not None
        }
        if lines.get("list"):
            found[arm["name"]] = lines
    return found


def _spent(lines: Mapping[str, float]) -> float:
    """Return what an arm costs: free days and all that is paid, less the penalties that it receives."""
    return sum(amount for line, amount in lines.items() if line not in INCOME) - lines.get("penalty", 0.0)


def margin_share(summary: Summary) -> float | None:
    """Return the margin on list fees that the scenario assumes; ``None`` where the summary does not name it."""
    found = (row.get("value") for row in summary.get("assumptions", ()) if row.get("path") == MARGIN)
    return point(next(found, None))


def draw_money_map(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Draw cost against retained fees, an arm a point, and beside it what that leaves of net value."""
    ledgers = _ledgers(experiment)
    reference = experiment.get("reference")
    if len(ledgers) < 2 or reference not in ledgers:
        return None
    gains = _gains(experiment, str(reference))
    with drawing():
        figure = new_figure(3.0)
        grid = figure.subplots(
            1, 2 if gains else 1, squeeze=False, gridspec_kw={"width_ratios": [1.25, 1] if gains else [1]}
        )
        _map(grid[0][0], experiment, ledgers, summary)
        if gains:
            _gain_bars(grid[0][1], gains, experiment, str(summary.get("currency", "yuan")))
        return to_svg(figure)


def _map(
    axes: Axes, experiment: Mapping[str, Any], ledgers: Mapping[str, Mapping[str, float]], summary: Summary
) -> None:
    """Draw the arms by extra cost and extra fees, with the line on which an arm just pays for itself."""
    reference, styles, margin = experiment["reference"], arm_styles(experiment), margin_share(summary)
    base = ledgers[reference]
    points = {name: (_spent(lines) - _spent(base), lines["list"] - base["list"]) for name, lines in ledgers.items()}
    reach = max(abs(cost) for cost, _ in points.values()) or 1.0
    left, right = min(0.0, *(cost for cost, _ in points.values())) - 0.08 * reach, 1.4 * reach
    axes.axhline(0, color=SOFT, linewidth=0.5)
    axes.axvline(0, color=SOFT, linewidth=0.5)
    if margin:
        axes.plot([left, right], [left / margin, right / margin], color=SOFT, linestyle=(0, (5, 3)), linewidth=1.0)
        axes.text(
            0.03,
            0.97,
            ABOVE_LINE,
            transform=axes.transAxes,
            va="top",
            fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    kept_fees = [kept for _, kept in points.values()]
    low, high = min(kept_fees), max(kept_fees)
    room = 0.25 * (high - low) or 1.0
    heights = spread(kept_fees, LABEL_GAP * (high - low + 2 * room))
    for (name, (cost, kept)), height in zip(points.items(), heights, strict=True):
        axes.plot(cost, kept, marker=styles[name].marker, color=styles[name].colour, markersize=8, linestyle="none")
        # where another arm stands close on the right, the name would run through it
        crowded = any(0 < c - cost < 0.3 * reach and abs(k - kept) < room for c, k in points.values())
        side = -1 if crowded and cost > left + 0.4 * reach else 1
        axes.annotate(
            name,
            (cost, kept),
            xytext=(cost + side * 0.05 * reach, height + 0.2 * room),
            va="center",
            ha="left" if side > 0 else "right",
            fontsize=8.5,
            arrowprops={
                "arrowstyle": "-",
                "relpos": (0.0 if side > 0 else 1.0, 0.5),
                "color": styles[name].colour,
                "linewidth": 0.7,
            },
        )
    axes.set_xlim(left, right)
    # the line may leave the picture: it says which side pays, and the arms are what is to be told apart
    axes.set_ylim(low - room, high + 2 * room)
    axes.set_title(f"Cost against retained fees, {summary.get('currency', 'yuan')} a customer")
    axes.set_xlabel(f"costs more than {reference}")
    axes.set_ylabel(f"keeps more fees than {reference}")
    axes.locator_params(nbins=6)
    axes.xaxis.set_major_formatter(PlainTicks())
    axes.yaxis.set_major_formatter(PlainTicks())
    clean(axes, "y")


def _gains(experiment: Mapping[str, Any], reference: str) -> dict[str, dict[str, Any]]:
    """Return each arm's true gain over the reference in the net values that the experiment has."""
    found: dict[str, dict[str, Any]] = {}
    for row in experiment.get("contrasts", ()):
        if row["metric"] in NET_VALUES and row["against"] == reference and point(row.get("truth")) is not None:
            found.setdefault(row["arm"], {})[row["metric"]] = row["truth"]
    return found


def _gain_bars(
    axes: Axes, gains: Mapping[str, Mapping[str, Any]], experiment: Mapping[str, Any], currency: str
) -> None:
    """Draw each arm's gain: pale within the horizon, full with the residual value."""
    styles, names = arm_styles(experiment), list(gains)[::-1]
    axes.axvline(0, color=SOFT, linewidth=0.8)
    for place, name in enumerate(names):
        for metric, (offset, alpha, words) in NET_VALUES.items():
            if metric not in gains[name]:
                continue
            gain, value = cell(gains[name][metric], currency, sign=True, bare=True), point(gains[name][metric]) or 0.0
            axes.barh(place + offset, value, height=0.3, color=styles[name].colour, alpha=alpha)
            axes.annotate(
                f"{gain.value} {words}",
                (max(value, 0.0), place + offset),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=7.5,
            )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_title(f"Net value more than {experiment['reference']}")
    axes.set_xlabel(f"{currency} a customer")
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.55 * (high - low))
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(PlainTicks())
    axes.spines["left"].set_visible(False)
    clean(axes, "x")


def draw_ledger(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Draw where 100 yuan of list fees go, and the campaign's own lines in yuan a customer."""
    ledgers = _ledgers(experiment)
    if not ledgers:
        return None
    currency, margin = summary.get("currency", "yuan"), margin_share(summary)
    names = list(ledgers)[::-1]
    most = max(1 + ledger.get("penalty", 0.0) / ledger["list"] for ledger in ledgers.values())
    lines = [line for line in LINES if any(ledger.get(line) for ledger in ledgers.values())]
    with drawing():
        figure = new_figure(1.25 + 0.36 * len(names))
        whole, campaign = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [1.1, 1.0]})
        for row, name in enumerate(names):
            ledger = ledgers[name]
            parts = [("serving", 1 - margin, SERVING, "")] if margin is not None else []
            parts += [(line, ledger.get(line, 0.0) / ledger["list"], *LINES[line]) for line in lines]
            at = 0.0
            for label, part, colour, hatch in parts:
                whole.barh(
                    row,
                    100 * part,
                    left=at,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white",
                    linewidth=0.4,
                    height=0.6,
                )
                if label == "serving":
                    whole.text(at + 50 * part, row, "serving", ha="center", va="center", fontsize=7.5)
                at += 100 * part
            end = 100 * (1 + ledger.get("penalty", 0.0) / ledger["list"])
            whole.barh(row, end - at, left=at, color=LEFT, edgecolor=SOFT, linewidth=0.5, height=0.6)
            whole.text(
                (end + at) / 2,
                row,
                f"left {end - at:.1f}".replace("-", MINUS),
                ha="center",
                va="center",
                fontsize=8,
            )
            start = 0.0
            for line in lines:
                amount = ledger.get(line, 0.0)
                campaign.barh(
                    row,
                    amount,
                    left=start,
                    color=LINES[line][0],
                    hatch=LINES[line][1],
                    edgecolor="#444444",
                    linewidth=0.4,
                    height=0.6,
                    label=LEDGER_LINES.get(line, as_words(line)) if row == 0 else None,
                )
                start += amount
            campaign.annotate(
                plain(start, decimals_for(start)),
                (start, row),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        whole.set_yticks(range(len(names)), names)
        whole.set_xlim(0, 100 * most)
        beside = " and penalties beside" if most > 1 else ""
        whole.set_title(fill(f"Of 100 {currency} of list fees{beside}", HALF_TITLE))
        spender = "What the firm spends" if is_about_firm(experiment) else "The campaign's part"
        campaign.set_title(fill(f"{spender}, {currency} a customer", HALF_TITLE))
        campaign.margins(x=0.18)
        campaign.locator_params(axis="x", nbins=5)
        campaign.xaxis.set_major_formatter(PlainTicks())
        for axes in (whole, campaign):
            clean(axes, "x")
            axes.spines["left"].set_visible(False)
            axes.xaxis.label.set_color(INK)
        if lines:
            figure.legend(loc="outside lower center", ncols=min(len(lines), 3))
        return to_svg(figure)
