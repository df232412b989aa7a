"""A design's operating characteristics as one HTML file with figures, and every number of it as CSV."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.planning.power import Study
from sim.report import power_looks_view as looks_view
from sim.report import power_view as view
from sim.report.figures.power import draw_power_over_effects, draw_power_over_sizes, draw_wrong_decisions
from sim.report.figures.style import inline
from sim.report.folder import written_whole
from sim.report.rendering import render

PAGE = "power.html"
TABLE = "power.csv"
FIGURES = {
    "sizes": (draw_power_over_sizes, "power over the size of the trial"),
    "effects": (draw_power_over_effects, "power over the effect"),
    "wrong": (draw_wrong_decisions, "wrong decisions over the size of the trial"),
}


def write_study(folder: Path, study: Study, currency: str, provenance: Mapping[str, Any]) -> Path:
    """Write the page and the table, all or nothing; return the page.

    Raises
    ------
    FolderRefused
        If the folder cannot be used.
    RunFailed
        If the disk is full or cannot be written.
    """
    texts = {PAGE: render_study(study, currency, provenance), TABLE: view.power_csv(study)}
    with written_whole(folder) as hidden:
        for name, text in texts.items():
            (hidden / name).write_bytes(text.encode("utf-8"))
    return folder / PAGE


def render_study(study: Study, currency: str, provenance: Mapping[str, Any]) -> str:
    """Write the page."""
    figures = {name: draw(study, currency) for name, (draw, _) in FIGURES.items()}
    metrics = study.experiment.metrics
    return render(
        "power.html.j2",
        title=f"What {study.experiment.name} can find",
        question=study.experiment.question,
        sentences=view.sentences(study, currency),
        design=view.design(study),
        how=view.HOW_TO_READ,
        larger=view.LARGER,
        put_in=view.PUT_IN,
        grades=view.grades_table(study, metrics, currency),
        needs=view.needs_table(study, metrics, currency),
        looks=looks_view.looks_table(study, currency),
        looked_at=looks_view.in_words(study),
        sizes=view.sizes_table(study, metrics, currency),
        effects=view.effects_table(study, metrics, currency),
        figures={
            name: Markup(inline(svg, name, FIGURES[name][1])) if svg is not None else None
            for name, svg in figures.items()
        },
        provenance=[(str(key), str(value)) for key, value in provenance.items()],
    )
