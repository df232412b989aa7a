"""A plan as one HTML file: no script, no network, escaped, readable on paper."""

import shlex
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from sim.report import budget_view as tables
from sim.report import budget_words as words
from sim.report.figures.style import inline
from sim.report.rendering import render
from sim.report.run_view import provenance_items

FIGURES = {
    "frontier": "value against budget with its doubts",
    "mix": "customers by action and budget",
    "periods": "spend of each period against its cap",
    "next_yuan": "value of the next yuan by budget",
}


def render_budget(plan: words.Plan, provenance: Mapping[str, Any], figures: Mapping[str, str]) -> str:
    """Write the page.

    Parameters
    ----------
    plan
        The content of ``budget.json``.
    provenance
        As in ``manifest.json``.
    figures
        SVG text by name.
    """
    drawn = {
        name: Markup(inline(figures[name], name, label)) if name in figures else None for name, label in FIGURES.items()
    }
    return render(
        "budget.html.j2",
        title=f"Budget: {plan['title'] or plan['scenario']}",
        scenario=plan["scenario"],
        currency=plan["currency"],
        stated=words.stated(plan),
        answer=words.answer_sentence(plan),
        findings=list(words.findings(plan)),
        kinds=words.KINDS,
        periods=tables.periods_table(plan),
        mix=tables.mix_table(plan),
        actions=tables.action_terms(plan),
        frontier=tables.frontier_table(plan),
        against=tables.against_table(plan),
        beats=tables.beats_table(plan),
        one_for_all=tables.one_for_all_table(plan),
        assumptions=tables.assumptions_table(plan),
        responses=tables.responses_table(plan),
        simulated=words.simulated(plan),
        figures=drawn,
        command=shlex.join(provenance.get("command", ())),
        provenance=provenance_items(provenance),
    )
