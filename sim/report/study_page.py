"""A real trial's report: one HTML file, its summary and its table, as text by path."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.report import doses_view, run_view
from sim.report import experiment_view as tables
from sim.report import experiment_words as words
from sim.report import study_view as view
from sim.report.figures.effects import draw_effects
from sim.report.figures.style import inline
from sim.report.figures.survival import draw_survival
from sim.report.folder import MANIFEST
from sim.report.json_text import read_json, to_json
from sim.report.rendering import render
from sim.report.values import TRIAL, Summary
from sim.report.wording import counted
from sim.report.words import DOUBTS, metric_name
from sim.report.write import PAGE, SUMMARY

CONTRASTS = "contrasts.csv"
ANALYSIS = "analysis of a real trial"
"""What the manifest says of such a folder under ``kind``."""
LABELS = {"survival": "survival by arm", "effects": "effects against the other arms"}


def study_files(summary: Summary, provenance: Mapping[str, Any]) -> dict[str, str]:
    """Write all files.

    Parameters
    ----------
    summary
        The content of ``summary.json`` (`sim.study.summary`).
    provenance
        As in ``manifest.json``.
    """
    figures = draw_study(summary)
    return {
        SUMMARY: to_json(summary),
        CONTRASTS: view.study_csv(summary),
        PAGE: render_study(summary, provenance, figures),
        **{f"figures/{name}.svg": svg for name, svg in figures.items()},
    }


def draw_study(summary: Summary) -> dict[str, str]:
    """Draw what there is data for."""
    (experiment,) = summary["experiments"]
    drawn = {"survival": draw_survival(experiment, summary), "effects": draw_effects(experiment, summary)}
    return {name: svg for name, svg in drawn.items() if svg is not None}


def render_study(summary: Summary, provenance: Mapping[str, Any], figures: Mapping[str, str]) -> str:
    """Write the page."""
    (experiment,) = summary["experiments"]
    named = list(experiment["metrics"])
    others = [row["metric"] for row in experiment["contrasts"] if row["metric"] not in named]
    data = provenance.get("data") or {}
    return render(
        "study.html.j2",
        title=experiment["question"],
        meta=[
            f"Trial {experiment['name']}",
            f"{counted(summary['data']['customers'], 'customer')} of {data.get('file')}",
        ],
        answer=view.answer(experiment, summary),
        reason=words.conclusion(experiment["trial_decision"]),
        doubts=[DOUBTS[TRIAL]],
        checks=view.checks_table(experiment),
        balance=view.balance_table(experiment),
        arms=tables.arms_tables(experiment, summary),
        contrasts=view.contrasts_table(experiment, summary, named),
        lives=view.contrasts_table(experiment, summary, others),
        reasons=tables.reasons_table(experiment),
        methods=[*tables.methods(experiment), *view.methods_beside(experiment)],
        doses=doses_view.doses_table(experiment),
        equivalence=view.equivalence_words(experiment, summary),
        subgroups=[
            (metric_name(metric), made)
            for metric in named
            if (made := view.subgroups_table(experiment, summary, metric)) is not None
        ],
        naive=tables.naive_table(experiment, summary),
        setting=words.setting(experiment),
        figures={
            name: Markup(inline(figures[name], name, label)) if name in figures else None
            for name, label in LABELS.items()
        },
        definitions=run_view.definitions(summary),
        command=shlex.join(provenance.get("command", ())),
        provenance=run_view.provenance_items(provenance),
    )


def analysis_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder that holds an analysis of ours; ``None`` for any other."""
    try:
        manifest = read_json(folder / MANIFEST)
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("kind") == ANALYSIS else None
