"""Everything that a sensitivity question leaves: page, figures, tables and data, as text by path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.figures.sensitivity import draw_indices, draw_tornado
from sim.report.json_text import to_json
from sim.report.section import Section, render_sections
from sim.report.sensitivity_view import (
    answer_words,
    budget_words,
    factors_table,
    indices_csv,
    indices_table,
    ranked,
    tornado_csv,
    tornado_table,
)
from sim.report.values import ASSUMPTION, RUN

PAGE = "sensitivity.html"
TORNADO = (
    "Gain when one assumption is at its low (pale) or high (full) end; the number at the end of a bar is the assumed "
    "value. Hatched: another arm would be taken. Dotted: every assumption at its centre."
)
INDICES = (
    "First order: the share of the variance that knowing this assumption alone would take away. Total: the share that "
    "would be left if all others were known. Bars: 95% bootstrap intervals."
)
MARGIN = (
    "Gain: what the decision's metric differs by. Margin: by how much the value of the arm that is taken at the centre "
    "may fall before the rule, indifference included, takes another; below 0 another one is taken."
)


def sensitivity_files(found: Mapping[str, Any], provenance: Mapping[str, Any]) -> dict[str, str]:
    """Write all files.

    Parameters
    ----------
    found
        The content of ``sensitivity.json`` (`sim.planning.sensitivity.summary`).
    provenance
        As in ``manifest.json``.
    """
    drawn = {"tornado": draw_tornado(found, ranked(found)), "sobol": draw_indices(found)}
    figures = {name: svg for name, svg in drawn.items() if svg is not None}
    sections = [
        Section("One assumption at a time", (MARGIN,), tornado_table(found), ("tornado",), TORNADO),
        Section("All assumptions at once", tuple(budget_words(found)), indices_table(found), ("sobol",), INDICES),
        Section("What is assumed", (), factors_table(found)),
    ]
    page = render_sections(
        title=found["title"] or found["scenario"],
        meta=(f"Scenario {found['scenario']}", f"experiment {found['experiment']}", "sensitivity"),
        question=found["question"],
        answer=tuple(answer_words(found)),
        doubts=(RUN, ASSUMPTION),
        sections=sections,
        figures=figures,
        provenance=provenance,
    )
    return {
        PAGE: page,
        "sensitivity.json": to_json(found),
        "tornado.csv": tornado_csv(found),
        "indices.csv": indices_csv(found),
        **{f"figures/{name}.svg": svg for name, svg in figures.items()},
    }
