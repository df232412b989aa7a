"""The report's figures, each a function of the summary alone, as SVG text."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sim.report.figures.doubt import draw_doubt
from sim.report.figures.effects import draw_effects
from sim.report.figures.follow_up import draw_follow_up
from sim.report.figures.money import draw_ledger, draw_money_map
from sim.report.figures.survival import draw_survival
from sim.report.figures.validation import draw_validation
from sim.report.figures.warning import draw_warning
from sim.report.values import Summary

OF_EXPERIMENT: dict[str, Callable[[Mapping[str, Any], Summary], str | None]] = {
    "survival": draw_survival,
    "money_map": draw_money_map,
    "ledger": draw_ledger,
    "effects": draw_effects,
    "doubt": draw_doubt,
    "follow_up": draw_follow_up,
}

OF_RUN: dict[str, Callable[[Summary], str | None]] = {"validation": draw_validation, "warning_list": draw_warning}


def figure_name(experiment: Mapping[str, Any], kind: str) -> str:
    """Return a figure's name: letters, digits, dashes and underscores only, since it becomes a file."""
    return f"{re.sub(r'[^A-Za-z0-9_-]', '_', str(experiment['name']))}_{kind}"


def draw_all(summary: Summary) -> dict[str, str]:
    """Draw every figure that the summary has data for.

    Returns
    -------
    dict
        SVG text by figure name, in the order of the page.
    """
    figures = {}
    for experiment in summary.get("experiments", ()):
        for kind, draw in OF_EXPERIMENT.items():
            svg = draw(experiment, summary)
            if svg is not None:
                figures[figure_name(experiment, kind)] = svg
    for name, of_run in OF_RUN.items():
        svg = of_run(summary)
        if svg is not None:
            figures[name] = svg
    return figures
