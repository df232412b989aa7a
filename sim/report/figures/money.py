"""Money by arm: what an arm costs against what it keeps, and where each yuan of the fees goes."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from sim.report.figures.style import (
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    SOFT,
    YELLOW,
    arm_styles,
    clean,
    drawing,
    new_figure,
    to_svg,
)
from sim.report.values import Summary, point
from sim.report.wording import MINUS, plain
from sim.report.words import LEDGER_LINES, as_words, is_about_firm

# line of the ledger -> (colour, hatch): hatches tell the lines apart on grey paper
LINES: dict[str, tuple[str, str]] = {
    "forgone": (ORANGE, ""),
    "contact": (SKY, "//"),
    "gift": (YELLOW, "||"),
    "team": (PURPLE, "\\\\"),
    "desk": (GREEN, "--"),
    "commission": (GREY, "xx"),
}
# metric -> (place beside the arm's name, strength of its colour, what is written behind the bar)
NET_VALUES = {
    "net_value_per_customer": (0.18, 0.4, "in the horizon"),
    "net_value_with_residual_per_customer": (-0.18, 0.95, "with residual"),
}
ABOVE_LINE = "above the line: pays for\nitself within the horizon"
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
    """Return what an arm costs: free days and all that is paid."""
    return sum(amount for line, amount in lines.items() if line != "list")


def margin_share(experiment: Mapping[str, Any]) -> float | None:
    """Return the margin on list fees that the arms' net values imply; ``None`` where they are not given."""
    ledgers = _ledgers(experiment)
    for arm in experiment.get("arms", ()):
        net = point(arm.get("metrics", {}).get("net_value_per_customer"))
        if arm["name"] in ledgers and net is not None:
            lines = ledgers[arm["name"]]
            return (net + _spent(lines)) / lines["list"]
    return None


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
        _map(grid[0][0], experiment, ledgers, str(summary.get("currency", "yuan")))
        if gains:
            _gain_bars(grid[0][1], gains, experiment, str(summary.get("currency", "yuan")))
        return to_svg(figure)


def _map(axes: Axes, experiment: Mapping[str, Any], ledgers: Mapping[str, Mapping[str, float]], currency: str) -> None:
    """Draw the arms by extra cost and extra fees, with the line on which an arm just pays for itself."""
    reference, styles, margin = experiment["reference"], arm_styles(experiment), margin_share(experiment)
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
    for name, (cost, kept) in points.items():
        axes.plot(cost, kept, marker=styles[name].marker, color=styles[name].colour, markersize=8, linestyle="none")
        axes.annotate(name, (cost, kept), xytext=(8, 5), textcoords="offset points", fontsize=8.5)
    axes.set_xlim(left, right)
    axes.set_title(f"Cost against retained fees, {currency} a customer")
    axes.set_xlabel(f"costs more than {reference}")
    axes.set_ylabel(f"keeps more fees than {reference}")
    axes.locator_params(nbins=6)
    axes.xaxis.set_major_formatter(lambda value, _: plain(value, 0))
    axes.yaxis.set_major_formatter(lambda value, _: plain(value, 0))
    clean(axes, "y")


def _gains(experiment: Mapping[str, Any], reference: str) -> dict[str, dict[str, float]]:
    """Return each arm's true gain over the reference in the net values that the experiment has."""
    found: dict[str, dict[str, float]] = {}
    for row in experiment.get("contrasts", ()):
        value = point(row.get("truth"))
        if row["metric"] in NET_VALUES and row["against"] == reference and value is not None:
            found.setdefault(row["arm"], {})[row["metric"]] = value
    return found


def _gain_bars(
    axes: Axes, gains: Mapping[str, Mapping[str, float]], experiment: Mapping[str, Any], currency: str
) -> None:
    """Draw each arm's gain: pale within the horizon, full with the residual value."""
    styles, names = arm_styles(experiment), list(gains)[::-1]
    axes.axvline(0, color=SOFT, linewidth=0.8)
    for place, name in enumerate(names):
        for metric, (offset, alpha, words) in NET_VALUES.items():
            if metric not in gains[name]:
                continue
            value = gains[name][metric]
            axes.barh(place + offset, value, height=0.3, color=styles[name].colour, alpha=alpha)
            axes.annotate(
                f"{plain(value, 0, sign=True)} {words}",
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
    axes.xaxis.set_major_formatter(lambda value, _: plain(value, 0))
    axes.spines["left"].set_visible(False)
    clean(axes, "x")


def draw_ledger(experiment: Mapping[str, Any], summary: Summary) -> str | None:
    """Draw where 100 yuan of list fees go, and the campaign's own lines in yuan a customer."""
    ledgers = _ledgers(experiment)
    if not ledgers:
        return None
    currency, margin = summary.get("currency", "yuan"), margin_share(experiment)
    names = list(ledgers)[::-1]
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
            whole.barh(row, 100 - at, left=at, color=LEFT, edgecolor=SOFT, linewidth=0.5, height=0.6)
            whole.text(
                (100 + at) / 2,
                row,
                f"left {100 - at:.1f}".replace("-", MINUS),
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
                plain(start, 0),
                (start, row),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        whole.set_yticks(range(len(names)), names)
        whole.set_xlim(0, 100)
        whole.set_title(f"Of 100 {currency} of list fees")
        spender = "What the firm spends" if is_about_firm(experiment) else "The campaign's part"
        campaign.set_title(f"{spender}, {currency} a customer")
        campaign.margins(x=0.18)
        campaign.locator_params(axis="x", nbins=5)
        campaign.xaxis.set_major_formatter(lambda value, _: plain(value, 0))
        for axes in (whole, campaign):
            clean(axes, "x")
            axes.spines["left"].set_visible(False)
            axes.xaxis.label.set_color(INK)
        if lines:
            figure.legend(loc="outside lower center", ncols=min(len(lines), 4))
        return to_svg(figure)
