"""Everything that a what-if question leaves: page, figures, tables and data, as text by path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.figures.whatif import draw_whatif
from sim.report.json_text import to_json
from sim.report.section import Section, render_sections
from sim.report.values import ASSUMPTION, RUN
from sim.report.whatif_view import (
    answer_words,
    differences_table,
    doubt_csv,
    doubt_table,
    measures_table,
    question_words,
    setting_words,
    whatif_csv,
)

PAGE = "whatif.html"


def whatif_files(found: Mapping[str, Any], provenance: Mapping[str, Any]) -> dict[str, str]:
    """Write all files.

    Parameters
    ----------
    found
        The content of ``whatif.json`` (`sim.planning.whatif.summary`).
    provenance
        As in ``manifest.json``.
    """
    figures = draw_whatif(found)
    names = tuple(figures)
    caption = (
        "Each value less the file's, by pairs of the same luck: bands are 95% run doubt, the dotted line is the file's "
        "value. Where several paths are varied, the others stand as at the best point."
    )
    worlds = (
        f"One number at an end of its range, everything else as it is: the gain of the best value "
        f"({found['doubt_replications']} replications each), and what would be best there."
    )
    sections = [
        Section("Against the value in the file", tuple(setting_words(found)), differences_table(found), names, caption),
        Section("Every value", (), measures_table(found)),
        Section("And if an assumption is wrong?", (worlds,), doubt_table(found)),
    ]
    page = render_sections(
        title=found["title"] or found["scenario"],
        meta=(f"Scenario {found['scenario']}", "what if"),
        question=question_words(found),
        answer=tuple(answer_words(found)),
        doubts=(RUN, ASSUMPTION),
        sections=sections,
        figures=figures,
        provenance=provenance,
    )
    return {
        PAGE: page,
        "whatif.json": to_json(found),
        "whatif.csv": whatif_csv(found),
        "doubt.csv": doubt_csv(found),
        **{f"figures/{name}.svg": svg for name, svg in figures.items()},
    }
