"""A page for a planner: the answer, then sections of words, a table and a figure each; one HTML file."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sim.report import run_view
from sim.report.display import Table
from sim.report.figures.style import inline
from sim.report.rendering import render
from sim.report.words import DOUBTS


@dataclass(frozen=True)
class Section:
    """A part of a page; what is empty is left out.

    Attributes
    ----------
    title
        Its heading.
    words
        Paragraphs above the table.
    table
        As it is shown.
    figures
        Names of the figures above the table.
    caption
        What the figures show.
    """

    title: str
    words: tuple[str, ...] = ()
    table: Table | None = None
    figures: tuple[str, ...] = ()
    caption: str = ""


def render_sections(
    *,
    title: str,
    meta: Sequence[str],
    question: str,
    answer: Sequence[str],
    doubts: Sequence[str],
    sections: Sequence[Section],
    figures: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> str:
    """Write the page.

    Parameters
    ----------
    title, question
        Heading, and what was asked.
    meta
        What was lived, in a few words each.
    answer
        Sentences.
    doubts
        Kinds of doubt that occur (`sim.report.values.DOUBTS`).
    sections
        In their order.
    figures
        SVG text by name.
    provenance
        As in ``manifest.json``.
    """
    drawn = {name: Markup(inline(svg, name, name.replace("_", " "))) for name, svg in figures.items()}
    return render(
        "sections.html.j2",
        title=title,
        meta=meta,
        question=question,
        answer=answer,
        doubts=[DOUBTS[kind] for kind in doubts],
        sections=sections,
        drawn=drawn,
        command=shlex.join(provenance.get("command", ())),
        provenance=run_view.provenance_items(provenance),
    )
