"""A comparison as one HTML file, and with its CSV in a folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.report import comparison_view as view
from sim.report.comparison import Comparison
from sim.report.failures import FolderRefused
from sim.report.folder import check_folder, written_whole
from sim.report.rendering import render

PAGE = "compare.html"
TABLE = "compare.csv"


def check_out(folder: Path) -> None:
    """Check, before anything is read, that a comparison may be put here.

    Raises
    ------
    FolderRefused
        If the folder holds something, a file is in the way, or it cannot be written.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise FolderRefused(f"{folder}: it is not empty; a comparison is written into a folder of its own")
    check_folder(folder, force=False)


def write_comparison(folder: Path, comparisons: Sequence[Comparison]) -> Path:
    """Write the page and the table, all or nothing; return the page.

    Raises
    ------
    FolderRefused
        If the folder cannot be used.
    RunFailed
        If the disk is full or cannot be written.
    """
    texts = {PAGE: render_comparison(comparisons), TABLE: view.comparison_csv(comparisons)}
    with written_whole(folder) as hidden:
        for name, text in texts.items():
            (hidden / name).write_bytes(text.encode("utf-8"))
    return folder / PAGE


def render_comparison(comparisons: Sequence[Comparison]) -> str:
    """Write the page of some runs, each compared with the first."""
    return render(
        "compare.html.j2",
        title="Runs compared",
        runs=view.runs(comparisons),
        how=view.HOW_TO_READ,
        pairs=[_pair(comparison, view.letter(place + 1)) for place, comparison in enumerate(comparisons)],
    )


def _pair(comparison: Comparison, name: str) -> dict[str, Any]:
    names = view.letter(0), name
    return {
        "title": f"{name} against {names[0]}",
        "sentence": comparison.sentence(),
        "settings": view.settings_table(comparison.settings, names),
        "code": view.settings_table(comparison.code, names),
        "decisions": view.decisions_table(comparison, names),
        "pairing": comparison.pairing(),
        "experiments": [
            {
                "name": experiment,
                "contrasts": view.estimates_table(view.of(comparison, experiment, levels=False), names),
                "levels": view.estimates_table(view.of(comparison, experiment, levels=True), names),
            }
            for experiment in view.experiments(comparison)
        ],
    }
