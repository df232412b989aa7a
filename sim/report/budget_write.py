"""Write a finished plan: data, tables, workbook, figures, page and manifest, all or nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.report.budget_page import render_budget
from sim.report.budget_sheets import csv_files, write_workbook
from sim.report.budget_words import Plan
from sim.report.figures.budget import draw_all
from sim.report.folder import MANIFEST, written_whole
from sim.report.json_text import to_json
from sim.report.write import manifest_of

PAGE, DATA, WORKBOOK = "budget.html", "budget.json", "budget.xlsx"


def write_budget(
    out_dir: Path,
    plan: Plan,
    scenario_text: str,
    provenance: Mapping[str, Any],
    *,
    force: bool = False,
    began: float | None = None,
) -> Path:
    """Write everything that a plan leaves, and return the page.

    Parameters
    ----------
    out_dir
        The plan's folder; it must not exist or be empty, unless ``force`` replaces a run in it.
    plan
        Plain data (`sim.planning.budget.summary`).
    scenario_text
        The resolved scenario, every default written out, as YAML.
    provenance
        Where the plan comes from (`sim.report.provenance.describe_run`).
    force
        Replace a folder that holds a run of ours.
    began
        ``time.perf_counter()`` when it began; gives the manifest's duration.

    Raises
    ------
    ValueError
        If the data hold NaN.
    FolderRefused
        If the folder cannot be used.
    RunFailed
        If the disk is full or cannot be written.
    """
    figures = draw_all(plan)
    texts = {
        DATA: to_json(plan),
        "scenario.yaml": scenario_text,
        **csv_files(plan),
        PAGE: render_budget(plan, provenance, figures),
        **{f"figures/{name}.svg": svg for name, svg in figures.items()},
    }
    with written_whole(out_dir, force) as folder:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        write_workbook(folder / WORKBOOK, plan)
        manifest = manifest_of(folder, provenance, began)
        (folder / MANIFEST).write_bytes(to_json(manifest).encode("utf-8"))
    return out_dir / PAGE
