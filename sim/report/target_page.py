"""Everything that a targeting question leaves: page, figures, tables and data, as text by path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.figures.target import draw_target
from sim.report.json_text import to_json
from sim.report.section import Section, render_sections
from sim.report.target_view import (
    answer_words,
    curve_csv,
    information_csv,
    information_table,
    policies_csv,
    policies_table,
    question_words,
    setting_words,
    trials_table,
)
from sim.report.values import ASSUMPTION, RUN, TRIAL

PAGE = "target.html"
BARS = (
    "Net value of the whole base more than nothing. Thick lines: 95% run doubt. Thin lines: assumption doubt, where "
    "90% of the worlds drawn from the assumptions lie. Hatched: a loss."
)
CURVES = "Value as more of the base is treated, in each policy's order. All lines meet where nobody or everybody is."
LARGER = (
    "What is learned from larger trials: the mean over trials with its run doubt, and where the policy of one trial of "
    "that size may lie (trial doubt)."
)
INFORMATION = (
    "What is added to the best that can be done without it, where nobody has to be treated whom one expects to lose "
    "money on. A trial's customers are others than those of the base; what is given to its treated half is its cost."
)


def target_files(found: Mapping[str, Any], provenance: Mapping[str, Any]) -> dict[str, str]:
    """Write all files.

    Parameters
    ----------
    found
        The content of ``target.json`` (`sim.planning.targeting.summary`).
    provenance
        As in ``manifest.json``.
    """
    figures = draw_target(found)
    sections = [
        Section("Policies side by side", tuple(setting_words(found)), policies_table(found), ("policies",), BARS),
        Section("More or fewer customers", (), None, ("shares",), CURVES),
        Section("Larger trials", (), trials_table(found), ("trials",) if "trials" in figures else (), LARGER),
        Section("What information is worth", (INFORMATION,), information_table(found)),
    ]
    page = render_sections(
        title=found["title"] or found["scenario"],
        meta=(f"Scenario {found['scenario']}", f"action {found['question']['action']}", "targeting"),
        question=question_words(found),
        answer=tuple(answer_words(found)),
        doubts=(RUN, TRIAL, ASSUMPTION),
        sections=sections,
        figures=figures,
        provenance=provenance,
    )
    return {
        PAGE: page,
        "target.json": to_json(found),
        "policies.csv": policies_csv(found),
        "curve.csv": curve_csv(found),
        "information.csv": information_csv(found),
        **{f"figures/{name}.svg": svg for name, svg in figures.items()},
    }
